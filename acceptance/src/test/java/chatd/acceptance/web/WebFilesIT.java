package chatd.acceptance.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.files.FileTestBase;
import chatd.acceptance.files.Pictures;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.Wire;
import chatd.acceptance.web.browser.AppearanceCheck;
import chatd.acceptance.web.browser.BrowserTestBase;
import chatd.acceptance.web.browser.WebBrowser.Device;
import chatd.acceptance.web.browser.WebPerson;
import chatd.fixtures.TestTimeout;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.FilePayload;
import com.microsoft.playwright.options.ReducedMotion;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Files in the page: chosen, dropped and pasted; sent once, whatever becomes of the connection; pictures in place. */
@Tag("processes")
class WebFilesIT extends BrowserTestBase {
    private static final LocatorAssertions.HasCountOptions PATIENT =
            new LocatorAssertions.HasCountOptions().setTimeout(TestTimeout.MILLIS);

    /** Drops or pastes a file: Chromium gives a page no other way to have one by script. */
    private static final String GIVE = """
            ([how, name, type, content]) => {
              const given = new DataTransfer();
              given.items.add(new File([Uint8Array.from(atob(content), c => c.charCodeAt(0))], name, { type }));
              const target = document.querySelector(".talk .messages");
              if (how === "drop") {
                target.dispatchEvent(new DragEvent("dragover", { dataTransfer: given, bubbles: true, cancelable: true }));
                target.dispatchEvent(new DragEvent("drop", { dataTransfer: given, bubbles: true, cancelable: true }));
              } else {
                document.querySelector(".composer textarea").dispatchEvent(
                  new ClipboardEvent("paste", { clipboardData: given, bubbles: true, cancelable: true }));
              }
            }""";

    private static FilePayload file(String name, String type, byte[] content) {
        return new FilePayload(name, type, content);
    }

    private static void choose(WebPerson person, FilePayload... files) {
        person.page().locator(".composer input[type=file]").setInputFiles(files);
        WebPerson.awaitVisible(person.page().locator("dialog .chosen"));
    }

    private static void send(WebPerson person, FilePayload... files) {
        choose(person, files);
        person.page().locator("dialog .strong").click();
    }

    private static void give(WebPerson person, String how, String name, String type, byte[] content) {
        person.page()
                .evaluate(GIVE, List.of(how, name, type, Base64.getEncoder().encodeToString(content)));
        person.page().locator("dialog .strong").click();
    }

    private static Locator row(WebPerson person, String name) {
        return person.page()
                .locator("a.file[href]")
                .filter(new Locator.FilterOptions().setHas(person.page().getByTitle(name)));
    }

    private static Locator picture(WebPerson person, String name) {
        return person.page().getByLabel("Picture " + name, new Page.GetByLabelOptions().setExact(true));
    }

    /** Waits until a picture was decoded by the browser. */
    private static void awaitLoaded(WebPerson person, Locator picture) {
        WebPerson.awaitVisible(picture);
        person.page()
                .waitForFunction(
                        "button => button.querySelector('img')?.complete && button.querySelector('img').naturalWidth > 0",
                        picture.elementHandle());
    }

    private static byte[] png(int width, int height) {
        try {
            var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
            for (int x = 0; x < width; x++) {
                for (int y = 0; y < height; y++) {
                    image.setRGB(x, y, new Color(x * 255 / width, y * 255 / height, (x * y) % 256).getRGB());
                }
            }
            var out = new ByteArrayOutputStream();
            ImageIO.write(image, "png", out);
            return out.toByteArray();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static byte[] saved(Page page, Locator link) throws IOException {
        Download download = page.waitForDownload(link::click);
        return Files.readAllBytes(download.path());
    }

    @Test
    void filesAreChosenDroppedAndPastedAndArriveByteForByte() throws IOException {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        byte[] notes = FileTestBase.noise(70_000);
        send(
                desk,
                file("notes.bin", "application/octet-stream", notes),
                file("list.csv", "text/csv", Wire.utf8("a,b\n")));
        assertThat(row(desk, "notes.bin")).hasCount(1, PATIENT);
        assertThat(row(desk, "list.csv")).hasCount(1, PATIENT);
        give(desk, "drop", "dropped.txt", "text/plain", Wire.utf8("dropped"));
        assertThat(row(desk, "dropped.txt")).hasCount(1, PATIENT);
        give(desk, "paste", "image.png", "image/png", Pictures.encoded("png"));
        awaitLoaded(desk, picture(desk, "image.png"));
        WebPerson.awaitGone(desk.page().locator(".upload"));
        // In the order in which they were chosen.
        assertThat(desk.page().locator(".messages .file-name, .messages .picture"))
                .hasText(new String[] {"notes.bin", "list.csv", "dropped.txt", ""});

        WebPerson phone = browser.open(chatd, Device.PHONE).logIn(ben).open(ann.name());
        assertThat(row(phone, "notes.bin")).containsText("68 KiB");
        assertThat(saved(phone.page(), row(phone, "notes.bin"))).isEqualTo(notes);
        assertThat(saved(phone.page(), row(phone, "dropped.txt"))).isEqualTo(Wire.utf8("dropped"));
        awaitLoaded(phone, picture(phone, "image.png"));
        AppearanceCheck.check(phone, "files");
    }

    @Test
    void aPictureHasItsSizeBeforeItIsLoaded() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        send(desk, file("wide.png", "image/png", png(900, 300)));
        awaitLoaded(desk, picture(desk, "wide.png"));

        WebPerson other = browser.open(chatd, Device.DESK).logIn(ben);
        CompletableFuture<Route> held = new CompletableFuture<>();
        other.page().route("**/files/*", held::complete);
        other.open(ann.name());
        WebPerson.awaitVisible(picture(other, "wide.png"));
        BoundingBox before = picture(other, "wide.png").boundingBox();
        assertThat(before.width).isEqualTo(360);
        assertThat(before.height).isEqualTo(120);
        other.page().waitForCondition(held::isDone);
        held.join().resume();
        awaitLoaded(other, picture(other, "wide.png"));
        assertThat(picture(other, "wide.png").boundingBox())
                .usingRecursiveComparison()
                .isEqualTo(before);
    }

    @Test
    void picturesAreViewedByKeyboardAndBackClosesOneThingAtATime() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        send(desk, file("one.png", "image/png", png(400, 300)), file("two.png", "image/png", png(300, 400)));
        awaitLoaded(desk, picture(desk, "one.png"));
        awaitLoaded(desk, picture(desk, "two.png"));
        picture(desk, "one.png").focus();
        desk.page().keyboard().press("Enter");
        Locator viewer = desk.page().locator("dialog.viewer");
        assertThat(viewer).hasAttribute("aria-label", "one.png");
        AppearanceCheck.check(desk, "viewer");
        // Also on a phone all of it is within the window.
        desk.page().setViewportSize(390, 844);
        BoundingBox whole = viewer.locator("img").boundingBox();
        assertThat(whole.x).isNotNegative();
        assertThat(whole.x + whole.width).isLessThanOrEqualTo(390);
        BoundingBox save = viewer.getByLabel("Save").boundingBox();
        assertThat(save.x + save.width).isLessThanOrEqualTo(390);
        desk.page().setViewportSize(1280, 800);
        desk.page().keyboard().press("ArrowRight");
        assertThat(viewer).hasAttribute("aria-label", "two.png");
        desk.page().keyboard().press("ArrowRight");
        assertThat(viewer).hasAttribute("aria-label", "two.png");
        desk.page().keyboard().press("ArrowLeft");
        assertThat(viewer).hasAttribute("aria-label", "one.png");
        desk.page().keyboard().press("Escape");
        WebPerson.awaitGone(viewer);
        WebPerson.awaitVisible(picture(desk, "one.png"));
        picture(desk, "two.png").click();
        assertThat(viewer).hasAttribute("aria-label", "two.png");
        desk.page().goBack();
        WebPerson.awaitGone(viewer);
        WebPerson.awaitVisible(desk.composer());
        picture(desk, "two.png").click();
        desk.button("Show in chat").click();
        WebPerson.awaitGone(viewer);
        assertThat(desk.page().locator(".named")).hasCount(1);
    }

    @Test
    void anUploadGoesOnAfterACutAndCanBeCancelled() throws IOException {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        byte[] large = FileTestBase.noise(30 << 20);
        WebPerson desk =
                browser.open(proxy.port(), Device.DESK.options()).logIn(ann).find(ben.name());
        choose(desk, file("large.bin", "", large));
        Page page = desk.page();
        page.locator("dialog .strong").click();
        Locator upload = page.locator(".upload progress");
        WebPerson.awaitVisible(upload);
        page.waitForFunction(
                "() => document.querySelector('.upload progress')?.value > 1e6 || !document.querySelector('.upload')");
        proxy.cut();
        desk.reconnect();
        assertThat(row(desk, "large.bin")).hasCount(1, PATIENT);
        WebPerson.awaitGone(page.locator(".upload"));
        WebPerson other = browser.open(chatd, Device.DESK).logIn(ben).open(ann.name());
        assertThat(saved(other.page(), row(other, "large.bin"))).isEqualTo(large);

        // Nothing is sent while there is no connection, and what is cancelled then is never sent.
        proxy.refuse();
        proxy.cut();
        WebPerson.awaitVisible(page.locator(".bar.away"));
        send(desk, file("never.bin", "", large));
        WebPerson.awaitVisible(page.getByText("Waiting for a connection"));
        desk.button("Cancel sending never.bin").click();
        WebPerson.awaitGone(page.locator(".upload"));
        proxy.forwardToPort(chatd.port());
        desk.reconnect();
        desk.says("back").reads("back");
        other.reads("back");
        other.expectAbsent(row(other, "never.bin"));
    }

    @Test
    void aMovingPictureMovesAndStandsStillUnderReducedMotion() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        send(desk, file("turning.gif", "image/gif", Pictures.animatedGif(3)));
        Locator shown = picture(desk, "turning.gif");
        awaitLoaded(desk, shown);
        desk.expectAbsent(desk.page().locator(".play"));
        desk.page().emulateMedia(new Page.EmulateMediaOptions().setReducedMotion(ReducedMotion.REDUCE));
        WebPerson.awaitVisible(desk.button("Play"));
        desk.page()
                .waitForFunction(
                        "button => button.querySelector('img')?.src.startsWith('blob:')", shown.elementHandle());
        desk.button("Play").click();
        WebPerson.awaitGone(desk.page().locator(".play"));
        awaitLoaded(desk, shown);
        assertThat(shown.locator("img").getAttribute("src")).startsWith("/files/");
    }

    @Test
    void hostileNamesAndContentsRunNothing() throws IOException {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        String script = "<script>top.hacked = 1; document.title = 'hacked'</script>";
        byte[] svg = Wire.utf8("<svg xmlns='http://www.w3.org/2000/svg' onload='top.hacked=1'>" + script + "</svg>");
        Map<String, byte[]> hostile = Map.of(
                "a<img src=x onerror=hacked=1>.html", Wire.utf8(script),
                "drawing.svg", svg,
                "GIF89a.html", Wire.utf8("GIF89a/*" + script + "*/"));
        send(
                desk,
                hostile.entrySet().stream()
                        .map(one -> file(one.getKey(), "text/html", one.getValue()))
                        .toArray(FilePayload[]::new));
        assertThat(desk.page().locator("a.file")).hasCount(3, PATIENT);
        // A name that would show itself turned around is refused.
        send(desk, file("invoice\u202Efdp.exe", "", FileTestBase.noise(30 << 20)));
        assertThat(desk.page().locator(".upload.refused")).hasCount(1, PATIENT);
        desk.page().locator(".upload").getByText("Delete").click();
        WebPerson.awaitGone(desk.page().locator(".upload"));
        // The browser itself says in its console that a request was refused.
        assertThat(desk.complaints()).hasSize(1).allMatch(complaint -> complaint.contains("status of 400"));
        desk.complaints().clear();
        WebPerson other = browser.open(chatd, Device.DESK).logIn(ben).open(ann.name());
        assertThat(other.page().locator("a.file")).hasCount(3, PATIENT);
        assertThat(saved(other.page(), row(other, "drawing.svg"))).isEqualTo(svg);
        // Opened by its address, it is saved, and runs nothing.
        String address = row(other, "drawing.svg").getAttribute("href");
        other.page().waitForDownload(() -> other.page().evaluate("address => void open(address)", address));
        assertThat(other.page().evaluate("() => 'hacked' in window")).isEqualTo(false);
    }

    @Test
    void aPhotoIsOfferedSmallerAndWhatIsTooLargeIsNotSent() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        byte[] photo = png(3600, 2400);
        assertThat(photo.length).isGreaterThan(2 << 20);
        choose(desk, file("photo.png", "image/png", photo), file("empty.txt", "text/plain", new byte[0]));
        WebPerson.awaitVisible(desk.page().getByText("This file is empty."));
        WebPerson.awaitVisible(desk.page().getByText("Send photos in their original size"));
        AppearanceCheck.check(desk, "choosing-files");
        desk.page().locator("dialog .strong").click();
        awaitLoaded(desk, picture(desk, "photo.jpg"));
        assertThat(picture(desk, "photo.jpg").locator("img")).hasAttribute("width", "2560");
        choose(desk, file("photo.png", "image/png", photo));
        desk.page().getByText("Send photos in their original size").click();
        desk.page().locator("dialog .strong").click();
        awaitLoaded(desk, picture(desk, "photo.png"));
        assertThat(picture(desk, "photo.png").locator("img")).hasAttribute("width", "3600");
    }
}

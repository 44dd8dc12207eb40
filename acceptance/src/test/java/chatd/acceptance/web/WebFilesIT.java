package chatd.acceptance.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.files.FileTestBase;
import chatd.acceptance.files.Pictures;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.SpawnedDaemon;
import chatd.acceptance.kit.Wire;
import chatd.acceptance.kit.Writer;
import chatd.acceptance.web.browser.AppearanceCheck;
import chatd.acceptance.web.browser.BrowserTestBase;
import chatd.acceptance.web.browser.WebBrowser.Device;
import chatd.acceptance.web.browser.WebPerson;
import chatd.fixtures.TestTimeout;
import com.google.gson.JsonObject;
import com.microsoft.playwright.CDPSession;
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
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

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
            throw new UncheckedIOException(e);
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
        // In another tab: Chromium may cancel a second download of a page.
        assertThat(saved(desk.page(), row(desk, "dropped.txt"))).isEqualTo(Wire.utf8("dropped"));
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

        // The browser's word on an attempt that resumed while bytes of the one before were still arriving.
        desk.complaints().removeIf(complaint -> complaint.contains("status of 400"));

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

    static Stream<Arguments> movingPictures() {
        return Stream.of(
                Arguments.of("turning.gif", "image/gif", Pictures.animatedGif(2)),
                Arguments.of("turning.png", "image/png", Pictures.animatedPng()),
                Arguments.of("turning.webp", "image/webp", Pictures.animatedWebP()));
    }

    /** Returns the colour that most of a picture has on the screen: its edges are not always drawn the same. */
    private static int colour(Locator picture) {
        try {
            BufferedImage screen = ImageIO.read(new ByteArrayInputStream(picture.screenshot()));
            int[] pixels = screen.getRGB(0, 0, screen.getWidth(), screen.getHeight(), null, 0, screen.getWidth());
            return Arrays.stream(pixels)
                    .boxed()
                    .collect(Collectors.groupingBy(pixel -> pixel, Collectors.counting()))
                    .entrySet()
                    .stream()
                    .max(Map.Entry.comparingByValue())
                    .orElseThrow()
                    .getKey();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until a picture has another colour than at first. */
    private static void awaitMotion(Locator picture) {
        int first = colour(picture);
        await().until(() -> colour(picture) != first);
    }

    @ParameterizedTest
    @MethodSource("movingPictures")
    void aMovingPictureMovesAndStandsStillUnderReducedMotion(String name, String media, byte[] content) {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        send(desk, file(name, media, content));
        Locator shown = picture(desk, name);
        awaitLoaded(desk, shown);
        awaitMotion(shown);
        desk.expectAbsent(desk.page().locator(".play"));
        desk.page().emulateMedia(new Page.EmulateMediaOptions().setReducedMotion(ReducedMotion.REDUCE));
        WebPerson.awaitVisible(desk.button("Play"));
        desk.page()
                .waitForFunction(
                        "button => button.querySelector('img:not(.moving)')?.src.startsWith('blob:')",
                        shown.elementHandle());
        awaitLoaded(desk, shown);
        int still = colour(shown);
        for (int pause : List.of(50, 130, 170, 90)) {
            // Each frame of the picture lasts 100 ms: at one of these times it would have the other colour.
            desk.page().evaluate("pause => new Promise(done => setTimeout(done, pause))", pause);
            assertThat(colour(shown)).isEqualTo(still);
        }
        AppearanceCheck.check(desk, "still");
        desk.button("Play").click();
        WebPerson.awaitGone(desk.page().locator(".play"));
        awaitLoaded(desk, shown);
        awaitMotion(shown);
    }

    /** Lets the page of somebody send 1 MiB a second, so that an upload takes a while; until this is detached. */
    private static CDPSession throttle(WebPerson person) {
        CDPSession tools = person.page().context().newCDPSession(person.page());
        tools.send("Network.enable");
        var conditions = new JsonObject();
        conditions.addProperty("offline", false);
        conditions.addProperty("latency", 0);
        conditions.addProperty("downloadThroughput", -1);
        conditions.addProperty("uploadThroughput", 1 << 20);
        tools.send("Network.emulateNetworkConditions", conditions);
        return tools;
    }

    private static void awaitUnderWay(WebPerson person) {
        person.page().waitForFunction("""
                        () => {
                          const bar = document.querySelector(".upload progress");
                          return bar !== null && bar.value > 100_000 && bar.value < bar.max;
                        }""");
    }

    @ParameterizedTest
    @ValueSource(strings = {"choose", "drop", "paste"})
    void anUploadIsFinishedAfterTheDaemonWasKilledInItsMiddle(String how) throws IOException {
        byte[] content = FileTestBase.noise(3 << 20);
        try (SpawnedDaemon own = SpawnedDaemon.startOnReservedPort()) {
            Chatd.Person ann = own.person();
            Chatd.Person ben = own.person();
            WebPerson desk = browser.open(own, Device.DESK).logIn(ann).find(ben.name());
            CDPSession slow = throttle(desk);
            if (how.equals("choose")) {
                send(desk, file("large.bin", "", content));
            } else {
                give(desk, how, "large.bin", "", content);
            }
            awaitUnderWay(desk);
            own.killDaemon();
            WebPerson.awaitVisible(desk.page().locator(".bar.away"));
            slow.detach();
            AppearanceCheck.check(desk, "upload-waits");
            own.begin();
            desk.reconnect();
            assertThat(row(desk, "large.bin")).hasCount(1, PATIENT);
            WebPerson.awaitGone(desk.page().locator(".upload"));
            WebPerson other = browser.open(own, Device.DESK).logIn(ben).open(ann.name());
            assertThat(saved(other.page(), row(other, "large.bin"))).isEqualTo(content);
            // What the browser says of requests to a daemon that is not there
            desk.complaints().clear();
        }
    }

    /** In a group, too, where others' messages are indented, and after an album of somebody else. */
    @Test
    void albumsInAGroupAreOfEqualPicturesEachInLinesOfItsOwn() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        FilePayload[] two = {file("1.png", "image/png", png(400, 300)), file("2.png", "image/png", png(300, 400))};
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann);
        try (Writer writer = new Writer(chatd, ben)) {
            writer.createGroup("Crew", ann.name());
        }
        WebPerson other = browser.open(chatd, Device.DESK).logIn(ben).open("Crew");
        send(other, two);
        desk.open("Crew");
        assertThat(desk.page().locator(".picture")).hasCount(2, PATIENT);
        send(desk, two);
        assertThat(desk.page().locator(".tile")).hasCount(4, PATIENT);
        WebPerson.awaitGone(desk.page().locator(".upload"));
        List<BoundingBox> boxes = desk.page().locator(".tile .picture").all().stream()
                .map(Locator::boundingBox)
                .toList();
        assertThat(boxes).allSatisfy(box -> assertThat(box.width).isCloseTo(boxes.getFirst().width, offset(1.0)));
        assertThat(boxes.get(2).y).isGreaterThan(boxes.get(1).y + boxes.get(1).height);
        assertThat(boxes.get(3).y).isEqualTo(boxes.get(2).y);
        AppearanceCheck.check(desk, "albums");
    }

    /** Returns a sound of a tenth of a second. */
    private static byte[] wav() {
        int samples = 800;
        return ByteBuffer.allocate(44 + samples)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(Wire.utf8("RIFF"))
                .putInt(36 + samples)
                .put(Wire.utf8("WAVEfmt "))
                .putInt(16)
                .putShort((short) 1)
                .putShort((short) 1)
                .putInt(8_000)
                .putInt(8_000)
                .putShort((short) 1)
                .putShort((short) 8)
                .put(Wire.utf8("data"))
                .putInt(samples)
                .array();
    }

    @Test
    void soundsPlayInPlaceAndWhatTheBrowserCannotShowSaysSo() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        send(
                desk,
                file("beep.wav", "audio/wav", wav()),
                // The beginning of a film, of which nothing follows.
                file("film.mp4", "video/mp4", Wire.join(new byte[] {0, 0, 0, 16}, Wire.utf8("ftypisom"), new byte[4])),
                file(
                        "photo.heic",
                        "image/heic",
                        Wire.join(new byte[] {0, 0, 0, 16}, Wire.utf8("ftypheic"), new byte[4])),
                file("notes.txt", "text/plain", Wire.utf8("notes")));
        assertThat(row(desk, "notes.txt")).hasCount(1, PATIENT);
        desk.page().waitForFunction("() => document.querySelector('.player audio')?.readyState >= 1");
        assertThat((Number) desk.page().evaluate("() => document.querySelector('.player audio').duration"))
                .isEqualTo(0.1);
        assertThat(row(desk, "film.mp4")).containsText("This browser can't show it.");
        assertThat(row(desk, "photo.heic")).containsText("Not shown here: it can be saved.");
        assertThat(row(desk, "notes.txt").locator("small")).hasText("5 B");
        AppearanceCheck.check(desk, "sounds-and-films");
        desk.complaints().clear();
    }

    @Test
    void whatExceedsTheQuotaIsRefusedInWords() {
        try (SpawnedDaemon own = SpawnedDaemon.start("CHATD_QUOTA_ACCOUNT", "1 MiB")) {
            WebPerson desk = browser.open(own, Device.DESK)
                    .logIn(own.person())
                    .find(own.person().name());
            send(desk, file("large.bin", "", FileTestBase.noise(3 << 20)));
            assertThat(desk.page().locator(".upload.refused .why"))
                    .containsText(
                            "Your files may take up 1 MiB, and already take up 0 bytes: there is no room for 3 MiB more.",
                            new LocatorAssertions.ContainsTextOptions().setTimeout(TestTimeout.MILLIS));
            AppearanceCheck.check(desk, "upload-refused");
            desk.button("Delete").click();
            WebPerson.awaitGone(desk.page().locator(".upload"));
            send(desk, file("small.bin", "", FileTestBase.noise(1000)));
            assertThat(row(desk, "small.bin")).hasCount(1, PATIENT);
            desk.complaints().clear();
        }
    }

    /** How many files the browser keeps until they are sent. */
    private static final String KEPT = """
            async () => {
              if (!(await indexedDB.databases()).some(({ name }) => name === "chatd-files")) return 0;
              return new Promise((done) => {
                const opening = indexedDB.open("chatd-files");
                opening.onsuccess = () => {
                  const counting = opening.result.transaction("files").objectStore("files").count();
                  counting.onsuccess = () => {
                    opening.result.close();
                    done(counting.result);
                  };
                };
              });
            }""";

    @Test
    void onAnOwnDeviceAnUploadGoesOnAfterAReload() throws IOException {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        byte[] content = FileTestBase.noise(3 << 20);
        WebPerson desk = browser.open(chatd, Device.DESK).logInToStay(ann).find(ben.name());
        CDPSession slow = throttle(desk);
        choose(desk, file("large.bin", "", content), file("small.bin", "", Wire.utf8("small")));
        desk.expectAbsent(desk.page().getByText("Keep this page open"));
        desk.page().locator("dialog .strong").click();
        awaitUnderWay(desk);
        await().until(() -> desk.page().evaluate(KEPT).equals(2));
        List<String> questions = new ArrayList<>();
        desk.page().onDialog(dialog -> {
            questions.add(dialog.type());
            dialog.accept();
        });
        desk.page().reload();
        assertThat(questions).isEmpty();
        slow.detach();
        assertThat(row(desk, "large.bin")).hasCount(1, PATIENT);
        assertThat(row(desk, "small.bin")).hasCount(1, PATIENT);
        WebPerson.awaitGone(desk.page().locator(".upload"));
        await().until(() -> desk.page().evaluate(KEPT).equals(0));
        WebPerson other = browser.open(chatd, Device.DESK).logIn(ben).open(ann.name());
        assertThat(other.page().locator(".messages a.file .file-name"))
                .hasText(new String[] {"large.bin", "small.bin"});
        assertThat(saved(other.page(), row(other, "large.bin"))).isEqualTo(content);
        desk.complaints().clear();
    }

    @Test
    void elsewhereThePageAsksBeforeAnUploadIsLostWithIt() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        throttle(desk);
        choose(desk, file("large.bin", "", FileTestBase.noise(3 << 20)));
        WebPerson.awaitVisible(desk.page().getByText("Keep this page open until they are sent."));
        desk.page().locator("dialog .strong").click();
        awaitUnderWay(desk);
        List<String> questions = new ArrayList<>();
        desk.page().onDialog(dialog -> {
            questions.add(dialog.type());
            dialog.accept();
        });
        desk.page().reload();
        assertThat(questions).containsExactly("beforeunload");
        desk.open(ben.name());
        desk.expectAbsent(desk.page().locator(".upload"));
        assertThat(desk.page().evaluate(KEPT)).isEqualTo(0);
        desk.complaints().clear();
    }

    @Test
    void picturesThatWereSentTogetherAreShownTogether() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        desk.says("the trip").reads("the trip");
        send(
                desk,
                file("1.png", "image/png", png(400, 300)),
                file("2.png", "image/png", png(300, 400)),
                file("3.png", "image/png", png(900, 300)),
                file("4.png", "image/png", png(300, 300)));
        awaitLoaded(desk, picture(desk, "4.png"));
        desk.says("that was it").reads("that was it");
        WebPerson phone = browser.open(chatd, Device.PHONE).logIn(ben).open(ann.name());
        for (WebPerson person : List.of(desk, phone)) {
            List<BoundingBox> boxes = Stream.of("1.png", "2.png", "3.png", "4.png")
                    .map(name -> {
                        awaitLoaded(person, picture(person, name));
                        return picture(person, name).boundingBox();
                    })
                    .toList();
            for (BoundingBox box : boxes) {
                assertThat(box.height).isCloseTo(box.width, offset(1.0));
            }
            assertThat(
                            person.page()
                                    .evaluate(
                                            "(() => { const list = document.querySelector('.messages'); return list.scrollWidth <= list.clientWidth; })()"))
                    .isEqualTo(true);
            // Three beside each other, the fourth below the first.
            assertThat(boxes.get(1).y).isEqualTo(boxes.get(0).y);
            assertThat(boxes.get(2).y).isEqualTo(boxes.get(0).y);
            assertThat(boxes.get(0).x).isLessThan(boxes.get(1).x);
            assertThat(boxes.get(1).x).isLessThan(boxes.get(2).x);
            assertThat(boxes.get(3).x).isEqualTo(boxes.get(0).x);
            assertThat(boxes.get(3).y).isGreaterThan(boxes.get(0).y + boxes.get(0).height - 1);
            AppearanceCheck.check(person, "album");
        }
        // In the narrowest window with two columns they are all within theirs.
        desk.page().setViewportSize(900, 800);
        BoundingBox last = picture(desk, "3.png").boundingBox();
        BoundingBox list = desk.page().locator(".messages").boundingBox();
        assertThat(last.x + last.width).isLessThanOrEqualTo(list.x + list.width);
        desk.page().setViewportSize(1280, 800);
        picture(desk, "3.png").click();
        assertThat(desk.page().locator("dialog.viewer")).hasAttribute("aria-label", "3.png");
        desk.page().keyboard().press("ArrowRight");
        assertThat(desk.page().locator("dialog.viewer")).hasAttribute("aria-label", "4.png");
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
                "GIF89a.html", Wire.utf8("GIF89a/*" + script + "*/"),
                "page.html.png", Wire.join(Pictures.encoded("png"), Wire.utf8(script)),
                "%3Cscript%3E&quot; onload=hacked=1.pdf", Wire.utf8("%PDF-1.7 /OpenAction << /JS (hacked) >>"));
        send(
                desk,
                hostile.entrySet().stream()
                        .map(one -> file(one.getKey(), "text/html", one.getValue()))
                        .toArray(FilePayload[]::new));
        assertThat(desk.page().locator("a.file, .picture")).hasCount(5, PATIENT);
        // A name that would show itself turned around is refused.
        send(desk, file("invoice\u202Efdp.exe", "", FileTestBase.noise(30 << 20)));
        assertThat(desk.page().locator(".upload.refused")).hasCount(1, PATIENT);
        desk.page().locator(".upload").getByText("Delete").click();
        WebPerson.awaitGone(desk.page().locator(".upload"));
        // The browser itself says in its console that a request was refused.
        assertThat(desk.complaints()).hasSize(1).allMatch(complaint -> complaint.contains("status of 400"));
        desk.complaints().clear();
        WebPerson other = browser.open(chatd, Device.DESK).logIn(ben).open(ann.name());
        assertThat(other.page().locator("a.file, .picture")).hasCount(5, PATIENT);
        assertThat(saved(other.page(), row(other, "drawing.svg"))).isEqualTo(svg);
        // Opened by its address, it is saved, and runs nothing.
        String address = row(other, "drawing.svg").getAttribute("href");
        other.page().waitForDownload(() -> other.page().evaluate("address => void open(address)", address));
        // Nor would any of the others, opened by its address: it is saved.
        for (String name : hostile.keySet()) {
            if (!name.endsWith(".png")) {
                String file = row(other, name).getAttribute("href");
                assertThat(other.page()
                                .evaluate("async file => (await fetch(file)).headers.get('content-disposition')", file))
                        .asString()
                        .startsWith("attachment");
            }
        }
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

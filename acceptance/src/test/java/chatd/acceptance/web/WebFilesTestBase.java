package chatd.acceptance.web;

import chatd.acceptance.web.browser.BrowserTestBase;
import chatd.acceptance.web.browser.WebPerson;
import chatd.fixtures.TestTimeout;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.FilePayload;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;

/** What people do with files in the page. */
abstract class WebFilesTestBase extends BrowserTestBase {
    static final LocatorAssertions.HasCountOptions PATIENT =
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

    static FilePayload file(String name, String type, byte[] content) {
        return new FilePayload(name, type, content);
    }

    static void choose(WebPerson person, FilePayload... files) {
        person.page().locator(".composer input[type=file]").setInputFiles(files);
        WebPerson.awaitVisible(person.page().locator("dialog .chosen"));
    }

    static void send(WebPerson person, FilePayload... files) {
        choose(person, files);
        person.page().locator("dialog .strong").click();
    }

    static void give(WebPerson person, String how, String name, String type, byte[] content) {
        person.page()
                .evaluate(GIVE, List.of(how, name, type, Base64.getEncoder().encodeToString(content)));
        person.page().locator("dialog .strong").click();
    }

    static Locator row(WebPerson person, String name) {
        return person.page()
                .locator("a.file[href]")
                .filter(new Locator.FilterOptions().setHas(person.page().getByTitle(name)));
    }

    static Locator picture(WebPerson person, String name) {
        return person.page().getByLabel("Picture " + name, new Page.GetByLabelOptions().setExact(true));
    }

    /** Waits until a picture was decoded by the browser. */
    static void awaitLoaded(WebPerson person, Locator picture) {
        WebPerson.awaitVisible(picture);
        person.page()
                .waitForFunction(
                        "button => button.querySelector('img')?.complete && button.querySelector('img').naturalWidth > 0",
                        picture.elementHandle());
    }

    static byte[] png(int width, int height) {
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

    static byte[] saved(Page page, Locator link) throws IOException {
        Download download = page.waitForDownload(link::click);
        return Files.readAllBytes(download.path());
    }
}

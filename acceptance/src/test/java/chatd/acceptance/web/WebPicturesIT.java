package chatd.acceptance.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.files.Pictures;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.Wire;
import chatd.acceptance.kit.Writer;
import chatd.acceptance.web.browser.AppearanceCheck;
import chatd.acceptance.web.browser.WebBrowser.Device;
import chatd.acceptance.web.browser.WebPerson;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.FilePayload;
import com.microsoft.playwright.options.ReducedMotion;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
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

/** Pictures, sounds and films in the page: in place, beside each other, moving or not, and over the whole window. */
@Tag("processes")
class WebPicturesIT extends WebFilesTestBase {
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
}

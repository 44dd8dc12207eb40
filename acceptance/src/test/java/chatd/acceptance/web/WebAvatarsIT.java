package chatd.acceptance.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import chatd.acceptance.files.Pictures;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.web.browser.AppearanceCheck;
import chatd.acceptance.web.browser.BrowserTestBase;
import chatd.acceptance.web.browser.WebBrowser.Device;
import chatd.acceptance.web.browser.WebPerson;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.FilePayload;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The pictures of people and groups: chosen, cropped, shown to others, and taken away. */
@Tag("processes")
class WebAvatarsIT extends BrowserTestBase {
    private static final FilePayload PHOTO = new FilePayload("me.jpg", "image/jpeg", Pictures.encoded("jpg"));

    private static void choose(Locator within) {
        within.locator("input[type=file]").setInputFiles(PHOTO);
    }

    /** Waits until a picture is shown somewhere, as it was sent. */
    private static void awaitPicture(WebPerson person, String where) {
        person.page()
                .waitForFunction(
                        "where => document.querySelector(where)?.naturalWidth === 320", where + " .initial img");
    }

    @Test
    void aPictureIsCroppedByKeyboardAndSeenByOthers() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        desk.says("hello").reads("hello");
        WebPerson phone = browser.open(chatd, Device.PHONE).logIn(ben);
        WebPerson.awaitVisible(phone.row(ann.name()));

        desk.button("You").click();
        choose(desk.page().locator(".portrait"));
        Locator canvas = desk.page().locator(".crop canvas");
        WebPerson.awaitVisible(canvas);
        String whole = (String) canvas.evaluate("canvas => canvas.toDataURL()");
        // The picture is 60 × 40: to the right there is more of it, below there is not.
        canvas.focus();
        canvas.press("ArrowDown");
        canvas.press("ArrowRight");
        desk.page().waitForFunction("before => document.querySelector('.crop canvas').toDataURL() !== before", whole);
        desk.field("Larger or smaller").press("ArrowRight");
        assertThat(desk.field("Larger or smaller")).hasValue("1.05");
        desk.button("Save").click();
        WebPerson.awaitGone(canvas);
        awaitPicture(desk, ".portrait");
        awaitPicture(phone, ".row");
        WebPerson.awaitVisible(desk.button("Change picture"));
        AppearanceCheck.check(desk, "own-picture");

        // Who comes later sees it, too; and nobody once it is taken away.
        phone.logOut();
        phone.logIn(ben);
        awaitPicture(phone, ".row");
        desk.button("Remove picture").click();
        WebPerson.awaitGone(phone.page().locator(".row img"));
        WebPerson.awaitGone(desk.page().locator(".portrait img"));
        WebPerson.awaitVisible(desk.button("Choose a picture"));
    }

    @Test
    void aFileThatIsNoPictureChangesNothing() {
        WebPerson phone = browser.open(chatd, Device.PHONE).logIn(chatd.person());
        phone.button("You").click();
        phone.page()
                .locator(".portrait input[type=file]")
                .setInputFiles(new FilePayload("me.jpg", "image/jpeg", new byte[] {1, 2, 3}));
        WebPerson.awaitVisible(phone.page().getByText("This browser can't read it as a picture."));
        phone.expectAbsent(phone.page().locator(".crop"));
    }

    @Test
    void theMembersOfAGroupSeeItsPicture() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        String group = "Crew " + Chatd.newName();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann);
        desk.button("New group").first().click();
        desk.field("Name of the group").fill(group);
        desk.field("Add people").fill(ben.name());
        WebPerson.awaitVisible(desk.page().locator(".offered .choice").first());
        desk.field("Add people").press("Enter");
        WebPerson.awaitVisible(desk.button("Leave out " + ben.name()));
        desk.button("Create group").click();
        WebPerson.awaitVisible(desk.composer());
        WebPerson phone = browser.open(chatd, Device.PHONE).logIn(ben).open(group);
        desk.page().locator(".talk .head .who").click();
        choose(desk.page().locator(".card"));
        desk.button("Save").click();
        awaitPicture(desk, ".card .portrait");
        WebPerson.awaitVisible(
                phone.page().locator(".news").getByText(ann.name() + " changed the picture of the group."));
        awaitPicture(phone, ".talk .head");
        phone.page().locator(".talk .head .who").click();
        WebPerson.awaitVisible(phone.page().locator(".portrait img"));
        for (String label : List.of("Change picture", "Remove picture")) {
            phone.expectAbsent(phone.page().getByText(label));
        }
        desk.button("Remove picture").click();
        WebPerson.awaitGone(phone.page().locator(".portrait img"));
    }
}

package chatd.acceptance.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.web.browser.AppearanceCheck;
import chatd.acceptance.web.browser.BrowserTestBase;
import chatd.acceptance.web.browser.WebBrowser.Device;
import chatd.acceptance.web.browser.WebPerson;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.BoundingBox;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is different on a phone: the Enter key, the keyboard on the screen, and the way back. */
@Tag("processes")
class WebPhoneIT extends BrowserTestBase {
    private static WebPerson inConversation(Device device) {
        Chatd.Person ann = chatd.person();
        return browser.open(chatd, device).logIn(ann).find(chatd.person().name());
    }

    @Test
    void enterBeginsALineUntilTheUserChoosesOtherwise() {
        WebPerson phone = inConversation(Device.PHONE);
        assertThat(phone.composer()).hasAttribute("enterkeyhint", "enter");
        phone.composer().pressSequentially("one");
        phone.composer().press("Enter");
        phone.composer().pressSequentially("two");
        assertThat(phone.composer()).hasValue("one\ntwo");
        phone.composer().press("Control+Enter");
        assertThat(phone.page().locator("li.message .text")).hasText("one\ntwo");
        phone.button("Back").first().click();
        phone.button("You").click();
        Locator choice = phone.page().getByText("Enter sends what you write");
        choice.click();
        phone.page().goBack();
        phone.page().goForward();
        phone.page().reload();
        phone.button("Close").click();
        phone.page()
                .locator(".list .row")
                .filter(new Locator.FilterOptions().setHasText("You"))
                .click();
        assertThat(phone.composer()).hasAttribute("enterkeyhint", "send");
        phone.composer().pressSequentially("three");
        phone.composer().press("Enter");
        phone.reads("three");
    }

    @Test
    void onADeskEnterSendsUntilTheUserChoosesOtherwise() {
        WebPerson desk = inConversation(Device.DESK);
        desk.says("one").reads("one");
        desk.button("You").click();
        desk.page().getByText("Enter sends what you write").click();
        AppearanceCheck.check(desk, "you");
        desk.composer().fill("two");
        desk.composer().press("Enter");
        desk.composer().pressSequentially("three");
        assertThat(desk.composer()).hasValue("two\nthree");
        desk.composer().press("Control+Enter");
        assertThat(desk.page().locator("li.message .text").last()).hasText("two\nthree");
    }

    private static void openAndEscape(WebPerson phone, Locator sheet) {
        phone.button("Emoticons").click();
        WebPerson.awaitVisible(sheet);
        phone.page().keyboard().press("Escape");
        WebPerson.awaitGone(sheet);
    }

    /** Each press of the phone's back button closes the topmost thing, and nothing else. */
    @Test
    void theWayBackClosesOneThingAtATime() {
        WebPerson phone = inConversation(Device.PHONE);
        phone.says("hello").reads("hello");
        String conversation = phone.page().url();
        Locator sheet = phone.page().locator("dialog[open]");

        phone.button("Emoticons").click();
        WebPerson.awaitVisible(sheet);
        phone.page().goBack();
        WebPerson.awaitGone(sheet);
        WebPerson.awaitVisible(phone.composer());

        // At once after one is closed, another may be opened, and lead on.
        openAndEscape(phone, sheet);
        phone.act("hello", "Reply");
        WebPerson.awaitGone(sheet);
        assertThat(phone.page().locator(".about")).containsText("Reply to yourself");
        assertThat(phone.page().url()).isEqualTo(conversation);

        phone.page().locator(".head .who").click();
        WebPerson.awaitVisible(sheet);
        phone.page().goBack();
        WebPerson.awaitGone(sheet);
        WebPerson.awaitVisible(phone.composer());

        // Closed in another way, a sheet leaves nothing behind to go back through.
        openAndEscape(phone, sheet);
        phone.page().waitForFunction("() => history.state.isSheet !== true");
        // Nor is a sheet that was closed opened again by going forward.
        phone.page().goForward();
        phone.page().waitForFunction("() => history.state.isSheet !== true");
        WebPerson.awaitVisible(phone.composer());

        // The list of chats was left by way of the search.
        phone.page().goBack();
        phone.sees("Search");
        phone.page().goBack();
        phone.sees("Chats");
    }

    /** Safari lays its keyboard over the page, and tells how much of the page is in view. */
    @Test
    void theComposerStaysAboveAKeyboardThatIsLaidOverThePage() {
        WebPerson phone = inConversation(Device.PHONE);
        phone.composer().click();
        int height = 400;
        phone.page().evaluate("""
                height => {
                  Object.defineProperty(visualViewport, "height", { value: height, configurable: true });
                  visualViewport.dispatchEvent(new Event("resize"));
                }""", height);
        BoundingBox composer = phone.composer().boundingBox();
        assertThat(composer.y + composer.height).isLessThanOrEqualTo(height);
        BoundingBox head = phone.page().locator(".head:visible").first().boundingBox();
        assertThat(head.y).isNotNegative();
        phone.button("Emoticons").click();
        BoundingBox sheet = phone.page().locator("dialog[open]").boundingBox();
        assertThat(sheet.y + sheet.height).isLessThanOrEqualTo(height + 1);
        phone.page().evaluate("""
                () => {
                  delete visualViewport.height;
                  visualViewport.dispatchEvent(new Event("resize"));
                }""");
        phone.page().keyboard().press("Escape");
        BoundingBox after = phone.composer().boundingBox();
        assertThat(after.y).isGreaterThan(height);
    }

    @Test
    void aCorrectionOutlivesAReload() {
        WebPerson phone = inConversation(Device.PHONE);
        phone.says("helo").reads("helo");
        phone.act("helo", "Edit");
        phone.composer().fill("hello, as it should be");
        phone.page().reload();
        assertThat(phone.composer()).hasValue("hello, as it should be");
        assertThat(phone.page().locator(".about")).containsText("Editing your message");
        phone.page().locator(".composer .send").click();
        phone.reads("hello, as it should be");
        assertThat(phone.page().locator("li.message")).hasCount(1);
        phone.page().reload();
        phone.reads("hello, as it should be");
        assertThat(phone.composer()).hasValue("");
    }
}

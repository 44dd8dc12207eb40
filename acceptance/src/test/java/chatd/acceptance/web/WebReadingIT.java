package chatd.acceptance.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.Writer;
import chatd.acceptance.web.browser.BrowserTestBase;
import chatd.acceptance.web.browser.WebBrowser.Device;
import chatd.acceptance.web.browser.WebPerson;
import com.microsoft.playwright.Locator;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The reading position in a conversation: at the first unread message, further up, or at the end;
 * and that it is kept.
 */
@Tag("processes")
class WebReadingIT extends BrowserTestBase {
    @Test
    void aReaderFurtherUpIsNotMoved() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        try (Writer sender = new Writer(chatd, ben)) {
            sender.saysLines(ann, 1, 200);
            WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).open(ben.name());
            desk.toEnd().reads("line 200");
            desk.message("line 160").scrollIntoViewIfNeeded();
            double before = desk.offsetFromTop("line 160");
            for (int i = 1; i <= 3; i++) {
                sender.says(ann, "more " + i);
            }
            desk.reads("more 3");
            WebPerson.awaitVisible(desk.button("3 new"));
            assertThat(desk.offsetFromTop("line 160")).isCloseTo(before, within(0.5));
            // A smaller window, as when a phone's keyboard opens, and a narrower one, in which texts have more lines.
            desk.page().setViewportSize(1280, 500);
            assertThat(desk.offsetFromTop("line 160")).isCloseTo(before, within(0.5));
            desk.button("3 new").click();
            sender.says(ann, "at the end");
            desk.reads("at the end");
            assertThat(desk.message("at the end")).isInViewport();
            WebPerson.awaitGone(desk.button("Jump to latest"));
        }
    }

    @Test
    void aLongHistoryIsReadInPagesAndThePageStaysSmall() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        try (Writer sender = new Writer(chatd, ben)) {
            sender.saysLines(ann, 1, 800);
        }
        WebPerson desk = browser.open(chatd, Device.DESK)
                .logIn(ann)
                .open(ben.name())
                .toEnd()
                .reads("line 800");
        Locator kept = desk.message("line 780");
        kept.evaluate("row => { row.isKept = true; }");
        desk.page().locator(".scroll").evaluate("box => { box.scrollTop = 0; }");
        desk.reads("line 720");
        assertThat(kept.evaluate("row => row.isKept")).isEqualTo(true);
        while (desk.message("line 1").count() == 0) {
            String first = desk.page().locator("li.message").first().textContent();
            desk.page().locator(".scroll").evaluate("box => { box.scrollTop = 0; }");
            desk.page().waitForFunction("first => document.querySelector('li.message')?.textContent !== first", first);
            assertThat(desk.page().locator("li.message").count()).isLessThanOrEqualTo(300);
        }
        WebPerson.awaitVisible(desk.page().getByText("This is the beginning."));
        desk.page().locator(".jump").click();
        desk.reads("line 800");
        assertThat(desk.message("line 800")).isInViewport();
        WebPerson.awaitGone(desk.page().locator(".jump"));
    }

    /**
     * Nothing above or below the message being read moves it, nor do amendments of other messages.
     */
    @Test
    void growthAboveDoesNotMoveTheMessageBeingRead() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        try (Writer sender = new Writer(chatd, ben)) {
            sender.saysLines(ann, 1, 20);
            long above = sender.says(ann, "short");
            sender.saysLines(ann, 21, 45);
            WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).open(ben.name());
            desk.reads("line 45");
            desk.scrollTo("line 22");
            double before = desk.offsetFromTop("line 22");
            sender.sendCommand(32, Map.of("mid", above, "text", "now it is long ".repeat(200)));
            assertThat(desk.page().locator(".messages")).containsText("now it is long");
            assertThat(desk.offsetFromTop("line 22")).isCloseTo(before, within(0.5));
            sender.sendCommand(33, Map.of("mid", above, "code", "👍", "on", true));
            WebPerson.awaitVisible(desk.page().locator(".reaction"));
            assertThat(desk.offsetFromTop("line 22")).isCloseTo(before, within(0.5));
            sender.sendCommand(31, Map.of("mid", above));
            WebPerson.awaitVisible(desk.page().locator(".gone"));
            assertThat(desk.offsetFromTop("line 22")).isCloseTo(before, within(0.5));
            // Narrower, so that texts have more lines
            desk.page().setViewportSize(700, 800);
            assertThat(desk.offsetFromTop("line 22")).isCloseTo(before, within(0.5));
        }
    }

    @Test
    void aReaderAtTheEndStaysThereWhileTheComposerGrows() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        try (Writer sender = new Writer(chatd, ben)) {
            sender.saysLines(ann, 1, 60);
            WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).open(ben.name());
            desk.toEnd().reads("line 60");
            for (int line = 0; line < 6; line++) {
                desk.composer().pressSequentially("line");
                desk.composer().press("Shift+Enter");
            }
            assertThat(desk.message("line 60")).isInViewport();
            WebPerson.awaitGone(desk.page().locator(".jump"));
            desk.composer().fill("");
            sender.says(ann, "and more");
            desk.reads("and more");
            assertThat(desk.message("and more")).isInViewport();
            WebPerson.awaitGone(desk.page().locator(".jump"));
        }
    }

    /**
     * Only messages that were in view are read, not those that arrived while the list was shown.
     */
    @Test
    void aConversationReopenedOnAPhoneBeginsAtTheFirstUnreadMessage() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        try (Writer sender = new Writer(chatd, ben)) {
            sender.says(ann, "first");
            WebPerson phone = browser.open(chatd, Device.PHONE).logIn(ann).open(ben.name());
            phone.reads("first").button("Back").click();
            sender.saysLines(ann, 1, 60);
            assertThat(phone.row(ben.name()).locator(".count")).hasText("60");
            phone.open(ben.name()).reads("line 1");
            assertThat(phone.message("line 1")).isInViewport();
            assertThat(phone.page().locator(".new-line + li")).containsText("line 1");
            assertThat(phone.message("line 60")).not().isInViewport();
            assertThat(chatd.unread(ann, sender.user())).isPositive();
            phone.toEnd();
            assertThat(phone.message("line 60")).isInViewport();
            await().untilAsserted(
                            () -> assertThat(chatd.unread(ann, sender.user())).isZero());
            assertThat(phone.page()).hasTitle("Chat");
        }
    }

    @Test
    void aGroupThatWasNeverOpenedBeginsAtTheFirstUnreadMessage() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        try (Writer owner = new Writer(chatd, ben)) {
            String group = owner.createGroup("Ops", ann.name());
            for (int line = 1; line <= 150; line++) {
                owner.saysTo(group, "flood " + line);
            }
            WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann);
            assertThat(desk.row("Ops").locator(".count")).hasText("99+");
            desk.open("Ops").reads("flood 1");
            assertThat(desk.page().locator(".new-line + li")).containsText("flood 1");
            assertThat(desk.message("flood 1")).isInViewport();
            WebPerson.awaitVisible(desk.button("99+ new"));
        }
    }

    /**
     * Messages that nobody looks at are not read: in a tab behind another, or in a window without
     * the focus.
     */
    @Test
    void onlyMessagesInViewOfAVisibleTabWithTheFocusAreRead() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        try (Writer sender = new Writer(chatd, ben)) {
            sender.says(ann, "one");
            WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).open(ben.name());
            desk.reads("one");
            await().untilAsserted(
                            () -> assertThat(chatd.unread(ann, sender.user())).isZero());
            desk.looksAway();
            sender.says(ann, "two");
            desk.reads("two");
            assertThat(desk.page()).hasTitle("(1) Chat");
            assertThat(chatd.unread(ann, sender.user())).isEqualTo(1);
            desk.looksAgain();
            assertThat(desk.page()).hasTitle("Chat");
            await().untilAsserted(
                            () -> assertThat(chatd.unread(ann, sender.user())).isZero());
        }
    }
}

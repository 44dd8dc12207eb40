package chatd.acceptance.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.files.FileTestBase;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.Writer;
import chatd.acceptance.web.browser.AppearanceCheck;
import chatd.acceptance.web.browser.BrowserTestBase;
import chatd.acceptance.web.browser.WebBrowser.Device;
import chatd.acceptance.web.browser.WebPerson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.MouseButton;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What people do with a message: by the mouse, by a finger, and by the menu. */
@Tag("processes")
class WebActionsIT extends BrowserTestBase {
    private static Locator menu(WebPerson person) {
        return person.page().locator("dialog[open]");
    }

    private static Locator bubble(WebPerson person, String text) {
        return person.message(text).locator(".bubble");
    }

    /** Puts a finger down at a point, moves it, or lifts it. */
    private static void touch(CDPSession tools, String type, double... at) {
        var parameters = new JsonObject();
        parameters.addProperty("type", type);
        var points = new JsonArray();
        if (at.length > 0) {
            var point = new JsonObject();
            point.addProperty("x", at[0]);
            point.addProperty("y", at[1]);
            points.add(point);
        }
        parameters.add("touchPoints", points);
        tools.send("Input.dispatchTouchEvent", parameters);
    }

    private static void swipe(CDPSession tools, Locator over, double across, double down) {
        BoundingBox box = over.boundingBox();
        double x = box.x + box.width / 2;
        double y = box.y + box.height / 2;
        touch(tools, "touchStart", x, y);
        for (int step = 1; step <= 4; step++) {
            touch(tools, "touchMove", x + across * step / 4, y + down * step / 4);
        }
        touch(tools, "touchEnd");
    }

    /**
     * Swipes over a text until something is there. A finger that rested before it moved for as long as a long press takes,
     * since the machine was busy, has opened the menu: it tries again.
     */
    private static void swipe(
            WebPerson phone, CDPSession tools, String text, double across, double down, String until) {
        do {
            closeMenu(phone);
            swipe(tools, bubble(phone, text), across, down);
            phone.page().waitForFunction("until => document.querySelector(until) !== null", until + ", dialog[open]");
        } while (menu(phone).isVisible());
    }

    private static void closeMenu(WebPerson phone) {
        if (menu(phone).isVisible()) {
            phone.page().keyboard().press("Escape");
            WebPerson.awaitGone(menu(phone));
        }
    }

    @Test
    void theMouseHasReactionsRepliesAndTheMenuAtHand() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        try (Writer writer = new Writer(chatd, ben)) {
            writer.says(ann, "shall we?");
            writer.says(ann, "a link: https://example.org/");
        }
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).open(ben.name());
        desk.expectAbsent(desk.page().locator(".hover-bar"));
        bubble(desk, "shall we?").hover();
        desk.page().locator(".hover-bar").getByText("👍").click();
        assertThat(desk.message("shall we?").locator(".reaction")).hasText("👍 1");
        desk.page().locator(".hover-bar").getByText("👍").click();
        WebPerson.awaitGone(desk.message("shall we?").locator(".reaction"));
        bubble(desk, "shall we?").hover();
        desk.page().locator(".hover-bar").getByLabel("Reply").click();
        assertThat(desk.composer()).isFocused();
        desk.page().keyboard().type("yes");
        desk.page().keyboard().press("Enter");
        assertThat(desk.message("yes").locator(".answered")).containsText("shall we?");
        // The right button has the same menu; a link, and what is selected, keep the browser's own.
        bubble(desk, "shall we?").click(new Locator.ClickOptions().setButton(MouseButton.RIGHT));
        WebPerson.awaitVisible(menu(desk).getByText("Reply"));
        AppearanceCheck.check(desk, "actions-all");
        desk.page().keyboard().press("Escape");
        WebPerson.awaitGone(menu(desk));
        assertThat(desk.page().evaluate("""
                () => {
                  const asked = new MouseEvent("contextmenu", { bubbles: true, cancelable: true });
                  document.querySelector(".text a").dispatchEvent(asked);
                  return asked.defaultPrevented;
                }""")).isEqualTo(false);
        desk.expectAbsent(menu(desk));
    }

    @Test
    void aFingerHasTheMenuByALongPressAndRepliesByASwipe() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        try (Writer writer = new Writer(chatd, ben)) {
            writer.saysLines(ann, 1, 60);
        }
        WebPerson phone =
                browser.open(chatd, Device.PHONE).logIn(ann).open(ben.name()).toEnd();
        CDPSession tools = phone.page().context().newCDPSession(phone.page());
        BoundingBox box = bubble(phone, "line 58").boundingBox();
        touch(tools, "touchStart", box.x + 10, box.y + 10);
        WebPerson.awaitVisible(menu(phone).getByText("Reply"));
        touch(tools, "touchEnd");
        assertThat(menu(phone).locator(".quoted")).hasText("line 58");
        phone.page().keyboard().press("Escape");
        WebPerson.awaitGone(menu(phone));
        // Too short, and it is nothing.
        swipe(tools, bubble(phone, "line 58"), 30, 0);
        phone.expectAbsent(phone.page().locator(".about"));
        swipe(phone, tools, "line 57", 80, 3, ".about");
        assertThat(phone.page().locator(".about bdi")).hasText("line 57");
        assertThat(phone.message("line 57")).hasAttribute("style", "");
        phone.button("Cancel").click();
        // Up and down scrolls.
        swipe(phone, tools, "line 56", 10, 200, ".jump");
        phone.expectAbsent(phone.page().locator(".about"));
        phone.expectAbsent(menu(phone));
    }

    @Test
    void aReactionIsFoundByItsName() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        try (Writer writer = new Writer(chatd, ben)) {
            writer.says(ann, "look at this");
        }
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).open(ben.name());
        desk.message("look at this").hover();
        desk.message("look at this").getByLabel("Message actions").click();
        desk.button("More reactions").click();
        assertThat(desk.field("Search emoji")).isFocused();
        WebPerson.awaitVisible(desk.button("Flags"));
        AppearanceCheck.check(desk, "reaction-picker");
        desk.field("Search emoji").fill("no-such-thing");
        WebPerson.awaitVisible(desk.page().getByText("Nothing found."));
        desk.field("Search emoji").fill("ros");
        desk.button("rose").first().click();
        assertThat(desk.message("look at this").locator(".reaction")).hasText("🌹 1");
    }

    @Test
    void anyEmojiIsChosenFromItsGroupAndThoseUsedLatelyComeFirst() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        desk.says("look at this").reads("look at this");
        desk.button("Emoticons").click();
        // Beside the button, not in the middle
        Locator sheet = desk.page().locator("dialog[open]");
        WebPerson.awaitVisible(desk.button("Flags"));
        BoundingBox button = desk.page().locator(".writes .iconic").first().boundingBox();
        BoundingBox picker = sheet.boundingBox();
        assertThat(Math.abs(picker.x - button.x)).isLessThan(2);
        assertThat(button.y - picker.y - picker.height).isBetween(0.0, 8.0);
        desk.button("Flags").click();
        desk.button("Switzerland").click();
        assertThat(desk.composer()).hasValue("🇨🇭");
        desk.act("look at this", "More reactions");
        assertThat(desk.button("Used lately")).hasAttribute("aria-pressed", "true");
        assertThat(desk.page().locator(".picker button")).hasText(new String[] {"🇨🇭"});
        // Within rows, and between them, by keys
        desk.button("Food and drink").click();
        desk.button("grapes").focus();
        desk.page().keyboard().press("ArrowRight");
        assertThat(desk.button("melon")).isFocused();
        desk.page().keyboard().press("ArrowDown");
        desk.page().keyboard().press("ArrowUp");
        desk.page().keyboard().press("Enter");
        assertThat(desk.message("look at this").locator(".reaction")).hasText("🍈 1");
        desk.button("Emoticons").click();
        assertThat(desk.page().locator(".picker button")).hasText(new String[] {"🍈", "🇨🇭"});
    }

    /** On all devices it is marked; on this one it opens there. */
    @Test
    void aConversationIsMarkedUnreadFromAMessageOn() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        try (Writer writer = new Writer(chatd, ben)) {
            writer.says(ann, "the first");
            writer.says(ann, "the second");
            writer.says(ann, "the third");
        }
        WebPerson phone = browser.open(chatd, Device.PHONE).logIn(ann);
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).open(ben.name());
        desk.reads("the third");
        Locator elsewhere = phone.row(ben.name()).getByLabel("marked as unread");
        WebPerson.awaitGone(phone.row(ben.name()).getByLabel("3 unread"));
        desk.act("the second", "Mark unread from here");
        WebPerson.awaitVisible(desk.row(ben.name()).getByLabel("marked as unread"));
        WebPerson.awaitVisible(desk.page().getByText("Choose a chat, or find somebody to talk to."));
        WebPerson.awaitVisible(elsewhere);
        assertThat(desk.page()).hasTitle(Pattern.compile("^\\(1\\).*"));
        // It is kept over a reload of the other device, too.
        phone.page().reload();
        WebPerson.awaitVisible(elsewhere);

        desk.open(ben.name());
        assertThat(desk.page().locator(".new-line + li")).containsText("the second");
        WebPerson.awaitGone(desk.row(ben.name()).getByLabel("marked as unread"));
        WebPerson.awaitGone(elsewhere);
    }

    @Test
    void severalMessagesAreSelectedCopiedForwardedAndDeleted() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        Chatd.Person eve = chatd.person();
        WebPerson desk =
                browser.open(chatd, Device.DESK.withClipboard()).logIn(ann).find(eve.name());
        desk.says("for eve").reads("for eve");
        desk.button("Search").click();
        desk.field("Search").fill(ben.name());
        desk.row(ben.name()).click();
        desk.says("the first").reads("the first").says("the second").reads("the second");
        try (Writer writer = new Writer(chatd, ben)) {
            writer.says(ann, "https://example.org/plan");
        }
        desk.reads("https://example.org/plan").act("the first", "Select");
        WebPerson.awaitVisible(desk.page().getByText("1 selected"));
        desk.message("the second").click();
        // A link is selected, not followed, and a box is one of the ways.
        desk.page().locator("li.message a").click();
        WebPerson.awaitVisible(desk.page().getByText("3 selected"));
        AppearanceCheck.check(desk, "selected");
        desk.button("Copy").click();
        WebPerson.awaitVisible(desk.page().getByText("Copied"));
        assertThat((String) desk.page().evaluate("navigator.clipboard.readText()"))
                .matches("(?s)" + ann.name() + ", [^\n]+\nthe first\n\n" + ann.name() + ", [^\n]+\nthe second\n\n"
                        + ben.name() + ", [^\n]+\nhttps://example.org/plan");

        desk.act("the first", "Select");
        desk.message("the second").getByRole(AriaRole.CHECKBOX).check();
        desk.button("Forward").click();
        desk.page().locator(".forward").getByText(eve.name()).click();
        WebPerson.awaitVisible(desk.page().getByText("Forwarded to " + eve.name()));

        desk.act("the first", "Select");
        // The menu is gone by then: Escape would be its own otherwise.
        WebPerson.awaitVisible(desk.page().getByText("1 selected"));
        WebPerson.awaitGone(desk.page().locator("dialog[open]"));
        desk.page().keyboard().press("Escape");
        WebPerson.awaitVisible(desk.page().locator(".head .who"));
        desk.act("the first", "Select");
        desk.message("the second").click();
        desk.message("https://example.org/plan").click();
        desk.button("Delete").click();
        WebPerson.awaitVisible(desk.page().getByText("Of these 3, 2 can be deleted"));
        desk.choice("Delete for everyone").click();
        WebPerson.awaitGone(desk.message("the second"));
        WebPerson.awaitGone(desk.message("the first"));
        assertThat(desk.texts()).containsExactly("https://example.org/plan");

        desk.row(eve.name()).click();
        desk.reads("the second");
        assertThat(desk.texts()).containsExactly("for eve", "the first", "the second");
    }

    @Test
    void whatAMessageSaidBeforeIsListed() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        desk.says("the first text").reads("the first text");
        for (String text : List.of("the second text", "the third text")) {
            desk.page().keyboard().press("ArrowUp");
            desk.composer().fill(text);
            desk.page().keyboard().press("Enter");
            desk.reads(text);
        }
        WebPerson phone = browser.open(chatd, Device.PHONE).logIn(ben).open(ann.name());
        phone.act("the third text", "Edit history");
        assertThat(menu(phone).locator(".versions .text"))
                .hasText(new String[] {"the third text", "the second text", "the first text"});
        AppearanceCheck.check(phone, "edit-history");
    }

    @Test
    void textsAndFilesAreForwardedAndLinkedTo() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        Chatd.Person cat = chatd.person();
        try (Writer writer = new Writer(chatd, cat);
                JsonSocket files = chatd.logInJson(JsonCarrier.LINES, ben, "files")) {
            writer.says(ann, "a text of somebody else");
            FileTestBase.sendFile(
                    files, JsonType.FILE, ann.name(), "plan.txt", "the plan".getBytes(StandardCharsets.UTF_8));
        }
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).open(cat.name());
        desk.composer().fill("a draft");
        desk.open(ben.name());
        desk.composer().fill("another draft");
        desk.page().locator("li.message").hover();
        desk.page().locator("li.message").getByLabel("Message actions").click();
        menu(desk).getByText("Forward").click();
        desk.field("Forward to").fill(cat.name());
        AppearanceCheck.check(desk, "forward");
        menu(desk).locator(".forward .row").click();
        WebPerson.awaitVisible(desk.page().getByText("Forwarded to " + cat.name()));
        desk.open(cat.name());
        WebPerson.awaitVisible(desk.page().locator("li.message.own").getByText("plan.txt"));
        desk.act("a text of somebody else", "Forward");
        menu(desk)
                .locator(".forward .row", new Locator.LocatorOptions().setHasText(ben.name()))
                .click();
        WebPerson.awaitVisible(desk.page().getByText("Forwarded to " + ben.name()));
        // What was being written is still there.
        assertThat(desk.composer()).hasValue("a draft");
        desk.open(ben.name()).reads("a text of somebody else");
        assertThat(desk.composer()).hasValue("another draft");

        desk.page().context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
        desk.act("a text of somebody else", "Copy link");
        WebPerson.awaitVisible(desk.page().getByText("Copied"));
        String link = (String) desk.page().evaluate("() => navigator.clipboard.readText()");
        assertThat(link).matches("https://localhost:\\d+/#/m/\\d+");
        desk.open(cat.name());
        desk.page().navigate(link);
        desk.reads("a text of somebody else");
        WebPerson.awaitVisible(desk.page().locator(".talk .head h1").getByText(ben.name()));
    }
}

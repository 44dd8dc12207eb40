package chatd.acceptance.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.Writer;
import chatd.acceptance.web.browser.AppearanceCheck;
import chatd.acceptance.web.browser.BrowserTestBase;
import chatd.acceptance.web.browser.WebBrowser.Device;
import chatd.acceptance.web.browser.WebPerson;
import com.google.gson.JsonObject;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.BoundingBox;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Writing and reading in the page: keys, input methods, addresses, long histories, groups,
 * languages.
 */
@Tag("processes")
public class WebTalkIT extends BrowserTestBase {
    @Test
    void enterThatEndsACompositionDoesNotSend() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        desk.composer().fill("ni hao");
        desk.composer().dispatchEvent("keydown", Map.of("key", "Enter", "isComposing", true));
        desk.composer().dispatchEvent("keydown", Map.of("key", "Enter", "keyCode", 229));
        assertThat(desk.composer()).hasValue("ni hao");
        desk.expectAbsent(desk.page().locator("li.message"));
        desk.composer().press("Shift+Enter");
        assertThat(desk.composer()).hasValue("ni hao\n");
        desk.composer().press("Enter");
        desk.reads("ni hao");
        assertThat(desk.composer()).hasValue("");
    }

    @Test
    void aTextThatIsTooLongIsReportedBeforeItIsSent() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        // Three bytes each
        desk.composer().fill("好".repeat(22_000));
        WebPerson.awaitVisible(desk.page().getByText("Too long by"));
        assertThat(desk.button("Send")).isDisabled();
        desk.composer().press("Enter");
        desk.expectAbsent(desk.page().locator("li.message"));
        desk.composer().fill("short");
        desk.button("Send").click();
        desk.reads("short");
    }

    @Test
    void aClickReachesTheRowThatWasUnderThePointerWhenItWentDown() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        Chatd.Person cat = chatd.person();
        try (Writer first = new Writer(chatd, ben);
                Writer second = new Writer(chatd, cat)) {
            first.says(ann, "from ben");
            second.says(ann, "from cat");
            WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann);
            Locator row = desk.row(cat.name());
            assertThat(desk.page().locator(".list .row").first()).containsText(cat.name());
            BoundingBox box = row.boundingBox();
            desk.page().mouse().move(box.x + 100, box.y + 20);
            desk.page().mouse().down();
            first.says(ann, "again from ben");
            WebPerson.awaitVisible(desk.row(ben.name()).getByText("again from ben"));
            assertThat(desk.page().locator(".list .row").first()).containsText(cat.name());
            desk.page().mouse().up();
            desk.reads("from cat");
            assertThat(desk.page().locator(".list .row").first()).containsText(ben.name());
        }
    }

    @Test
    void placesHaveAddresses() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson phone = browser.open(chatd, Device.PHONE).logIn(ann).find(ben.name());
        phone.says("here").reads("here");
        String mid = phone.message("here").getAttribute("data-mid");
        assertThat(phone.page().url()).matches(".*#/U\\d+");
        phone.button("Back").click();
        phone.sees("Chats");
        phone.page().goBack();
        phone.reads("here");
        // Going back does not return to a card that was closed.
        phone.page().locator(".talk .head .who").click();
        phone.button("Close").click();
        WebPerson.awaitGone(phone.button("Mute"));
        phone.page().goBack();
        phone.sees("Search");
        phone.page().navigate(phone.address() + "#/m/" + mid);
        phone.reads("here");
        assertThat(phone.page()).hasURL(Pattern.compile(".*#/U\\d+/" + mid));
        phone.page().navigate(phone.address() + "#/all");
        phone.sees("Everyone");
    }

    @Test
    void theKeysDoWhatTheirListSays() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        desk.says("one").reads("one");
        desk.page().keyboard().press("Control+k");
        desk.sees("Search");
        desk.page().keyboard().press("Escape");
        desk.sees("Chats");
        desk.page().keyboard().press("Alt+ArrowDown");
        assertThat(desk.page()).hasURL(Pattern.compile(".*#/(U\\d+|all)"));
        desk.page().locator(".talk h1").focus();
        desk.page().keyboard().press("?");
        desk.sees("Keyboard shortcuts");
    }

    @Test
    void whateverIsOpenedTakesTheFocusAndGivesItBack() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        desk.says("one").reads("one");
        Page page = desk.page();
        Map<String, Runnable> ways = Map.of(
                "Search, by a key",
                () -> page.keyboard().press("Control+k"),
                "Search, by a button",
                () -> desk.button("Search").click(),
                "You",
                () -> desk.button("You").click(),
                "Keyboard shortcuts",
                () -> {
                    page.locator(".talk h1").focus();
                    page.keyboard().press("?");
                },
                ben.name(),
                () -> page.locator(".talk .who").click());
        new TreeMap<>(ways).forEach((opened, open) -> {
            desk.composer().focus();
            open.run();
            page.waitForFunction("() => document.activeElement.closest('.left, .card') !== null");
            if (opened.startsWith("Search")) {
                page.keyboard().type("typed");
                assertThat(desk.field("Search")).hasValue("typed");
            }
            page.keyboard().press("Escape");
            WebPerson.awaitGone(page.locator(".left input[type=search], .card h1, .keys"));
            page.waitForFunction("() => document.activeElement.closest('.left .list, .talk') !== null");
        });
        assertThat(desk.composer()).hasValue("");
    }

    @Test
    void aGroupShowsItsNewsAndCountsItsMentions() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        Chatd.Person cat = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann);
        try (Writer owner = new Writer(chatd, ben)) {
            String group = owner.createGroup("Crew <b>", ann.name(), cat.name());
            desk.row("Crew <b>");
            owner.saysTo(group, "hello @" + ann.name());
            assertThat(desk.row("Crew <b>").locator(".count")).hasText("@1");
            assertThat(desk.page()).hasTitle("(1) Chat");
            desk.open("Crew <b>");
            assertThat(desk.page().locator(".news"))
                    .hasText(Pattern.compile(ben.name() + " created the group with .*you.*"));
            assertThat(desk.page().locator(".mention")).hasText("@" + ann.name());
            assertThat(desk.page()).hasTitle("Chat");
            assertThat(desk.page().locator(".talk .head small")).hasText("3 members · 1 other online");
            owner.sendCommand(23, Map.of("op", "remove", "group_id", group, "user", ann.name()));
            WebPerson.awaitVisible(desk.page().getByText("You are not a member of this group."));
            owner.sendCommand(23, Map.of("op", "add", "group_id", group, "users", List.of(ann.name())));
            WebPerson.awaitVisible(desk.composer());
            owner.sendCommand(23, Map.of("op", "close", "group_id", group));
            WebPerson.awaitVisible(desk.page().getByText("This group is closed. Nothing more can be written."));
        }
    }

    @Test
    void textsOfABlockedPersonInAGroupAreFoldedAndNeverCounted() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        Chatd.Person cat = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann);
        try (Writer owner = new Writer(chatd, ben);
                Writer other = new Writer(chatd, cat)) {
            String group = owner.createGroup("Crew", ann.name(), cat.name());
            owner.saysTo(group, "loud @" + ann.name());
            assertThat(desk.row("Crew").locator(".count")).hasText("@1");
            desk.open("Crew").reads("loud @" + ann.name());
            desk.find(ben.name()).page().locator(".talk .who").click();
            desk.button("Block").click();
            Locator last = desk.row("Crew").locator(".row-last");
            assertThat(last).hasText("1 message from a blocked person");
            desk.page().keyboard().press("Escape");
            Locator folded = desk.page().locator("li.folded");
            owner.saysTo(group, "louder @" + ann.name());
            other.saysTo(group, "quiet");
            assertThat(last).hasText(cat.name() + ": quiet");
            assertThat(desk.row("Crew").locator(".count")).hasText("1");
            desk.open("Crew").reads("quiet");
            assertThat(folded).hasCount(2);
            folded.last().getByRole(AriaRole.BUTTON).click();
            desk.reads("louder @" + ann.name());
            assertThat(folded).hasCount(1);
        }
    }

    @Test
    void mentionsOfNamesWithPunctuationAreShown() {
        Chatd.Person ann = chatd.person();
        String name = Chatd.newName();
        Chatd.Person ben =
                chatd.person(name.substring(0, 2) + "-" + name.substring(2, 4) + "_" + name.substring(4) + ".x");
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        desk.says("for @" + ben.name());
        assertThat(desk.page().locator(".mention")).hasText("@" + ben.name());
        desk.says("and so on").reads("and so on");
        assertThat(browser.open(chatd, Device.PHONE)
                        .logIn(ben)
                        .open(ann.name())
                        .page()
                        .locator(".mention"))
                .hasText("@" + ben.name());
    }

    @Test
    void aMessageThatCannotBeShownDoesNotAffectOthers() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        // Makes every text with this word fail to be shown.
        desk.page().evaluate("""
                () => {
                  const { exec } = RegExp.prototype;
                  RegExp.prototype.exec = function (text) {
                    if (String(text).includes("unshowable")) {
                      throw new Error("unshowable");
                    }
                    return exec.call(this, text);
                  };
                }""");
        try (Writer writer = new Writer(chatd, ben)) {
            writer.says(ann, "before");
            desk.reads("before");
            writer.says(ann, "unshowable");
            WebPerson.awaitVisible(desk.page().getByText("This message could not be shown."));
            WebPerson.awaitVisible(desk.page().getByText("This chat could not be shown here."));
            writer.says(ann, "after");
            desk.reads("before").reads("after");
        }
        assertThat(desk.row(ben.name())).containsText("after");
        assertThat(desk.page().getByText("This message could not be shown.")).hasCount(1);
        AppearanceCheck.check(desk, "failed-message");
        // What happened can be passed on: where it failed, without what the message says.
        desk.page().context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
        desk.button("Copy details").click();
        WebPerson.awaitVisible(desk.page().getByText("Copied"));
        assertThat((String) desk.page().evaluate("() => navigator.clipboard.readText()"))
                .containsPattern("Error: unshowable[\\s\\S]*/\\w+\\.\\w+\\.js\\n.*Chrome")
                .doesNotContain("before");
        assertThat(desk.complaints()).isNotEmpty().allMatch(complaint -> complaint.contains("unshowable"));
        desk.complaints().clear();
    }

    @Test
    void anotherLanguageAppliesAtOnceInTheOpenConversation() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        desk.says("hello").reads("hello");
        Locator actions = desk.message("hello").locator("> .iconic");
        assertThat(actions).hasAttribute("aria-label", "Message actions");
        desk.button("You").click();
        desk.button("中文").click();
        assertThat(actions).hasAttribute("aria-label", "对此消息的操作");
    }

    /** The time is in the last line of a text where there is room, and never over it. */
    @Test
    void theTimeIsInTheLastLineOfATextWhereThereIsRoom() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        String place = """
                row => {
                  const range = document.createRange();
                  range.selectNodeContents(row.querySelector(".text"));
                  const lines = [...range.getClientRects()];
                  const time = row.querySelector("footer").getBoundingClientRect();
                  const last = Math.max(...lines.map((line) => line.bottom));
                  const isOver = lines.some((line) =>
                    line.right > time.left + 1 && line.left < time.right - 1 && line.bottom > time.top + 1 && line.top < time.bottom - 1);
                  return isOver ? "over" : time.top < last ? "in" : "below";
                }""";
        for (Device device : List.of(Device.DESK, Device.PHONE)) {
            WebPerson one = browser.open(chatd, device).logIn(ann).find(ben.name());
            Map<String, String> expected = Map.of(
                    "short", "in",
                    "a line that is longer\nshort", "in",
                    "שלום עולם, זו שורה ארוכה יותר\nשלום", "in",
                    "- a list\n- of two", "below",
                    "**first**\n> quoted\nand said", "in",
                    "🙂", "in");
            expected.forEach((text, where) -> {
                one.composer().fill(text);
                one.composer().press(device == Device.DESK ? "Enter" : "Control+Enter");
                assertThat(one.composer()).hasValue("");
                Locator row = one.page().locator("li.message").last();
                WebPerson.awaitVisible(row.locator("[aria-label=Sent]"));
                assertThat(row.evaluate(place)).as("%s: %s", device, text).isEqualTo(where);
            });
            // At each width some word ends the line just before the time, and some just in it.
            for (int words = 1; words < 24; words++) {
                one.composer().fill("word ".repeat(words) + "end");
                one.composer().press(device == Device.DESK ? "Enter" : "Control+Enter");
                assertThat(one.composer()).hasValue("");
            }
            WebPerson.awaitGone(one.page().locator(".waits"));
            for (Locator row : one.page().locator("li.message").all()) {
                assertThat(row.evaluate(place)).isNotEqualTo("over");
            }
        }
    }

    /**
     * Each text has its own direction, and a name in any direction leaves the text around it as it
     * is.
     */
    @Test
    void textsAndNamesFromRightToLeftAreIsolated() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        chatd.admin("", "user", "rename", ben.name(), "محمد").exits(0);
        Chatd.Person renamed = new Chatd.Person("محمد", ben.password());
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann);
        try (Writer other = new Writer(chatd, renamed)) {
            String group = other.createGroup("Crew", ann.name());
            other.saysTo(group, "مرحبا بالعالم!");
            other.saysTo(group, "and in English");
            desk.open("Crew").reads("and in English");
            String direction = "element => getComputedStyle(element).direction";
            assertThat(desk.page().locator(".text").first().evaluate(direction)).isEqualTo("rtl");
            assertThat(desk.message("and in English").locator(".text").evaluate(direction))
                    .isEqualTo("ltr");
            Locator news = desk.page().locator(".news span");
            assertThat(news.evaluate(direction)).isEqualTo("ltr");
            assertThat(news).hasText(renamed.name() + " created the group with you.");
            assertThat(desk.page().locator(".sender .name").first()).hasText(renamed.name());
            assertThat(desk.page().locator(".sender .name").first().evaluate("element => element.tagName"))
                    .isEqualTo("BDI");
        }
    }

    @Test
    void theBrowsersLanguageIsUsed() {
        WebPerson person = browser.open(chatd, Device.PHONE.options().setLocale("zh-CN"));
        person.sees("登录");
        assertThat(person.page().locator("html")).hasAttribute("lang", "zh-CN");
        person.button("English").click();
        person.sees("Log in");
        person.page().reload();
        person.sees("Log in");
    }

    /** A composition as an input method makes it. */
    @Test
    void anInputMethodComposesBeforeItIsSent() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        desk.composer().click();
        CDPSession tools = desk.page().context().newCDPSession(desk.page());
        tools.send("Input.imeSetComposition", composition("ni hao"));
        assertThat(desk.composer()).hasValue("ni hao");
        // The key that accepts the composition arrives while it is still in progress.
        JsonObject enter = new JsonObject();
        enter.addProperty("type", "rawKeyDown");
        enter.addProperty("key", "Enter");
        enter.addProperty("windowsVirtualKeyCode", 229);
        tools.send("Input.dispatchKeyEvent", enter);
        JsonObject taken = new JsonObject();
        taken.addProperty("text", "你好");
        tools.send("Input.insertText", taken);
        assertThat(desk.composer()).hasValue("你好");
        desk.expectAbsent(desk.page().locator("li.message"));
        desk.composer().press("Enter");
        desk.reads("你好");
    }

    /** Phone keyboards compose whole words, and send a line break in place of the Enter key. */
    @Test
    void enterOnAKeyboardThatReportsNoKeySendsIfTheUserWantsIt() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson phone = browser.open(chatd, Device.PHONE).logIn(ann).find(ben.name());
        // By default Enter begins a line there; this is what the choice on the page "You" stores.
        phone.page().evaluate("localStorage.setItem('enter', 'send')");
        phone.page().reload();
        phone.composer().click();
        CDPSession tools = phone.page().context().newCDPSession(phone.page());
        JsonObject word = new JsonObject();
        word.addProperty("text", "hello");
        tools.send("Input.insertText", word);
        JsonObject unknown = new JsonObject();
        unknown.addProperty("type", "rawKeyDown");
        unknown.addProperty("key", "Unidentified");
        unknown.addProperty("windowsVirtualKeyCode", 229);
        tools.send("Input.dispatchKeyEvent", unknown);
        JsonObject lineEnd = new JsonObject();
        lineEnd.addProperty("type", "char");
        lineEnd.addProperty("text", "\r");
        tools.send("Input.dispatchKeyEvent", lineEnd);
        phone.reads("hello");
        assertThat(phone.composer()).hasValue("");
        // With Shift it is a new line.
        phone.composer().pressSequentially("one");
        phone.composer().press("Shift+Enter");
        phone.composer().pressSequentially("two");
        assertThat(phone.composer()).hasValue("one\ntwo");
    }

    @Test
    void aRowShowsTheBeginningOfItsTextInEachDirection() {
        Chatd.Person ann = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann);
        Map<String, String> texts = Map.of(
                "\u0645\u0631\u062D\u0628\u0627",
                        "\u0645\u0631\u062D\u0628\u0627 \u0628\u0643\u0645 \u0641\u064A \u0627\u0644\u0645\u062D\u0627\u062F\u062B\u0629 "
                                .repeat(8),
                "\u4F60\u597D",
                        "\u4F60\u597D\uFF0C\u4ECA\u5929\u4E0B\u5348\u5F00\u4F1A\uFF0C\u8BF7\u51C6\u5907\u597D\u6750\u6599\u3002"
                                .repeat(8),
                "English", "Good morning, here is what we talked about yesterday. ".repeat(8));
        texts.forEach((name, text) -> {
            Chatd.Person other = chatd.person();
            try (Writer writer = new Writer(chatd, other)) {
                String group = writer.createGroup(name, ann.name());
                writer.saysTo(group, text);
                for (boolean isUnread : new boolean[] {true, false}) {
                    Locator row = desk.row(name);
                    assertThat(row.locator(".count")).hasCount(isUnread ? 1 : 0);
                    assertThat(row.locator(".row-last")).hasText(Pattern.compile("^" + other.name() + ": .+"));
                    assertThat(row.evaluate(SHOWS_BEGINNING))
                            .as("%s, unread: %s", name, isUnread)
                            .isEqualTo(List.of(true, true, true));
                    desk.takeScreenshot(AppearanceCheck.PICTURES.resolve(
                            "row-" + (isUnread ? "unread-" : "read-") + name.length() + ".png"));
                    desk.open(name).toEnd();
                    WebPerson.awaitGone(row.locator(".count"));
                }
            }
        });
    }

    /**
     * Whether the first letter of the last text is in view, the text is cut, and there is a space
     * after the colon.
     */
    private static final String SHOWS_BEGINNING = """
            row => {
              const text = row.querySelector(".row-last > bdi:last-child");
              const range = document.createRange();
              range.setStart(text.firstChild, 0);
              range.setEnd(text.firstChild, 1);
              const first = range.getBoundingClientRect();
              const box = text.getBoundingClientRect();
              const who = row.querySelector(".row-last > .name").getBoundingClientRect();
              const isSeen = first.left >= box.left - 1 && first.right <= box.right + 1;
              return [isSeen, text.scrollWidth > text.clientWidth, box.left - who.right > 4];
            }""";

    @Test
    void charactersThatReverseATextAreMadeVisible() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        try (Writer writer = new Writer(chatd, ben)) {
            writer.says(ann, "please open \u202Efdp.exe");
            WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann);
            assertThat(desk.row(ben.name()).locator(".row-last")).hasText("please open \uFFFDfdp.exe");
            desk.open(ben.name()).reads("please open \uFFFDfdp.exe");
        }
    }

    @Test
    void anUnreadMessageTakenBackIsNotCounted() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        Chatd.Person cat = chatd.person();
        try (Writer one = new Writer(chatd, ben);
                Writer other = new Writer(chatd, cat)) {
            other.saysLines(ann, 1, 80);
            WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann);
            long mid = one.says(ann, "a mistake @" + ann.name());
            assertThat(desk.row(ben.name()).locator(".count")).hasText("@1");
            one.sendCommand(31, Map.of("mid", mid));
            WebPerson.awaitGone(desk.row(ben.name()).locator(".count"));
            // Also if there are more than are in memory
            long lastButOne = other.says(ann, "the last but one");
            long last = other.says(ann, "the last");
            assertThat(desk.row(cat.name()).locator(".count")).hasText("82");
            other.sendCommand(31, Map.of("mid", lastButOne));
            other.sendCommand(31, Map.of("mid", last));
            assertThat(desk.row(cat.name()).locator(".count")).hasText("80");
        }
    }

    @Test
    void aDroppedFileDoesNotReplaceThePage() {
        Chatd.Person ann = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann);
        Object isTaken = desk.page().evaluate("""
                () => {
                  const data = new DataTransfer();
                  data.items.add(new File(["x"], "x.pdf"));
                  const event = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
                  document.querySelector("main").dispatchEvent(event);
                  return event.defaultPrevented;
                }""");
        assertThat(isTaken).isEqualTo(true);
        assertThat(desk.page().locator(".notice")).hasText("Open a chat first, to send files there.");
    }

    @Test
    void theKeysAreShownFromTheComposer() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        desk.composer().press("?");
        assertThat(desk.composer()).hasValue("?");
        desk.composer().press("Control+/");
        desk.sees("Keyboard shortcuts");
        desk.page().keyboard().press("Escape");
        desk.button("You").click();
        desk.button("Keyboard shortcuts").click();
        desk.sees("Keyboard shortcuts");
    }

    private static JsonObject composition(String text) {
        JsonObject composition = new JsonObject();
        composition.addProperty("text", text);
        composition.addProperty("selectionStart", text.length());
        composition.addProperty("selectionEnd", text.length());
        return composition;
    }

    @Test
    void emoticonsAndNamesAreCompleted() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        desk.composer().pressSequentially("well /xy");
        WebPerson.awaitVisible(desk.page().locator("#completions"));
        desk.composer().press("Enter");
        assertThat(desk.composer()).hasValue("well /xyx ");
        desk.composer().pressSequentially("@" + ben.name().substring(0, 4));
        WebPerson.awaitVisible(desk.page().locator("#completions"));
        desk.composer().press("Tab");
        assertThat(desk.composer()).hasValue("well /xyx @" + ben.name() + " ");
        desk.composer().press("Enter");
        Locator said = desk.page().locator("li.message .text");
        assertThat(said.locator(".emoji")).hasAttribute("title", Pattern.compile("^/xyx .*"));
        assertThat(said.locator(".mention")).hasText("@" + ben.name());
        // By its name in the other language, and from the picker
        desk.composer().pressSequentially("/微笑");
        WebPerson.awaitVisible(desk.page().locator("#completions"));
        desk.composer().press("Escape");
        desk.composer().fill("");
        desk.button("Emoticons").click();
        desk.button("smile").click();
        assertThat(desk.composer()).hasValue(Pattern.compile("^/[a-z]+ $"));
    }

    @Test
    void textsAreFormattedAndNeverRun() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        String text = """
                **Meet @%s at 3**, see https://example.org/_a_/plan and `rm *`, <b>not</b> *<img src=x onerror=alert(1)>*
                > who brings *cake*?
                - Bob
                  - and /xyx
                ```
                if (a < b) { **c** }
                ```""".formatted(ann.name());
        try (Writer writer = new Writer(chatd, ben)) {
            writer.says(ann, text);
        }
        WebPerson desk =
                browser.open(chatd, Device.DESK.withClipboard()).logIn(ann).open(ben.name());
        Locator said = desk.page().locator("li.message .text");
        assertThat(said.locator("strong").first()).hasText("Meet ");
        assertThat(said.locator("strong .mention")).hasText("@" + ann.name());
        assertThat(said.locator("a")).hasText("https://example.org/_a_/plan");
        assertThat(said.locator("code").first()).hasText("rm *");
        assertThat(said.locator("em")).hasText(new String[] {"<img src=x onerror=alert(1)>", "cake"});
        assertThat(said.locator("blockquote")).hasText("who brings cake?");
        assertThat(said.locator("li")).hasText(new String[] {"•Bob", "•and 😼"});
        assertThat(said.locator("pre")).hasText("if (a < b) { **c** }");
        WebPerson.awaitGone(said.locator("img, b:not(.mention)"));
        AppearanceCheck.check(desk, "formatted");
        Locator inList = desk.row(ben.name()).locator(".row-last");
        assertThat(inList).containsText("Meet @" + ann.name() + " at 3, see");
        said.getByText("Copy").click();
        WebPerson.awaitVisible(desk.page().getByText("Copied"));
        assertThat(desk.page().evaluate("navigator.clipboard.readText()")).isEqualTo("if (a < b) { **c** }");

        desk.button("You").click();
        desk.page().getByLabel(Pattern.compile("^Show \\*\\*bold")).uncheck();
        String asWritten = text.replace("/xyx", "😼");
        assertThat(said).hasText(asWritten);
        desk.page().reload();
        desk.button("Back").first().click();
        desk.open(ben.name());
        assertThat(said).hasText(asWritten);
        assertThat(inList).containsText("**Meet @" + ann.name());
    }

    @Test
    void anAnswerLeadsToTheAnsweredMessageEachTime() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        try (Writer sender = new Writer(chatd, ben)) {
            sender.saysLines(ann, 1, 200);
        }
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).open(ben.name());
        desk.scrollTo("line 1");
        desk.act("line 3", "Reply").says("about three").reads("about three");
        for (int time = 0; time < 2; time++) {
            assertThat(desk.message("about three")).isInViewport();
            assertThat(desk.message("line 3")).not().isInViewport();
            desk.message("about three").locator(".answered").click();
            desk.reads("line 3");
            assertThat(desk.message("line 3")).isInViewport();
            desk.toEnd();
        }
    }

    /**
     * No typed character is lost while another conversation gets as many texts as a busy school
     * writes.
     */
    @Test
    void typingLosesNoKeyWhileManyTextsArrive() throws InterruptedException {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        Chatd.Person cat = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        AtomicBoolean isTyping = new AtomicBoolean(true);
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Integer> written = CompletableFuture.supplyAsync(() -> {
            try (Writer other = new Writer(chatd, cat)) {
                int lines = 0;
                while (isTyping.get() || lines <= 10) {
                    other.says(ann, "line " + ++lines);
                    begun.countDown();
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                }
                return lines;
            }
        });
        String text = "the quick brown fox jumps over the lazy dog. ".repeat(6);
        begun.await();
        desk.composer().pressSequentially(text);
        isTyping.set(false);
        int lines = written.join();
        assertThat(lines).as("texts that came meanwhile").isGreaterThan(10);
        assertThat(desk.composer()).hasValue(text);
        desk.open(cat.name()).toEnd().reads("line " + lines);
        assertThat(desk.open(ben.name()).composer()).hasValue(text);
    }

    @Test
    void aSpreadsheetIsPastedAsTextAndTenThousandLinesAreNoTrouble() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk =
                browser.open(chatd, Device.DESK.withClipboard()).logIn(ann).find(ben.name());
        desk.page().evaluate("""
                () => navigator.clipboard.write([new ClipboardItem({
                  "text/plain": new Blob(["a\\tb\\n1\\t2"], { type: "text/plain" }),
                  "text/html": new Blob(["<table><tr><td>a<td>b<tr><td>1<td>2</table>"], { type: "text/html" }),
                  "image/png": (() => {
                    const canvas = new OffscreenCanvas(2, 2);
                    canvas.getContext("2d");
                    return canvas.convertToBlob({ type: "image/png" });
                  })(),
                })])""");
        desk.composer().press("Control+v");
        assertThat(desk.composer()).hasValue("a\tb\n1\t2");
        String lines = "one of very many lines\n".repeat(10_000);
        desk.page().evaluate("lines => navigator.clipboard.writeText(lines)", lines);
        desk.composer().fill("");
        desk.composer().press("Control+v");
        WebPerson.awaitVisible(desk.page().getByText("Too long by"));
        assertThat(desk.composer().inputValue()).isEqualTo(lines);
        desk.composer().press("Control+a");
        desk.composer().press("Delete");
        desk.says("short").reads("short");
    }
}

package chatd.acceptance;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.WebBrowser.Device;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.BoundingBox;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How the page is written in and read: keys, input methods, addresses, long histories, groups, languages. */
@Tag("processes")
class WebTalkIT extends InBrowser {
    @Test
    void enterThatEndsACompositionDoesNotSend() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        desk.composer().fill("ni hao");
        desk.composer().dispatchEvent("keydown", Map.of("key", "Enter", "isComposing", true));
        desk.composer().dispatchEvent("keydown", Map.of("key", "Enter", "keyCode", 229));
        assertThat(desk.composer()).hasValue("ni hao");
        assertThat(desk.page().locator("li.message")).hasCount(0);
        desk.composer().press("Shift+Enter");
        assertThat(desk.composer()).hasValue("ni hao\n");
        desk.composer().press("Enter");
        desk.reads("ni hao");
        assertThat(desk.composer()).hasValue("");
    }

    @Test
    void whatIsTooLongIsSaidBeforeItIsSent() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        // Three bytes each
        desk.composer().fill("好".repeat(22_000));
        WebPerson.waits(desk.page().getByText("Too long by"));
        assertThat(desk.button("Send")).isDisabled();
        desk.composer().press("Enter");
        assertThat(desk.page().locator("li.message")).hasCount(0);
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
            WebPerson.waits(desk.row(ben.name()).getByText("again from ben"));
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
        desk.sees("Find");
        desk.page().keyboard().press("Escape");
        desk.sees("Chats");
        desk.page().keyboard().press("Alt+ArrowDown");
        assertThat(desk.page()).hasURL(Pattern.compile(".*#/(U\\d+|all)"));
        desk.page().locator(".talk h1").focus();
        desk.page().keyboard().press("?");
        desk.sees("Keys");
    }

    @Test
    void aGroupShowsItsNewsAndCountsItsMentions() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        Chatd.Person cat = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann);
        try (Writer owner = new Writer(chatd, ben)) {
            String group = owner.does(
                            23,
                            Map.of("op", "create", "name", "Crew <b>", "members", List.of(ann.name(), cat.name())))
                    .path("group_id")
                    .asString();
            desk.row("Crew <b>");
            owner.saysTo(group, "hello @" + ann.name());
            assertThat(desk.row("Crew <b>").locator(".count")).hasText("@1");
            assertThat(desk.page()).hasTitle("(1) Chat");
            desk.open("Crew <b>");
            assertThat(desk.page().locator(".news"))
                    .hasText(Pattern.compile(ben.name() + " made the group with .*you.*"));
            assertThat(desk.page().locator(".mention")).hasText("@" + ann.name());
            assertThat(desk.page()).hasTitle("Chat");
            assertThat(desk.page().locator(".talk .head small")).hasText("3 members · 1 other online");
            owner.does(23, Map.of("op", "remove", "group_id", group, "user", ann.name()));
            WebPerson.waits(desk.page().getByText("You are not a member of this group."));
            owner.does(23, Map.of("op", "add", "group_id", group, "users", List.of(ann.name())));
            WebPerson.waits(desk.composer());
            owner.does(23, Map.of("op", "close", "group_id", group));
            WebPerson.waits(desk.page().getByText("This group is closed. Nothing more can be written."));
        }
    }

    @Test
    void anotherLanguageIsSpokenAtOnceInTheOpenConversation() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        desk.says("hello").reads("hello");
        Locator actions = desk.message("hello").locator("> .iconic");
        assertThat(actions).hasAttribute("aria-label", "What to do with this message");
        desk.button("You").click();
        desk.button("中文").click();
        assertThat(actions).hasAttribute("aria-label", "对此消息的操作");
    }

    @Test
    void theBrowsersLanguageIsSpoken() {
        WebPerson person = browser.open(chatd, Device.PHONE.options().setLocale("zh-CN"));
        person.sees("登录");
        assertThat(person.page().locator("html")).hasAttribute("lang", "zh-CN");
        person.button("English").click();
        person.sees("Log in");
        person.page().reload();
        person.sees("Log in");
    }
}

package chatd.acceptance.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.files.FileTestBase;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.Writer;
import chatd.acceptance.web.browser.AppearanceCheck;
import chatd.acceptance.web.browser.BrowserTestBase;
import chatd.acceptance.web.browser.WebBrowser.Device;
import chatd.acceptance.web.browser.WebPerson;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.AriaRole;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The search of the page: for chats, people, open groups, and messages. */
@Tag("processes")
class WebSearchIT extends BrowserTestBase {

    /** Types into the search, which is opened first unless it is; all that was written is found by then. */
    private static WebPerson search(WebPerson person, String text) {
        chatd.awaitIndexed();
        if (person.field("Search").count() == 0) {
            person.button("Search").click();
        }
        person.field("Search").fill(text);
        return person;
    }

    private static Locator hits(WebPerson person) {
        return person.page().locator(".results .hit");
    }

    /** Waits until these messages, and no others, are shown as found, the newest first. */
    private static void finds(WebPerson person, String... texts) {
        assertThat(person.page().locator(".results .hit .row-last > bdi:last-child"))
                .hasText(texts);
    }

    private static Locator mark(WebPerson person, String text) {
        return person.page().locator("li.named").filter(new Locator.FilterOptions().setHasText(text));
    }

    @Test
    void chatsPeopleGroupsAndMessagesAreFound() {
        Chatd.Person ann = chatd.person();
        String keller = Chatd.newName();
        Chatd.Person ben = chatd.person("jürgen." + keller);
        Chatd.Person cat = chatd.person("mia." + keller);
        String name = keller + "-family";
        try (Writer writer = new Writer(chatd, ben);
                Writer other = new Writer(chatd, cat)) {
            other.sendCommand(23, Map.of("op", "create", "name", name, "open", true, "history", "all"));
            writer.says(ann, "down in the %s it is dark".formatted(keller.toUpperCase(Locale.ROOT)));
            WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann);
            // In the middle of a name, without its accents; own chats before other people.
            search(desk, "rgen." + keller);
            assertThat(desk.page().locator(".results h2")).hasText(new String[] {"Chats"});
            search(desk, keller);
            assertThat(desk.page().locator(".results h2"))
                    .hasText(new String[] {"Chats", "People", "Groups", "Messages"});
            assertThat(desk.page().locator(".results .row-title"))
                    .hasText(new String[] {ben.name(), cat.name(), name, ben.name()});
            finds(desk, "down in the %s it is dark".formatted(keller.toUpperCase(Locale.ROOT)));
            assertThat(hits(desk).locator("mark")).hasText(new String[] {keller.toUpperCase(Locale.ROOT)});
            AppearanceCheck.check(desk, "search");
            search(desk, "nothing-is-called-so");
            WebPerson.awaitVisible(desk.page().getByText("Nothing found."));
            AppearanceCheck.check(desk, "search-nothing");
            // What has no words is nowhere.
            search(desk, "!!");
            WebPerson.awaitVisible(desk.page().getByText("Nothing found."));
        }
    }

    @Test
    void whatWasFoundIsOpenedInItsPlaceOneAfterTheOther() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        Chatd.Person cat = chatd.person();
        try (Writer writer = new Writer(chatd, ben);
                Writer other = new Writer(chatd, cat)) {
            writer.says(ann, "the first lunch");
            writer.saysLines(ann, 1, 300);
            other.says(ann, "lunch, somewhere else");
            writer.says(ann, "the last lunch");
        }
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann);
        search(desk, "lunch");
        finds(desk, "the last lunch", "lunch, somewhere else", "the first lunch");
        // By keys alone: down to the results, to the third, and there.
        desk.field("Search").press("ArrowDown");
        desk.page().keyboard().press("ArrowDown");
        desk.page().keyboard().press("ArrowDown");
        desk.page().keyboard().press("Enter");
        WebPerson.awaitVisible(mark(desk, "the first lunch"));
        desk.reads("the first lunch").reads("line 1");
        WebPerson.awaitVisible(desk.page().getByText("3 of 3"));
        assertThat(desk.button("Older match")).isDisabled();
        AppearanceCheck.check(desk, "search-hit");
        desk.button("Newer match").click();
        desk.reads("lunch, somewhere else");
        WebPerson.awaitVisible(desk.page().getByText("2 of 3"));
        desk.button("Newer match").click();
        desk.reads("the last lunch").reads("line 300");
        assertThat(desk.button("Newer match")).isDisabled();
        // The results stay beside it, and show which one is open.
        assertThat(desk.page().locator(".results .open")).containsText("the last lunch");
        desk.button("End search").click();
        desk.sees("Chats");
        desk.expectAbsent(desk.page().locator(".hit-bar"));

        WebPerson phone = browser.open(chatd, Device.PHONE).logIn(ann);
        search(phone, "lunch");
        hits(phone).getByText("the first lunch").click();
        phone.reads("the first lunch");
        WebPerson.awaitVisible(phone.page().getByText("3 of 3"));
        AppearanceCheck.check(phone, "search-hit-phone");
        // One step back, however many were looked at.
        phone.button("Newer match").click();
        phone.reads("lunch, somewhere else");
        phone.page().goBack();
        finds(phone, "the last lunch", "lunch, somewhere else", "the first lunch");
        assertThat(phone.field("Search")).hasValue("lunch");
        phone.button("Back").click();
        phone.sees("Chats");
    }

    @Test
    void aSearchIsNarrowedByChatPersonTimeAndKind() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        Chatd.Person cat = chatd.person();
        try (Writer writer = new Writer(chatd, ben);
                JsonSocket files = chatd.logInJson(JsonCarrier.LINES, cat, "files")) {
            writer.says(ann, "the report is late");
            FileTestBase.sendFile(files, JsonType.FILE, ann.name(), "report.txt", "x".getBytes(StandardCharsets.UTF_8));
        }
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).open(ben.name());
        desk.says("which report?").reads("which report?");
        search(desk, "report");
        finds(desk, "which report?", "report.txt", "the report is late");
        desk.field("What").selectOption("Files");
        finds(desk, "report.txt");
        desk.field("What").selectOption("Texts");
        finds(desk, "which report?", "the report is late");
        desk.field("From whom").selectOption("You");
        finds(desk, "which report?");
        desk.field("From whom").selectOption(ben.name());
        finds(desk, "the report is late");
        desk.field("What").selectOption("Texts and files");
        desk.field("From whom").selectOption("Anyone");
        desk.field("In which chat").selectOption(cat.name());
        finds(desk, "report.txt");
        desk.field("Since when").selectOption("Today");
        finds(desk, "report.txt");
        AppearanceCheck.check(desk, "search-narrowed");
        // From a conversation, it is searched there.
        desk.button("Search in " + ben.name()).click();
        desk.field("Search").fill("report");
        finds(desk, "which report?", "the report is late");
        assertThat(desk.field("In which chat")).hasValue(Pattern.compile("U\\d+"));
        desk.page().keyboard().press("Escape");
        desk.sees("Chats");
        // Begun again, it is not narrowed any more.
        search(desk, "report");
        finds(desk, "which report?", "report.txt", "the report is late");
    }

    @Test
    void manyHitsComeInPages() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        try (Writer writer = new Writer(chatd, ben)) {
            writer.saysLines(ann, 1, 120);
        }
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann);
        search(desk, "line");
        assertThat(hits(desk)).hasCount(50);
        desk.button("Show more").click();
        assertThat(hits(desk)).hasCount(100);
        hits(desk).last().click();
        WebPerson.awaitVisible(desk.page().getByText("100 of 100+"));
        // The next one is loaded when it is wanted.
        desk.button("Older match").click();
        WebPerson.awaitVisible(desk.page().getByText("101 of 120"));
        desk.reads("line 20");
    }

    @Test
    void whatIsFoundIsPlainText() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        List<String> texts =
                List.of("hostile <img src=x onerror=hacked=1>", "hostile \u202egnp.exe", "hostile \u0000\u0007 bell");
        try (Writer writer = new Writer(chatd, ben)) {
            texts.forEach(text -> writer.says(ann, text));
        }
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann);
        search(desk, "hostile");
        finds(desk, "hostile ␀␇ bell", "hostile \ufffdgnp.exe", "hostile <img src=x onerror=hacked=1>");
        assertThat(desk.page().evaluate("() => 'hacked' in window")).isEqualTo(false);
        desk.expectAbsent(desk.page().getByRole(AriaRole.IMG));
    }

    @Test
    void ofALongMessageThePartAroundTheFirstHitIsShown() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        try (Writer writer = new Writer(chatd, ben)) {
            writer.says(ann, "👍".repeat(30) + " needle " + "👍".repeat(200) + " needle");
            writer.says(ann, "👍".repeat(30) + "  needle " + "👍".repeat(200) + " needle");
        }
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann);
        search(desk, "needle");
        // Begun and ended between characters, whether it would be within one or not.
        finds(
                desk,
                "…" + "👍".repeat(19) + "  needle " + "👍".repeat(97) + "…",
                "…" + "👍".repeat(19) + " needle " + "👍".repeat(97) + "…");
        assertThat(hits(desk).first().locator("mark")).hasText(new String[] {"needle"});
    }

    @Test
    void whoeverSearchesTooOftenIsToldSo() {
        try (LocalDaemon own = LocalDaemon.start("CHATD_RATES_SEARCHES", "1")) {
            own.awaitIndexed();
            WebPerson desk = browser.open(own, Device.DESK).logIn(own.person());
            desk.button("Search").click();
            desk.field("Search").fill("first");
            WebPerson.awaitVisible(desk.page().getByText("Nothing found."));
            desk.field("Search").fill("second");
            WebPerson.awaitVisible(desk.page().getByText("Too many attempts. Please wait a moment."));
        }
    }
}

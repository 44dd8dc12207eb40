package chatd.acceptance.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.Writer;
import chatd.acceptance.web.browser.BrowserTestBase;
import chatd.acceptance.web.browser.WebBrowser.Device;
import chatd.acceptance.web.browser.WebPerson;
import chatd.text.SafeText;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** People use the page in a real browser: they log in, talk, and lose neither their place nor their drafts. */
@Tag("processes")
class WebIT extends BrowserTestBase {
    @Test
    void twoPeopleTalk() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        desk.says("hello").reads("hello");
        WebPerson phone = browser.open(chatd, Device.PHONE).logIn(ben);
        assertThat(phone.row(ann.name())).containsText("hello");
        assertThat(phone.row(ann.name()).locator(".count")).hasText("1");
        phone.open(ann.name()).reads("hello").says("well 你好").reads("well 你好");
        desk.reads("well 你好");
        // Typing is announced once every few seconds, and shown for a few.
        Locator state = desk.page().locator(".talk .head small");
        await().untilAsserted(() -> {
            phone.composer().pressSequentially("x");
            assertThat(state.textContent()).isEqualTo(ben.name() + " is typing…");
        });
        assertThat(state).hasText("online");
        assertThat(desk.message("hello").locator(".mark")).hasAttribute("aria-label", "Read");
    }

    /**
     * In locales with digits, letters and weeks of their own, the page follows its own language.
     */
    @ParameterizedTest
    @ValueSource(strings = {"fa-IR", "ar-EG", "tr-TR", "de-CH"})
    void inEveryLocaleThePageFollowsItsLanguage(String locale) {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(
                        chatd, Device.DESK.options().setLocale(locale).setTimezoneId("Asia/Tehran"))
                .enter(ann.name().toUpperCase(Locale.ROOT), ann.password());
        desk.sees("Chats");
        desk.find(ben.name()).says("TITLE 1234").reads("TITLE 1234");
        assertThat(desk.message("TITLE 1234").locator("time"))
                .hasText(Pattern.compile("^[0-9]{1,2}:[0-9]{2}([\u202f ][AP]M)?$"));
        assertThat(chatd.texts(ben)).containsExactly("TITLE 1234");
        try (Writer other = new Writer(chatd, ben)) {
            other.says(ann, "SIĞINAK @" + ann.name());
            desk.reads("SIĞINAK @" + ann.name());
            desk.act("SIĞINAK @" + ann.name(), "Reply").says("İ, ı: 5").reads("İ, ı: 5");
        }
        desk.page().reload();
        desk.reads("TITLE 1234").reads("İ, ı: 5");
        assertThat(desk.page().evaluate("getComputedStyle(document.body).direction"))
                .isEqualTo("ltr");
    }

    @Test
    void aOneTimePasswordIsChangedFirst() {
        String name = Chatd.newName();
        String given = "only-for-once-7";
        chatd.admin(given + "\n", "user", "add", name, "--password-stdin").exits(0);
        WebPerson person = browser.open(chatd, Device.PHONE).enter(name, given);
        person.sees("Choose a password");
        assertThat(person.field("Name")).hasValue(name);
        assertThat(person.button("Save and log in")).isDisabled();
        person.field("New password").fill(Chatd.PASSWORD);
        person.field("New password, again").fill(Chatd.PASSWORD);
        person.button("Save and log in").click();
        person.sees("Chats");
    }

    @Test
    void aWrongPasswordIsReportedAndTheNameStays() {
        Chatd.Person ann = chatd.person();
        WebPerson person = browser.open(chatd, Device.DESK).enter(ann.name(), "not-the-password");
        WebPerson.awaitVisible(person.page().getByText("The name or the password is wrong."));
        assertThat(person.field("Name")).hasValue(ann.name());
        person.logIn(ann);
    }

    @Test
    void aLoginDoesNotRevealWhichNamesExist() {
        WebPerson person = browser.open(chatd, Device.DESK);
        person.enter("nobody-is-called-so", Chatd.PASSWORD);
        WebPerson.awaitVisible(person.page().getByText("The name or the password is wrong."));
    }

    @Test
    void anAddressChangedBeforeTheLoginIsOpenedAfterIt() {
        Chatd.Person ann = chatd.person();
        WebPerson person = browser.open(chatd, Device.DESK);
        person.sees("Log in");
        person.page().evaluate("() => { location.hash = '#/find'; }");
        person.enter(ann.name(), ann.password());
        person.sees("Search");
    }

    @Test
    void aHostileTextIsShownAndNeverInterpreted() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        List<String> hostile = List.of(
                "<script>window.hacked = true</script>",
                "<img src=x onerror='window.hacked = true'>",
                "\"><svg onload=window.hacked=true>",
                "javascript:window.hacked=true",
                "https://a.example/\" onclick=\"window.hacked=true",
                "<iframe srcdoc='<script>parent.hacked=true</script>'>",
                "<svg/onload=hacked=1>",
                "<details open ontoggle=hacked=1>",
                "<a href=jAvAsCrIpT:hacked=1>x</a>",
                "<math><mi//xlink:href=\"data:x,<script>hacked=1</script>\">",
                "<style>@import'javascript:hacked=1'</style>",
                "<base href=//evil.example>",
                "<form action=javascript:hacked=1><input type=submit>",
                "&#x3C;script&#x3E;hacked=1&#x3C;/script&#x3E;",
                "%3Cscript%3Ehacked=1%3C/script%3E",
                "java\tscript:hacked=1",
                "data:text/html,<script>hacked=1</script>",
                "//evil.example/x.js",
                "'-hacked=1-'",
                "{{7*7}} ${7*7} #{7*7} <%= 7*7 %>",
                "]]><script>hacked=1</script>",
                "\u2028\u2029hacked=1",
                "\ufeff<script>hacked=1</script>",
                "\u202eevil\u202c and \u200bzero");
        try (Writer sender = new Writer(chatd, ben)) {
            hostile.forEach(text -> sender.says(ann, text));
        }
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).open(ben.name());
        assertThat(desk.page().locator("li.message .text")).hasCount(hostile.size());
        // Invisible characters are made visible.
        assertThat(desk.texts())
                .isEqualTo(hostile.stream()
                        .map(text -> text.contains("\t") ? text : SafeText.text(text))
                        .toList());
        assertThat(desk.page().evaluate("window.hacked === undefined")).isEqualTo(true);
        assertThat(desk.page().locator(".messages a").all().stream().map(link -> link.getAttribute("href")))
                .containsExactly("https://a.example/");
    }

    @Test
    void aTextIsCorrectedReactedToAndTakenBackInPlace() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        desk.says("more").reads("more").says("helo").reads("helo");
        WebPerson phone =
                browser.open(chatd, Device.PHONE).logIn(ben).open(ann.name()).reads("helo");
        desk.composer().press("ArrowUp");
        assertThat(desk.composer()).hasValue("helo");
        // An unfinished correction stays, whatever is opened meanwhile.
        desk.composer().fill("hel");
        desk.open("Everyone");
        assertThat(desk.composer()).hasValue("");
        desk.open(ben.name());
        assertThat(desk.composer()).hasValue("hel");
        // A correction of another message begins with the text that was sent.
        desk.act("more", "Edit");
        assertThat(desk.composer()).hasValue("more");
        desk.act("helo", "Edit");
        assertThat(desk.composer()).hasValue("helo");
        desk.says("hello").reads("hello");
        phone.reads("hello");
        assertThat(phone.message("hello")).containsText("edited");
        phone.act("hello", "👍");
        assertThat(desk.message("hello").locator(".reaction")).hasText("👍 1");
        phone.act("hello", "Reply").says("and to you").reads("and to you");
        assertThat(desk.message("and to you").locator(".answered")).containsText("hello");
        desk.act("hello", "Delete for everyone").button("Delete for everyone").click();
        WebPerson.awaitVisible(phone.page().getByText(ann.name() + " deleted this."));
        assertThat(phone.message("and to you").locator(".answered")).not().containsText("hello");
    }

    /**
     * The log, read in a browser without the daemon: elements that say nothing take no room in
     * their row.
     */
    @Test
    void theSentencesOfTheLogAreAligned() {
        Page page = browser.blank(Device.DESK.options());
        page.navigate(chatd.auditLog().resolve("audit.xml").toUri().toString());
        assertThat(page.locator("event[type=key] > key")).hasCount(1);
        assertThat(page.evaluate("""
                        () => [...document.querySelectorAll("event > *")]
                          .filter(it => getComputedStyle(it, "::before").content === "none")
                          .filter(it => getComputedStyle(it).display !== "none")
                          .map(it => it.outerHTML)""")).isEqualTo(List.of());
    }
}

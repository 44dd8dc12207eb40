package chatd.acceptance.web;

import static chatd.acceptance.web.browser.WirePerson.COMPOSER;
import static chatd.acceptance.web.browser.WirePerson.SCROLL;
import static chatd.acceptance.web.browser.WirePerson.button;
import static chatd.acceptance.web.browser.WirePerson.field;
import static chatd.acceptance.web.browser.WirePerson.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import chatd.acceptance.files.Pictures;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.SpawnedDaemon;
import chatd.acceptance.kit.Writer;
import chatd.acceptance.web.browser.FirefoxBidi;
import chatd.acceptance.web.browser.WebKitDriver;
import chatd.acceptance.web.browser.WireBrowser;
import chatd.acceptance.web.browser.WirePerson;
import chatd.fixtures.Campaign;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.opentest4j.TestAbortedException;
import tools.jackson.databind.JsonNode;

/**
 * The page in the browsers that {@link WebIT} does not use: one story, in which each test is a
 * step. Real keys and clicks are sent over WebDriver. After a step that failed, the others are
 * skipped.
 */
@Tag("processes")
@Tag("whole")
@ParameterizedClass
@EnumSource
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class WebOtherBrowsersIT {
    private static final int TEXTS = 200;
    /** For how long something must not happen. */
    private static final Duration LATER = Duration.ofSeconds(2);
    /** Console errors about a connection that is cut, which a step does on purpose. */
    private static final Pattern CUT = Pattern.compile("WebSocket|wss://");

    /** The engines of browsers other than Chromium. */
    enum Engine {
        GECKO,
        WEBKIT;

        List<Path> programs() {
            return switch (this) {
                case GECKO -> List.of(FirefoxBidi.PROGRAM);
                case WEBKIT -> List.of(WebKitDriver.DRIVER, WebKitDriver.PROGRAM, WebKitDriver.DISPLAY);
            };
        }

        WireBrowser start(Path directory) {
            return switch (this) {
                case GECKO -> FirefoxBidi.start(directory);
                case WEBKIT -> WebKitDriver.start(directory);
            };
        }
    }

    @Parameter
    @SuppressWarnings("unused") // in the names of the tests
    private Engine engine = Engine.GECKO;

    /** What is to be closed, the last one first. */
    private static final Deque<AutoCloseable> OPEN = new ArrayDeque<>();

    @SuppressWarnings("NullAway.Init") // start() sets it
    private static SpawnedDaemon chatd;

    @SuppressWarnings("NullAway.Init") // start() sets it
    private static WireBrowser browser;

    @SuppressWarnings("NullAway.Init") // start() sets it
    private static WirePerson person;

    @SuppressWarnings("NullAway.Init") // start() sets it
    private static Chatd.Person ann;

    @SuppressWarnings("NullAway.Init") // start() sets it
    private static Chatd.Person ben;

    /** The other person's session, which receives texts. */
    @SuppressWarnings("NullAway.Init") // start() sets it
    private static JsonSocket other;

    @SuppressWarnings("NullAway.Init") // start() sets it
    private static Writer writer;

    private static boolean isBroken;
    private static int steps;

    @RegisterExtension
    @SuppressWarnings("unused") // by JUnit
    private final TestExecutionExceptionHandler onFailure = (_, problem) -> {
        isBroken = true;
        throw problem;
    };

    @BeforeParameterizedClassInvocation
    static void start(Engine engine, @TempDir Path directory) {
        isBroken = false;
        steps = 0;
        for (Path program : engine.programs()) {
            if (!Files.isExecutable(program)) {
                String said = "NOT TESTED in %s: there is no %s (packages firefox-esr, webkit2gtk-driver, xvfb)"
                        .formatted(engine, program);
                System.err.println(said);
                throw new TestAbortedException(said);
            }
        }
        chatd = SpawnedDaemon.startOnReservedPort();
        OPEN.push(chatd);
        ann = chatd.person();
        ben = chatd.person();
        other = chatd.logInJson(JsonCarrier.LINES, ben, "hears");
        OPEN.push(() -> other.close());
        writer = new Writer(chatd, ben);
        OPEN.push(() -> writer.close());
        long mid = writer.says(ann, "text 0");
        try (JsonSocket earlier = chatd.logInJson(JsonCarrier.LINES, ann, "has read")) {
            earlier.send("{'type': 21, 'info': {'with': '%s', 'mid': %d}}".formatted(other.user(), mid));
            earlier.fence();
        }
        for (int i = 1; i <= TEXTS; i++) {
            writer.says(ann, "text " + i);
        }
        browser = engine.start(directory);
        OPEN.push(() -> {
            Campaign.report("%s, %d steps".formatted(browser.version(), steps));
            browser.close();
        });
        person = new WirePerson(browser);
        browser.resize(1280, 800);
        browser.open("https://localhost:" + chatd.port() + "/");
    }

    @AfterParameterizedClassInvocation
    static void stop() throws Exception {
        while (!OPEN.isEmpty()) {
            OPEN.pop().close();
        }
    }

    @BeforeEach
    void skipAfterFailure() {
        assumeFalse(isBroken, "an earlier step failed");
    }

    @AfterEach
    void countStep() {
        steps += isBroken ? 0 : 1;
    }

    /** Returns how many of the other person's texts are unread, as the daemon counts. */
    private static int unread() {
        try (JsonSocket looks = chatd.logInJson(JsonCarrier.LINES, ann, "looks")) {
            looks.send("{'type': 37, 'info': {}}");
            return looks.skipTo(JsonType.CONVERSATIONS)
                    .path("info")
                    .path("items")
                    .valueStream()
                    .filter(conversation -> conversation.path("with").asString().equals(other.user()))
                    .mapToInt(conversation -> conversation.path("unread").asInt())
                    .sum();
        }
    }

    /**
     * Waits until a text has reached the other person, whose own texts arrive in this session too.
     */
    private static void otherHears(String text) {
        JsonNode heard = other.skipTo(JsonType.TEXT);
        while (!heard.path("info").asString("").equals(text)) {
            heard = other.skipTo(JsonType.TEXT);
        }
    }

    /** Waits until the list is at its end, and a message is shown there. */
    private static void awaitAtTheEnd(String text) {
        person.reads(text);
        person.waits("%1$s.scrollHeight - %1$s.clientHeight - %1$s.scrollTop <= 1".formatted(SCROLL));
        person.waits("%s.getBoundingClientRect().bottom <= %s.getBoundingClientRect().bottom"
                .formatted(message(text), SCROLL));
        person.waits("!document.querySelector('.jump')");
    }

    @Test
    @Order(1)
    void aWrongPasswordIsReportedAndTheNameStays() {
        person.enter(ann.name(), "not-the-password");
        person.waits("document.querySelector('form .problem').innerText", "The name or the password is wrong.");
        person.waits(field("Name") + ".value", ann.name());
    }

    @Test
    @Order(2)
    void somebodyLogsIn() {
        person.fills(field("Password"), ann.password()).clicks(button("Log in"));
        person.sees("Chats");
        person.waits("document.title", "(99+) Chat");
    }

    @Test
    @Order(3)
    void somebodyIsFoundAndTheFirstNewMessageIsInView() {
        person.clicks(button("Search"));
        person.fills(field("Search"), ben.name());
        person.clicks("[...document.querySelectorAll('.list .row')].find(row => row.innerText.includes('%s'))"
                .formatted(ben.name()));
        person.reads("text 1");
        person.waits("document.querySelector('.new-line')?.nextElementSibling === " + message("text 1"));
        person.waits("""
                (() => {
                  const line = document.querySelector(".new-line").getBoundingClientRect();
                  const list = %s.getBoundingClientRect();
                  return line.top >= list.top && line.bottom <= list.bottom;
                })()""".formatted(SCROLL));
    }

    @Test
    @Order(4)
    void aTextIsSentAndReachesTheOther() {
        person.says("hello there");
        awaitAtTheEnd("hello there");
        otherHears("hello there");
        person.waits(COMPOSER + ".value", "");
    }

    @Test
    @Order(5)
    void anAnswerIsShownAtOnceAndRead() {
        writer.says(ann, "and to you");
        awaitReadAtTheEnd("and to you");
    }

    @Test
    @Order(6)
    void anEmoticonAndALinkAreRendered() {
        person.says("look /xyx https://example.org/plan");
        person.reads("look 😼 https://example.org/plan");
        otherHears("look /xyx https://example.org/plan");
        String shown = message("look 😼 https://example.org/plan");
        person.waits(shown + ".querySelector('.emoji').innerText", "😼");
        person.waits(shown + ".querySelector('a').href", "https://example.org/plan");
        JsonNode relations = browser.evaluate("[..." + shown + ".querySelector('a').relList]");
        assertThat(relations.valueStream().map(JsonNode::asString)).contains("noopener");
    }

    @Test
    @Order(7)
    void shiftAndEnterBreakTheLineAndEnterSends() {
        person.clicks(COMPOSER);
        browser.type("first");
        browser.press(WireBrowser.Key.SHIFT, WireBrowser.Key.ENTER);
        browser.type("second");
        person.waits(COMPOSER + ".value", "first\nsecond");
        browser.press(WireBrowser.Key.ENTER);
        person.reads("first\nsecond");
        otherHears("first\nsecond");
    }

    @Test
    @Order(8)
    void theUpArrowCorrectsTheLastText() {
        person.clicks(COMPOSER);
        browser.press(WireBrowser.Key.UP);
        person.waits(COMPOSER + ".value", "first\nsecond");
        browser.type("!");
        browser.press(WireBrowser.Key.ENTER);
        person.reads("first\nsecond!");
        person.waits(message("first\nsecond!") + ".innerText.includes('edited')");
        assertThat(other.skipTo(JsonType.CORRECTED).path("info").path("text").asString())
                .isEqualTo("first\nsecond!");
        browser.press(WireBrowser.Key.UP);
        person.waits(COMPOSER + ".value", "first\nsecond!");
        browser.press(WireBrowser.Key.ESCAPE);
        person.waits(COMPOSER + ".value", "");
    }

    @Test
    @Order(9)
    void reactingAndTakingBackWorkByTheButtonOfAMessage() {
        person.acts("and to you", "👍");
        person.waits(message("and to you") + ".querySelector('.reaction')?.innerText", "👍 1");
        assertThat(other.skipTo(JsonType.REACTION).path("info").path("code").asString())
                .isEqualTo("👍");
        person.acts("first\nsecond!", "Delete for everyone").clicks("document.querySelector('dialog[open] .strong')");
        person.waits("document.querySelector('.gone')?.innerText", "You deleted this.");
        other.skipTo(JsonType.TAKEN_BACK);
        person.waits("!document.querySelector('dialog')");
    }

    @Test
    @Order(10)
    void aPictureThatIsDroppedIsSentAndShownInPlace() {
        browser.evaluate("""
                (() => {
                  const given = new DataTransfer();
                  const bytes = Uint8Array.from(atob("%s"), (c) => c.charCodeAt(0));
                  given.items.add(new File([bytes], "view.png", { type: "image/png" }));
                  const list = document.querySelector(".talk .messages");
                  for (const what of ["dragover", "drop"]) {
                    list.dispatchEvent(new DragEvent(what, { dataTransfer: given, bubbles: true, cancelable: true }));
                  }
                  return true;
                })()""".formatted(Base64.getEncoder().encodeToString(Pictures.encoded("png"))));
        person.clicks("document.querySelector('dialog[open] .strong')");
        person.waits("document.querySelector('.picture img')?.naturalWidth", 60);
        assertThat(other.skipTo(JsonType.PICTURE).path("info").path("name").asString())
                .isEqualTo("view.png");
        person.clicks("document.querySelector('.picture button')");
        person.waits("document.querySelector('.viewer img')?.naturalWidth", 60);
        browser.press(WireBrowser.Key.ESCAPE);
        person.waits("!document.querySelector('dialog')");
    }

    @Test
    @Order(11)
    void aReaderFurtherUpIsNotMovedAndOneAtTheEndIsKeptThere() {
        String rows = "document.querySelectorAll('[data-mid]').length";
        int shown = browser.evaluate(rows).asInt();
        int turn = 400;
        for (int turns = 1; turns <= 12; turns++) {
            long read = person.firstVisibleMessage();
            double height = person.offsetFromTop(read);
            person.scrolls(-turn);
            assertThat(person.offsetFromTop(read)).as("turn %d", turns).isCloseTo(height + turn, within(1.0));
        }
        assertThat(browser.evaluate(rows).asInt())
                .as("pages came above meanwhile")
                .isGreaterThan(shown);
        long mid = person.firstVisibleMessage();
        double before = person.offsetFromTop(mid);
        for (int i = 1; i <= 3; i++) {
            writer.says(ann, "more " + i);
        }
        person.waits("!!" + button("3 new"));
        assertThat(person.offsetFromTop(mid)).isCloseTo(before, within(0.5));
        browser.resize(1280, 500);
        person.waits("innerHeight", 500);
        assertThat(person.offsetFromTop(mid)).as("in a lower window").isCloseTo(before, within(0.5));
        browser.resize(600, 500);
        person.waits("innerWidth", 600);
        assertThat(person.offsetFromTop(mid)).as("in a narrower window").isCloseTo(before, within(0.5));
        browser.resize(1280, 800);
        person.waits("innerHeight", 800);
        assertThat(person.offsetFromTop(mid)).as("in the first window").isCloseTo(before, within(0.5));
        person.clicks(button("3 new"));
        awaitAtTheEnd("more 3");
        writer.says(ann, "at the end");
        awaitAtTheEnd("at the end");
    }

    @Test
    @Order(12)
    void aReloadAsksForNoPasswordAndKeepsThePlaceAndTheDraft() {
        person.clicks(COMPOSER);
        browser.type("not yet said");
        person.scrolls(-3_000);
        long mid = person.firstVisibleMessage();
        double before = person.offsetFromTop(mid);
        browser.reload();
        String password = "document.querySelector('[name=password]')";
        person.waits("!!(document.querySelector('[data-mid=\"%d\"]') ?? %s)".formatted(mid, password));
        assertThat(browser.evaluate("!!" + password).asBoolean())
                .as("a password is asked for")
                .isFalse();
        person.waits(COMPOSER + ".value", "not yet said");
        await().untilAsserted(() -> assertThat(person.offsetFromTop(mid)).isCloseTo(before, within(1.0)));
        await().during(LATER).until(() -> Math.abs(person.offsetFromTop(mid) - before) <= 1.0);
        person.fills(COMPOSER, "said");
        browser.press(WireBrowser.Key.ENTER);
        awaitAtTheEnd("said");
    }

    @Test
    @Order(13)
    void aDuplicatedTabDoesNotDisplaceTheFirst() {
        String first = browser.tab();
        browser.evaluate("addEventListener('click', () => open(location.href), { once: true })");
        person.clicks(COMPOSER);
        await().until(() -> browser.tabs().size() == 2);
        String second = browser.tabs().stream()
                .filter(tab -> !tab.equals(first))
                .findFirst()
                .orElseThrow();
        browser.switchTo(second);
        person.sees("Already open in another tab");
        browser.switchTo(first);
        writer.says(ann, "to the first");
        person.reads("to the first");
        browser.switchTo(second);
        browser.closeTab(first);
        awaitReadAtTheEnd("to the first");
    }

    /** WebKit's driver can't put a tab in front of another one; there, the page is hidden in a minimized window. */
    @Test
    @Order(14)
    void onlyMessagesInViewOfATabInFrontAreRead() {
        browser.hide();
        person.waits("document.visibilityState", "hidden");
        writer.says(ann, "not seen");
        staysUnread(1);
        browser.show();
        person.waits("document.visibilityState", "visible");
        awaitReadAtTheEnd("not seen");

        String first = browser.tab();
        browser.openWindow();
        String window = browser.tab();
        browser.switchTo(first);
        person.waits("document.hasFocus()", false);
        assertThat(browser.evaluate("document.visibilityState").asString()).isEqualTo("visible");
        writer.says(ann, "seen by nobody");
        person.reads("seen by nobody");
        staysUnread(1);
        browser.switchTo(window);
        browser.closeTab(first);
        awaitReadAtTheEnd("seen by nobody");
    }

    private static void staysUnread(int count) {
        String title = "(%d) Chat".formatted(count);
        person.waits("document.title", title);
        await().during(LATER).until(() -> unread() == count);
        person.waits("document.title", title);
    }

    private static void awaitReadAtTheEnd(String text) {
        awaitAtTheEnd(text);
        person.waits("document.title", "Chat");
        await().until(() -> unread() == 0);
    }

    @Test
    @Order(15)
    void textsWrittenWhileTheDaemonIsDownAreSentOnceAndInOrder() {
        other.close();
        writer.close();
        chatd.killDaemon();
        person.waits("!!document.querySelector('.bar.away')");
        List<String> said = List.of("while away 1", "while away 2", "while away 3", "while away 4", "while away 5");
        said.forEach(person::says);
        person.waits("document.querySelectorAll('li.waits').length", said.size());
        chatd.begin();
        said.forEach(person::reads);
        person.says("after");
        awaitAtTheEnd("after");
        person.waits("!document.querySelector('.bar.away')");
        assertThat(person.texts())
                .endsWith(
                        "seen by nobody",
                        "while away 1",
                        "while away 2",
                        "while away 3",
                        "while away 4",
                        "while away 5",
                        "after");
        assertThat(chatd.texts(ben))
                .endsWith(
                        "seen by nobody",
                        "while away 1",
                        "while away 2",
                        "while away 3",
                        "while away 4",
                        "while away 5",
                        "after");
    }

    @Test
    @Order(16)
    void afterALogoutNothingIsLeft() {
        person.clicks(COMPOSER);
        browser.type("a draft");
        person.clicks(button("You")).clicks(button("Log out"));
        person.sees("Log in");
        person.waits("""
                await (async () => {
                  const open = indexedDB.open("chatd");
                  await new Promise(done => (open.onsuccess = done));
                  const all = open.result.transaction("kept").objectStore("kept").getAllKeys();
                  await new Promise(done => (all.onsuccess = done));
                  return sessionStorage.length + all.result.length + (await caches.keys()).length;
                })()""", 0);
        browser.back();
        person.sees("Log in");
        assertThat(browser.evaluate("document.documentElement.outerHTML").asString())
                .doesNotContain("at the end", "a draft", ben.name());
        browser.reload();
        person.sees("Log in");
        person.waits(field("Name") + ".value", "");
        assertThat(browser.consoleErrors())
                .filteredOn(said -> !CUT.matcher(said).find())
                .isEmpty();
    }
}

package chatd.acceptance.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.files.FileTestBase;
import chatd.acceptance.files.Pictures;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.Writer;
import chatd.acceptance.web.browser.BrowserTestBase;
import chatd.acceptance.web.browser.WebBrowser.Device;
import chatd.acceptance.web.browser.WebPerson;
import chatd.fixtures.Campaign;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the page costs: requests, bytes, nodes of the document, rows that are created, layout
 * shifts.
 */
@Tag("processes")
class WebBudgetIT extends BrowserTestBase {
    /** The most requests from the navigation, with an empty cache, to the first message. */
    private static final int MAX_REQUESTS = 8;

    /** The most bytes of these, as they are sent: script, style, page, picture. */
    private static final int MAX_BYTES = 60_000;

    /** The most elements of the document, however long the history is. */
    private static final int MAX_ELEMENTS = 4_000;

    /** The most memory of the page's scripts, in bytes. */
    private static final long MAX_MEMORY = 150_000_000;

    /** After how many messages there is a picture. */
    private static final int PICTURE_EVERY = 20;

    /** How many messages are scrolled through; `.ci/long` uses the larger number. */
    private static final int MESSAGES = Campaign.times(5_000, 10_000);

    /**
     * Keeps the count of unread messages at one width: it is as wide as its digits, which become
     * fewer while scrolling, and that shift is not what is measured here. Must be evaluated before
     * such a count is shown, since widening one that is shown is a layout shift, too.
     */
    private static final String STEADY = """
            () => {
              const wide = new CSSStyleSheet();
              wide.replaceSync(".jump, .count { min-width: 12em; justify-content: flex-start; text-align: start }");
              document.adoptedStyleSheets.push(wide);
            }""";

    /**
     * Records layout shifts without user input, and the rows of messages that are created a second
     * time.
     */
    private static final String RECORDER = """
            () => {
              window.shifts = [];
              new PerformanceObserver(list => list.getEntries().forEach(entry => {
                if (!entry.hadRecentInput) {
                  shifts.push(entry.value + " " + entry.sources.map(({ node, previousRect, currentRect }) =>
                    (node?.outerHTML ?? node?.textContent ?? "gone").slice(0, 200)
                      + JSON.stringify([previousRect, currentRect])));
                }
              })).observe({ type: "layout-shift", buffered: true });
              window.made = new Map();
              window.again = [];
              const count = node => {
                const mid = node.dataset?.mid;
                if (mid !== undefined) {
                  if (made.has(mid)) again.push(mid + ": " + node.textContent);
                  made.set(mid, node);
                }
              };
              new MutationObserver(changes => changes.forEach(({ addedNodes }) => addedNodes.forEach(node => {
                if (node.nodeType === Node.ELEMENT_NODE) {
                  count(node);
                  node.querySelectorAll("[data-mid]").forEach(count);
                }
              }))).observe(document, { childList: true, subtree: true });
              window.lastInput = 0;
              ["keydown", "mousedown", "input"].forEach(type =>
                addEventListener(type, () => lastInput = performance.now(), { capture: true }));
            }""";

    /**
     * Whether the last input is so long ago that layout shifts count again: half a second, and some more to be safe, by
     * the browser's rules.
     */
    private static final String QUIET = "() => performance.now() - lastInput > 600";

    @Test
    void aColdStartTakesFewRequestsAndBytes() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        try (Writer sender = new Writer(chatd, ben)) {
            sender.says(ann, "the first message");
        }
        // What never changes under its name, such as the picture in several places, comes from the cache again.
        Set<String> requests = new LinkedHashSet<>();
        WebPerson desk = browser.open(chatd, Device.DESK);
        BrowserContext context = desk.page().context();
        Page cold = context.newPage();
        cold.onRequest(request -> requests.add(request.url()));
        List<String> frames = new ArrayList<>();
        cold.onWebSocket(socket -> {
            requests.add(socket.url());
            socket.onFrameSent(frame -> frames.add("sent " + WebPerson.type(frame.text())));
            socket.onFrameReceived(frame -> frames.add("received " + WebPerson.type(frame.text())));
        });
        var person = new WebPerson(cold, desk.address());
        cold.navigate(desk.address());
        person.logIn(ann).open(ben.name()).reads("the first message");
        assertThat(requests).hasSizeBetween(5, MAX_REQUESTS);
        // The list of chats arrives in the round trip of the login: it is requested before the
        // login is answered.
        assertThat(frames).startsWith("sent 1", "sent 37", "received 2");
        // What is requested once the login is answered may be sent before the list is there.
        assertThat(frames.stream().filter(frame -> frame.startsWith("received")))
                .startsWith("received 2", "received 38");
        Number bytes = (Number) cold.evaluate("""
                () => [...new Map(performance.getEntriesByType("resource")
                  .concat(performance.getEntriesByType("navigation"))
                  .map(({ name, entryType, encodedBodySize }) => [name + entryType, encodedBodySize])).values()]
                  .reduce((sum, size) => sum + size, 0)""");
        assertThat(bytes.intValue()).isBetween(10_000, MAX_BYTES);
    }

    @Test
    void talkingCausesNoLayoutShiftsAndNoRowIsMadeTwice() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        try (Writer sender = new Writer(chatd, ben)) {
            sender.saysLines(ann, 1, 100);
            WebPerson desk = browser.open(chatd, Device.DESK);
            desk.page().evaluate(STEADY);
            desk.logIn(ann).row(ben.name());
            desk.page().evaluate(RECORDER);
            desk.open(ben.name());
            while (desk.message("line 100").count() == 0) {
                desk.page().mouse().move(800, 400);
                desk.page().mouse().wheel(0, 300);
            }
            desk.toEnd();
            desk.says("of my own").reads("of my own");
            desk.page().waitForFunction(QUIET);
            sender.saysLines(ann, 101, 130);
            desk.reads("line 130");
            // Typing is announced to others, which makes no row either.
            desk.composer().fill("a draft");
            desk.page().waitForFunction(QUIET);
            sender.says(ann, "the last");
            desk.reads("the last");
            assertThat(desk.page().evaluate("shifts")).isEqualTo(List.of());
            assertThat(desk.page().evaluate("made.size"))
                    .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.INTEGER)
                    .isGreaterThan(80);
            assertThat(desk.page().evaluate("again")).isEqualTo(List.of());
        }
    }

    @Test
    void aHistoryThatIsScrolledThroughDoesNotGrowThePage() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        byte[] picture = Pictures.encoded("jpg");
        try (Writer sender = new Writer(chatd, ben);
                JsonSocket files = chatd.logInJson(JsonCarrier.LINES, ben, "files")) {
            for (int at = 0; at < MESSAGES; at += PICTURE_EVERY) {
                FileTestBase.sendFile(files, JsonType.PICTURE, ann.name(), "picture " + at + ".jpg", picture);
                sender.saysLines(ann, at + 1, at + PICTURE_EVERY);
            }
        }
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).open(ben.name());
        desk.toEnd().reads("line " + MESSAGES);
        // As fast as pages arrive: scrolls to the top again in each frame.
        JsonNode most = JsonMapper.shared().readTree((String) desk.page().evaluate("""
                () => new Promise(done => {
                  const box = document.querySelector(".scroll");
                  const most = { elements: 0, memory: 0, pictures: 0, pages: 0 };
                  const seen = new Set();
                  const step = () => {
                    most.elements = Math.max(most.elements, document.getElementsByTagName("*").length);
                    most.memory = Math.max(most.memory, performance.memory.usedJSHeapSize);
                    most.pictures = Math.max(most.pictures, document.querySelectorAll(".picture img").length);
                    document.querySelectorAll(".picture button").forEach(one => seen.add(one.ariaLabel));
                    if (document.querySelector(".beginning") !== null) {
                      done(JSON.stringify({ ...most, seen: seen.size }));
                    } else {
                      most.pages++;
                      box.scrollTop = 0;
                      requestAnimationFrame(step);
                    }
                  };
                  step();
                })"""));
        WebPerson.awaitVisible(desk.page().getByLabel("Picture picture 0.jpg"));
        Campaign.report(
                "%d messages and %d pictures scrolled through, at most %d elements and %d MB of scripts' memory, %d pictures loaded at once"
                        .formatted(
                                MESSAGES,
                                most.path("seen").asInt(),
                                most.path("elements").asInt(),
                                most.path("memory").asLong() / 1_000_000,
                                most.path("pictures").asInt()));
        assertThat(most.path("seen").asInt()).isGreaterThan(MESSAGES / PICTURE_EVERY / 2);
        assertThat(most.path("elements").asInt()).isLessThan(MAX_ELEMENTS);
        assertThat(most.path("memory").asLong()).isLessThan(MAX_MEMORY);
        desk.toEnd().reads("line " + MESSAGES);
    }
}

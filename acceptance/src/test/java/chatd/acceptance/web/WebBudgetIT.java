package chatd.acceptance.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.Writer;
import chatd.acceptance.web.browser.BrowserTestBase;
import chatd.acceptance.web.browser.WebBrowser.Device;
import chatd.acceptance.web.browser.WebPerson;
import chatd.fixtures.Campaign;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What the page costs: requests, bytes, nodes of the document, rows that are created, layout
 * shifts.
 */
@Tag("processes")
class WebBudgetIT extends BrowserTestBase {
    /** The most requests from the navigation, with an empty cache, to the first message. */
    private static final int MAX_REQUESTS = 8;

    /** The most bytes of these, as they are sent: script, style, page, picture. */
    private static final int MAX_BYTES = 70_000;

    /** The most nodes of the document, however long the history is. */
    private static final int MAX_NODES = 12_000;

    /** How many messages are scrolled through; `.ci/long` uses the larger number. */
    private static final int MESSAGES = Campaign.times(5_000, 100_000);

    /**
     * Keeps the count of unread messages at one width: it is as wide as its digits, which become
     * fewer while scrolling, and that shift is not what is measured here. Must be evaluated before
     * such a count is shown, which would be moved by it.
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
    private static final String COUNTS = """
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
     * Whether the last input is so long ago that layout shifts count again: half a second, by the
     * browser's rules.
     */
    private static final String QUIET = "() => performance.now() - lastInput > 600";

    @Test
    void aColdStartTakesFewRequestsAndBytes() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        try (Writer sender = new Writer(chatd, ben)) {
            sender.says(ann, "the first message");
        }
        List<String> requests = new ArrayList<>();
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
        assertThat(frames).startsWith("sent 1", "sent 37", "received 2", "received 38");
        Number bytes = (Number) cold.evaluate("""
                () => performance.getEntriesByType("resource")
                  .concat(performance.getEntriesByType("navigation"))
                  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)""");
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
            desk.page().evaluate(COUNTS);
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
        try (Writer sender = new Writer(chatd, ben)) {
            sender.saysLines(ann, 1, MESSAGES);
        }
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).open(ben.name());
        desk.toEnd().reads("line " + MESSAGES);
        // As fast as pages arrive: scrolls to the top again in each frame.
        Object most = desk.page().evaluate("""
                () => new Promise(done => {
                  const box = document.querySelector(".scroll");
                  let most = 0;
                  let pages = 0;
                  const step = () => {
                    most = Math.max(most, document.getElementsByTagName("*").length);
                    if (document.querySelector(".beginning") !== null) {
                      done([most, pages]);
                    } else {
                      pages++;
                      box.scrollTop = 0;
                      requestAnimationFrame(step);
                    }
                  };
                  step();
                })""");
        assertThat(desk.page().locator("[data-mid]").first()).containsText("line 1");
        assertThat(most)
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
                .satisfies(counted -> {
                    assertThat((Integer) counted.getFirst()).isLessThan(MAX_NODES);
                    System.out.printf(
                            "campaign: %d messages scrolled through, at most %s elements%n",
                            MESSAGES, counted.getFirst());
                });
        desk.toEnd().reads("line " + MESSAGES);
    }
}

package chatd.acceptance.web;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.Writer;
import chatd.acceptance.web.browser.BrowserTestBase;
import chatd.acceptance.web.browser.WebBrowser.Device;
import chatd.acceptance.web.browser.WebPerson;
import chatd.fixtures.Campaign;
import com.google.gson.JsonObject;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Locator.PressSequentiallyOptions;
import com.microsoft.playwright.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * How soon the page answers on a processor that is four times slower. It measures, and asserts only that it did: the
 * figures are of the machine, which must do nothing else.
 */
@Tag("processes")
class WebSpeedIT extends BrowserTestBase {
    private static final int TURNS = Campaign.times(2, 30);
    private static final int PEOPLE = 10;

    /** As fast as people type, in milliseconds from key to key: without a pause, each would wait for those before it. */
    private static final PressSequentiallyOptions TYPING = new PressSequentiallyOptions().setDelay(60);

    /**
     * Collects how long each interaction took until the next frame was painted (Interaction to Next Paint), and what it
     * was: its event, and the element's tag and class.
     */
    private static final String RECORDER = """
            () => {
              window.interactions = new Map();
              new PerformanceObserver((list) => list.getEntries().forEach(({ interactionId, duration, name, target }) => {
                if (interactionId > 0 && duration >= (interactions.get(interactionId)?.duration ?? 0)) {
                  const what = `${name} ${target?.nodeName.toLowerCase() ?? "?"}.${target?.className?.baseVal ?? target?.className}`;
                  interactions.set(interactionId, { duration, what });
                }
              })).observe({ type: "event", durationThreshold: 16, buffered: true });
            }""";

    /** Clicks a row of the list, and returns after how many milliseconds its messages were painted. */
    private static final String OPEN = """
            (name) => new Promise((done) => {
              const row = [...document.querySelectorAll(".list .row")].find((one) => one.textContent.includes(name));
              const begin = performance.now();
              row.click();
              const look = () => {
                const isThere = document.querySelector(".head .who")?.textContent.includes(name)
                  && document.querySelector(".placing") === null
                  && document.querySelector("li.message") !== null;
                requestAnimationFrame(isThere ? () => done(performance.now() - begin) : look);
              };
              look();
            })""";

    /**
     * Notes when something is first there, in milliseconds since the navigation began, once its frame is painted; and how
     * long the longest task was.
     */
    private static final String WATCH = """
            (() => {
              window.seen = {};
              window.longest = 0;
              const wanted = { usable: ".entrance form input[name=username]", list: ".list .row", message: "li.message" };
              const look = () => {
                for (const [name, selector] of Object.entries(wanted)) {
                  if (!(name in seen) && document.querySelector(selector) !== null) {
                    seen[name] = 0;
                    requestAnimationFrame(() => setTimeout(() => (seen[name] = performance.now())));
                  }
                }
              };
              new MutationObserver(look).observe(document, { childList: true, subtree: true });
              new PerformanceObserver((list) => list.getEntriesByName("first-contentful-paint").forEach(({ startTime }) => (seen.painted = startTime)))
                .observe({ type: "paint", buffered: true });
              new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => (longest = Math.max(longest, duration))))
                .observe({ type: "longtask", buffered: true });
            })()""";

    /** How long a round trip takes on the emulated network (slow 4G), in milliseconds, and its bytes per second. */
    private static final int LATENCY = 150;

    private static final int BYTES_PER_SECOND = 1_600_000 / 8;

    @Test
    void aPhoneOnASlowNetwork() {
        Chatd.Person bob = chatd.person();
        List<Double> painted = new ArrayList<>();
        List<Double> usable = new ArrayList<>();
        List<Double> listed = new ArrayList<>();
        List<Double> remembered = new ArrayList<>();
        List<Double> tasks = new ArrayList<>();
        for (int turn = 0; turn < TURNS; turn++) {
            Chatd.Person ann = chatd.person();
            try (Writer writer = new Writer(chatd, bob)) {
                writer.saysLines(ann, 1, 60);
            }
            Page blank = browser.blank(Device.PHONE.options());
            blank.addInitScript(WATCH);
            CDPSession tools = slow(blank);
            WebPerson phone = browser.open(chatd, blank);
            usable.add(seen(phone, "usable"));
            painted.add(seen(phone, "painted"));
            phone.field("Stay logged in").check();
            phone.field("Name").fill(ann.name());
            phone.field("Password").fill(ann.password());
            double began = ((Number)
                            blank.evaluate(
                                    "() => { const at = performance.now(); document.querySelector('.strong').click(); return at; }"))
                    .doubleValue();
            listed.add(seen(phone, "list") - began);
            phone.open(bob.name());
            tasks.add(longestTask(phone));
            blank.reload();
            remembered.add(seen(phone, "message"));
            tasks.add(longestTask(phone));
            tools.detach();
            browser.closeTabs();
        }
        report("slow 4G, CPU 4x, nothing cached: first paint", painted);
        report("form usable", usable);
        report("from logging in to the list", listed);
        report("remembered, to the first message", remembered);
        report("the longest task", tasks);
        assertThat(remembered).hasSize(TURNS);
    }

    /** Makes a tab as slow as a cheap phone on a bad network; nothing is cached. */
    private static CDPSession slow(Page page) {
        CDPSession tools = page.context().newCDPSession(page);
        tools.send("Network.enable");
        var cache = new JsonObject();
        cache.addProperty("cacheDisabled", true);
        tools.send("Network.setCacheDisabled", cache);
        var network = new JsonObject();
        network.addProperty("offline", false);
        network.addProperty("latency", LATENCY);
        network.addProperty("downloadThroughput", BYTES_PER_SECOND);
        network.addProperty("uploadThroughput", BYTES_PER_SECOND);
        tools.send("Network.emulateNetworkConditions", network);
        slowProcessor(tools);
        return tools;
    }

    private static void slowProcessor(CDPSession tools) {
        var rate = new JsonObject();
        rate.addProperty("rate", 4);
        tools.send("Emulation.setCPUThrottlingRate", rate);
    }

    /** Waits until what {@link #WATCH} looks for is there; returns since when, in milliseconds. */
    private static double seen(WebPerson person, String what) {
        return ((Number) person.page()
                        .waitForFunction("what => window.seen[what] > 0 ? window.seen[what] : null", what)
                        .jsonValue())
                .doubleValue();
    }

    private static double longestTask(WebPerson person) {
        return ((Number) person.page().evaluate("longest")).doubleValue();
    }

    @Test
    void interactionsAndOpeningAConversation() {
        Chatd.Person ann = chatd.person();
        List<Chatd.Person> others = new ArrayList<>();
        for (int i = 0; i < PEOPLE; i++) {
            Chatd.Person other = chatd.person();
            others.add(other);
            try (Writer writer = new Writer(chatd, other)) {
                writer.saysLines(ann, 1, 100);
            }
        }
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann);
        others.forEach(other -> desk.row(other.name()));
        // Each for the first time, and at the processor's own speed.
        report(
                "from the list to a conversation",
                others.stream().map(other -> open(desk, other)).toList());
        CDPSession tools = desk.page().context().newCDPSession(desk.page());
        slowProcessor(tools);
        desk.page().evaluate(RECORDER);
        List<Double> openings = new ArrayList<>();
        for (int turn = 0; turn < TURNS; turn++) {
            for (Chatd.Person other : others) {
                openings.add(open(desk, other));
            }
            desk.composer().pressSequentially("what is typed " + turn, TYPING);
            desk.composer().press("Enter");
            desk.reads("what is typed " + turn);
            desk.act("what is typed " + turn, "👍");
            desk.button("Emoticons").click();
            desk.page().keyboard().press("Escape");
        }
        JsonNode took = JsonMapper.shared()
                .readTree((String) desk.page().evaluate("JSON.stringify([...interactions.values()])"));
        report("with CPU 4x: interactions of 16 ms or more", durations(took.valueStream()));
        took.valueStream()
                .collect(Collectors.groupingBy(one -> one.get("what").asString(), TreeMap::new, Collectors.toList()))
                .forEach((what, of) -> System.out.println(figures("of them, " + what, durations(of.stream()))));
        report("with CPU 4x: from the list to a conversation", openings);
        assertThat(openings).hasSize(TURNS * PEOPLE);
    }

    /** Returns how many milliseconds it took until the messages of a conversation were painted. */
    private static double open(WebPerson person, Chatd.Person other) {
        return ((Number) person.page().evaluate(OPEN, other.name())).doubleValue();
    }

    private static List<Double> durations(Stream<JsonNode> interactions) {
        return interactions.map(one -> one.get("duration").asDouble()).toList();
    }

    private static void report(String what, List<Double> milliseconds) {
        Campaign.report(figures(what, milliseconds));
    }

    private static String figures(String what, List<Double> milliseconds) {
        assertThat(milliseconds).isNotEmpty();
        List<Double> sorted = milliseconds.stream().sorted().toList();
        return "%s p50 %.0f ms, p98 %.0f ms (%d)".formatted(what, at(sorted, 0.5), at(sorted, 0.98), sorted.size());
    }

    private static double at(List<Double> sorted, double part) {
        return sorted.get((int) Math.min(sorted.size() - 1, Math.floor(part * sorted.size())));
    }
}

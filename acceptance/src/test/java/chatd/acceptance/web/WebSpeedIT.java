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
import java.util.ArrayList;
import java.util.List;
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

    /** Collects how long each interaction took until the next frame was painted (Interaction to Next Paint). */
    private static final String RECORDER = """
            () => {
              window.interactions = new Map();
              new PerformanceObserver((list) => list.getEntries().forEach(({ interactionId, duration }) => {
                if (interactionId > 0) {
                  interactions.set(interactionId, Math.max(duration, interactions.get(interactionId) ?? 0));
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
        CDPSession tools = desk.page().context().newCDPSession(desk.page());
        var rate = new JsonObject();
        rate.addProperty("rate", 4);
        tools.send("Emulation.setCPUThrottlingRate", rate);
        others.forEach(other -> desk.row(other.name()));
        // Each for the first time, and at the processor's own speed.
        report(
                "from the list to a conversation",
                others.stream().map(other -> open(desk, other)).toList());
        desk.page().evaluate(RECORDER);
        List<Double> openings = new ArrayList<>();
        for (int turn = 0; turn < TURNS; turn++) {
            for (Chatd.Person other : others) {
                openings.add(open(desk, other));
            }
            desk.composer().pressSequentially("what is typed " + turn);
            desk.composer().press("Enter");
            desk.reads("what is typed " + turn);
            desk.act("what is typed " + turn, "👍");
            desk.button("Emoticons").click();
            desk.page().keyboard().press("Escape");
        }
        JsonNode took = JsonMapper.shared()
                .readTree((String) desk.page().evaluate("JSON.stringify([...interactions.values()])"));
        report(
                "with CPU 4x: interactions of 16 ms or more",
                took.valueStream().map(JsonNode::asDouble).toList());
        report("with CPU 4x: from the list to a conversation", openings);
        assertThat(openings).hasSize(TURNS * PEOPLE);
    }

    /** Returns how many milliseconds it took until the messages of a conversation were painted. */
    private static double open(WebPerson person, Chatd.Person other) {
        return ((Number) person.page().evaluate(OPEN, other.name())).doubleValue();
    }

    private static void report(String what, List<Double> milliseconds) {
        assertThat(milliseconds).isNotEmpty();
        List<Double> sorted = milliseconds.stream().sorted().toList();
        Campaign.report(
                "%s p50 %.0f ms, p98 %.0f ms (%d)".formatted(what, at(sorted, 0.5), at(sorted, 0.98), sorted.size()));
    }

    private static double at(List<Double> sorted, double part) {
        return sorted.get((int) Math.min(sorted.size() - 1, Math.floor(part * sorted.size())));
    }
}

package chatd.acceptance.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.Writer;
import chatd.acceptance.web.browser.BrowserTestBase;
import chatd.acceptance.web.browser.WebBrowser.Device;
import chatd.acceptance.web.browser.WebPerson;
import chatd.fixtures.Campaign;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.JSHandle;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The model of the page, without the page: its own tests, and what it knows after any cuts of its connection, compared
 * with the daemon's history.
 */
@Tag("processes")
class WebModelIT extends BrowserTestBase {
    private static final Path BUNDLE = ProcessResult.ROOT.resolve("web/target/model/model.js");

    /** How many steps there are between two comparisons, and how many rounds of comparisons. */
    private static final int STEPS = 60;

    private static final int ROUNDS = Campaign.times(2, 60);

    /** Opens a page, and loads the model beside it: it has the page's origin, and is not shown. */
    private static Page model() throws IOException {
        return model(Device.DESK.options());
    }

    private static Page model(Browser.NewContextOptions options) throws IOException {
        WebPerson person = browser.open(proxy.port(), options.setBypassCSP(true));
        person.page().evaluate(Files.readString(BUNDLE));
        return person.page();
    }

    @TestFactory
    List<DynamicTest> itsOwnTests() throws IOException {
        Page page = model();
        List<DynamicTest> tests = new ArrayList<>();
        for (Object name : (List<?>) page.evaluate("Object.keys(TESTS)")) {
            tests.add(DynamicTest.dynamicTest(name.toString(), () -> page.evaluate("name => TESTS[name]()", name)));
        }
        assertThat(tests).hasSizeGreaterThan(10);
        return tests;
    }

    /** Zones whose clocks change on other days, by half an hour, or at midnight. */
    @ParameterizedTest
    @ValueSource(strings = {"America/New_York", "Australia/Lord_Howe", "Africa/Cairo"})
    void daysAreOfTheCalendarInEveryZone(String zone) throws IOException {
        model(Device.DESK.options().setTimezoneId(zone))
                .evaluate("() => TESTS['days are of the calendar, also where the clocks are changed']()");
    }

    /** A message as it is now, as both sides have it. */
    private record Seen(
            long mid, String text, long version, Map<String, List<String>> reactions, List<String> mentions) {
        /** Reads what {@code screen} of the model returns. */
        static Seen ofModel(JsonNode seen) {
            Map<String, List<String>> reactions = new TreeMap<>();
            seen.path("reactions").forEachEntry((code, by) -> reactions.put(code, texts(by)));
            return new Seen(
                    seen.path("mid").asLong(),
                    seen.path("text").asString("(taken back)"),
                    seen.path("version").asLong(),
                    reactions,
                    texts(seen.path("mentions")));
        }

        /** Reads a message from a backward page of the daemon's. */
        static Seen ofPage(JsonNode item) {
            Map<String, List<String>> reactions = new TreeMap<>();
            boolean isGone = item.has("taken_back");
            item.path("reactions").forEachEntry((code, reaction) -> reactions.put(code, texts(reaction.path("by"))));
            long mid = item.path("mid").asLong();
            return new Seen(
                    mid,
                    isGone
                            ? "(taken back)"
                            : item.path("info").isString()
                                    ? item.path("info").asString()
                                    : item.path("info").path("op").asString(),
                    item.path("version").path("mid").asLong(mid),
                    reactions,
                    isGone ? List.of() : texts(item.path("mentions")));
        }

        private static List<String> texts(JsonNode array) {
            return array.valueStream().map(JsonNode::asString).sorted().toList();
        }
    }

    @Test
    void theScreenEqualsTheHistoryAfterAnyCuts() throws IOException {
        long seed = Long.getLong("chatd.seed", System.nanoTime());
        System.out.println("campaign: seed " + seed);
        var random = new Random(seed);
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        Page page = model();
        JSHandle model = page.evaluateHandle(
                "([url, user, password]) => new Model(url, user, password)",
                List.of("wss://localhost:" + proxy.port() + "/ws", ann.name(), ann.password()));
        int cuts = 0;
        int compared = 0;
        try (Writer other = new Writer(chatd, ben);
                JsonSocket reader = chatd.logInJson(JsonCarrier.LINES, ann, "reads")) {
            String group = other.createGroup("Crew", ann.name());
            List<String> conversations = List.of(other.user(), group, "");
            List<Long> own = new ArrayList<>();
            proxy.delay(new Random(seed));
            for (int round = 0; round < ROUNDS; round++) {
                Campaign.reached(round, ROUNDS, "rounds");
                for (int step = 0; step < STEPS; step++) {
                    String where = conversations.get(random.nextInt(conversations.size()));
                    switch (random.nextInt(12)) {
                        case 0, 1, 2 -> {
                            String text = round + "." + step + (random.nextInt(4) == 0 ? " for @" + ben.name() : "");
                            model.evaluate("(model, [key, text]) => model.says(key, text)", List.of(where, text));
                        }
                        case 3 -> act(model, "correct", where, random);
                        case 4 -> act(model, "take back", where, random);
                        case 5 -> act(model, "react", where, random);
                        case 6, 7 -> {
                            String text = "from ben " + round + "." + step;
                            own.add(where.startsWith("U") ? other.says(ann, text) : other.saysTo(where, text));
                        }
                        case 8 -> {
                            if (!own.isEmpty()) {
                                long mid = own.remove(random.nextInt(own.size()));
                                other.sendCommand(
                                        random.nextBoolean() ? 31 : 32, Map.of("mid", mid, "text", "ben's " + step));
                            }
                        }
                        case 9 -> model.evaluate("(model, key) => void model.older(key)", where);
                        case 10 -> {
                            proxy.cut();
                            cuts++;
                        }
                        default -> model.evaluate("model => model.wake()");
                    }
                }
                await().untilAsserted(() -> {
                    model.evaluate("model => model.wake()");
                    assertThat(model.evaluate("model => model.state()"))
                            .as("seed %d", seed)
                            .isEqualTo(Map.of("at", "live", "waiting", 0));
                });
                for (String where : conversations) {
                    model.evaluate("(model, key) => model.open(key)", where);
                    int currentRound = round;
                    await().untilAsserted(() -> {
                        JsonNode screen = JsonMapper.shared().readTree((String)
                                model.evaluate("(model, key) => JSON.stringify(model.screen(key))", where));
                        assertThat(screen.path("isWhole").asBoolean()).isTrue();
                        List<Seen> shown = screen.path("messages")
                                .valueStream()
                                .map(Seen::ofModel)
                                .toList();
                        assertThat(shown)
                                .as("seed %d, round %d, %s", seed, currentRound, where)
                                .isNotEmpty()
                                .isEqualTo(history(reader, where, shown.size()));
                    });
                    compared++;
                }
            }
        } finally {
            proxy.stopDelays();
        }
        System.out.printf("campaign: %d cuts, %d conversations compared%n", cuts, compared);
    }

    private static void act(JSHandle model, String what, String where, Random random) {
        model.evaluate(
                "(model, [what, key, chance]) => model.does(what, key, chance)",
                List.of(what, where, random.nextDouble()));
    }

    /** Returns the newest messages of a conversation, as they are now, the oldest first. */
    private static List<Seen> history(JsonSocket reader, String with, int count) {
        List<Seen> all = new ArrayList<>();
        long before = Long.MAX_VALUE;
        while (all.size() < count) {
            reader.send("{'type': 19, 'info': {'with': '%s', 'limit': 200%s}}"
                    .formatted(with, before == Long.MAX_VALUE ? "" : ", 'before': " + before));
            JsonNode page = reader.skipTo(JsonType.PAGE).path("info");
            List<Seen> items =
                    page.path("items").valueStream().map(Seen::ofPage).toList();
            assertThat(items).as("the daemon has as many").isNotEmpty();
            all.addAll(0, items);
            before = items.getFirst().mid();
        }
        return all.subList(all.size() - count, all.size());
    }
}

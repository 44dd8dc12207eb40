package chatd.acceptance.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.files.FileTestBase;
import chatd.acceptance.files.Pictures;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.web.browser.BrowserTestBase;
import chatd.acceptance.web.browser.WebBrowser.Device;
import chatd.acceptance.web.browser.WebPerson;
import chatd.fixtures.Campaign;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.FilePayload;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Two people who use the page at random in two browsers, texts, files, corrections, reactions, reloads and cuts; what
 * both show in the end is what the daemon's history has.
 */
@Tag("processes")
class WebTwoBrowsersIT extends BrowserTestBase {
    private static final int ROUNDS = Campaign.times(1, 20);
    private static final int STEPS = 25;

    /** A message as a page, or the history, has it. */
    private record Seen(long mid, String what, boolean isCorrected, List<String> reactions) {
        static Seen ofPage(JsonNode row) {
            return new Seen(
                    row.path("mid").asLong(),
                    row.path("what").asString(),
                    row.path("corrected").asBoolean(),
                    row.path("reactions")
                            .valueStream()
                            .map(JsonNode::asString)
                            .sorted()
                            .toList());
        }

        static Seen ofHistory(JsonNode item) {
            var reactions = new TreeMap<String, Integer>();
            item.path("reactions")
                    .forEachEntry((code, reaction) ->
                            reactions.put(code, reaction.path("n").asInt()));
            JsonNode info = item.path("info");
            return new Seen(
                    item.path("mid").asLong(),
                    item.has("taken_back")
                            ? "(taken back)"
                            : info.isString()
                                    ? info.asString()
                                    : info.path("name").asString(),
                    item.has("version"),
                    reactions.entrySet().stream()
                            .map(one -> one.getKey() + " " + one.getValue())
                            .sorted()
                            .toList());
        }
    }

    /** Reads what a page shows of a conversation. */
    private static final String SHOWN = """
            () => JSON.stringify([...document.querySelectorAll(".messages > li.message[data-mid]")].map((row) => ({
              mid: Number(row.dataset.mid),
              what: row.querySelector(".gone") !== null
                ? "(taken back)"
                : (row.querySelector(".text")?.textContent
                  ?? row.querySelector(".file-name")?.title
                  ?? row.querySelector(".picture button").getAttribute("aria-label").replace(/^Picture /, "")),
              corrected: row.querySelector("footer").textContent.includes("edited"),
              reactions: [...row.querySelectorAll(".reaction")].map((reaction) => reaction.textContent),
            })))""";

    private final long seed = Long.getLong("chatd.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private int count;
    private List<WebPerson> both = List.of();

    private static List<Seen> shown(WebPerson person) {
        return JsonMapper.shared()
                .readTree((String) person.page().evaluate(SHOWN))
                .valueStream()
                .map(Seen::ofPage)
                .toList();
    }

    private static List<Seen> history(JsonSocket reader, String with) {
        List<Seen> all = new ArrayList<>();
        long before = 0;
        while (true) {
            reader.send("{'type': 19, 'info': {'with': '%s', 'limit': 200%s}}"
                    .formatted(with, before == 0 ? "" : ", 'before': " + before));
            JsonNode page = reader.skipTo(JsonType.PAGE).path("info");
            List<Seen> items =
                    page.path("items").valueStream().map(Seen::ofHistory).toList();
            if (items.isEmpty()) {
                return all;
            }
            all.addAll(0, items);
            before = items.getFirst().mid();
        }
    }

    @Test
    void whatBothShowIsWhatTheHistoryHas() {
        Campaign.report("seed " + seed);
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson one = browser.open(proxy.port(), Device.DESK.options())
                .logInToStay(ann)
                .find(ben.name());
        one.says("begin").reads("begin");
        WebPerson other = browser.open(proxy.port(), Device.DESK.options())
                .logInToStay(ben)
                .open(ann.name());
        String number = one.page().url().replaceFirst(".*#/", "");
        both = List.of(one, other);
        int compared = 0;
        try (JsonSocket reader = chatd.logInJson(JsonCarrier.LINES, ann, "reads")) {
            for (int round = 0; round < ROUNDS; round++) {
                Campaign.reached(round, ROUNDS, "rounds");
                for (int step = 0; step < STEPS; step++) {
                    act(random.nextBoolean() ? one : other);
                }
                for (WebPerson person : both) {
                    await().untilAsserted(() -> {
                        person.reconnect();
                        WebPerson.awaitGone(person.page().locator(".upload, li.waits, .bar.away"));
                    });
                    person.toEnd();
                    await().untilAsserted(() -> {
                        List<Seen> all = history(reader, number);
                        List<Seen> shown = shown(person);
                        assertThat(shown).as("seed %d", seed).isNotEmpty();
                        // What is sent has a name that nothing else has: it is stored once.
                        assertThat(all.stream().map(Seen::what).filter(what -> !what.equals("(taken back)")))
                                .as("seed %d", seed)
                                .doesNotHaveDuplicates();
                        assertThat(shown)
                                .as("seed %d", seed)
                                .isEqualTo(all.subList(Math.max(0, all.size() - shown.size()), all.size()));
                    });
                    compared++;
                }
            }
        }
        one.complaints().clear();
        other.complaints().clear();
        Campaign.report(compared + " screens of two browsers compared");
    }

    /** Does one thing, as somebody would who sees the page. */
    private void act(WebPerson person) {
        WebPerson.awaitVisible(person.composer());
        switch (random.nextInt(14)) {
            case 0, 1, 2 -> person.says("text " + ++count);
            case 3 -> send(person, binary());
            case 4 -> send(person, picture());
            case 5 -> send(person, picture(), binary(), picture());
            case 6, 7 -> onOwn(person, "Edit", () -> person.says("corrected " + ++count));
            case 8 -> {
                String deleted = onOwn(
                        person,
                        "Delete for everyone",
                        () -> person.page().locator("dialog .strong").click());
                // Nothing can be done with it any more, in whichever browser it is chosen next.
                for (WebPerson each : both) {
                    await().untilAsserted(() -> {
                        each.reconnect();
                        WebPerson.awaitGone(
                                each.page().locator("li.message[data-mid='" + deleted + "']:not(:has(.gone))"));
                    });
                }
            }
            case 9, 10 -> {
                Locator rows = person.page().locator("li.message[data-mid]:not(:has(.gone))");
                if (rows.count() > 0) {
                    openActions(rows.nth(random.nextInt(rows.count())));
                    person.page()
                            .locator("dialog .quick button")
                            .nth(random.nextInt(2))
                            .click();
                }
            }
            case 11 -> person.page().reload();
            case 12 -> {
                proxy.cut();
                person.reconnect();
            }
            default -> {
                Locator rows = person.page().locator("li.message[data-mid]:not(:has(.gone))");
                if (rows.count() > 0) {
                    openActions(rows.nth(random.nextInt(rows.count())));
                    person.page().locator("dialog .act").first().click();
                    person.says("answer " + ++count);
                }
            }
        }
    }

    /** Returns the number of the message with which it was done; empty if there was none. */
    private String onOwn(WebPerson person, String action, Runnable then) {
        String what = action.equals("Edit") ? "li.own[data-mid]:has(.text)" : "li.own[data-mid]:not(:has(.gone))";
        Locator rows = person.page().locator(what);
        if (rows.count() == 0) {
            return "";
        }
        String mid = openActions(rows.nth(random.nextInt(rows.count())));
        person.choice(action).click();
        then.run();
        return mid;
    }

    /**
     * Opens the actions of the message that is in a row now: others may come before it meanwhile.
     *
     * @return its number
     */
    private static String openActions(Locator row) {
        String mid = row.getAttribute("data-mid");
        Locator message = row.page().locator("li.message[data-mid='" + mid + "']");
        message.scrollIntoViewIfNeeded();
        message.hover();
        message.getByLabel("Message actions").click();
        return mid;
    }

    private FilePayload binary() {
        return new FilePayload("file " + ++count + ".bin", "", FileTestBase.noise(1 + random.nextInt(2 << 20)));
    }

    private FilePayload picture() {
        return new FilePayload("picture " + ++count + ".png", "image/png", Pictures.encoded("png"));
    }

    private static void send(WebPerson person, FilePayload... files) {
        person.page().locator(".composer input[type=file]").setInputFiles(files);
        person.page().locator("dialog .strong").click();
        WebPerson.awaitGone(person.page().locator("dialog[open]"));
    }
}

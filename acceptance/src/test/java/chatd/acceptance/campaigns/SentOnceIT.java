package chatd.acceptance.campaigns;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.CutProxy;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.SpawnedDaemon;
import chatd.fixtures.Campaign;
import chatd.fixtures.TestTimeout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Six devices of four people talk through a proxy that delays, cuts and duplicates what it
 * forwards, and the daemon is killed in between; they resume their sessions. Meanwhile they correct
 * what they have sent, take it back, react, mark what they have read, make and end friendships,
 * block each other, and change their names.
 */
@Tag("processes")
public class SentOnceIT {
    private static final int CUTS = Campaign.times(60, 2_000);
    private static final int CUTS_PER_KILL = 15;
    private static final int CUTS_PER_REPETITION = 4;

    @Test
    void everythingIsStoredAndDeliveredOnceWhateverIsCut() throws Exception {
        var random = Campaign.random();
        try (SpawnedDaemon chatd = SpawnedDaemon.start(
                        "CHATD_RATES_RESUMES", "100000", "CHATD_RATES_CHANGES", "0", "CHATD_ACCOUNTS_RENAMES", "1000");
                CutProxy proxy = CutProxy.onPort(chatd.port())) {
            proxy.delay(random);
            List<Chatd.Person> people = List.of(person(chatd), person(chatd), person(chatd), person(chatd));
            List<String> numbers =
                    new ArrayList<>(people.stream().map(Chatd.Person::name).toList());
            numbers.add(group(chatd, people));
            List<JsonCarrier> carriers = List.of(JsonCarrier.values());
            List<JsonTalker> talkers = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                talkers.add(new JsonTalker(
                        chatd,
                        proxy::port,
                        people.get(i % people.size()),
                        "device " + i,
                        carriers.get(i % carriers.size()),
                        numbers,
                        random.nextLong()));
            }
            List<Thread> threads =
                    talkers.stream().map(Thread.ofPlatform()::start).toList();
            for (int cut = 1; cut <= CUTS; cut++) {
                Campaign.reached(cut - 1, CUTS, "cuts");
                // Anywhere between the login and the twelfth exchange of all together, however long
                // they take.
                waitFor(talkers, JsonTalker::connections, 1);
                waitFor(talkers, JsonTalker::exchanges, random.nextInt(12));
                Thread.sleep(random.nextInt(20));
                if (cut % CUTS_PER_KILL == 0) {
                    chatd.killDaemon();
                    proxy.goAway();
                    chatd.begin();
                    proxy.forwardToPort(chatd.port());
                } else if (cut % CUTS_PER_REPETITION == 0) {
                    proxy.repeat();
                } else {
                    proxy.cut();
                }
            }
            talkers.forEach(JsonTalker::stop);
            for (Thread thread : threads) {
                thread.join(TestTimeout.LONG);
                assertThat(thread.isAlive()).isFalse();
            }
            assertThat(talkers)
                    .allSatisfy(talker -> assertThat(talker.failure()).isNull());
            for (JsonTalker talker : talkers) {
                assertThat(List.copyOf(talker.accepted().values()))
                        .as("each text has a number, and they grow in the order of sending")
                        .isEqualTo(talker.sent());
            }
            talkers.forEach(JsonTalker::catchUp);
            check(chatd, talkers);
            int corrected = talkers.stream().mapToInt(JsonTalker::corrected).sum();
            int takenBack = talkers.stream()
                    .mapToInt(talker -> talker.takenBack().size())
                    .sum();
            int sent = talkers.stream().mapToInt(talker -> talker.sent().size()).sum();
            int repeated = talkers.stream().mapToInt(JsonTalker::repeated).sum();
            int resumed = talkers.stream().mapToInt(JsonTalker::resumed).sum();
            Campaign.report(
                    "%d cuts, %d kills, %d texts, %d corrections, %d taken back, %d of all sent again, %d sessions resumed"
                            .formatted(CUTS, CUTS / CUTS_PER_KILL, sent, corrected, takenBack, repeated, resumed));
            assertThat(corrected).isPositive();
            assertThat(takenBack).isPositive();
            assertThat(repeated).isPositive();
            assertThat(resumed).isPositive();
        }
    }

    /**
     * Waits until the sum of the talkers' counters has grown by {@code more}; fails if a talker has
     * failed.
     */
    private static void waitFor(List<JsonTalker> talkers, ToIntFunction<JsonTalker> counter, int more) {
        int enough = talkers.stream().mapToInt(counter).sum() + more;
        await().pollInterval(Duration.ofMillis(1))
                .until(() -> talkers.stream().anyMatch(talker -> talker.failure() != null)
                        || talkers.stream().mapToInt(counter).sum() >= enough);
        assertThat(talkers).allSatisfy(talker -> assertThat(talker.failure()).isNull());
    }

    /** Returns a new person, with the number in place of the name. */
    private static Chatd.Person person(Chatd chatd) {
        Chatd.Person person = chatd.person();
        try (JsonSocket socket = chatd.logInJson(JsonCarrier.LINES, person, "first")) {
            return new Chatd.Person(socket.user(), person.password());
        }
    }

    /** Returns the number of a new group of these people, of which the first one is the owner. */
    private static String group(Chatd chatd, List<Chatd.Person> people) {
        try (JsonSocket socket = chatd.logInJson(JsonCarrier.LINES, people.getFirst(), "first")) {
            String members = people.stream()
                    .skip(1)
                    .map(person -> "'" + person.name() + "'")
                    .collect(Collectors.joining(", "));
            socket.send("{'type': 23, 'info': {'op': 'create', 'name': 'Ops', 'members': [%s]}}".formatted(members));
            return socket.skipTo(JsonType.DONE).path("info").path("group_id").asString();
        }
    }

    private static void check(Chatd chatd, List<JsonTalker> talkers) {
        Map<String, Map<Long, JsonNode>> items = new HashMap<>();
        for (JsonTalker talker : talkers) {
            items.computeIfAbsent(talker.person().name(), name -> history(chatd, talker.person()));
        }
        Set<Long> takenBack = new HashSet<>();
        talkers.forEach(talker -> takenBack.addAll(talker.takenBack()));
        Map<String, Map<Long, String>> histories = new HashMap<>();
        items.forEach((name, found) -> histories.put(name, originals(found, takenBack)));
        for (JsonTalker talker : talkers) {
            Map<Long, JsonNode> now = requireNonNull(items.get(talker.person().name()));
            talker.shown()
                    .forEach((number, text) -> assertThat(
                                    requireNonNull(now.get(number)).path("info").asString(""))
                            .as(
                                    "message %d as %s shows it",
                                    number, talker.person().name())
                            .isEqualTo(text));
            talker.accepted().keySet().removeAll(takenBack);
            talker.received().keySet().removeAll(takenBack);
            Map<Long, String> history =
                    requireNonNull(histories.get(talker.person().name()));
            assertThat(history.values()).as("each text once").doesNotHaveDuplicates();
            assertThat(history).as("what was acknowledged").containsAllEntriesOf(talker.accepted());
            assertThat(history).as("what was received").containsAllEntriesOf(talker.received());
            Map<Long, String> known = new TreeMap<>(talker.received());
            known.putAll(talker.accepted());
            if (!known.isEmpty()) {
                NavigableMap<Long, String> all = new TreeMap<>(history);
                long first = Collections.min(known.keySet());
                long last = Collections.max(known.keySet());
                assertThat(known)
                        .as("nothing is missing on %s", talker.person().name())
                        .isEqualTo(all.subMap(first, true, last, true));
            }
        }
        for (JsonTalker talker : talkers) {
            JsonNode resumed = talker.accountLists();
            try (JsonSocket fresh = JsonCarrier.LINES.connect(chatd)) {
                JsonNode lists =
                        fresh.logIn(talker.person().name(), talker.person().password(), "lists");
                for (String list : List.of(
                        "user_name", "requests", "blocked", "groups", "unread", "preferences", "friends_total")) {
                    assertThat(resumed.path(list)).as(list).isEqualTo(lists.path(list));
                }
            }
        }
        // Nothing is stored that nobody sent.
        List<String> all =
                talkers.stream().flatMap(talker -> talker.sent().stream()).toList();
        histories.values().forEach(history -> assertThat(all).containsAll(history.values()));
        assertThat(chatd.admin("", "log", "verify", "--messages").exits(3).out())
                .contains("consistent");
    }

    /**
     * Returns the original texts, without those taken back; checks that exactly the given ones
     * were.
     */
    private static Map<Long, String> originals(Map<Long, JsonNode> items, Set<Long> takenBack) {
        Map<Long, String> originals = new TreeMap<>();
        items.forEach((number, item) -> {
            assertThat(item.has("taken_back")).as("%s", item).isEqualTo(takenBack.contains(number));
            if (!takenBack.contains(number)) {
                originals.put(number, JsonTalker.original(item));
            }
        });
        return originals;
    }

    private static Map<Long, JsonNode> history(Chatd chatd, Chatd.Person person) {
        Map<Long, JsonNode> all = new TreeMap<>();
        try (JsonSocket socket = chatd.logInJson(JsonCarrier.LINES, person, "reads")) {
            boolean more = true;
            for (long after = 0; more; ) {
                socket.send("{'type': 19, 'info': {'limit': 200, 'after': %d}}".formatted(after));
                JsonNode page = socket.skipTo(JsonType.PAGE).path("info");
                more = page.path("more").asBoolean();
                for (JsonNode item : page.path("items")) {
                    after = item.path("mid").asLong();
                    int type = item.path("type").asInt();
                    if (type == JsonType.TEXT || type == JsonType.TEXT_TO_ALL) {
                        assertThat(all.put(after, item)).isNull();
                    }
                }
            }
        }
        return all;
    }
}

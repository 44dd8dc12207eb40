package chatd.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.fixtures.Campaign;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Searches by chance find what a plain scan finds of what each account may see: after thousands of operations of groups
 * and texts, kills of the daemon while it indexes, builds the index anew and purges it. The property {@code chatd.seed}
 * sets the seed.
 */
@Tag("processes")
class SearchModelIT {
    private static final int SEARCHES = Campaign.times(2_000, 1_000_000);
    private static final int OPERATIONS = Campaign.times(1_000, 5_000);
    private static final int ACCOUNTS = 20;

    /** Searches between two events that happen to the index. */
    private static final int BETWEEN = Campaign.times(300, 20_000);

    private final Map<ModelAccount, JsonSocket> sockets = new HashMap<>();
    private final Map<ModelAccount, List<Seen>> visible = new HashMap<>();

    /** A text as one account sees it now. */
    private record Seen(long mid, String by, String with, Instant time, String text) {}

    /** Bounds of a search: as they are sent, and by definition. */
    private record Bound(String json, Predicate<Seen> has) {}

    @Test
    void searchesFindWhatAPlainScanFinds() {
        long seed = Long.getLong("chatd.seed", System.nanoTime());
        Campaign.tell("seed " + seed);
        var random = new Random(seed);
        var transcript = new Transcript(seed);
        var texts = new SearchedText(random);
        try (SpawnedDaemon chatd = GroupPlayer.daemon();
                var player = new GroupPlayer(chatd, random, transcript)) {
            for (int i = 0; i < ACCOUNTS; i++) {
                player.register();
            }
            new GroupOperations(player, random, texts::next).play(transcript, OPERATIONS);
            player.settle();
            chatd.awaitIndexed();
            int hits = 0;
            int events = 0;
            for (int i = 0; i < SEARCHES; i++) {
                if (i % BETWEEN == BETWEEN - 1) {
                    happen(chatd, random.nextInt(4));
                    events++;
                    // Whatever the index has by now: never a hit too many.
                    for (int j = 0; j < 20; j++) {
                        search(player.model, random, texts, chatd, false);
                    }
                    chatd.awaitIndexed();
                }
                hits += search(player.model, random, texts, chatd, true);
            }
            Campaign.tell(
                    "%d searches found %d messages; %d kills, rebuilds and purges".formatted(SEARCHES, hits, events));
            assertThat(hits).isGreaterThan(SEARCHES);
        } finally {
            sockets.values().forEach(JsonSocket::close);
        }
    }

    private void happen(SpawnedDaemon chatd, int what) {
        switch (what) {
            case 0 -> chatd.admin("", "search", "rebuild").exits(0);
            case 1 -> chatd.admin("", "search", "purge").exits(0);
            case 2 -> restart(chatd);
            default -> {
                chatd.admin("", "search", "rebuild").exits(0);
                restart(chatd);
            }
        }
    }

    private void restart(SpawnedDaemon chatd) {
        chatd.killDaemon();
        sockets.values().forEach(JsonSocket::close);
        sockets.clear();
        chatd.begin();
    }

    /** Searches as somebody; returns how many messages were found. */
    private int search(GroupModel model, Random random, SearchedText texts, SpawnedDaemon chatd, boolean isIndexed) {
        List<ModelAccount> present = model.present();
        ModelAccount account = present.get(random.nextInt(present.size()));
        List<Seen> all = visible.computeIfAbsent(account, one -> visible(model, one));
        SearchedText.Query query = texts.query();
        Bound bound = bound(random, all);
        List<Long> expected = all.reversed().stream()
                .filter(seen -> bound.has().test(seen) && query.isIn(seen.text()))
                .map(Seen::mid)
                .toList();
        int limit = random.nextBoolean() ? 200 : 1 + random.nextInt(20);
        List<Long> found = new ArrayList<>();
        JsonSocket socket = sockets.computeIfAbsent(account, one -> {
            JsonSocket fresh = GroupCheck.quiet(chatd, one.number, one.password);
            fresh.skipTo(2);
            return fresh;
        });
        boolean isMore = true;
        while (isMore) {
            String before = found.isEmpty() ? "" : ", 'before': " + found.getLast();
            socket.send("{'type': 27, 'info': {'text': '%s', 'limit': %d%s%s}}"
                    .formatted(query.typed().replace("\"", "\\\""), limit, bound.json(), before));
            JsonNode answer = socket.next();
            while (answer.path("type").asInt() != 20) {
                if (answer.path("type").asInt() == 18) {
                    // It is just being opened.
                    assertThat(answer.path("info").path("code").asString()).isEqualTo("busy");
                    assertThat(isIndexed).isFalse();
                    return 0;
                }
                answer = socket.next();
            }
            JsonNode page = answer.path("info");
            for (JsonNode hit : page.path("find").path("hits")) {
                found.add(hit.path("mid").asLong());
                assertThat(hit.path("at")).isNotEmpty();
            }
            isMore = page.path("more").asBoolean();
            assertThat(isMore && page.path("items").isEmpty()).isFalse();
            assertThat(page.path("items").size())
                    .isEqualTo(page.path("find").path("hits").size());
        }
        if (isIndexed) {
            assertThat(found)
                    .as("%s searches for %s%s", account, query.typed(), bound.json())
                    .isEqualTo(expected);
        } else {
            assertThat(new HashSet<>(expected))
                    .as("%s searches for %s%s", account, query.typed(), bound.json())
                    .containsAll(found);
        }
        return found.size();
    }

    private static List<Seen> visible(GroupModel model, ModelAccount account) {
        ModelView view = new ModelView(model, account);
        List<Seen> all = new ArrayList<>();
        for (ModelEntry entry : model.entries) {
            if (entry.isText() && entry.takenBack().isEmpty() && ModelView.sees(account, entry)) {
                all.add(new Seen(
                        entry.mid,
                        entry.by == null ? "" : entry.by.number,
                        entry.conversation.with(account),
                        Instant.parse(entry.time),
                        view.now(entry).path("info").asString()));
            }
        }
        return all;
    }

    private static Bound bound(Random random, List<Seen> all) {
        Seen some = all.isEmpty() ? null : all.get(random.nextInt(all.size()));
        if (some == null || random.nextBoolean()) {
            return new Bound("", seen -> true);
        }
        return switch (random.nextInt(5)) {
            case 0 ->
                new Bound(
                        ", 'with': '%s'".formatted(some.with()),
                        seen -> seen.with().equals(some.with()));
            case 1 ->
                some.by().isEmpty()
                        ? new Bound(", 'media': 'text'", seen -> true)
                        : new Bound(
                                ", 'from': '%s'".formatted(some.by()),
                                seen -> seen.by().equals(some.by()));
            case 2 ->
                new Bound(
                        ", 'since': '%s'".formatted(some.time()),
                        seen -> !seen.time().isBefore(some.time()));
            case 3 ->
                new Bound(
                        ", 'until': '%s'".formatted(some.time()),
                        seen -> seen.time().isBefore(some.time()));
            default -> new Bound(", 'media': 'file'", seen -> false);
        };
    }
}

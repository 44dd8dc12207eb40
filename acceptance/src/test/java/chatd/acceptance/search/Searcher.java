package chatd.acceptance.search;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.model.GroupCheck;
import chatd.acceptance.model.GroupModel;
import chatd.acceptance.model.ModelAccount;
import chatd.acceptance.model.ModelEntry;
import chatd.acceptance.model.ModelView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/**
 * Runs random searches as some of the accounts of a {@link GroupModel}, and compares the results
 * with a plain scan of what each of them may see. Used by one thread.
 */
final class Searcher implements AutoCloseable {
    /** Pages of a search that are read; further ones would be read in the same way. */
    private static final int PAGES = 3;

    private final Chatd chatd;
    private final Random random;
    private final SearchedText texts;
    private final List<AccountView> accounts = new ArrayList<>();
    private final Map<ModelAccount, JsonSocket> sockets = new HashMap<>();

    Searcher(Chatd chatd, long seed) {
        this.chatd = chatd;
        this.random = new Random(seed);
        this.texts = new SearchedText(random);
    }

    /** A text as one account sees it now. */
    private record Seen(long mid, String by, String with, Instant time, List<SearchedText.Token> tokens) {}

    /** An account, and all that it sees. */
    private record AccountView(ModelAccount account, List<Seen> seen) {}

    /** A bound of a search: as it is sent, and by definition. */
    private record Bound(String json, Predicate<Seen> has) {}

    /** Learns what these accounts see now. */
    void learn(GroupModel model, List<ModelAccount> mine) {
        accounts.clear();
        for (ModelAccount account : mine) {
            var view = new ModelView(model, account);
            List<Seen> seen = new ArrayList<>();
            for (ModelEntry entry : model.entries) {
                if (entry.isText() && entry.takenBack().isEmpty() && ModelView.sees(account, entry)) {
                    seen.add(new Seen(
                            entry.mid,
                            entry.by == null ? "" : entry.by.number,
                            entry.conversation.with(account),
                            Instant.parse(entry.time),
                            SearchedText.tokens(view.asNow(entry).path("info").asString())));
                }
            }
            accounts.add(new AccountView(account, seen.reversed()));
        }
    }

    /** Searches while everything is indexed; returns how many messages were found. */
    int search(int times) {
        int found = 0;
        for (int i = 0; i < times; i++) {
            found += search(true);
        }
        return found;
    }

    /**
     * Searches while not everything is indexed: checks only that no message is found that should
     * not be.
     */
    void searchEarly(int times) {
        for (int i = 0; i < times; i++) {
            search(false);
        }
    }

    private int search(boolean isIndexed) {
        AccountView mine = accounts.get(random.nextInt(accounts.size()));
        SearchedText.Query query = texts.query();
        Bound bound = bound(mine.seen());
        List<Long> expected = mine.seen().stream()
                .filter(seen -> bound.has().test(seen) && query.isIn(seen.tokens()))
                .map(Seen::mid)
                .toList();
        int limit = random.nextInt(10) == 0 ? 200 : 1 + random.nextInt(20);
        String what = "%s searches for %s%s".formatted(mine.account(), query.typed(), bound.json());
        List<Long> found = new ArrayList<>();
        boolean isMore = true;
        for (int i = 0; i < PAGES && isMore; i++) {
            String before = found.isEmpty() ? "" : ", 'before': " + found.getLast();
            JsonNode answer = ask(
                    mine.account(),
                    "{'type': 27, 'info': {'text': '%s', 'limit': %d%s%s}}"
                            .formatted(query.typed().replace("\"", "\\\""), limit, bound.json(), before));
            JsonNode page = answer.path("info");
            if (answer.path("type").asInt() == JsonType.REFUSED) {
                // The index is just being opened.
                assertThat(page.path("code").asString()).as(what).isEqualTo("busy");
                assertThat(isIndexed).as(what).isFalse();
                return 0;
            }
            for (JsonNode hit : page.path("find").path("hits")) {
                found.add(hit.path("mid").asLong());
                assertThat(hit.path("at")).as(what).isNotEmpty();
            }
            isMore = page.path("more").asBoolean();
            assertThat(isMore && page.path("items").isEmpty()).as(what).isFalse();
            assertThat(page.path("items").size())
                    .as(what)
                    .isEqualTo(page.path("find").path("hits").size());
        }
        if (isIndexed) {
            assertThat(found)
                    .as(what)
                    .isEqualTo(isMore ? expected.subList(0, Math.min(found.size(), expected.size())) : expected);
            assertThat(isMore).as(what).isEqualTo(found.size() < expected.size());
        } else {
            assertThat(new HashSet<>(expected)).as(what).containsAll(found);
        }
        return found.size();
    }

    private JsonNode ask(ModelAccount account, String message) {
        JsonSocket socket = sockets.computeIfAbsent(account, one -> {
            JsonSocket fresh = GroupCheck.logInQuietly(chatd, one.number, one.password);
            fresh.skipTo(JsonType.LOGGED_IN);
            return fresh;
        });
        socket.send(message);
        JsonNode answer = socket.next();
        while (answer.path("type").asInt() != JsonType.PAGE
                && answer.path("type").asInt() != JsonType.REFUSED) {
            answer = socket.next();
        }
        return answer;
    }

    private Bound bound(List<Seen> all) {
        Seen some = all.isEmpty() ? null : all.get(random.nextInt(all.size()));
        if (some == null || random.nextBoolean()) {
            return new Bound("", seen -> true);
        }
        return switch (random.nextInt(6)) {
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
            case 4 -> new Bound(", 'media': 'text'", seen -> true);
            default -> new Bound(", 'media': 'file'", seen -> false);
        };
    }

    /** Closes the connections; the next searches make new ones. */
    @Override
    public void close() {
        sockets.values().forEach(JsonSocket::close);
        sockets.clear();
    }
}

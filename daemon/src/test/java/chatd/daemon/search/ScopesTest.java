package chatd.daemon.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chatd.daemon.model.account.Account;
import chatd.daemon.model.entry.Effect;
import chatd.daemon.model.message.Reader;
import chatd.daemon.store.read.Rows;
import chatd.fixtures.Campaign;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.lucene.search.Query;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A search reveals only what its user may read: neither its answer nor its duration tells what
 * others wrote.
 */
class ScopesTest {
    private static final Instant BEGIN = Instant.parse("2026-11-28T00:00:00Z");

    /** The user who asks. */
    private static final long ASKER = 1;

    private static final int USERS = 100;
    private static final int MESSAGES = 20_000;
    private static final int WORDS = 400;

    /** Questions of each kind, for what others wrote and as many for what nobody wrote. */
    private static final int QUESTIONS = Campaign.times(2_000, 10_000);

    /**
     * How far from a half the result may be by chance: five standard deviations, 0.02 in the whole
     * campaign.
     */
    private static final double TOLERANCE = 5 * Math.sqrt(1 / (6.0 * QUESTIONS));

    @TempDir
    private Path directory;

    private static Reader reader(long number) {
        Account account =
                ((Effect.AccountMade) Rows.account(number, "user" + number, 0).effect()).account();
        return new Reader(account, new TreeMap<>(), false);
    }

    private static IndexEntry entry(long number, String text, long... viewers) {
        List<String> scopes =
                Arrays.stream(viewers).mapToObj(IndexEntry.Scope::seenBy).toList();
        return new IndexEntry(number, BEGIN.plusSeconds(number), text, scopes, List.of());
    }

    private static List<Long> found(Index index, long reader, String typed) throws IOException, TimeoutException {
        return index.search(Visible.to(reader(reader), ParsedSearch.of(typed)::toQuery), 50, () -> false);
    }

    @Test
    void whatIsWrittenToManyIsFoundByTheseAlone() throws IOException, TimeoutException {
        try (Index index = Index.open(directory.resolve("index"), BEGIN)) {
            long[] readers = IntStream.rangeClosed(1, 100).asLongStream().toArray();
            // The last one has as many words as are indexed for each of a hundred, the first one more.
            String fits = "short " + "word ".repeat(Index.MAX_WORDS / 100 - 1);
            index.add(List.of(entry(1, fits + "secret", readers), entry(2, fits, readers)));
            index.purge(BEGIN);
            assertThat(index.messages()).isEqualTo(2);
            assertThat(found(index, 1, "short")).containsExactly(2L, 1L);
            assertThat(found(index, 100, "secr")).containsExactly(1L);
            assertThat(found(index, 100, "\"word secret\"")).containsExactly(1L);
            assertThat(found(index, 101, "short")).isEmpty();
            assertThat(found(index, 10, "\"secret short\"")).isEmpty();
            // The scope of a single reader contains only the second one.
            Query own = ParsedSearch.of("short").toQuery(List.of(IndexEntry.Scope.seenBy(100)));
            assertThat(index.search(own, 50, () -> false)).containsExactly(2L);
        }
    }

    @Test
    void noPhraseMatchesAcrossScopes() throws IOException, TimeoutException {
        try (Index index = Index.open(directory.resolve("index"), BEGIN)) {
            index.add(List.of(entry(1, "one two", 1, 2), entry(2, "", 1, 2), entry(3, "三四", 1, 2)));
            index.purge(BEGIN);
            for (long reader : new long[] {1, 2}) {
                assertThat(found(index, reader, "\"one two\"")).containsExactly(1L);
                assertThat(found(index, reader, "\"two one\"")).isEmpty();
                assertThat(found(index, reader, "三四")).containsExactly(3L);
                assertThat(found(index, reader, "四三")).isEmpty();
            }
            // A number is not the beginning of another one's scope.
            assertThat(found(index, 12, "one")).isEmpty();
        }
    }

    /** Words that may be asked for: those of what others wrote, and those that nobody wrote. */
    private record Guesses(String kind, List<String> written, List<String> unwritten, Function<String, String> asked) {}

    /**
     * Returns how often, in pairs of a question for what others wrote and one for what nobody wrote, the former takes
     * longer: a half, if time tells nothing.
     */
    private static double shareOfLonger(Index index, Guesses guesses, Random random)
            throws IOException, TimeoutException {
        long[] written = new long[QUESTIONS];
        long[] unwritten = new long[QUESTIONS];
        for (int round = -QUESTIONS / 4; round < QUESTIONS; round++) {
            if (round % 1_000 == 0) {
                Campaign.reached(Math.max(0, round), QUESTIONS, "questions of a kind");
            }
            boolean isFirst = random.nextBoolean();
            for (boolean isWritten : new boolean[] {isFirst, !isFirst}) {
                List<String> all = isWritten ? guesses.written() : guesses.unwritten();
                String typed = guesses.asked().apply(all.get(random.nextInt(all.size())));
                Query query = Visible.to(reader(ASKER), ParsedSearch.of(typed)::toQuery);
                long begin = System.nanoTime();
                List<Long> hits = index.search(query, 50, () -> false);
                long took = System.nanoTime() - begin;
                assertThat(hits).isEmpty();
                if (round >= 0) {
                    (isWritten ? written : unwritten)[round] = took;
                }
            }
        }
        Arrays.sort(unwritten);
        double longer = 0;
        for (long time : written) {
            longer += (below(unwritten, time) + below(unwritten, time + 1)) / 2.0;
        }
        return longer / QUESTIONS / QUESTIONS;
    }

    /** Returns how many of these sorted times are less than a given one. */
    private static int below(long[] sorted, long time) {
        int from = 0;
        int to = sorted.length;
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (sorted[middle] < time) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }

    private static String word(String begin, int number) {
        return begin + Integer.toString(number + 40_000, 36);
    }

    @Test
    void timeTellsNothingOfWhatOthersWrote() throws IOException, TimeoutException {
        Random random = Campaign.random();
        List<String> common =
                IntStream.range(0, WORDS).mapToObj(i -> word("c", i)).toList();
        List<String> secrets = IntStream.range(0, WORDS)
                .mapToObj(i -> word("s", 2 * i) + "end")
                .toList();
        List<String> absent = IntStream.range(0, WORDS)
                .mapToObj(i -> word("s", 2 * i + 1) + "end")
                .toList();
        String phrase = String.join(" ", common.subList(0, 60));
        List<String> pairs = IntStream.range(0, WORDS)
                .mapToObj(i -> new String(Character.toChars(0x4e00 + 4 * i)) + Character.toString(0x4e01 + 4 * i))
                .toList();
        List<String> otherPairs = IntStream.range(0, WORDS)
                .mapToObj(i -> new String(Character.toChars(0x4e02 + 4 * i)) + Character.toString(0x4e03 + 4 * i))
                .toList();
        try (Index index = Index.open(directory.resolve("index"), BEGIN)) {
            List<IndexEntry> entries = new ArrayList<>();
            for (int i = 1; i <= MESSAGES; i++) {
                // The asker takes part in every hundredth message, where nothing is secret.
                boolean isOwn = i % USERS == 0;
                long other = random.nextLong(2, 2 + USERS);
                String text = common.get(random.nextInt(WORDS)) + " "
                        + (isOwn ? phrase : secrets.get(random.nextInt(WORDS)) + " " + phrase)
                        + (isOwn ? "" : " " + pairs.get(random.nextInt(WORDS)));
                entries.add(entry(i, text, isOwn ? ASKER : other + USERS, other));
            }
            index.add(entries);
            index.purge(BEGIN);
            List<Guesses> kinds = List.of(
                    new Guesses("words", secrets, absent, guess -> '"' + guess + '"'),
                    new Guesses("beginnings", secrets, absent, guess -> guess.substring(0, guess.length() - 2)),
                    new Guesses("phrases", secrets, absent, guess -> '"' + guess + ' ' + phrase + '"'),
                    new Guesses("pairs", pairs, otherPairs, guess -> guess));
            for (Guesses kind : kinds) {
                double told = shareOfLonger(index, kind, random);
                Campaign.report("%s: AUC %.4f".formatted(kind.kind(), told));
                assertThat(told).as(kind.kind()).isCloseTo(0.5, within(TOLERANCE));
            }
        }
    }
}

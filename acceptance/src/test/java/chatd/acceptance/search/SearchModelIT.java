package chatd.acceptance.search;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.SpawnedDaemon;
import chatd.acceptance.model.GroupOperations;
import chatd.acceptance.model.GroupPlayer;
import chatd.acceptance.model.ModelAccount;
import chatd.acceptance.model.Transcript;
import chatd.fixtures.Campaign;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random searches find what a plain scan finds of what each account may see: after thousands of
 * operations on groups and texts, and kills of the daemon while it indexes, rebuilds the index and
 * purges it. The property {@code chatd.seed} sets the seed.
 */
@Tag("processes")
public class SearchModelIT {
    private static final int SEARCHES = Campaign.times(1_000, 1_000_000);
    private static final int OPERATIONS = Campaign.times(500, 5_000);
    private static final int ACCOUNTS = 20;

    /** Searches between two events that happen to the index. */
    private static final int BETWEEN = Campaign.times(250, 20_000);

    /** Operations before each event, so that there is something to be indexed and purged. */
    private static final int MORE = 30;

    /** Threads that search at once. */
    private static final int AT_ONCE = 4;

    /** The daemon is killed within this many milliseconds after it is given a command. */
    private static final int KILLED_WITHIN = 60;

    @Test
    void searchesFindWhatAPlainScanFinds() throws InterruptedException, ExecutionException {
        long seed = Long.getLong("chatd.seed", System.nanoTime());
        Campaign.report("seed " + seed);
        var random = new Random(seed);
        var transcript = new Transcript(seed);
        var texts = new SearchedText(random);
        List<Searcher> searchers = new ArrayList<>();
        try (SpawnedDaemon chatd = GroupPlayer.daemon();
                var player = new GroupPlayer(chatd, random, transcript);
                ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE)) {
            for (int i = 0; i < ACCOUNTS; i++) {
                player.register();
            }
            for (int i = 0; i < AT_ONCE; i++) {
                searchers.add(new Searcher(chatd, seed + i));
            }
            var operations = new GroupOperations(player, random, texts::next);
            operations.befriend();
            operations.play(transcript, OPERATIONS);
            int found = 0;
            int events = 0;
            for (int searched = 0; searched < SEARCHES; searched += BETWEEN) {
                operations.play(transcript, transcript.operation() + MORE);
                player.settle();
                for (int i = 0; i < AT_ONCE; i++) {
                    searchers.get(i).learn(player.model, every(player.model.existing(), i));
                }
                disturbIndex(chatd, player, pool, random);
                events++;
                // Whatever the index has by now.
                atOnce(searchers, pool, searcher -> {
                    searcher.close();
                    searcher.searchEarly(5);
                    return 0;
                });
                chatd.awaitIndexed();
                found += atOnce(searchers, pool, searcher -> searcher.search(BETWEEN / AT_ONCE));
                Campaign.reached(searched + BETWEEN, SEARCHES, "searches");
            }
            Campaign.report("%d searches found %d messages; %d operations; %d kills, rebuilds and purges"
                    .formatted(SEARCHES, found, transcript.operation(), events));
            // Each search is compared with a plain scan; this checks that not all of them found
            // nothing. How many messages are found is random.
            assertThat(found).isGreaterThan(SEARCHES / 4);
        } finally {
            searchers.forEach(Searcher::close);
        }
    }

    /** Returns every {@value #AT_ONCE}th account, beginning with {@code first}. */
    private static List<ModelAccount> every(List<ModelAccount> accounts, int first) {
        return IntStream.range(0, accounts.size())
                .filter(i -> i % AT_ONCE == first)
                .mapToObj(accounts::get)
                .toList();
    }

    /** Runs a task with all searchers at once; returns the sum of what they return. */
    private static int atOnce(List<Searcher> searchers, ExecutorService pool, ToIntFunction<Searcher> task)
            throws InterruptedException, ExecutionException {
        List<Future<Integer>> done = new ArrayList<>();
        searchers.forEach(searcher -> done.add(pool.submit(() -> task.applyAsInt(searcher))));
        int sum = 0;
        for (Future<Integer> one : done) {
            sum += one.get();
        }
        return sum;
    }

    private static void disturbIndex(SpawnedDaemon chatd, GroupPlayer player, ExecutorService pool, Random random)
            throws InterruptedException, ExecutionException {
        String command = random.nextBoolean() ? "rebuild" : "purge";
        switch (random.nextInt(4)) {
            case 0 -> chatd.admin("", "search", command).exits(0);
            case 1 -> player.kill();
            case 2 -> {
                chatd.admin("", "search", command).exits(0);
                player.kill();
            }
            default -> {
                // It may succeed or fail: the daemon is killed in the middle of it.
                Future<?> carriedOut = pool.submit(() -> chatd.admin("", "search", command));
                Thread.sleep(random.nextInt(KILLED_WITHIN));
                player.kill();
                carriedOut.get();
            }
        }
    }
}

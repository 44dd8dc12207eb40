package chatd.acceptance.groups;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.SpawnedDaemon;
import chatd.acceptance.model.GroupOperations;
import chatd.acceptance.model.GroupPlayer;
import chatd.acceptance.model.Transcript;
import chatd.fixtures.Campaign;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Twenty accounts make, join and leave groups, talk, and amend what they said, while connections
 * are lost and the daemon is killed; what they are told and can read must be what a simple model
 * predicts. The property {@code chatd.seed} sets the seed of the first round; each further round
 * has the next one.
 */
@Tag("processes")
class GroupModelIT {
    private static final int ROUNDS = Campaign.times(1, 100);
    private static final int OPERATIONS = 2_000;
    private static final int ACCOUNTS = 20;

    /** Rounds that are played at once, each with a daemon of its own. */
    private static final int AT_ONCE = 4;

    @Test
    void theDaemonDoesWhatTheModelSays() throws InterruptedException, ExecutionException {
        long first = Long.getLong("chatd.seed", System.nanoTime());
        // Each round waits for the disk most of the time.
        try (ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Future<?>> rounds = new ArrayList<>();
            for (long seed = first; seed < first + ROUNDS; seed++) {
                long number = seed;
                Campaign.report("seed " + number);
                rounds.add(pool.submit(() -> play(number)));
            }
            for (int i = 0; i < ROUNDS; i++) {
                rounds.get(i).get();
                Campaign.reached(i + 1, ROUNDS, "rounds");
            }
        }
    }

    private static void play(long seed) {
        var random = new Random(seed);
        var transcript = new Transcript(seed);
        try (SpawnedDaemon chatd = GroupPlayer.daemon();
                var player = new GroupPlayer(chatd, random, transcript)) {
            for (int i = 0; i < ACCOUNTS; i++) {
                player.register();
            }
            try {
                var operations = new GroupOperations(player, random, () -> "text " + transcript.operation());
                operations.befriend();
                operations.play(transcript, OPERATIONS);
                player.compare();
                player.resumeAll();
            } catch (RuntimeException e) {
                throw new IllegalStateException(transcript.explain(), e);
            }
            Campaign.report("%d operations, %d entries, %d groups, %d kills, %d sessions resumed; answers: %s"
                    .formatted(
                            transcript.operation(),
                            player.model.entries.size(),
                            player.model.groups.size(),
                            player.kills,
                            player.resumed,
                            player.answers));
            assertThat(chatd.admin("", "log", "verify", "--messages").exits(3).out())
                    .contains("consistent");
        }
    }
}

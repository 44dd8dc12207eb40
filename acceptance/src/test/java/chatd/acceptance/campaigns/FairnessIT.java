package chatd.acceptance.campaigns;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.SpawnedDaemon;
import chatd.fixtures.Campaign;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two users talk while an account from another network abuses the server. The full campaign
 * measures how long a text takes without and with the abuse, in turn: the p99 at most doubles.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("processes")
class FairnessIT {
    private static final int TEXTS = Campaign.times(20, 1_000);
    private static final int ROUNDS = Campaign.times(1, 5);

    /**
     * Latency that a real network adds to each text, in milliseconds: here a text takes a fraction
     * of one, and nobody notices if that doubles.
     */
    private static final double NETWORK = 10;

    private final SpawnedDaemon chatd = SpawnedDaemon.start(environment());

    private static Map<String, String> environment() {
        Map<String, String> environment = Chatd.pairs(
                // None of the addresses that these tests use.
                "CHATD_THROTTLE_EXEMPT", "192.0.2.0/24",
                // The default, which other tests change.
                "CHATD_RATES_SEARCHES", "60");
        if (Campaign.WHOLE) {
            environment.put(Chatd.JAVA_OPTIONS, "-Xmx512m");
        }
        return environment;
    }

    @AfterAll
    void close() {
        chatd.close();
    }

    @ParameterizedTest
    @EnumSource
    void othersTalkDuringAnyAbuse(Abuse abuse) throws IOException {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        long[] alone = new long[ROUNDS * TEXTS];
        long[] during = new long[ROUNDS * TEXTS];
        Chatd.Person other = chatd.person();
        try (JsonSocket own = chatd.logInJson(JsonCarrier.LINES, other, "own")) {
            abuse.prepare(own);
            chatd.awaitIndexed();
        }
        long done = 0;
        for (int round = 0; round < ROUNDS; round++) {
            try (JsonSocket from = chatd.logInJson(JsonCarrier.LINES, ann, "");
                    JsonSocket to = chatd.logInJson(JsonCarrier.LINES, ben, "")) {
                talk(from, to, alone, round * TEXTS);
                Process abuser = begin(abuse, other, to.user());
                try (BufferedReader said = abuser.inputReader()) {
                    assertThat(said.readLine()).isEqualTo(Abuser.BEGUN);
                    talk(from, to, during, round * TEXTS);
                    abuser.outputWriter().close();
                    done += Long.parseLong(said.readLine());
                } finally {
                    abuser.destroyForcibly();
                }
            }
        }
        double aloneP99 = quantile(alone, 0.99);
        double duringP99 = quantile(during, 0.99);
        String measured = String.format(
                Locale.ROOT,
                "%s: p50 %.1f ms alone, %.1f beside; p99 %.1f alone, %.1f beside (%.1f times), %d texts, done %d times",
                abuse.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                quantile(alone, 0.5),
                quantile(during, 0.5),
                aloneP99,
                duringP99,
                duringP99 / aloneP99,
                alone.length,
                done);
        Campaign.report(measured);
        if (Campaign.WHOLE) {
            assertThat(duringP99 + NETWORK).as(measured).isLessThanOrEqualTo(2 * (aloneP99 + NETWORK));
        }
    }

    /**
     * Starts the abuse in a process of its own, with low priority, which leaves the processors to
     * the daemon and to the two who talk.
     */
    private Process begin(Abuse abuse, Chatd.Person by, String victim) throws IOException {
        return new ProcessBuilder(
                        "nice",
                        "-n",
                        "19",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        Chatd.SHORT_LIVED,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Abuser.class.getName(),
                        chatd.ca().toString(),
                        Integer.toString(chatd.port()),
                        by.name(),
                        by.password(),
                        victim,
                        abuse.name())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /**
     * Sends texts, each when the previous one has arrived, and records how many nanoseconds each
     * took.
     */
    private static void talk(JsonSocket from, JsonSocket to, long[] times, int first) {
        for (int i = 0; i < TEXTS; i++) {
            String text = "text " + i;
            long sent = System.nanoTime();
            from.send("{'type': 3, 'receive': '%s', 'info': '%s'}".formatted(to.user(), text));
            assertThat(to.skipTo(JsonType.TEXT).path("info").asString()).isEqualTo(text);
            times[first + i] = System.nanoTime() - sent;
        }
    }

    /** Returns a quantile in milliseconds. */
    private static double quantile(long[] times, double fraction) {
        long[] sorted = times.clone();
        Arrays.sort(sorted);
        return sorted[(int) (fraction * (sorted.length - 1))] / (double) TimeUnit.MILLISECONDS.toNanos(1);
    }
}

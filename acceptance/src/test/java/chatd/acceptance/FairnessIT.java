package chatd.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.fixtures.Campaign;
import java.io.IOException;
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
 * Two users talk while an account of another network abuses the server. In full, it is measured how long a text takes, alone
 * and beside the other, in turn.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("processes")
class FairnessIT {
    private static final int TEXTS = Campaign.times(20, 1_000);
    private static final int ROUNDS = Campaign.times(1, 5);

    private final SpawnedDaemon chatd = SpawnedDaemon.start(environment());

    private static Map<String, String> environment() {
        Map<String, String> environment = Chatd.pairs(
                // None of the addresses that these tests use.
                "CHATD_THROTTLE_EXEMPT", "192.0.2.0/24",
                // As it is by default, not as other tests have it.
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
    void othersTalkBesideWhoever(Abuse abuse) throws IOException {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        long[] alone = new long[ROUNDS * TEXTS];
        long[] beside = new long[ROUNDS * TEXTS];
        long done = 0;
        for (int round = 0; round < ROUNDS; round++) {
            try (JsonSocket from = chatd.logInJson(JsonCarrier.LINES, ann, "");
                    JsonSocket to = chatd.logInJson(JsonCarrier.LINES, ben, "")) {
                talk(from, to, alone, round * TEXTS);
                try (var abuser = new Abuser(chatd, to.user())) {
                    abuse.begin(abuser);
                    await().until(() -> abuser.done() > 0);
                    talk(from, to, beside, round * TEXTS);
                    done += abuser.done();
                }
            }
        }
        double before = quantile(alone, 0.99);
        double then = quantile(beside, 0.99);
        String measured = String.format(
                Locale.ROOT,
                "%s: p50 %.1f ms alone, %.1f beside; p99 %.1f alone, %.1f beside (%.1f times), %d texts, done %d times",
                abuse.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                quantile(alone, 0.5),
                quantile(beside, 0.5),
                before,
                then,
                then / before,
                alone.length,
                done);
        Campaign.tell(measured);
        if (Campaign.WHOLE) {
            assertThat(then).as(measured).isLessThanOrEqualTo(2 * before);
        }
    }

    /** Sends texts, each when the one before it has come, and notes how many nanoseconds each took. */
    private static void talk(JsonSocket from, JsonSocket to, long[] times, int first) {
        for (int i = 0; i < TEXTS; i++) {
            String text = "text " + i;
            long sent = System.nanoTime();
            from.send("{'type': 3, 'receive': '%s', 'info': '%s'}".formatted(to.user(), text));
            assertThat(to.skipTo(3).path("info").asString()).isEqualTo(text);
            times[first + i] = System.nanoTime() - sent;
        }
    }

    /** Returns a quantile in milliseconds. */
    private static double quantile(long[] times, double part) {
        long[] sorted = times.clone();
        Arrays.sort(sorted);
        return sorted[(int) (part * (sorted.length - 1))] / (double) TimeUnit.MILLISECONDS.toNanos(1);
    }
}

package chatd.acceptance.campaigns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.AuditReader;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.SpawnedDaemon;
import chatd.acceptance.log.HistoryCheck;
import chatd.acceptance.log.Talker;
import chatd.fixtures.Campaign;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The log while four people talk continuously and the daemon is killed repeatedly in the middle of it. */
@Tag("processes")
public class LogUnderFireIT {

    private static final int KILLS = Campaign.times(3, 30);
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger looks = new AtomicInteger();

    @Test
    void everyReadSeesAWholeLogAndNoKillMakesHistoryAndLogDiffer() throws Exception {
        var random = Campaign.random();
        try (SpawnedDaemon chatd =
                        SpawnedDaemon.start("CHATD_LIMITS_REPLAY", "1000000", "CHATD_AUDIT_SEGMENT_LIMIT", "32 KiB");
                ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor()) {
            var reader = new AuditReader(chatd.auditLog());
            List<Talker> talkers = talkers(chatd);
            var ledger = new HistoryCheck(chatd, talkers, reader);
            var _ = looking.scheduleWithFixedDelay(() -> look(reader), 0, 3, TimeUnit.MILLISECONDS);
            for (int kill = 0; kill < KILLS; kill++) {
                Campaign.reached(kill, KILLS, "kills");
                Talker.begin(talkers, 200);
                int enough = received(talkers) + 1 + random.nextInt(600);
                await().pollInterval(Duration.ofMillis(1))
                        .until(() ->
                                received(talkers) >= enough || talkers.stream().noneMatch(Talker::isTalking));
                chatd.killDaemon();
                reader.published(); // just after a kill
                for (Talker talker : talkers) {
                    talker.leave();
                }
                assertThat(chatd.awaitEnd()).isNotZero();
                chatd.begin();
                ledger.checkLogAgainst(ledger.checkHistories(false));
                assertThat(failures).isEmpty();
            }
            assertThat(reader.segments()).as("rotated under fire").hasSizeGreaterThan(1);
        }
        Campaign.report(KILLS + " kills, " + looks + " looks at the log");
        assertThat(looks).hasValueGreaterThan(10 * KILLS);
    }

    private void look(AuditReader reader) {
        try {
            reader.published();
            looks.incrementAndGet();
        } catch (Exception | AssertionError e) {
            failures.add(e);
        }
    }

    private static int received(List<Talker> talkers) {
        return talkers.stream().mapToInt(Talker::receivedCount).sum();
    }

    public static List<Talker> talkers(Chatd chatd) {
        List<Chatd.Person> people = List.of(chatd.person(), chatd.person(), chatd.person(), chatd.person());
        List<String> names = people.stream().map(Chatd.Person::name).toList();
        var talkers = new ArrayList<Talker>();
        people.forEach(person -> talkers.add(new Talker(chatd, person, names)));
        return talkers;
    }
}

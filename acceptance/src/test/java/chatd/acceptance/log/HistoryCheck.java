package chatd.acceptance.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.AuditReader;
import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.Frame;
import chatd.acceptance.kit.Wire;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Compares what talkers said and saw with their histories, and the histories with the audit log. */
public final class HistoryCheck {

    private static final int ALL = 1_000_000; // the daemon's limits.replay must allow it
    private final Chatd chatd;
    private final List<Talker> talkers;
    private final AuditReader reader;

    public HistoryCheck(Chatd chatd, List<Talker> talkers, AuditReader reader) {
        this.chatd = chatd;
        this.talkers = talkers;
        this.reader = reader;
    }

    /** Logs in as each talker, checks its history, and returns the sender of each key in any history. */
    public Map<String, String> checkHistories(boolean allDelivered) {
        var senders = new HashMap<String, String>();
        for (Talker talker : talkers) {
            List<Frame> items;
            try (Chat1Socket socket = chatd.logIn(talker.person())) {
                items = socket.replay(ALL);
            }
            List<String> keys = items.stream().map(HistoryCheck::key).toList();
            assertThat(keys).as("stored once").doesNotHaveDuplicates();
            Set<String> known = new HashSet<>(keys);
            assertThat(known).as("what was received is in the history").containsAll(talker.received());
            assertThat(talker.received()).as("delivered once").doesNotHaveDuplicates();
            assertThat(known).as("what was acknowledged is in the history").containsAll(talker.acknowledged());
            inOrder(keys);
            inOrder(talker.received());
            if (allDelivered) {
                String me = talker.person().name();
                assertThat(new HashSet<>(talker.received()))
                        .as("what is in the history was delivered")
                        .containsAll(items.stream()
                                .filter(f -> !f.name().equals(me) || talker.saidToAll(key(f)))
                                .map(HistoryCheck::key)
                                .toList());
            }
            items.forEach(f -> senders.put(key(f), f.name()));
        }
        return senders;
    }

    /**
     * Checks that the log has as many text and file events by each sender as these histories have
     * messages, each with a message number of its own, and that its chain is valid.
     */
    public void checkLogAgainst(Map<String, String> senders) {
        Map<String, Long> sent = count(senders.values());
        await().pollInterval(Duration.ofMillis(250)).untilAsserted(() -> {
            List<AuditReader.Entry> messages = reader.all().stream()
                    .filter(entry -> entry.get("type").equals("text")
                            || entry.get("type").equals("file"))
                    .toList();
            assertThat(messages.stream().map(entry -> entry.get("message")).toList())
                    .as("logged once")
                    .doesNotContain("")
                    .doesNotHaveDuplicates();
            assertThat(count(messages.stream().map(entry -> entry.get("name")).toList()))
                    .as("logged, by sender, as stored")
                    .isEqualTo(sent);
        });
    }

    private static Map<String, Long> count(Iterable<String> names) {
        var counts = new HashMap<String, Long>();
        names.forEach(name -> counts.merge(name, 1L, Long::sum));
        return counts;
    }

    private static String key(Frame item) {
        return item.code() == Wire.TEXT ? item.text() : item.fileName();
    }

    /** Checks that one sender's messages keep their order: the numbers after its name increase. */
    private static void inOrder(List<String> keys) {
        var last = new HashMap<String, Integer>();
        for (String key : keys) {
            int dot = key.indexOf('.');
            int number = Integer.parseInt(key.substring(dot + 1));
            Integer before = last.put(key.substring(0, dot), number);
            assertThat(before == null || before < number)
                    .as("%s after %s", key, before)
                    .isTrue();
        }
    }
}

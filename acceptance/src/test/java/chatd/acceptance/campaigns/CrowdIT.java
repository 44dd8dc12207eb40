package chatd.acceptance.campaigns;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Frame;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Two hundred users at once: everyone gets the texts for them, once each, and finds it in the
 * history.
 */
@Tag("slow")
class CrowdIT {
    private static final int USERS = 200;
    private static final int TEXTS = 5;

    private static <T> List<T> atOnce(List<Callable<T>> tasks) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<T> results = new ArrayList<>();
            for (Future<T> result : threads.invokeAll(tasks)) {
                results.add(result.get());
            }
            return results;
        }
    }

    private static List<String> expected(int user, List<Chat1Socket> crowd) {
        int before = (user + USERS - 1) % USERS;
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < TEXTS; i++) {
            expected.add(crowd.get(before).name() + " to the next " + i);
        }
        crowd.forEach(one -> expected.add(one.name() + " to all"));
        return expected;
    }

    private static String said(Frame text) {
        return text.name() + " " + text.text();
    }

    @Test
    void twoHundredUsersTalkAtOnce() throws Exception {
        try (LocalDaemon chatd =
                LocalDaemon.start("CHATD_LIMITS_QUEUE_FRAMES", "100000", "CHATD_LIMITS_QUEUE_BYTES", "16 MiB")) {
            List<Chat1Socket> crowd = atOnce(IntStream.range(0, USERS)
                    .<Callable<Chat1Socket>>mapToObj(i -> chatd::newcomer)
                    .toList());
            List<List<String>> received = atOnce(IntStream.range(0, USERS)
                    .<Callable<List<String>>>mapToObj(i -> () -> talk(crowd.get(i), crowd.get((i + 1) % USERS)))
                    .toList());
            for (int i = 0; i < USERS; i++) {
                assertThat(received.get(i)).containsExactlyInAnyOrderElementsOf(expected(i, crowd));
                Chat1Socket one = crowd.get(i);
                List<String> history = one.replay(1000).stream()
                        .map(CrowdIT::said)
                        .filter(text -> !text.startsWith(one.name() + " to the next"))
                        .toList();
                assertThat(history).containsExactlyInAnyOrderElementsOf(expected(i, crowd));
            }
            crowd.forEach(Chat1Socket::close);
        }
    }

    private static List<String> talk(Chat1Socket one, Chat1Socket next) {
        for (int i = 0; i < TEXTS; i++) {
            one.send(Wire.text("to the next " + i, next.name()));
        }
        one.send(Wire.textToAll("to all"));
        List<String> received = new ArrayList<>();
        while (received.size() < USERS + TEXTS) {
            Frame frame = one.next();
            if (frame.code() == Wire.TEXT) {
                received.add(said(frame));
            }
        }
        return received;
    }
}

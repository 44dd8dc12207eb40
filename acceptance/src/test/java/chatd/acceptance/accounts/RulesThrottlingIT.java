package chatd.acceptance.accounts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.Wire;
import chatd.fixtures.TestTimeout;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Rule 14: wrong passwords get the same answer after growing delays, and nobody else has to wait. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.CONCURRENT) // most of it is waiting
@Tag("slow")
class RulesThrottlingIT {
    /** The delay of the seventh wrong password. */
    private static final long EIGHT_SECONDS = TimeUnit.SECONDS.toNanos(8);

    /** A daemon of its own, so that nobody else mistypes passwords from the same address. */
    private final LocalDaemon chatd = LocalDaemon.start();

    @AfterAll
    void close() {
        chatd.close();
    }

    private static Duration wrong(Chat1Socket socket, String name) {
        long start = System.nanoTime();
        socket.send(Wire.logIn(name, "not-the-password"));
        assertThat(socket.next().code()).isEqualTo(Wire.WRONG_PASSWORD);
        return Duration.ofNanos(System.nanoTime() - start);
    }

    @Test
    void fromTheFourthWrongPasswordOnAnswersAreDelayedButTheSame() {
        Chatd.Person person = chatd.person();
        try (Chat1Socket socket = chatd.connect()) {
            for (int i = 0; i < 3; i++) {
                wrong(socket, person.name());
            }
            assertThat(wrong(socket, person.name())).isGreaterThanOrEqualTo(Duration.ofMillis(990));
            assertThat(wrong(socket, person.name())).isGreaterThanOrEqualTo(Duration.ofMillis(1990));
            socket.logIn(person); // delayed as well, but accepted
        }
    }

    @Test
    void wrongOldPasswordsOfAChangeCountToo() {
        Chatd.Person person = chatd.person();
        try (Chat1Socket socket = chatd.connect()) {
            for (int i = 0; i < 3; i++) {
                socket.send(Wire.change(person.name(), "not-the-password", "whatever-new-1"));
                assertThat(socket.next().code()).isEqualTo(Wire.WRONG_OLD);
            }
            assertThat(wrong(socket, person.name())).isGreaterThanOrEqualTo(Duration.ofMillis(990));
        }
    }

    @Test
    void anotherAccountIsNotDelayed() {
        Chatd.Person person = chatd.person();
        try (Chat1Socket socket = chatd.connect()) {
            for (int i = 0; i < 6; i++) {
                wrong(socket, person.name());
            }
            long sent = System.nanoTime();
            socket.send(Wire.logIn(person.name(), "not-the-password"));
            chatd.newcomer().close();
            expectNothingBefore(socket, sent + EIGHT_SECONDS);
            assertThat(socket.next().code()).isEqualTo(Wire.WRONG_PASSWORD);
        }
    }

    @Test
    void delayedAnswersForOneAccountAreSentOneAtATime() {
        Chatd.Person person = chatd.person();
        try (Chat1Socket first = chatd.connect();
                Chat1Socket second = chatd.connect()) {
            for (int i = 0; i < 3; i++) {
                wrong(first, person.name());
            }
            long start = System.nanoTime();
            first.send(Wire.logIn(person.name(), "not-the-password"));
            second.send(Wire.logIn(person.name(), "not-the-password"));
            assertThat(first.next().code()).isEqualTo(Wire.WRONG_PASSWORD);
            assertThat(second.next().code()).isEqualTo(Wire.WRONG_PASSWORD);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(2980));
        }
    }

    @Test
    void fromTheEleventhOverAllAddressesOnOnlyKnownAddressesAreNotDelayed() {
        Chatd.Person person = chatd.person();
        try (Chat1Socket home = chatd.connectFrom("127.0.0.99")) {
            home.logIn(person);
        }
        for (int address = 101; address <= 105; address++) {
            try (Chat1Socket socket = chatd.connectFrom("127.0.0." + address)) {
                wrong(socket, person.name());
                wrong(socket, person.name());
            }
        }
        try (Chat1Socket stranger = chatd.connectFrom("127.0.0.106");
                Chat1Socket home = chatd.connectFrom("127.0.0.99")) {
            assertThat(wrong(stranger, person.name())).isGreaterThanOrEqualTo(Duration.ofMillis(990));
            assertThat(wrong(stranger, person.name())).isGreaterThanOrEqualTo(Duration.ofMillis(1990));
            assertThat(wrong(stranger, person.name())).isGreaterThanOrEqualTo(Duration.ofMillis(3990));
            long sent = System.nanoTime();
            stranger.send(Wire.logIn(person.name(), "not-the-password"));
            home.logIn(person);
            expectNothingBefore(stranger, sent + EIGHT_SECONDS);
            assertThat(stranger.next().code()).isEqualTo(Wire.WRONG_PASSWORD);
        }
    }

    /** A school is one network: its pupils may guess, and the teacher is slowed down with them, but gets in. */
    @Test
    void theRightPasswordGetsThroughWhileSixOthersGuessInTheSameNetwork() throws Exception {
        Chatd.Person person = chatd.person();
        try (Chat1Socket home = chatd.connectFrom("127.0.0.98")) {
            home.logIn(person);
        }
        AtomicBoolean isOver = new AtomicBoolean();
        try (ExecutorService guessers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> guessing = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                guessing.add(guessers.submit(() -> {
                    try (Chat1Socket socket = chatd.connectFrom("127.0.0.98")) {
                        while (!isOver.get()) {
                            wrong(socket, person.name());
                        }
                    }
                }));
            }
            await().until(() -> wrongPasswordsOf(person) >= 9);
            try (Chat1Socket home = chatd.connectFrom("127.0.0.98")) {
                home.logIn(person);
            } finally {
                isOver.set(true);
            }
            for (Future<?> guess : guessing) {
                guess.get();
            }
        }
    }

    /** Returns how many wrong passwords of an account are remembered. */
    private int wrongPasswordsOf(Chatd.Person person) {
        JsonNode shown = JsonMapper.shared()
                .readTree(chatd.admin("", "user", "show", person.name(), "-o", "json")
                        .exits(0)
                        .out());
        return shown.path("wrongPasswords").asInt();
    }

    /**
     * Expects that an answer has not arrived before it is due; checks nothing if it is due within a
     * second or overdue, as on a busy machine.
     */
    private static void expectNothingBefore(Chat1Socket socket, long due) {
        if (due - System.nanoTime() < TimeUnit.SECONDS.toNanos(1)) {
            return;
        }
        socket.timeout(Duration.ofMillis(100));
        assertThatThrownBy(socket::next)
                .isInstanceOf(UncheckedIOException.class)
                .hasCauseInstanceOf(SocketTimeoutException.class);
        socket.timeout(TestTimeout.LONG);
    }
}

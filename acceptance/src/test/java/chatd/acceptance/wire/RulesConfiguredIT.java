package chatd.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.Frame;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.Wire;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What the rules leave to configuration: closed registration, concealed users, and limits other than the defaults. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.CONCURRENT) // most of it is waiting
class RulesConfiguredIT {

    private final LocalDaemon chatd = LocalDaemon.start(
            "CHATD_REGISTRATION_MODE", "closed",
            "CHATD_ACCOUNTS_CONCEAL_USERS", "true",
            "CHATD_CHAT1_WIRE_ZONE", "Pacific/Kiritimati",
            "CHATD_LIMITS_TEXT", "1 KiB",
            "CHATD_LIMITS_FILE", "1 KiB",
            "CHATD_LIMITS_RECIPIENTS", "2",
            "CHATD_LIMITS_REPLAY", "5",
            "CHATD_LIMITS_SETTINGS", "1 KiB",
            "CHATD_THROTTLE_EXEMPT", "192.0.2.0/24");

    /** A daemon with short login timeouts, only for the tests of these: others may take longer on a busy machine. */
    private final LocalDaemon hasty = LocalDaemon.start(
            "CHATD_REGISTRATION_MODE", "closed",
            "CHATD_ACCOUNTS_CONCEAL_USERS", "true",
            "CHATD_LIMITS_FIRST_PACKET", "4s",
            "CHATD_LIMITS_LOG_IN", "6s",
            "CHATD_THROTTLE_EXEMPT", "192.0.2.0/24");

    @AfterAll
    void close() {
        chatd.close();
        hasty.close();
    }

    private Chatd.Person added() {
        return added(chatd);
    }

    private static Chatd.Person added(Chatd to) {
        var person = new Chatd.Person(Chatd.newName(), Chatd.PASSWORD);
        to.admin(person.password() + "\n", "user", "add", person.name(), "--password-stdin", "--no-change")
                .exits(0);
        return person;
    }

    @Test
    void closedRegistrationSaysSo() {
        try (Chat1Socket socket = chatd.connect()) {
            socket.send(Wire.register(Chatd.newName(), Chatd.PASSWORD));
            List<Frame> answer = List.of(socket.next(), socket.next());
            assertThat(answer).extracting(Frame::code).containsExactlyInAnyOrder(Wire.BAD_NAME, Wire.TEXT);
            assertThat(answer)
                    .filteredOn(f -> f.code() == Wire.TEXT)
                    .allMatch(f -> f.name().equals("server"));
        }
    }

    @Test
    void concealedUsersLookLikeWrongPasswords() {
        try (Chat1Socket socket = chatd.connect()) {
            String nobody = Chatd.newName();
            socket.send(Wire.logIn(nobody, Chatd.PASSWORD));
            assertThat(socket.next().code()).isEqualTo(Wire.WRONG_PASSWORD);
            socket.send(Wire.change(nobody, Chatd.PASSWORD, "another-one-44"));
            assertThat(socket.next().code()).isEqualTo(Wire.WRONG_OLD);
        }
    }

    @Test
    void timesAreInTheWireZone() {
        Chatd.Person person = added();
        try (Chat1Socket socket = chatd.logIn(person)) {
            socket.send(Wire.text("what day is it", person.name()));
            String wire = socket.expect(Wire.TEXT).time().replace(' ', 'T');
            var zone = ZoneId.of("Pacific/Kiritimati");
            var sent = LocalDateTime.parse(wire).atZone(zone).toInstant();
            assertThat(Duration.between(sent, Instant.now()).abs()).isLessThan(Duration.ofMinutes(5));
        }
    }

    @Test
    void configuredLimitsApply() {
        Chatd.Person person = added();
        String me = person.name();
        try (Chat1Socket socket = chatd.logIn(person)) {
            socket.send(Wire.text("x".repeat(1024), me), Wire.text("x".repeat(1025), me));
            socket.expectText(me, "x".repeat(1024));
            socket.expectServerText();
            socket.send(Wire.file("f", new byte[1024], me), Wire.file("f", new byte[1025], me));
            socket.expect(Wire.FILE);
            socket.expectServerText();
            socket.send(Wire.text("two", me, me), Wire.text("three", me, me, me));
            socket.expectText(me, "two");
            socket.expectServerText();
            for (int i = 0; i < 5; i++) {
                socket.send(Wire.text("n" + i, me));
                socket.expectText(me, "n" + i);
            }
            assertThat(socket.history(1000)).containsExactly("n0", "n1", "n2", "n3", "n4");
            socket.send(Wire.store(new byte[1024]));
            socket.fenceWithNothing();
            socket.send(Wire.header(Wire.STORE, 1025));
            socket.expectClosed();
        }
    }

    @Test
    void silentConnectionIsClosed() {
        try (Chat1Socket socket = hasty.connect()) {
            socket.expectClosed();
        }
    }

    @Test
    void connectionThatDoesNotLogInIsClosed() {
        try (Chat1Socket socket = hasty.connect()) {
            socket.send(Wire.logIn(Chatd.newName(), Chatd.PASSWORD));
            assertThat(socket.next().code()).isEqualTo(Wire.WRONG_PASSWORD);
            socket.expectClosed();
        }
    }

    @Test
    void sessionIsNotClosedForBeingSilent() {
        Chatd.Person person = added(hasty);
        try (Chat1Socket socket = hasty.logIn(person);
                Chat1Socket silent = hasty.connect()) {
            silent.expectClosed(); // outlasts the first-packet timeout
            silent.close();
            try (Chat1Socket slow = hasty.connect()) {
                slow.send(Wire.logIn(Chatd.newName(), Chatd.PASSWORD));
                slow.next();
                slow.expectClosed(); // outlasts the login timeout
            }
            socket.fenceWithNothing();
        }
    }

    @Test
    void connectionWithAnUnfinishedFrameIsClosed() {
        Chatd.Person person = added(hasty);
        try (Chat1Socket socket = hasty.logIn(person)) {
            socket.send(Arrays.copyOf(Wire.text("begun", person.name()), 20));
            socket.expectClosed();
            try (Chat1Socket again = hasty.logIn(person)) {
                assertThat(again.history(5)).isEmpty();
            }
        }
    }

    @Test
    void anAddressWithAHundredWrongPasswordsAcrossAccountsIsSlowed() {
        for (int i = 0; i < 50; i++) {
            try (Chat1Socket socket = chatd.connectFrom("127.0.0.77")) {
                for (int j = 0; j < 2; j++) {
                    socket.send(Wire.logIn(Chatd.newName(), Chatd.PASSWORD));
                    assertThat(socket.next().code()).isEqualTo(Wire.WRONG_PASSWORD);
                }
            }
        }
        try (Chat1Socket socket = chatd.connectFrom("127.0.0.77")) {
            long start = System.nanoTime();
            socket.send(Wire.logIn(Chatd.newName(), Chatd.PASSWORD));
            assertThat(socket.next().code()).isEqualTo(Wire.WRONG_PASSWORD);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(990));
        }
    }

    @Test
    void loginTimeoutIsPausedWhileAnAnswerIsPending() {
        Chatd.Person person = added(hasty);
        try (Chat1Socket socket = hasty.connectFrom("127.0.0.78")) {
            for (int i = 0; i < 5; i++) { // the last two are answered after 1 and 2 s
                socket.send(Wire.logIn(person.name(), "not-the-password"));
                assertThat(socket.next().code()).isEqualTo(Wire.WRONG_PASSWORD);
            }
            socket.logIn(person); // after 4 s more: 7 s since connecting
        }
    }
}

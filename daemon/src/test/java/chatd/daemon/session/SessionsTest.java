package chatd.daemon.session;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.daemon.model.account.Account;
import chatd.daemon.model.entry.Effect;
import chatd.daemon.model.entry.Receipt;
import chatd.daemon.store.read.Rows;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.value.Audience;
import chatd.protocol.value.Document;
import chatd.protocol.value.Limits;
import chatd.protocol.value.Secret;
import chatd.protocol.value.people.Preferences;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Rules 1 and 4 of {@code chat-1.md}, and the devices of {@code chat-json-1.md}. */
class SessionsTest {
    private static final Instant NOW = Instant.parse("2026-11-20T06:15:00Z");
    private static final Map<Long, String> NAMES = Map.of(1L, "alice", 2L, "bob", 3L, "carol");
    private static final List<Long> FRIENDS = List.of(3L);
    private static final SessionEvent.State STATE = new SessionEvent.State(
            FRIENDS,
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            new TreeMap<>(),
            Preferences.DEFAULT,
            new TreeMap<>(),
            new TreeMap<>(),
            new SessionEvent.Server("test", true, 0, Limits.DEFAULT, SessionEvent.Retention.FOREVER),
            Secret.of("token"),
            null,
            false,
            null);
    private final Sessions sessions =
            Sessions.of(0, new TreeMap<>(NAMES), account -> List.of(), Clock.fixed(NOW, ZoneOffset.UTC));

    private List<Session> enter(TestTransport connection, long account, @Nullable String device) {
        return enter(connection, account, device, false);
    }

    private List<Session> enter(TestTransport connection, long account, @Nullable String device, boolean quiet) {
        Optional<Presence.LoggedIn> loggedIn = sessions.presence()
                .logIn(
                        connection.session(),
                        new Arrival(
                                account, NAMES.getOrDefault(account, "?"), device, quiet, NOW, FRIENDS, false, false),
                        (displacing, everybody) -> new SessionEvent.Welcome(
                                account,
                                NAMES.getOrDefault(account, "?"),
                                NOW,
                                Optional.empty(),
                                displacing,
                                everybody.roster(),
                                everybody.numbers(),
                                new Document(new byte[0]),
                                STATE));
        loggedIn.ifPresent(entered -> entered.answer().close());
        sessions.fanout().flush();
        return loggedIn.map(Presence.LoggedIn::displaced).orElse(List.of());
    }

    private TestTransport online(long account) {
        return online(TestTransport.chat1(), account, null);
    }

    private TestTransport onlineJson(long account, String device) {
        return online(TestTransport.json(), account, device);
    }

    /** Returns a connection that is online and has read its greeting. */
    private TestTransport online(TestTransport connection, long account, @Nullable String device) {
        sessions.connections().opened(connection.session());
        enter(connection, account, device);
        connection.received();
        return connection;
    }

    private static Account account(long number, String name) {
        return ((Effect.AccountMade) Rows.account(number, name, 0).effect()).account();
    }

    @Test
    void aSecondLoginDisplacesTheFirst() {
        TestTransport bob = online(2);
        TestTransport first = online(1);
        bob.received();
        TestTransport second = TestTransport.chat1();
        assertThat(enter(second, 1, null)).containsExactly(first.session());
        assertThat(first.received()).containsExactly("-alice");
        assertThat(first.isClosed()).isTrue();
        assertThat(second.received()).startsWith("took over false [alice+, bob+, carol-]");
        // The end of the old connection is not announced either.
        sessions.presence().leave(first.session());
        assertThat(bob.received()).isEmpty();
        assertThat(second.received()).isEmpty();
        assertThat(sessions.presence().online()).containsExactlyInAnyOrder(bob.session(), second.session());
    }

    /**
     * In the order in which they were queued, but in one write with what the rest of the batch
     * sends to that session.
     */
    @Test
    void answersWithinABatchAreSentAtItsEnd() {
        TestTransport alice = onlineJson(1, "laptop");
        var command = new MessageCommand.SendText(Audience.everyone(), "hello", 0, "an-id");
        sessions.fanout().batchBegins();
        alice.session().acknowledge(command, new Receipt(7, NOW));
        alice.session().acknowledge(command, new Receipt(8, NOW));
        assertThat(alice.received()).isEmpty();
        sessions.fanout().batchApplied();
        assertThat(alice.received()).containsExactly("an-id is a message", "an-id is a message");
        // Outside of a batch, nobody else would send it.
        alice.session().acknowledge(command, new Receipt(9, NOW));
        assertThat(alice.received()).containsExactly("an-id is a message");
    }

    @Test
    void aLoginOfTheSameDeviceDisplacesItAndTheOthersStay() {
        TestTransport bob = online(2);
        TestTransport chat1 = online(1);
        TestTransport phone = onlineJson(1, "phone");
        // An empty label, which is a different device from that of chat/1 clients, who have none.
        TestTransport unnamed = onlineJson(1, "");
        TestTransport samePhone = TestTransport.json();
        assertThat(enter(samePhone, 1, "phone")).containsExactly(phone.session());
        assertThat(phone.received()).containsExactly("-U1");
        assertThat(phone.isClosed()).isTrue();
        assertThat(chat1.received()).isEmpty();
        assertThat(unnamed.received()).isEmpty();
        assertThat(bob.received()).containsExactly("+alice");
        assertThat(sessions.presence().online()).hasSize(4);
        assertThat(sessions.presence().onlineCount()).isEqualTo(2);
    }

    @Test
    void aNinthDeviceDisplacesTheOneIdleLongest() {
        List<TestTransport> eight = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            eight.add(onlineJson(1, "device " + i));
        }
        TestTransport idle = eight.remove(4);
        eight.forEach(used -> used.session().touch());
        TestTransport ninth = TestTransport.json();
        assertThat(enter(ninth, 1, "device 8")).containsExactly(idle.session());
        assertThat(idle.received()).containsExactly("-U1");
        assertThat(idle.isClosed()).isTrue();
        assertThat(eight).noneMatch(TestTransport::isClosed);
        assertThat(sessions.presence().online()).hasSize(8).contains(ninth.session());
    }

    @Test
    void presenceIsAnnouncedOnceHoweverManyDevicesAndNeverToOneself() {
        TestTransport bob = online(2);
        TestTransport carol = onlineJson(3, "");
        bob.received();
        TestTransport chat1 = online(1);
        TestTransport phone = onlineJson(1, "phone");
        assertThat(bob.received()).containsExactly("+alice");
        assertThat(carol.received()).containsExactly("+alice");
        sessions.presence().leave(chat1.session());
        sessions.presence().leave(chat1.session());
        assertThat(bob.received()).isEmpty();
        assertThat(sessions.presence().isOnline(1)).isTrue();
        sessions.presence().leave(phone.session());
        sessions.presence().leave(phone.session());
        assertThat(bob.received()).containsExactly("-alice");
        assertThat(carol.received()).containsExactly("-U1");
        assertThat(chat1.received()).isEmpty();
        assertThat(phone.received()).isEmpty();
        assertThat(sessions.presence().isOnline(1)).isFalse();
    }

    /** Every presence change is consistent with the roster and the changes before it: none is missing or duplicated. */
    @Test
    void rosterAndPresenceChangesAreConsistent() throws Exception {
        AtomicBoolean enough = new AtomicBoolean();
        List<Thread> others = Stream.of(2L, 3L)
                .map(account -> Thread.startVirtualThread(() -> {
                    while (!enough.get()) {
                        sessions.presence().leave(online(account).session());
                    }
                }))
                .toList();
        try {
            for (int i = 0; i < 200; i++) {
                TestTransport alice = TestTransport.chat1();
                enter(alice, 1, null);
                List<String> told = new ArrayList<>();
                while (told.size() < 6) {
                    told.add(alice.next());
                }
                sessions.presence().leave(alice.session());
                told.addAll(alice.received());
                assertConsistent(told);
            }
        } finally {
            enough.set(true);
        }
        for (Thread other : others) {
            other.join();
        }
    }

    private static void assertConsistent(List<String> told) {
        String list = told.getFirst();
        for (String change : told.subList(2, told.size())) {
            String name = change.substring(1);
            String before = name + (change.startsWith("+") ? "-" : "+");
            assertThat(list).as("%s after %s", change, told).contains(before);
            list = list.replace(before, name + change.charAt(0));
        }
    }

    @Test
    void aSessionThatEndedBeforeItsLoginIsNotLoggedIn() {
        TestTransport bob = online(2);
        TestTransport first = online(1);
        bob.received();
        TestTransport late = TestTransport.chat1();
        late.session().connectionLost();
        assertThat(enter(late, 1, null)).isEmpty();
        assertThat(late.session().isLoggedIn()).isFalse();
        assertThat(first.received()).isEmpty();
        sessions.presence().leave(first.session());
        enter(late, 1, null);
        assertThat(sessions.presence().isOnline(1)).isFalse();
        assertThat(bob.received()).containsExactly("-alice");
    }

    @Test
    void aNewAccountIsAnnouncedAsOfflineAndIsInLaterRosters() {
        TestTransport bob = online(2);
        List<Account> taken = new ArrayList<>();
        sessions.presence().announce(List.of(account(4, "dave"), account(5, "erin")), taken::add);
        assertThat(taken).extracting(Account::name).containsExactly("dave", "erin");
        assertThat(bob.received()).containsExactly("-dave", "-erin");
        TestTransport alice = TestTransport.chat1();
        enter(alice, 1, null);
        assertThat(alice.received()).startsWith("in false [alice+, bob+, carol-, dave-, erin-]");
    }

    @Test
    void aRenamedUserGoesOfflineUnderTheOldNameAndOnlineUnderTheNew() {
        TestTransport bob = online(2);
        TestTransport carol = onlineJson(3, "");
        TestTransport alice = online(1);
        TestTransport phone = onlineJson(1, "phone");
        bob.received();
        carol.received();
        sessions.presence().rename(1, "alina", "you are alina", "");
        assertThat(bob.received()).containsExactly("-alice", "+alina");
        assertThat(carol.received()).containsExactly("U1 is alina");
        // Its own name going offline would mean that it was displaced.
        assertThat(alice.received()).containsExactly("server: you are alina", "+alina");
        assertThat(phone.received()).containsExactly("server: you are alina", "U1 is alina");
        assertThat(alice.session().name()).isEqualTo("alina");
        sessions.presence().leave(alice.session());
        sessions.presence().leave(phone.session());
        assertThat(bob.received()).containsExactly("-alina");
        sessions.presence().rename(1, "alma", "you are alma", "");
        assertThat(bob.received()).containsExactly("-alma");
        assertThat(alice.received()).isEmpty();
    }

    @Test
    void aRemovedUserIsToldWhyAndIsInNoLaterRoster() {
        TestTransport bob = online(2);
        TestTransport alice = online(1);
        TestTransport phone = onlineJson(1, "phone");
        bob.received();
        sessions.presence().remove(1, "deleted", "deleted");
        assertThat(alice.received()).containsExactly("server: deleted", "-alice");
        assertThat(phone.received()).containsExactly("server: deleted", "-U1");
        assertThat(alice.isClosed() && phone.isClosed()).isTrue();
        assertThat(alice.session().endedBecause()).isEqualTo("deleted");
        assertThat(bob.received()).containsExactly("-alice");
        TestTransport carol = TestTransport.chat1();
        enter(carol, 3, null);
        assertThat(carol.received()).startsWith("in false [bob+, carol+]");
    }

    @Test
    void endingAllSessionsButOneLeavesTheUserOnline() {
        TestTransport bob = online(2);
        TestTransport alice = online(1);
        TestTransport phone = onlineJson(1, "phone");
        bob.received();
        sessions.presence().end(1, phone.session().id(), "changed elsewhere", "changed");
        assertThat(alice.received()).containsExactly("server: changed elsewhere", "-alice");
        assertThat(alice.isClosed() && !phone.isClosed()).isTrue();
        assertThat(phone.received()).isEmpty();
        assertThat(bob.received()).isEmpty();
        // Ending a session that has already ended does nothing.
        sessions.presence().end(alice.session(), "again", "again");
        assertThat(alice.received()).isEmpty();
        assertThat(alice.session().endedBecause()).isEqualTo("changed");
    }

    @Test
    void aReaderThatReadsNothingIsCutOffAndNobodyElse() {
        TestTransport alice = online(1);
        TestTransport bob = online(2);
        alice.received();
        bob.pause();
        for (int i = 0; i < 10; i++) {
            sessions.fanout().tellAll("x".repeat(16 << 10));
        }
        assertThat(bob.isClosed()).isTrue();
        assertThat(bob.session().endedBecause()).isEqualTo("too slow a reader");
        assertThat(alice.received()).hasSize(10);
    }

    @Test
    void finishAllEndsAllSessionsAndThoseThatAreOpenedLater() {
        TestTransport stranger = TestTransport.chat1();
        sessions.connections().opened(stranger.session());
        TestTransport alice = online(1);
        TestTransport gone = TestTransport.chat1();
        sessions.connections().opened(gone.session());
        sessions.connections().closed(gone.session());
        sessions.connections().finishAll("stopping");
        TestTransport late = TestTransport.chat1();
        sessions.connections().opened(late.session());
        assertThat(List.of(stranger, alice, late))
                .allMatch(TestTransport::isClosed)
                .allMatch(one -> one.session().endedBecause().equals("stopping"));
        assertThat(gone.isClosed()).isFalse();
    }
}

package chatd.daemon.messages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import chatd.daemon.TestServices;
import chatd.daemon.directory.NamePolicy;
import chatd.daemon.model.Refusal;
import chatd.daemon.session.TestTransport;
import chatd.daemon.store.db.TestDatabase;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.value.Code;
import chatd.protocol.value.people.User;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Rule 8 of {@code chat-1.md}, and type 19 of {@code chat-json-1.md}. */
@ExtendWith(TestDatabase.class)
class HistoryIT {
    private static final long ALL = 0xffff_ffffL;
    private static final long NEWEST = -1;

    @TempDir
    private Path directory;

    private final TestDatabase.Schema schema;
    private TestServices chat;
    private TestTransport alice;
    private TestTransport bob;

    @SuppressWarnings("NullAway.Init")
    HistoryIT(TestDatabase.Schema schema) {
        this.schema = schema;
    }

    @BeforeEach
    void start() throws Exception {
        chat = new TestServices(schema, directory, Map.of());
        chat.add("alice", "bob");
        logIn();
    }

    private void logIn() throws Exception {
        alice = chat.logIn("alice");
        bob = chat.logIn("bob");
    }

    @AfterEach
    void stop() throws Exception {
        chat.close();
    }

    private List<String> replay(TestTransport who, long count) throws InterruptedException {
        chat.received(who);
        chat.services().history().replay(who.session(), count);
        return who.received();
    }

    private String page(@Nullable User with, long before, long after, int limit) throws InterruptedException {
        TestTransport reader = chat.logInJson("alice", "reader");
        chat.services()
                .history()
                .page(reader.session(), new MessageCommand.ReadHistory(with, before, after, limit, ""));
        return reader.next();
    }

    @Test
    void aReplayClearsTheScreenAndSendsTheLastItemsOldestFirst() throws Exception {
        chat.send(alice, "one", "bob");
        chat.send(bob, "two", "alice");
        chat.sendToAll(bob, "three");
        assertThat(replay(alice, 2)).containsExactly("clear", "bob: two", "bob: three");
        assertThat(replay(alice, 3)).containsExactly("clear", "alice: one", "bob: two", "bob: three");
        assertThat(replay(alice, ALL)).hasSize(4);
        assertThat(replay(alice, 0)).containsExactly("clear");
    }

    @Test
    void aReplayIsCapped() throws Exception {
        chat = chat.restarted(Map.of("CHATD_LIMITS_REPLAY", "2"));
        logIn();
        for (String text : List.of("one", "two", "three")) {
            chat.send(alice, text, "bob");
        }
        assertThat(replay(alice, 3)).containsExactly("clear", "alice: two", "alice: three");
        assertThat(replay(alice, ALL)).containsExactly("clear", "alice: two", "alice: three");
    }

    @Test
    void usersSeeTheirOwnMessagesAndThoseToAllSinceTheyExist() throws Exception {
        chat.sendToAll(bob, "before carol");
        chat.send(alice, "not carol's", "bob");
        chat.add("carol");
        chat.sendToAll(bob, "after");
        TestTransport carol = chat.logIn("carol");
        assertThat(replay(carol, ALL)).containsExactly("clear", "bob: after");
        assertThat(replay(alice, ALL))
                .containsExactly("clear", "bob: before carol", "alice: not carol's", "bob: after");
    }

    @Test
    void aMessageIsOneItemForEachReceiver() throws Exception {
        chat.send(alice, "note", "alice");
        chat.send(alice, "both", "bob", "alice", "bob");
        assertThat(replay(alice, ALL)).containsExactly("clear", "alice: note", "alice: both");
        assertThat(replay(bob, ALL)).containsExactly("clear", "alice: both");
    }

    @Test
    void aUserWhoWasOfflineFindsTheMessageUnderTheSendersCurrentName() throws Exception {
        chat.services().logins().sessionEnded(bob.session());
        chat.send(alice, "later", "bob");
        chat.services().administration().rename("alice", "alina", NamePolicy.ofAdministrator(false), "root");
        assertThat(replay(chat.logIn("bob"), ALL)).containsExactly("clear", "alina: later");
        assertThat(replay(alice, ALL)).containsExactly("clear", "alina: later");
    }

    /** A replay and what follows are one sequence: nothing is missing and nothing comes twice. */
    @Test
    void messagesDuringAReplayFollowIt() throws Exception {
        for (int i = 0; i < 30; i++) {
            chat.send(alice, i + "x".repeat(4 << 10), "bob");
        }
        chat.received(bob);
        bob.pause();
        Thread replaying =
                Thread.startVirtualThread(() -> chat.services().history().replay(bob.session(), ALL));
        // It is waiting for its reader, in the middle of its items.
        await().until(() -> replaying.getState() == Thread.State.WAITING
                && bob.session().output().waiting() > 32 << 10);
        chat.send(alice, "meanwhile", "bob");
        bob.resume();
        replaying.join();
        List<String> told = bob.received();
        assertThat(told).hasSize(32).startsWith("clear").endsWith("alice: meanwhile");
        assertThat(told.subList(1, 31)).isEqualTo(replay(alice, ALL).subList(1, 31));
    }

    @Test
    void aPageHasTheNewestItemsOrThoseNextToANumber() throws Exception {
        for (String text : List.of("1", "2", "3", "4", "5")) {
            chat.send(alice, text, "bob");
        }
        // The positions of two new accounts and two logins.
        long before = 4;
        String names = "{\"U1\":\"alice\",\"U2\":\"bob\"}";
        assertThat(page(null, Long.MAX_VALUE, NEWEST, 2)).isEqualTo("[U1 to U2: 4, U1 to U2: 5] more " + names);
        assertThat(page(null, Long.MAX_VALUE, NEWEST, 5)).endsWith("U1 to U2: 5] " + names);
        assertThat(page(null, before + 3, NEWEST, 5)).isEqualTo("[U1 to U2: 1, U1 to U2: 2] " + names);
        assertThat(page(null, before + 4, NEWEST, 1)).isEqualTo("[U1 to U2: 3] more " + names);
        assertThat(page(null, Long.MAX_VALUE, before + 2, 2)).isEqualTo("[U1 to U2: 3, U1 to U2: 4] more " + names);
        assertThat(page(null, before + 5, before + 3, 2)).isEqualTo("[U1 to U2: 4] " + names);
        assertThat(page(null, Long.MAX_VALUE, 0, 1)).isEqualTo("[U1 to U2: 1] more " + names);
        assertThat(page(null, Long.MAX_VALUE, before + 5, 2)).isEqualTo("[] {}");
        assertThat(page(null, Long.MAX_VALUE, NEWEST, 0)).isEqualTo("[] more {}");
    }

    @Test
    void aPageHasAllMessagesOfAUserOrThoseOfOneConversation() throws Exception {
        chat.send(alice, "private", "bob");
        chat.sendToAll(bob, "public");
        chat.send(bob, "to himself", "bob");
        String names = "{\"U1\":\"alice\",\"U2\":\"bob\"}";
        assertThat(page(null, Long.MAX_VALUE, NEWEST, 9)).isEqualTo("[U1 to U2: private, U2 to : public] " + names);
        assertThat(page(new User.Named(""), Long.MAX_VALUE, NEWEST, 9)).isEqualTo("[U2 to : public] {\"U2\":\"bob\"}");
        assertThat(page(new User.Named("bob"), Long.MAX_VALUE, NEWEST, 9)).isEqualTo("[U1 to U2: private] " + names);
        assertThat(page(new User.Numbered(1, "U1"), Long.MAX_VALUE, NEWEST, 9)).isEqualTo("[] {\"U1\":\"alice\"}");
        assertThatThrownBy(() -> page(new User.Named("nobody"), Long.MAX_VALUE, NEWEST, 9))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(Code.NO_SUCH_USER));
    }

    @Test
    void aReceiverLearnsOfNoOtherReceiver() throws Exception {
        chat.add("carol");
        chat.send(bob, "to two", "carol", "alice");
        assertThat(page(null, Long.MAX_VALUE, NEWEST, 9))
                .isEqualTo("[U2 to U1: to two] {\"U1\":\"alice\",\"U2\":\"bob\"}");
    }

    @Test
    void aPageOfLongMessagesIsShorterAndHasAtLeastOne() throws Exception {
        for (int i = 0; i < 6; i++) {
            chat.send(alice, i + "x".repeat(60_000), "bob");
        }
        String newest = page(null, Long.MAX_VALUE, NEWEST, 6);
        assertThat(newest).startsWith("[U1 to U2: 2x").contains("U1 to U2: 5x").contains("] more {");
        String oldest = page(null, Long.MAX_VALUE, 0, 6);
        assertThat(oldest).startsWith("[U1 to U2: 0x").contains("U1 to U2: 3x").contains("] more {");
        // Escaped as JSON, this message alone exceeds the page limit.
        chat.send(alice, "\u0001".repeat(60_000), "bob");
        assertThat(page(null, Long.MAX_VALUE, NEWEST, 6))
                .startsWith("[U1 to U2: \u0001")
                .doesNotContain("5x")
                .contains("] more {");
    }
}

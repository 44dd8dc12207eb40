package chatd.daemon.accounts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.daemon.TestServices;
import chatd.daemon.directory.NamePolicy;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.session.TestTransport;
import chatd.daemon.store.db.TestDatabase;
import chatd.protocol.value.Code;
import chatd.protocol.value.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The effects of administrators' commands, as users see them (rules 1, 2, 4 and 8 of {@code chat-1.md}). */
@ExtendWith(TestDatabase.class)
class AdministrationIT {
    private static final String ROOT = "root";
    private static final NamePolicy ADMINISTRATOR = NamePolicy.ofAdministrator(false);

    @TempDir
    private Path directory;

    private final TestDatabase.Schema schema;
    private TestServices chat;
    private Administration administration;
    private TestTransport bob;

    @SuppressWarnings("NullAway.Init")
    AdministrationIT(TestDatabase.Schema schema) {
        this.schema = schema;
    }

    @BeforeEach
    void start() throws Exception {
        chat = new TestServices(schema, directory, Map.of());
        chat.add("alice", "bob");
        begin();
    }

    private void begin() throws Exception {
        administration = chat.services().administration();
        bob = chat.logIn("bob");
    }

    @AfterEach
    void stop() throws Exception {
        chat.close();
    }

    private static Secret password(String text) {
        return Secret.of(text);
    }

    private static void refused(Code code, String text, ThrowingCallable what) {
        assertThatThrownBy(what).isInstanceOfSatisfying(Refusal.class, refusal -> {
            assertThat(refusal.code()).isEqualTo(code);
            assertThat(refusal.text()).contains(text);
        });
    }

    private void logInRefused(Code code, String name, String password) {
        refused(code, "", () -> chat.logIn(chat.connect(), name, password(password), ""));
    }

    @Test
    void aNewAccountIsAnnouncedAsOffline() throws Exception {
        Account carol = administration.add("carol", ADMINISTRATOR, "room 5", password("carol's first"), true, ROOT);
        assertThat(carol.note()).isEqualTo("room 5");
        assertThat(carol.mustChange()).isTrue();
        assertThat(bob.next()).isEqualTo("-carol");
        assertThat(administration.find("carol")).isEqualTo(carol);
        logInRefused(Code.MUST_CHANGE_PASSWORD, "carol", "carol's first");
        Account dave = administration.add("dave", ADMINISTRATOR, "", password("dave's first"), false, ROOT);
        assertThat(dave.number()).isEqualTo(carol.number() + 1);
        chat.logIn(chat.connect(), "dave", password("dave's first"), "");
        assertThat(chat.received(bob)).containsExactly("-dave", "+dave");
    }

    @Test
    void aRefusedAdditionLeavesNothing() throws Exception {
        refused(
                Code.BAD_NAME,
                "",
                () -> administration.add("two words", ADMINISTRATOR, "", password("short"), true, ROOT));
        refused(
                Code.BAD_NAME,
                "",
                () -> administration.add("Server", ADMINISTRATOR, "", password("good enough"), true, ROOT));
        refused(
                Code.NAME_TAKEN,
                "alice",
                () -> administration.add("alice", ADMINISTRATOR, "", password("short"), true, ROOT));
        refused(
                Code.BAD_PASSWORD,
                "8",
                () -> administration.add("carol", ADMINISTRATOR, "", password("short"), true, ROOT));
        refused(
                Code.BAD_PASSWORD,
                "",
                () -> administration.add("carolcarol", ADMINISTRATOR, "", password("CarolCarol"), true, ROOT));
        refused(
                Code.TOO_LARGE,
                "200",
                () -> administration.add("carol", ADMINISTRATOR, "x".repeat(201), password("good enough"), true, ROOT));
        refused(
                Code.MALFORMED,
                "line",
                () -> administration.add("carol", ADMINISTRATOR, "two\nlines", password("good enough"), true, ROOT));
        assertThat(chat.received(bob)).isEmpty();
        // The failed attempts did not keep the name reserved.
        Account carol = administration.add(
                "carol", ADMINISTRATOR, "\uD83D\uDE00".repeat(200), password("good enough"), true, ROOT);
        assertThat(carol.number()).isEqualTo(3);
    }

    @Test
    void aResetEndsTheSessionsAndTheOldPassword() throws Exception {
        TestTransport alice = chat.logIn("alice");
        TestTransport phone = chat.logInJson("alice", "phone");
        refused(Code.BAD_PASSWORD, "", () -> administration.reset("alice", password("alice"), true, ROOT));
        assertThat(alice.isClosed()).isFalse();
        Account reset = administration.reset("alice", password("by the admin"), true, ROOT);
        assertThat(reset.mustChange()).isTrue();
        assertThat(alice.received())
                .containsExactly("server: An administrator has reset the password of this account.", "-alice");
        assertThat(phone.received()).hasSize(2).endsWith("-U1");
        assertThat(alice.isClosed() && phone.isClosed()).isTrue();
        assertThat(chat.received(bob)).containsExactly("+alice", "-alice");
        logInRefused(Code.WRONG_PASSWORD, "alice", TestServices.PASSWORD);
        logInRefused(Code.MUST_CHANGE_PASSWORD, "alice", "by the admin");
        administration.reset("alice", password("by the admin"), false, ROOT);
        chat.logIn(chat.connect(), "alice", password("by the admin"), "");
    }

    @Test
    void aDisabledAccountIsLockedOutUntilItIsEnabled() throws Exception {
        TestTransport alice = chat.logIn("alice");
        assertThat(administration.enable("alice", ROOT).changed()).isFalse();
        assertThat(administration.disable("alice", ROOT).changed()).isTrue();
        assertThat(alice.received()).containsExactly("server: An administrator has disabled this account.", "-alice");
        assertThat(alice.isClosed()).isTrue();
        assertThat(administration.disable("alice", ROOT).changed()).isFalse();
        logInRefused(Code.DISABLED, "alice", TestServices.PASSWORD);
        // The account still exists: messages sent to it meanwhile are in its history.
        chat.send(bob, "meanwhile", "alice");
        Administration.Outcome enabled = administration.enable("alice", ROOT);
        assertThat(enabled.changed()).isTrue();
        assertThat(enabled.account().state()).isEqualTo(Account.State.ACTIVE);
        TestTransport again = chat.logIn("alice");
        chat.services().history().replay(again.session(), 9);
        assertThat(again.received()).containsExactly("clear", "bob: meanwhile");
    }

    @Test
    void aRenamedAccountContinuesUnderTheNewName() throws Exception {
        TestTransport alice = chat.logIn("alice");
        assertThat(administration.rename("alice", "alice", ADMINISTRATOR, ROOT).changed())
                .isFalse();
        assertThat(administration.rename("alice", "alina", ADMINISTRATOR, ROOT).changed())
                .isTrue();
        assertThat(alice.received().getLast()).isEqualTo("+alina");
        assertThat(alice.isClosed()).isFalse();
        assertThat(chat.received(bob)).containsExactly("+alice", "-alice", "+alina");
        chat.send(bob, "hello", "alina");
        assertThat(chat.received(alice)).containsExactly("bob: hello");
        logInRefused(Code.NO_SUCH_USER, "alice", TestServices.PASSWORD);
        refused(Code.NO_SUCH_USER, "alina", () -> administration.rename("alice", "alma", ADMINISTRATOR, ROOT));
        // The old name stays the account's own.
        refused(
                Code.NAME_TAKEN,
                "",
                () -> administration.add("alice", ADMINISTRATOR, "", password("good enough"), true, ROOT));
        refused(Code.NAME_TAKEN, "", () -> administration.rename("bob", "alice", ADMINISTRATOR, ROOT));
        assertThat(administration
                        .rename("alina", "alice", ADMINISTRATOR, ROOT)
                        .account()
                        .name())
                .isEqualTo("alice");
    }

    @Test
    void aRefusedRenameChangesNothing() throws Exception {
        refused(Code.BAD_NAME, "", () -> administration.rename("alice", "u123", ADMINISTRATOR, ROOT));
        refused(Code.NAME_TAKEN, "bob", () -> administration.rename("alice", "bob", ADMINISTRATOR, ROOT));
        refused(Code.NO_SUCH_USER, "nobody", () -> administration.rename("nobody", "carol", ADMINISTRATOR, ROOT));
        assertThat(chat.received(bob)).isEmpty();
        chat.add("carol");
        chat.logIn("alice");
    }

    @Test
    void aDeletedAccountIsGoneAndItsNameIsNeverReused() throws Exception {
        TestTransport alice = chat.logIn("alice");
        chat.send(alice, "last words", "bob");
        assertThat(administration.delete("alice", null, false, ROOT).state()).isEqualTo(Account.State.DELETED);
        assertThat(alice.received()).containsExactly("server: An administrator has deleted this account.", "-alice");
        assertThat(alice.isClosed()).isTrue();
        assertThat(chat.received(bob)).containsExactly("+alice", "alice: last words", "-alice");
        logInRefused(Code.NO_SUCH_USER, "alice", TestServices.PASSWORD);
        refused(Code.NO_SUCH_USER, "alice", () -> chat.send(bob, "hello?", "alice"));
        refused(Code.NO_SUCH_USER, "deleted", () -> administration.delete("alice", null, false, ROOT));
        chat = chat.restarted(Map.of());
        begin();
        refused(
                Code.NAME_TAKEN,
                "",
                () -> administration.add("alice", ADMINISTRATOR, "", password("good enough"), true, ROOT));
        TestTransport again = chat.connect();
        chat.logIn(again, "bob", password(TestServices.PASSWORD), "");
        assertThat(again.received()).startsWith("took over true [bob+]");
        administration.add("carol", ADMINISTRATOR, "", password("good enough"), true, ROOT);
        assertThat(administration.find("carol").number()).isEqualTo(3);
    }

    @Test
    void aKickedUserMayLogInAgain() throws Exception {
        TestTransport alice = chat.logIn("alice");
        TestTransport phone = chat.logInJson("alice", "phone");
        assertThat(administration.kick(phone.session().id())).containsExactly(phone.session());
        assertThat(phone.received()).containsExactly("server: An administrator has ended this session.", "-U1");
        assertThat(alice.isClosed()).isFalse();
        assertThat(administration.kick("alice")).containsExactly(alice.session());
        assertThat(alice.isClosed()).isTrue();
        assertThat(chat.received(bob)).containsExactly("+alice", "-alice");
        refused(Code.NOT_LOGGED_IN, "alice", () -> administration.kick("alice"));
        refused(Code.NO_SUCH_USER, "", () -> administration.kick(alice.session().id()));
        chat.logIn("alice");
    }

    @Test
    void anUnlockRenewsAOneTimePasswordAndForgetsWrongOnes() throws Exception {
        administration.reset("alice", password("for one time"), true, ROOT);
        assertThat(administration.unlock("alice", ROOT).changed()).isFalse();
        chat.advanceClock(Duration.ofDays(15));
        logInRefused(Code.LOCKED, "alice", "for one time");
        logInRefused(Code.WRONG_PASSWORD, "alice", "another one");
        assertThat(administration.wrongPasswords(administration.find("alice"))).isEqualTo(1);
        assertThat(administration.unlock("alice", ROOT).changed()).isTrue();
        assertThat(administration.wrongPasswords(administration.find("alice"))).isZero();
        logInRefused(Code.MUST_CHANGE_PASSWORD, "alice", "for one time");
    }

    @Test
    void aUserMayWriteToEveryoneFromTheGrantToItsRevocation() throws Exception {
        chat = chat.restarted(Map.of("CHATD_EVERYONE_WRITE", "granted"));
        begin();
        refused(Code.NOT_ALLOWED, "", () -> chat.sendToAll(bob, "hello"));
        assertThat(administration.grant("bob", true, ROOT).changed()).isTrue();
        assertThat(administration.grant("bob", true, ROOT).changed()).isFalse();
        chat.sendToAll(bob, "hello");
        assertThat(bob.next()).isEqualTo("bob: hello");
        assertThat(administration.grant("bob", false, ROOT).changed()).isTrue();
        refused(Code.NOT_ALLOWED, "", () -> chat.sendToAll(bob, "again"));
    }

    @Test
    void commandsForAnUnknownUserAreRefused() {
        refused(Code.NO_SUCH_USER, "x1", () -> administration.reset("x1", password("good enough"), true, ROOT));
        refused(Code.NO_SUCH_USER, "x1", () -> administration.disable("x1", ROOT));
        refused(Code.NO_SUCH_USER, "x1", () -> administration.enable("x1", ROOT));
        refused(Code.NO_SUCH_USER, "x1", () -> administration.unlock("x1", ROOT));
        refused(Code.NO_SUCH_USER, "x1", () -> administration.grant("x1", true, ROOT));
        refused(Code.NO_SUCH_USER, "x1", () -> administration.delete("x1", null, false, ROOT));
        refused(Code.NO_SUCH_USER, "x1", () -> administration.kick("x1"));
        refused(Code.NO_SUCH_USER, "x1", () -> administration.find("x1"));
    }
}

package chatd.daemon.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.daemon.TestServices;
import chatd.daemon.directory.NamePolicy;
import chatd.daemon.model.Refusal;
import chatd.daemon.session.TestTransport;
import chatd.daemon.store.db.TestDatabase;
import chatd.protocol.command.AccountCommand;
import chatd.protocol.command.SessionCommand;
import chatd.protocol.value.Code;
import chatd.protocol.value.Document;
import chatd.protocol.value.Secret;
import chatd.protocol.value.people.User;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Rules 1 to 4 and 15 of {@code chat-1.md}. */
@ExtendWith(TestDatabase.class)
class LoginsIT {
    private static final String WRONG = "wrong as wrong";

    @TempDir
    private Path directory;

    private final TestDatabase.Schema schema;
    private TestServices chat;

    @SuppressWarnings("NullAway.Init")
    LoginsIT(TestDatabase.Schema schema) {
        this.schema = schema;
    }

    @BeforeEach
    void start() throws Exception {
        chat = new TestServices(schema, directory, Map.of());
        chat.add("alice", "bob");
    }

    @AfterEach
    void stop() throws Exception {
        chat.close();
    }

    private void attempt(TestTransport connection, String name, String password) throws InterruptedException {
        attempt(connection, new User.Named(name), password);
    }

    private void attempt(TestTransport connection, User user, String password) throws InterruptedException {
        chat.logIn(connection, user, Secret.of(password), "");
    }

    private void refused(Code code, String name, String password) {
        assertThatRefused(code, () -> attempt(chat.connect(), name, password));
        assertThat(chat.sessions().presence().onlineCount()).isZero();
    }

    private static void assertThatRefused(Code code, ThrowingCallable what) {
        assertThatThrownBy(what)
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(code));
    }

    @Test
    void theRosterComesFirstAndTheSettingsSecond() throws Exception {
        TestTransport bob = chat.logIn("bob");
        TestTransport alice = chat.connect();
        attempt(alice, "alice", TestServices.PASSWORD);
        assertThat(alice.received()).containsExactly("in false [alice+, bob+]", "settings ");
        assertThat(bob.next()).isEqualTo("+alice");
        chat.services().logins().sessionEnded(alice.session());
        assertThat(bob.next()).isEqualTo("-alice");
        assertThat(chat.logged()).contains("type=\"login\"").contains("type=\"logout\"");
    }

    @Test
    void aLoginAnswersWithThePreviousLoginAndTheStoredSettings() throws Exception {
        TestTransport alice = chat.logIn("alice");
        byte[] document = "{ \"size\":  3}\n".getBytes(StandardCharsets.UTF_8);
        chat.services()
                .accounts()
                .storeSettings(alice.session(), new AccountCommand.StoreSettings(new Document(document)));
        chat.services().logins().sessionEnded(alice.session());
        chat = chat.restarted(Map.of());
        TestTransport again = chat.connect();
        attempt(again, "alice", TestServices.PASSWORD);
        assertThat(again.received()).containsExactly("in true [alice+, bob-]", "settings { \"size\":  3}\n");
    }

    private TestTransport resume(String token) throws InterruptedException {
        TestTransport again = chat.connectJson();
        chat.services().logins().resume(again.session(), new SessionCommand.Resume(null, Secret.of(token), 0, ""));
        return again;
    }

    private void lose(TestTransport connection) {
        connection.session().connectionLost();
        chat.services().logins().sessionEnded(connection.session());
    }

    /** ({@code chat-json-1.md}, "Resuming".) */
    @Test
    void aTokenLivesFifteenMinutesLongerThanItsSession() throws Exception {
        TestTransport phone = chat.logInJson("alice", "phone");
        chat.advanceClock(Duration.ofDays(2));
        lose(phone);
        chat.advanceClock(Duration.ofMinutes(14));
        TestTransport again = resume(phone.token());
        assertThat(again.next()).startsWith("ok");
        assertThat(again.token()).isEqualTo(phone.token());
        lose(again);
        chat.advanceClock(Duration.ofMinutes(14));
        chat = chat.restarted(Map.of());
        chat.advanceClock(Duration.ofMinutes(14));
        lose(resume(phone.token()));
        chat.advanceClock(Duration.ofMinutes(16));
        assertThatRefused(Code.WRONG_PASSWORD, () -> resume(phone.token()));
    }

    @Test
    void aWrongPasswordIsRefusedAndWiped() {
        refused(Code.WRONG_PASSWORD, "alice", "");
        refused(Code.WRONG_PASSWORD, "alice", TestServices.PASSWORD.repeat(100));
        Secret typed = Secret.of(WRONG);
        assertThatRefused(Code.WRONG_PASSWORD, () -> chat.logIn(chat.connect(), "alice", typed, ""));
        assertThat(typed.text()).hasValue("\0".repeat(WRONG.length()));
    }

    @Test
    void unknownUsersAreIndistinguishableWhereUsersAreConcealed() throws Exception {
        refused(Code.NO_SUCH_USER, "nobody", WRONG);
        refused(Code.NO_SUCH_USER, "Alice", TestServices.PASSWORD);
        refused(Code.NO_SUCH_USER, "x".repeat(33), WRONG);
        // The name typed may be a password.
        assertThat(chat.logged()).contains("no-such-user").doesNotContain("nobody");
        chat = chat.restarted(Map.of("CHATD_ACCOUNTS_CONCEAL_USERS", "true"));
        refused(Code.WRONG_PASSWORD, "nobody", WRONG);
        refused(Code.WRONG_PASSWORD, "alice", WRONG);
    }

    @Test
    void aOneTimePasswordMustBeChangedAndIsThenInvalid() throws Exception {
        chat.services()
                .administration()
                .add("dave", NamePolicy.ofAdministrator(false), "", Secret.of(TestServices.PASSWORD), true, "root");
        refused(Code.WRONG_PASSWORD, "dave", WRONG);
        TestTransport dave = chat.connect();
        assertThatRefused(Code.MUST_CHANGE_PASSWORD, () -> attempt(dave, "dave", TestServices.PASSWORD));
        assertThat(dave.session().isLoggedIn()).isFalse();
        chat.services()
                .accounts()
                .changePassword(
                        dave.session(),
                        new AccountCommand.ChangePassword(
                                new User.Named("dave"),
                                Secret.of(TestServices.PASSWORD),
                                Secret.of("a fresh password")));
        assertThatRefused(Code.WRONG_PASSWORD, () -> attempt(dave, "dave", TestServices.PASSWORD));
        attempt(dave, "dave", "a fresh password");
        assertThat(dave.received()).startsWith("in false [alice-, bob-, dave+]");
    }

    @Test
    void anExpiredOneTimePasswordLocksTheAccount() throws Exception {
        chat = chat.restarted(Map.of("CHATD_ACCOUNTS_ONE_TIME_PASSWORD", "1h"));
        chat.services()
                .administration()
                .add("dave", NamePolicy.ofAdministrator(false), "", Secret.of(TestServices.PASSWORD), true, "root");
        refused(Code.MUST_CHANGE_PASSWORD, "dave", TestServices.PASSWORD);
        chat.advanceClock(Duration.ofMinutes(61));
        refused(Code.LOCKED, "dave", TestServices.PASSWORD);
        refused(Code.WRONG_PASSWORD, "dave", WRONG);
        // Other passwords do not expire.
        attempt(chat.connect(), "alice", TestServices.PASSWORD);
    }

    @Test
    void onlyTheRightPasswordRevealsThatAnAccountIsDisabled() throws Exception {
        chat.services().administration().disable("alice", "root");
        refused(Code.WRONG_PASSWORD, "alice", WRONG);
        refused(Code.DISABLED, "alice", TestServices.PASSWORD);
        chat.services().administration().enable("alice", "root");
        attempt(chat.connect(), "alice", TestServices.PASSWORD);
        assertThat(chat.sessions().presence().isOnline(1)).isTrue();
    }

    @Test
    void aSecondLoginDisplacesTheFirst() throws Exception {
        TestTransport bob = chat.logIn("bob");
        TestTransport first = chat.logIn("alice");
        assertThat(bob.next()).isEqualTo("+alice");
        TestTransport second = chat.connect();
        attempt(second, "alice", TestServices.PASSWORD);
        assertThat(first.received()).containsExactly("-alice");
        assertThat(first.isClosed()).isTrue();
        assertThat(second.received()).startsWith("took over true [alice+, bob+]");
        chat.services().logins().sessionEnded(first.session());
        assertThat(chat.received(bob)).isEmpty();
        assertThat(chat.logged()).contains("type=\"displaced\"");
    }

    @Test
    void aLoggedInSessionMustLogOutBeforeItLogsInAgain() throws Exception {
        TestTransport alice = chat.logInJson("alice", "desk");
        assertThatRefused(Code.NOT_ALLOWED, () -> attempt(alice, "bob", TestServices.PASSWORD));
        assertThat(alice.session().name()).isEqualTo("alice");
        chat.services().logins().logOutOnRequest(alice.session());
        assertThat(alice.session().isLoggedIn()).isFalse();
        attempt(alice, "bob", TestServices.PASSWORD);
        assertThat(alice.session().name()).isEqualTo("bob");
        assertThat(chat.sessions().presence().isOnline(1)).isFalse();
        assertThat(chat.sessions().presence().isOnline(2)).isTrue();
        chat.services().logins().sessionEnded(alice.session());
        assertThat(chat.sessions().presence().onlineCount()).isZero();
        assertThat(chat.logged().split("type=\"logout\"", -1)).hasSize(3);
    }

    @Test
    void aNumberWorksLikeTheNameButNotAsAName() throws Exception {
        for (User user : List.of(new User.Numbered(2, "U2"), new User.Named("bob"))) {
            TestTransport bob = chat.connectJson();
            attempt(bob, user, TestServices.PASSWORD);
            assertThat(bob.session().name()).isEqualTo("bob");
            assertThat(bob.received()).containsExactly("ok []");
            chat.services().logins().sessionEnded(bob.session());
        }
        assertThatRefused(
                Code.NO_SUCH_USER,
                () -> attempt(chat.connectJson(), new User.Numbered(99, "U99"), TestServices.PASSWORD));
        refused(Code.NO_SUCH_USER, "U2", TestServices.PASSWORD);
    }

    @Test
    void aSessionThatEndedMeanwhileIsNeverOnline() throws Exception {
        TestTransport bob = chat.logIn("bob");
        TestTransport gone = chat.connect();
        gone.session().connectionLost();
        attempt(gone, "alice", TestServices.PASSWORD);
        assertThat(gone.session().isLoggedIn()).isFalse();
        assertThat(chat.sessions().presence().isOnline(1)).isFalse();
        assertThat(chat.received(bob)).isEmpty();
        // The log has its login, so it must have the logout too.
        assertThat(chat.logged()).contains("type=\"logout\"");
    }
}

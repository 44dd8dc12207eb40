package chatd.daemon.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import chatd.daemon.TestServices;
import chatd.daemon.metrics.Metrics;
import chatd.daemon.session.TestTransport;
import chatd.daemon.store.db.TestDatabase;
import chatd.protocol.MalformedFrame;
import chatd.protocol.chat1.Chat1;
import chatd.protocol.command.Command;
import chatd.protocol.command.FileCommand;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.command.SessionCommand;
import chatd.protocol.value.Audience;
import chatd.protocol.value.Content;
import chatd.protocol.value.Secret;
import chatd.protocol.value.people.User;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(TestDatabase.class)
class InboxIT {
    /** Size in bytes of an answer large enough to make later commands wait for the reader. */
    private static final int LARGE = 40 << 10;

    @TempDir
    private Path directory;

    private final TestDatabase.Schema schema;
    private final AtomicInteger done = new AtomicInteger();
    private final Semaphore progressed = new Semaphore(0);
    private TestServices chat;
    private Dispatcher dispatcher;
    private TestTransport alice;
    private Inbox inbox;

    @SuppressWarnings("NullAway.Init")
    InboxIT(TestDatabase.Schema schema) {
        this.schema = schema;
    }

    @BeforeEach
    void start() throws Exception {
        chat = new TestServices(schema, directory, Map.of());
        chat.add("alice", "bob");
        dispatcher = new Dispatcher(
                chat.services().features(),
                chat.sessions(),
                chat.audit(),
                chat.configuration(),
                Clock.systemUTC(),
                new Metrics());
        alice = chat.logInJson("alice", "");
        inbox = new Inbox(alice.session(), dispatcher, progressed::release);
    }

    @AfterEach
    void stop() throws Exception {
        chat.close();
    }

    /** Returns a command whose only effect is an answer containing {@code what}. */
    private static Command answered(String what) {
        return new SessionCommand.Malformed("", what, false, "");
    }

    private void put(Command command, int size) {
        inbox.put(command, size, done::incrementAndGet);
    }

    private void put(Command command) {
        put(command, 100);
    }

    private void text(String text) {
        put(new MessageCommand.SendText(Audience.of("alice"), text, 0, text));
    }

    private static MalformedFrame violation() {
        ByteBuf header = Unpooled.copiedBuffer(new byte[8]);
        return catchThrowableOfType(
                MalformedFrame.class, () -> new Chat1().commandReader().next(header, true));
    }

    /** Runs a command that blocks until the reader resumes. */
    private void block() {
        alice.pause();
        put(answered("x".repeat(LARGE)));
        await().until(() -> alice.session().output().waiting() >= LARGE);
    }

    /** Waits until all queued commands have completed. */
    private void awaitIdle() {
        await().until(() -> !inbox.isBusy());
    }

    @Test
    void commandsAreAnsweredInTheirOrder() throws Exception {
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            text("text " + i);
            put(answered("answer " + i));
            text("");
            expected.add("text " + i + " is a message");
            expected.add("malformed answer " + i);
            expected.add("malformed An empty text is not sent.");
        }
        awaitIdle();
        assertThat(done).hasValue(60);
        List<String> told = new ArrayList<>();
        while (told.size() < expected.size()) {
            told.add(alice.next());
        }
        assertThat(told).isEqualTo(expected);
    }

    @Test
    void aRefusedCommandIsAnsweredAndTheNextOneRuns() throws Exception {
        put(new MessageCommand.ReadHistory(new User.Named("nobody"), Long.MAX_VALUE, -1, 5, ""));
        put(new SessionCommand.LogOut(""));
        put(new MessageCommand.ReadHistory(null, Long.MAX_VALUE, -1, 5, ""));
        put(new SessionCommand.LogIn(new User.Named("bob"), Secret.of(TestServices.PASSWORD), "", ""));
        assertThat(alice.next()).startsWith("no-such-user ");
        assertThat(alice.next()).startsWith("not-logged-in ");
        assertThat(alice.next()).isEqualTo("ok []");
        assertThat(alice.session().name()).isEqualTo("bob");
    }

    @Test
    void sixtyFourCommandsFillIt() throws Exception {
        block();
        for (int i = 0; i < 63; i++) {
            put(answered("answer " + i));
        }
        assertThat(inbox.isFull()).isFalse();
        put(answered("the last"));
        assertThat(inbox.isFull()).isTrue();
        assertThat(done).hasValue(0);
        progressed.drainPermits();
        alice.resume();
        // Once when there is room again, and once when the queue is empty.
        assertThat(progressed.tryAcquire(2, 20, TimeUnit.SECONDS)).isTrue();
        awaitIdle();
        assertThat(inbox.isFull()).isFalse();
        assertThat(done).hasValue(65);
        assertThat(alice.received()).hasSize(65).endsWith("malformed answer 62", "malformed the last");
    }

    @Test
    void aQuarterOfAMebibyteFillsIt() throws Exception {
        block();
        put(answered("large"), (256 << 10) - 1);
        assertThat(inbox.isFull()).isFalse();
        put(answered("small"), 1);
        assertThat(inbox.isFull()).isTrue();
        assertThat(dispatcher.waiting()).hasValue(256 << 10);
        alice.resume();
        awaitIdle();
        assertThat(inbox.isFull()).isFalse();
        assertThat(dispatcher.waiting()).hasValue(0);
    }

    @Test
    void whenAllInboxesTogetherHoldTooMuchEachTakesOneCommandAtATime() {
        block();
        dispatcher.waiting().addAndGet(33 << 20);
        assertThat(inbox.isFull()).isFalse();
        put(answered("one"));
        assertThat(inbox.isFull()).isTrue();
        dispatcher.waiting().addAndGet(-(33 << 20));
        assertThat(inbox.isFull()).isFalse();
        alice.resume();
        awaitIdle();
    }

    @Test
    void commandsQueuedAtTheCloseAreDroppedAndFreedOnce() throws Exception {
        block();
        ByteBuf content = Unpooled.copiedBuffer(new byte[5]);
        Secret password = Secret.of(TestServices.PASSWORD);
        put(new FileCommand.Piece(new Content(content, true)));
        put(new SessionCommand.LogIn(new User.Named("bob"), password, "", ""));
        text("never");
        inbox.violated(violation());
        inbox.close();
        inbox.close();
        assertThat(content.refCnt()).isZero();
        assertThat(password.text()).hasValue("\0".repeat(TestServices.PASSWORD.length()));
        assertThat(done).hasValue(3);
        assertThat(dispatcher.waiting()).hasValue(0);
        alice.resume();
        awaitIdle();
        assertThat(done).hasValue(4);
        assertThat(alice.received()).hasSize(1);
        assertThat(alice.session().hasEnded()).isFalse();
    }

    @Test
    void commandsAfterTheCloseAreDroppedToo() {
        inbox.close();
        ByteBuf content = Unpooled.copiedBuffer(new byte[5]);
        put(new FileCommand.Piece(new Content(content, true)));
        assertThat(content.refCnt()).isZero();
        text("never");
        assertThat(done).hasValue(2);
        awaitIdle();
        assertThat(done).hasValue(2);
        assertThat(alice.received()).isEmpty();
        assertThat(dispatcher.waiting()).hasValue(0);
    }

    @Test
    void theSessionEndsOnceNoCommandIsInProgress() throws Exception {
        TestTransport bob = chat.logIn("bob");
        block();
        inbox.close();
        assertThat(chat.sessions().connections().all()).contains(alice.session());
        assertThat(chat.received(bob)).isEmpty();
        alice.session().connectionLost();
        assertThat(bob.next()).isEqualTo("-alice");
        await().until(() -> !chat.sessions().connections().all().contains(alice.session()));
        awaitIdle();
        assertThat(done).hasValue(1);
    }

    @Test
    void anIdleSessionEndsAtTheClose() throws Exception {
        TestTransport bob = chat.logIn("bob");
        alice.session().connectionLost();
        inbox.close();
        assertThat(bob.next()).isEqualTo("-alice");
        await().until(() -> !chat.sessions().connections().all().contains(alice.session()));
        assertThat(chat.logged()).contains("connection lost");
    }

    @Test
    void aViolationIsHandledInItsTurn() throws Exception {
        block();
        put(answered("before"));
        inbox.violated(violation());
        ByteBuf content = Unpooled.copiedBuffer(new byte[5]);
        put(new FileCommand.Piece(new Content(content, true)));
        put(answered("after"));
        assertThat(alice.session().hasEnded()).isFalse();
        alice.resume();
        awaitIdle();
        assertThat(alice.received()).hasSize(2).endsWith("malformed before");
        assertThat(alice.isClosed()).isTrue();
        assertThat(alice.session().endedBecause()).isEqualTo("protocol violation");
        assertThat(chat.sessions().presence().isOnline(1)).isFalse();
        assertThat(content.refCnt()).isZero();
        assertThat(done).hasValue(4);
        assertThat(chat.logged()).contains("type=\"violation\"").contains("unknown type or subtype");
    }

    @Test
    void theEndIsHandledAfterEarlierCommands() throws Exception {
        TestTransport bob = chat.logIn("bob");
        block();
        put(new MessageCommand.SendText(Audience.of("bob"), "good-bye"));
        inbox.end();
        assertThat(chat.received(bob)).isEmpty();
        alice.resume();
        assertThat(bob.next()).isEqualTo("alice: good-bye");
        assertThat(bob.next()).isEqualTo("-alice");
        awaitIdle();
        assertThat(alice.isClosed()).isTrue();
        assertThat(alice.session().endedBecause()).isEqualTo("closed by the client");
        assertThat(done).hasValue(2);
    }
}

package chatd.daemon.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import chatd.daemon.TestServices;
import chatd.daemon.model.Refusal;
import chatd.daemon.session.TestTransport;
import chatd.daemon.store.db.TestDatabase;
import chatd.protocol.command.FileCommand;
import chatd.protocol.value.Audience;
import chatd.protocol.value.Code;
import chatd.protocol.value.Content;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.FutureTask;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Rules 7 and 11 of {@code chat-1.md}. */
@ExtendWith(TestDatabase.class)
class FilesIT {
    @TempDir
    private Path directory;

    private final TestDatabase.Schema schema;
    private TestServices chat;
    private TestTransport alice;
    private TestTransport bob;

    @SuppressWarnings("NullAway.Init")
    FilesIT(TestDatabase.Schema schema) {
        this.schema = schema;
    }

    @BeforeEach
    void start() throws Exception {
        chat = new TestServices(schema, directory, Map.of());
        chat.add("alice", "bob", "carol");
        logIn();
    }

    private void logIn() throws Exception {
        alice = chat.logIn("alice");
        bob = chat.logIn("bob");
        chat.received(alice);
    }

    private void restart(String option, String value) throws Exception {
        chat = chat.restarted(Map.of(option, value));
        logIn();
    }

    /** The notice to the sender about the last file sent; null for none. */
    private @Nullable String senderNotice;

    @AfterEach
    void stop() throws Exception {
        chat.close();
    }

    private static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private void begin(TestTransport from, String name, long size, Audience to) throws InterruptedException {
        chat.services().files().frames().begin(from.session(), new FileCommand.SendFile(to, name, size));
    }

    private void take(TestTransport from, ByteBuf bytes, boolean last) throws InterruptedException {
        senderNotice = chat.services().files().frames().take(from.session(), new Content(bytes, last));
    }

    /** Sends a file in pieces as a socket might split it, not aligned to chunks. */
    private void send(TestTransport from, String name, byte[] content, Audience to) throws InterruptedException {
        begin(from, name, content.length, to);
        int sent = 0;
        for (int piece = 70_001; content.length - sent > piece; sent += piece) {
            take(from, Unpooled.copiedBuffer(content, sent, piece), false);
        }
        take(from, Unpooled.copiedBuffer(content, sent, content.length - sent), true);
    }

    private void fetch(TestTransport who, long file) throws InterruptedException {
        chat.services().files().frames().fetch(who.session(), file);
    }

    private Refusal refused(Code code, ThrowingCallable what) {
        Refusal[] refusal = new Refusal[1];
        assertThatThrownBy(what).isInstanceOfSatisfying(Refusal.class, thrown -> refusal[0] = thrown);
        assertThat(refusal[0].code()).isEqualTo(code);
        return refusal[0];
    }

    private long count(String table) throws Exception {
        try (Connection connection = DriverManager.getConnection(schema.url());
                ResultSet result = connection.createStatement().executeQuery("select count(*) from " + table)) {
            assertThat(result.next()).isTrue();
            return result.getLong(1);
        }
    }

    @Test
    void aFileIsAnnouncedAndFetchedAsItWasSent() throws Exception {
        byte[] content = bytes(700_000);
        send(alice, "a picture.png", content, Audience.of("bob", "bob"));
        assertThat(bob.next()).isEqualTo("alice offers a picture.png as 1");
        assertThat(chat.received(alice)).isEmpty();
        fetch(bob, 1);
        assertThat(bob.received()).containsExactly("alice's a picture.png of 700000", "all of it");
        assertThat(bob.content()).isEqualTo(content);
        fetch(alice, 1);
        assertThat(alice.content()).isEqualTo(content);
    }

    /**
     * A file is acknowledged only if it is stored as it was received, whatever happened in between.
     */
    @Test
    void aFileThatIsNotStoredAsReceivedIsNotSent() throws Exception {
        for (String damage : List.of(
                "update content_chunk set bytes = concat('x', substring(bytes, 2)) where position = 0",
                "update content_chunk set bytes = substring(bytes, 2) where position = 0",
                "delete from content_chunk where position = 1")) {
            begin(alice, "a", 700_000, Audience.of("bob"));
            take(alice, Unpooled.copiedBuffer(bytes(600_000)), false);
            try (Connection connection = DriverManager.getConnection(schema.url())) {
                assertThat(connection.createStatement().executeUpdate(damage)).isEqualTo(1);
            }
            assertThatThrownBy(() -> take(alice, Unpooled.copiedBuffer(bytes(100_000)), true))
                    .as(damage)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("is not what was received");
            assertThat(count("message")).as(damage).isZero();
            assertThat(count("content")).as(damage).isZero();
        }
        send(alice, "b", bytes(700_000), Audience.of("bob"));
        assertThat(bob.next()).isEqualTo("alice offers b as 1");
    }

    /**
     * To the byte: a file that fits exactly is accepted, one byte more is not, and an empty file
     * always is.
     */
    @Test
    void theQuotaIsUsableToItsLastByte() throws Exception {
        restart("CHATD_QUOTA_ACCOUNT", "100 KiB");
        send(alice, "most", bytes(60_000), Audience.of("bob"));
        refused(Code.NO_ROOM, () -> begin(alice, "a", 102_400 - 60_000 + 1, Audience.of("bob")));
        send(alice, "rest", bytes(102_400 - 60_000), Audience.of("bob"));
        refused(Code.NO_ROOM, () -> begin(alice, "one", 1, Audience.of("bob")));
        send(alice, "nothing", new byte[0], Audience.of("bob"));
        send(bob, "another's", bytes(102_400), Audience.of("alice"));
    }

    @Test
    void anEmptyFileIsAFile() throws Exception {
        send(alice, "nothing", new byte[0], Audience.of("bob"));
        assertThat(bob.next()).isEqualTo("alice offers nothing as 1");
        fetch(bob, 1);
        assertThat(bob.received()).containsExactly("alice's nothing of 0", "all of it");
        assertThat(bob.content()).isEmpty();
    }

    @Test
    void aContentIsStoredOnceHoweverOftenItIsSent() throws Exception {
        byte[] content = bytes(300_000);
        send(alice, "one", content, Audience.of("bob"));
        send(bob, "two", content, Audience.of("alice"));
        send(bob, "other", bytes(300_001), Audience.of("alice"));
        assertThat(count("file")).isEqualTo(3);
        assertThat(count("content")).isEqualTo(2);
        assertThat(count("content_chunk")).isEqualTo(4);
        fetch(alice, 2);
        assertThat(chat.received(alice))
                .containsExactly("bob offers two as 2", "bob offers other as 3", "bob's two of 300000", "all of it");
        assertThat(alice.content()).isEqualTo(content);
    }

    @Test
    void anInterruptedUploadLeavesNothing() throws Exception {
        begin(alice, "cut", 600_000, Audience.of("bob"));
        take(alice, Unpooled.copiedBuffer(bytes(500_000)), false);
        assertThat(count("content_chunk")).isEqualTo(1);
        chat.services().files().frames().connectionClosed(alice.session());
        assertThat(count("content")).isZero();
        assertThat(count("content_chunk")).isZero();
        assertThat(count("message")).isZero();
        assertThat(chat.received(bob)).isEmpty();
        // A second call does nothing.
        chat.services().files().frames().connectionClosed(alice.session());
    }

    @Test
    void uploadsOfAnEarlierDaemonAreDiscardedAtTheNextStart() throws Exception {
        send(alice, "whole", bytes(10), Audience.of("bob"));
        begin(alice, "cut", 600_000, Audience.of("bob"));
        take(alice, Unpooled.copiedBuffer(bytes(500_000)), false);
        chat = chat.restarted(Map.of());
        assertThat(count("content")).isEqualTo(1);
        assertThat(count("content_chunk")).isEqualTo(1);
        logIn();
        fetch(bob, 1);
        assertThat(bob.content()).isEqualTo(bytes(10));
    }

    @Test
    void aFileThatIsTooLargeIsReadFromTheConnectionAndDropped() throws Exception {
        restart("CHATD_LIMITS_FILE", "1 KiB");
        refused(Code.TOO_LARGE, () -> begin(alice, "large", 1025, Audience.of("bob")));
        ByteBuf one = Unpooled.copiedBuffer(bytes(1000));
        ByteBuf two = Unpooled.copiedBuffer(bytes(25));
        take(alice, one, false);
        take(alice, two, true);
        assertThat(one.refCnt() + two.refCnt()).isZero();
        assertThat(chat.received(bob)).isEmpty();
        assertThat(count("content")).isZero();
        send(alice, "just so", bytes(1024), Audience.of("bob"));
        assertThat(bob.next()).isEqualTo("alice offers just so as 1");
    }

    @Test
    void unknownReceiversAreReportedToTheSender() throws Exception {
        refused(Code.NO_SUCH_USER, () -> begin(alice, "a", 3, Audience.of("nobody")));
        take(alice, Unpooled.copiedBuffer(bytes(3)), true);
        refused(Code.TOO_MANY, () -> begin(alice, "", 3, new Audience.TooMany(1001)));
        take(alice, Unpooled.copiedBuffer(bytes(3)), true);
        assertThat(count("content")).isZero();
        send(alice, "b", bytes(3), Audience.of("nobody", "bob"));
        assertThat(bob.next()).isEqualTo("alice offers b as 1");
        assertThat(senderNotice).startsWith("There is no user called ").contains("nobody");
    }

    @Test
    void onlyTheSenderAndThoseItWasSentToMayFetch() throws Exception {
        send(alice, "for bob", bytes(3), Audience.of("bob"));
        TestTransport carol = chat.logIn("carol");
        String there = refused(Code.NO_SUCH_FILE, () -> fetch(carol, 1)).text();
        String nowhere = refused(Code.NO_SUCH_FILE, () -> fetch(carol, 2)).text();
        assertThat(there).isEqualTo(nowhere.replace('2', '1'));
        refused(Code.NO_SUCH_FILE, () -> fetch(bob, 0));
        refused(Code.NO_SUCH_FILE, () -> fetch(bob, 0xffff_ffffL));
        assertThat(carol.received()).isEmpty();
        assertThat(carol.isClosed()).isFalse();
        fetch(bob, 1);
        assertThat(bob.content()).isEqualTo(bytes(3));
    }

    @Test
    void aFileToEveryoneIsNotForLaterAccounts() throws Exception {
        send(alice, "for all", bytes(3), Audience.everyone());
        assertThat(alice.next()).isEqualTo("alice offers for all as 1");
        TestTransport carol = chat.logIn("carol");
        fetch(carol, 1);
        assertThat(carol.content()).isEqualTo(bytes(3));
        chat.add("dave");
        TestTransport dave = chat.logIn("dave");
        refused(Code.NO_SUCH_FILE, () -> fetch(dave, 1));
    }

    @Test
    void aSenderDisabledBeforeTheLastPieceSendsNothing() throws Exception {
        begin(alice, "late", 4, Audience.of("bob"));
        take(alice, Unpooled.copiedBuffer(bytes(3)), false);
        chat.services().administration().disable("alice", "root");
        ByteBuf last = Unpooled.copiedBuffer(bytes(1));
        refused(Code.DISABLED, () -> take(alice, last, true));
        assertThat(last.refCnt()).isZero();
        assertThat(chat.received(bob)).containsExactly("-alice");
        assertThat(count("content")).isZero();
    }

    @Test
    void anUploadWithoutRoomWaitsForAnotherToEnd() throws Exception {
        restart("CHATD_LIMITS_UPLOADS", "1");
        byte[] content = bytes(300_000);
        begin(alice, "first", content.length, Audience.of("bob"));
        FutureTask<Boolean> second = new FutureTask<>(() -> {
            send(bob, "second", content, Audience.of("alice"));
            return true;
        });
        Thread waiting = Thread.startVirtualThread(second);
        await().until(() -> waiting.getState() == Thread.State.TIMED_WAITING);
        // Small files have a limit of their own.
        send(chat.logIn("carol"), "small", bytes(3), Audience.of("alice"));
        assertThat(alice.next()).isEqualTo("+carol");
        assertThat(alice.next()).isEqualTo("carol offers small as 1");
        assertThat(second.isDone()).isFalse();
        chat.services().files().frames().connectionClosed(alice.session());
        assertThat(second.get()).isTrue();
        assertThat(alice.next()).isEqualTo("bob offers second as 2");
    }

    @Test
    void aDownloadKeepsThePaceOfItsReaderAndEndsWithIt() throws Exception {
        send(alice, "long", bytes(2_000_000), Audience.of("bob"));
        assertThat(bob.next()).isEqualTo("alice offers long as 1");
        bob.pause();
        FutureTask<Boolean> fetching = new FutureTask<>(() -> {
            fetch(bob, 1);
            return true;
        });
        Thread sending = Thread.startVirtualThread(fetching);
        await().until(() -> sending.getState() == Thread.State.WAITING
                && bob.session().output().waiting() > 0);
        assertThat(bob.session().output().waiting()).isLessThan(400_000);
        bob.session().connectionLost();
        assertThat(fetching.get()).isTrue();
        assertThat(bob.session().output().waiting()).isZero();
    }
}

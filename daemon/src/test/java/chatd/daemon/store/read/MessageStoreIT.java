package chatd.daemon.store.read;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.daemon.model.entry.Entry;
import chatd.daemon.model.entry.Message;
import chatd.daemon.model.message.Conversation;
import chatd.daemon.model.message.Reader;
import chatd.daemon.model.message.StoredFile;
import chatd.daemon.store.db.Database;
import chatd.daemon.store.db.TestDatabase;
import chatd.daemon.store.ledger.Ledger;
import chatd.protocol.value.Media;
import chatd.protocol.value.References;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestDatabase.class)
class MessageStoreIT {
    private static final long LAST = Long.MAX_VALUE;

    private final Database database;
    private final Ledger ledger;
    private final MessageStore messages;
    private final ContentStore contents;

    MessageStoreIT(TestDatabase.Schema schema) throws Exception {
        database = schema.open();
        ledger = schema.ledger(database);
        messages = new MessageStore(database);
        contents = new ContentStore(database);
    }

    @BeforeEach
    void fill() {
        ledger.open(Rows.TIME);
        ledger.commit(List.of(
                Rows.account(1, "alice", 0),
                Rows.account(2, "bob", 0),
                Rows.account(3, "carol", 4),
                Rows.text(1, 1, List.of(2L), "to bob"),
                Rows.text(2, 2, List.of(1L, 3L), "to alice and carol"),
                Rows.text(3, 1, List.of(1L), "note to self"),
                Rows.text(4, 2, null, "to all, before carol"),
                Rows.text(5, 1, null, "to all"),
                Rows.text(6, 2, List.of(3L), "not alice's")));
    }

    @AfterEach
    void close() {
        ledger.close();
        database.close();
    }

    private Reader reader(int number) {
        return new Reader(new AccountStore(database).all().get(number - 1), new TreeMap<>(), false);
    }

    @Test
    void aHistoryHasEachMessageSentOrReceivedOnce() {
        assertThat(messages.last(reader(1), 100, LAST)).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(messages.last(reader(2), 100, LAST)).containsExactly(1L, 2L, 4L, 5L, 6L);
        assertThat(messages.last(reader(3), 100, LAST)).containsExactly(2L, 5L, 6L);
    }

    @Test
    void theLastMessagesAreTheNewestUpToABound() {
        assertThat(messages.last(reader(1), 2, LAST)).containsExactly(4L, 5L);
        assertThat(messages.last(reader(1), 2, 3)).containsExactly(2L, 3L);
        assertThat(messages.last(reader(1), 0, LAST)).isEmpty();
    }

    @Test
    void messagesAreReadByTheirNumbers() {
        assertThat(messages.messages(List.of(5L, 2L)))
                .usingRecursiveComparison()
                .isEqualTo(List.of(
                        Rows.text(2, 2, List.of(1L, 3L), "to alice and carol"), Rows.text(5, 1, null, "to all")));
    }

    @Test
    void aPageHasTheMessagesNextToANumber() {
        assertThat(messages.numbers(reader(1), null, new Range(0, LAST, 2, true)))
                .containsExactly(5L, 4L);
        assertThat(messages.numbers(reader(1), null, new Range(0, 3, 2, true))).containsExactly(3L, 2L);
        assertThat(messages.numbers(reader(1), null, new Range(2, LAST, 2, false)))
                .containsExactly(3L, 4L);
        assertThat(messages.numbers(reader(1), null, new Range(5, LAST, 2, false)))
                .isEmpty();
        assertThat(messages.numbers(reader(1), null, new Range(1, 3, 9, false))).containsExactly(2L, 3L);
    }

    @Test
    void aPageOfMessagesToEveryoneBeginsAfterTheAccountsCreation() {
        assertThat(messages.numbers(reader(1), Conversation.EVERYONE, new Range(0, LAST, 9, true)))
                .containsExactly(5L, 4L);
        assertThat(messages.numbers(reader(3), Conversation.EVERYONE, new Range(0, LAST, 9, true)))
                .containsExactly(5L);
        assertThat(messages.numbers(reader(1), Conversation.EVERYONE, new Range(4, LAST, 9, false)))
                .containsExactly(5L);
    }

    /** A message to several is in the conversation of its sender with each of them, and in no other. */
    @Test
    void aConversationHasWhatTwoSaidToEachOther() {
        assertThat(messages.numbers(reader(1), Conversation.of(1, 2), new Range(0, LAST, 9, true)))
                .containsExactly(2L, 1L);
        assertThat(messages.numbers(reader(2), Conversation.of(2, 1), new Range(1, LAST, 9, false)))
                .containsExactly(2L);
        assertThat(messages.numbers(reader(2), Conversation.of(2, 3), new Range(0, LAST, 9, true)))
                .containsExactly(6L, 2L);
        assertThat(messages.numbers(reader(1), Conversation.of(1, 3), new Range(0, LAST, 9, true)))
                .isEmpty();
    }

    @Test
    void aMessageIsAnsweredInItsOwnConversation() {
        assertThat(messages.isIn(2, Conversation.of(1, 2), reader(1))).isTrue();
        assertThat(messages.isIn(2, Conversation.of(2, 3), reader(3))).isTrue();
        assertThat(messages.isIn(2, Conversation.of(1, 3), reader(1))).isFalse();
        assertThat(messages.isIn(5, Conversation.EVERYONE, reader(1))).isTrue();
        assertThat(messages.isIn(4, Conversation.EVERYONE, reader(3))).isFalse();
        assertThat(messages.isIn(99, Conversation.EVERYONE, reader(1))).isFalse();
    }

    @Test
    void theReferencesOfAMessageAreReadWithIt() {
        References both = new References(5, List.of(1L, 3L));
        Message answer =
                new Message(7, Rows.TIME, 2, null, List.of(), "@alice @carol", null, new byte[16], both, null, null);
        ledger.commit(List.of(answer));
        assertThat(messages.messages(List.of(7L)).getFirst().references()).isEqualTo(both);
    }

    @Test
    void messagesMissingFromTheLogAreFoundByNumber() {
        assertThat(messages.after(4, 10)).extracting(Message::number).containsExactly(5L, 6L);
        assertThat(messages.after(0, 2)).hasSize(2);
        Message several = messages.after(1, 1).getFirst();
        assertThat(several.receivers()).containsExactly(1L, 3L);
        assertThat(several.text()).isEqualTo("to alice and carol");
        assertThat(messages.after(3, 1).getFirst().receivers()).isNull();
    }

    private long upload(byte[] bytes) {
        long content = contents.begin(bytes.length, Rows.TIME);
        contents.store(content, 0, bytes);
        return content;
    }

    private static byte[] sha256(byte[] bytes) throws Exception {
        return MessageDigest.getInstance("SHA-256").digest(bytes);
    }

    @Test
    void aFileIsFetchedOnlyByItsSenderAndReceivers() throws Exception {
        byte[] bytes = {1, 2, 3};
        long content = upload(bytes);
        ledger.commit(List.of(
                Rows.file(7, 1, List.of(2L), new StoredFile(1, "f", content, 3, sha256(bytes), Media.NONE)),
                Rows.file(8, 1, null, new StoredFile(2, "g", upload(bytes), 3, sha256(bytes), Media.NONE))));
        assertThat(messages.fetchable(1, reader(1))).isPresent();
        assertThat(messages.fetchable(1, reader(2)))
                .hasValueSatisfying(file -> assertThat(file.file().content()).isEqualTo(content));
        assertThat(messages.fetchable(1, reader(3))).isEmpty();
        assertThat(messages.fetchable(2, reader(3))).isPresent();
        assertThat(messages.fetchable(3, reader(1))).isEmpty();
    }

    @Test
    void aFileToEveryoneIsNotForLaterAccounts() throws Exception {
        byte[] bytes = {1};
        ledger.commit(List.of(
                Rows.file(7, 1, null, new StoredFile(1, "f", upload(bytes), 1, sha256(bytes), Media.NONE)),
                Rows.account(4, "dave", 7)));
        assertThat(messages.fetchable(1, reader(4))).isEmpty();
        assertThat(messages.fetchable(1, reader(3))).isPresent();
    }

    @Test
    void theSameContentIsStoredOnce() throws Exception {
        byte[] bytes = {5, 6};
        long first = upload(bytes);
        long second = upload(bytes);
        ledger.commit(List.of(
                Rows.file(7, 1, null, new StoredFile(1, "f", first, 2, sha256(bytes), Media.NONE)),
                Rows.file(8, 1, null, new StoredFile(2, "g", second, 2, sha256(bytes), Media.NONE))));
        assertThat(messages.fetchable(2, reader(1)).orElseThrow().file().content())
                .isEqualTo(first);
        contents.discard(first);
        contents.discard(second);
        assertThat(contents.read(first, 0, 10)).hasValue(bytes);
        assertThat(contents.read(second, 0, 10)).isEmpty();
    }

    @Test
    void aContentIsReadInWholeChunksAndInPieces() {
        byte[] bytes = new byte[ContentStore.CHUNK + 100];
        new Random(1).nextBytes(bytes);
        long content = contents.begin(bytes.length, Instant.EPOCH);
        contents.store(content, 0, Arrays.copyOf(bytes, ContentStore.CHUNK));
        contents.store(content, 1, Arrays.copyOfRange(bytes, ContentStore.CHUNK, bytes.length));
        assertThat(contents.read(content, 0, ContentStore.CHUNK)).hasValue(Arrays.copyOf(bytes, ContentStore.CHUNK));
        assertThat(contents.read(content, ContentStore.CHUNK, ContentStore.CHUNK))
                .hasValue(Arrays.copyOfRange(bytes, ContentStore.CHUNK, bytes.length));
        assertThat(contents.read(content, 7, 1000)).hasValue(Arrays.copyOfRange(bytes, 7, 1007));
        assertThat(contents.read(content, ContentStore.CHUNK - 10, 1000))
                .hasValue(Arrays.copyOfRange(bytes, ContentStore.CHUNK - 10, ContentStore.CHUNK));
        assertThat(contents.read(content, 2 * ContentStore.CHUNK, 1)).isEmpty();
    }

    @Test
    void contentsThatWereNeverSentAreDiscardedAtTheStart() {
        long given = upload(new byte[] {9});
        contents.discardUnfinished();
        assertThat(contents.read(given, 0, 10)).isEmpty();
    }

    @Test
    void aHistoryIsFoundAmongManyMessagesOfOthers() {
        List<Entry> many = new ArrayList<>();
        for (int i = 7; i < 2007; i++) {
            many.add(Rows.text(i, 2, List.of(3L), "x"));
        }
        ledger.commit(many);
        assertThat(messages.last(reader(1), 3, LAST)).containsExactly(3L, 4L, 5L);
        assertThat(messages.last(reader(3), 1000, LAST)).hasSize(1000).last().isEqualTo(2006L);
    }
}

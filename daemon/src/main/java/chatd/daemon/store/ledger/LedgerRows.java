package chatd.daemon.store.ledger;

import static chatd.sql.generated.Tables.CONTENT;
import static chatd.sql.generated.Tables.FILE;
import static chatd.sql.generated.Tables.MENTION;
import static chatd.sql.generated.Tables.MESSAGE;
import static chatd.sql.generated.Tables.PARTY;
import static chatd.sql.generated.Tables.RECEIVER;
import static chatd.sql.generated.Tables.SENT_ONCE;
import static chatd.sql.generated.Tables.WITHHELD;

import chatd.daemon.model.Refusal;
import chatd.daemon.model.entry.AccountChange;
import chatd.daemon.model.entry.AccountChanges;
import chatd.daemon.model.entry.Amendment;
import chatd.daemon.model.entry.Entry;
import chatd.daemon.model.entry.Expiry;
import chatd.daemon.model.entry.GroupChange;
import chatd.daemon.model.entry.IdempotencyKey;
import chatd.daemon.model.entry.Message;
import chatd.daemon.model.entry.Receipt;
import chatd.daemon.model.message.Conversation;
import chatd.daemon.model.message.StoredFile;
import chatd.daemon.store.db.Database;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.Code;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** The rows that the ledger writes: many per statement, and no statement larger than MariaDB accepts. */
final class LedgerRows {
    /** Maximum bytes of one statement, well under the smallest max_allowed_packet in use, 16 MiB. */
    private static final long BYTES = 4 << 20;

    /** Maximum number of receivers in one statement, half a megabyte of them. */
    private static final int ROWS = 25_000;

    /** MariaDB's ER_DUP_ENTRY. */
    private static final int DUPLICATE_KEY = 1062;

    private static final String INSERT_TEXT = Database.RENDERER
            .insertInto(
                    MESSAGE,
                    MESSAGE.NUMBER,
                    MESSAGE.TIME,
                    MESSAGE.SENDER,
                    MESSAGE.RECEIVER,
                    MESSAGE.TEXT,
                    MESSAGE.SALT,
                    MESSAGE.CONVERSATION,
                    MESSAGE.ANSWERED)
            .values((Long) null, null, null, null, null, null, null, null)
            .getSQL();

    private static final String INSERT_RECEIVER = Database.RENDERER
            .insertInto(RECEIVER, RECEIVER.MESSAGE, RECEIVER.ACCOUNT, RECEIVER.CONVERSATION)
            .values((Long) null, null, null)
            .getSQL();

    private static final String INSERT_MENTION = Database.RENDERER
            .insertInto(MENTION, MENTION.ACCOUNT, MENTION.CONVERSATION, MENTION.MESSAGE)
            .values((Long) null, null, null)
            .getSQL();

    private static final String INSERT_PARTY = Database.RENDERER
            .insertInto(PARTY, PARTY.ACCOUNT, PARTY.CONVERSATION, PARTY.READ_MID)
            .values((Long) null, null, null)
            .onDuplicateKeyIgnore()
            .getSQL();

    private static final String INSERT_SENT_ONCE = Database.RENDERER
            .insertInto(
                    SENT_ONCE, SENT_ONCE.ID, SENT_ONCE.CONTENT, SENT_ONCE.MESSAGE, SENT_ONCE.TIME, SENT_ONCE.CHAT_GROUP)
            .values((byte[]) null, null, null, null, null)
            .getSQL();

    /** Texts, a row each; the texts of one inner list are written by one statement. */
    private final List<List<Message>> texts = new ArrayList<>();

    private final List<Message> files = new ArrayList<>();

    /** Texts and files to several receivers, who also have a row each. */
    private final List<Message> toSeveral = new ArrayList<>();

    private final List<Message> mentioning = new ArrayList<>();

    private final List<Amendment> amendments = new ArrayList<>();

    private final List<GroupChange> groups = new ArrayList<>();

    private final List<Expiry> expiries = new ArrayList<>();

    /** Entries with an identifier given by their clients. */
    private final List<Entry> identified = new ArrayList<>();

    private final AccountRows accounts = new AccountRows();

    /** Messages in conversations whose users may have no rows yet. */
    private final List<Message> mayBegin = new ArrayList<>();

    private final List<Message> withheld = new ArrayList<>();

    /** @param known the conversations whose users have their rows */
    LedgerRows(List<Entry> entries, KnownConversations known) {
        long bytes = 0;
        for (Entry entry : entries) {
            switch (entry) {
                case Message message
                when message.text() != null -> {
                    bytes += message.bytes();
                    if (texts.isEmpty() || bytes > BYTES) {
                        texts.add(new ArrayList<>(entries.size()));
                        bytes = message.bytes();
                    }
                    texts.getLast().add(message);
                }
                case Message message -> files.add(message);
                case Amendment amendment -> amendments.add(amendment);
                case GroupChange change -> groups.add(change);
                case Expiry expiry -> expiries.add(expiry);
                case AccountChange change -> accounts.add(change);
                case AccountChanges several -> several.changes().forEach(accounts::add);
            }
            if (entry instanceof Message message) {
                if (isToSeveral(message)) {
                    toSeveral.add(message);
                }
                if (!message.withheld().isEmpty()) {
                    withheld.add(message);
                }
                if (mayBeginConversation(message, known)) {
                    mayBegin.add(message);
                }
            }
            if (entry instanceof Message message
                    && !message.references().mentioned().isEmpty()) {
                mentioning.add(message);
            }
            if (entry.idempotencyKey() != null) {
                identified.add(entry);
            }
        }
    }

    private static boolean isToSeveral(Message message) {
        List<Long> receivers = message.receivers();
        return receivers != null && receivers.size() != 1;
    }

    /** Returns whether everything is one statement, which is then a transaction of its own. */
    boolean isOneStatement() {
        return texts.size() == 1
                && toSeveral.isEmpty()
                && files.isEmpty()
                && amendments.isEmpty()
                && groups.isEmpty()
                && expiries.isEmpty()
                && accounts.isEmpty()
                && mentioning.isEmpty()
                && mayBegin.isEmpty()
                && withheld.isEmpty()
                && identified.isEmpty();
    }

    /**
     * Writes all rows.
     *
     * @throws Ledger.DuplicateIdentifier if the identifier of an entry is known already
     */
    void write(Connection connection) throws SQLException {
        // First, because a duplicate identifier makes it fail.
        if (!identified.isEmpty()) {
            insertIdentifiers(connection);
        }
        for (List<Message> some : texts) {
            insertTexts(connection, some);
        }
        accounts.write(connection);
        if (!files.isEmpty()) {
            DSLContext sql = Database.context(connection);
            files.forEach(message -> insertFile(sql, message));
        }
        if (!toSeveral.isEmpty()) {
            insertReceivers(connection);
        }
        if (!mentioning.isEmpty()) {
            insertMentions(connection);
        }
        if (!mayBegin.isEmpty()) {
            insertParties(connection);
        }
        if (!withheld.isEmpty()) {
            DSLContext sql = Database.context(connection);
            withheld.forEach(message -> insertWithheld(sql, message));
        }
        if (!amendments.isEmpty()) {
            DSLContext sql = Database.context(connection);
            amendments.forEach(amendment -> AmendmentRows.write(sql, amendment));
        }
        if (!groups.isEmpty()) {
            DSLContext sql = Database.context(connection);
            groups.forEach(change -> GroupRows.write(sql, change));
        }
        if (!expiries.isEmpty()) {
            DSLContext sql = Database.context(connection);
            expiries.forEach(expiry -> ExpiryRows.write(sql, expiry));
        }
    }

    /** Inserts texts through plain JDBC: the driver sends all rows in one command, and no SQL is rendered for each. */
    private static void insertTexts(Connection connection, List<Message> messages) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT_TEXT)) {
            for (Message message : messages) {
                insert.setLong(1, message.number());
                insert.setObject(2, LocalDateTime.ofInstant(message.time(), ZoneOffset.UTC));
                insert.setLong(3, message.sender());
                insert.setObject(4, receiver(message), Types.BIGINT);
                insert.setString(5, message.text());
                insert.setBytes(6, message.salt());
                insert.setObject(7, conversation(message), Types.BIGINT);
                insert.setObject(8, repliedTo(message), Types.BIGINT);
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /** Returns the receivers whose history contains the message. */
    private static List<Long> reachedReceivers(Message message) {
        List<Long> receivers = Objects.requireNonNull(message.receivers());
        return message.withheld().isEmpty()
                ? receivers
                : receivers.stream()
                        .filter(receiver -> !message.withheld().contains(receiver))
                        .toList();
    }

    private static @Nullable Long receiver(Message message) {
        List<Long> receivers = message.receivers();
        return receivers == null
                ? Long.valueOf(Message.EVERYONE)
                : receivers.size() == 1
                                && message.group() == 0
                                && message.withheld().isEmpty()
                        ? receivers.getFirst()
                        : null;
    }

    /**
     * Returns the conversation of a message; null if it went to several receivers, and so is in
     * several conversations.
     */
    private static @Nullable Long conversation(Message message) {
        if (message.group() != 0) {
            return message.group();
        }
        Long receiver = receiver(message);
        return receiver == null || receiver == Message.EVERYONE
                ? receiver
                : (Long) Conversation.of(message.sender(), receiver);
    }

    private static @Nullable Long repliedTo(Message message) {
        long answered = message.references().replyTo();
        return answered == 0 ? null : (Long) answered;
    }

    private void insertReceivers(Connection connection) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT_RECEIVER)) {
            int rows = 0;
            for (Message message : toSeveral) {
                for (Long account : reachedReceivers(message)) {
                    insert.setLong(1, message.number());
                    insert.setLong(2, account);
                    insert.setLong(3, Conversation.of(message.sender(), account));
                    insert.addBatch();
                    if (++rows == ROWS) {
                        insert.executeBatch();
                        rows = 0;
                    }
                }
            }
            insert.executeBatch();
        }
    }

    private void insertMentions(Connection connection) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT_MENTION)) {
            for (Message message : mentioning) {
                for (Long account : message.references().mentioned()) {
                    insert.setLong(1, Addressee.isGroup(account) ? Message.EVERYONE : account);
                    insert.setLong(2, conversationOfMention(message, account));
                    insert.setLong(3, message.number());
                    insert.addBatch();
                }
            }
            insert.executeBatch();
        }
    }

    /**
     * Returns the conversation in which a mention of an account counts; if the message is withheld
     * from that account, the withheld conversation, so that it counts nowhere.
     */
    private static long conversationOfMention(Message message, long account) {
        Long conversation = conversation(message);
        if (conversation != null) {
            return conversation;
        }
        return message.withheld().contains(account)
                ? Conversation.withheld(message.sender(), account)
                : Conversation.of(message.sender(), account);
    }

    /** Returns the receivers in whose conversation with the sender both see the message. */
    private static List<Long> partners(Message message) {
        return message.receivers() == null || message.group() != 0 ? List.of() : reachedReceivers(message);
    }

    private static boolean mayBeginConversation(Message message, KnownConversations known) {
        for (long partner : partners(message)) {
            if (!known.has(Conversation.of(message.sender(), partner))) {
                return true;
            }
        }
        return false;
    }

    /** Records who is in new conversations, so that all conversations of a user can be found. */
    private void insertParties(Connection connection) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT_PARTY)) {
            int rows = 0;
            for (Message message : mayBegin) {
                for (Long receiver : reachedReceivers(message)) {
                    for (Long account : new TreeSet<>(List.of(message.sender(), receiver))) {
                        insert.setLong(1, account);
                        insert.setLong(2, Conversation.of(message.sender(), receiver));
                        insert.setLong(3, 0);
                        insert.addBatch();
                    }
                    if (++rows == ROWS) {
                        insert.executeBatch();
                        rows = 0;
                    }
                }
            }
            insert.executeBatch();
        }
    }

    /**
     * Marks the conversations of these entries' messages as known; called once they are committed.
     */
    void markKnown(KnownConversations known) {
        for (Message message : mayBegin) {
            partners(message).forEach(partner -> known.add(Conversation.of(message.sender(), partner)));
        }
    }

    private static void insertWithheld(DSLContext sql, Message message) {
        for (Long receiver : message.withheld()) {
            long conversation = Conversation.withheld(message.sender(), receiver);
            sql.insertInto(WITHHELD)
                    .set(WITHHELD.MESSAGE, message.number())
                    .set(WITHHELD.ACCOUNT, receiver)
                    .set(WITHHELD.CONVERSATION, conversation)
                    .execute();
            sql.insertInto(PARTY)
                    .set(PARTY.ACCOUNT, message.sender())
                    .set(PARTY.CONVERSATION, Conversation.of(message.sender(), receiver))
                    .set(PARTY.READ_MID, 0L)
                    .set(PARTY.WITHHELD, conversation)
                    .onDuplicateKeyUpdate()
                    .set(PARTY.WITHHELD, conversation)
                    .execute();
        }
    }

    private void insertIdentifiers(Connection connection) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT_SENT_ONCE)) {
            for (Entry entry : identified) {
                IdempotencyKey key = Objects.requireNonNull(entry.idempotencyKey());
                Receipt receipt = entry.receipt();
                insert.setBytes(1, key.id().array());
                insert.setBytes(2, key.content().array());
                insert.setObject(3, receipt.message() == 0 ? null : (Long) receipt.message(), Types.BIGINT);
                insert.setObject(4, LocalDateTime.ofInstant(receipt.time(), ZoneOffset.UTC));
                insert.setObject(5, receipt.group() == 0 ? null : (Long) receipt.group(), Types.BIGINT);
                insert.addBatch();
            }
            insert.executeBatch();
        } catch (SQLException e) {
            if (e.getErrorCode() == DUPLICATE_KEY) {
                throw new Ledger.DuplicateIdentifier(e);
            }
            throw e;
        }
    }

    /**
     * Inserts a file, deduplicated by digest: if its content is already stored, the copy just
     * uploaded stays unused.
     *
     * @throws Refusal {@link Code#NO_SUCH_FILE} if it was not uploaded with this message and its
     *     content has been deleted
     */
    private static void insertFile(DSLContext sql, Message message) {
        StoredFile file = Objects.requireNonNull(message.file());
        Long same = sql.select(CONTENT.NUMBER)
                .from(CONTENT)
                .where(CONTENT.DIGEST.eq(file.digest()))
                .fetchOne(CONTENT.NUMBER);
        if (same == null && file.content() == StoredFile.STORED) {
            throw new Refusal(Code.NO_SUCH_FILE, "The file was taken back meanwhile. Nothing was sent.");
        }
        if (same == null) {
            sql.update(CONTENT)
                    .set(CONTENT.DIGEST, file.digest())
                    .where(CONTENT.NUMBER.eq(file.content()))
                    .execute();
        }
        sql.insertInto(FILE)
                .set(FILE.NUMBER, file.number())
                .set(FILE.MESSAGE, message.number())
                .set(FILE.NAME, file.name())
                .set(FILE.CONTENT, same == null ? (Long) file.content() : same)
                .set(FILE.SIZE, file.size())
                .set(FILE.PICTURE, file.media().picture())
                .execute();
        StorageRows.add(sql, message.sender(), file.size());
        sql.insertInto(MESSAGE)
                .set(MESSAGE.NUMBER, message.number())
                .set(MESSAGE.TIME, message.time())
                .set(MESSAGE.SENDER, message.sender())
                .set(MESSAGE.RECEIVER, receiver(message))
                .set(MESSAGE.CONVERSATION, conversation(message))
                .set(MESSAGE.ANSWERED, repliedTo(message))
                .set(MESSAGE.FILE, file.number())
                .set(MESSAGE.SALT, message.salt())
                .execute();
    }
}

package chatd.daemon.messages;

import chatd.daemon.config.Config;
import chatd.daemon.directory.Contacts;
import chatd.daemon.directory.Directory;
import chatd.daemon.directory.GroupDirectory;
import chatd.daemon.disk.DiskSpace;
import chatd.daemon.dispatch.Feature;
import chatd.daemon.dispatch.Routes;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.journal.Journal;
import chatd.daemon.journal.Numbers;
import chatd.daemon.journal.Proposal;
import chatd.daemon.limit.KeyedRateLimit;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.account.Pair;
import chatd.daemon.model.entry.IdempotencyKey;
import chatd.daemon.model.entry.Message;
import chatd.daemon.model.entry.Origin;
import chatd.daemon.model.entry.Receipt;
import chatd.daemon.model.message.Conversation;
import chatd.daemon.model.message.StoredFile;
import chatd.daemon.session.Caller;
import chatd.daemon.session.Session;
import chatd.daemon.store.ledger.Committed;
import chatd.daemon.store.read.MessageStore;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.Audience;
import chatd.protocol.value.Code;
import chatd.protocol.value.References;
import chatd.text.Mention;
import io.netty.buffer.ByteBufUtil;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Sends texts and files (rules 5 to 7, 10 and 11 of {@code chat-1.md}). */
public final class Messages implements Feature {
    /** A number that no message has. */
    private static final long UNANSWERABLE = -1;

    private static final String TEXTS = "texts and files an hour are accepted from one user";

    /** The minutes over which texts are counted: nobody is refused for a short burst. */
    private static final long MINUTES = 60;

    private final Directory directory;
    private final GroupDirectory groups;
    private final Contacts contacts;
    private final Mentions mentions;
    private final MessageStore store;
    private final Journal journal;
    private final SecureRandom random;
    private final Supplier<Config> config;
    private final Clock clock;
    private final DiskSpace disks;

    /** The texts and files that each account sends in an hour ({@code rates.texts}). */
    private final KeyedRateLimit<Long> sent;

    /** The bytes of texts that each account sends in a day ({@code rates.text-bytes}). */
    private final KeyedRateLimit<Long> sentBytes;

    /** The bytes of texts that all accounts that registered themselves send in a day ({@code rates.registered-text-bytes}). */
    private final KeyedRateLimit<Long> registeredBytes;

    /** The mentions of one user by another, or of a whole group, in a minute ({@code rates.mentions}). */
    private final KeyedRateLimit<Pair> alerts;

    public Messages(FeatureContext parts) {
        this.directory = parts.directory();
        this.groups = directory.groups();
        this.contacts = parts.contacts();
        this.mentions = new Mentions(directory);
        this.store = parts.stores().messages();
        this.journal = parts.journal();
        this.random = parts.random();
        this.config = parts.config();
        this.clock = parts.clock();
        this.disks = parts.disks();
        this.sent = new KeyedRateLimit<>(
                () -> MINUTES * config.get().rates().texts(), limit -> limit, Duration.ofMinutes(MINUTES));
        this.sentBytes =
                new KeyedRateLimit<>(() -> config.get().rates().textBytes(), limit -> limit, Duration.ofDays(1));
        this.registeredBytes = new KeyedRateLimit<>(
                () -> config.get().rates().registeredTextBytes(), limit -> limit, Duration.ofDays(1));
        this.alerts = KeyedRateLimit.ofPairs(() -> config.get().rates().mentions(), Duration.ofMinutes(1));
    }

    @Override
    public void addTo(Routes routes) {
        routes.pipelined(
                MessageCommand.SendText.class,
                (session, command) -> noticeWhenDelivered(session, send(session, command)),
                (session, command) -> noticeWhenDelivered(session, offer(session, command)));
    }

    /** Sends the notice that is for the sender alone once the message is delivered. */
    private @Nullable CompletableFuture<Receipt> noticeWhenDelivered(Session session, @Nullable InFlight sent) {
        if (sent == null) {
            return null;
        }
        String notice = sent.senderNotice();
        return sent.done().thenApply(committed -> {
            if (notice != null) {
                session.answer(new SessionEvent.Notice(notice, clock.instant()));
            }
            return committed.entry().receipt();
        });
    }

    /**
     * Sends a text. Waits only while the journal's queue is full.
     *
     * @throws Refusal {@link Code#MALFORMED} if it is empty, {@link Code#TOO_LARGE}, {@link Code#TOO_MANY},
     *     {@link Code#NO_SUCH_USER}, {@link Code#NO_SUCH_MESSAGE}, {@link Code#NOT_ALLOWED}, {@link Code#NO_ROOM} or
     *     {@link Code#THROTTLED}
     */
    public InFlight send(Caller caller, MessageCommand.SendText command) {
        Recipients recipients = checkedRecipients(caller, command);
        Refusal refusal = recipientRefusal(caller.account(), recipients);
        long answered = resolveAnswered(caller, command.replyTo(), recipients);
        charge(caller.account(), ByteBufUtil.utf8Bytes(command.text()));
        return new InFlight(
                journal.submit(text(caller, command, answered, recipients, refusal)), senderNotice(recipients));
    }

    /**
     * Sends a text without waiting, for event loops.
     *
     * @return as {@link #send}; null, with nothing sent, if the journal can't take it at once, the
     *     database has to be queried first, or finding its mentions takes long
     * @throws Refusal as {@link #send}
     */
    public @Nullable InFlight offer(Caller caller, MessageCommand.SendText command) {
        Recipients recipients = checkedRecipients(caller, command);
        if (command.replyTo() != 0
                || Mention.mayBeSlow(command.text())
                || !refusingRecipients(caller.account(), recipients).isEmpty()) {
            return null;
        }
        int bytes = ByteBufUtil.utf8Bytes(command.text());
        charge(caller.account(), bytes);
        CompletableFuture<Committed<Message>> done = journal.offer(text(caller, command, 0, recipients, null));
        if (done == null) {
            takeBack(caller.account(), bytes);
            return null;
        }
        return new InFlight(done, senderNotice(recipients));
    }

    /** @throws Refusal {@link Code#THROTTLED} if an account has sent too much recently */
    void charge(long account, int bytes) {
        sent.charge(account, 1, TEXTS);
        try {
            sentBytes.charge(account, bytes, "bytes of texts a day are accepted from one user");
            try {
                chargeRegistered(account, bytes);
            } catch (Refusal e) {
                sentBytes.refund(account, bytes);
                throw e;
            }
        } catch (Refusal e) {
            sent.refund(account, 1);
            throw e;
        }
    }

    /**
     * @throws Refusal {@link Code#THROTTLED} if an account registered itself, and all such accounts
     *     together have sent too much recently
     */
    private void chargeRegistered(long account, long bytes) {
        if (directory.isSelfRegistered(account)) {
            registeredBytes.charge(
                    Message.SERVER, bytes, "bytes of texts a day are accepted from all self-registered users together");
        }
    }

    private void takeBack(long account, int bytes) {
        sent.refund(account, 1);
        sentBytes.refund(account, bytes);
        if (directory.isSelfRegistered(account)) {
            registeredBytes.refund(Message.SERVER, bytes);
        }
    }

    /**
     * A message in flight.
     *
     * @param done completes when it is committed, logged and delivered
     * @param senderNotice a text then sent to its sender alone; null for none
     */
    public record InFlight(
            CompletableFuture<Committed<Message>> done,
            @Nullable String senderNotice) {}

    private Recipients checkedRecipients(Caller caller, MessageCommand.SendText command) {
        disks.check();
        check(command.text(), config.get().limits().text());
        return recipients(caller, command.audience());
    }

    /** Returns the recipients whose preferences refuse an account's texts, unless they have written to it. */
    private List<Account> refusingRecipients(long sender, Recipients recipients) {
        List<Long> numbers = recipients.numbers();
        return numbers == null || recipients.group() != 0
                ? List.of()
                : numbers.stream()
                        .filter(number -> number != sender)
                        .map(directory::require)
                        .filter(receiver -> !isAccepted(sender, receiver))
                        .toList();
    }

    private boolean isAccepted(long sender, Account receiver) {
        return switch (receiver.preferences().texts()) {
            case EVERYONE -> true;
            case FRIENDS -> contacts.friends(receiver.number()).has(sender);
            case NOBODY -> false;
        };
    }

    /**
     * Returns why recipients refuse what an account sends; null if none does. Blocks if a recipient
     * does not accept texts from everyone.
     */
    private @Nullable Refusal recipientRefusal(long sender, Recipients recipients) {
        List<String> refusing = refusingRecipients(sender, recipients).stream()
                .filter(receiver -> !store.hasWritten(receiver.number(), sender))
                .map(Account::name)
                .limit(Recipients.LISTED)
                .toList();
        return refusing.isEmpty()
                ? null
                : new Refusal(
                        Code.NOT_ALLOWED,
                        String.join(", ", refusing)
                                + (refusing.size() == 1 ? " accepts" : " accept")
                                + " no texts from people they do not know. Send a friend request, and say in it what it"
                                + " is about. Nothing was sent.");
    }

    /** Returns the text that tells the sender of unknown recipients; null if there are none. */
    public static @Nullable String senderNotice(Recipients recipients) {
        return recipients.unknown().isEmpty() ? null : recipients.complaint() + " It was sent to the others.";
    }

    /**
     * Sends a text from the daemon itself to everyone, stored like any other message. Blocks until it is delivered.
     *
     * @throws Refusal {@link Code#MALFORMED} if the text is empty, or {@link Code#TOO_LARGE}
     */
    public Message broadcast(String text) throws InterruptedException {
        check(text, config.get().limits().text());
        Recipients everyone = new Recipients(null, Set.of());
        References references = new References(0, mentions.in(text, account -> true));
        return journal.commit(new Sending(null, everyone, text, null, references, null, null));
    }

    /**
     * Checks a text to be sent.
     *
     * @throws Refusal {@link Code#MALFORMED} if it is empty, or {@link Code#TOO_LARGE}
     */
    static void check(String text, int max) {
        int bytes = ByteBufUtil.utf8Bytes(text);
        if (bytes == 0) {
            throw new Refusal(Code.MALFORMED, "An empty text is not sent.");
        }
        if (bytes > max) {
            throw new Refusal(
                    Code.TOO_LARGE, "The text has %d bytes; the limit is %d. It was not sent.".formatted(bytes, max));
        }
    }

    /**
     * Returns the number of the message that a text answers; 0 for none, {@link #UNANSWERABLE} for one that is not in the
     * same conversation, or was taken back. One that was withheld is answered like any other: its sender must not learn
     * that it was.
     */
    private long resolveAnswered(Caller caller, long answered, Recipients recipients) {
        List<Long> numbers = recipients.numbers();
        long account = caller.account();
        boolean isThere = answered == 0
                || store.isIn(
                        answered,
                        numbers == null ? Conversation.EVERYONE : Conversation.of(account, numbers.getFirst()),
                        directory.reader(account))
                || (numbers != null && store.isWithheld(answered, account, numbers.getFirst()));
        return isThere ? answered : UNANSWERABLE;
    }

    private Proposal<Message> text(
            Caller from,
            MessageCommand.SendText command,
            long answered,
            Recipients recipients,
            @Nullable Refusal refusal) {
        List<Long> mentioned = mentions.in(command.text(), receives(recipients));
        References references = new References(answered, mentioned);
        IdempotencyKey once = command.id().isEmpty()
                ? null
                : IdempotencyKey.of(
                        from.account(),
                        command.id(),
                        "text\n" + recipients.numbers() + '\n' + command.replyTo() + '\n' + command.text());
        return new Sending(from, recipients, command.text(), null, references, once, refusal);
    }

    /** Returns a predicate that tells whether an account is among these recipients. */
    private LongPredicate receives(Recipients recipients) {
        List<Long> numbers = recipients.numbers();
        return recipients.group() != 0
                ? groups.members(recipients.group())::has
                : account -> numbers == null || numbers.contains(account);
    }

    /**
     * Sends a file whose content is already stored. Blocks until it is delivered.
     *
     * @param file its number is assigned when it is decided
     * @param answered the number of the message that it answers; 0 for none
     * @param once the identifier that its client gave it; null for none
     * @param then called once it is delivered, in the order of the numbers; on the journal's thread
     */
    public Message sendFile(
            Caller caller,
            Recipients recipients,
            StoredFile file,
            long answered,
            @Nullable IdempotencyKey once,
            Consumer<Message> then)
            throws InterruptedException {
        References references = new References(resolveAnswered(caller, answered, recipients), List.of());
        return journal.commit(new Sending(caller, recipients, null, file, references, once, null), then);
    }

    /**
     * Resolves the recipients.
     *
     * @throws Refusal as {@link Recipients#of} does, or with {@link Code#NOT_ALLOWED} if it is for everyone and the
     *     caller may not write to everyone
     */
    public Recipients recipients(Caller caller, Audience audience) {
        if (audience instanceof Audience.Everyone) {
            checkEveryone(directory.require(caller.account()));
        }
        return Recipients.of(audience, directory, config.get().limits().recipients());
    }

    private void checkEveryone(Account account) {
        checkEveryone(account, config.get());
    }

    /** @throws Refusal {@link Code#NOT_ALLOWED} if an account may not write to everyone */
    static void checkEveryone(Account account, Config config) {
        if (!config.mayWriteToEveryone(account.mayWriteToEveryone())) {
            throw new Refusal(
                    Code.NOT_ALLOWED, "You are not allowed to write to everyone on this server. Nothing was sent.");
        }
    }

    /**
     * Checks that a file may be sent now, before its content is received. Blocks if a recipient
     * does not accept files from everyone.
     *
     * @throws Refusal as {@link #sendFile} would; {@link Code#THROTTLED} if its account has sent
     *     too much recently
     */
    public void admit(Caller caller, Recipients recipients) {
        disks.check();
        checkedSender(caller.account(), recipients, clock.instant());
        Refusal refusal = recipientRefusal(caller.account(), recipients);
        if (refusal != null) {
            throw refusal;
        }
        sent.charge(caller.account(), 1, TEXTS);
    }

    /** Returns the sender's number, after checking that it may still send at the moment of storing. */
    private long checkedSender(long from, Recipients recipients, Instant now) {
        Account account = directory.requireUnmuted(from, now);
        if (recipients.numbers() == null) {
            checkEveryone(account);
        }
        if (recipients.group() != 0) {
            groups.checkWriting(from, recipients.group());
        }
        return account.number();
    }

    /**
     * Returns what a text refers to, at the moment of storing: a mention of everybody in a group
     * becomes one of the group. Users whom the sender has mentioned too often recently are left
     * out.
     */
    private References references(
            long sender, Recipients recipients, boolean isForAll, References found, KeyedRateLimit<Pair>.Once alerted) {
        References all = resolvedReferences(sender, recipients, isForAll, found);
        return sender == Message.SERVER
                ? all
                : all.withMentioned(mentioned -> alerted.take(new Pair(sender, mentioned)));
    }

    private References resolvedReferences(long sender, Recipients recipients, boolean isForAll, References found) {
        long group = recipients.group();
        if (group == 0) {
            return found;
        }
        boolean isOfAll = isForAll
                && groups.members(group)
                        .find(sender)
                        .filter(member -> member.role().isAdmin())
                        .isPresent();
        return isOfAll
                ? new References(found.replyTo(), List.of(Addressee.group(group)))
                : found.withMentioned(groups.members(group)::has);
    }

    /** Returns the receivers of a message who have blocked its sender. */
    private List<Long> blocking(long sender, @Nullable List<Long> receivers) {
        return receivers == null
                ? List.of()
                : receivers.stream()
                        .filter(receiver -> contacts.blocked(receiver).has(sender))
                        .toList();
    }

    /** Returns a new salt. */
    static byte[] salt(SecureRandom random) {
        byte[] salt = new byte[16];
        random.nextBytes(salt);
        return salt;
    }

    /** A text or a file to be sent. */
    private final class Sending implements Proposal<Message> {
        /** Made on the sender's thread, since there is only one journal thread. */
        private final byte[] salt = salt(random);

        /** The sender's account; null for the daemon itself. */
        private final @Nullable Long from;

        private final @Nullable Origin origin;
        private final Recipients recipients;
        private final long bytes;
        private final @Nullable String text;
        private final @Nullable StoredFile file;
        private final References references;

        /** Whether the text mentions all of its group; also found on the sender's thread. */
        private final boolean isForAll;

        private final @Nullable IdempotencyKey once;
        private final KeyedRateLimit<Pair>.Once alerted = alerts.once();

        /**
         * Why recipients refuse it; thrown only when it is decided, since a duplicate is answered
         * as the original was.
         */
        private final @Nullable Refusal recipientRefusal;

        Sending(
                @Nullable Caller from,
                Recipients recipients,
                @Nullable String text,
                @Nullable StoredFile file,
                References references,
                @Nullable IdempotencyKey once,
                @Nullable Refusal refusal) {
            this.from = from == null ? null : from.account();
            this.origin = from == null ? null : from.origin();
            this.recipients = recipients;
            this.bytes = (text == null ? 1_000 : 300 + 2L * text.length()) + recipients.bytes();
            this.text = text;
            this.file = file;
            this.references = references;
            this.isForAll = text != null && recipients.group() != 0 && Mention.mentionsAll(text);
            this.once = once;
            this.recipientRefusal = refusal;
        }

        @Override
        public long sender() {
            return from == null ? Message.SERVER : from;
        }

        @Override
        public @Nullable IdempotencyKey idempotencyKey() {
            return once;
        }

        @Override
        public long bytes() {
            return bytes;
        }

        @Override
        public Message decide(Numbers numbers, Instant now) {
            long sender = from == null ? Message.SERVER : checkedSender(from, recipients, now);
            if (recipientRefusal != null) {
                throw recipientRefusal;
            }
            if (references.replyTo() == UNANSWERABLE) {
                // Only now: a duplicate is answered as the original was, when the message may still
                // have been there.
                throw new Refusal(
                        Code.NO_SUCH_MESSAGE,
                        "The message that this answers is not in this conversation, or was taken back. It was not sent.");
            }
            List<Long> withheld = recipients.group() == 0 ? blocking(sender, recipients.numbers()) : List.of();
            StoredFile numbered = file == null ? null : file.numbered(numbers.nextFile());
            return new Message(
                    numbers.nextPosition(),
                    now,
                    sender,
                    recipients.numbers(),
                    withheld,
                    text,
                    numbered,
                    salt,
                    references(sender, recipients, isForAll, references, alerted),
                    origin,
                    once);
        }
    }
}

package chatd.daemon.service;

import chatd.daemon.config.Config;
import chatd.daemon.session.Caller;
import chatd.daemon.store.Account;
import chatd.daemon.store.Entry;
import chatd.protocol.Audience;
import chatd.protocol.Code;
import chatd.protocol.MessageCommand;
import chatd.protocol.MessageEvent;
import io.netty.buffer.ByteBufUtil;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Sending texts and files (rules 5 to 7, 10 and 11 of {@code chat-1.md}). */
public final class Messages {
    private final Directory directory;
    private final Journal journal;
    private final SecureRandom random;
    private final Supplier<Config> config;

    Messages(ServiceParts parts) {
        this.directory = parts.directory();
        this.journal = parts.journal();
        this.random = parts.random();
        this.config = parts.config();
    }

    /**
     * Sends a text. Waits only where too much is under way.
     *
     * @throws Refusal {@link Code#MALFORMED} for an empty one, {@link Code#TOO_LARGE}, {@link Code#TOO_MANY},
     *     {@link Code#NO_SUCH_USER} or {@link Code#NOT_ALLOWED}
     */
    public UnderWay send(Caller caller, MessageCommand.SendText command) {
        Recipients recipients = checked(caller, command);
        return new UnderWay(journal.submit(text(caller, command.text(), recipients)), beside(recipients));
    }

    /**
     * Sends a text without waiting: for an event loop.
     *
     * @return as {@link #send}; null where that would have to wait, and nothing was sent
     * @throws Refusal as {@link #send}
     */
    public @Nullable UnderWay offer(Caller caller, MessageCommand.SendText command) {
        Recipients recipients = checked(caller, command);
        CompletableFuture<?> done = journal.offer(text(caller, command.text(), recipients));
        return done == null ? null : new UnderWay(done, beside(recipients));
    }

    /**
     * A message on its way.
     *
     * @param done completes when it is committed, logged and delivered
     * @param beside what its sender is told then, and nobody else; null for nothing
     */
    public record UnderWay(
            CompletableFuture<?> done, @Nullable String beside) {}

    private Recipients checked(Caller caller, MessageCommand.SendText command) {
        check(command.text());
        return recipients(caller, command.audience());
    }

    /** To whom it did not go. */
    private static @Nullable String beside(Recipients recipients) {
        return recipients.unknown().isEmpty() ? null : recipients.complaint() + " The others were sent it.";
    }

    /**
     * The daemon itself says something to everyone, which is stored as any message is. Blocks until it is delivered.
     *
     * @throws Refusal {@link Code#MALFORMED} for an empty text, or {@link Code#TOO_LARGE}
     */
    public Entry.Message broadcast(String text) throws InterruptedException {
        check(text);
        return journal.commit(text(null, text, new Recipients(null, Set.of())));
    }

    private void check(String text) {
        int bytes = ByteBufUtil.utf8Bytes(text);
        int most = config.get().limits().text();
        if (bytes == 0) {
            throw new Refusal(Code.MALFORMED, "An empty text is not sent.");
        }
        if (bytes > most) {
            throw new Refusal(
                    Code.TOO_LARGE, "The text has %d bytes; %d is the most. It was not sent.".formatted(bytes, most));
        }
    }

    private Decision<Entry.Message> text(@Nullable Caller from, String text, Recipients recipients) {
        return new Sending(from, recipients, 200L + 2L * text.length(), text, null);
    }

    /**
     * Sends a file whose content is there. Blocks until it is delivered.
     *
     * @return what its sender is told, and nobody else; null for nothing
     */
    @Nullable
    String sendFile(Caller caller, Recipients recipients, String name, long content, long size, byte[] digest)
            throws InterruptedException {
        // Its number is given when its turn has come.
        Entry.StoredFile file = new Entry.StoredFile(0, name, content, size, digest);
        journal.commit(new Sending(caller, recipients, 1_000, null, file));
        return beside(recipients);
    }

    /**
     * Looks the recipients up.
     *
     * @throws Refusal as {@link Recipients#of}, and {@link Code#NOT_ALLOWED} where it is to all, and not everyone may
     */
    Recipients recipients(Caller caller, Audience audience) {
        if (audience instanceof Audience.Everyone) {
            checkEveryone(directory.numbered(caller.account()));
        }
        return Recipients.of(audience, directory, config.get().limits().recipients());
    }

    private void checkEveryone(Account account) {
        if (!config.get().everyone().all() && !account.everyone()) {
            throw new Refusal(
                    Code.NOT_ALLOWED,
                    "Only some may write to everyone here, and you are not among them. Nothing was sent.");
        }
    }

    /** The number of who sends it, if that is still allowed at the moment it is stored. */
    private long sender(long from, Recipients recipients) {
        Account account = directory.acting(from);
        if (recipients.numbers() == null) {
            checkEveryone(account);
        }
        return account.number();
    }

    /** A stored message as it is delivered, and as a history has it. */
    static MessageEvent.Message event(Entry.Message message, Directory directory) {
        MessageEvent.Stored stored =
                new MessageEvent.Stored(message.number(), message.sender(), message.receivers(), message.salt());
        String sender = directory.nameOf(message.sender());
        Entry.StoredFile file = message.file();
        return file == null
                ? new MessageEvent.Text(sender, message.time(), String.valueOf(message.text()), stored)
                : new MessageEvent.FileOffer(
                        sender,
                        message.time(),
                        file.name(),
                        file.number(),
                        new MessageEvent.Whole(file.size(), file.digest()),
                        stored);
    }

    private byte[] salt() {
        byte[] salt = new byte[16];
        random.nextBytes(salt);
        return salt;
    }

    /** A text or a file that is to be sent. */
    private final class Sending implements Decision<Entry.Message> {
        /** Null where the daemon speaks itself. */
        private final @Nullable Long from;

        private final Entry.@Nullable Origin origin;
        private final Recipients recipients;
        private final long bytes;
        private final @Nullable String text;
        private final Entry.@Nullable StoredFile file;

        Sending(
                @Nullable Caller from,
                Recipients recipients,
                long bytes,
                @Nullable String text,
                Entry.@Nullable StoredFile file) {
            this.from = from == null ? null : from.account();
            this.origin = from == null ? null : from.origin();
            this.recipients = recipients;
            this.bytes = bytes + recipients.bytes();
            this.text = text;
            this.file = file;
        }

        @Override
        public long bytes() {
            return bytes;
        }

        @Override
        public Entry.Message decide(Numbers numbers, Instant now) {
            long sender = from == null ? Entry.Message.SERVER : sender(from, recipients);
            Entry.StoredFile numbered = file == null ? null : file.numbered(numbers.nextFile());
            return new Entry.Message(
                    numbers.nextPosition(), now, sender, recipients.numbers(), text, numbered, salt(), origin);
        }
    }
}

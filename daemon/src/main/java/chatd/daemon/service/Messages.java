package chatd.daemon.service;

import chatd.audit.AuditEvent;
import chatd.daemon.config.Config;
import chatd.daemon.session.Session;
import chatd.daemon.session.Sessions;
import chatd.daemon.store.Account;
import chatd.daemon.store.Committed;
import chatd.daemon.store.Entry;
import chatd.protocol.Audience;
import chatd.protocol.Code;
import chatd.protocol.MessageCommand;
import chatd.protocol.MessageEvent;
import chatd.protocol.SessionEvent;
import io.netty.buffer.ByteBufUtil;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Sending texts and files (rules 5 to 7, 10 and 11 of {@code chat-1.md}). */
public final class Messages {
    private final Directory directory;
    private final Journal journal;
    private final Sessions sessions;
    private final SecureRandom random;
    private final Supplier<Config> config;

    Messages(Directory directory, Journal journal, Sessions sessions, SecureRandom random, Supplier<Config> config) {
        this.directory = directory;
        this.journal = journal;
        this.sessions = sessions;
        this.random = random;
        this.config = config;
    }

    /**
     * Sends a text. Waits only where too much is under way.
     *
     * @return completes when it is committed, logged and delivered
     * @throws Refusal {@link Code#MALFORMED} for an empty one, {@link Code#TOO_LARGE}, {@link Code#TOO_MANY},
     *     {@link Code#NO_SUCH_USER} or {@link Code#NOT_ALLOWED}
     */
    public CompletableFuture<?> send(Session session, MessageCommand.SendText command) {
        return journal.submit(text(session, command));
    }

    /**
     * Sends a text without waiting: for an event loop.
     *
     * @return as {@link #send}; null where that would have to wait, and nothing was sent
     * @throws Refusal as {@link #send}
     */
    public @Nullable CompletableFuture<?> offer(Session session, MessageCommand.SendText command) {
        return journal.offer(text(session, command));
    }

    /**
     * The daemon itself says something to everyone, which is stored as any message is.
     *
     * @return as {@link #send}
     * @throws Refusal {@link Code#MALFORMED} for an empty text, or {@link Code#TOO_LARGE}
     */
    public CompletableFuture<Committed<Entry.Message>> broadcast(String text) {
        check(text);
        return journal.submit(text(null, text, new Recipients(null, Set.of())));
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

    private Sending text(Session session, MessageCommand.SendText command) {
        check(command.text());
        return text(session, command.text(), recipients(session, command.audience()));
    }

    private Sending text(@Nullable Session from, String text, Recipients recipients) {
        return new Sending(from, recipients) {
            @Override
            public long bytes() {
                return 200L + 2L * text.length() + recipients.bytes();
            }

            @Override
            public Entry.Message entry(Numbers numbers, Instant now) {
                long sender = sender(from, recipients);
                return new Entry.Message(numbers.nextMessage(), now, sender, recipients.numbers(), text, null, salt());
            }
        };
    }

    /** Sends a file whose content is there. */
    CompletableFuture<?> sendFile(
            Session session, Recipients recipients, String name, long content, long size, byte[] digest) {
        return journal.submit(new Sending(session, recipients) {
            @Override
            public long bytes() {
                return 1_000 + recipients.bytes();
            }

            @Override
            public Entry.Message entry(Numbers numbers, Instant now) {
                long sender = sender(session, recipients);
                Entry.StoredFile file = new Entry.StoredFile(numbers.nextFile(), name, content, size, digest);
                return new Entry.Message(numbers.nextMessage(), now, sender, recipients.numbers(), null, file, salt());
            }
        });
    }

    /**
     * Looks the recipients up.
     *
     * @throws Refusal as {@link Recipients#of}, and {@link Code#NOT_ALLOWED} where it is to all, and not everyone may
     */
    Recipients recipients(Session session, Audience audience) {
        if (audience instanceof Audience.Everyone) {
            checkEveryone(directory.numbered(session.account()));
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
    private long sender(@Nullable Session from, Recipients recipients) {
        if (from == null) {
            return Entry.Message.SERVER;
        }
        Account account = directory.acting(from.account());
        if (recipients.numbers() == null) {
            checkEveryone(account);
        }
        return account.number();
    }

    /** A stored message as it is delivered, and as a history has it. */
    MessageEvent.Message event(Entry.Message message) {
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

    private abstract class Sending implements Journal.Work<Entry.Message> {
        /** Null where the daemon speaks itself. */
        final @Nullable Session from;

        final Recipients recipients;

        Sending(@Nullable Session from, Recipients recipients) {
            this.from = from;
            this.recipients = recipients;
        }

        @Override
        public List<AuditEvent> events(Entry.Message entry) {
            return List.of(AuditTrail.sent(entry, directory, from == null ? null : AuditTrail.peer(from)));
        }

        @Override
        public void committed(Committed<Entry.Message> committed) {
            Entry.Message message = committed.entry();
            sessions.deliver(committed, event(message), from);
            if (from != null && !recipients.unknown().isEmpty()) {
                from.answer(
                        new SessionEvent.Notice(recipients.complaint() + " The others were sent it.", message.time()));
            }
        }
    }
}

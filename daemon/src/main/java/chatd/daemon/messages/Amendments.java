package chatd.daemon.messages;

import static java.util.Objects.requireNonNull;

import chatd.daemon.config.Config;
import chatd.daemon.directory.Contacts;
import chatd.daemon.directory.Directory;
import chatd.daemon.disk.DiskSpace;
import chatd.daemon.dispatch.Feature;
import chatd.daemon.dispatch.Routes;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.journal.Journal;
import chatd.daemon.journal.Numbers;
import chatd.daemon.journal.Proposal;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.entry.Amendment;
import chatd.daemon.model.entry.Expiry;
import chatd.daemon.model.entry.IdempotencyKey;
import chatd.daemon.model.entry.Message;
import chatd.daemon.model.entry.NothingToDo;
import chatd.daemon.model.entry.Origin;
import chatd.daemon.model.entry.Receipt;
import chatd.daemon.model.message.StoredFile;
import chatd.daemon.session.Caller;
import chatd.daemon.session.Session;
import chatd.daemon.store.read.AmendmentStore;
import chatd.daemon.store.read.ContentStore;
import chatd.daemon.store.read.MessageStore;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.value.Code;
import chatd.text.Emoticon;
import com.ibm.icu.lang.UCharacter;
import com.ibm.icu.lang.UProperty;
import io.netty.buffer.ByteBufUtil;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Takes back, corrects and reacts to stored messages (page {@code chat-json-1.md}, "Taking back,
 * correcting, reacting"). Methods block until the amendment is committed.
 */
public final class Amendments implements Feature {
    private static final int MAX_CORRECTIONS = 10;

    /** Maximum number of kinds of reactions to one message. */
    private static final int MAX_KINDS = 20;

    private static final int LOCKS = 256;

    private final Directory directory;
    private final Contacts contacts;
    private final MessageStore messages;
    private final AmendmentStore amendments;
    private final ContentStore contents;
    private final Journal journal;
    private final SecureRandom random;
    private final Supplier<Config> config;
    private final DiskSpace disks;
    private final Messages sending;

    /**
     * Striped locks, by message; a few messages share one. Held from reading a message until its
     * amendment is committed.
     */
    private final ReentrantLock[] ofMessage =
            IntStream.range(0, LOCKS).mapToObj(place -> new ReentrantLock()).toArray(ReentrantLock[]::new);

    /** @param sending counts corrections together with what is sent */
    public Amendments(FeatureContext parts, Messages sending) {
        this.sending = sending;
        this.directory = parts.directory();
        this.contacts = parts.contacts();
        this.messages = parts.stores().messages();
        this.amendments = parts.stores().amendments();
        this.contents = parts.stores().contents();
        this.journal = parts.journal();
        this.random = parts.random();
        this.config = parts.config();
        this.disks = parts.disks();
    }

    @Override
    public void addTo(Routes routes) {
        routes.route(MessageCommand.TakeBack.class, false, this::takeBack);
        routes.route(MessageCommand.Correct.class, true, this::correct);
        routes.route(MessageCommand.React.class, true, this::react);
    }

    private void takeBack(Session session, MessageCommand.TakeBack command) throws InterruptedException {
        var _ = locked(command.message(), () -> {
            Optional<Message> message = readable(session, command);
            AmendmentStore.Summary done = amendments.summary(command.message());
            Receipt receipt = commit(
                    session, command, "take back", message, now -> decideTakingBack(session, message, done, now));
            message.ifPresent(this::discardFile);
            return receipt;
        });
    }

    private void correct(Session session, MessageCommand.Correct command) throws InterruptedException {
        Messages.check(command.text(), config.get().limits().text());
        disks.check();
        sending.charge(session.account(), ByteBufUtil.utf8Bytes(command.text()));
        var _ = locked(command.message(), () -> {
            Optional<Message> message = readable(session, command);
            AmendmentStore.Summary done = amendments.summary(command.message());
            return commit(
                    session,
                    command,
                    "correct\n" + command.text(),
                    message,
                    now -> decideCorrection(session, message, done, command.text(), now));
        });
    }

    private void react(Session session, MessageCommand.React command) throws InterruptedException {
        String code = command.code();
        if (Emoticon.of(code).isEmpty() && !UCharacter.hasBinaryProperty(code, UProperty.RGI_EMOJI)) {
            throw new Refusal(Code.MALFORMED, "A reaction is the code of an emoticon, or one emoji. This is neither.");
        }
        var _ = locked(command.message(), () -> {
            Optional<Message> message = readable(session, command);
            AmendmentStore.Reaction present = amendments.reaction(command.message(), session.account(), code);
            return commit(
                    session,
                    command,
                    "react\n" + code + '\n' + command.on(),
                    message,
                    now -> decideReaction(session.account(), message, present, command, now));
        });
    }

    private interface Work {
        Receipt run() throws InterruptedException;
    }

    private Receipt locked(long message, Work work) throws InterruptedException {
        ReentrantLock lock = ofMessage[(int) Long.remainderUnsigned(message, LOCKS)];
        lock.lockInterruptibly();
        try {
            return work.run();
        } finally {
            lock.unlock();
        }
    }

    private Optional<Message> readable(Session session, MessageCommand.Amending command) {
        return messages.readable(command.message(), directory.reader(session.account()));
    }

    /** What is to be done, and who learns of it. */
    private record Decided(
            Message message, Amendment.Act act, @Nullable List<Long> notified) {}

    /** Decides what is done, when its turn has come. */
    private interface Deciding {
        /**
         * @throws Refusal if it may not be done
         * @throws NothingToDo if there is nothing to be done
         */
        Decided decide(Instant now);
    }

    /**
     * A message, and what was done about it.
     *
     * @param takenBack when it was taken back; null if it was not
     */
    public record MessageStatus(
            Message message, int corrections, @Nullable Instant takenBack) {}

    /** @throws Refusal {@link Code#NO_SUCH_MESSAGE} */
    public MessageStatus show(long number) {
        Message message =
                messages.messages(List.of(number)).stream().findFirst().orElseThrow(Amendments::noSuchMessage);
        AmendmentStore.Summary done = amendments.summary(number);
        return new MessageStatus(
                message,
                done.corrections(),
                done.takenBack() == null ? null : done.takenBack().time());
    }

    /**
     * Returns the number of the message that carries a file. Blocks.
     *
     * @throws Refusal {@link Code#NO_SUCH_MESSAGE} if none does, or no longer
     */
    public long withFile(long file) {
        return messages.messageWithFile(file)
                .orElseThrow(() ->
                        new Refusal(Code.NO_SUCH_MESSAGE, "There is no file " + file + ", or it has been removed."));
    }

    /**
     * Takes a message back for an administrator, whoever sent it and whenever. Blocks until it is committed.
     *
     * @throws Refusal {@link Code#NO_SUCH_MESSAGE}, also if it was taken back already
     */
    public Receipt remove(long number) throws InterruptedException {
        return locked(number, () -> {
            Message message = messages.messages(List.of(number)).stream()
                    .filter(found -> !found.isErased())
                    .findFirst()
                    .orElseThrow(Amendments::noSuchMessage);
            Decided decided = new Decided(message, new Amendment.TakenBack(), notified(message, List.of()));
            Receipt receipt = journal.commit(new Amending(null, 500, null, now -> decided))
                    .receipt();
            discardFile(message);
            return receipt;
        });
    }

    /**
     * Deletes messages that were kept long enough, with what was done about them; nobody is told. Blocks until it is committed.
     *
     * @param numbers of the messages, at most some hundred
     * @param ranges as in {@link Expiry}
     * @param itsContents of the files among them
     */
    public void expire(List<Long> numbers, List<Expiry.Range> ranges, List<Long> itsContents)
            throws InterruptedException {
        // Always in the same order, so that no two wait for each other.
        List<ReentrantLock> locks = numbers.stream()
                .map(number -> (int) Long.remainderUnsigned(number, LOCKS))
                .distinct()
                .sorted()
                .map(place -> ofMessage[place])
                .toList();
        List<ReentrantLock> taken = new ArrayList<>();
        try {
            for (ReentrantLock lock : locks) {
                lock.lockInterruptibly();
                taken.add(lock);
            }
            amendments.trim(numbers);
            journal.commit(new Expiring(numbers, ranges));
        } finally {
            taken.forEach(ReentrantLock::unlock);
        }
        itsContents.forEach(contents::discard);
    }

    /** The end of some messages. */
    private record Expiring(List<Long> numbers, List<Expiry.Range> ranges) implements Proposal<Expiry> {
        @Override
        public long sender() {
            return Message.SERVER;
        }

        @Override
        public long bytes() {
            return 200L + 100L * numbers.size();
        }

        @Override
        public Expiry decide(Numbers given, Instant now) {
            return new Expiry(given.nextPosition(), now, numbers.size(), ranges, numbers);
        }
    }

    /**
     * @param what what is done, in canonical form
     * @param found the message that it is about; empty if there is none
     */
    private Receipt commit(
            Session session, MessageCommand.Amending command, String what, Optional<Message> found, Deciding deciding)
            throws InterruptedException {
        IdempotencyKey once =
                IdempotencyKey.of(session.account(), command.id(), "about " + command.message() + '\n' + what);
        long bytes = 500 + 2L * what.length() + found.map(Message::bytes).orElse(0L);
        // Acknowledged when applied, and so in the order of the numbers.
        return journal.commit(
                        new Amending(session, bytes, once, deciding),
                        amendment -> session.acknowledge(command, amendment.receipt()))
                .receipt();
    }

    /** Something to be done about a message. */
    private final class Amending implements Proposal<Amendment> {
        /** The sender's account; null for an administrator. */
        private final @Nullable Long from;

        private final @Nullable Origin origin;
        private final long bytes;
        private final @Nullable IdempotencyKey once;
        private final Deciding deciding;

        Amending(@Nullable Caller from, long bytes, @Nullable IdempotencyKey once, Deciding deciding) {
            this.from = from == null ? null : from.account();
            this.origin = from == null ? null : from.origin();
            this.bytes = bytes;
            this.once = once;
            this.deciding = deciding;
        }

        @Override
        public long sender() {
            return from == null ? Message.SERVER : from;
        }

        @Override
        public long bytes() {
            return bytes;
        }

        @Override
        public @Nullable IdempotencyKey idempotencyKey() {
            return once;
        }

        @Override
        public Amendment decide(Numbers numbers, Instant now) {
            long sender = from == null
                    ? Message.SERVER
                    : directory.requireActive(from).number();
            Decided decided = deciding.decide(now);
            Message message = decided.message();
            return new Amendment(
                    numbers.nextPosition(),
                    now,
                    sender,
                    new Amendment.Subject(message.number(), message.sender(), message.receivers()),
                    decided.act(),
                    decided.notified(),
                    origin,
                    once);
        }
    }

    private Decided decideTakingBack(
            Session session, Optional<Message> found, AmendmentStore.Summary done, Instant now) {
        boolean isAdmin = found.filter(message -> isAdmin(session.account(), message.group()))
                .isPresent();
        Message message = isAdmin ? found.orElseThrow() : own(session, found, "take it back");
        if (done.takenBack() != null) {
            throw new NothingToDo(done.takenBack());
        }
        if (!isAdmin) {
            checkTime(message, config.get().messages().retract(), now, "take back");
        }
        return new Decided(message, new Amendment.TakenBack(), notified(message, List.of()));
    }

    private Decided decideCorrection(
            Session session, Optional<Message> found, AmendmentStore.Summary done, String text, Instant now) {
        Message message = own(session, found, "correct it");
        if (done.takenBack() != null) {
            throw noSuchMessage();
        }
        if (message.file() != null) {
            throw new Refusal(Code.NOT_ALLOWED, "A file can't be corrected; take it back, and send another one.");
        }
        checkWriting(session.account(), message, now);
        checkTime(message, config.get().messages().correct(), now, "correct");
        if (done.corrections() >= MAX_CORRECTIONS) {
            throw new Refusal(
                    Code.TOO_MANY,
                    "You have corrected this %d times; it can't be corrected any more.".formatted(MAX_CORRECTIONS));
        }
        if (message.receivers() == null) {
            Messages.checkEveryone(directory.require(message.sender()), config.get());
        }
        List<Long> blocking = message.receivers() == null || message.group() != 0
                ? List.of()
                : message.receivers().stream()
                        .filter(receiver -> blocks(receiver, message.sender()))
                        .toList();
        return new Decided(message, new Amendment.Corrected(text, Messages.salt(random)), notified(message, blocking));
    }

    private Decided decideReaction(
            long account,
            Optional<Message> found,
            AmendmentStore.Reaction present,
            MessageCommand.React command,
            Instant now) {
        Message message = found.filter(current -> !current.isErased()).orElseThrow(Amendments::noSuchMessage);
        checkWriting(account, message, now);
        if (command.on() == (present.hidden() != null)) {
            throw new NothingToDo(new Receipt(0, now));
        }
        if (command.on() && present.isNewKind() && present.kinds() >= MAX_KINDS) {
            throw new Refusal(
                    Code.TOO_MANY,
                    "There are %d kinds of reactions to this message already; use one of them.".formatted(MAX_KINDS));
        }
        List<Long> notified = notified(account, message);
        // If nobody else has seen a reaction, nobody else is told of its removal.
        boolean isHidden = command.on()
                ? notified != null && notified.stream().anyMatch(other -> other != account && blocks(other, account))
                : requireNonNull(present.hidden());
        if (isHidden || notified == null) {
            notified = notified == null ? null : List.of(account);
        } else {
            notified = notified.stream()
                    .filter(other -> other == account || !blocks(other, account))
                    .toList();
        }
        return new Decided(message, new Amendment.Reacted(command.code(), command.on(), isHidden), notified);
    }

    /**
     * Returns who learns of a reaction, before blocks are considered: of one to a message to
     * several, only its sender and whoever reacts; null for everyone, or a group.
     */
    private static @Nullable List<Long> notified(long account, Message message) {
        List<Long> receivers = message.receivers();
        if (receivers == null || message.group() != 0) {
            return null;
        }
        if (account != message.sender()) {
            return List.of(account, message.sender());
        }
        return receivers.size() == 1 ? notified(message, List.of()) : List.of(account);
    }

    /** Returns the sender and the receivers of a message; null for everyone, or a group. */
    private static @Nullable List<Long> notified(Message message, List<Long> except) {
        List<Long> receivers = message.receivers();
        if (receivers == null || message.group() != 0) {
            return null;
        }
        Set<Long> notified = new LinkedHashSet<>(List.of(message.sender()));
        notified.addAll(receivers);
        notified.removeAll(message.withheld());
        notified.removeIf(account -> account != message.sender() && except.contains(account));
        return new ArrayList<>(notified);
    }

    /** Returns whether an account is an owner or admin of a group; false for no group. */
    private boolean isAdmin(long account, long group) {
        return group != 0
                && directory
                        .groups()
                        .members(group)
                        .find(account)
                        .filter(member -> member.role().isAdmin())
                        .isPresent();
    }

    /** @throws Refusal if the account is muted, or may no longer write where the message is */
    private void checkWriting(long account, Message message, Instant now) {
        directory.requireUnmuted(account, now);
        if (message.group() != 0) {
            directory.groups().checkWriting(account, message.group());
        }
    }

    private boolean blocks(long one, long another) {
        return contacts.blocked(one).has(another);
    }

    /** @throws Refusal if the message may not be read, or is someone else's */
    private static Message own(Session session, Optional<Message> found, String todo) {
        Message message = found.orElseThrow(Amendments::noSuchMessage);
        if (message.sender() != session.account()) {
            throw message.isErased()
                    ? noSuchMessage()
                    : new Refusal(Code.NOT_ALLOWED, "This message is not yours: only its sender can " + todo + ".");
        }
        return message;
    }

    private static Refusal noSuchMessage() {
        return new Refusal(Code.NO_SUCH_MESSAGE, "There is no such message. Nothing was done.");
    }

    private static void checkTime(Message message, Optional<Duration> within, Instant now, String todo) {
        if (within.isEmpty()) {
            return;
        }
        if (within.get().isZero()) {
            throw new Refusal(Code.NOT_ALLOWED, "Nobody can " + todo + " messages on this server.");
        }
        if (now.isAfter(message.time().plus(within.get()))) {
            throw new Refusal(
                    Code.TOO_LATE,
                    "It was sent too long ago: you can %s a message within %s.".formatted(todo, hours(within.get())));
        }
    }

    private static String hours(Duration time) {
        long seconds = time.toSeconds();
        return seconds % 3_600 == 0
                ? seconds / 3_600 + (seconds == 3_600 ? " hour" : " hours")
                : seconds % 60 == 0 ? seconds / 60 + (seconds == 60 ? " minute" : " minutes") : seconds + " s";
    }

    private void discardFile(Message message) {
        StoredFile file = message.file();
        if (file != null) {
            contents.discard(file.content());
        }
    }
}

package chatd.daemon.reports;

import chatd.daemon.accounts.AccountDecision;
import chatd.daemon.config.Config;
import chatd.daemon.directory.Directory;
import chatd.daemon.directory.FreeText;
import chatd.daemon.dispatch.Feature;
import chatd.daemon.dispatch.Routes;
import chatd.daemon.journal.Batching;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.journal.Journal;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.entry.AccountChange;
import chatd.daemon.model.entry.Change;
import chatd.daemon.model.entry.Effect;
import chatd.daemon.model.entry.IdempotencyKey;
import chatd.daemon.model.entry.Message;
import chatd.daemon.model.entry.Origin;
import chatd.daemon.model.message.Conversation;
import chatd.daemon.model.message.Reader;
import chatd.daemon.session.Session;
import chatd.daemon.session.Sessions;
import chatd.daemon.store.db.DatabaseUnavailable;
import chatd.daemon.store.read.AmendmentStore;
import chatd.daemon.store.read.ContentStore;
import chatd.daemon.store.read.MessageStore;
import chatd.daemon.store.read.Range;
import chatd.daemon.store.read.ReportStore;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.Code;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Messages that users report to the administrators, who alone can see them as they were until the report is closed
 * (page {@code chat-json-1.md}, type 36). Methods block.
 */
public final class Reports implements Feature {
    private static final int MAX_OPEN = 20;
    private static final String LISTED = "`chat-admin report list` shows it, to administrators and moderators.";

    private static final int MAX_NOTES = 100;
    private static final int LONGEST_NOTE = 1_000;

    private final Directory directory;
    private final MessageStore messages;
    private final AmendmentStore amendments;
    private final ReportStore store;
    private final ContentStore contents;
    private final Journal journal;
    private final Sessions sessions;
    private final Supplier<Config> config;
    private final Clock clock;

    /** Held from counting the open reports of an account until one more is committed. */
    private final ReentrantLock counting = new ReentrantLock();

    public Reports(FeatureContext parts) {
        this.directory = parts.directory();
        this.messages = parts.stores().messages();
        this.amendments = parts.stores().amendments();
        this.store = parts.stores().reports();
        this.contents = parts.stores().contents();
        this.journal = parts.journal();
        this.sessions = parts.sessions();
        this.config = parts.config();
        this.clock = parts.clock();
    }

    @Override
    public void addTo(Routes routes) {
        routes.loggedChange(MessageCommand.Report.class, this::report);
    }

    private void report(Session session, MessageCommand.Report command) throws InterruptedException {
        FreeText.check(command.text(), "A report has no invisible characters. Nothing was done.");
        long number = session.account();
        Origin origin = session.origin();
        IdempotencyKey once =
                IdempotencyKey.of(number, command.id(), "report\n" + command.message() + '\n' + command.text());
        counting.lockInterruptibly();
        try {
            Reader reader = directory.reader(number);
            Optional<Message> message =
                    messages.readable(command.message(), reader).filter(found -> !found.isErased());
            String text = message.map(found -> shown(reader, found)).orElse(null);
            int open = store.openOf(number);
            long bytes = 1_000 + 2L * command.text().length() + (text == null ? 0 : 2L * text.length());
            journal.commit(new AccountDecision(
                    number, new Batching.ChangeOf(number, false), bytes, once, (numbers, now) -> {
                        Account account = directory.requireActive(number);
                        Message found = message.orElseThrow(
                                () -> new Refusal(Code.NO_SUCH_MESSAGE, "There is no such message. Nothing was done."));
                        if (open >= MAX_OPEN) {
                            throw new Refusal(
                                    Code.TOO_MANY,
                                    "%d of your reports are still open; wait until one is closed.".formatted(MAX_OPEN));
                        }
                        Change change = Change.own(
                                origin, numbers.nextPosition(), number, account.name(), Change.Kind.REPORTED, now, 0);
                        return new AccountChange(
                                change.withMessage(found.number()),
                                new Effect.MessageReported(command.text(), text, found.file()));
                    }));
        } finally {
            counting.unlock();
        }
        notifyOthers(number);
    }

    /** Notifies the accounts configured for it that there is a new report. */
    private void notifyOthers(long by) {
        String told = directory.nameOf(by) + " has reported a message: " + LISTED;
        for (String name : config.get().reports().notified()) {
            directory
                    .named(name)
                    .ifPresent(account -> sessions.fanout()
                            .tell(account.number(), "", new SessionEvent.Notice(told, clock.instant())));
        }
    }

    /** Returns what a user who logs in is told about reports; empty if nothing. Blocks. */
    public Optional<String> loginNotice(long account) {
        boolean isTold = config.get().reports().notified().stream()
                .anyMatch(name -> directory
                        .named(name)
                        .filter(found -> found.number() == account)
                        .isPresent());
        int open = isTold ? openIfKnown() : 0;
        return open == 0
                ? Optional.empty()
                : Optional.of((open == 1 ? "A report is open: " : open + " reports are open: ") + LISTED);
    }

    /** Returns how many reports are open; 0 if the database is unavailable: the next login says it again. */
    private int openIfKnown() {
        try {
            return store.open().number();
        } catch (DatabaseUnavailable e) {
            return 0;
        }
    }

    /** Returns the text of a message as its reader sees it now; null for a file. */
    private @Nullable String shown(Reader reader, Message message) {
        return amendments
                .states(reader, List.of(message), Long.MAX_VALUE)
                .getOrDefault(message.number(), AmendmentStore.State.UNCHANGED)
                .corrections()
                .stream()
                .findFirst()
                .map(AmendmentStore.Correction::text)
                .orElse(message.text());
    }

    /** Returns how many reports are open. */
    public ReportStore.Open open() {
        return store.open();
    }

    /** Returns the open reports, or all, by number; the newest {@code limit} of them. */
    public List<ReportStore.Report> list(boolean all, int limit) {
        return store.list(all, limit);
    }

    /** @throws Refusal {@link Code#NO_SUCH_REPORT} */
    public ReportStore.Report find(long number) {
        return store.find(number)
                .orElseThrow(() -> new Refusal(Code.NO_SUCH_REPORT, "There is no report " + number + "."));
    }

    /** Returns an open report of a message; empty if there is none. */
    public Optional<ReportStore.Report> of(long message) {
        return store.open(message);
    }

    /** Returns the notes about a report, the oldest first. */
    public List<ReportStore.Note> notes(long number) {
        return store.notes(number);
    }

    /**
     * A message before or after a reported one, as the reporter sees it.
     *
     * @param text null if it was taken back, and for a file
     */
    public record ContextMessage(Message message, @Nullable String text) {}

    /**
     * Returns the messages before and after a reported one in its conversation, as whoever reported it sees them, by number;
     * none once the report is closed.
     *
     * @param count how many before, and how many after
     */
    public List<ContextMessage> context(ReportStore.Report report, int count) {
        Message reported = messages.messages(List.of(report.message())).stream()
                .findFirst()
                .orElse(null);
        if (count == 0 || report.closed() != null || reported == null) {
            return List.of();
        }
        Reader reader = directory.reader(report.by());
        List<Long> receivers = reported.receivers();
        long conversation = receivers == null
                ? Conversation.EVERYONE
                : Addressee.isGroup(receivers.getFirst())
                        ? Addressee.groupNumber(receivers.getFirst())
                        : Conversation.of(
                                report.by(),
                                reported.sender() == report.by() ? receivers.getFirst() : reported.sender());
        List<Long> numbers = new ArrayList<>(
                messages.messageNumbers(reader, conversation, new Range(0, report.message() - 1, count, true)));
        numbers.addAll(messages.messageNumbers(
                reader, conversation, new Range(report.message(), Long.MAX_VALUE, count, false)));
        return numbers.isEmpty()
                ? List.of()
                : messages.messages(numbers).stream()
                        .sorted(Comparator.comparingLong(Message::number))
                        .map(message -> new ContextMessage(message, message.isErased() ? null : shown(reader, message)))
                        .toList();
    }

    /**
     * Adds a note to a report, open or closed.
     *
     * @param by the Unix user who does it
     * @throws Refusal {@link Code#NO_SUCH_REPORT}, {@link Code#MALFORMED}, {@link Code#TOO_LARGE},
     *     or {@link Code#TOO_MANY}
     */
    public void addNote(long number, String text, String by) throws InterruptedException {
        FreeText.check(text, "A note has no invisible characters. Nothing was done.");
        if (text.isBlank()) {
            throw new Refusal(Code.MALFORMED, "An empty note is not kept.");
        }
        if (text.codePointCount(0, text.length()) > LONGEST_NOTE) {
            throw new Refusal(Code.TOO_LARGE, "A note has at most " + LONGEST_NOTE + " characters. Nothing was done.");
        }
        counting.lockInterruptibly();
        try {
            ReportStore.Report report = find(number);
            if (store.notes(number).size() >= MAX_NOTES) {
                throw new Refusal(
                        Code.TOO_MANY, "There are " + MAX_NOTES + " notes about report " + number + " already.");
            }
            commit(report, Change.Kind.REPORT_NOTED, new Effect.ReportNoted(number, text), by);
        } finally {
            counting.unlock();
        }
    }

    private void commit(ReportStore.Report report, Change.Kind kind, Effect effect, String by)
            throws InterruptedException {
        journal.commit(new AccountDecision(
                Message.SERVER, new Batching.ChangeOf(report.by(), false), 3_000, (numbers, now) -> {
                    Account account = directory.require(report.by());
                    Change change = Change.by(by, numbers.nextPosition(), account, kind, now, null);
                    return new AccountChange(change.withMessage(report.message()), effect);
                }));
    }

    /**
     * Closes a report: what was kept of its message is deleted.
     *
     * @param by the Unix user who does it
     * @throws Refusal {@link Code#NO_SUCH_REPORT}, or {@link Code#CLOSED} if it is closed already
     */
    public void close(long number, String by) throws InterruptedException {
        counting.lockInterruptibly();
        try {
            ReportStore.Report report = find(number);
            if (report.closed() != null) {
                throw new Refusal(Code.CLOSED, "Report " + number + " is closed already.");
            }
            commit(report, Change.Kind.REPORT_CLOSED, new Effect.ReportClosed(number), by);
            if (report.content() != null) {
                contents.discard(report.content());
            }
        } finally {
            counting.unlock();
        }
    }
}

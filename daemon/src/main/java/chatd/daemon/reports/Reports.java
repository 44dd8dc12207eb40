package chatd.daemon.reports;

import chatd.daemon.accounts.AccountDecision;
import chatd.daemon.directory.Directory;
import chatd.daemon.directory.FreeText;
import chatd.daemon.dispatch.Room;
import chatd.daemon.dispatch.Routes;
import chatd.daemon.journal.Batching;
import chatd.daemon.journal.Journal;
import chatd.daemon.journal.ServiceParts;
import chatd.daemon.model.Account;
import chatd.daemon.model.AccountChange;
import chatd.daemon.model.Change;
import chatd.daemon.model.Effect;
import chatd.daemon.model.Message;
import chatd.daemon.model.Origin;
import chatd.daemon.model.Reader;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.SentOnce;
import chatd.daemon.session.Session;
import chatd.daemon.store.AmendmentStore;
import chatd.daemon.store.ContentStore;
import chatd.daemon.store.MessageStore;
import chatd.daemon.store.ReportStore;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.value.Code;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Messages that users report to the administrators, who can see them as they were until the report is closed, and none else
 * (page {@code chat-json-1.md}, type 36). Methods block.
 */
public final class Reports implements Room {
    private static final int MOST_OPEN = 20;

    private final Directory directory;
    private final MessageStore messages;
    private final AmendmentStore amendments;
    private final ReportStore store;
    private final ContentStore contents;
    private final Journal journal;

    /** Held from counting the open reports of an account until one more is committed. */
    private final ReentrantLock counting = new ReentrantLock();

    public Reports(ServiceParts parts) {
        this.directory = parts.directory();
        this.messages = parts.stores().messages();
        this.amendments = parts.stores().amendments();
        this.store = parts.stores().reports();
        this.contents = parts.stores().contents();
        this.journal = parts.journal();
    }

    @Override
    public void addTo(Routes routes) {
        routes.loggedChange(MessageCommand.Report.class, this::report);
    }

    private void report(Session session, MessageCommand.Report command) throws InterruptedException {
        FreeText.check(command.text(), "A report has no invisible characters. Nothing was done.");
        long number = session.account();
        Origin origin = session.origin();
        SentOnce once = SentOnce.of(number, command.id(), "report\n" + command.message() + '\n' + command.text());
        counting.lockInterruptibly();
        try {
            Reader reader = directory.reader(number);
            Optional<Message> message =
                    messages.readable(command.message(), reader).filter(its -> !its.isErased());
            String text = message.map(its -> shown(reader, its)).orElse(null);
            int open = store.openOf(number);
            long bytes = 1_000 + 2L * command.text().length() + (text == null ? 0 : 2L * text.length());
            journal.commit(new AccountDecision(
                    number, new Batching.ChangeOf(number, false), bytes, once, (numbers, now) -> {
                        Account account = directory.acting(number);
                        Message its = message.orElseThrow(
                                () -> new Refusal(Code.NO_SUCH_MESSAGE, "There is no such message. Nothing was done."));
                        if (open >= MOST_OPEN) {
                            throw new Refusal(
                                    Code.TOO_MANY,
                                    "%d of your reports are still open; wait until one is closed."
                                            .formatted(MOST_OPEN));
                        }
                        Change change = Change.own(
                                origin, numbers.nextPosition(), number, account.name(), Change.Kind.REPORTED, now, 0);
                        return new AccountChange(
                                change.of(its.number()), new Effect.MessageReported(command.text(), text, its.file()));
                    }));
        } finally {
            counting.unlock();
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

    /** Returns the open reports, or all, by number; the newest {@code most} of them. */
    public List<ReportStore.Report> list(boolean all, int most) {
        return store.list(all, most);
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
            journal.commit(new AccountDecision(
                    Message.SERVER, new Batching.ChangeOf(report.by(), false), 1_000, (numbers, now) -> {
                        Account account = directory.numbered(report.by());
                        Change change =
                                Change.by(by, numbers.nextPosition(), account, Change.Kind.REPORT_CLOSED, now, null);
                        return new AccountChange(change.of(report.message()), new Effect.ReportClosed(number));
                    }));
            if (report.content() != null) {
                contents.discard(report.content());
            }
        } finally {
            counting.unlock();
        }
    }
}

package chatd.daemon.retention;

import chatd.daemon.accounts.AccountDecision;
import chatd.daemon.accounts.Administration;
import chatd.daemon.directory.Directory;
import chatd.daemon.files.FilesOverHttp;
import chatd.daemon.groups.GroupAdministration;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.journal.Journal;
import chatd.daemon.journal.Numbers;
import chatd.daemon.messages.Amendments;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.entry.AccountChange;
import chatd.daemon.model.entry.Change;
import chatd.daemon.model.entry.Effect;
import chatd.daemon.model.group.Group;
import chatd.daemon.search.Indexer;
import chatd.daemon.store.db.DatabaseUnavailable;
import chatd.daemon.store.read.ErasureStore;
import chatd.daemon.trail.ShownNames;
import chatd.protocol.value.Code;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Erases people (page {@code personal-data.md}, "Delete it"). First it is stored that somebody is to be erased, and with
 * that the account is deleted; then the messages go, some at a time, as if they were taken back, so that nobody else
 * waits; then the names. What was interrupted is completed at the next start, before anybody logs in. Any thread; blocks.
 */
public final class Erasures {
    private static final Logger LOG = LogManager.getLogger(Erasures.class);

    private final Administration administration;
    private final GroupAdministration groups;
    private final Amendments amendments;
    private final FilesOverHttp uploads;
    private final Indexer index;
    private final ShownNames names;
    private final Holds holds;
    private final Directory directory;
    private final Journal journal;
    private final ErasureStore store;

    public Erasures(
            FeatureContext parts,
            Administration administration,
            GroupAdministration groups,
            Amendments amendments,
            FilesOverHttp uploads,
            Indexer index,
            ShownNames names,
            Holds holds) {
        this.names = names;
        this.holds = holds;
        this.administration = administration;
        this.groups = groups;
        this.amendments = amendments;
        this.uploads = uploads;
        this.index = index;
        this.directory = parts.directory();
        this.journal = parts.journal();
        this.store = parts.stores().erasures();
    }

    /**
     * What an erasure erases, or has erased.
     *
     * @param account as it was before
     * @param owned the groups of which the account is the only owner
     * @param isIndexPurged whether the files of the index are known to have no words of it any more
     */
    public record Outcome(Account account, ErasureStore.Extent extent, List<Group> owned, boolean isIndexPurged) {}

    /**
     * Returns what an erasure would erase.
     *
     * @param typed a name that the account has or once had, or {@code U} and its number
     * @throws Refusal {@link Code#NO_SUCH_USER}; {@link Code#NOT_ALLOWED} while they are on hold, and while reports are open
     *     that are theirs, or about what they wrote
     */
    public Outcome plan(String typed, boolean everywhere) {
        Account account = directory
                .findEver(typed)
                .orElseThrow(() -> new Refusal(
                        Code.NO_SUCH_USER,
                        "There is no user called " + typed + ", and there was none. Nothing was done."));
        holds.of(account.number()).ifPresent(hold -> {
            throw new Refusal(
                    Code.NOT_ALLOWED,
                    account.name() + " is on hold (H" + hold.number() + ", " + hold.reason()
                            + "): what they wrote is kept until that ends (`chat-admin hold list`). Nothing was done.");
        });
        int reports = store.openReports(account.number());
        if (reports > 0) {
            throw new Refusal(
                    Code.NOT_ALLOWED,
                    (reports == 1 ? "A report is open" : reports + " reports are open") + " that " + account.name()
                            + " made, or that " + (reports == 1 ? "is" : "are")
                            + " about what they wrote: close them first (`chat-admin report list`). Nothing was done.");
        }
        return new Outcome(
                account,
                store.extent(account.number(), everywhere),
                directory.groups().ownedAlone(account.number()),
                false);
    }

    /**
     * Erases somebody. When this returns, all is erased; if it fails on the way, it can be called again, and the next start of
     * the daemon completes it.
     *
     * @param plan what {@link #plan} has just returned
     * @param everywhere whether also what others were sent, which is then shown as taken back
     * @param by the Unix user who makes the request
     * @param progress receives the number of messages erased so far
     */
    public Outcome erase(Outcome plan, boolean everywhere, String by, LongConsumer progress)
            throws InterruptedException {
        long account = plan.account().number();
        begin(account, everywhere, by);
        complete(new ErasureStore.Erasure(account, everywhere), by, progress);
        boolean isPurged = true;
        try {
            index.purge();
        } catch (Refusal e) {
            // The indexer does it within a day.
            isPurged = false;
        }
        return new Outcome(plan.account(), plan.extent(), plan.owned(), isPurged);
    }

    /**
     * Completes the erasures that were interrupted, and does those again that a restored backup has undone. One that fails is
     * left to the next start, or to whoever gives the command again.
     *
     * @param progress called now and then; what it throws ends this
     */
    public void resume(Runnable progress) throws InterruptedException {
        for (ErasureStore.Erasure erasure : store.unfinished()) {
            LOG.info("CHATD-505 erasing U{}: it was interrupted, or undone by a restored backup", erasure.account());
            progress.run();
            try {
                if (directory.findExisting(erasure.account()).isPresent()) {
                    begin(erasure.account(), erasure.everywhere(), "chatd");
                }
                complete(erasure, "chatd", _ -> progress.run());
            } catch (Refusal | DatabaseUnavailable e) {
                progress.run();
                LOG.error("CHATD-506 U{} could not be erased: {}", erasure.account(), e.getMessage());
            }
        }
    }

    /** Hands over the account's groups, has it leave all of them, and deletes it. */
    private void begin(long account, boolean everywhere, String by) throws InterruptedException {
        for (Group owned : directory.groups().ownedAlone(account)) {
            long successor = directory.groups().members(owned.number()).successor(account);
            if (successor != 0) {
                groups.makeOwner(owned.number(), successor);
            }
        }
        administration.commitOutsideGroups(
                account,
                0,
                (numbers, now) -> new AccountChange(
                        change(account, Change.Kind.ERASURE_BEGUN, by, numbers, now),
                        new Effect.ErasureBegun(everywhere)));
    }

    private void complete(ErasureStore.Erasure erasure, String by, LongConsumer progress) throws InterruptedException {
        long account = erasure.account();
        uploads.forget(account);
        long erased = 0;
        try (ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
            ErasureStore.Part part;
            long after = 0;
            do {
                part = store.going(account, erasure.everywhere(), after);
                List<Future<?>> removing = new ArrayList<>();
                for (long message : part.numbers()) {
                    removing.add(workers.submit(() -> {
                        remove(message);
                        return null;
                    }));
                }
                for (Future<?> one : removing) {
                    await(one);
                }
                erased += part.numbers().size();
                progress.accept(erased);
                after = part.upTo();
            } while (after < Long.MAX_VALUE);
        }
        ErasureStore.AboutGroups about = store.aboutGroups(account, erasure.everywhere());
        journal.commit(AccountDecision.ofServer(
                account,
                (numbers, now) -> new AccountChange(
                        change(account, Change.Kind.ERASED, by, numbers, now).named(Account.erasedName(account)),
                        new Effect.AccountErased(about.groups(), about.topics(), about.changes()))));
        names.write();
    }

    private void remove(long message) throws InterruptedException {
        try {
            var _ = amendments.remove(message);
        } catch (Refusal e) {
            if (e.code() != Code.NO_SUCH_MESSAGE) {
                throw e;
            }
            // Somebody else took it back in between.
        }
    }

    private static void await(Future<?> one) throws InterruptedException {
        try {
            one.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private Change change(long account, Change.Kind kind, String by, Numbers numbers, Instant now) {
        return Change.by(by, numbers.nextPosition(), directory.require(account), kind, now, null);
    }
}

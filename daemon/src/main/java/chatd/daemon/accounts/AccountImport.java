package chatd.daemon.accounts;

import chatd.daemon.directory.Directory;
import chatd.daemon.directory.NamePolicy;
import chatd.daemon.journal.Batching;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.journal.Journal;
import chatd.daemon.journal.Numbers;
import chatd.daemon.journal.Proposal;
import chatd.daemon.login.Hashing;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.entry.AccountChange;
import chatd.daemon.model.entry.AccountChanges;
import chatd.daemon.model.entry.Change;
import chatd.daemon.model.entry.Effect;
import chatd.daemon.model.entry.Message;
import chatd.protocol.value.Code;
import chatd.protocol.value.Secret;
import chatd.text.WholeWords;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Imports a list of accounts, all or none. Thread-safe; methods block, while other requests are still served. */
public final class AccountImport {
    /** Maximum number of errors that a refusal lists. */
    private static final int MAX_LISTED = 100;

    private final Accounts accounts;
    private final Directory directory;
    private final Hashing hashing;
    private final Journal journal;

    public AccountImport(FeatureContext parts, Accounts accounts, Hashing hashing) {
        this.accounts = accounts;
        this.directory = parts.directory();
        this.hashing = hashing;
        this.journal = parts.journal();
    }

    /**
     * A line of the list.
     *
     * @param line the line number, for error messages
     * @param note null if the line gives none: an existing account keeps its own
     */
    public record Row(int line, String name, @Nullable String note, Secret password) {}

    /**
     * How the list is to be applied.
     *
     * @param sync whether existing accounts stay as they are, except for their notes; otherwise they are errors
     * @param similar whether names may look like those of other accounts
     * @param missing which of the accounts that are not in the list are disabled
     */
    public record Mode(boolean sync, boolean similar, Missing missing) {}

    /**
     * Which accounts that are not in the list are disabled.
     *
     * @param disable false for none
     * @param ofClass only those whose note has this text as whole words; null for all
     * @param atMost an import that would disable more is refused; null for {@link #defaultLimit}
     */
    public record Missing(
            boolean disable,
            @Nullable String ofClass,
            @Nullable Integer atMost) {
        /** Returns a predicate for the accounts that may be disabled. */
        private Predicate<Account> scope() {
            if (ofClass == null) {
                return account -> true;
            }
            Predicate<String> words = WholeWords.of(ofClass);
            return account -> words.test(account.note());
        }
    }

    /** Returns how many accounts an import may disable by default: a tenth of the enabled ones. */
    static int defaultLimit(int enabled) {
        return Math.ceilDiv(enabled, 10);
    }

    /** Maximum number of lines in a list, which is one transaction. */
    public static final int MAX_ROWS = 50_000;

    /**
     * The accounts that an import changes, or would change.
     *
     * @param unchanged existing accounts that stay as they are
     * @param noted existing accounts whose note changes
     * @param atMost how many accounts may be disabled; {@link #run} refuses to disable more
     */
    public record Plan(
            List<String> added, List<String> unchanged, List<String> noted, List<String> disabled, int atMost) {}

    /**
     * Notified, after each password is hashed, how many of the accounts to be added are ready. If
     * it throws an exception, the import ends, and nothing is done.
     */
    public interface Progress {
        void ready(int count, int all);
    }

    /**
     * Validates a list and returns what an import would do, however many accounts that disables.
     *
     * @throws Refusal listing the invalid lines
     */
    public Plan plan(List<Row> rows, Mode mode) {
        Draft draft = new Draft(rows, mode);
        draft.release();
        return draft.plan();
    }

    /**
     * Runs the import.
     *
     * @param disabling how many accounts were to be disabled when the plan was confirmed
     * @param by the Unix user who makes the request
     * @throws Refusal as {@link #plan} does; {@link Code#BAD_PASSWORD} for a password in the list; {@link Code#BUSY} if
     *     the accounts were changed meanwhile; {@link Code#TOO_MANY} if it would disable too many. Nothing was done
     */
    public Plan run(List<Row> rows, Mode mode, int disabling, String by, Progress progress)
            throws InterruptedException {
        Draft draft = new Draft(rows, mode);
        boolean done = false;
        try {
            if (draft.missing.size() != disabling) {
                throw new Refusal(
                        Code.BUSY,
                        "The accounts were changed meanwhile: %d would be disabled now, not %d. Nothing was done; try again."
                                .formatted(draft.missing.size(), disabling));
            }
            if (disabling > draft.atMost) {
                throw new Refusal(
                        Code.TOO_MANY,
                        "%d users would be disabled; the limit is %d. Nothing was done; allow it with --at-most %d."
                                .formatted(disabling, draft.atMost, disabling));
            }
            List<String> hashes = draft.hashes(progress);
            if (!draft.isEmpty()) {
                journal.commit(draft.decision(hashes, by));
            }
            done = true;
            return draft.plan();
        } finally {
            if (!done) {
                draft.release();
            }
        }
    }

    /** A new note for an existing account. */
    private record NoteChange(Account account, String note) {}

    /** A validated list, with its new names reserved. */
    private final class Draft {
        private final List<Row> added = new ArrayList<>();
        private final List<String> left = new ArrayList<>();
        private final List<NoteChange> noted = new ArrayList<>();
        private final List<Account> missing;
        private final int atMost;

        Draft(List<Row> rows, Mode mode) {
            if (rows.isEmpty() || rows.size() > MAX_ROWS) {
                throw new Refusal(
                        Code.TOO_MANY,
                        rows.isEmpty()
                                ? "The list is empty. Nothing was done."
                                : "The list has %d accounts; the limit is %d at once. Nothing was done."
                                        .formatted(rows.size(), MAX_ROWS));
            }
            List<String> errors = new ArrayList<>();
            Set<String> seen = new HashSet<>();
            for (Row row : rows) {
                try {
                    validate(row, mode, seen);
                } catch (Refusal e) {
                    errors.add("line " + row.line() + ": " + e.text());
                }
            }
            if (!errors.isEmpty()) {
                release();
                throw new Refusal(Code.MALFORMED, describe(errors));
            }
            List<Account> enabled = directory.all().stream()
                    .filter(account -> account.state() != Account.State.DISABLED)
                    .toList();
            missing = !mode.missing().disable()
                    ? List.of()
                    : enabled.stream()
                            .filter(account -> !seen.contains(account.name()))
                            .filter(mode.missing().scope())
                            .toList();
            Integer given = mode.missing().atMost();
            atMost = given == null ? defaultLimit(enabled.size()) : given;
        }

        private void validate(Row row, Mode mode, Set<String> seen) {
            if (!seen.add(row.name())) {
                throw new Refusal(Code.NAME_TAKEN, "The name " + row.name() + " appears in the list twice.");
            }
            String note = row.note();
            if (note != null) {
                Administration.checkNote(note);
            }
            Optional<Account> existing = directory.named(row.name());
            if (mode.sync() && existing.isPresent()) {
                if (note == null || note.equals(existing.get().note())) {
                    left.add(row.name());
                } else {
                    noted.add(new NoteChange(existing.get(), note));
                }
                return;
            }
            directory.reserve(row.name(), 0, NamePolicy.ofAdministrator(mode.similar()));
            added.add(row);
        }

        private static String describe(List<String> errors) {
            String text = errors.stream().limit(MAX_LISTED).collect(Collectors.joining("\n"));
            return text
                    + (errors.size() > MAX_LISTED ? "\nand %d more".formatted(errors.size() - MAX_LISTED) : "")
                    + "\nNothing was done.";
        }

        void release() {
            added.forEach(row -> directory.release(row.name()));
        }

        boolean isEmpty() {
            return added.isEmpty() && noted.isEmpty() && missing.isEmpty();
        }

        Plan plan() {
            return new Plan(
                    added.stream().map(Row::name).toList(),
                    List.copyOf(left),
                    noted.stream().map(each -> each.account().name()).toList(),
                    missing.stream().map(Account::name).toList(),
                    atMost);
        }

        /** Hashes the new passwords, on all but one of the hashing threads, so that logins need not wait. */
        List<String> hashes(Progress progress) throws InterruptedException {
            try (ExecutorService threads = Executors.newFixedThreadPool(
                    Math.max(1, hashing.atOnce() - 1), Thread.ofVirtual().factory())) {
                try {
                    List<Future<String>> all = added.stream()
                            .map(row -> threads.submit(() ->
                                    accounts.hashPassword(row.password(), row.name(), Hashing.Requester.ADMINISTRATOR)))
                            .toList();
                    List<String> hashes = new ArrayList<>(all.size());
                    for (Future<String> each : all) {
                        hashes.add(each.get());
                        progress.ready(hashes.size(), all.size());
                    }
                    return hashes;
                } catch (ExecutionException e) {
                    throw e.getCause() instanceof RuntimeException cause
                            ? cause
                            : new IllegalStateException(e.getCause());
                } finally {
                    threads.shutdownNow();
                }
            }
        }

        Proposal<AccountChanges> decision(List<String> hashes, String by) {
            return new Proposal<>() {
                @Override
                public long sender() {
                    return Message.SERVER;
                }

                @Override
                public Batching batching() {
                    return Batching.ALONE;
                }

                @Override
                public long bytes() {
                    return 1_000L * (added.size() + noted.size() + missing.size());
                }

                @Override
                public AccountChanges decide(Numbers numbers, Instant now) {
                    List<AccountChange> changes = new ArrayList<>(added.size() + noted.size() + missing.size());
                    for (int i = 0; i < added.size(); i++) {
                        Row row = added.get(i);
                        Account account = accounts.newAccount(
                                numbers, row.name(), Objects.requireNonNullElse(row.note(), ""), true, now);
                        changes.add(new AccountChange(
                                Change.by(by, numbers.nextPosition(), account, Change.Kind.ADDED, now, null),
                                new Effect.AccountMade(account, hashes.get(i))));
                    }
                    for (NoteChange each : noted) {
                        Account before = directory.require(each.account().number());
                        Account after = before.withNote(each.note());
                        if (before.state() != Account.State.DELETED && !after.equals(before)) {
                            changes.add(Administration.updated(by, numbers, before, after, Change.Kind.NOTED, now));
                        }
                    }
                    for (Account each : missing) {
                        Account before = directory.require(each.number());
                        if (before.state() != Account.State.DELETED && before.state() != Account.State.DISABLED) {
                            Account after = before.withState(Account.State.DISABLED);
                            changes.add(Administration.updated(by, numbers, before, after, Change.Kind.DISABLED, now));
                        }
                    }
                    if (changes.isEmpty()) {
                        throw new Refusal(Code.BUSY, "The accounts were changed meanwhile. Try again.");
                    }
                    return new AccountChanges(changes);
                }
            };
        }
    }
}

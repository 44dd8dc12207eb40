package chatd.daemon.accounts;

import chatd.daemon.directory.Directory;
import chatd.daemon.journal.Batching;
import chatd.daemon.journal.Journal;
import chatd.daemon.journal.Numbers;
import chatd.daemon.journal.ServiceParts;
import chatd.daemon.login.Hashing;
import chatd.daemon.login.Throttle;
import chatd.daemon.model.Account;
import chatd.daemon.model.AccountChange;
import chatd.daemon.model.Change;
import chatd.daemon.model.Effect;
import chatd.daemon.model.Refusal;
import chatd.daemon.session.Session;
import chatd.daemon.session.Sessions;
import chatd.protocol.value.Code;
import chatd.protocol.value.Secret;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/**
 * What administrators do with accounts. Methods block; each is done, and logged, when it returns.
 *
 * <p>They throw {@link Refusal}: {@link Code#NO_SUCH_USER} where there is no such account, and what they say beside.
 * {@code by} is the Unix user who asks.
 */
public final class Administration {
    private static final int NOTE_CHARACTERS = 200;

    private final Accounts accounts;
    private final Directory directory;
    private final Throttle throttle;
    private final Journal journal;
    private final Sessions sessions;
    private final Clock clock;

    public Administration(ServiceParts parts, Accounts accounts, Throttle throttle) {
        this.accounts = accounts;
        this.directory = parts.directory();
        this.throttle = throttle;
        this.journal = parts.journal();
        this.sessions = parts.sessions();
        this.clock = parts.clock();
    }

    /**
     * An account, and whether it is another than before.
     *
     * @param account as it is now
     */
    public record Outcome(Account account, boolean changed) {}

    /** Makes an account. Refused: {@link Code#BAD_NAME}, {@link Code#NAME_TAKEN} or {@link Code#BAD_PASSWORD}. */
    public Account add(String name, String note, Secret password, boolean mustChange, String by)
            throws InterruptedException {
        checkNote(note);
        return taken(accounts.make(
                name,
                note,
                password,
                mustChange,
                Hashing.Asker.ADMINISTRATOR,
                (numbers, account, now) ->
                        Change.by(by, numbers.nextPosition(), account, Change.Kind.ADDED, now, null)));
    }

    private Account taken(AccountChange entry) {
        return directory.numbered(entry.change().account());
    }

    /** Refuses a note that is too long, or would not be one line. */
    static void checkNote(String note) {
        if (note.codePointCount(0, note.length()) > NOTE_CHARACTERS) {
            throw new Refusal(Code.TOO_LARGE, "A note has " + NOTE_CHARACTERS + " characters at most.");
        }
        if (note.codePoints().anyMatch(Character::isISOControl)) {
            throw new Refusal(Code.MALFORMED, "A note is one line, without control characters.");
        }
    }

    /** Sets a password, and ends the account's session. Refused: {@link Code#BAD_PASSWORD}. */
    public Account reset(String name, Secret password, boolean mustChange, String by) throws InterruptedException {
        Account account = find(name);
        String hash = accounts.hashed(password, name, Hashing.Asker.ADMINISTRATOR);
        return taken(accounts.setPassword(account.number(), hash, mustChange, (numbers, there, now) -> {
            Account present = present(there);
            return Change.by(by, numbers.nextPosition(), present, Change.Kind.RESET, now, null);
        }));
    }

    /** Lets nobody log in to it any more, and ends its session. */
    public Outcome disable(String name, String by) throws InterruptedException {
        return update(name, Change.Kind.DISABLED, by, account -> account.withState(Account.State.DISABLED));
    }

    /** Takes a disabling back. */
    public Outcome enable(String name, String by) throws InterruptedException {
        return update(
                name,
                Change.Kind.ENABLED,
                by,
                account ->
                        account.state() == Account.State.DISABLED ? account.withState(Account.State.ACTIVE) : account);
    }

    /** Forgets wrong passwords, and gives a one-time password that has ended its time again. */
    public Outcome unlock(String name, String by) throws InterruptedException {
        Outcome outcome = update(name, Change.Kind.UNLOCKED, by, account -> {
            if (account.stateAt(clock.instant()) != Account.State.LOCKED) {
                return account;
            }
            return account.withState(Account.State.ACTIVE)
                    .withPassword(account.mustChange(), accounts.passwordEnds(account.mustChange(), clock.instant()));
        });
        boolean slowed =
                throttle.forget(Throttle.Target.account(outcome.account().number()));
        return new Outcome(outcome.account(), outcome.changed() || slowed);
    }

    /** Lets it write to all where not everyone may, or not any more. */
    public Outcome grant(String name, boolean everyone, String by) throws InterruptedException {
        return update(
                name,
                everyone ? Change.Kind.GRANTED : Change.Kind.REVOKED,
                by,
                account -> account.withEveryone(everyone));
    }

    /** Gives it another name. Refused: {@link Code#BAD_NAME} or {@link Code#NAME_TAKEN}. */
    public Outcome rename(String name, String other, String by) throws InterruptedException {
        Account account = find(name);
        if (name.equals(other)) {
            return new Outcome(account, false);
        }
        directory.reserve(other, account.number());
        boolean done = false;
        try {
            Outcome outcome = update(name, Change.Kind.RENAMED, by, now -> {
                if (!now.name().equals(name)) {
                    throw renamedSince(name, now);
                }
                return now.withName(other);
            });
            done = true;
            return outcome;
        } finally {
            if (!done) {
                directory.release(other);
            }
        }
    }

    /** Deletes it: its password, settings and addresses go; its name and number are never given again. */
    public Account delete(String name, String by) throws InterruptedException {
        Account account = find(name);
        journal.commit(decision(account, (numbers, now) -> {
            Account there = present(directory.numbered(account.number()));
            return new AccountChange(
                    Change.by(by, numbers.nextPosition(), there, Change.Kind.DELETED, now, null),
                    new Effect.AccountDeleted());
        }));
        return directory.numbered(account.number());
    }

    private Outcome update(String name, Change.Kind kind, String by, UnaryOperator<Account> change)
            throws InterruptedException {
        Account account = find(name);
        if (change.apply(account).equals(account)) {
            return new Outcome(account, false);
        }
        try {
            journal.commit(decision(account, (numbers, now) -> {
                Account before = present(directory.numbered(account.number()));
                Account after = change.apply(before);
                if (after.equals(before)) {
                    throw new AsItWas();
                }
                return updated(by, numbers, before, after, kind, now);
            }));
            return new Outcome(directory.numbered(account.number()), true);
        } catch (AsItWas e) {
            // Somebody else did it in between.
            return new Outcome(directory.numbered(account.number()), false);
        }
    }

    private static AccountDecision decision(Account account, BiFunction<Numbers, Instant, AccountChange> deciding) {
        return new AccountDecision(new Batching.ChangeOf(account.number(), true), 1_000, deciding);
    }

    /** Nothing is left to be done. */
    private static final class AsItWas extends RuntimeException {
        private static final long serialVersionUID = 1L;

        AsItWas() {
            super("as it was", null, false, false);
        }
    }

    static AccountChange updated(
            String by, Numbers numbers, Account before, Account after, Change.Kind kind, Instant now) {
        String was = before.name().equals(after.name()) ? null : before.name();
        return new AccountChange(
                Change.by(by, numbers.nextPosition(), after, kind, now, was), new Effect.AccountUpdated(after));
    }

    /** One that was not deleted meanwhile. */
    private static Account present(Account account) {
        if (account.state() == Account.State.DELETED) {
            throw noSuch(account.name());
        }
        return account;
    }

    private static Refusal noSuch(String name) {
        return new Refusal(Code.NO_SUCH_USER, "There is no user called " + name + ".");
    }

    /** The account of that name; {@link Code#NO_SUCH_USER} where there is none, naming one that was renamed. */
    public Account find(String name) {
        return directory
                .named(name)
                .orElseThrow(() -> directory
                        .formerly(name)
                        .map(account -> renamedSince(name, account))
                        .orElseGet(() -> noSuch(name)));
    }

    private static Refusal renamedSince(String name, Account account) {
        return new Refusal(
                Code.NO_SUCH_USER,
                account.state() == Account.State.DELETED
                        ? "The account " + account.name() + " was deleted."
                        : "There is no user called " + name + " any more; it is called " + account.name() + " now.");
    }

    /** Wrong passwords of the last quarter of an hour, which slow its log ins down. */
    public int wrongPasswords(Account account) {
        return throttle.counted(Throttle.Target.account(account.number()));
    }

    /**
     * Ends sessions.
     *
     * @param whose an account's name; where nobody has it, the id of a session
     * @return those that were ended
     */
    public List<Session> kick(String whose) {
        List<Session> all = sessions.online().stream()
                .filter(session -> whose.equals(session.name()))
                .toList();
        if (all.isEmpty() && directory.named(whose).isEmpty()) {
            all = sessions.online().stream()
                    .filter(session -> whose.equals(session.id()))
                    .toList();
        }
        if (all.isEmpty()) {
            Optional<Account> account = directory.named(whose);
            throw account.isPresent()
                    ? new Refusal(Code.NOT_LOGGED_IN, whose + " is not online.")
                    : new Refusal(Code.NO_SUCH_USER, "There is no user and no session called " + whose + ".");
        }
        all.forEach(session -> sessions.end(session, "An administrator has ended this session.", "kicked"));
        return all;
    }
}

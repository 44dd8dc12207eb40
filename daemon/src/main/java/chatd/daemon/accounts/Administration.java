package chatd.daemon.accounts;

import chatd.daemon.directory.Directory;
import chatd.daemon.directory.NamePolicy;
import chatd.daemon.groups.GroupAdministration;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.journal.Journal;
import chatd.daemon.journal.Numbers;
import chatd.daemon.login.Hashing;
import chatd.daemon.login.Throttle;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.entry.AccountChange;
import chatd.daemon.model.entry.Change;
import chatd.daemon.model.entry.Effect;
import chatd.daemon.model.entry.Message;
import chatd.daemon.model.group.Group;
import chatd.daemon.session.Session;
import chatd.daemon.session.Sessions;
import chatd.protocol.value.Code;
import chatd.protocol.value.Secret;
import chatd.protocol.value.people.Avatar;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Account administration. Methods block; when they return, the change is committed, logged and applied.
 *
 * <p>They throw {@link Refusal}: {@link Code#NO_SUCH_USER} if there is no such account, and the codes that each method
 * names. {@code by} is the Unix user who makes the request.
 */
public final class Administration {
    private static final int NOTE_CHARACTERS = 200;
    private static final Duration LONGEST_MUTE = Duration.ofDays(36_525);

    /** An account's number, as programs show it. */
    private static final Pattern NUMBER = Pattern.compile("[Uu](\\d{1,18})");

    private static final Pattern BARE_NUMBER = Pattern.compile("\\d{1,18}");

    /** Maximum number of groups that a refusal names. */
    private static final int MAX_NAMED = 10;

    private final Accounts accounts;
    private final GroupAdministration groups;
    private final Directory directory;
    private final Throttle throttle;
    private final Journal journal;
    private final Sessions sessions;
    private final Clock clock;

    public Administration(FeatureContext parts, Accounts accounts, GroupAdministration groups, Throttle throttle) {
        this.accounts = accounts;
        this.groups = groups;
        this.directory = parts.directory();
        this.throttle = throttle;
        this.journal = parts.journal();
        this.sessions = parts.sessions();
        this.clock = parts.clock();
    }

    /**
     * An account, and whether it was changed.
     *
     * @param account its present state
     */
    public record Outcome(Account account, boolean changed) {}

    /**
     * Creates an account. Refused with {@link Code#BAD_NAME}, {@link Code#NAME_TAKEN} or {@link Code#BAD_PASSWORD}; for
     * its note, with {@link Code#TOO_LARGE} or {@link Code#MALFORMED}.
     */
    public Account add(String name, NamePolicy policy, String note, Secret password, boolean mustChange, String by)
            throws InterruptedException {
        checkNote(note);
        return accountOf(accounts.create(
                name,
                policy,
                note,
                password,
                mustChange,
                Hashing.Requester.ADMINISTRATOR,
                (numbers, account, now) ->
                        Change.by(by, numbers.nextPosition(), account, Change.Kind.ADDED, now, null)));
    }

    private Account accountOf(AccountChange entry) {
        return directory.require(entry.change().account());
    }

    /** Refuses a note that is too long or contains control characters. */
    static void checkNote(String note) {
        if (note.codePointCount(0, note.length()) > NOTE_CHARACTERS) {
            throw new Refusal(Code.TOO_LARGE, "A note has " + NOTE_CHARACTERS + " characters at most.");
        }
        if (note.codePoints().anyMatch(Character::isISOControl)) {
            throw new Refusal(Code.MALFORMED, "A note is one line, without control characters.");
        }
    }

    /** Sets a password and ends the account's sessions. Refused with {@link Code#BAD_PASSWORD}. */
    public Account reset(String name, Secret password, boolean mustChange, String by) throws InterruptedException {
        Account account = find(name);
        String hash = accounts.hashPassword(password, account.name(), Hashing.Requester.ADMINISTRATOR);
        return accountOf(accounts.setPassword(
                Message.SERVER, account.number(), hash, mustChange, null, null, (numbers, current, now) -> {
                    Account present = requireExisting(current);
                    return Change.by(by, numbers.nextPosition(), present, Change.Kind.RESET, now, null);
                }));
    }

    /** Disables an account: blocks logins and ends its sessions. */
    public Outcome disable(String name, String by) throws InterruptedException {
        return update(name, Change.Kind.DISABLED, by, account -> account.withState(Account.State.DISABLED));
    }

    /** Enables a disabled account. */
    public Outcome enable(String name, String by) throws InterruptedException {
        return update(
                name,
                Change.Kind.ENABLED,
                by,
                account ->
                        account.state() == Account.State.DISABLED ? account.withState(Account.State.ACTIVE) : account);
    }

    /** Clears failed-login counts and renews an expired one-time password. */
    public Outcome unlock(String name, String by) throws InterruptedException {
        Outcome outcome = update(name, Change.Kind.UNLOCKED, by, account -> {
            if (account.stateAt(clock.instant()) != Account.State.LOCKED) {
                return account;
            }
            return account.withState(Account.State.ACTIVE)
                    .withPassword(account.mustChange(), accounts.passwordExpiry(account.mustChange(), clock.instant()));
        });
        boolean slowed =
                throttle.forget(Throttle.Target.account(outcome.account().number()));
        return new Outcome(outcome.account(), outcome.changed() || slowed);
    }

    /** Grants or revokes permission to write to everyone, where that is restricted. */
    public Outcome grant(String name, boolean everyone, String by) throws InterruptedException {
        return update(
                name,
                everyone ? Change.Kind.GRANTED : Change.Kind.REVOKED,
                by,
                account -> account.withEveryone(everyone));
    }

    /** Replaces an account's note. Refused with {@link Code#TOO_LARGE} or {@link Code#MALFORMED}. */
    public Outcome note(String name, String note, String by) throws InterruptedException {
        checkNote(note);
        return update(name, Change.Kind.NOTED, by, account -> account.withNote(note));
    }

    /** Renames an account. Refused with {@link Code#BAD_NAME} or {@link Code#NAME_TAKEN}. */
    public Outcome rename(String name, String newName, NamePolicy policy, String by) throws InterruptedException {
        Account account = find(name);
        String present = account.name();
        if (present.equals(newName)) {
            return new Outcome(account, false);
        }
        directory.reserve(newName, account.number(), policy);
        boolean done = false;
        try {
            Outcome outcome = update(present, Change.Kind.RENAMED, by, now -> {
                if (!now.name().equals(present)) {
                    throw renamedSince(present, now);
                }
                return now.withName(newName);
            });
            done = true;
            return outcome;
        } finally {
            if (!done) {
                directory.release(newName);
            }
        }
    }

    /**
     * Deletes an account: erases its password, settings and addresses; its name and number are never reused. It leaves its
     * groups first.
     *
     * @param heir the new owner of the groups that have no other owner; null for nobody
     * @param longest whether each group's longest-standing member becomes its owner, instead
     * @throws Refusal {@link Code#MALFORMED} if there are such groups, and nobody is to own them; or as {@link #heir} does
     */
    public Account delete(String name, @Nullable String heir, boolean longest, String by) throws InterruptedException {
        Account account = find(name);
        long number = account.number();
        Account next = heir(account, heir, longest);
        List<Group> owned = directory.groups().ownedAlone(number);
        if (!owned.isEmpty() && next == null && !longest) {
            String them = owned.stream()
                    .limit(MAX_NAMED)
                    .map(group -> group.name() + " (G" + group.number() + ")")
                    .collect(Collectors.joining(", "));
            throw new Refusal(
                    Code.MALFORMED,
                    account.name() + " is the only owner of " + them
                            + (owned.size() > MAX_NAMED ? " and " + (owned.size() - MAX_NAMED) + " more" : "")
                            + ": name the next owner with --heir USER, or use --heir-longest for whoever has been in each"
                            + " longest. Nothing was done.");
        }
        commitOutsideGroups(
                number,
                next == null ? 0 : next.number(),
                (numbers, now) -> new AccountChange(
                        Change.by(
                                by,
                                numbers.nextPosition(),
                                requireExisting(directory.require(number)),
                                Change.Kind.DELETED,
                                now,
                                null),
                        new Effect.AccountDeleted()));
        return directory.require(number);
    }

    /**
     * Has an account leave all its groups, and commits a change to it while it is in none.
     *
     * @param heir as in {@link GroupAdministration#leaveAll}
     */
    public void commitOutsideGroups(long account, long heir, BiFunction<Numbers, Instant, AccountChange> deciding)
            throws InterruptedException {
        while (true) {
            groups.leaveAll(account, heir);
            try {
                journal.commit(AccountDecision.ofServer(account, (numbers, now) -> {
                    if (!directory.groups().groupsOf(account).isEmpty()) {
                        throw new NoChange();
                    }
                    return deciding.apply(numbers, now);
                }));
                return;
            } catch (NoChange e) {
                // It joined a group in between.
            }
        }
    }

    /**
     * Returns the account that is to own the groups of one that is to be deleted; null if none is named.
     *
     * @throws Refusal {@link Code#NO_SUCH_USER}; {@link Code#MALFORMED} if it is the same, or
     *     {@code longest} is set, too; {@link Code#TOO_MANY} if it would be in too many groups
     */
    public @Nullable Account heir(Account account, @Nullable String heir, boolean longest) {
        if (heir == null) {
            return null;
        }
        Account next = find(heir);
        if (longest || next.number() == account.number()) {
            throw new Refusal(
                    Code.MALFORMED,
                    longest
                            ? "Give either --heir or --heir-longest, not both. Nothing was done."
                            : next.name() + " can't be their own heir. Nothing was done.");
        }
        groups.checkMayOwn(next, directory.groups().ownedAlone(account.number()));
        return next;
    }

    /**
     * Mutes an account for a time: it can write nothing that others can read.
     *
     * <p>Refused with {@link Code#MALFORMED} if that is not positive, or longer than 100 years.
     */
    public Outcome mute(String name, Duration time, String by) throws InterruptedException {
        if (!time.isPositive() || time.compareTo(LONGEST_MUTE) > 0) {
            throw new Refusal(Code.MALFORMED, "A user is muted for at least a second, and at most 100 years.");
        }
        Instant until = clock.instant().plus(time).truncatedTo(ChronoUnit.SECONDS);
        return update(name, Change.Kind.MUTED, by, account -> account.withMute(Optional.of(until)));
    }

    /** Sets the maximum total size of an account's files, in bytes; empty for the configured one. */
    public Outcome quota(String name, OptionalLong bytes, String by) throws InterruptedException {
        return update(name, Change.Kind.QUOTA, by, account -> account.withQuota(bytes));
    }

    /** Lets a muted account write again. */
    public Outcome unmute(String name, String by) throws InterruptedException {
        return update(
                name,
                Change.Kind.UNMUTED,
                by,
                account ->
                        account.mutedUntil().filter(clock.instant()::isBefore).isPresent()
                                ? account.withMute(Optional.empty())
                                : account);
    }

    /** Removes the picture of an account. */
    public Outcome removeAvatar(String name, String by) throws InterruptedException {
        Account account = find(name);
        try {
            journal.commit(AccountDecision.ofServer(account.number(), (numbers, now) -> {
                Account current = requireExisting(directory.require(account.number()));
                if (directory.avatars().digestOf(current.number()).isEmpty()) {
                    throw new NoChange();
                }
                return new AccountChange(
                        Change.by(by, numbers.nextPosition(), current, Change.Kind.AVATAR, now, null),
                        new Effect.AvatarChanged(Avatar.NONE));
            }));
            return new Outcome(account, true);
        } catch (NoChange e) {
            return new Outcome(account, false);
        }
    }

    private Outcome update(String name, Change.Kind kind, String by, UnaryOperator<Account> change)
            throws InterruptedException {
        Account account = find(name);
        if (change.apply(account).equals(account)) {
            return new Outcome(account, false);
        }
        try {
            journal.commit(AccountDecision.ofServer(account.number(), (numbers, now) -> {
                Account before = requireExisting(directory.require(account.number()));
                Account after = change.apply(before);
                if (after.equals(before)) {
                    throw new NoChange();
                }
                return updated(by, numbers, before, after, kind, now);
            }));
            return new Outcome(directory.require(account.number()), true);
        } catch (NoChange e) {
            // Somebody else did it in between.
            return new Outcome(directory.require(account.number()), false);
        }
    }

    /** Thrown if nothing is left to change, or something else is to be changed first. */
    private static final class NoChange extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NoChange() {
            super("as it was", null, false, false);
        }
    }

    static AccountChange updated(
            String by, Numbers numbers, Account before, Account after, Change.Kind kind, Instant now) {
        String was = before.name().equals(after.name()) ? null : before.name();
        return new AccountChange(
                Change.by(by, numbers.nextPosition(), after, kind, now, was), new Effect.AccountUpdated(after));
    }

    /** Returns the account; throws a refusal if it was deleted meanwhile. */
    private static Account requireExisting(Account account) {
        if (account.state() == Account.State.DELETED) {
            throw noSuch(account.name());
        }
        return account;
    }

    private static Refusal noSuch(String name) {
        return new Refusal(Code.NO_SUCH_USER, "There is no user called " + name + ".");
    }

    /** Returns the refusal for a name that nobody has or had; if it could be a number, says whose it is. */
    private Refusal noUserNamed(String name) {
        return Optional.of(name)
                .filter(text -> BARE_NUMBER.matcher(text).matches())
                .flatMap(text -> directory.findExisting(Long.parseLong(text)))
                .map(account -> new Refusal(
                        Code.NO_SUCH_USER,
                        "There is no user called " + name + "; U" + account.number() + " is " + account.name() + "."))
                .orElseGet(() -> noSuch(name));
    }

    /**
     * Returns the account with this name, or with this number, {@code U12}; no name looks like a number. Refused with
     * {@link Code#NO_SUCH_USER}, giving the present name if it was renamed.
     */
    public Account find(String name) {
        Matcher number = NUMBER.matcher(name);
        if (number.matches()) {
            Account account = directory.find(Long.parseLong(number.group(1))).orElseThrow(() -> noSuch(name));
            if (account.state() == Account.State.DELETED) {
                throw renamedSince(name, account);
            }
            return account;
        }
        return directory
                .named(name)
                .orElseThrow(() -> directory
                        .findByNameEverUsed(name)
                        .map(account -> renamedSince(name, account))
                        .orElseGet(() -> noUserNamed(name)));
    }

    private static Refusal renamedSince(String name, Account account) {
        return new Refusal(
                Code.NO_SUCH_USER,
                account.state() == Account.State.DELETED
                        ? "The account " + account.name() + " was deleted."
                        : "There is no user called " + name + " any more; they are called " + account.name() + " now.");
    }

    /** Returns the number of wrong passwords in the last 15 minutes, which slow down the account's logins. */
    public int wrongPasswords(Account account) {
        return throttle.counted(Throttle.Target.account(account.number()));
    }

    /**
     * Ends the sessions of an account, or a single session. Refused with {@link Code#NOT_LOGGED_IN} if the account has
     * none.
     *
     * @param whose an account's name or number, or, if no account has it, a session's id
     * @return the sessions that were ended
     */
    public List<Session> kick(String whose) {
        if (NUMBER.matcher(whose).matches()) {
            return kick(find(whose).name());
        }
        List<Session> all = sessions.presence().online().stream()
                .filter(session -> whose.equals(session.name()))
                .toList();
        if (all.isEmpty() && directory.named(whose).isEmpty()) {
            all = sessions.presence().online().stream()
                    .filter(session -> whose.equals(session.id()))
                    .toList();
        }
        if (all.isEmpty()) {
            Optional<Account> account = directory.named(whose);
            throw account.isPresent()
                    ? new Refusal(Code.NOT_LOGGED_IN, whose + " is not online.")
                    : new Refusal(Code.NO_SUCH_USER, "There is no user and no session called " + whose + ".");
        }
        all.forEach(session -> sessions.presence().end(session, "An administrator has ended this session.", "kicked"));
        return all;
    }
}

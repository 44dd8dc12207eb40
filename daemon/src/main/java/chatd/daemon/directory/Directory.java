package chatd.daemon.directory;

import chatd.audit.event.Escape;
import chatd.audit.event.LoggedIdentity;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.message.Reader;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.Code;
import chatd.protocol.value.people.User;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** In-memory copy of all accounts and groups, as of the last applied commit. Thread-safe. */
public final class Directory {
    private static final DateTimeFormatter MINUTES =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm").withZone(ZoneOffset.UTC);

    /** An account's number, as programs show it, which is never a name. */
    private static final Pattern NUMBER = Pattern.compile("[Uu]\\d{1,18}");

    private final Names names = new Names();
    private final Map<Long, Account> byNumber = new ConcurrentHashMap<>();
    private final Map<String, Account> byName = new ConcurrentHashMap<>();
    /** The folded names of all accounts except deleted ones. */
    private final ConcurrentSkipListSet<FoldedName> foldedNames = new ConcurrentSkipListSet<>();

    private final NameIndex index = new NameIndex();

    private final Map<Long, Long> passwordGeneration = new ConcurrentHashMap<>();
    private final Map<Long, Long> settingsGeneration = new ConcurrentHashMap<>();

    /** Every name ever used, with its account's number; 0 while it is only reserved. */
    @GuardedBy("this")
    private final Map<String, Long> everUsed = new HashMap<>();

    /**
     * The names of {@link #everUsed} by each of their skeletons. Rebuilt at each start, by the
     * rules of the current ICU.
     */
    @GuardedBy("this")
    private final Map<String, Set<String>> bySkeleton = new HashMap<>();

    /** The accounts that registered themselves. */
    private final Set<Long> registered = ConcurrentHashMap.newKeySet();

    /** How often a user has got a name. */
    private final AtomicLong nameChanges = new AtomicLong();

    private final GroupDirectory groups;
    private final Avatars avatars = new Avatars();

    /** Creates a directory without groups. */
    public Directory(List<Account> accounts, Map<String, Long> namesEverUsed) {
        this(accounts, namesEverUsed, new GroupDirectory());
    }

    /** @param namesEverUsed every name ever used, with its account's number */
    public Directory(List<Account> accounts, Map<String, Long> namesEverUsed, GroupDirectory groups) {
        this.groups = groups;
        namesEverUsed.forEach(this::remember);
        accounts.forEach(this::put);
    }

    public GroupDirectory groups() {
        return groups;
    }

    public Avatars avatars() {
        return avatars;
    }

    /**
     * Remembers that an account registered itself, rather than being created by an administrator.
     */
    public void markRegistered(long account) {
        registered.add(account);
    }

    /** Returns whether an account registered itself. */
    public boolean isSelfRegistered(long account) {
        return registered.contains(account);
    }

    /** Returns what a user may read at this moment. */
    public Reader reader(long account) {
        return groups.reader(require(account));
    }

    /** Returns the account with this name, in whatever normal form. */
    public Optional<Account> named(String name) {
        return Optional.ofNullable(byName.get(Names.composed(name)))
                .filter(account -> account.state() != Account.State.DELETED);
    }

    /** Returns the account with this number, deleted or not; empty if there is none. */
    public Optional<Account> find(long number) {
        return Optional.ofNullable(byNumber.get(number));
    }

    /**
     * Returns the account with this number, which must exist.
     *
     * @throws IllegalStateException if it does not
     */
    public Account require(long number) {
        Account account = byNumber.get(number);
        if (account == null) {
            throw new IllegalStateException("no account has the number " + number);
        }
        return account;
    }

    /**
     * Returns the account with this number, which is about to act.
     *
     * @throws Refusal {@link Code#DISABLED} if it may no longer act: it was disabled or deleted meanwhile
     */
    public Account requireActive(long number) {
        Account account = require(number);
        if (account.state() != Account.State.ACTIVE) {
            throw new Refusal(Code.DISABLED, "The account is disabled. Nothing was done.");
        }
        return account;
    }

    /**
     * Returns the account with this number, which is about to write something that others can read.
     *
     * @throws Refusal as {@link #requireActive} does, or with {@link Code#NOT_ALLOWED} if it is muted
     */
    public Account requireUnmuted(long number, Instant now) {
        Account account = requireActive(number);
        account.mutedUntil().filter(now::isBefore).ifPresent(until -> {
            throw new Refusal(
                    Code.NOT_ALLOWED,
                    "An administrator has muted you: you can write again after %s UTC. Nothing was sent."
                            .formatted(MINUTES.format(until)));
        });
        return account;
    }

    /** Returns the present name of an {@link Addressee}; {@link User#SERVER} for a number that no account has. */
    public String nameOf(long number) {
        if (Addressee.isGroup(number)) {
            return groups.nameOf(Addressee.groupNumber(number));
        }
        Account account = byNumber.get(number);
        return account == null ? User.SERVER : account.name();
    }

    /** Returns the account of a user, given by name or by number; empty if there is none, or it was deleted. */
    public Optional<Account> user(User user) {
        return switch (user) {
            case User.Named named -> named(named.typed());
            case User.NamedLoosely called -> findAsTyped(called.typed());
            case User.Own own -> user(own.fallback());
            case User.Numbered numbered -> findExisting(numbered.number());
            case User.Group group -> Optional.empty();
        };
    }

    /** Returns the refusal of a command about a user who does not exist. */
    public static Refusal noSuchUser(User user) {
        return new Refusal(
                Code.NO_SUCH_USER, "There is no user called " + Escape.quoted(user.typed()) + ". Nothing was done.");
    }

    /** Returns the account with this number; empty if there is none, or it was deleted. */
    public Optional<Account> findExisting(long number) {
        return find(number).filter(account -> account.state() != Account.State.DELETED);
    }

    /**
     * Resolves a user, given by name or by number, to a name.
     *
     * @return the name, which may be no account's; for an unknown number, the text as typed
     */
    public String nameFor(User user) {
        return switch (user) {
            case User.Named named -> named(named.typed()).map(Account::name).orElse(named.typed());
            case User.NamedLoosely called ->
                findAsTyped(called.typed()).map(Account::name).orElse(called.typed());
            case User.Own own -> nameFor(own.fallback());
            case User.Group group -> group.typed();
            case User.Numbered numbered ->
                Optional.ofNullable(byNumber.get(numbered.number()))
                        .map(Account::name)
                        .orElse(numbered.typed());
        };
    }

    /** Returns the accounts or the group with these numbers, each an {@link Addressee}, in the form used by the log. */
    public List<LoggedIdentity> who(List<Long> numbers) {
        List<LoggedIdentity> all = new ArrayList<>(numbers.size());
        for (long number : numbers) {
            all.add(who(number));
        }
        return all;
    }

    private LoggedIdentity who(long number) {
        return Addressee.isGroup(number)
                ? LoggedIdentity.ofGroup(Addressee.groupNumber(number), nameOf(number))
                : LoggedIdentity.of(number, nameOf(number));
    }

    /**
     * Returns the account with this name, in whatever case, width or normal form it was typed. If
     * there are several old ones whose names differ only in that, returns the one with exactly this
     * name, or none.
     */
    public Optional<Account> findAsTyped(String typed) {
        Optional<Account> exact = named(typed);
        if (exact.isPresent() || typed.length() > 2 * Names.MAX_BYTES) {
            return exact;
        }
        String folded = Names.folded(typed);
        List<FoldedName> all = foldedNames.tailSet(new FoldedName(folded, 0)).stream()
                .takeWhile(folding -> folding.name().equals(folded))
                .limit(2)
                .toList();
        return all.size() == 1 ? Optional.of(require(all.getFirst().account())) : Optional.empty();
    }

    /**
     * Returns at most {@code limit} accounts with a part of their name that begins with a text,
     * whatever its case and accents: first the one with this name, then those whose name begins
     * with it, then the others, each sorted by name.
     */
    public List<Account> matching(String text, int limit) {
        if (text.length() > 2 * Names.MAX_BYTES) {
            return List.of();
        }
        return Stream.concat(findAsTyped(text).map(Account::number).stream(), index.find(text))
                .distinct()
                .map(this::find)
                .flatMap(Optional::stream)
                .limit(limit)
                .toList();
    }

    private record FoldedName(String name, long account) implements Comparable<FoldedName> {
        static FoldedName of(Account account) {
            return new FoldedName(Names.folded(account.name()), account.number());
        }

        @Override
        public int compareTo(FoldedName other) {
            int names = name.compareTo(other.name);
            return names != 0 ? names : Long.compare(account, other.account);
        }
    }

    /** Returns the number of accounts, including deleted ones. */
    public int size() {
        return byNumber.size();
    }

    /** Returns all accounts except deleted ones, by number. */
    public List<Account> all() {
        return byNumber.values().stream()
                .filter(account -> account.state() != Account.State.DELETED)
                .sorted(Comparator.comparingLong(Account::number))
                .toList();
    }

    /** Returns the present names of all accounts except deleted ones, by number. */
    public SortedMap<Long, String> names() {
        SortedMap<Long, String> present = new TreeMap<>();
        all().forEach(account -> present.put(account.number(), account.name()));
        return present;
    }

    /** Returns the names of all accounts by number: the present name, or the last one of a deleted account. */
    public SortedMap<Long, String> allNames() {
        SortedMap<Long, String> all = new TreeMap<>();
        byNumber.forEach((number, account) -> all.put(number, account.name()));
        return all;
    }

    /** Returns how often a name has changed since the start, of an account or a group. */
    public long nameChanges() {
        return nameChanges.get() + groups.nameChanges();
    }

    /** Returns an account's former names, sorted. */
    public synchronized List<String> formerNames(Account account) {
        return everUsed.entrySet().stream()
                .filter(used ->
                        used.getValue() == account.number() && !used.getKey().equals(account.name()))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    /** Returns the account that has or once had this name, deleted or not. */
    public synchronized Optional<Account> findByNameEverUsed(String name) {
        return Optional.ofNullable(everUsed.get(name)).map(byNumber::get);
    }

    /**
     * Returns the account that is meant, deleted or not: by a name that it has or once had, or by {@code U} and its number.
     */
    public Optional<Account> findEver(String typed) {
        return NUMBER.matcher(typed).matches()
                ? find(Long.parseLong(typed.substring(1)))
                : named(typed).or(() -> findByNameEverUsed(typed));
    }

    /**
     * Reserves a name for an account that is being created or renamed.
     *
     * @param account 0 for a new account; an existing one may take back a former name of its own
     * @throws Refusal {@link Code#BAD_NAME} or {@link Code#NAME_TAKEN}
     */
    public synchronized void reserve(String name, long account, NamePolicy policy) {
        check(name, account, policy);
        remember(name);
    }

    /** Validates a name as {@link #reserve} does, without reserving it. */
    public synchronized void check(String name, long account, NamePolicy policy) {
        names.check(name, policy.titles());
        Long owner = everUsed.get(name);
        if (owner != null && (account == 0 || owner != account)) {
            throw new Refusal(Code.NAME_TAKEN, "The name " + name + " is taken or was once; names are never reused.");
        }
        if (!policy.similar()) {
            SortedSet<String> alike = new TreeSet<>();
            for (String skeleton : names.skeletons(name)) {
                alike.addAll(bySkeleton.getOrDefault(skeleton, Set.of()));
            }
            for (String other : alike) {
                if (account == 0 || !Objects.equals(everUsed.get(other), account)) {
                    throw new Refusal(
                            Code.BAD_NAME,
                            "The name " + name + " looks like " + other + ", the name of another account."
                                    + policy.hint());
                }
            }
        }
    }

    @GuardedBy("this")
    private void remember(String name) {
        if (!everUsed.containsKey(name)) {
            remember(name, 0L);
        }
    }

    /** Releases a reserved name, unless an account has it by now. */
    public synchronized void release(String name) {
        if (Objects.equals(everUsed.get(name), 0L)) {
            forget(name);
        }
    }

    private synchronized void remember(String name, Long account) {
        everUsed.put(name, account);
        names.skeletons(name)
                .forEach(skeleton -> bySkeleton
                        .computeIfAbsent(skeleton, _ -> new HashSet<>())
                        .add(name));
    }

    /** Applies a committed change: adds or replaces the account. */
    public void put(Account account) {
        Account before = byNumber.put(account.number(), account);
        byName.put(account.name(), account);
        if (before == null || !before.name().equals(account.name()) || account.state() == Account.State.DELETED) {
            // Skipped at logins, which change neither.
            reindex(before, account);
        }
        if (before == null) {
            rememberName(account);
        } else if (!before.name().equals(account.name())) {
            rememberName(account);
            byName.remove(before.name());
        }
    }

    /**
     * Applies a committed erasure: the account has its number for a name, and nobody is found by its former ones any more,
     * which may be given again.
     */
    public void forgetNames(long number) {
        Account erased = require(number).erased();
        synchronized (this) {
            everUsed.entrySet().stream()
                    .filter(used -> used.getValue() == number)
                    .map(Map.Entry::getKey)
                    .toList()
                    .forEach(this::forget);
        }
        put(erased);
    }

    @GuardedBy("this")
    private void forget(String name) {
        everUsed.remove(name);
        for (String skeleton : names.skeletons(name)) {
            bySkeleton.computeIfPresent(skeleton, (_, alike) -> {
                alike.remove(name);
                return alike.isEmpty() ? null : alike;
            });
        }
    }

    private void reindex(@Nullable Account before, Account account) {
        if (before != null) {
            foldedNames.remove(FoldedName.of(before));
            index.remove(before.name(), before.number());
        }
        if (account.state() != Account.State.DELETED) {
            foldedNames.add(FoldedName.of(account));
            index.add(account.name(), account.number());
        }
    }

    private void rememberName(Account account) {
        nameChanges.incrementAndGet();
        remember(account.name(), account.number());
    }

    /**
     * Returns the account's password generation, counted since the start: logins verified against an older one are
     * rejected.
     */
    public long passwordGeneration(long number) {
        return passwordGeneration.getOrDefault(number, 0L);
    }

    /** Returns how often the account's settings were stored since the start. */
    public long settingsGeneration(long number) {
        return settingsGeneration.getOrDefault(number, 0L);
    }

    public void incrementSettingsGeneration(long number) {
        settingsGeneration.merge(number, 1L, Long::sum);
    }

    /**
     * Applies a committed change of an account's password or state that ends its logins and tokens,
     * and increments the password generation.
     */
    public void putPassword(Account account) {
        passwordGeneration.merge(account.number(), 1L, Long::sum);
        put(account);
    }
}

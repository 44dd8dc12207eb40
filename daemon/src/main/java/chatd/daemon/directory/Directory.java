package chatd.daemon.directory;

import chatd.audit.event.Who;
import chatd.daemon.model.Account;
import chatd.daemon.model.Refusal;
import chatd.protocol.value.Code;
import chatd.protocol.value.User;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** All accounts, in memory: what the database has, as of the last commit. Any thread. */
public final class Directory {
    private final Names names = new Names();
    private final ConcurrentSkipListMap<Long, Account> byNumber = new ConcurrentSkipListMap<>();
    private final Map<String, Account> byName = new ConcurrentHashMap<>();
    private final Map<Long, Long> passwordsSet = new ConcurrentHashMap<>();
    private final Map<Long, Long> settingsStored = new ConcurrentHashMap<>();

    /** Every name that was ever used, with the number of its account; 0 while that is being made. */
    private final Map<String, Long> everUsed = new HashMap<>();

    private final Map<String, Set<String>> bySkeleton = new HashMap<>();

    /** @param namesEverUsed with the numbers of their accounts */
    public Directory(List<Account> accounts, Map<String, Long> namesEverUsed) {
        namesEverUsed.forEach(this::remember);
        accounts.forEach(this::put);
    }

    public Optional<Account> named(String name) {
        return Optional.ofNullable(byName.get(name)).filter(account -> account.state() != Account.State.DELETED);
    }

    /**
     * The account with a number that is known to exist.
     *
     * @throws IllegalStateException where it does not
     */
    public Account numbered(long number) {
        Account account = byNumber.get(number);
        if (account == null) {
            throw new IllegalStateException("no account has the number " + number);
        }
        return account;
    }

    /**
     * As {@link #numbered}, of one that is about to do something.
     *
     * @throws Refusal {@link Code#DISABLED} where it may do nothing any more: it was disabled or deleted meanwhile
     */
    public Account acting(long number) {
        Account account = numbered(number);
        if (account.state() != Account.State.ACTIVE) {
            throw new Refusal(Code.DISABLED, "The account is disabled. Nothing was done.");
        }
        return account;
    }

    /** The present name of an account, or of the daemon itself. */
    public String nameOf(long number) {
        Account account = byNumber.get(number);
        return account == null ? User.SERVER : account.name();
    }

    /**
     * The name of who is meant.
     *
     * @return a name, which nobody may have; for the number of no account, what was typed
     */
    public String nameFor(User user) {
        return switch (user) {
            case User.Named named -> named.typed();
            case User.Numbered numbered ->
                Optional.ofNullable(byNumber.get(numbered.number()))
                        .map(Account::name)
                        .orElse(numbered.typed());
        };
    }

    /** Accounts as the log has them. */
    public List<Who> who(List<Long> numbers) {
        return numbers.stream().map(number -> Who.of(number, nameOf(number))).toList();
    }

    /** How many there are, deleted ones too. */
    public int size() {
        return byNumber.size();
    }

    /** All but deleted ones, by number. */
    public List<Account> all() {
        return byNumber.values().stream()
                .filter(account -> account.state() != Account.State.DELETED)
                .toList();
    }

    /** Their present names, by number; of all but deleted ones. */
    public SortedMap<Long, String> names() {
        SortedMap<Long, String> present = new TreeMap<>();
        all().forEach(account -> present.put(account.number(), account.name()));
        return present;
    }

    /** The present names of all accounts, or the last ones of those that were deleted, by number. */
    public SortedMap<Long, String> allNames() {
        SortedMap<Long, String> all = new TreeMap<>();
        byNumber.forEach((number, account) -> all.put(number, account.name()));
        return all;
    }

    /** The names that an account had before. */
    public synchronized List<String> formerNames(Account account) {
        return everUsed.entrySet().stream()
                .filter(used ->
                        used.getValue() == account.number() && !used.getKey().equals(account.name()))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    /** The account that once had a name, deleted or not. */
    public synchronized Optional<Account> formerly(String name) {
        return Optional.ofNullable(everUsed.get(name)).map(byNumber::get);
    }

    /**
     * Keeps a name for an account that is being made or renamed.
     *
     * @param account 0 for one that is being made; another may have a name again that it had before
     * @throws Refusal {@link Code#BAD_NAME} or {@link Code#NAME_TAKEN}
     */
    public synchronized void reserve(String name, long account) {
        check(name, account);
        remember(name);
    }

    /** Judges a name as {@link #reserve} does, and keeps nothing. */
    public synchronized void check(String name, long account) {
        names.check(name);
        Long owner = everUsed.get(name);
        if (owner != null && (account == 0 || owner != account)) {
            throw new Refusal(Code.NAME_TAKEN, "The name " + name + " is taken, or was once: no name is given twice.");
        }
        for (String alike : bySkeleton.getOrDefault(names.skeleton(name), Set.of())) {
            boolean own = account != 0 && Objects.equals(everUsed.get(alike), account);
            if (!own && !Names.sameButForAsciiCase(alike, name)) {
                throw new Refusal(
                        Code.BAD_NAME, "The name " + name + " looks like " + alike + ", that of another account.");
            }
        }
    }

    private void remember(String name) {
        if (!everUsed.containsKey(name)) {
            remember(name, 0L);
        }
    }

    /** Gives a reserved name back, unless it is an account's by now. */
    public synchronized void release(String name) {
        if (everUsed.remove(name, 0L)) {
            bySkeleton.computeIfPresent(names.skeleton(name), (skeleton, alike) -> {
                alike.remove(name);
                return alike.isEmpty() ? null : alike;
            });
        }
    }

    private synchronized void remember(String name, Long account) {
        everUsed.put(name, account);
        bySkeleton
                .computeIfAbsent(names.skeleton(name), skeleton -> new HashSet<>())
                .add(name);
    }

    /** Takes in what was committed. */
    public void put(Account account) {
        Account before = byNumber.put(account.number(), account);
        byName.put(account.name(), account);
        if (before == null) {
            own(account);
        } else if (!before.name().equals(account.name())) {
            own(account);
            byName.remove(before.name());
        }
    }

    private synchronized void own(Account account) {
        everUsed.put(account.name(), account.number());
    }

    /** How often the account's password was set since the start: a log in judged by an older one does not hold. */
    public long passwordsSet(long number) {
        return passwordsSet.getOrDefault(number, 0L);
    }

    /** How often the account's settings were stored since the start. */
    public long settingsStored(long number) {
        return settingsStored.getOrDefault(number, 0L);
    }

    public void settingsWereStored(long number) {
        settingsStored.merge(number, 1L, Long::sum);
    }

    /** Takes in a password that was committed. */
    public void putPassword(Account account) {
        passwordsSet.merge(account.number(), 1L, Long::sum);
        put(account);
    }
}

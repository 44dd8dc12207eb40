package chatd.daemon.service;

import chatd.audit.Who;
import chatd.daemon.store.Account;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
    private final Set<String> everUsed = new HashSet<>();
    private final Map<String, Set<String>> bySkeleton = new HashMap<>();

    public Directory(List<Account> accounts, Collection<String> namesEverUsed) {
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

    /** The present name of an account, or of the daemon itself. */
    public String nameOf(long number) {
        Account account = byNumber.get(number);
        return account == null ? Names.SERVER : account.name();
    }

    /** Accounts as the log has them. */
    List<Who> who(List<Long> numbers) {
        return numbers.stream().map(number -> Who.of(number, nameOf(number))).toList();
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

    /**
     * Keeps a name for an account that is being made.
     *
     * @throws Refusal {@link Code#BAD_NAME} or {@link Code#NAME_TAKEN}
     */
    synchronized void reserve(String name) {
        names.check(name);
        if (everUsed.contains(name)) {
            throw new Refusal(Code.NAME_TAKEN, "The name is taken, or was once: no name is given twice.");
        }
        for (String alike : bySkeleton.getOrDefault(names.skeleton(name), Set.of())) {
            if (!Names.sameButForAsciiCase(alike, name)) {
                throw new Refusal(Code.BAD_NAME, "The name looks like that of another account.");
            }
        }
        remember(name);
    }

    /** Gives a reserved name back: the account was not made. */
    synchronized void release(String name) {
        everUsed.remove(name);
        Set<String> alike = bySkeleton.get(names.skeleton(name));
        if (alike != null) {
            alike.remove(name);
        }
    }

    private synchronized void remember(String name) {
        everUsed.add(name);
        bySkeleton
                .computeIfAbsent(names.skeleton(name), skeleton -> new HashSet<>())
                .add(name);
    }

    /** Takes in what was committed. */
    void put(Account account) {
        byNumber.put(account.number(), account);
        byName.put(account.name(), account);
    }

    /** How often the account's password was set since the start: a log in judged by an older one does not hold. */
    long passwordsSet(long number) {
        return passwordsSet.getOrDefault(number, 0L);
    }

    /** How often the account's settings were stored since the start. */
    long settingsStored(long number) {
        return settingsStored.getOrDefault(number, 0L);
    }

    void settingsWereStored(long number) {
        settingsStored.merge(number, 1L, Long::sum);
    }

    /** Takes in a password that was committed. */
    void putPassword(Account account) {
        passwordsSet.merge(account.number(), 1L, Long::sum);
        put(account);
    }
}

package chatd.daemon.directory;

import chatd.daemon.model.group.MembershipPeriod;
import chatd.protocol.value.group.GroupRole;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** The members of a group by account number, 17 bytes each. Immutable. */
public final class Members {
    static final Members NONE = new Members(new TreeMap<>());

    private static final byte WHOLE_HISTORY = 4;

    private final long[] accounts;
    private final long[] since;
    private final byte[] flags;

    /**
     * One member.
     *
     * @param since the number of the change by which they joined
     * @param wholeHistory whether they see what was said before
     */
    public record Member(GroupRole role, long since, boolean wholeHistory) {
        public MembershipPeriod period() {
            return new MembershipPeriod(since, wholeHistory ? 0 : since, Long.MAX_VALUE);
        }
    }

    Members(SortedMap<Long, Member> all) {
        this.accounts = all.keySet().stream().mapToLong(account -> account).toArray();
        this.since = all.values().stream().mapToLong(Member::since).toArray();
        this.flags = new byte[accounts.length];
        int place = 0;
        for (Member member : all.values()) {
            flags[place++] = flags(member);
        }
    }

    private Members(long[] accounts, long[] since, byte[] flags) {
        this.accounts = accounts;
        this.since = since;
        this.flags = flags;
    }

    private static byte flags(Member member) {
        return (byte) (member.role().code | (member.wholeHistory() ? WHOLE_HISTORY : 0));
    }

    private int place(long account) {
        return Arrays.binarySearch(accounts, account);
    }

    private Member at(int place) {
        return new Member(
                GroupRole.of(flags[place] & ~WHOLE_HISTORY), since[place], (flags[place] & WHOLE_HISTORY) != 0);
    }

    public boolean has(long account) {
        return place(account) >= 0;
    }

    public int size() {
        return accounts.length;
    }

    public Optional<Member> find(long account) {
        int place = place(account);
        return place < 0 ? Optional.empty() : Optional.of(at(place));
    }

    /** Returns the numbers of all members, ascending. */
    public LongStream accounts() {
        return Arrays.stream(accounts);
    }

    /** Returns at most {@code limit} members with numbers above {@code after}, by number. */
    public SortedMap<Long, Member> above(long after, int limit) {
        int place = place(after);
        int from = place >= 0 ? place + 1 : -place - 1;
        SortedMap<Long, Member> page = new TreeMap<>();
        for (int i = from; i < Math.min(accounts.length, from + limit); i++) {
            page.put(accounts[i], at(i));
        }
        return page;
    }

    /** Returns the numbers of the owners, ascending. */
    public LongStream owners() {
        return IntStream.range(0, accounts.length)
                .filter(i -> at(i).role() == GroupRole.OWNER)
                .mapToLong(i -> accounts[i]);
    }

    /** Returns whether an account is the only owner. */
    public boolean isLastOwner(long account) {
        return Arrays.equals(owners().toArray(), new long[] {account});
    }

    /** Returns who has been a member longest, other than an account; 0 if there is nobody. */
    public long longestServing(long except) {
        return IntStream.range(0, accounts.length)
                .filter(i -> accounts[i] != except)
                .boxed()
                .min(Comparator.comparingLong((Integer i) -> since[i]).thenComparingLong(i -> accounts[i]))
                .map(i -> accounts[i])
                .orElse(0L);
    }

    /** Returns who is to own a group that is left: its longest-serving admin, else member; 0 if there is nobody. */
    public long successor(long leaving) {
        return IntStream.range(0, accounts.length)
                .filter(i -> accounts[i] != leaving)
                .boxed()
                .min(Comparator.comparing((Integer i) -> !at(i).role().isAdmin())
                        .thenComparingLong(i -> since[i])
                        .thenComparingLong(i -> accounts[i]))
                .map(i -> accounts[i])
                .orElse(0L);
    }

    /** Returns these members with more accounts, each as {@code member}. */
    Members with(Collection<Long> others, Member member) {
        long[] sorted = others.stream().mapToLong(account -> account).sorted().toArray();
        int size = accounts.length + sorted.length;
        long[] all = new long[size];
        long[] allSince = new long[size];
        byte[] allFlags = new byte[size];
        int mine = 0;
        int theirs = 0;
        for (int i = 0; i < size; i++) {
            boolean isNew = mine == accounts.length || (theirs < sorted.length && sorted[theirs] < accounts[mine]);
            all[i] = isNew ? sorted[theirs] : accounts[mine];
            allSince[i] = isNew ? member.since() : since[mine];
            allFlags[i] = isNew ? flags(member) : flags[mine];
            if (isNew) {
                theirs++;
            } else {
                mine++;
            }
        }
        return new Members(all, allSince, allFlags);
    }

    /** Returns these members without an account that is one of them. */
    Members without(long account) {
        int gone = place(account);
        int size = accounts.length - 1;
        long[] all = new long[size];
        long[] allSince = new long[size];
        byte[] allFlags = new byte[size];
        System.arraycopy(accounts, 0, all, 0, gone);
        System.arraycopy(accounts, gone + 1, all, gone, size - gone);
        System.arraycopy(since, 0, allSince, 0, gone);
        System.arraycopy(since, gone + 1, allSince, gone, size - gone);
        System.arraycopy(flags, 0, allFlags, 0, gone);
        System.arraycopy(flags, gone + 1, allFlags, gone, size - gone);
        return new Members(all, allSince, allFlags);
    }

    /** Returns these members with another role for an account that is one of them. */
    Members with(long account, GroupRole role) {
        int place = place(account);
        byte[] changed = flags.clone();
        changed[place] = (byte) (role.code | (flags[place] & WHOLE_HISTORY));
        return new Members(accounts, since, changed);
    }
}

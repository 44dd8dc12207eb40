package chatd.daemon.directory;

import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.entry.GroupChange;
import chatd.daemon.model.group.Group;
import chatd.daemon.model.group.Membership;
import chatd.daemon.model.group.MembershipPeriod;
import chatd.daemon.model.message.Reader;
import chatd.protocol.value.Code;
import chatd.protocol.value.group.GroupAction;
import chatd.protocol.value.group.GroupRole;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * In-memory copy of all groups, their members and former members, as of the last applied commit: 17
 * bytes for each member and 8 in their list of groups, about 150 for each former member. Changed by
 * the journal's thread only; read by any.
 */
public final class GroupDirectory {
    /**
     * Maximum length of a searched text, in characters: a group's name has at most 64 bytes, in
     * whatever form it is typed.
     */
    private static final int MAX_SEARCH = 128;

    private final Map<Long, Entry> byNumber = new ConcurrentHashMap<>();

    /** The groups that each account is in. */
    private final Map<Long, NumberSet> ofAccount = new ConcurrentHashMap<>();

    /** The groups that each account is, or was, in. */
    private final Map<Long, NumberSet> everOfAccount = new ConcurrentHashMap<>();

    /** The names of the groups that can be found. */
    private final NameIndex index = new NameIndex();

    /** The highest number in the history of each group. */
    private final Map<Long, Long> newest = new ConcurrentHashMap<>();

    private final AtomicLong nameChanges = new AtomicLong();

    /** A group with its members, and those who were members. */
    private record Entry(Group group, Members members, Map<Long, Past> past) {
        Entry with(Group other) {
            return new Entry(other, members, past);
        }

        Entry with(Members others) {
            return new Entry(group, others, past);
        }

        Entry with(long account, @Nullable Past found) {
            Map<Long, Past> all = new HashMap<>(past);
            if (found == null) {
                all.remove(account);
            } else {
                all.put(account, found);
            }
            return new Entry(group, members, all);
        }
    }

    /** An account's former memberships in a group; {@code removed} says how the last one ended. */
    private record Past(List<MembershipPeriod> periods, boolean removed) {}

    /** Creates a directory without groups. */
    public GroupDirectory() {}

    /**
     * @param memberships passes on all memberships, ordered by group, account, and number of the
     *     change by which they began
     * @param newest the highest number in the history of each group
     */
    public GroupDirectory(List<Group> groups, Consumer<Consumer<Membership>> memberships, Map<Long, Long> newest) {
        groups.forEach(group -> byNumber.put(group.number(), new Entry(group, Members.NONE, Map.of())));
        List<Membership> ofOneGroup = new ArrayList<>();
        memberships.accept(membership -> {
            if (!ofOneGroup.isEmpty() && ofOneGroup.getFirst().group() != membership.group()) {
                load(ofOneGroup);
                ofOneGroup.clear();
            }
            ofOneGroup.add(membership);
        });
        load(ofOneGroup);
        this.newest.putAll(newest);
        byNumber.values().forEach(entry -> index(entry.group(), true));
    }

    private void load(List<Membership> ofOneGroup) {
        if (ofOneGroup.isEmpty()) {
            return;
        }
        long group = ofOneGroup.getFirst().group();
        SortedMap<Long, Members.Member> members = new TreeMap<>();
        Map<Long, Past> past = new HashMap<>();
        for (Membership one : ofOneGroup) {
            long account = one.account();
            MembershipPeriod period = one.period();
            change(everOfAccount, account, set -> set.with(group));
            if (period.isOpen()) {
                members.put(account, new Members.Member(one.role(), period.since(), period.from() < period.since()));
                change(ofAccount, account, set -> set.with(group));
            } else {
                past.merge(
                        account,
                        new Past(List.of(period), one.removed()),
                        (before, last) -> new Past(plus(before.periods(), period), last.removed()));
            }
        }
        byNumber.computeIfPresent(group, (_, entry) -> new Entry(entry.group(), new Members(members), past));
    }

    private static List<MembershipPeriod> plus(List<MembershipPeriod> some, MembershipPeriod one) {
        return Stream.concat(some.stream(), Stream.of(one)).toList();
    }

    private static void change(Map<Long, NumberSet> sets, long account, UnaryOperator<NumberSet> how) {
        sets.compute(account, (_, before) -> {
            NumberSet after = how.apply(before == null ? NumberSet.EMPTY : before);
            return after.isEmpty() ? null : after;
        });
    }

    public Optional<Group> find(long number) {
        return Optional.ofNullable(byNumber.get(number)).map(Entry::group);
    }

    /** Returns all groups, by number. */
    public List<Group> all() {
        return new TreeMap<>(byNumber).values().stream().map(Entry::group).toList();
    }

    /** Returns the name of a group; empty if there is none. */
    public String nameOf(long number) {
        return find(number).map(Group::name).orElse("");
    }

    /** Returns how often a group has got a name since the start. */
    long nameChanges() {
        return nameChanges.get();
    }

    /** Returns the members of a group. */
    public Members members(long number) {
        Entry entry = byNumber.get(number);
        return entry == null ? Members.NONE : entry.members();
    }

    /** Returns the groups that an account is in, by number. */
    public NumberSet groupsOf(long account) {
        return ofAccount.getOrDefault(account, NumberSet.EMPTY);
    }

    /** Returns the open groups with others in them of which an account is the only owner, by number. */
    public List<Group> ownedAlone(long account) {
        return StreamSupport.stream(groupsOf(account).spliterator(), false)
                .map(group -> find(group).orElseThrow())
                .filter(group -> !group.closed()
                        && members(group.number()).size() > 1
                        && members(group.number()).isLastOwner(account))
                .toList();
    }

    /** Returns whether an account is, or was, in a group. */
    public boolean wasEverIn(long account, long group) {
        return everOfAccount.getOrDefault(account, NumberSet.EMPTY).has(group);
    }

    /** Returns whether an account was removed from a group, and has not come back since. */
    public boolean wasRemoved(long account, long group) {
        Entry entry = byNumber.get(group);
        if (entry == null || entry.members().has(account)) {
            return false;
        }
        Past past = entry.past().get(account);
        return past != null && past.removed();
    }

    /**
     * Returns the periods of a group's history that an account sees; none, if it was never in it.
     */
    public List<MembershipPeriod> periods(long account, long group) {
        Entry entry = byNumber.get(group);
        if (entry == null) {
            return List.of();
        }
        List<MembershipPeriod> all = Optional.ofNullable(entry.past().get(account))
                .map(Past::periods)
                .orElse(List.of());
        return entry.members()
                .find(account)
                .map(member -> plus(all, member.period()))
                .orElse(all);
    }

    /**
     * Returns the periods of a group's history that each former member sees, whether they have come
     * back or not.
     */
    public List<List<MembershipPeriod>> periodsOfFormerMembers(long group) {
        Entry entry = byNumber.get(group);
        return entry == null
                ? List.of()
                : entry.past().keySet().stream()
                        .map(account -> periods(account, group))
                        .toList();
    }

    /** Returns whether an account sees a message, or a change, of a group. */
    public boolean sees(long account, long group, long message) {
        return periods(account, group).stream().anyMatch(period -> period.contains(message));
    }

    /** Returns what an account may read. */
    public Reader reader(Account account) {
        SortedMap<Long, Reader.Group> groups = new TreeMap<>();
        for (long group : everOfAccount.getOrDefault(account.number(), NumberSet.EMPTY)) {
            groups.put(group, new Reader.Group(newest.getOrDefault(group, 0L), periods(account.number(), group)));
        }
        return new Reader(account, groups, false);
    }

    /**
     * Returns a group that an account is in.
     *
     * @throws Refusal {@link Code#NOT_A_MEMBER} if it was in it, or the group is open; otherwise
     *     {@link Code#NO_SUCH_GROUP}, as if there were none
     */
    public Group requireMember(long account, long number) {
        Group group = find(number).orElseThrow(GroupDirectory::noSuchGroup);
        if (members(number).has(account)) {
            return group;
        }
        throw wasEverIn(account, number) || group.open()
                ? new Refusal(Code.NOT_A_MEMBER, "You are not in this group. Nothing was done.")
                : noSuchGroup();
    }

    public static Refusal noSuchGroup() {
        return new Refusal(Code.NO_SUCH_GROUP, "There is no such group. Nothing was done.");
    }

    /** @throws Refusal as {@link #requireMember}, or with {@link Code#CLOSED} */
    public void checkWriting(long account, long number) {
        checkOpen(requireMember(account, number));
    }

    /** @throws Refusal {@link Code#CLOSED} if a group is closed */
    public static void checkOpen(Group group) {
        if (group.closed()) {
            throw new Refusal(Code.CLOSED, "This group is closed: it can only be read. Nothing was done.");
        }
    }

    /**
     * Returns the number of a group whose history an account may read, since it is, or was, in it.
     *
     * @throws Refusal as {@link #requireMember}
     */
    public long requireReadable(long account, long number) {
        return wasEverIn(account, number)
                ? number
                : requireMember(account, number).number();
    }

    /** Returns the groups that can be found and have a word that begins with a text, whatever its case. */
    public List<Group> withWord(String text, int limit) {
        return text.isEmpty() || text.length() > MAX_SEARCH
                ? List.of()
                : index.find(text)
                        .limit(limit)
                        .flatMap(group -> find(group).stream())
                        .toList();
    }

    /** Adds or removes the words of a group that can be found. */
    private void index(Group group, boolean isAdded) {
        if (!group.open() || group.closed()) {
            return;
        }
        if (isAdded) {
            index.add(group.name(), group.number());
        } else {
            index.remove(group.name(), group.number());
        }
    }

    /** Records that an entry with this number is in the history of a group. */
    public void recordNewest(long group, long number) {
        newest.merge(group, number, Math::max);
    }

    /** Applies a committed change. */
    public void apply(GroupChange change) {
        long number = change.group();
        recordNewest(number, change.number());
        switch (change.act()) {
            case GroupAction.Created created -> {
                Group group = new Group(
                        number, change.name(), "", created.wholeHistory(), created.open(), false, Group.AS_CONFIGURED);
                Members.Member owner = new Members.Member(GroupRole.OWNER, change.number(), created.wholeHistory());
                byNumber.put(number, new Entry(group, Members.NONE.with(List.of(change.sender()), owner), Map.of()));
                nameChanges.incrementAndGet();
                index(group, true);
                listForAccounts(List.of(change.sender()), number);
                join(change, created.users());
            }
            case GroupAction.Added added -> join(change, added.users());
            case GroupAction.Joined joined -> join(change, List.of(joined.user()));
            case GroupAction.Removed removed -> leave(change, removed.user(), true);
            case GroupAction.Left left -> {
                leave(change, left.user(), false);
                if (left.next() != 0) {
                    update(number, entry -> entry.with(entry.members().with(left.next(), GroupRole.OWNER)));
                }
                if (members(number).size() == 0) {
                    change(number, Group::asClosed);
                }
            }
            case GroupAction.Renamed renamed -> {
                change(number, group -> group.withName(change.name()));
                nameChanges.incrementAndGet();
            }
            case GroupAction.RoleGiven role ->
                update(number, entry -> entry.with(entry.members().with(role.user(), role.role())));
            case GroupAction.Set set ->
                change(number, group -> {
                    Group after = set.wholeHistory() == null ? group : group.withWholeHistory(set.wholeHistory());
                    after = set.open() == null ? after : after.withOpen(set.open());
                    return set.topic() == null ? after : after.withTopic(set.topic());
                });
            case GroupAction.AvatarChanged _ -> {}
            case GroupAction.RetentionSet set -> change(number, group -> group.withRetention(set.days()));
            case GroupAction.Closed closed -> change(number, Group::asClosed);
        }
    }

    /**
     * Forgets what people who were erased wrote about groups.
     *
     * @param all groups whose names and topics go
     * @param topics groups whose topics go
     */
    public void forgetTexts(List<Long> all, List<Long> topics) {
        all.forEach(number ->
                change(number, group -> group.withName(Group.erasedName(number)).withTopic("")));
        topics.forEach(number -> change(number, group -> group.withTopic("")));
        nameChanges.addAndGet(all.size());
    }

    private void update(long group, UnaryOperator<Entry> how) {
        byNumber.computeIfPresent(group, (_, entry) -> how.apply(entry));
    }

    private void change(long group, UnaryOperator<Group> how) {
        find(group).ifPresent(before -> {
            index(before, false);
            update(group, entry -> entry.with(how.apply(entry.group())));
            find(group).ifPresent(after -> index(after, true));
        });
    }

    private void join(GroupChange change, Collection<Long> accounts) {
        if (accounts.isEmpty()) {
            return;
        }
        update(change.group(), entry -> {
            boolean isWhole = entry.group().wholeHistory();
            return entry.with(
                    entry.members().with(accounts, new Members.Member(GroupRole.MEMBER, change.number(), isWhole)));
        });
        listForAccounts(accounts, change.group());
    }

    private void listForAccounts(Collection<Long> accounts, long group) {
        for (long account : accounts) {
            change(everOfAccount, account, set -> set.with(group));
            change(ofAccount, account, set -> set.with(group));
        }
    }

    private void leave(GroupChange change, long account, boolean removed) {
        update(change.group(), entry -> {
            MembershipPeriod open = entry.members().find(account).orElseThrow().period();
            MembershipPeriod ended = new MembershipPeriod(open.since(), open.from(), change.number());
            List<MembershipPeriod> before = Optional.ofNullable(entry.past().get(account))
                    .map(Past::periods)
                    .orElse(List.of());
            return entry.with(account, new Past(plus(before, ended), removed))
                    .with(entry.members().without(account));
        });
        change(ofAccount, account, set -> set.without(change.group()));
    }

    /** Forgets a deleted account, which is in no group any more. */
    public void forget(long account) {
        NumberSet ever = everOfAccount.remove(account);
        if (ever != null) {
            ever.forEach(group -> update(group, entry -> entry.with(account, null)));
        }
    }
}

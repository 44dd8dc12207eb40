package chatd.daemon.directory;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.daemon.model.entry.GroupChange;
import chatd.daemon.model.group.Group;
import chatd.daemon.model.group.Membership;
import chatd.daemon.model.group.MembershipPeriod;
import chatd.fixtures.Campaign;
import chatd.protocol.value.group.GroupAction;
import chatd.protocol.value.group.GroupRole;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * What is known of current and former members, whether applied change by change or loaded at startup.
 */
class GroupDirectoryTest {
    private static final long GROUP = 7;
    private static final long OWNER = 1;
    private static final long BEN = 2;
    private static final long CID = 3;

    private final GroupDirectory applied = new GroupDirectory();
    private long number;

    private void apply(long sender, GroupAction act) {
        number++;
        applied.apply(new GroupChange(number, Instant.EPOCH, GROUP, "Crew", sender, act, null, null));
    }

    private void create(boolean wholeHistory) {
        apply(OWNER, new GroupAction.Created(List.of(), wholeHistory, true));
    }

    private void join(long user) {
        apply(user, new GroupAction.Joined(user));
    }

    private void leave(long user) {
        apply(user, new GroupAction.Left(user, 0));
    }

    private void remove(long user) {
        apply(OWNER, new GroupAction.Removed(user));
    }

    /** Returns the directory that is built from memberships at startup. */
    private static GroupDirectory read(Group group, Membership... memberships) {
        return new GroupDirectory(
                List.of(group), each -> List.of(memberships).forEach(each), Map.of(group.number(), 20L));
    }

    private static Membership member(long user, GroupRole role, long since, long from) {
        return new Membership(GROUP, user, new MembershipPeriod(since, from, Long.MAX_VALUE), role, false);
    }

    private static Membership former(long user, long since, long until, boolean removed) {
        return new Membership(GROUP, user, new MembershipPeriod(since, since, until), GroupRole.MEMBER, removed);
    }

    private static final Group CREW = new Group(GROUP, "Crew", "", false, true, false, Group.AS_CONFIGURED);

    private static final Membership OWNS = member(OWNER, GroupRole.OWNER, 1, 1);

    @Test
    void aMemberWhoCameBackAndWasRemovedCountsAsRemoved() {
        create(false);
        join(BEN);
        leave(BEN);
        join(BEN);
        remove(BEN);
        GroupDirectory read = read(CREW, OWNS, former(BEN, 2, 3, false), former(BEN, 4, 5, true));
        for (GroupDirectory groups : List.of(applied, read)) {
            assertThat(groups.wasRemoved(BEN, GROUP)).isTrue();
            assertThat(groups.wasEverIn(BEN, GROUP)).isTrue();
            assertThat(groups.groupsOf(BEN).isEmpty()).isTrue();
            assertThat(groups.members(GROUP).has(BEN)).isFalse();
            assertThat(groups.periods(BEN, GROUP))
                    .containsExactly(new MembershipPeriod(2, 2, 3), new MembershipPeriod(4, 4, 5));
        }
    }

    @Test
    void aMemberWhoCameBackAndLeftDoesNotCountAsRemoved() {
        create(false);
        join(BEN);
        remove(BEN);
        apply(OWNER, new GroupAction.Added(List.of(BEN)));
        assertThat(applied.wasRemoved(BEN, GROUP)).isFalse();
        leave(BEN);
        GroupDirectory read = read(CREW, OWNS, former(BEN, 2, 3, true), former(BEN, 4, 5, false));
        for (GroupDirectory groups : List.of(applied, read)) {
            assertThat(groups.wasRemoved(BEN, GROUP)).isFalse();
            assertThat(groups.periods(BEN, GROUP))
                    .containsExactly(new MembershipPeriod(2, 2, 3), new MembershipPeriod(4, 4, 5));
        }
    }

    @Test
    void aMemberWhoCameBackDoesNotCountAsRemoved() {
        create(false);
        join(BEN);
        remove(BEN);
        apply(OWNER, new GroupAction.Added(List.of(BEN)));
        GroupDirectory read = read(CREW, OWNS, former(BEN, 2, 3, true), member(BEN, GroupRole.MEMBER, 4, 4));
        for (GroupDirectory groups : List.of(applied, read)) {
            assertThat(groups.wasRemoved(BEN, GROUP)).isFalse();
            assertThat(groups.members(GROUP).has(BEN)).isTrue();
            assertThat(groups.sees(BEN, GROUP, 3))
                    .as("the change by which they left")
                    .isTrue();
            assertThat(groups.sees(BEN, GROUP, 1)).as("before it came").isFalse();
            assertThat(groups.sees(BEN, GROUP, 4))
                    .as("the change by which it came back")
                    .isTrue();
        }
    }

    @Test
    void aMemberWhoJoinsWhileTheWholeHistoryIsShownKeepsSeeingIt() {
        create(true);
        join(BEN);
        apply(OWNER, new GroupAction.Set(false, null, null));
        join(CID);
        GroupDirectory read =
                read(CREW, OWNS, member(BEN, GroupRole.MEMBER, 2, 0), member(CID, GroupRole.MEMBER, 4, 4));
        for (GroupDirectory groups : List.of(applied, read)) {
            assertThat(groups.sees(BEN, GROUP, 0)).isTrue();
            assertThat(groups.sees(CID, GROUP, 3)).isFalse();
            assertThat(groups.sees(CID, GROUP, 4)).isTrue();
        }
    }

    @Test
    void aFormerMemberSeesNothingFromAfterwards() {
        create(false);
        join(BEN);
        leave(BEN);
        GroupDirectory read = read(CREW, OWNS, former(BEN, 2, 3, false));
        for (GroupDirectory groups : List.of(applied, read)) {
            assertThat(groups.sees(BEN, GROUP, 3)).isTrue();
            assertThat(groups.sees(BEN, GROUP, 4)).isFalse();
            assertThat(groups.periodsOfFormerMembers(GROUP)).containsExactly(List.of(new MembershipPeriod(2, 2, 3)));
        }
    }

    @Test
    void membershipsOfSeveralGroupsAreKeptApart() {
        Group other = new Group(8, "Other", "", false, true, false, Group.AS_CONFIGURED);
        List<Membership> all = new ArrayList<>(List.of(OWNS, former(BEN, 2, 3, true)));
        all.add(new Membership(8, BEN, new MembershipPeriod(9, 9, Long.MAX_VALUE), GroupRole.OWNER, false));
        GroupDirectory groups = new GroupDirectory(
                List.of(CREW, other), each -> all.forEach(each), new TreeMap<>(Map.of(7L, 3L, 8L, 9L)));
        assertThat(groups.wasRemoved(BEN, GROUP)).isTrue();
        assertThat(groups.wasRemoved(BEN, 8)).isFalse();
        assertThat(groups.groupsOf(BEN)).containsExactly(8L);
        assertThat(groups.members(8).has(BEN)).isTrue();
        assertThat(groups.members(8).has(OWNER)).isFalse();
    }

    @Test
    void nothingIsKeptOfADeletedAccount() {
        create(false);
        join(BEN);
        join(CID);
        remove(BEN);
        leave(CID);
        applied.forget(BEN);
        assertThat(applied.wasEverIn(BEN, GROUP)).isFalse();
        assertThat(applied.wasRemoved(BEN, GROUP)).isFalse();
        assertThat(applied.periods(BEN, GROUP)).isEmpty();
        assertThat(applied.periodsOfFormerMembers(GROUP))
                .as("that of another stays")
                .hasSize(1);
        assertThat(applied.wasEverIn(CID, GROUP)).isTrue();
        applied.forget(99);
    }

    private void change(String name, GroupAction act) {
        number++;
        applied.apply(new GroupChange(number, Instant.EPOCH, GROUP, name, OWNER, act, null, null));
    }

    private List<Long> found(String text) {
        return applied.withWord(text, 50).stream().map(Group::number).toList();
    }

    /** By the beginning of its name, and of each of its words. */
    @Test
    void anOpenGroupIsFoundByTheWordsOfItsCurrentName() {
        change("Night Crew", new GroupAction.Created(List.of(), false, true));
        assertThat(List.of(found("night"), found("CRE"), found("night c"))).containsOnly(List.of(GROUP));
        assertThat(List.of(found("ight"), found("crews"), found(""))).containsOnly(List.of());
        change("Day Crew", new GroupAction.Renamed("Night Crew"));
        assertThat(found("night")).isEmpty();
        assertThat(found("day")).containsExactly(GROUP);
        change("Day Crew", new GroupAction.Set(null, false, null));
        assertThat(found("day")).isEmpty();
        change("Day Crew", new GroupAction.Set(null, true, "a topic"));
        assertThat(found("day")).containsExactly(GROUP);
        assertThat(applied.find(GROUP).orElseThrow().topic()).isEqualTo("a topic");
        change("Day Crew", new GroupAction.Closed());
        assertThat(found("day")).isEmpty();
        assertThat(applied.find(GROUP).orElseThrow().closed()).isTrue();
    }

    @Test
    void groupsLoadedAtStartupAreFoundToo() {
        Group closed = new Group(8, "Crew of old", "", false, true, true, Group.AS_CONFIGURED);
        Group hidden = new Group(9, "Crew hidden", "", false, false, false, Group.AS_CONFIGURED);
        GroupDirectory groups = new GroupDirectory(
                List.of(CREW, closed, hidden), each -> List.of(OWNS).forEach(each), Map.of());
        assertThat(groups.withWord("crew", 50)).containsExactly(CREW);
        assertThat(groups.withWord("crew", 0)).isEmpty();
    }

    @Test
    void theLastOwnerLeavesTheGroupToTheNextAndTheLastMemberClosesIt() {
        create(false);
        join(BEN);
        join(CID);
        assertThat(applied.members(GROUP).isLastOwner(OWNER)).isTrue();
        apply(OWNER, new GroupAction.Left(OWNER, CID));
        assertThat(applied.members(GROUP).find(CID).orElseThrow().role()).isEqualTo(GroupRole.OWNER);
        assertThat(applied.members(GROUP).find(BEN).orElseThrow().role()).isEqualTo(GroupRole.MEMBER);
        apply(CID, new GroupAction.RoleGiven(BEN, GroupRole.OWNER));
        assertThat(applied.members(GROUP).isLastOwner(CID)).isFalse();
        leave(CID);
        assertThat(applied.find(GROUP).orElseThrow().closed()).isFalse();
        leave(BEN);
        assertThat(applied.find(GROUP).orElseThrow().closed()).isTrue();
        assertThat(applied.members(GROUP).size()).isZero();
    }

    /** Members and sets of numbers are arrays; here they are compared with a map and a set. */
    @Test
    void membersAreThoseWhoJoinedAndDidNotLeave() {
        Random random = Campaign.random();
        SortedMap<Long, Members.Member> expected = new TreeMap<>();
        NumberSet numbers = NumberSet.EMPTY;
        Members members = Members.NONE;
        for (int i = 0; i < 500; i++) {
            long account = random.nextLong(1, 41);
            if (expected.containsKey(account)) {
                if (random.nextBoolean()) {
                    members = members.without(account);
                    numbers = numbers.without(account);
                    expected.remove(account);
                } else {
                    members = members.with(account, GroupRole.ADMIN);
                    Members.Member before = expected.get(account);
                    expected.put(account, new Members.Member(GroupRole.ADMIN, before.since(), before.wholeHistory()));
                }
            } else {
                Set<Long> coming = new HashSet<>(Set.of(account, 41L + i));
                Members.Member member = new Members.Member(GroupRole.MEMBER, i, random.nextBoolean());
                members = members.with(coming, member);
                for (long each : coming) {
                    numbers = numbers.with(each).with(each);
                    expected.put(each, member);
                }
            }
            assertThat(members.accounts().boxed()).containsExactlyElementsOf(expected.keySet());
            assertThat(members.size()).isEqualTo(expected.size());
            assertThat(numbers).containsExactlyElementsOf(expected.keySet());
            assertThat(numbers.without(0)).isEqualTo(numbers);
            long after = random.nextLong(600);
            assertThat(members.above(after, 3))
                    .isEqualTo(expected.tailMap(after + 1).entrySet().stream()
                            .limit(3)
                            .collect(Collectors.toMap(
                                    Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, TreeMap::new)));
            assertThat(numbers.above(after, 3))
                    .containsExactlyElementsOf(expected.tailMap(after + 1).keySet().stream()
                            .limit(3)
                            .toList());
        }
        assertThat(members.above(0, 1_000)).isEqualTo(expected);
    }
}

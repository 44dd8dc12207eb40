package chatd.daemon.directory;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.daemon.model.Group;
import chatd.daemon.model.GroupChange;
import chatd.daemon.model.Membership;
import chatd.daemon.model.Stretch;
import chatd.protocol.value.GroupAct;
import chatd.protocol.value.GroupRole;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What is known of members and former ones, whether it was applied change by change or read at a start. */
class GroupDirectoryTest {
    private static final long GROUP = 7;
    private static final long OWNER = 1;
    private static final long BEN = 2;
    private static final long CID = 3;

    private final GroupDirectory applied = new GroupDirectory();
    private long number;

    private void apply(long sender, GroupAct act) {
        number++;
        applied.apply(new GroupChange(number, Instant.EPOCH, GROUP, "Crew", sender, act, null, null));
    }

    private void create(boolean wholeHistory) {
        apply(OWNER, new GroupAct.Created(List.of(), wholeHistory, true));
    }

    private void join(long user) {
        apply(user, new GroupAct.Joined(user));
    }

    private void leave(long user) {
        apply(user, new GroupAct.Left(user, 0));
    }

    private void remove(long user) {
        apply(OWNER, new GroupAct.Removed(user));
    }

    /** Returns the directory that a start makes of memberships. */
    private static GroupDirectory read(Group group, Membership... memberships) {
        return new GroupDirectory(
                List.of(group), each -> List.of(memberships).forEach(each), Map.of(group.number(), 20L));
    }

    private static Membership member(long user, GroupRole role, long since, long from) {
        return new Membership(GROUP, user, new Stretch(since, from, Long.MAX_VALUE), role, false);
    }

    private static Membership former(long user, long since, long until, boolean removed) {
        return new Membership(GROUP, user, new Stretch(since, since, until), GroupRole.MEMBER, removed);
    }

    private static final Group CREW = new Group(GROUP, "Crew", "", false, true, false);

    private static final Membership OWNS = member(OWNER, GroupRole.OWNER, 1, 1);

    @Test
    void whoLeftCameBackAndWasRemovedMayNotComeByItself() {
        create(false);
        join(BEN);
        leave(BEN);
        join(BEN);
        remove(BEN);
        GroupDirectory read = read(CREW, OWNS, former(BEN, 2, 3, false), former(BEN, 4, 5, true));
        for (GroupDirectory groups : List.of(applied, read)) {
            assertThat(groups.wasRemoved(BEN, GROUP)).isTrue();
            assertThat(groups.wasEverIn(BEN, GROUP)).isTrue();
            assertThat(groups.of(BEN).isEmpty()).isTrue();
            assertThat(groups.members(GROUP).has(BEN)).isFalse();
            assertThat(groups.stretches(BEN, GROUP)).containsExactly(new Stretch(2, 2, 3), new Stretch(4, 4, 5));
        }
    }

    @Test
    void whoWasRemovedCameBackAndLeftMayComeByItself() {
        create(false);
        join(BEN);
        remove(BEN);
        apply(OWNER, new GroupAct.Added(List.of(BEN)));
        assertThat(applied.wasRemoved(BEN, GROUP)).isFalse();
        leave(BEN);
        GroupDirectory read = read(CREW, OWNS, former(BEN, 2, 3, true), former(BEN, 4, 5, false));
        for (GroupDirectory groups : List.of(applied, read)) {
            assertThat(groups.wasRemoved(BEN, GROUP)).isFalse();
            assertThat(groups.stretches(BEN, GROUP)).containsExactly(new Stretch(2, 2, 3), new Stretch(4, 4, 5));
        }
    }

    @Test
    void whoIsAMemberAgainWasNotRemoved() {
        create(false);
        join(BEN);
        remove(BEN);
        apply(OWNER, new GroupAct.Added(List.of(BEN)));
        GroupDirectory read = read(CREW, OWNS, former(BEN, 2, 3, true), member(BEN, GroupRole.MEMBER, 4, 4));
        for (GroupDirectory groups : List.of(applied, read)) {
            assertThat(groups.wasRemoved(BEN, GROUP)).isFalse();
            assertThat(groups.members(GROUP).has(BEN)).isTrue();
            assertThat(groups.sees(BEN, GROUP, 3))
                    .as("the change by which it went")
                    .isTrue();
            assertThat(groups.sees(BEN, GROUP, 1)).as("before it came").isFalse();
            assertThat(groups.sees(BEN, GROUP, 4))
                    .as("the change by which it came back")
                    .isTrue();
        }
    }

    @Test
    void whoComesWhileTheWholeHistoryIsShownSeesItAndKeepsIt() {
        create(true);
        join(BEN);
        apply(OWNER, new GroupAct.Set(false, null, null));
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
    void whoLeftSeesNothingAfterwards() {
        create(false);
        join(BEN);
        leave(BEN);
        GroupDirectory read = read(CREW, OWNS, former(BEN, 2, 3, false));
        for (GroupDirectory groups : List.of(applied, read)) {
            assertThat(groups.sees(BEN, GROUP, 3)).isTrue();
            assertThat(groups.sees(BEN, GROUP, 4)).isFalse();
            assertThat(groups.stretchesOfFormer(GROUP)).containsExactly(List.of(new Stretch(2, 2, 3)));
        }
    }

    @Test
    void membershipsOfSeveralGroupsAreToldApart() {
        Group other = new Group(8, "Other", "", false, true, false);
        List<Membership> all = new ArrayList<>(List.of(OWNS, former(BEN, 2, 3, true)));
        all.add(new Membership(8, BEN, new Stretch(9, 9, Long.MAX_VALUE), GroupRole.OWNER, false));
        GroupDirectory groups = new GroupDirectory(
                List.of(CREW, other), each -> all.forEach(each), new TreeMap<>(Map.of(7L, 3L, 8L, 9L)));
        assertThat(groups.wasRemoved(BEN, GROUP)).isTrue();
        assertThat(groups.wasRemoved(BEN, 8)).isFalse();
        assertThat(groups.of(BEN)).containsExactly(8L);
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
        assertThat(applied.stretches(BEN, GROUP)).isEmpty();
        assertThat(applied.stretchesOfFormer(GROUP)).as("that of another stays").hasSize(1);
        assertThat(applied.wasEverIn(CID, GROUP)).isTrue();
        applied.forget(99);
    }
}

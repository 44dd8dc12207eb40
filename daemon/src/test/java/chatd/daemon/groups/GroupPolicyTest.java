package chatd.daemon.groups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.daemon.directory.Contacts;
import chatd.daemon.directory.Directory;
import chatd.daemon.directory.GroupDirectory;
import chatd.daemon.limit.KeyedRateLimit;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.account.Pair;
import chatd.daemon.model.entry.GroupChange;
import chatd.daemon.model.entry.NothingToDo;
import chatd.daemon.model.group.Group;
import chatd.protocol.command.GroupCommand;
import chatd.protocol.value.Code;
import chatd.protocol.value.group.GroupAction;
import chatd.protocol.value.group.GroupRole;
import chatd.protocol.value.people.User;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Who may do what to a group, and with what effect; without a database, a session or the journal.
 */
class GroupPolicyTest {
    private static final long OWNER = 1;
    private static final long ADMIN = 2;
    private static final long MEMBER = 3;
    private static final long STRANGER = 4;
    private static final long BLOCKER = 5;
    private static final long GROUP = 7;
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

    private final GroupDirectory groups = new GroupDirectory();
    private final Directory directory = new Directory(
            LongStream.rangeClosed(OWNER, BLOCKER)
                    .mapToObj(number ->
                            Account.fresh(number, "user" + number, "", Account.Password.OWN, 0, Instant.EPOCH))
                    .toList(),
            Map.of(),
            groups);
    private final GroupPolicy policy = new GroupPolicy(
            directory, new Contacts(List.of(), List.of(), List.of(new Pair(BLOCKER, OWNER))), () -> 2, () -> 1);
    private final KeyedRateLimit<Pair> renames = KeyedRateLimit.ofPairs(() -> 1, Duration.ofDays(1));
    private long position;

    private void apply(long sender, GroupAction act) {
        groups.apply(new GroupChange(++position, Instant.EPOCH, GROUP, "Crew", sender, act, null, null));
    }

    private void createCrew() {
        apply(OWNER, new GroupAction.Created(List.of(ADMIN, MEMBER), false, false));
        apply(OWNER, new GroupAction.RoleGiven(ADMIN, GroupRole.ADMIN));
    }

    private GroupAction decide(long by, GroupCommand.OfGroup command) {
        Account account = directory.require(by);
        Group group = policy.authorize(account, command, NOW);
        return policy.decide(account, group, command, renames.once(), NOW);
    }

    /**
     * Returns the code of the refusal; empty if the command is accepted, or would change nothing.
     */
    private Optional<Code> refusal(long by, GroupCommand.OfGroup command) {
        try {
            decide(by, command);
            return Optional.empty();
        } catch (NothingToDo e) {
            return Optional.empty();
        } catch (Refusal e) {
            return Optional.of(e.code());
        }
    }

    private static User user(long number) {
        return new User.Numbered(number, "U" + number);
    }

    private static GroupCommand.Set set(@Nullable Boolean open, @Nullable String topic) {
        return new GroupCommand.Set(GROUP, null, open, topic, "");
    }

    @Test
    void eachRoleMayDoItsOwnCommands() {
        createCrew();
        Map<String, GroupCommand.OfGroup> commands = new TreeMap<>(Map.of(
                "add", new GroupCommand.Add(GROUP, List.of(user(STRANGER)), ""),
                "close", new GroupCommand.Close(GROUP, ""),
                "leave", new GroupCommand.Leave(GROUP, null, ""),
                "remove", new GroupCommand.Remove(GROUP, user(MEMBER), ""),
                "rename", new GroupCommand.Rename(GROUP, "Crew", ""),
                "role", new GroupCommand.GiveRole(GROUP, user(MEMBER), GroupRole.ADMIN, ""),
                "set", set(true, null)));
        Map<Long, List<String>> allowed = Map.of(
                OWNER, List.of("add", "close", "leave", "remove", "rename", "role", "set"),
                ADMIN, List.of("add", "leave", "remove", "rename"),
                MEMBER, List.of("leave"),
                STRANGER, List.of());
        allowed.forEach((by, some) -> commands.forEach((name, command) -> {
            if (by == MEMBER && name.equals("remove")) {
                return;
            }
            assertThat(refusal(by, command))
                    .as("%s by %s", name, by)
                    .isEqualTo(
                            some.contains(name)
                                    ? Optional.empty()
                                    : Optional.of(by == STRANGER ? Code.NO_SUCH_GROUP : Code.NOT_ALLOWED));
        }));
    }

    @Test
    void onlyOwnersRemoveAdmins() {
        createCrew();
        GroupCommand.Remove command = new GroupCommand.Remove(GROUP, user(OWNER), "");
        assertThat(refusal(ADMIN, command)).contains(Code.NOT_ALLOWED);
        assertThat(decide(OWNER, new GroupCommand.Remove(GROUP, user(ADMIN), "")))
                .isEqualTo(new GroupAction.Removed(ADMIN));
        assertThat(refusal(OWNER, command)).as("oneself").contains(Code.NOT_ALLOWED);
        assertThat(refusal(OWNER, new GroupCommand.Remove(GROUP, user(STRANGER), "")))
                .contains(Code.NOT_A_MEMBER);
    }

    @Test
    void theLastOwnerHandsTheGroupOn() {
        createCrew();
        assertThat(refusal(OWNER, new GroupCommand.GiveRole(GROUP, user(OWNER), GroupRole.MEMBER, "")))
                .contains(Code.NOT_ALLOWED);
        assertThat(decide(OWNER, new GroupCommand.Leave(GROUP, user(MEMBER), "")))
                .isEqualTo(new GroupAction.Left(OWNER, MEMBER));
        assertThat(decide(OWNER, new GroupCommand.Leave(GROUP, null, "")))
                .isEqualTo(new GroupAction.Left(OWNER, ADMIN));
        assertThat(decide(MEMBER, new GroupCommand.Leave(GROUP, null, ""))).isEqualTo(new GroupAction.Left(MEMBER, 0));
    }

    @Test
    void anybodyNotRemovedMayJoinAnOpenGroup() {
        createCrew();
        GroupCommand.Join join = new GroupCommand.Join(GROUP, "");
        assertThat(refusal(STRANGER, join)).as("not there").contains(Code.NO_SUCH_GROUP);
        apply(MEMBER, new GroupAction.Left(MEMBER, 0));
        assertThat(refusal(MEMBER, join)).as("by invitation").contains(Code.NOT_A_MEMBER);
        apply(OWNER, new GroupAction.Set(null, true, null));
        assertThat(decide(STRANGER, join)).isEqualTo(new GroupAction.Joined(STRANGER));
        assertThat(decide(MEMBER, join)).isEqualTo(new GroupAction.Joined(MEMBER));
        apply(OWNER, new GroupAction.Removed(ADMIN));
        assertThat(refusal(ADMIN, join)).as("removed").contains(Code.NOT_ALLOWED);
        apply(OWNER, new GroupAction.Closed());
        assertThat(refusal(STRANGER, join)).contains(Code.CLOSED);
    }

    @Test
    void usersWhoBlockTheOwnerOrHaveLeftTwiceAreNotAdded() {
        createCrew();
        assertThat(refusal(OWNER, new GroupCommand.Add(GROUP, List.of(user(STRANGER), user(BLOCKER)), "")))
                .contains(Code.NOT_ALLOWED);
        GroupCommand.Add add = new GroupCommand.Add(GROUP, List.of(user(STRANGER)), "");
        for (int i = 0; i < 2; i++) {
            assertThat(decide(OWNER, add)).isEqualTo(new GroupAction.Added(List.of(STRANGER)));
            apply(OWNER, new GroupAction.Added(List.of(STRANGER)));
            apply(STRANGER, new GroupAction.Left(STRANGER, 0));
        }
        assertThat(refusal(OWNER, add)).contains(Code.NOT_ALLOWED);
    }

    @Test
    void aCommandThatWouldChangeNothingChangesNothing() {
        createCrew();
        for (GroupCommand.OfGroup command : List.of(
                new GroupCommand.Add(GROUP, List.of(user(MEMBER)), ""),
                new GroupCommand.Rename(GROUP, "Crew", ""),
                new GroupCommand.GiveRole(GROUP, user(ADMIN), GroupRole.ADMIN, ""),
                set(false, null))) {
            assertThatThrownBy(() -> decide(OWNER, command)).as("%s", command).isInstanceOf(NothingToDo.class);
        }
    }

    @Test
    void anAdminRenamesAGroupOnceADay() {
        createCrew();
        assertThat(decide(ADMIN, new GroupCommand.Rename(GROUP, "Night", "")))
                .isEqualTo(new GroupAction.Renamed("Crew"));
        assertThat(refusal(ADMIN, new GroupCommand.Rename(GROUP, "Day", ""))).contains(Code.THROTTLED);
        assertThat(refusal(OWNER, set(null, "who is on call")))
                .as("an owner is counted separately")
                .isEmpty();
    }

    @Test
    void nobodyIsInMoreGroupsThanAllowed() {
        createCrew();
        for (long group = 8; group <= 9; group++) {
            groups.apply(new GroupChange(
                    ++position,
                    Instant.EPOCH,
                    group,
                    "Other",
                    STRANGER,
                    new GroupAction.Created(List.of(), false, false),
                    null,
                    null));
        }
        assertThat(refusal(OWNER, new GroupCommand.Add(GROUP, List.of(user(STRANGER)), "")))
                .contains(Code.TOO_MANY);
        assertThatThrownBy(() -> policy.checkMayOwn(
                        directory.require(STRANGER), List.of(groups.find(GROUP).orElseThrow())))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(Code.TOO_MANY));
    }
}

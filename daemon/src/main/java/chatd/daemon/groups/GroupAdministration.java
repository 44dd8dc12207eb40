package chatd.daemon.groups;

import chatd.daemon.directory.Directory;
import chatd.daemon.directory.GroupDirectory;
import chatd.daemon.directory.Members;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.journal.Journal;
import chatd.daemon.journal.Numbers;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.entry.GroupChange;
import chatd.daemon.model.entry.Message;
import chatd.daemon.model.entry.NothingToDo;
import chatd.daemon.model.group.Group;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.Code;
import chatd.protocol.value.group.GroupAction;
import chatd.protocol.value.group.GroupRole;
import chatd.protocol.value.people.Avatar;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Changes that the server makes to groups for administrators. Methods block until the change is
 * committed.
 */
public final class GroupAdministration {
    private final Directory directory;
    private final GroupDirectory groups;
    private final GroupPolicy policy;
    private final Journal journal;
    private final Clock clock;

    GroupAdministration(FeatureContext parts, GroupPolicy policy) {
        this.directory = parts.directory();
        this.groups = directory.groups();
        this.policy = policy;
        this.journal = parts.journal();
        this.clock = parts.clock();
    }

    /**
     * Checks, for an administrator, that an account can own some groups.
     *
     * @throws Refusal {@link Code#TOO_MANY} if it would be in too many groups, or has joined and
     *     left one of them too often
     */
    public void checkMayOwn(Account account, List<Group> candidates) {
        policy.checkMayOwn(account, candidates);
    }

    /**
     * Closes a group for an administrator.
     *
     * @throws Refusal {@link Code#NO_SUCH_GROUP}, or {@link Code#CLOSED} if it is closed already
     */
    public GroupChange close(long number) throws InterruptedException {
        return journal.commit(new GroupProposal(Message.SERVER, 1_000, null, (numbers, now) -> {
            Group group = groups.find(number).orElseThrow(GroupDirectory::noSuchGroup);
            if (group.closed()) {
                throw new Refusal(Code.CLOSED, "This group is closed already.");
            }
            return serverChange(numbers, now, group, new GroupAction.Closed());
        }));
    }

    /**
     * Makes an account that is about to be deleted leave all its groups.
     *
     * @param heir the account that takes over groups without another owner; 0 for the
     *     longest-serving member of each
     */
    public void leaveAll(long account, long heir) throws InterruptedException {
        if (heir != 0) {
            for (Group owned : groups.ownedAlone(account)) {
                makeOwner(owned.number(), heir);
            }
        }
        for (long number : groups.groupsOf(account)) {
            journal.commit(new GroupProposal(Message.SERVER, 1_000, null, (numbers, now) -> {
                Group group = groups.find(number).orElseThrow();
                Members members = groups.members(number);
                GroupPolicy.member(members, account);
                long next = members.isLastOwner(account) ? members.longestServing(account) : 0;
                return serverChange(numbers, now, group, new GroupAction.Left(account, next));
            }));
        }
    }

    /**
     * Makes an account an owner of a group, for an administrator; adds it as a member first if need
     * be.
     *
     * @throws Refusal {@link Code#NO_SUCH_GROUP}, {@link Code#CLOSED}, or {@link Code#TOO_MANY} if
     *     the account is in too many
     */
    public void makeOwner(long number, long account) throws InterruptedException {
        add(number, List.of(account));
        commit(number, (group, members) -> {
            existing(account);
            GroupPolicy.checkChanges(GroupPolicy.member(members, account).role() != GroupRole.OWNER, clock.instant());
            return new GroupAction.RoleGiven(account, GroupRole.OWNER);
        });
    }

    /**
     * Adds accounts to a group for an administrator; those that are in it already stay as they are.
     *
     * @throws Refusal as {@link #makeOwner}; nobody is added then
     */
    public void add(long number, List<Long> accounts) throws InterruptedException {
        commit(number, (group, members) -> {
            List<Long> users = new ArrayList<>(new TreeSet<>(accounts));
            users.removeIf(members::has);
            GroupPolicy.checkChanges(!users.isEmpty(), clock.instant());
            users.forEach(user -> policy.checkGroupLimit(existing(user), group));
            return new GroupAction.Added(users);
        });
    }

    /**
     * Removes an account from a group for an administrator.
     *
     * @throws Refusal {@link Code#NO_SUCH_GROUP}, {@link Code#CLOSED}, {@link Code#NOT_A_MEMBER}, or {@link Code#MALFORMED} if it
     *     is the only owner
     */
    public void remove(long number, long account) throws InterruptedException {
        commit(number, (group, members) -> {
            GroupPolicy.member(members, account);
            if (members.isLastOwner(account)) {
                throw new Refusal(
                        Code.MALFORMED,
                        "%s is the only owner of this group: make another user an owner of it first. Nothing was done."
                                .formatted(directory.nameOf(account)));
            }
            return new GroupAction.Removed(account);
        });
    }

    /**
     * Removes the picture of a group for an administrator; nothing is done if it has none.
     *
     * @throws Refusal {@link Code#NO_SUCH_GROUP} or {@link Code#CLOSED}
     */
    public void removeAvatar(long number) throws InterruptedException {
        commit(number, (group, members) -> {
            boolean hasOne =
                    !directory.avatars().digestOf(Addressee.group(number)).isEmpty();
            GroupPolicy.checkChanges(hasOne, clock.instant());
            return new GroupAction.AvatarChanged(Avatar.NONE);
        });
    }

    /**
     * Sets for how long the messages of a group are kept; nothing is done if it is so already.
     *
     * @param days 0 for ever; {@link Group#AS_CONFIGURED}
     * @throws Refusal {@link Code#NO_SUCH_GROUP}
     */
    public void keepFor(long number, int days) throws InterruptedException {
        // Of a closed group, too: its messages are read for as long as they are kept.
        commitAnyway(number, (group, members) -> {
            GroupPolicy.checkChanges(group.retention() != days, clock.instant());
            return new GroupAction.RetentionSet(days);
        });
    }

    private Account existing(long account) {
        return directory
                .findExisting(account)
                .orElseThrow(() -> new Refusal(Code.NO_SUCH_USER, "This user was deleted. Nothing was done."));
    }

    /** Decides what an administrator's change does to a group. */
    private interface Decision {
        GroupAction decide(Group group, Members members);
    }

    private void commit(long number, Decision decision) throws InterruptedException {
        commitAnyway(number, (group, members) -> {
            GroupDirectory.checkOpen(group);
            return decision.decide(group, members);
        });
    }

    /** Commits as {@link #commit}, also to a group that is closed. */
    private void commitAnyway(long number, Decision decision) throws InterruptedException {
        try {
            journal.commit(new GroupProposal(Message.SERVER, 1_000, null, (numbers, now) -> {
                Group group = groups.find(number).orElseThrow(GroupDirectory::noSuchGroup);
                return serverChange(numbers, now, group, decision.decide(group, groups.members(number)));
            }));
        } catch (NothingToDo e) {
            // Nothing to change.
        }
    }

    private static GroupChange serverChange(Numbers numbers, Instant now, Group group, GroupAction act) {
        return new GroupChange(
                numbers.nextPosition(), now, group.number(), group.name(), Message.SERVER, act, null, null);
    }
}

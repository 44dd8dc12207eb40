package chatd.daemon.groups;

import chatd.daemon.directory.Directory;
import chatd.daemon.directory.GroupDirectory;
import chatd.daemon.directory.Members;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.journal.Journal;
import chatd.daemon.journal.Numbers;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.entry.AlreadySent;
import chatd.daemon.model.entry.GroupChange;
import chatd.daemon.model.entry.Message;
import chatd.daemon.model.group.Group;
import chatd.protocol.value.Code;
import chatd.protocol.value.group.GroupAct;
import chatd.protocol.value.group.GroupRole;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** What administrators do to groups, and the server for them. Methods block until it is committed. */
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
     * Checks that an account can own groups for an administrator.
     *
     * @throws Refusal {@link Code#TOO_MANY} if it would be in too many, or was in one of them too often
     */
    public void checkMayOwn(Account account, List<Group> some) {
        policy.checkMayOwn(account, some);
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
            return byServer(numbers, now, group, new GroupAct.Closed());
        }));
    }

    /**
     * Has an account, which is to be deleted, leave all its groups.
     *
     * @param heir who is to own those that no other owner has; 0 for who has been in each longest
     */
    public void leaveAll(long account, long heir) throws InterruptedException {
        if (heir != 0) {
            for (Group owned : groups.ownedAlone(account)) {
                own(owned.number(), heir);
            }
        }
        for (long number : groups.of(account)) {
            journal.commit(new GroupProposal(Message.SERVER, 1_000, null, (numbers, now) -> {
                Group group = groups.find(number).orElseThrow();
                Members members = groups.members(number);
                GroupPolicy.member(members, account);
                long next = members.isLastOwner(account) ? members.longestServing(account) : 0;
                return byServer(numbers, now, group, new GroupAct.Left(account, next));
            }));
        }
    }

    /**
     * Makes an account an owner of a group for an administrator, and a member, if it is none.
     *
     * @throws Refusal {@link Code#NO_SUCH_GROUP}, {@link Code#CLOSED}, or {@link Code#TOO_MANY} if the account is in too many
     */
    public void own(long number, long account) throws InterruptedException {
        add(number, List.of(account));
        commit(number, (group, members) -> {
            there(account);
            GroupPolicy.checkNew(GroupPolicy.member(members, account).role() != GroupRole.OWNER, clock.instant());
            return new GroupAct.RoleGiven(account, GroupRole.OWNER);
        });
    }

    /**
     * Adds accounts to a group for an administrator; those that are in it already stay as they are.
     *
     * @throws Refusal as {@link #own}; then nobody was added
     */
    public void add(long number, List<Long> accounts) throws InterruptedException {
        commit(number, (group, members) -> {
            List<Long> users = new ArrayList<>(new TreeSet<>(accounts));
            users.removeIf(members::has);
            GroupPolicy.checkNew(!users.isEmpty(), clock.instant());
            users.forEach(user -> policy.checkRoom(there(user), group));
            return new GroupAct.Added(users);
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
            return new GroupAct.Removed(account);
        });
    }

    private Account there(long account) {
        return directory
                .findExisting(account)
                .orElseThrow(() -> new Refusal(Code.NO_SUCH_USER, "This user was deleted. Nothing was done."));
    }

    /** What an administrator does to a group. */
    private interface ByServer {
        GroupAct to(Group group, Members members);
    }

    private void commit(long number, ByServer deciding) throws InterruptedException {
        try {
            journal.commit(new GroupProposal(Message.SERVER, 1_000, null, (numbers, now) -> {
                Group group = groups.find(number).orElseThrow(GroupDirectory::noSuchGroup);
                GroupDirectory.checkOpen(group);
                return byServer(numbers, now, group, deciding.to(group, groups.members(number)));
            }));
        } catch (AlreadySent e) {
            // It is so already.
        }
    }

    private static GroupChange byServer(Numbers numbers, Instant now, Group group, GroupAct act) {
        return new GroupChange(
                numbers.nextPosition(), now, group.number(), group.name(), Message.SERVER, act, null, null);
    }
}

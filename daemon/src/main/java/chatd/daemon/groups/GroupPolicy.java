package chatd.daemon.groups;

import static java.util.Objects.requireNonNullElse;

import chatd.daemon.directory.Contacts;
import chatd.daemon.directory.Directory;
import chatd.daemon.directory.FreeText;
import chatd.daemon.directory.GroupDirectory;
import chatd.daemon.directory.Members;
import chatd.daemon.limit.KeyedRateLimit;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.account.Pair;
import chatd.daemon.model.entry.NothingToDo;
import chatd.daemon.model.entry.Receipt;
import chatd.daemon.model.group.Group;
import chatd.protocol.command.GroupCommand;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.Code;
import chatd.protocol.value.group.GroupAction;
import chatd.protocol.value.group.GroupRole;
import chatd.protocol.value.people.AllowedUsers;
import chatd.protocol.value.people.User;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decides who may do what to a group, and which change results, against the groups as of the last
 * position; changes nothing itself. Its decisions are final on the journal's thread, which commits
 * them next; any other thread may ask beforehand.
 */
final class GroupPolicy {
    /** Maximum number of membership periods of one user in one group. */
    private static final int MAX_PERIODS = 8;

    private final Directory directory;
    private final GroupDirectory groups;
    private final Contacts contacts;
    private final LongSupplier maxGroups;
    private final LongSupplier maxRenames;

    /**
     * @param maxGroups returns how many groups a user may be in ({@code groups.most})
     * @param maxRenames returns how often a group's name, topic and picture may be changed in a day ({@code groups.renames})
     */
    GroupPolicy(Directory directory, Contacts contacts, LongSupplier maxGroups, LongSupplier maxRenames) {
        this.directory = directory;
        this.groups = directory.groups();
        this.contacts = contacts;
        this.maxGroups = maxGroups;
        this.maxRenames = maxRenames;
    }

    /**
     * Returns the group that a command is about, if the user may give the command.
     *
     * @throws Refusal if the user can't see the group, it is closed, the user's role is
     *     insufficient, or the user is muted
     */
    Group authorize(Account account, GroupCommand.OfGroup command, Instant now) {
        long number = account.number();
        Group group = command instanceof GroupCommand.Join
                ? joinable(number, command.group())
                : groups.requireMember(number, command.group());
        if (!(command instanceof GroupCommand.Leave)) {
            GroupDirectory.checkOpen(group);
        }
        if (command instanceof GroupCommand.Join) {
            return group;
        }
        GroupRole role =
                groups.members(group.number()).find(number).orElseThrow().role();
        GroupRole least = switch (command) {
            case GroupCommand.Add add -> GroupRole.ADMIN;
            case GroupCommand.Rename rename -> GroupRole.ADMIN;
            case GroupCommand.ChangeAvatar change -> GroupRole.ADMIN;
            case GroupCommand.Remove remove -> GroupRole.ADMIN;
            case GroupCommand.GiveRole given -> GroupRole.OWNER;
            case GroupCommand.Set set -> GroupRole.OWNER;
            case GroupCommand.Close close -> GroupRole.OWNER;
            case GroupCommand.Leave leave -> GroupRole.MEMBER;
            case GroupCommand.Join join -> GroupRole.MEMBER;
        };
        if (least == GroupRole.OWNER && role != GroupRole.OWNER) {
            throw new Refusal(Code.NOT_ALLOWED, "Only the owners of a group can do that. Nothing was done.");
        }
        if (least == GroupRole.ADMIN && !role.isAdmin()) {
            throw new Refusal(Code.NOT_ALLOWED, "Only the owners and admins of a group can do that. Nothing was done.");
        }
        if (command instanceof GroupCommand.Rename
                || command instanceof GroupCommand.Set
                || command instanceof GroupCommand.ChangeAvatar) {
            directory.requireUnmuted(number, now);
        }
        return group;
    }

    /** @throws Refusal if a user can't find the group */
    private Group joinable(long account, long number) {
        Group group = groups.find(number).orElseThrow(GroupDirectory::noSuchGroup);
        if (group.open() || groups.wasEverIn(account, number)) {
            return group;
        }
        throw GroupDirectory.noSuchGroup();
    }

    /**
     * Decides which change a command makes to a group.
     *
     * @throws Refusal if the command can't be carried out
     * @throws NothingToDo if it would change nothing
     */
    GroupAction decide(
            Account account,
            Group group,
            GroupCommand.OfGroup command,
            KeyedRateLimit<Pair>.Once counted,
            Instant now) {
        Members members = groups.members(group.number());
        return switch (command) {
            case GroupCommand.Add add -> decideAdd(account, group, add, now);
            case GroupCommand.Remove remove -> decideRemove(account, members, remove);
            case GroupCommand.Leave leave -> decideLeave(account, members, leave);
            case GroupCommand.Join join -> decideJoin(account, group, now);
            case GroupCommand.Rename rename -> {
                GroupNames.check(rename.name());
                checkChanges(!rename.name().equals(group.name()), now);
                charge(account, group, counted);
                yield new GroupAction.Renamed(group.name());
            }
            case GroupCommand.ChangeAvatar change -> {
                String present = directory.avatars().digestOf(Addressee.group(group.number()));
                checkChanges(!present.equals(change.avatar().digest()), now);
                charge(account, group, counted);
                yield new GroupAction.AvatarChanged(change.avatar());
            }
            case GroupCommand.GiveRole given -> decideRole(members, given, now);
            case GroupCommand.Set set -> decideSet(account, group, set, counted, now);
            case GroupCommand.Close close -> new GroupAction.Closed();
        };
    }

    static void checkChanges(boolean isNew, Instant now) {
        if (!isNew) {
            throw new NothingToDo(new Receipt(0, now));
        }
    }

    /**
     * @throws Refusal {@link Code#THROTTLED} if its name, topic or picture was changed too often recently
     */
    private void charge(Account by, Group group, KeyedRateLimit<Pair>.Once counted) {
        boolean isOwner = groups.members(group.number())
                .find(by.number())
                .filter(member -> member.role() == GroupRole.OWNER)
                .isPresent();
        if (!counted.take(new Pair(isOwner ? by.number() : 0, group.number()))) {
            throw new Refusal(
                    Code.THROTTLED,
                    "The name, the topic and the picture of a group can be changed %d times a day at most. Nothing was done."
                            .formatted(maxRenames.getAsLong()));
        }
    }

    private GroupAction decideAdd(Account account, Group group, GroupCommand.Add command, Instant now) {
        List<Long> users = users(command.users());
        users.removeIf(groups.members(group.number())::has);
        checkChanges(!users.isEmpty(), now);
        users.forEach(user -> checkMayAdd(account, directory.require(user)));
        users.forEach(user -> checkGroupLimit(directory.require(user), group));
        users.forEach(user -> checkMayAddAgain(account, directory.require(user), group));
        return new GroupAction.Added(users);
    }

    private GroupAction decideRemove(Account account, Members members, GroupCommand.Remove command) {
        long user = user(command.user()).number();
        if (user == account.number()) {
            throw new Refusal(Code.NOT_ALLOWED, "That is you: leave the group. Nothing was done.");
        }
        GroupRole targetRole = member(members, user).role();
        boolean isOwner = members.find(account.number()).orElseThrow().role() == GroupRole.OWNER;
        if (targetRole.isAdmin() && !isOwner) {
            throw new Refusal(Code.NOT_ALLOWED, "Only the owners of a group can remove its admins. Nothing was done.");
        }
        return new GroupAction.Removed(user);
    }

    private GroupAction decideLeave(Account account, Members members, GroupCommand.Leave command) {
        long number = account.number();
        if (!members.isLastOwner(number)) {
            return new GroupAction.Left(number, 0);
        }
        User next = command.next();
        if (next == null) {
            return new GroupAction.Left(number, members.longestServing(number));
        }
        long chosen = user(next).number();
        if (chosen == number) {
            throw new Refusal(Code.NOT_ALLOWED, "That is you: name another member as owner. Nothing was done.");
        }
        member(members, chosen);
        return new GroupAction.Left(number, chosen);
    }

    private GroupAction decideJoin(Account account, Group group, Instant now) {
        long number = account.number();
        checkChanges(!groups.members(group.number()).has(number), now);
        if (!group.open()) {
            throw new Refusal(Code.NOT_A_MEMBER, "You are not in this group any more; its admins can add you again.");
        }
        if (groups.wasRemoved(number, group.number())) {
            throw new Refusal(Code.NOT_ALLOWED, "You were removed from this group: only its admins can add you again.");
        }
        checkGroupLimit(account, group);
        return new GroupAction.Joined(number);
    }

    private GroupAction decideRole(Members members, GroupCommand.GiveRole command, Instant now) {
        long user = user(command.user()).number();
        checkChanges(member(members, user).role() != command.role(), now);
        if (members.isLastOwner(user)) {
            throw new Refusal(
                    Code.NOT_ALLOWED, "A group needs an owner: make another member an owner first. Nothing was done.");
        }
        return new GroupAction.RoleGiven(user, command.role());
    }

    private GroupAction decideSet(
            Account by, Group group, GroupCommand.Set command, KeyedRateLimit<Pair>.Once counted, Instant now) {
        Boolean isWhole = command.wholeHistory();
        Boolean isOpen = command.open();
        String topic = command.topic();
        if (isWhole == null && isOpen == null && topic == null) {
            throw new Refusal(Code.MALFORMED, "Say what to set: history, open or topic. Nothing was done.");
        }
        FreeText.checkLine(
                requireNonNullElse(topic, ""), "A topic is one line, without invisible characters. Nothing was done.");
        GroupAction.Set changed = new GroupAction.Set(
                ifDifferent(isWhole, group.wholeHistory()),
                ifDifferent(isOpen, group.open()),
                ifDifferent(topic, group.topic()));
        checkChanges(!changed.equals(new GroupAction.Set(null, null, null)), now);
        if (changed.topic() != null) {
            charge(by, group, counted);
        }
        return changed;
    }

    /** Returns the wanted value if it differs from the present one; otherwise null. */
    private static <T> @Nullable T ifDifferent(@Nullable T wanted, T present) {
        return present.equals(wanted) ? null : wanted;
    }

    /** Returns the users' account numbers, without duplicates, in ascending order. */
    List<Long> users(List<User> some) {
        return new ArrayList<>(
                some.stream().map(user -> user(user).number()).collect(Collectors.toCollection(TreeSet::new)));
    }

    private Account user(User user) {
        return directory.user(user).orElseThrow(() -> Directory.noSuchUser(user));
    }

    static Members.Member member(Members members, long user) {
        return members.find(user)
                .orElseThrow(() -> new Refusal(Code.NOT_A_MEMBER, "This user is not in this group. Nothing was done."));
    }

    /**
     * @throws Refusal {@link Code#NOT_ALLOWED} if a user does not want to be added by {@code by},
     *     or has blocked them
     */
    void checkMayAdd(Account by, Account user) {
        AllowedUsers reach = user.preferences().groups();
        boolean isWanted = reach == AllowedUsers.EVERYONE
                || (reach == AllowedUsers.FRIENDS
                        && contacts.friends(user.number()).has(by.number()));
        if (!isWanted || contacts.blocked(user.number()).has(by.number())) {
            throw new Refusal(
                    Code.NOT_ALLOWED, "You can't add %s to a group. Nobody was added.".formatted(user.name()));
        }
    }

    /**
     * @throws Refusal {@link Code#NOT_ALLOWED} if a user has left the group at least twice, and
     *     {@code by} is not their friend
     */
    private void checkMayAddAgain(Account by, Account user, Group group) {
        int times = groups.periods(user.number(), group.number()).size();
        if (times >= 2
                && !groups.wasRemoved(user.number(), group.number())
                && !contacts.friends(user.number()).has(by.number())) {
            throw new Refusal(
                    Code.NOT_ALLOWED,
                    "%s has joined and left this group %d times: only a friend can add %s again. Nobody was added."
                            .formatted(user.name(), times, user.name()));
        }
    }

    /**
     * @throws Refusal {@link Code#TOO_MANY} if an account is already in the maximum number of
     *     groups
     */
    void checkGroupLimit(Account account) {
        long max = maxGroups.getAsLong();
        if (groups.groupsOf(account.number()).size() >= max) {
            throw new Refusal(
                    Code.TOO_MANY, "%s is in %d groups already, which is the limit.".formatted(account.name(), max));
        }
    }

    /**
     * As {@link #checkGroupLimit(Account)}; also if the account has joined and left the group too often.
     */
    void checkGroupLimit(Account account, Group group) {
        checkGroupLimit(account);
        if (groups.periods(account.number(), group.number()).size() >= MAX_PERIODS) {
            throw new Refusal(
                    Code.TOO_MANY,
                    "%s has joined and left this group %d times, which is the limit."
                            .formatted(account.name(), MAX_PERIODS));
        }
    }

    /**
     * Checks, for an administrator, that an account can own some groups.
     *
     * @throws Refusal {@link Code#TOO_MANY} if it would be in too many groups, or has joined and
     *     left one of them too often
     */
    void checkMayOwn(Account account, List<Group> candidates) {
        List<Group> others = candidates.stream()
                .filter(group -> !groups.members(group.number()).has(account.number()))
                .toList();
        long max = maxGroups.getAsLong();
        if (groups.groupsOf(account.number()).size() + others.size() > max) {
            throw new Refusal(
                    Code.TOO_MANY,
                    "%s would be in more than %d groups, which is the limit. Nothing was done."
                            .formatted(account.name(), max));
        }
        others.forEach(group -> checkGroupLimit(account, group));
    }
}

package chatd.daemon.groups;

import static java.util.Objects.requireNonNullElse;

import chatd.daemon.directory.Contacts;
import chatd.daemon.directory.Directory;
import chatd.daemon.directory.FreeText;
import chatd.daemon.directory.GroupDirectory;
import chatd.daemon.directory.Members;
import chatd.daemon.limit.RateBy;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.account.Pair;
import chatd.daemon.model.entry.AlreadySent;
import chatd.daemon.model.entry.Receipt;
import chatd.daemon.model.group.Group;
import chatd.protocol.command.GroupCommand;
import chatd.protocol.value.Code;
import chatd.protocol.value.group.GroupAct;
import chatd.protocol.value.group.GroupRole;
import chatd.protocol.value.people.Reach;
import chatd.protocol.value.people.User;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decides who may do what to a group, and what is done by it: against the groups as of the last position, without changing
 * anything. On the journal's thread, where what it decides is committed next; any other may ask it beforehand.
 */
final class GroupPolicy {
    /** Maximum number of stretches of time in which one user was in a group. */
    private static final int MOST_PERIODS = 8;

    private final Directory directory;
    private final GroupDirectory groups;
    private final Contacts contacts;
    private final LongSupplier mostGroups;
    private final LongSupplier mostRenames;

    /**
     * @param mostGroups returns how many groups a user may be in ({@code groups.most})
     * @param mostRenames returns how often a group's name and topic may be changed in a day ({@code groups.renames})
     */
    GroupPolicy(Directory directory, Contacts contacts, LongSupplier mostGroups, LongSupplier mostRenames) {
        this.directory = directory;
        this.groups = directory.groups();
        this.contacts = contacts;
        this.mostGroups = mostGroups;
        this.mostRenames = mostRenames;
    }

    /**
     * Returns the group that a command is about, if its user may give it.
     *
     * @throws Refusal if there is none for the user; or it is closed; or the user's role is not enough; or it is muted
     */
    Group admitted(Account account, GroupCommand.OfGroup command, Instant now) {
        long number = account.number();
        Group group = command instanceof GroupCommand.Join
                ? joinable(number, command.group())
                : groups.ofMember(number, command.group());
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
        if (command instanceof GroupCommand.Rename || command instanceof GroupCommand.Set) {
            directory.writing(number, now);
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
     * Decides what is done to a group.
     *
     * @throws Refusal if it can't be
     * @throws AlreadySent if it is so already
     */
    GroupAct decided(
            Account account, Group group, GroupCommand.OfGroup command, RateBy<Pair>.Once counted, Instant now) {
        Members members = groups.members(group.number());
        return switch (command) {
            case GroupCommand.Add add -> added(account, group, add, now);
            case GroupCommand.Remove remove -> removed(account, members, remove);
            case GroupCommand.Leave leave -> left(account, members, leave);
            case GroupCommand.Join join -> joined(account, group, now);
            case GroupCommand.Rename rename -> {
                GroupNames.check(rename.name());
                checkNew(!rename.name().equals(group.name()), now);
                charge(account, group, counted);
                yield new GroupAct.Renamed(group.name());
            }
            case GroupCommand.GiveRole given -> given(members, given, now);
            case GroupCommand.Set set -> set(account, group, set, counted, now);
            case GroupCommand.Close close -> new GroupAct.Closed();
        };
    }

    static void checkNew(boolean isNew, Instant now) {
        if (!isNew) {
            throw new AlreadySent(new Receipt(0, now));
        }
    }

    /** @throws Refusal {@link Code#THROTTLED} if its name or topic was changed too often of late */
    private void charge(Account by, Group group, RateBy<Pair>.Once counted) {
        boolean isOwner = groups.members(group.number())
                .find(by.number())
                .filter(member -> member.role() == GroupRole.OWNER)
                .isPresent();
        if (!counted.take(new Pair(isOwner ? by.number() : 0, group.number()))) {
            throw new Refusal(
                    Code.THROTTLED,
                    "The name and the topic of a group are changed %d times a day at most. Nothing was done."
                            .formatted(mostRenames.getAsLong()));
        }
    }

    private GroupAct added(Account account, Group group, GroupCommand.Add command, Instant now) {
        List<Long> users = users(command.users());
        users.removeIf(groups.members(group.number())::has);
        checkNew(!users.isEmpty(), now);
        users.forEach(user -> checkMayAdd(account, directory.numbered(user)));
        users.forEach(user -> checkRoom(directory.numbered(user), group));
        users.forEach(user -> checkMayAddAgain(account, directory.numbered(user), group));
        return new GroupAct.Added(users);
    }

    private GroupAct removed(Account account, Members members, GroupCommand.Remove command) {
        long user = user(command.user()).number();
        if (user == account.number()) {
            throw new Refusal(Code.NOT_ALLOWED, "That is you: leave the group. Nothing was done.");
        }
        GroupRole its = member(members, user).role();
        boolean isOwner = members.find(account.number()).orElseThrow().role() == GroupRole.OWNER;
        if (its.isAdmin() && !isOwner) {
            throw new Refusal(Code.NOT_ALLOWED, "Only the owners of a group can remove its admins. Nothing was done.");
        }
        return new GroupAct.Removed(user);
    }

    private GroupAct left(Account account, Members members, GroupCommand.Leave command) {
        long number = account.number();
        if (!members.isLastOwner(number)) {
            return new GroupAct.Left(number, 0);
        }
        User next = command.next();
        if (next == null) {
            return new GroupAct.Left(number, members.longestServing(number));
        }
        long chosen = user(next).number();
        if (chosen == number) {
            throw new Refusal(Code.NOT_ALLOWED, "That is you: name another member as owner. Nothing was done.");
        }
        member(members, chosen);
        return new GroupAct.Left(number, chosen);
    }

    private GroupAct joined(Account account, Group group, Instant now) {
        long number = account.number();
        checkNew(!groups.members(group.number()).has(number), now);
        if (!group.open()) {
            throw new Refusal(Code.NOT_A_MEMBER, "You are not in this group any more; its admins can add you again.");
        }
        if (groups.wasRemoved(number, group.number())) {
            throw new Refusal(Code.NOT_ALLOWED, "You were removed from this group: only its admins can add you again.");
        }
        checkRoom(account, group);
        return new GroupAct.Joined(number);
    }

    private GroupAct given(Members members, GroupCommand.GiveRole command, Instant now) {
        long user = user(command.user()).number();
        checkNew(member(members, user).role() != command.role(), now);
        if (members.isLastOwner(user)) {
            throw new Refusal(
                    Code.NOT_ALLOWED, "A group has an owner: make another member one first. Nothing was done.");
        }
        return new GroupAct.RoleGiven(user, command.role());
    }

    private GroupAct set(Account by, Group group, GroupCommand.Set command, RateBy<Pair>.Once counted, Instant now) {
        Boolean isWhole = command.wholeHistory();
        Boolean isOpen = command.open();
        String topic = command.topic();
        if (isWhole == null && isOpen == null && topic == null) {
            throw new Refusal(Code.MALFORMED, "Say what to set: history, open or topic. Nothing was done.");
        }
        FreeText.checkLine(
                requireNonNullElse(topic, ""), "A topic is one line, without invisible characters. Nothing was done.");
        GroupAct.Set changed = new GroupAct.Set(
                changed(isWhole, group.wholeHistory()), changed(isOpen, group.open()), changed(topic, group.topic()));
        checkNew(!changed.equals(new GroupAct.Set(null, null, null)), now);
        if (changed.topic() != null) {
            charge(by, group, counted);
        }
        return changed;
    }

    /** Returns what is wanted, if it is not so already; otherwise null. */
    private static <T> @Nullable T changed(@Nullable T wanted, T present) {
        return present.equals(wanted) ? null : wanted;
    }

    /** Returns the accounts of users, each once, by number. */
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

    /** @throws Refusal {@link Code#NOT_ALLOWED} if a user does not want to be added by another, or has blocked it */
    void checkMayAdd(Account by, Account user) {
        Reach reach = user.preferences().groups();
        boolean isWanted = reach == Reach.EVERYONE
                || (reach == Reach.FRIENDS && contacts.friends(user.number()).has(by.number()));
        if (!isWanted || contacts.blocked(user.number()).has(by.number())) {
            throw new Refusal(
                    Code.NOT_ALLOWED, "You can't add %s to a group. Nobody was added.".formatted(user.name()));
        }
    }

    /** @throws Refusal {@link Code#NOT_ALLOWED} if a user has left a group in which it was twice, and another is no friend of it */
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

    /** @throws Refusal {@link Code#TOO_MANY} if a user is in as many groups as are possible */
    void checkRoom(Account account) {
        long most = mostGroups.getAsLong();
        if (groups.of(account.number()).size() >= most) {
            throw new Refusal(
                    Code.TOO_MANY,
                    "%s is in %d groups already, the most that are possible.".formatted(account.name(), most));
        }
    }

    /** As {@link #checkRoom(Account)}; or if it has come to the group and left it too often. */
    void checkRoom(Account account, Group group) {
        checkRoom(account);
        if (groups.periods(account.number(), group.number()).size() >= MOST_PERIODS) {
            throw new Refusal(
                    Code.TOO_MANY,
                    "%s has come to this group and left it %d times, which is the limit."
                            .formatted(account.name(), MOST_PERIODS));
        }
    }

    /**
     * Checks that an account can own groups for an administrator.
     *
     * @throws Refusal {@link Code#TOO_MANY} if it would be in too many, or was in one of them too often
     */
    void checkMayOwn(Account account, List<Group> some) {
        List<Group> others = some.stream()
                .filter(group -> !groups.members(group.number()).has(account.number()))
                .toList();
        long most = mostGroups.getAsLong();
        if (groups.of(account.number()).size() + others.size() > most) {
            throw new Refusal(
                    Code.TOO_MANY,
                    "%s would be in more than %d groups, which is the limit. Nothing was done."
                            .formatted(account.name(), most));
        }
        others.forEach(group -> checkRoom(account, group));
    }
}

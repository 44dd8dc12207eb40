package chatd.daemon.groups;

import static java.util.Objects.requireNonNullElse;

import chatd.daemon.config.Config;
import chatd.daemon.directory.Contacts;
import chatd.daemon.directory.Directory;
import chatd.daemon.directory.FreeText;
import chatd.daemon.directory.GroupDirectory;
import chatd.daemon.directory.Members;
import chatd.daemon.dispatch.Feature;
import chatd.daemon.dispatch.Routes;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.journal.Journal;
import chatd.daemon.journal.Numbers;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.account.Pair;
import chatd.daemon.model.entry.AlreadySent;
import chatd.daemon.model.entry.GroupChange;
import chatd.daemon.model.entry.Message;
import chatd.daemon.model.entry.Origin;
import chatd.daemon.model.entry.Receipt;
import chatd.daemon.model.entry.SentOnce;
import chatd.daemon.model.group.Group;
import chatd.daemon.session.RateBy;
import chatd.daemon.session.Session;
import chatd.daemon.session.Sessions;
import chatd.daemon.store.read.GroupStore;
import chatd.protocol.Gate;
import chatd.protocol.command.GroupCommand;
import chatd.protocol.event.GroupEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.value.Code;
import chatd.protocol.value.group.GroupAct;
import chatd.protocol.value.group.GroupRole;
import chatd.protocol.value.people.Reach;
import chatd.protocol.value.people.User;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes and changes groups (page {@code chat-json-1.md}, "Groups"). Each change is decided against the groups as of the last
 * position. Methods block until it is committed.
 */
public final class Groups implements Feature {
    /** Maximum number of stretches of time in which one user was in a group. */
    private static final int MOST_STRETCHES = 8;

    private static final Duration DAY = Duration.ofDays(1);

    private final Directory directory;
    private final GroupDirectory groups;
    private final Contacts contacts;
    private final GroupStore store;
    private final Journal journal;
    private final Sessions sessions;
    private final Supplier<Config> config;
    private final Clock clock;

    /**
     * The changes of the name or the topic of each group in a day ({@code groups.renames}): all members are told. Those of
     * an owner are counted apart, so that an admin can't be the last who names it.
     */
    private final RateBy<Pair> renames;

    public Groups(FeatureContext parts) {
        this.directory = parts.directory();
        this.groups = directory.groups();
        this.contacts = parts.contacts();
        this.store = parts.stores().groups();
        this.journal = parts.journal();
        this.sessions = parts.sessions();
        this.config = parts.config();
        this.clock = parts.clock();
        this.renames = RateBy.ofPairs(() -> config.get().groups().renames(), DAY);
    }

    @Override
    public void addTo(Routes routes) {
        routes.route(GroupCommand.Create.class, true, this::create);
        routes.route(GroupCommand.Add.class, true, this::change);
        routes.route(GroupCommand.Remove.class, true, this::change);
        routes.route(GroupCommand.Leave.class, true, this::change);
        routes.route(GroupCommand.Join.class, true, this::change);
        routes.route(GroupCommand.Rename.class, true, this::change);
        routes.route(GroupCommand.GiveRole.class, true, this::change);
        routes.route(GroupCommand.Set.class, true, this::change);
        routes.route(GroupCommand.Close.class, true, this::change);
        routes.unlogged(GroupCommand.ListMembers.class, Gate.LOGGED_IN, this::list);
    }

    private void create(Session session, GroupCommand.Create command) throws InterruptedException {
        long number = session.account();
        Origin origin = session.origin();
        int most = config.get().groups().made();
        int made = store.madeSince(number, clock.instant().minus(DAY), most);
        SentOnce once = once(session, command);
        journal.commit(
                new GroupDecision(number, 2_000 + 100L * command.members().size(), once, (numbers, now) -> {
                    Account account = directory.writing(number, now);
                    GroupNames.check(command.name());
                    List<Long> users = users(command.members());
                    users.remove(number);
                    if (made >= most) {
                        throw new Refusal(
                                Code.TOO_MANY,
                                "You have made %d groups within a day; wait, or use one of them.".formatted(most));
                    }
                    checkRoom(account);
                    users.forEach(user -> checkMayAdd(account, directory.numbered(user)));
                    users.forEach(user -> checkRoom(directory.numbered(user)));
                    return new GroupChange(
                            numbers.nextPosition(),
                            now,
                            numbers.nextGroup(),
                            command.name(),
                            number,
                            new GroupAct.Created(users, command.wholeHistory(), command.open()),
                            origin,
                            once);
                }),
                // Also without an identifier, since its number is not known otherwise.
                change -> session.answer(
                        new SessionEvent.Accepted(command.id(), change.number(), change.time(), change.group(), null)));
    }

    private void change(Session session, GroupCommand.OfGroup command) throws InterruptedException {
        long number = session.account();
        Origin origin = session.origin();
        SentOnce once = once(session, command);
        RateBy<Pair>.Once counted = renames.once();
        journal.commit(
                new GroupDecision(number, bytes(command), once, (numbers, now) -> {
                    Account account = directory.acting(number);
                    Group group = admitted(account, command, now);
                    GroupAct act = decided(account, group, command, counted, now);
                    String name = command instanceof GroupCommand.Rename rename ? rename.name() : group.name();
                    return new GroupChange(
                            numbers.nextPosition(), now, group.number(), name, number, act, origin, once);
                }),
                change -> session.accept(command, change.receipt()));
    }

    private static long bytes(GroupCommand.OfGroup command) {
        return 3_000
                + (command instanceof GroupCommand.Add add ? 100L * add.users().size() : 0);
    }

    private static @Nullable SentOnce once(Session session, GroupCommand.Changing command) {
        return SentOnce.of(session.account(), command.id(), "group\n" + content(command));
    }

    /** Returns what a command says, in a form that is the same whenever it is. */
    private static String content(GroupCommand.Changing command) {
        return switch (command) {
            case GroupCommand.Create create ->
                String.join(
                        "\n",
                        "create",
                        create.name(),
                        Boolean.toString(create.wholeHistory()),
                        Boolean.toString(create.open()),
                        typed(create.members()));
            case GroupCommand.Add add -> "add\n" + add.group() + '\n' + typed(add.users());
            case GroupCommand.Remove remove ->
                "remove\n" + remove.group() + '\n' + remove.user().typed();
            case GroupCommand.Leave leave ->
                "leave\n" + leave.group() + '\n'
                        + (leave.next() == null ? "" : leave.next().typed());
            case GroupCommand.Join join -> "join\n" + join.group();
            case GroupCommand.Rename rename -> "rename\n" + rename.group() + '\n' + rename.name();
            case GroupCommand.GiveRole given ->
                "role\n" + given.group() + '\n' + given.role().word() + '\n'
                        + given.user().typed();
            case GroupCommand.Set set ->
                "set\n" + set.group() + '\n' + set.wholeHistory() + '\n' + set.open() + '\n' + set.topic();
            case GroupCommand.Close close -> "close\n" + close.group();
        };
    }

    private static String typed(List<User> users) {
        return users.stream().map(User::typed).collect(Collectors.joining("\n"));
    }

    /**
     * Returns the group that a command is about, if its user may give it.
     *
     * @throws Refusal if there is none for the user; or it is closed; or the user's role is not enough; or it is muted
     */
    private Group admitted(Account account, GroupCommand.OfGroup command, Instant now) {
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
    private GroupAct decided(
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

    private static void checkNew(boolean isNew, Instant now) {
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
                            .formatted(config.get().groups().renames()));
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
    private List<Long> users(List<User> some) {
        return new ArrayList<>(
                some.stream().map(user -> user(user).number()).collect(Collectors.toCollection(TreeSet::new)));
    }

    private Account user(User user) {
        return directory.user(user).orElseThrow(() -> Directory.noSuchUser(user));
    }

    private static Members.Member member(Members members, long user) {
        return members.find(user)
                .orElseThrow(() -> new Refusal(Code.NOT_A_MEMBER, "This user is not in this group. Nothing was done."));
    }

    /** @throws Refusal {@link Code#NOT_ALLOWED} if a user does not want to be added by another, or has blocked it */
    private void checkMayAdd(Account by, Account user) {
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
        int times = groups.stretches(user.number(), group.number()).size();
        if (times >= 2
                && !groups.wasRemoved(user.number(), group.number())
                && !contacts.friends(user.number()).has(by.number())) {
            throw new Refusal(
                    Code.NOT_ALLOWED,
                    "%s has joined and left this group %d times: only a friend can add %s again. Nobody was added."
                            .formatted(user.name(), times, user.name()));
        }
    }

    private void checkRoom(Account account) {
        int most = config.get().groups().most();
        if (groups.of(account.number()).size() >= most) {
            throw new Refusal(
                    Code.TOO_MANY,
                    "%s is in %d groups already, the most that are possible.".formatted(account.name(), most));
        }
    }

    private void checkRoom(Account account, Group group) {
        checkRoom(account);
        if (groups.stretches(account.number(), group.number()).size() >= MOST_STRETCHES) {
            throw new Refusal(
                    Code.TOO_MANY,
                    "%s has come to this group and left it %d times, which is the limit."
                            .formatted(account.name(), MOST_STRETCHES));
        }
    }

    private void list(Session session, GroupCommand.ListMembers command) {
        Group group = groups.ofMember(session.account(), command.group());
        Members members = groups.members(group.number());
        SortedMap<Long, Members.Member> page = members.above(command.after(), command.limit());
        boolean more = !page.isEmpty() && !members.above(page.lastKey(), 1).isEmpty();
        List<GroupEvent.Member> listed = new ArrayList<>(page.size());
        page.forEach((user, member) -> listed.add(new GroupEvent.Member(
                user, directory.nameOf(user), member.role(), sessions.presence().isOnline(user))));
        session.answer(new GroupEvent.Members(
                group.number(),
                group.name(),
                group.topic(),
                group.wholeHistory(),
                group.open(),
                group.closed(),
                members.size(),
                listed,
                more));
    }

    /**
     * Closes a group for an administrator.
     *
     * @throws Refusal {@link Code#NO_SUCH_GROUP}, or {@link Code#CLOSED} if it is closed already
     */
    public GroupChange close(long number) throws InterruptedException {
        return journal.commit(new GroupDecision(Message.SERVER, 1_000, null, (numbers, now) -> {
            Group group = groups.find(number).orElseThrow(GroupDirectory::noSuchGroup);
            if (group.closed()) {
                throw new Refusal(Code.CLOSED, "This group is closed already.");
            }
            return byServer(numbers, now, group, new GroupAct.Closed());
        }));
    }

    /**
     * Checks that an account can own groups for an administrator.
     *
     * @throws Refusal {@link Code#TOO_MANY} if it would be in too many, or was in one of them too often
     */
    public void checkMayOwn(Account account, List<Group> some) {
        List<Group> others = some.stream()
                .filter(group -> !groups.members(group.number()).has(account.number()))
                .toList();
        int most = config.get().groups().most();
        if (groups.of(account.number()).size() + others.size() > most) {
            throw new Refusal(
                    Code.TOO_MANY,
                    "%s would be in more than %d groups, which is the limit. Nothing was done."
                            .formatted(account.name(), most));
        }
        others.forEach(group -> checkRoom(account, group));
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
            journal.commit(new GroupDecision(Message.SERVER, 1_000, null, (numbers, now) -> {
                Group group = groups.find(number).orElseThrow();
                Members members = groups.members(number);
                member(members, account);
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
            checkNew(member(members, account).role() != GroupRole.OWNER, clock.instant());
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
            checkNew(!users.isEmpty(), clock.instant());
            users.forEach(user -> checkRoom(there(user), group));
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
            member(members, account);
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
            journal.commit(new GroupDecision(Message.SERVER, 1_000, null, (numbers, now) -> {
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

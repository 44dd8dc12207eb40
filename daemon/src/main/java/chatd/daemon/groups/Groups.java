package chatd.daemon.groups;

import chatd.daemon.config.Config;
import chatd.daemon.directory.Avatars;
import chatd.daemon.directory.Directory;
import chatd.daemon.directory.GroupDirectory;
import chatd.daemon.directory.Members;
import chatd.daemon.dispatch.Feature;
import chatd.daemon.dispatch.Routes;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.journal.Journal;
import chatd.daemon.limit.KeyedRateLimit;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.account.Pair;
import chatd.daemon.model.entry.GroupChange;
import chatd.daemon.model.entry.IdempotencyKey;
import chatd.daemon.model.entry.Origin;
import chatd.daemon.model.group.Group;
import chatd.daemon.session.Session;
import chatd.daemon.session.Sessions;
import chatd.daemon.store.read.GroupStore;
import chatd.protocol.Gate;
import chatd.protocol.command.GroupCommand;
import chatd.protocol.event.GroupEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.value.Code;
import chatd.protocol.value.group.GroupAction;
import chatd.protocol.value.people.Avatar;
import chatd.protocol.value.people.User;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Creates and changes groups (page {@code chat-json-1.md}, "Groups"). Each change is decided
 * against the groups as of the last position. Methods block until the change is committed.
 */
public final class Groups implements Feature {
    private static final Duration DAY = Duration.ofDays(1);

    private final Directory directory;
    private final GroupDirectory groups;
    private final GroupPolicy policy;
    private final GroupAdministration administration;
    private final GroupStore store;
    private final Journal journal;
    private final Sessions sessions;
    private final Supplier<Config> config;
    private final Clock clock;

    /**
     * Limits changes of each group's name, topic and picture in a day ({@code groups.renames}), since all
     * members are notified. Those of each owner are counted separately, so that an admin who uses
     * up the limit can't keep an owner from renaming the group.
     */
    private final KeyedRateLimit<Pair> renames;

    public Groups(FeatureContext parts) {
        this.directory = parts.directory();
        this.groups = directory.groups();
        this.store = parts.stores().groups();
        this.journal = parts.journal();
        this.sessions = parts.sessions();
        this.config = parts.config();
        this.clock = parts.clock();
        this.policy = new GroupPolicy(
                directory,
                parts.contacts(),
                () -> config.get().groups().memberships(),
                () -> config.get().groups().renames());
        this.administration = new GroupAdministration(parts, policy);
        this.renames = KeyedRateLimit.ofPairs(() -> config.get().groups().renames(), DAY);
    }

    /** Returns the operations for administrators. */
    public GroupAdministration administration() {
        return administration;
    }

    @Override
    public void addTo(Routes routes) {
        routes.route(GroupCommand.Create.class, true, this::create);
        routes.route(GroupCommand.Add.class, true, this::change);
        routes.route(GroupCommand.Remove.class, true, this::change);
        routes.route(GroupCommand.Leave.class, true, this::change);
        routes.route(GroupCommand.Join.class, true, this::change);
        routes.route(GroupCommand.Rename.class, true, this::change);
        routes.route(GroupCommand.ChangeAvatar.class, true, this::changeAvatar);
        routes.route(GroupCommand.GiveRole.class, true, this::change);
        routes.route(GroupCommand.Set.class, true, this::change);
        routes.route(GroupCommand.Close.class, true, this::change);
        routes.unlogged(GroupCommand.ListMembers.class, Gate.LOGGED_IN, this::list);
    }

    private void create(Session session, GroupCommand.Create command) throws InterruptedException {
        long number = session.account();
        Origin origin = session.origin();
        int limit = config.get().groups().createdPerDay();
        int made = store.countCreatedSince(number, clock.instant().minus(DAY), limit);
        IdempotencyKey once = once(session, command);
        journal.commit(
                new GroupProposal(number, 2_000 + 100L * command.members().size(), once, (numbers, now) -> {
                    Account account = directory.requireUnmuted(number, now);
                    GroupNames.check(command.name());
                    List<Long> users = policy.users(command.members());
                    users.remove(number);
                    if (made >= limit) {
                        throw new Refusal(
                                Code.TOO_MANY,
                                "You have made %d groups within a day; wait, or use one of them.".formatted(limit));
                    }
                    policy.checkGroupLimit(account);
                    users.forEach(user -> policy.checkMayAdd(account, directory.require(user)));
                    users.forEach(user -> policy.checkGroupLimit(directory.require(user)));
                    return new GroupChange(
                            numbers.nextPosition(),
                            now,
                            numbers.nextGroup(),
                            command.name(),
                            number,
                            new GroupAction.Created(users, command.wholeHistory(), command.open()),
                            origin,
                            once);
                }),
                // Answered even without an identifier: the client can't learn the group's number
                // otherwise.
                change -> session.answer(
                        new SessionEvent.Accepted(command.id(), change.number(), change.time(), change.group(), null)));
    }

    /** Checks the picture, which takes some time, on the session's own thread. */
    private void changeAvatar(Session session, GroupCommand.ChangeAvatar command) throws InterruptedException {
        Avatar checked = Avatars.checked(command.avatar());
        change(session, new GroupCommand.ChangeAvatar(command.group(), checked, command.id()));
    }

    private void change(Session session, GroupCommand.OfGroup command) throws InterruptedException {
        long number = session.account();
        Origin origin = session.origin();
        IdempotencyKey once = once(session, command);
        KeyedRateLimit<Pair>.Once counted = renames.once();
        journal.commit(
                new GroupProposal(number, bytes(command), once, (numbers, now) -> {
                    Account account = directory.requireActive(number);
                    Group group = policy.authorize(account, command, now);
                    GroupAction act = policy.decide(account, group, command, counted, now);
                    String name = command instanceof GroupCommand.Rename rename ? rename.name() : group.name();
                    return new GroupChange(
                            numbers.nextPosition(), now, group.number(), name, number, act, origin, once);
                }),
                change -> session.acknowledge(command, change.receipt()));
    }

    private static long bytes(GroupCommand.OfGroup command) {
        return 3_000
                + switch (command) {
                    case GroupCommand.Add add -> 100L * add.users().size();
                    case GroupCommand.ChangeAvatar change ->
                        2L * change.avatar().bytes().length;
                    default -> 0;
                };
    }

    private static @Nullable IdempotencyKey once(Session session, GroupCommand.Changing command) {
        return IdempotencyKey.of(session.account(), command.id(), "group\n" + content(command));
    }

    /** Returns a command's content in canonical form: the same for equal commands. */
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
            case GroupCommand.ChangeAvatar change ->
                "avatar\n" + change.group() + '\n' + change.avatar().digest();
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

    private int retention(Group group) {
        return group.retention() == Group.AS_CONFIGURED
                ? config.get().retention().group()
                : group.retention();
    }

    private void list(Session session, GroupCommand.ListMembers command) {
        Group group = groups.requireMember(session.account(), command.group());
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
                retention(group),
                members.size(),
                listed,
                more));
    }
}

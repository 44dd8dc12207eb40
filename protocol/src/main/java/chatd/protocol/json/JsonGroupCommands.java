package chatd.protocol.json;

import chatd.protocol.command.Command;
import chatd.protocol.command.GroupCommand;
import chatd.protocol.value.group.GroupRole;
import chatd.protocol.value.people.User;
import java.util.List;
import java.util.function.Function;

/** The messages with which clients change groups: type 23. */
final class JsonGroupCommands {
    static final JsonValue<GroupRole> ROLE = JsonValue.word(GroupRole.values(), GroupRole::word);

    /** Whether new members see earlier messages: {@code all}, or {@code joined}. */
    static final JsonValue<Boolean> HISTORY =
            JsonValue.word(new Boolean[] {true, false}, isWhole -> isWhole ? "all" : "joined");

    private static final JsonValue<List<User>> USERS = JsonValue.list(JsonValue.USER, GroupCommand.MAX_USERS);

    static final List<JsonMessage<? extends Command>> ROWS = List.of(
            JsonMessage.<GroupCommand.Create>row(23, GroupCommand.Create.class, row -> {
                var id = JsonMessage.id(row);
                row.op("create");
                var name = row.info("name", JsonValue.TEXT, GroupCommand.Create::name);
                var members = row.info("members", USERS, GroupCommand.Create::members, List.of());
                var history = row.info("history", HISTORY, GroupCommand.Create::wholeHistory, false);
                var open = row.info("open", JsonValue.FLAG, GroupCommand.Create::open, false);
                return in -> new GroupCommand.Create(
                        in.get(name), in.get(members), in.get(history), in.get(open), in.get(id));
            }),
            JsonMessage.<GroupCommand.Add>row(23, GroupCommand.Add.class, row -> {
                var id = JsonMessage.id(row);
                var group = group(row, "add", GroupCommand.Add::group);
                var users = row.info("users", USERS, GroupCommand.Add::users);
                return in -> new GroupCommand.Add(in.get(group), in.get(users), in.get(id));
            }),
            JsonMessage.<GroupCommand.Remove>row(23, GroupCommand.Remove.class, row -> {
                var id = JsonMessage.id(row);
                var group = group(row, "remove", GroupCommand.Remove::group);
                var user = row.info("user", JsonValue.USER, GroupCommand.Remove::user);
                return in -> new GroupCommand.Remove(in.get(group), in.get(user), in.get(id));
            }),
            JsonMessage.<GroupCommand.Leave>row(23, GroupCommand.Leave.class, row -> {
                var id = JsonMessage.id(row);
                var group = group(row, "leave", GroupCommand.Leave::group);
                var next = row.infoOrNull("next", JsonValue.USER, GroupCommand.Leave::next);
                return in -> new GroupCommand.Leave(in.get(group), in.get(next), in.get(id));
            }),
            JsonMessage.<GroupCommand.Join>row(23, GroupCommand.Join.class, row -> {
                var id = JsonMessage.id(row);
                var group = group(row, "join", GroupCommand.Join::group);
                return in -> new GroupCommand.Join(in.get(group), in.get(id));
            }),
            JsonMessage.<GroupCommand.Rename>row(23, GroupCommand.Rename.class, row -> {
                var id = JsonMessage.id(row);
                var group = group(row, "rename", GroupCommand.Rename::group);
                var name = row.info("name", JsonValue.TEXT, GroupCommand.Rename::name);
                return in -> new GroupCommand.Rename(in.get(group), in.get(name), in.get(id));
            }),
            JsonMessage.<GroupCommand.GiveRole>row(23, GroupCommand.GiveRole.class, row -> {
                var id = JsonMessage.id(row);
                var group = group(row, "role", GroupCommand.GiveRole::group);
                var user = row.info("user", JsonValue.USER, GroupCommand.GiveRole::user);
                var role = row.info("role", ROLE, GroupCommand.GiveRole::role);
                return in -> new GroupCommand.GiveRole(in.get(group), in.get(user), in.get(role), in.get(id));
            }),
            JsonMessage.<GroupCommand.Set>row(23, GroupCommand.Set.class, row -> {
                var id = JsonMessage.id(row);
                var group = group(row, "set", GroupCommand.Set::group);
                var history = row.infoOrNull("history", HISTORY, GroupCommand.Set::wholeHistory);
                var open = row.infoOrNull("open", JsonValue.FLAG, GroupCommand.Set::open);
                var topic =
                        row.infoOrNull("topic", JsonValue.text(GroupCommand.MAX_TOPIC_BYTES), GroupCommand.Set::topic);
                return in ->
                        new GroupCommand.Set(in.get(group), in.get(history), in.get(open), in.get(topic), in.get(id));
            }),
            JsonMessage.<GroupCommand.ChangeAvatar>row(23, GroupCommand.ChangeAvatar.class, row -> {
                var id = JsonMessage.id(row);
                var group = group(row, "avatar", GroupCommand.ChangeAvatar::group);
                var avatar = row.info("avatar", JsonPeople.AVATAR, GroupCommand.ChangeAvatar::avatar);
                return in -> new GroupCommand.ChangeAvatar(in.get(group), in.get(avatar), in.get(id));
            }),
            JsonMessage.<GroupCommand.Close>row(23, GroupCommand.Close.class, row -> {
                var id = JsonMessage.id(row);
                var group = group(row, "close", GroupCommand.Close::group);
                return in -> new GroupCommand.Close(in.get(group), in.get(id));
            }),
            JsonMessage.<GroupCommand.ListMembers>row(23, GroupCommand.ListMembers.class, row -> {
                var id = JsonMessage.id(row);
                var group = group(row, "members", GroupCommand.ListMembers::group);
                var after = row.info("after", JsonValue.NUMBERED, GroupCommand.ListMembers::after, 0L);
                var limit = row.info(
                        "limit",
                        JsonValue.limit(GroupCommand.ListMembers.MAX_LIMIT),
                        GroupCommand.ListMembers::limit,
                        GroupCommand.ListMembers.DEFAULT_LIMIT);
                return in -> new GroupCommand.ListMembers(in.get(group), in.get(after), in.get(limit), in.get(id));
            }));

    private JsonGroupCommands() {}

    /** Declares the group that a command is about, and what it does. */
    private static <C extends GroupCommand> JsonMessage.Key<C, Long> group(
            JsonMessage<C> row, String op, Function<C, Long> group) {
        row.op(op);
        return row.info("group_id", JsonValue.GROUP, group);
    }
}

package chatd.protocol.json;

import static java.util.Objects.requireNonNull;

import chatd.protocol.event.Event;
import chatd.protocol.event.GroupEvent;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.value.group.GroupAction;
import chatd.protocol.value.people.Avatar;
import chatd.text.Days;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The messages that the daemon sends about groups: type 24. */
final class JsonGroupEvents {
    private static final JsonValue<List<Long>> NUMBERS = JsonValue.list(JsonValue.NUMBERED);

    private static final JsonValue<GroupEvent.Member> MEMBER = JsonValue.of(
            "{ user_id: Numbered, user_name: string, role: %s, online: boolean }"
                    .formatted(JsonGroupCommands.ROLE.type()),
            (value, key) -> new GroupEvent.Member(
                    JsonValue.NUMBERED.read(value.path("user_id"), key),
                    JsonValue.TEXT.read(value.path("user_name"), key),
                    JsonGroupCommands.ROLE.read(value.path("role"), key),
                    JsonValue.FLAG.read(value.path("online"), key)),
            (out, member) -> out.writeStartObject()
                    .writeStringProperty("user_id", JsonValue.numbered(member.user()))
                    .writeStringProperty("user_name", member.name())
                    .writeStringProperty("role", member.role().word())
                    .writeBooleanProperty("online", member.online())
                    .writeEndObject());

    static final List<JsonMessage<? extends Event>> ROWS = List.of(
            JsonMessage.<GroupEvent.Members>row(24, GroupEvent.Members.class, row -> {
                JsonEvents.fromServer(row);
                row.op("members");
                var group = row.info("group_id", JsonValue.GROUP, GroupEvent.Members::group);
                var name = row.info("group_name", JsonValue.TEXT, GroupEvent.Members::name);
                var topic = row.info("topic", JsonValue.TEXT, GroupEvent.Members::topic);
                var history = row.info("history", JsonGroupCommands.HISTORY, GroupEvent.Members::wholeHistory);
                var open = row.info("open", JsonValue.FLAG, GroupEvent.Members::open);
                var closed = row.info("closed", JsonValue.FLAG, GroupEvent.Members::closed);
                var retention =
                        row.info("retention", JsonValue.upTo(Integer.MAX_VALUE), GroupEvent.Members::retention, 0);
                var total = row.info("total", JsonValue.upTo(Integer.MAX_VALUE), GroupEvent.Members::total);
                var members = row.info("members", JsonValue.list(MEMBER), GroupEvent.Members::members);
                var more = row.info("more", JsonValue.FLAG, GroupEvent.Members::more);
                return in -> new GroupEvent.Members(
                        in.get(group),
                        in.get(name),
                        in.get(topic),
                        in.get(history),
                        in.get(open),
                        in.get(closed),
                        in.get(retention),
                        in.get(total),
                        in.get(members),
                        in.get(more));
            }),
            changed("create", GroupAction.Created.class, (row, by) -> {
                var users = row.info("users", NUMBERS, act -> ((GroupAction.Created) act.act()).users(), List.of());
                var history = row.info(
                        "history", JsonGroupCommands.HISTORY, act -> ((GroupAction.Created) act.act()).wholeHistory());
                var open = row.info("open", JsonValue.FLAG, act -> ((GroupAction.Created) act.act()).open());
                return in -> new GroupAction.Created(in.get(users), in.get(history), in.get(open));
            }),
            changed("add", GroupAction.Added.class, (row, by) -> {
                var users = row.info("users", NUMBERS, act -> ((GroupAction.Added) act.act()).users());
                return in -> new GroupAction.Added(in.get(users));
            }),
            changed("remove", GroupAction.Removed.class, (row, by) -> {
                var user = row.info("user", JsonValue.NUMBERED, act -> ((GroupAction.Removed) act.act()).user());
                return in -> new GroupAction.Removed(in.get(user));
            }),
            changed("leave", GroupAction.Left.class, (row, by) -> {
                var user = row.info("user", JsonValue.NUMBERED, act -> ((GroupAction.Left) act.act()).user());
                var next = row.info("next", JsonValue.NUMBERED, act -> ((GroupAction.Left) act.act()).next(), 0L);
                return in -> new GroupAction.Left(in.get(user), in.get(next));
            }),
            changed("join", GroupAction.Joined.class, (row, by) -> in -> new GroupAction.Joined(in.get(by))),
            changed("rename", GroupAction.Renamed.class, (row, by) -> {
                var was = row.info("was", JsonValue.TEXT, act -> ((GroupAction.Renamed) act.act()).oldName());
                return in -> new GroupAction.Renamed(in.get(was));
            }),
            changed("role", GroupAction.RoleGiven.class, (row, by) -> {
                var user = row.info("user", JsonValue.NUMBERED, act -> ((GroupAction.RoleGiven) act.act()).user());
                var role = row.info("role", JsonGroupCommands.ROLE, act -> ((GroupAction.RoleGiven) act.act()).role());
                return in -> new GroupAction.RoleGiven(in.get(user), in.get(role));
            }),
            changed("set", GroupAction.Set.class, (row, by) -> {
                var history = row.infoOrNull(
                        "history", JsonGroupCommands.HISTORY, act -> ((GroupAction.Set) act.act()).wholeHistory());
                var open = row.infoOrNull("open", JsonValue.FLAG, act -> ((GroupAction.Set) act.act()).open());
                var topic = row.infoOrNull("topic", JsonValue.TEXT, act -> ((GroupAction.Set) act.act()).topic());
                return in -> new GroupAction.Set(in.get(history), in.get(open), in.get(topic));
            }),
            changed(
                    "avatar",
                    GroupAction.AvatarChanged.class,
                    (row, by) -> in -> new GroupAction.AvatarChanged(Avatar.NONE)),
            changed("retention", GroupAction.RetentionSet.class, (row, by) -> {
                var days = row.infoOrNull(
                        "days",
                        JsonValue.upTo(Integer.MAX_VALUE),
                        act -> act.act() instanceof GroupAction.RetentionSet(int set) && set != Days.AS_OTHERS
                                ? set
                                : null);
                return in -> {
                    Integer set = in.get(days);
                    return new GroupAction.RetentionSet(set == null ? Days.AS_OTHERS : set);
                };
            }),
            changed("close", GroupAction.Closed.class, (row, by) -> in -> new GroupAction.Closed()));

    private JsonGroupEvents() {}

    /**
     * Declares the keys of one kind of change to a group; returns the function that builds the
     * change from their values and from who made it.
     */
    private interface Act {
        Function<JsonMessage.In<MessageEvent.GroupChanged>, GroupAction> of(
                JsonMessage<MessageEvent.GroupChanged> row, JsonMessage.Key<MessageEvent.GroupChanged, Long> by);
    }

    private static JsonMessage<MessageEvent.GroupChanged> changed(
            String op, Class<? extends GroupAction> kind, Act act) {
        return JsonMessage.<MessageEvent.GroupChanged>row(24, MessageEvent.GroupChanged.class, row -> {
                    StoredKeys<MessageEvent.GroupChanged> kept = new StoredKeys<>(row);
                    var group = row.info("group_id", JsonValue.GROUP, MessageEvent.GroupChanged::group);
                    var name = row.info("group_name", JsonValue.TEXT, MessageEvent.GroupChanged::name);
                    row.op(op);
                    var by = row.info("by", JsonValue.NUMBERED, JsonGroupEvents::by);
                    var build = act.of(row, by);
                    kept.numbered();
                    return in -> new MessageEvent.GroupChanged(
                            in.get(kept.senderName()),
                            in.get(kept.time()),
                            in.get(group),
                            in.get(name),
                            build.apply(in),
                            kept.of(in));
                })
                .writingOnly(changed -> kind.isInstance(changed.act()));
    }

    private static long by(MessageEvent.GroupChanged changed) {
        MessageEvent.@Nullable Stored stored = changed.stored();
        return requireNonNull(stored, "a change that is not stored").sender();
    }
}

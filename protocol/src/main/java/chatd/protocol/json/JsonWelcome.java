package chatd.protocol.json;

import static java.util.Objects.requireNonNull;

import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.Limits;
import chatd.protocol.value.people.Roster;
import chatd.protocol.value.people.RosterEntry;
import chatd.protocol.value.people.User;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;

/** The answer to a successful login: the state of the account, and who is online. */
final class JsonWelcome {
    /** Maximum number of friends, and of strangers, that are listed. */
    private static final int MAX_LISTED = 1_000;

    private static final JsonValue<SessionEvent.Request> REQUEST = JsonValue.of(
            "{ user_id: Numbered, text: string }",
            (value, key) -> new SessionEvent.Request(
                    JsonValue.NUMBERED.read(value.path("user_id"), key), JsonValue.TEXT.read(value.path("text"), key)),
            (out, request) -> out.writeStartObject()
                    .writeStringProperty("user_id", JsonValue.numbered(request.user()))
                    .writeStringProperty("text", request.text())
                    .writeEndObject());

    /** The pending requests: those received, and those sent. */
    private record Requests(List<SessionEvent.Request> received, List<Long> sent) {}

    private static final JsonValue<Requests> REQUESTS = JsonValue.of(
            "{ received: Array<%s>, sent: Array<Numbered> }".formatted(REQUEST.type()),
            (value, key) -> new Requests(
                    JsonValue.list(REQUEST).read(value.path("received"), key),
                    JsonValue.list(JsonValue.NUMBERED).read(value.path("sent"), key)),
            (out, requests) -> {
                out.writeStartObject();
                JsonValue.list(REQUEST).write(out.writeName("received"), requests.received());
                JsonValue.list(JsonValue.NUMBERED).write(out.writeName("sent"), requests.sent());
                out.writeEndObject();
            });

    private static final JsonValue<SessionEvent.OwnGroup> GROUP = JsonValue.of(
            "{ group_id: GroupNumber, group_name: string, role: %s, closed?: true }"
                    .formatted(JsonGroupCommands.ROLE.type()),
            (value, key) -> new SessionEvent.OwnGroup(
                    JsonValue.GROUP.read(value.path("group_id"), key),
                    JsonValue.TEXT.read(value.path("group_name"), key),
                    JsonGroupCommands.ROLE.read(value.path("role"), key),
                    value.path("closed").asBoolean(false)),
            (out, group) -> {
                out.writeStartObject();
                JsonValue.GROUP.write(out.writeName("group_id"), group.group());
                out.writeStringProperty("group_name", group.name())
                        .writeStringProperty("role", group.role().word());
                if (group.closed()) {
                    out.writeBooleanProperty("closed", true);
                }
                out.writeEndObject();
            });

    /** The limits of the features that this dialect has so far. */
    private static final JsonValue<Limits> LIMITS = JsonValue.of(
            "{ text: number, file: number, recipients: number, settings: number, "
                    + "retract: number | null, correct: number | null }",
            (value, key) -> new Limits(
                    value.path("text").asInt(),
                    value.path("file").asLong(),
                    value.path("recipients").asInt(),
                    value.path("settings").asInt(),
                    seconds(value.path("retract")),
                    seconds(value.path("correct"))),
            (out, limits) -> {
                out.writeStartObject()
                        .writeNumberProperty("text", limits.text())
                        .writeNumberProperty("file", limits.file())
                        .writeNumberProperty("recipients", limits.recipients())
                        .writeNumberProperty("settings", limits.settings());
                seconds(out.writeName("retract"), limits.retract());
                seconds(out.writeName("correct"), limits.correct());
                out.writeEndObject();
            });

    /**
     * Reads how long something is allowed, in seconds; null for no limit, 0 if the server does not
     * allow it.
     */
    private static @Nullable Long seconds(JsonNode value) {
        return value.isNull() ? null : Long.valueOf(value.asLong(0));
    }

    private static void seconds(JsonGenerator out, @Nullable Long seconds) {
        if (seconds == null) {
            out.writeNull();
        } else {
            out.writeNumber(seconds);
        }
    }

    /** Written without what is kept for ever. */
    private static final JsonValue<SessionEvent.Retention> RETENTION = JsonValue.of(
            "{ files?: number, direct?: number, group?: number, everyone?: number }",
            (value, key) -> new SessionEvent.Retention(
                    value.path("files").asInt(0),
                    value.path("direct").asInt(0),
                    value.path("group").asInt(0),
                    value.path("everyone").asInt(0)),
            (out, retention) -> {
                out.writeStartObject();
                days(out, "files", retention.files());
                days(out, "direct", retention.direct());
                days(out, "group", retention.group());
                days(out, "everyone", retention.everyone());
                out.writeEndObject();
            });

    private static void days(JsonGenerator out, String key, int days) {
        if (days != 0) {
            out.writeNumberProperty(key, days);
        }
    }

    private static final JsonValue<SessionEvent.Server> SERVER = JsonValue.of(
            "{ version: string, types: Array<number>, everyone: boolean, udp?: number, retention?: %s }"
                    .formatted(RETENTION.type()),
            (value, key) -> new SessionEvent.Server(
                    JsonValue.TEXT.read(value.path("version"), key),
                    JsonValue.FLAG.read(value.path("everyone"), key),
                    value.path("udp").asInt(0),
                    Limits.DEFAULT,
                    RETENTION.read(value.path("retention"), key)),
            (out, server) -> {
                out.writeStartObject().writeStringProperty("version", server.version());
                out.writeName("types").writeStartArray();
                JsonCommands.ROWS.stream().map(JsonMessage::type).distinct().forEach(out::writeNumber);
                out.writeEndArray();
                out.writeBooleanProperty("everyone", server.everyone());
                if (server.udpPort() != 0) {
                    out.writeNumberProperty("udp", server.udpPort());
                }
                if (!server.retention().equals(SessionEvent.Retention.FOREVER)) {
                    RETENTION.write(out.writeName("retention"), server.retention());
                }
                out.writeEndObject();
            });

    private static final JsonValue<SessionEvent.Restored> RESTORED = JsonValue.of(
            "{ time: Time, after: number, until: number }",
            (value, key) -> new SessionEvent.Restored(
                    JsonValue.TIME.read(value.path("time"), key),
                    JsonValue.WHOLE.read(value.path("after"), key),
                    JsonValue.WHOLE.read(value.path("until"), key)),
            (out, restored) -> {
                out.writeStartObject();
                JsonValue.TIME.write(out.writeName("time"), restored.backup());
                JsonValue.WHOLE.write(out.writeName("after"), restored.after());
                JsonValue.WHOLE.write(out.writeName("until"), restored.until());
                out.writeEndObject();
            });

    static final JsonMessage<SessionEvent.Welcome> ROW = JsonMessage.row(2, SessionEvent.Welcome.class, row -> {
        row.constant("send", User.SERVER);
        var user = row.envelope("receive", JsonValue.NUMBERED, SessionEvent.Welcome::user);
        row.info("success", JsonValue.TEXT, welcome -> "登录成功");
        row.info("code", JsonValue.TEXT, welcome -> JsonAnswers.OK);
        row.info("user_id", JsonValue.NUMBERED, SessionEvent.Welcome::user);
        var name = row.info("user_name", JsonValue.TEXT, SessionEvent.Welcome::name);
        var strangers = row.info("strangers", JsonValue.list(JsonPeople.USER), JsonWelcome::strangers);
        row.info("strangers_total", JsonValue.WHOLE, JsonWelcome::strangersOnline);
        var friends = row.info("friends", JsonValue.list(JsonPeople.USER), JsonWelcome::friends);
        row.info("friends_total", JsonValue.WHOLE, welcome ->
                (long) state(welcome).friends().size());
        var requests = row.info(
                "requests",
                REQUESTS,
                welcome -> new Requests(
                        state(welcome).receivedRequests(), state(welcome).sentRequests()));
        var groups = row.info(
                "groups", JsonValue.list(GROUP), welcome -> state(welcome).groups());
        var unread = row.info(
                "unread",
                JsonPeople.byConversation(JsonPeople.UNREAD),
                welcome -> state(welcome).unread());
        var blocked = row.info(
                "blocked",
                JsonValue.list(JsonValue.NUMBERED),
                welcome -> state(welcome).blocked());
        var settings = row.info("settings", JsonValue.DOCUMENT, welcome -> requireNonNull(welcome.settings()));
        var preferences = row.info(
                "preferences",
                JsonPeople.PREFERENCES,
                welcome -> new JsonPeople.AllPreferences(
                        state(welcome).preferences(), state(welcome).attention()));
        var limits =
                row.info("limits", LIMITS, welcome -> state(welcome).server().limits());
        var server = row.info("server", SERVER, welcome -> state(welcome).server());
        var names = row.info("names", JsonValue.NAMES, JsonWelcome::names);
        var token =
                row.info("token", JsonValue.SECRET, welcome -> state(welcome).token());
        var key = row.infoOrNull(
                "key", JsonValue.SECRET, welcome -> state(welcome).key());
        var behind =
                row.info("behind", JsonValue.FLAG, welcome -> state(welcome).missedTooMuch(), false);
        var restored =
                row.infoOrNull("restored", RESTORED, welcome -> state(welcome).restored());
        var lastLogin = row.info("last_login", JsonValue.OPTIONAL_TIME, SessionEvent.Welcome::lastLogin);
        var time = row.info("time", JsonValue.TIME, welcome -> requireNonNull(welcome.time()));
        return in -> {
            SortedMap<Long, RosterEntry> people = new TreeMap<>();
            Stream.concat(in.get(strangers).stream(), in.get(friends).stream())
                    .forEach(one -> people.put(one.user(), new RosterEntry(one.name(), one.online())));
            SessionEvent.Server read = in.get(server);
            return new SessionEvent.Welcome(
                    in.get(user),
                    in.get(name),
                    in.get(time),
                    in.get(lastLogin),
                    false,
                    new Roster(people.values()),
                    new ArrayList<>(people.keySet()),
                    in.get(settings),
                    new SessionEvent.State(
                            in.get(friends).stream()
                                    .map(UserEvent.FoundUser::user)
                                    .sorted()
                                    .toList(),
                            in.get(requests).received(),
                            in.get(requests).sent(),
                            in.get(blocked),
                            in.get(groups),
                            in.get(unread),
                            in.get(preferences).general(),
                            in.get(preferences).attention(),
                            in.get(names),
                            new SessionEvent.Server(
                                    read.version(), read.everyone(), read.udpPort(), in.get(limits), read.retention()),
                            in.get(token),
                            in.get(key),
                            in.get(behind),
                            in.get(restored)));
        };
    });

    private JsonWelcome() {}

    private static SessionEvent.State state(SessionEvent.Welcome welcome) {
        return requireNonNull(welcome.state(), "a welcome without the state of the account");
    }

    private static boolean isFriend(SessionEvent.Welcome welcome, long user) {
        return Collections.binarySearch(state(welcome).friends(), user) >= 0;
    }

    private static boolean isStranger(SessionEvent.Welcome welcome, int index) {
        if (!welcome.roster().isOnline(index)) {
            return false;
        }
        long user = welcome.numbers().get(index);
        return user != welcome.user() && !isFriend(welcome, user);
    }

    private static List<UserEvent.FoundUser> strangers(SessionEvent.Welcome welcome) {
        return IntStream.range(0, welcome.numbers().size())
                .filter(index -> isStranger(welcome, index))
                .limit(MAX_LISTED)
                .mapToObj(index -> user(welcome, index, false))
                .toList();
    }

    private static long strangersOnline(SessionEvent.Welcome welcome) {
        return IntStream.range(0, welcome.numbers().size())
                .filter(index -> isStranger(welcome, index))
                .count();
    }

    /** Returns the friends, those online first. */
    private static List<UserEvent.FoundUser> friends(SessionEvent.Welcome welcome) {
        return state(welcome).friends().stream()
                .map(friend -> Collections.binarySearch(welcome.numbers(), friend))
                .filter(index -> index >= 0)
                .sorted(Comparator.comparing(index -> !welcome.roster().isOnline(index)))
                .limit(MAX_LISTED)
                .map(index -> user(welcome, index, true))
                .toList();
    }

    private static UserEvent.FoundUser user(SessionEvent.Welcome welcome, int index, boolean isFriend) {
        RosterEntry presence = welcome.roster().get(index);
        return new UserEvent.FoundUser(
                welcome.numbers().get(index), presence.name(), presence.online(), isFriend, Optional.empty());
    }

    /** Returns the names of everybody in the message. */
    private static SortedMap<Long, String> names(SessionEvent.Welcome welcome) {
        SortedMap<Long, String> names = new TreeMap<>(state(welcome).names());
        friends(welcome).forEach(one -> names.put(one.user(), one.name()));
        strangers(welcome).forEach(one -> names.put(one.user(), one.name()));
        return names;
    }
}

package chatd.protocol.json;

import chatd.protocol.command.MessageCommand;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.people.AllowedUsers;
import chatd.protocol.value.people.Avatar;
import chatd.protocol.value.people.ConversationPreferences;
import chatd.protocol.value.people.Preferences;
import chatd.protocol.value.people.Unread;
import chatd.protocol.value.people.User;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The kinds of value that describe users and conversations. */
final class JsonPeople {
    static final JsonValue<AllowedUsers> REACH = JsonValue.word(AllowedUsers.values(), AllowedUsers::word);

    static final JsonValue<ConversationPreferences.Notices> NOTIFY =
            JsonValue.word(ConversationPreferences.Notices.values(), ConversationPreferences.Notices::word);

    /** A picture, in base64; empty for none. */
    static final JsonValue<Avatar> AVATAR = JsonValue.of(
            "string",
            (value, key) -> new Avatar(JsonValue.base64(Avatar.MAX_BYTES).read(value, key)),
            (out, avatar) -> JsonValue.base64(Avatar.MAX_BYTES).write(out, avatar.bytes()));

    /** A user, and whether they are online. */
    static final JsonValue<UserEvent.FoundUser> USER = JsonValue.of(
            "{ user_id: Numbered, user_name: string, online: boolean }",
            (value, key) -> new UserEvent.FoundUser(
                    JsonValue.NUMBERED.read(value.path("user_id"), key),
                    JsonValue.TEXT.read(value.path("user_name"), key),
                    JsonValue.FLAG.read(value.path("online"), key),
                    value.path("friend").asBoolean(false),
                    value.has("seen") ? Optional.of(JsonValue.TIME.read(value.path("seen"), key)) : Optional.empty()),
            (out, user) -> out.writeStartObject()
                    .writeStringProperty("user_id", JsonValue.numbered(user.user()))
                    .writeStringProperty("user_name", user.name())
                    .writeBooleanProperty("online", user.online())
                    .writeEndObject());

    /** As {@link #USER}, and whether they are a friend, and when they were online last, if they tell it. */
    static final JsonValue<UserEvent.FoundUser> FOUND = JsonValue.of(
            "{ user_id: Numbered, user_name: string, online: boolean, friend: boolean, seen?: Time }",
            USER::read,
            (out, user) -> {
                out.writeStartObject()
                        .writeStringProperty("user_id", JsonValue.numbered(user.user()))
                        .writeStringProperty("user_name", user.name())
                        .writeBooleanProperty("online", user.online())
                        .writeBooleanProperty("friend", user.friend());
                user.seen().ifPresent(seen -> JsonValue.TIME.write(out.writeName("seen"), seen));
                out.writeEndObject();
            });

    static final JsonValue<UserEvent.FoundGroup> FOUND_GROUP = JsonValue.of(
            "{ group_id: GroupNumber, group_name: string, members: number, member: boolean }",
            (value, key) -> new UserEvent.FoundGroup(
                    JsonValue.GROUP.read(value.path("group_id"), key),
                    JsonValue.TEXT.read(value.path("group_name"), key),
                    value.path("members").asInt(),
                    JsonValue.FLAG.read(value.path("member"), key)),
            (out, group) -> {
                out.writeStartObject();
                JsonValue.GROUP.write(out.writeName("group_id"), group.group());
                out.writeStringProperty("group_name", group.name())
                        .writeNumberProperty("members", group.members())
                        .writeBooleanProperty("member", group.isMember())
                        .writeEndObject();
            });

    static final JsonValue<Unread> UNREAD = JsonValue.of(
            "{ count: number, mentions: number, first: number, last: number }",
            (value, key) -> new Unread(
                    value.path("count").asInt(),
                    value.path("mentions").asInt(),
                    value.path("first").asLong(),
                    value.path("last").asLong()),
            (out, unread) -> out.writeStartObject()
                    .writeNumberProperty("count", unread.count())
                    .writeNumberProperty("mentions", unread.mentions())
                    .writeNumberProperty("first", unread.first())
                    .writeNumberProperty("last", unread.last())
                    .writeEndObject());

    static final JsonValue<ConversationPreferences> ATTENTION = JsonValue.of(
            "{ notify: %s, pinned: boolean, unread: boolean }".formatted(NOTIFY.type()),
            (value, key) -> new ConversationPreferences(
                    NOTIFY.read(value.path("notify"), key),
                    JsonValue.FLAG.read(value.path("pinned"), key),
                    JsonValue.FLAG.read(value.path("unread"), key)),
            (out, attention) -> out.writeStartObject()
                    .writeStringProperty("notify", attention.notices().word())
                    .writeBooleanProperty("pinned", attention.pinned())
                    .writeBooleanProperty("unread", attention.unread())
                    .writeEndObject());

    /** A user's preferences, in general and for single conversations. */
    record AllPreferences(Preferences general, SortedMap<Long, ConversationPreferences> attention) {}

    static final JsonValue<AllPreferences> PREFERENCES = JsonValue.of(
            "{ read_marks: boolean, last_seen?: boolean, calls: %1$s, requests: %1$s, groups: %1$s, texts: %1$s, conversations: %2$s }"
                    .formatted(REACH.type(), byConversation(ATTENTION).type()),
            (value, key) -> new AllPreferences(
                    new Preferences(
                            JsonValue.FLAG.read(value.path("read_marks"), key),
                            value.path("last_seen").asBoolean(false),
                            REACH.read(value.path("calls"), key),
                            REACH.read(value.path("requests"), key),
                            REACH.read(value.path("groups"), key),
                            REACH.read(value.path("texts"), key)),
                    byConversation(ATTENTION).read(value.path("conversations"), key)),
            (out, all) -> {
                out.writeStartObject()
                        .writeBooleanProperty("read_marks", all.general().readMarks());
                if (all.general().lastSeen()) {
                    out.writeBooleanProperty("last_seen", true);
                }
                out.writeStringProperty("calls", all.general().calls().word())
                        .writeStringProperty(
                                "requests", all.general().requests().word())
                        .writeStringProperty("groups", all.general().groups().word())
                        .writeStringProperty("texts", all.general().texts().word());
                byConversation(ATTENTION).write(out.writeName("conversations"), all.attention());
                out.writeEndObject();
            });

    private static final JsonValue<List<MessageEvent.Place>> PLACES = JsonValue.list(JsonValue.of(
            "[start: number, length: number]",
            (value, key) ->
                    new MessageEvent.Place(value.path(0).asInt(), value.path(1).asInt()),
            (out, place) -> out.writeStartArray()
                    .writeNumber(place.start())
                    .writeNumber(place.length())
                    .writeEndArray()));

    private static final JsonValue<List<MessageEvent.Hit>> HITS = JsonValue.list(JsonValue.of(
            "{ mid: number, at: %s }".formatted(PLACES.type()),
            (value, key) -> new MessageEvent.Hit(
                    JsonValue.WHOLE.read(value.path("mid"), key), PLACES.read(value.path("at"), key)),
            (out, hit) -> {
                out.writeStartObject().writeNumberProperty("mid", hit.message());
                PLACES.write(out.writeName("at"), hit.places());
                out.writeEndObject();
            }));

    /** Where the search words were found in a page. */
    static final JsonValue<MessageEvent.Found> FIND = JsonValue.of(
            "{ hits: %s, up_to?: number }".formatted(HITS.type()),
            (value, key) -> new MessageEvent.Found(
                    HITS.read(value.path("hits"), key),
                    value.has("up_to")
                            ? JsonValue.WHOLE.read(value.path("up_to"), key)
                            : MessageEvent.Found.EVERYTHING),
            (out, found) -> {
                out.writeStartObject();
                HITS.write(out.writeName("hits"), found.hits());
                if (found.upTo() != MessageEvent.Found.EVERYTHING) {
                    out.writeNumberProperty("up_to", found.upTo());
                }
                out.writeEndObject();
            });

    /** A conversation; {@link JsonTable} writes its last message. */
    static final JsonValue<MessageEvent.Conversation> CONVERSATION = JsonValue.of(
            ("{ with: %s, name: string, last: Item, unread: number, "
                            + "mentions: number, read: number, notify: %s, pinned: boolean, marked: boolean }")
                    .formatted(JsonValue.WITH.type(), NOTIFY.type()),
            (value, key) -> {
                ConversationPreferences attention = new ConversationPreferences(
                        NOTIFY.read(value.path("notify"), key),
                        JsonValue.FLAG.read(value.path("pinned"), key),
                        JsonValue.FLAG.read(value.path("marked"), key));
                MessageEvent.Message last = JsonEvents.item().read(value.path("last"), key);
                return new MessageEvent.Conversation(
                        JsonValue.WITH.read(value.path("with"), key),
                        JsonValue.TEXT.read(value.path("name"), key),
                        last,
                        new Unread(
                                value.path("unread").asInt(),
                                value.path("mentions").asInt(),
                                0,
                                0),
                        JsonValue.WHOLE.read(value.path("read"), key),
                        attention);
            },
            (out, conversation) -> {
                out.writeStartObject();
                JsonValue.WITH.write(out.writeName("with"), conversation.with());
                out.writeStringProperty("name", conversation.name());
                out.writeName("last");
                JsonTable.write(out, conversation.last());
                out.writeNumberProperty("unread", conversation.unread().count())
                        .writeNumberProperty("mentions", conversation.unread().mentions())
                        .writeNumberProperty("read", conversation.read())
                        .writeStringProperty(
                                "notify", conversation.attention().notices().word())
                        .writeBooleanProperty("pinned", conversation.attention().pinned())
                        .writeBooleanProperty("marked", conversation.attention().unread())
                        .writeEndObject();
            });

    /** A client's change to its preferences for one conversation; null leaves one as it is. */
    record PreferencesChange(
            User with,
            ConversationPreferences.@Nullable Notices notices,
            @Nullable Boolean pinned,
            @Nullable Boolean unread) {
        static PreferencesChange of(MessageCommand.ChangeConversationPreferences change) {
            return new PreferencesChange(change.with(), change.notices(), change.pinned(), change.unread());
        }

        MessageCommand.ChangeConversationPreferences command(String id) {
            return new MessageCommand.ChangeConversationPreferences(with, notices, pinned, unread, id);
        }
    }

    /** One conversation: {@code {"U2": {notify?, pinned?, unread?}}}. */
    static final JsonValue<PreferencesChange> PREFERENCES_CHANGE = JsonValue.of(
            "{ [conversation: string]: { notify?: %s, pinned?: boolean, unread?: boolean } }".formatted(NOTIFY.type()),
            (value, key) -> {
                if (!value.isObject() || value.size() != 1) {
                    throw new JsonValue.InvalidMessage(key + " has to be an object with one conversation.");
                }
                Map.Entry<String, JsonNode> one = value.properties().iterator().next();
                JsonNode node = one.getValue();
                if (!node.isObject()) {
                    throw new JsonValue.InvalidMessage(key + " has to be an object with one conversation.");
                }
                return new PreferencesChange(
                        JsonValue.user(one.getKey()),
                        node.has("notify") ? NOTIFY.read(node.path("notify"), "notify") : null,
                        node.has("pinned") ? JsonValue.FLAG.read(node.path("pinned"), "pinned") : null,
                        node.has("unread") ? JsonValue.FLAG.read(node.path("unread"), "unread") : null);
            },
            (out, wanted) -> {
                out.writeStartObject().writeName(wanted.with().typed()).writeStartObject();
                if (wanted.notices() != null) {
                    out.writeStringProperty("notify", wanted.notices().word());
                }
                if (wanted.pinned() != null) {
                    out.writeBooleanProperty("pinned", wanted.pinned());
                }
                if (wanted.unread() != null) {
                    out.writeBooleanProperty("unread", wanted.unread());
                }
                out.writeEndObject().writeEndObject();
            });

    private JsonPeople() {}

    /** Values by the other side of a conversation: {@code {"U2": …, "": …}}. */
    static <V> JsonValue<SortedMap<Long, V>> byConversation(JsonValue<V> found) {
        return JsonValue.of(
                "{ [conversation: string]: " + found.type() + " }",
                (value, key) -> {
                    SortedMap<Long, V> all = new TreeMap<>();
                    value.forEachEntry((with, one) ->
                            all.put(with.isEmpty() ? 0L : JsonValue.number(with, key), found.read(one, key)));
                    return all;
                },
                (out, all) -> {
                    out.writeStartObject();
                    all.forEach(
                            (with, one) -> found.write(out.writeName(with == 0 ? "" : JsonValue.numbered(with)), one));
                    out.writeEndObject();
                });
    }
}

package chatd.protocol.json;

import chatd.protocol.event.Event;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.people.Preferences;
import chatd.protocol.value.people.User;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The messages that the daemon sends: {@link JsonAnswers}, and notifications of what others do and
 * say.
 */
final class JsonEvents {
    private static final String FRIEND = "friend";

    static final List<JsonMessage<? extends Event>> ROWS = Stream.<List<JsonMessage<? extends Event>>>of(
                    JsonAnswers.ROWS,
                    JsonAmendments.ROWS,
                    JsonFileEvents.ROWS,
                    JsonDirect.EVENTS,
                    JsonGroupEvents.ROWS,
                    List.of(
                            JsonMessage.<SessionEvent.Notice>row(3, SessionEvent.Notice.class, row -> {
                                        fromServer(row);
                                        var text = row.wholeInfo("text", JsonValue.TEXT, SessionEvent.Notice::text);
                                        return in -> new SessionEvent.Notice(in.get(text), null);
                                    })
                                    .onlyFor(notice -> true, message -> !message.has("mid")),
                            text(3).onlyFor(JsonEvents::isToSome, message -> message.has("mid")),
                            text(4).onlyFor(JsonEvents::isToAll, message -> true),
                            JsonMessage.<UserEvent.WentOffline>row(5, UserEvent.WentOffline.class, row -> {
                                var user = row.envelope("send", JsonValue.NUMBERED, UserEvent.WentOffline::user);
                                row.constant("receive", "");
                                row.wholeInfoConstant("logout");
                                return in -> new UserEvent.WentOffline(in.get(user), "");
                            }),
                            JsonMessage.<UserEvent.CameOnline>row(8, UserEvent.CameOnline.class, row -> {
                                fromServer(row);
                                var user = row.info("user_id", JsonValue.NUMBERED, UserEvent.CameOnline::user);
                                var name = row.info("user_name", JsonValue.TEXT, UserEvent.CameOnline::name);
                                var type = row.info("type", JsonValue.TEXT, JsonEvents::kind);
                                return in -> new UserEvent.CameOnline(
                                        in.get(user), in.get(name), in.get(type).equals(FRIEND));
                            }),
                            JsonMessage.<UserEvent.FriendAsked>row(9, UserEvent.FriendAsked.class, row -> {
                                var user = row.envelope("send", JsonValue.NUMBERED, UserEvent.FriendAsked::user);
                                var asked = row.envelope("receive", JsonValue.NUMBERED, UserEvent.FriendAsked::asked);
                                var name = row.envelope("name", JsonValue.TEXT, UserEvent.FriendAsked::name);
                                var text = row.wholeInfo("text", JsonValue.TEXT, UserEvent.FriendAsked::text);
                                return in -> new UserEvent.FriendAsked(
                                        in.get(user), in.get(name), in.get(asked), in.get(text));
                            }),
                            JsonMessage.<UserEvent.FriendAnswered>row(10, UserEvent.FriendAnswered.class, row -> {
                                var user = row.envelope("send", JsonValue.NUMBERED, UserEvent.FriendAnswered::user);
                                var asker =
                                        row.envelope("receive", JsonValue.NUMBERED, UserEvent.FriendAnswered::asker);
                                var agreed = row.wholeInfo(
                                        "`true` or `false`", JsonValue.FLAG, UserEvent.FriendAnswered::agreed);
                                return in -> new UserEvent.FriendAnswered(in.get(user), in.get(asker), in.get(agreed));
                            }),
                            JsonMessage.<UserEvent.Renamed>row(16, UserEvent.Renamed.class, row -> {
                                fromServer(row);
                                var user = row.info("user_id", JsonValue.NUMBERED, UserEvent.Renamed::user);
                                var name = row.info("user_name", JsonValue.TEXT, UserEvent.Renamed::name);
                                return in -> new UserEvent.Renamed(in.get(user), "", in.get(name), true);
                            }),
                            JsonMessage.<MessageEvent.Page>row(20, MessageEvent.Page.class, row -> {
                                fromServer(row);
                                var with = row.infoOrNull("with", JsonValue.WITH, MessageEvent.Page::with);
                                var items = row.info("items", JsonValue.list(item()), MessageEvent.Page::items);
                                var more = row.info("more", JsonValue.FLAG, MessageEvent.Page::more);
                                var names = row.info("names", JsonValue.NAMES, MessageEvent.Page::names);
                                var read = row.info("read", JsonValue.READ, MessageEvent.Page::read, new TreeMap<>());
                                var found = row.infoOrNull("find", JsonPeople.FIND, MessageEvent.Page::found);
                                return in -> new MessageEvent.Page(
                                        in.get(with),
                                        in.get(items),
                                        in.get(more),
                                        in.get(names),
                                        in.get(read),
                                        in.get(found));
                            }),
                            JsonMessage.<UserEvent.ReadUpTo>row(21, UserEvent.ReadUpTo.class, row -> {
                                var user = row.envelope("send", JsonValue.NUMBERED, UserEvent.ReadUpTo::user);
                                row.constant("receive", "");
                                var with = row.info("with", JsonValue.WITH, UserEvent.ReadUpTo::with);
                                var message = row.info("mid", JsonValue.WHOLE, UserEvent.ReadUpTo::message);
                                return in -> new UserEvent.ReadUpTo(in.get(user), in.get(with), in.get(message));
                            }),
                            JsonMessage.<UserEvent.Typing>row(22, UserEvent.Typing.class, row -> {
                                var user = row.envelope("send", JsonValue.NUMBERED, UserEvent.Typing::user);
                                var to = row.envelope("receive", JsonValue.NUMBERED, UserEvent.Typing::to);
                                row.emptyInfo();
                                return in -> new UserEvent.Typing(in.get(user), in.get(to));
                            }),
                            JsonMessage.<UserEvent.FriendRemoved>row(25, UserEvent.FriendRemoved.class, row -> {
                                var user = row.envelope("send", JsonValue.NUMBERED, UserEvent.FriendRemoved::user);
                                var other = row.envelope("receive", JsonValue.NUMBERED, UserEvent.FriendRemoved::other);
                                row.emptyInfo();
                                return in -> new UserEvent.FriendRemoved(in.get(user), in.get(other));
                            }),
                            JsonMessage.<UserEvent.Settings>row(26, UserEvent.Settings.class, row -> {
                                fromServer(row);
                                var document = row.wholeInfo("any", JsonValue.DOCUMENT, UserEvent.Settings::document);
                                return in -> new UserEvent.Settings(in.get(document));
                            }),
                            JsonMessage.<UserEvent.PreferencesChanged>row(
                                            35, UserEvent.PreferencesChanged.class, row -> {
                                                fromServer(row);
                                                var marks = row.info(
                                                        "read_marks",
                                                        JsonValue.FLAG,
                                                        changed -> changed.preferences()
                                                                .readMarks());
                                                var seen = row.info(
                                                        "last_seen",
                                                        JsonValue.FLAG,
                                                        changed -> changed.preferences()
                                                                .lastSeen(),
                                                        false);
                                                var calls = row.info(
                                                        "calls",
                                                        JsonPeople.REACH,
                                                        changed -> changed.preferences()
                                                                .calls());
                                                var requests = row.info(
                                                        "requests",
                                                        JsonPeople.REACH,
                                                        changed -> changed.preferences()
                                                                .requests());
                                                var groups = row.info(
                                                        "groups",
                                                        JsonPeople.REACH,
                                                        changed -> changed.preferences()
                                                                .groups());
                                                var texts = row.info(
                                                        "texts",
                                                        JsonPeople.REACH,
                                                        changed -> changed.preferences()
                                                                .texts());
                                                return in -> new UserEvent.PreferencesChanged(new Preferences(
                                                        in.get(marks),
                                                        in.get(seen),
                                                        in.get(calls),
                                                        in.get(requests),
                                                        in.get(groups),
                                                        in.get(texts)));
                                            })
                                    .onlyFor(
                                            changed -> true,
                                            message -> !message.path("info").has("conversations")),
                            JsonMessage.<UserEvent.ConversationPreferencesChanged>row(
                                            35, UserEvent.ConversationPreferencesChanged.class, row -> {
                                                fromServer(row);
                                                var all = row.info(
                                                        "conversations",
                                                        JsonPeople.byConversation(JsonPeople.ATTENTION),
                                                        changed -> new TreeMap<>(
                                                                Map.of(changed.with(), changed.attention())));
                                                return in -> new UserEvent.ConversationPreferencesChanged(
                                                        in.get(all).firstKey(),
                                                        in.get(all).firstEntry().getValue());
                                            })
                                    .onlyFor(
                                            changed -> true,
                                            message -> message.path("info").has("conversations")),
                            JsonMessage.<MessageEvent.Conversations>row(38, MessageEvent.Conversations.class, row -> {
                                fromServer(row);
                                var items = row.info(
                                        "items",
                                        JsonValue.list(JsonPeople.CONVERSATION),
                                        MessageEvent.Conversations::items);
                                var more = row.info("more", JsonValue.FLAG, MessageEvent.Conversations::more);
                                var names = row.info("names", JsonValue.NAMES, MessageEvent.Conversations::names);
                                return in -> new MessageEvent.Conversations(in.get(items), in.get(more), in.get(names));
                            }),
                            JsonMessage.<UserEvent.Avatars>row(39, UserEvent.Avatars.class, row -> {
                                fromServer(row);
                                var digests = row.info("avatars", JsonValue.NAMES, UserEvent.Avatars::digests);
                                return in -> new UserEvent.Avatars(in.get(digests));
                            })))
            .flatMap(List::stream)
            .toList();

    private JsonEvents() {}

    /** Declares that a message comes from the daemon, to whoever reads it. */
    static void fromServer(JsonMessage<?> row) {
        row.constant("send", User.SERVER);
        row.constant("receive", "");
    }

    private static JsonMessage<MessageEvent.Text> text(int type) {
        return JsonMessage.row(type, MessageEvent.Text.class, row -> {
            StoredKeys<MessageEvent.Text> kept = new StoredKeys<>(row);
            JsonMessage.Key<MessageEvent.Text, String> text =
                    row.wholeInfo("text", JsonValue.TEXT, MessageEvent.Text::text);
            kept.withProof();
            return in ->
                    new MessageEvent.Text(in.get(kept.senderName()), in.get(kept.time()), in.get(text), kept.of(in));
        });
    }

    /** Returns whether a message was sent to everyone, or to a group. */
    static boolean isToAll(MessageEvent.Message message) {
        MessageEvent.Stored stored = message.stored();
        return stored != null
                && (stored.receivers() == null
                        || Addressee.isGroup(stored.receivers().getFirst()));
    }

    static boolean isToSome(MessageEvent.Message message) {
        return message.stored() != null && !isToAll(message);
    }

    private static String kind(UserEvent.CameOnline came) {
        return came.friend() ? FRIEND : "stranger";
    }

    static JsonValue<MessageEvent.Message> item() {
        return JsonValue.of(
                "Item",
                (value, key) -> (MessageEvent.Message) JsonTable.read(JsonEvents.ROWS, value)
                        .filter(MessageEvent.Message.class::isInstance)
                        .orElseThrow(() -> new JsonValue.InvalidMessage(key + " has an item that is not a message.")),
                JsonTable::write);
    }
}

package chatd.protocol.json;

import static java.util.Objects.requireNonNull;

import chatd.protocol.command.AccountCommand;
import chatd.protocol.command.SessionCommand;
import chatd.protocol.event.Event;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.Code;
import chatd.protocol.value.Document;
import chatd.protocol.value.Presence;
import chatd.protocol.value.References;
import chatd.protocol.value.Roster;
import chatd.protocol.value.User;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The messages that the daemon sends in {@code chat-json/1}. */
final class JsonEvents {
    /** Maximum number of users listed at login. */
    private static final int MOST_STRANGERS = 1_000;

    private static final String OK = "ok";

    /** The codes with which the answer to a login itself can refuse it. */
    private static final Set<Code> OF_LOG_IN = Set.of(
            Code.NO_SUCH_USER,
            Code.WRONG_PASSWORD,
            Code.MUST_CHANGE_PASSWORD,
            Code.DISABLED,
            Code.LOCKED,
            Code.THROTTLED);

    /** The codes with which the answer to a registration itself can refuse it. */
    private static final Set<Code> OF_REGISTRATION =
            Set.of(Code.NAME_TAKEN, Code.BAD_NAME, Code.BAD_PASSWORD, Code.CLOSED);

    /** A code that this client does not know is read as {@link Code#INTERNAL}, a fault of the server. */
    private static final JsonValue<Code> CODE = JsonValue.of(
            (value, key) -> Code.of(JsonValue.TEXT.read(value, key)).orElse(Code.INTERNAL),
            (out, code) -> out.writeString(code.word()));

    private static final JsonValue<Stranger> STRANGER = JsonValue.of(
            (value, key) -> new Stranger(
                    JsonValue.NUMBERED.read(value.path("user_id"), key),
                    JsonValue.TEXT.read(value.path("user_name"), key)),
            (out, stranger) -> out.writeStartObject()
                    .writeStringProperty("user_id", JsonValue.numbered(stranger.user()))
                    .writeStringProperty("user_name", stranger.name())
                    .writeBooleanProperty("online", true)
                    .writeEndObject());

    static final List<JsonMessage<? extends Event>> ROWS = List.of(
            JsonMessage.<SessionEvent.Welcome>row(2, SessionEvent.Welcome.class, row -> {
                        row.constant("send", User.SERVER);
                        var user = row.envelope("receive", JsonValue.NUMBERED, SessionEvent.Welcome::user);
                        row.info("success", JsonValue.TEXT, welcome -> "登录成功");
                        row.info("code", JsonValue.TEXT, welcome -> OK);
                        var strangers = row.info("strangers", JsonValue.list(STRANGER), JsonEvents::strangers);
                        row.emptyList("friends");
                        row.emptyList("groups");
                        row.info("user_id", JsonValue.NUMBERED, SessionEvent.Welcome::user);
                        var name = row.info("user_name", JsonValue.TEXT, SessionEvent.Welcome::name);
                        row.info("strangers_total", JsonValue.WHOLE, JsonEvents::strangersOnline);
                        var settings = row.info("settings", JsonValue.DOCUMENT, JsonEvents::settings);
                        var lastLogin =
                                row.info("last_login", JsonValue.OPTIONAL_TIME, SessionEvent.Welcome::lastLogin);
                        var time = row.info("time", JsonValue.TIME, welcome -> requireNonNull(welcome.time()));
                        return in -> {
                            Roster roster = new Roster();
                            List<Long> numbers = new ArrayList<>();
                            for (Stranger stranger : in.get(strangers)) {
                                numbers.add(stranger.user());
                                roster.add(new Presence(stranger.name(), true));
                            }
                            return new SessionEvent.Welcome(
                                    in.get(user),
                                    in.get(name),
                                    in.get(time),
                                    in.get(lastLogin),
                                    false,
                                    roster,
                                    numbers,
                                    in.get(settings));
                        };
                    })
                    .only(welcome -> true, JsonEvents::isWelcome),
            JsonMessage.<SessionEvent.Refused>row(2, SessionEvent.Refused.class, row -> {
                        fromServer(row);
                        row.info("success", JsonValue.TEXT, refused -> success(refused.code()));
                        var code = row.info("code", CODE, refused -> ofLogIn(refused.code()));
                        row.emptyList("strangers");
                        row.emptyList("friends");
                        row.emptyList("groups");
                        return in -> new SessionEvent.Refused(null, in.get(code), "", "", null);
                    })
                    .only(
                            refused -> refused.command() instanceof SessionCommand.LogIn
                                    && OF_LOG_IN.contains(refused.code()),
                            message -> !isWelcome(message)),
            JsonMessage.<SessionEvent.Notice>row(3, SessionEvent.Notice.class, row -> {
                        fromServer(row);
                        var text = row.wholeInfo("text", JsonValue.TEXT, SessionEvent.Notice::text);
                        return in -> new SessionEvent.Notice(in.get(text), null);
                    })
                    .only(notice -> true, message -> !message.has("mid")),
            text(3).only(JsonEvents::isToSome, message -> message.has("mid")),
            text(4).only(JsonEvents::isToAll, message -> true),
            JsonMessage.<UserEvent.WentOffline>row(5, UserEvent.WentOffline.class, row -> {
                var user = row.envelope("send", JsonValue.NUMBERED, UserEvent.WentOffline::user);
                row.constant("receive", "");
                row.wholeInfoConstant("logout");
                return in -> new UserEvent.WentOffline(in.get(user), "");
            }),
            JsonMessage.<MessageEvent.FileOffer>row(6, MessageEvent.FileOffer.class, row -> {
                StoredKeys<MessageEvent.FileOffer> kept = new StoredKeys<>(row);
                row.op("offer");
                var file = row.info("file", JsonValue.WHOLE, MessageEvent.FileOffer::file);
                var name = row.info("name", JsonValue.TEXT, MessageEvent.FileOffer::name);
                var size =
                        row.info("size", JsonValue.WHOLE, offer -> whole(offer).size());
                var sha256 =
                        row.info("sha256", JsonValue.HEX, offer -> whole(offer).sha256());
                kept.after();
                return in -> new MessageEvent.FileOffer(
                        in.get(kept.senderName()),
                        in.get(kept.time()),
                        in.get(name),
                        in.get(file),
                        new MessageEvent.FileDigest(in.get(size), in.get(sha256)),
                        kept.of(in));
            }),
            JsonMessage.<UserEvent.CameOnline>row(8, UserEvent.CameOnline.class, row -> {
                fromServer(row);
                var user = row.info("user_id", JsonValue.NUMBERED, UserEvent.CameOnline::user);
                var name = row.info("user_name", JsonValue.TEXT, UserEvent.CameOnline::name);
                row.infoConstant("type", "stranger");
                return in -> new UserEvent.CameOnline(in.get(user), in.get(name));
            }),
            JsonMessage.<UserEvent.Registered>row(14, UserEvent.Registered.class, row -> {
                        row.constant("send", User.SERVER);
                        var user = row.envelope("receive", JsonValue.NUMBERED, UserEvent.Registered::user);
                        var name = row.wholeInfo("name", JsonValue.TEXT, UserEvent.Registered::name);
                        return in -> new UserEvent.Registered(in.get(user), in.get(name));
                    })
                    .only(registered -> true, message -> !message.has("code")),
            JsonMessage.<SessionEvent.Refused>row(14, SessionEvent.Refused.class, row -> {
                        fromServer(row);
                        row.wholeInfo("name", JsonValue.TEXT, JsonEvents::nameRefused);
                        var code = row.envelope("code", CODE, SessionEvent.Refused::code);
                        return in -> new SessionEvent.Refused(null, in.get(code), "", "", null);
                    })
                    .only(
                            refused -> refused.command() instanceof AccountCommand.Register
                                    && OF_REGISTRATION.contains(refused.code()),
                            message -> message.has("code")),
            JsonMessage.<UserEvent.PasswordChanged>row(15, UserEvent.PasswordChanged.class, row -> {
                        fromServer(row);
                        row.info("PU", JsonValue.WHOLE, changed -> 0L);
                        row.info("NewInf", JsonValue.TEXT, changed -> "");
                        row.info("success", JsonValue.FLAG, changed -> true);
                        row.info("code", JsonValue.TEXT, changed -> OK);
                        return in -> new UserEvent.PasswordChanged();
                    })
                    .only(changed -> true, JsonEvents::isWelcome),
            JsonMessage.<SessionEvent.Refused>row(15, SessionEvent.Refused.class, row -> {
                        fromServer(row);
                        row.info("PU", JsonValue.WHOLE, refused -> 0L);
                        row.info("NewInf", JsonValue.TEXT, refused -> "");
                        row.info("success", JsonValue.FLAG, refused -> false);
                        var code = row.info("code", CODE, refused -> ofLogIn(refused.code()));
                        return in -> new SessionEvent.Refused(null, in.get(code), "", "", null);
                    })
                    .only(
                            refused -> refused.command() instanceof AccountCommand.ChangePassword
                                    && (refused.code() == Code.BAD_PASSWORD || OF_LOG_IN.contains(refused.code())),
                            message -> !isWelcome(message)),
            JsonMessage.<UserEvent.Renamed>row(16, UserEvent.Renamed.class, row -> {
                fromServer(row);
                var user = row.info("user_id", JsonValue.NUMBERED, UserEvent.Renamed::user);
                var name = row.info("user_name", JsonValue.TEXT, UserEvent.Renamed::name);
                return in -> new UserEvent.Renamed(in.get(user), "", in.get(name), true);
            }),
            JsonMessage.<SessionEvent.Accepted>row(17, SessionEvent.Accepted.class, row -> {
                fromServer(row);
                var id = row.info("id", JsonCommands.ID, SessionEvent.Accepted::id);
                var message = row.info("mid", JsonValue.WHOLE, SessionEvent.Accepted::message, 0L);
                var time = row.info("time", JsonValue.TIME, SessionEvent.Accepted::time);
                return in -> new SessionEvent.Accepted(in.get(id), in.get(message), in.get(time));
            }),
            JsonMessage.<SessionEvent.Refused>row(18, SessionEvent.Refused.class, row -> {
                fromServer(row);
                var id = row.info("id", JsonCommands.ID, SessionEvent.Refused::id, "");
                row.info("type", JsonValue.WHOLE, refused -> JsonTable.type(refused.command()));
                var code = row.info("code", CODE, refused -> told(refused.code()));
                var text = row.info("text", JsonValue.TEXT, SessionEvent.Refused::text);
                return in -> new SessionEvent.Refused(null, in.get(code), in.get(text), in.get(id), null);
            }),
            JsonMessage.<MessageEvent.Page>row(20, MessageEvent.Page.class, row -> {
                fromServer(row);
                var with = row.infoOrNull("with", JsonValue.WITH, MessageEvent.Page::with);
                var items = row.info("items", JsonValue.list(item()), MessageEvent.Page::items);
                var more = row.info("more", JsonValue.FLAG, MessageEvent.Page::more);
                var names = row.info("names", JsonValue.NAMES, MessageEvent.Page::names);
                return in -> new MessageEvent.Page(in.get(with), in.get(items), in.get(more), in.get(names));
            }),
            JsonMessage.<UserEvent.Settings>row(26, UserEvent.Settings.class, row -> {
                fromServer(row);
                var document = row.wholeInfo("any", JsonValue.DOCUMENT, UserEvent.Settings::document);
                return in -> new UserEvent.Settings(in.get(document));
            }));

    private JsonEvents() {}

    private static void fromServer(JsonMessage<?> row) {
        row.constant("send", User.SERVER);
        row.constant("receive", "");
    }

    private static JsonMessage<MessageEvent.Text> text(int type) {
        return JsonMessage.row(type, MessageEvent.Text.class, row -> {
            StoredKeys<MessageEvent.Text> kept = new StoredKeys<>(row);
            JsonMessage.Key<MessageEvent.Text, String> text =
                    row.wholeInfo("text", JsonValue.TEXT, MessageEvent.Text::text);
            kept.after();
            return in ->
                    new MessageEvent.Text(in.get(kept.senderName()), in.get(kept.time()), in.get(text), kept.of(in));
        });
    }

    private static boolean isToAll(MessageEvent.Message message) {
        MessageEvent.Stored stored = message.stored();
        return stored != null && stored.receivers() == null;
    }

    private static boolean isToSome(MessageEvent.Message message) {
        return message.stored() != null && !isToAll(message);
    }

    private static MessageEvent.Stored stored(MessageEvent.Message message) {
        return requireNonNull(message.stored(), "a message that is not stored");
    }

    private static MessageEvent.FileDigest whole(MessageEvent.FileOffer offer) {
        return requireNonNull(offer.content(), "a file without a content");
    }

    private static JsonValue<MessageEvent.Message> item() {
        return JsonValue.of(
                (value, key) -> (MessageEvent.Message) JsonTable.read(JsonEvents.ROWS, value)
                        .filter(MessageEvent.Message.class::isInstance)
                        .orElseThrow(() -> new JsonValue.InvalidMessage(key + " has an item that is not a message.")),
                JsonTable::write);
    }

    private static String nameRefused(SessionEvent.Refused refused) {
        return refused.command() instanceof AccountCommand.Register register ? register.name() : "";
    }

    private static Document settings(SessionEvent.Welcome welcome) {
        return requireNonNull(welcome.settings());
    }

    private static boolean isWelcome(JsonNode message) {
        return message.path("info").path("code").asString("").equals(OK);
    }

    /** An online user who is not a friend. */
    private record Stranger(long user, String name) {}

    private static boolean isStranger(SessionEvent.Welcome welcome, int place) {
        return welcome.roster().isOnline(place) && welcome.numbers().get(place) != welcome.user();
    }

    private static List<Stranger> strangers(SessionEvent.Welcome welcome) {
        return IntStream.range(0, welcome.numbers().size())
                .filter(place -> isStranger(welcome, place))
                .limit(MOST_STRANGERS)
                .mapToObj(place -> new Stranger(
                        welcome.numbers().get(place),
                        welcome.roster().get(place).name()))
                .toList();
    }

    private static long strangersOnline(SessionEvent.Welcome welcome) {
        return IntStream.range(0, welcome.numbers().size())
                .filter(place -> isStranger(welcome, place))
                .count();
    }

    /** Returns the text of the answer to a refused login, in Chinese. */
    private static String success(Code code) {
        return switch (code) {
            case NO_SUCH_USER -> "无此用户";
            case WRONG_PASSWORD -> "密码错误";
            case MUST_CHANGE_PASSWORD -> "需要修改密码";
            case DISABLED, LOCKED -> "账号已停用";
            case THROTTLED -> "请稍后再试";
            default -> throw new IllegalArgumentException("a login is not refused with " + code.word());
        };
    }

    /** Returns the code as sent in the answer to a login. */
    private static Code ofLogIn(Code code) {
        return code == Code.LOCKED ? Code.DISABLED : code;
    }

    /** Returns the code as sent in a refusal. */
    private static Code told(Code code) {
        return switch (code) {
            case DISABLED, LOCKED, MUST_CHANGE_PASSWORD -> Code.NOT_ALLOWED;
            case UNDECIDED, UNLOGGED -> Code.INTERNAL;
            default -> code;
        };
    }

    /** The keys that all stored messages share. */
    private static final class StoredKeys<T extends MessageEvent.Message> {
        private final JsonMessage<T> row;
        private final JsonMessage.Key<T, Long> sender;
        private final JsonMessage.Key<T, String> receiver;
        private final JsonMessage.Key<T, List<Long>> receivers;
        private final JsonMessage.Key<T, String> senderName;
        private JsonMessage.@Nullable Key<T, Long> number;
        private JsonMessage.@Nullable Key<T, Instant> time;
        private JsonMessage.@Nullable Key<T, byte[]> salt;
        private JsonMessage.@Nullable Key<T, Long> answered;
        private JsonMessage.@Nullable Key<T, List<Long>> mentioned;

        /** Declares the shared keys before {@code info}. */
        StoredKeys(JsonMessage<T> row) {
            this.row = row;
            this.sender = row.envelope(
                    "send", JsonValue.NUMBERED, message -> stored(message).sender());
            this.receiver = row.envelope("receive", JsonValue.TEXT, message -> {
                List<Long> to = stored(message).receivers();
                return to == null ? "" : JsonValue.numbered(to.getFirst());
            });
            this.senderName = row.envelope("name", JsonValue.TEXT, StoredKeys::nameOfUser, "");
            this.receivers = row.envelope(
                    "receivers",
                    JsonValue.list(JsonValue.NUMBERED),
                    message -> {
                        List<Long> to = stored(message).receivers();
                        return to == null || to.size() == 1 ? List.of() : to;
                    },
                    List.of());
        }

        /** Declares the shared keys after {@code info}. */
        void after() {
            number = row.envelope(
                    "mid", JsonValue.WHOLE, message -> stored(message).number());
            time = row.envelope("time", JsonValue.TIME, MessageEvent.Message::time);
            salt = row.envelope(
                    "salt", JsonValue.BASE64, message -> stored(message).salt());
            answered = row.envelope(
                    "re",
                    JsonValue.WHOLE,
                    message -> stored(message).references().answered(),
                    0L);
            mentioned = row.envelope(
                    "mentions",
                    JsonValue.list(JsonValue.NUMBERED),
                    message -> stored(message).references().mentioned(),
                    List.of());
        }

        /** Returns the sender's name; empty for the daemon, which needs none. */
        private static String nameOfUser(MessageEvent.Message message) {
            return stored(message).sender() == MessageEvent.Stored.SERVER ? "" : message.sender();
        }

        JsonMessage.Key<T, String> senderName() {
            return senderName;
        }

        JsonMessage.Key<T, Instant> time() {
            return requireNonNull(time);
        }

        MessageEvent.Stored of(JsonMessage.In<T> in) {
            String one = in.get(receiver);
            List<Long> several = in.get(receivers);
            return new MessageEvent.Stored(
                    in.get(requireNonNull(number)),
                    in.get(sender),
                    !several.isEmpty() ? several : one.isEmpty() ? null : List.of(JsonValue.number(one, "receive")),
                    in.get(requireNonNull(salt)),
                    new References(in.get(requireNonNull(answered)), in.get(requireNonNull(mentioned))));
        }
    }
}

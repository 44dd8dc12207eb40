package chatd.protocol.json;

import static java.util.Objects.requireNonNull;

import chatd.protocol.command.AccountCommand;
import chatd.protocol.command.Command;
import chatd.protocol.command.SessionCommand;
import chatd.protocol.event.Event;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.Code;
import chatd.protocol.value.people.User;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/**
 * The daemon's answers to the session that asked: to logins and registrations, to changes, and to
 * commands with an id.
 */
final class JsonAnswers {
    static final String OK = "ok";

    /** The refusal codes that the answer to a login can carry. */
    private static final Set<Code> LOGIN_CODES = Set.of(
            Code.NO_SUCH_USER,
            Code.WRONG_PASSWORD,
            Code.MUST_CHANGE_PASSWORD,
            Code.DISABLED,
            Code.LOCKED,
            Code.THROTTLED);

    /** The refusal codes that the answer to a registration can carry. */
    private static final Set<Code> REGISTRATION_CODES =
            Set.of(Code.NAME_TAKEN, Code.BAD_NAME, Code.BAD_PASSWORD, Code.CLOSED);

    /** The refusal codes that the answer to a change of password or name can carry. */
    private static final Set<Code> CHANGE_CODES = Set.of(
            Code.NO_SUCH_USER,
            Code.WRONG_PASSWORD,
            Code.BAD_PASSWORD,
            Code.BAD_NAME,
            Code.NAME_TAKEN,
            Code.DISABLED,
            Code.LOCKED,
            Code.THROTTLED);

    /** A code that this client does not know is read as {@link Code#INTERNAL}, a fault of the server. */
    private static final JsonValue<Code> CODE = JsonValue.of(
            "Code",
            (value, key) -> Code.of(JsonValue.TEXT.read(value, key)).orElse(Code.INTERNAL),
            (out, code) -> out.writeString(code.word()));

    private static final JsonValue<SessionEvent.OwnSession> OWN_SESSION = JsonValue.of(
            "{ session: string, device: string, dialect: string, address: string, since: Time, used: Time, "
                    + "this: boolean, remembered: boolean }",
            (value, key) -> new SessionEvent.OwnSession(
                    JsonValue.TEXT.read(value.path("session"), key),
                    JsonValue.TEXT.read(value.path("device"), key),
                    JsonValue.TEXT.read(value.path("dialect"), key),
                    JsonValue.TEXT.read(value.path("address"), key),
                    JsonValue.TIME.read(value.path("since"), key),
                    JsonValue.TIME.read(value.path("used"), key),
                    JsonValue.FLAG.read(value.path("this"), key),
                    JsonValue.FLAG.read(value.path("remembered"), key)),
            (out, session) -> {
                out.writeStartObject()
                        .writeStringProperty("session", session.session())
                        .writeStringProperty("device", session.device())
                        .writeStringProperty("dialect", session.dialect())
                        .writeStringProperty("address", session.address());
                JsonValue.TIME.write(out.writeName("since"), session.since());
                JsonValue.TIME.write(out.writeName("used"), session.lastUsed());
                out.writeBooleanProperty("this", session.isThis())
                        .writeBooleanProperty("remembered", session.remembered())
                        .writeEndObject();
            });

    static final List<JsonMessage<? extends Event>> ROWS = List.of(
            JsonWelcome.ROW.onlyFor(welcome -> true, JsonAnswers::isOk),
            JsonMessage.<SessionEvent.Refused>row(2, SessionEvent.Refused.class, row -> {
                        JsonEvents.fromServer(row);
                        row.info("success", JsonValue.TEXT, refused -> success(refused.code()));
                        var code = row.info("code", CODE, refused -> asLoginCode(refused.code()));
                        row.emptyList("strangers");
                        row.emptyList("friends");
                        row.emptyList("groups");
                        return in -> new SessionEvent.Refused(null, in.get(code), "", "", null);
                    })
                    .onlyFor(
                            refused -> (refused.command() instanceof SessionCommand.LogIn
                                            || refused.command() instanceof SessionCommand.LogInByKey
                                            || refused.command() instanceof SessionCommand.Resume)
                                    && LOGIN_CODES.contains(refused.code()),
                            message -> !isOk(message)),
            JsonMessage.<UserEvent.Registered>row(14, UserEvent.Registered.class, row -> {
                        row.constant("send", User.SERVER);
                        var user = row.envelope("receive", JsonValue.NUMBERED, UserEvent.Registered::user);
                        var name = row.wholeInfo("name", JsonValue.TEXT, UserEvent.Registered::name);
                        return in -> new UserEvent.Registered(in.get(user), in.get(name));
                    })
                    .onlyFor(registered -> true, message -> !message.has("code")),
            JsonMessage.<SessionEvent.Refused>row(14, SessionEvent.Refused.class, row -> {
                        JsonEvents.fromServer(row);
                        row.wholeInfo("name", JsonValue.TEXT, JsonAnswers::refusedName);
                        var code = row.envelope("code", CODE, SessionEvent.Refused::code);
                        return in -> new SessionEvent.Refused(null, in.get(code), "", "", null);
                    })
                    .onlyFor(
                            refused -> refused.command() instanceof AccountCommand.Register
                                    && REGISTRATION_CODES.contains(refused.code()),
                            message -> message.has("code")),
            JsonMessage.<UserEvent.PasswordChanged>row(15, UserEvent.PasswordChanged.class, row -> {
                        changed(row, JsonCommands.PASSWORD, _ -> "");
                        var key = row.infoOrNull("key", JsonValue.SECRET, UserEvent.PasswordChanged::key);
                        return in -> new UserEvent.PasswordChanged(in.get(key));
                    })
                    .onlyFor(
                            changed -> true,
                            message -> JsonCommands.isChange(message, JsonCommands.PASSWORD) && isOk(message)),
            JsonMessage.<UserEvent.NameChanged>row(15, UserEvent.NameChanged.class, row -> {
                        var name = changed(row, JsonCommands.NAME, UserEvent.NameChanged::name);
                        return in -> new UserEvent.NameChanged(in.get(name));
                    })
                    .onlyFor(
                            changed -> true,
                            message -> JsonCommands.isChange(message, JsonCommands.NAME) && isOk(message)),
            notChanged(JsonCommands.PASSWORD, AccountCommand.ChangePassword.class, _ -> ""),
            notChanged(JsonCommands.NAME, AccountCommand.Rename.class, AccountCommand.Rename::name),
            JsonMessage.<SessionEvent.Accepted>row(17, SessionEvent.Accepted.class, row -> {
                JsonEvents.fromServer(row);
                var id = row.info("id", JsonValue.ID, SessionEvent.Accepted::id, "");
                var message = row.info("mid", JsonValue.WHOLE, SessionEvent.Accepted::message, 0L);
                var time = row.info("time", JsonValue.TIME, SessionEvent.Accepted::time);
                var group = row.info("group_id", JsonValue.GROUP, SessionEvent.Accepted::group, 0L);
                var file = row.infoOrNull("file", JsonValue.WHOLE, SessionEvent.Accepted::file);
                return in -> new SessionEvent.Accepted(
                        in.get(id), in.get(message), in.get(time), in.get(group), in.get(file));
            }),
            JsonMessage.<SessionEvent.Refused>row(18, SessionEvent.Refused.class, row -> {
                JsonEvents.fromServer(row);
                var id = row.info("id", JsonValue.ID, SessionEvent.Refused::id, "");
                row.info("type", JsonValue.WHOLE, refused -> JsonTable.type(refused.command()));
                var code = row.info("code", CODE, refused -> asRefusalCode(refused.code()));
                var text = row.info("text", JsonValue.TEXT, SessionEvent.Refused::text);
                return in -> new SessionEvent.Refused(null, in.get(code), in.get(text), in.get(id), null);
            }),
            JsonMessage.<UserEvent.Found>row(29, UserEvent.Found.class, row -> {
                JsonEvents.fromServer(row);
                var users = row.info("users", JsonValue.list(JsonPeople.FOUND), UserEvent.Found::users);
                var groups = row.info("groups", JsonValue.list(JsonPeople.FOUND_GROUP), UserEvent.Found::groups);
                var more = row.info("more", JsonValue.FLAG, UserEvent.Found::more, false);
                row.info("names", JsonValue.NAMES, JsonAnswers::names);
                return in -> new UserEvent.Found(in.get(users), in.get(groups), in.get(more));
            }),
            JsonMessage.<SessionEvent.OwnSessions>row(30, SessionEvent.OwnSessions.class, row -> {
                JsonEvents.fromServer(row);
                var sessions =
                        row.wholeInfo("sessions", JsonValue.list(OWN_SESSION), SessionEvent.OwnSessions::sessions);
                return in -> new SessionEvent.OwnSessions(in.get(sessions));
            }));

    private JsonAnswers() {}

    /** Declares the keys of an answer to a change; returns that of the new value. */
    private static <T> JsonMessage.Key<T, String> changed(JsonMessage<T> row, long what, Function<T, String> value) {
        JsonEvents.fromServer(row);
        row.info("PU", JsonValue.WHOLE, _ -> what);
        JsonMessage.Key<T, String> changed = row.info("NewInf", JsonValue.TEXT, value);
        row.info("success", JsonValue.FLAG, _ -> true);
        row.info("code", JsonValue.TEXT, _ -> OK);
        return changed;
    }

    private static <C extends Command> JsonMessage<SessionEvent.Refused> notChanged(
            long what, Class<C> command, Function<C, String> value) {
        return JsonMessage.<SessionEvent.Refused>row(15, SessionEvent.Refused.class, row -> {
                    JsonEvents.fromServer(row);
                    row.info("PU", JsonValue.WHOLE, refused -> what);
                    row.info(
                            "NewInf",
                            JsonValue.TEXT,
                            refused -> value.apply(requireNonNull(command.cast(refused.command()))));
                    row.info("success", JsonValue.FLAG, refused -> false);
                    var code = row.info("code", CODE, refused -> asLoginCode(refused.code()));
                    return in -> new SessionEvent.Refused(null, in.get(code), "", "", null);
                })
                .onlyFor(
                        refused -> command.isInstance(refused.command()) && CHANGE_CODES.contains(refused.code()),
                        message -> JsonCommands.isChange(message, what) && !isOk(message));
    }

    private static String refusedName(SessionEvent.Refused refused) {
        return refused.command() instanceof AccountCommand.Register register ? register.name() : "";
    }

    private static SortedMap<Long, String> names(UserEvent.Found found) {
        SortedMap<Long, String> names = new TreeMap<>();
        found.users().forEach(user -> names.put(user.user(), user.name()));
        return names;
    }

    private static boolean isOk(JsonNode message) {
        return message.path("info").path("code").asString("").equals(OK);
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
    private static Code asLoginCode(Code code) {
        return code == Code.LOCKED ? Code.DISABLED : code;
    }

    /** Returns the code as sent in a refusal. */
    private static Code asRefusalCode(Code code) {
        return switch (code) {
            case DISABLED, LOCKED, MUST_CHANGE_PASSWORD -> Code.NOT_ALLOWED;
            case UNDECIDED, UNLOGGED -> Code.INTERNAL;
            default -> code;
        };
    }
}

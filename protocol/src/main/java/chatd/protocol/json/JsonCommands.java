package chatd.protocol.json;

import static java.util.Objects.requireNonNullElse;

import chatd.protocol.command.AccountCommand;
import chatd.protocol.command.Command;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.command.SessionCommand;
import chatd.protocol.command.UserCommand;
import chatd.protocol.value.Audience;
import chatd.protocol.value.Secret;
import chatd.protocol.value.people.User;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The messages that clients may send in {@code chat-json/1}. */
final class JsonCommands {
    /** Maximum bytes of an emoticon's code or an emoji: the longest emoji has 35. */
    private static final int LONGEST_CODE = 64;

    /** The value of {@code PU} that changes the password. */
    static final long PASSWORD = 0;

    /** The value of {@code PU} that changes the name. */
    static final long NAME = 1;

    private static final JsonValue<MessageCommand.Media> MEDIA =
            JsonValue.word(MessageCommand.Media.values(), MessageCommand.Media::word);

    private static final User NOBODY = new User.NamedLoosely("");

    private static final List<JsonMessage<? extends Command>> OTHERS = List.of(
            JsonMessage.<SessionCommand.LogIn>row(1, SessionCommand.LogIn.class, row -> {
                        var id = JsonMessage.id(row);
                        var user = row.info("user_id", JsonValue.USER, SessionCommand.LogIn::user);
                        var password = row.info("user_pwd", JsonValue.SECRET, SessionCommand.LogIn::password);
                        var device = row.info("device", JsonValue.ID, JsonCommands::device, "");
                        var remember = row.info("remember", JsonValue.FLAG, SessionCommand.LogIn::remember, false);
                        var quiet = row.info("quiet", JsonValue.FLAG, SessionCommand.LogIn::quiet, false);
                        return in -> new SessionCommand.LogIn(
                                in.get(user),
                                in.get(password),
                                in.get(device),
                                in.get(quiet),
                                in.get(remember),
                                in.get(id));
                    })
                    .onlyFor(login -> true, message -> !has(message, "token") && !has(message, "key")),
            JsonMessage.<SessionCommand.LogInByKey>row(1, SessionCommand.LogInByKey.class, row -> {
                        var id = JsonMessage.id(row);
                        var user = row.info("user_id", JsonValue.USER, SessionCommand.LogInByKey::user);
                        var key = row.info("key", JsonValue.SECRET, SessionCommand.LogInByKey::key);
                        var device = row.info("device", JsonValue.ID, SessionCommand.LogInByKey::device, "");
                        var quiet = row.info("quiet", JsonValue.FLAG, SessionCommand.LogInByKey::quiet, false);
                        return in -> new SessionCommand.LogInByKey(
                                in.get(user), in.get(key), in.get(device), in.get(quiet), in.get(id));
                    })
                    .onlyFor(login -> true, message -> has(message, "key")),
            JsonMessage.<SessionCommand.Resume>row(1, SessionCommand.Resume.class, row -> {
                        var id = JsonMessage.id(row);
                        var user = row.infoOrNull("user_id", JsonValue.USER, SessionCommand.Resume::user);
                        var token = row.info("token", JsonValue.SECRET, SessionCommand.Resume::token);
                        var after = row.info("after", JsonValue.WHOLE, SessionCommand.Resume::after);
                        return in -> new SessionCommand.Resume(in.get(user), in.get(token), in.get(after), in.get(id));
                    })
                    .onlyFor(resume -> true, message -> has(message, "token") && !has(message, "key")),
            JsonMessage.<MessageCommand.SendText>row(3, MessageCommand.SendText.class, row -> {
                        var id = JsonMessage.id(row);
                        var to = row.envelope("receive", JsonValue.USER, JsonCommands::receiver);
                        var text = row.wholeInfo("text", JsonValue.TEXT, MessageCommand.SendText::text);
                        var answered = row.envelope("re", JsonValue.WHOLE, MessageCommand.SendText::replyTo, 0L);
                        return in -> new MessageCommand.SendText(
                                new Audience.One(in.get(to)), in.get(text), in.get(answered), in.get(id));
                    })
                    .onlyFor(text -> text.audience() instanceof Audience.One, message -> true),
            JsonMessage.<MessageCommand.SendText>row(4, MessageCommand.SendText.class, row -> {
                        var id = JsonMessage.id(row);
                        var many = row.envelope(
                                "receive", JsonValue.MANY, MessageCommand.SendText::audience, Audience.everyone());
                        var text = row.wholeInfo("text", JsonValue.TEXT, MessageCommand.SendText::text);
                        var answered = row.envelope("re", JsonValue.WHOLE, MessageCommand.SendText::replyTo, 0L);
                        return in ->
                                new MessageCommand.SendText(in.get(many), in.get(text), in.get(answered), in.get(id));
                    })
                    .onlyFor(
                            text -> text.audience() instanceof Audience.Everyone
                                    || text.audience() instanceof Audience.Group,
                            message -> true),
            JsonMessage.<SessionCommand.LogOut>row(5, SessionCommand.LogOut.class, row -> {
                var id = JsonMessage.id(row);
                row.wholeInfoConstant("logout");
                return in -> new SessionCommand.LogOut(in.get(id));
            }),
            JsonMessage.<UserCommand.AskFriend>row(9, UserCommand.AskFriend.class, row -> {
                var id = JsonMessage.id(row);
                var user = row.envelope("receive", JsonValue.USER, UserCommand.AskFriend::user);
                var text = row.wholeInfo(
                        "text", JsonValue.text(UserCommand.AskFriend.MAX_BYTES), UserCommand.AskFriend::text);
                return in -> new UserCommand.AskFriend(in.get(user), in.get(text), in.get(id));
            }),
            JsonMessage.<UserCommand.AnswerFriend>row(10, UserCommand.AnswerFriend.class, row -> {
                var id = JsonMessage.id(row);
                var user = row.envelope("receive", JsonValue.USER, UserCommand.AnswerFriend::user);
                var agrees = row.wholeInfo("`true` or `false`", JsonValue.FLAG, UserCommand.AnswerFriend::agrees);
                return in -> new UserCommand.AnswerFriend(in.get(user), in.get(agrees), in.get(id));
            }),
            JsonMessage.<AccountCommand.ChangePassword>row(11, AccountCommand.ChangePassword.class, row -> {
                        var id = JsonMessage.id(row);
                        var user = row.envelope("send", JsonValue.USER, JsonCommands::changer, NOBODY);
                        // isChange has already told the two kinds of change apart.
                        row.info("PU", JsonValue.WHOLE, change -> PASSWORD);
                        var chosen = row.info("NewInf", JsonValue.SECRET, AccountCommand.ChangePassword::newPassword);
                        var old = row.info(
                                "OldPwd",
                                JsonValue.SECRET,
                                AccountCommand.ChangePassword::oldPassword,
                                Secret.ofBytes(new byte[0]));
                        return in -> new AccountCommand.ChangePassword(
                                new User.Own(in.get(user)), in.get(old), in.get(chosen), in.get(id));
                    })
                    .onlyFor(change -> true, message -> isChange(message, PASSWORD)),
            JsonMessage.<AccountCommand.Rename>row(11, AccountCommand.Rename.class, row -> {
                        var id = JsonMessage.id(row);
                        row.info("PU", JsonValue.WHOLE, change -> NAME);
                        var name = row.info("NewInf", JsonValue.TEXT, AccountCommand.Rename::name);
                        return in -> new AccountCommand.Rename(in.get(name), in.get(id));
                    })
                    .onlyFor(change -> true, message -> isChange(message, NAME)),
            JsonMessage.<AccountCommand.Register>row(13, AccountCommand.Register.class, row -> {
                var id = JsonMessage.id(row);
                var name = row.info("user_name", JsonValue.TEXT, AccountCommand.Register::name);
                var password = row.info("user_pwd", JsonValue.SECRET, AccountCommand.Register::password);
                return in -> new AccountCommand.Register(in.get(name), in.get(password), in.get(id));
            }),
            JsonMessage.<MessageCommand.ReadHistory>row(19, MessageCommand.ReadHistory.class, row -> {
                var id = JsonMessage.id(row);
                var with = row.infoOrNull("with", JsonValue.USER, MessageCommand.ReadHistory::with);
                var before = row.info("before", JsonValue.WHOLE, MessageCommand.ReadHistory::before, Long.MAX_VALUE);
                var after = row.info("after", JsonValue.WHOLE, MessageCommand.ReadHistory::after, -1L);
                var limit = row.info(
                        "limit",
                        JsonValue.limit(MessageCommand.ReadHistory.MAX_LIMIT),
                        MessageCommand.ReadHistory::limit,
                        MessageCommand.ReadHistory.DEFAULT_LIMIT);
                return in -> new MessageCommand.ReadHistory(
                        in.get(with), in.get(before), in.get(after), in.get(limit), in.get(id));
            }),
            JsonMessage.<MessageCommand.MarkRead>row(21, MessageCommand.MarkRead.class, row -> {
                var id = JsonMessage.id(row);
                var with = row.info("with", JsonValue.USER, MessageCommand.MarkRead::with);
                var message = row.info("mid", JsonValue.WHOLE, MessageCommand.MarkRead::message);
                return in -> new MessageCommand.MarkRead(in.get(with), in.get(message), in.get(id));
            }),
            JsonMessage.<MessageCommand.Typing>row(22, MessageCommand.Typing.class, row -> {
                var id = JsonMessage.id(row);
                var to = row.envelope("receive", JsonValue.USER, MessageCommand.Typing::to);
                row.emptyInfo();
                return in -> new MessageCommand.Typing(in.get(to), in.get(id));
            }),
            JsonMessage.<UserCommand.RemoveFriend>row(25, UserCommand.RemoveFriend.class, row -> {
                var id = JsonMessage.id(row);
                var user = row.envelope("receive", JsonValue.USER, UserCommand.RemoveFriend::user);
                row.emptyInfo();
                return in -> new UserCommand.RemoveFriend(in.get(user), in.get(id));
            }),
            JsonMessage.<AccountCommand.StoreSettings>row(26, AccountCommand.StoreSettings.class, row -> {
                var id = JsonMessage.id(row);
                var document = row.wholeInfo("any", JsonValue.DOCUMENT, AccountCommand.StoreSettings::document);
                return in -> new AccountCommand.StoreSettings(in.get(document), in.get(id));
            }),
            JsonMessage.<MessageCommand.SearchMessages>row(27, MessageCommand.SearchMessages.class, row -> {
                var id = JsonMessage.id(row);
                var text = row.info(
                        "text",
                        JsonValue.text(MessageCommand.SearchMessages.MAX_BYTES),
                        MessageCommand.SearchMessages::text);
                var with = row.infoOrNull("with", JsonValue.USER, MessageCommand.SearchMessages::with);
                var from = row.infoOrNull("from", JsonValue.USER, MessageCommand.SearchMessages::from);
                var since = row.infoOrNull("since", JsonValue.TIME, MessageCommand.SearchMessages::since);
                var until = row.infoOrNull("until", JsonValue.TIME, MessageCommand.SearchMessages::until);
                var media = row.infoOrNull("media", MEDIA, MessageCommand.SearchMessages::media);
                var before = row.info("before", JsonValue.WHOLE, MessageCommand.SearchMessages::before, Long.MAX_VALUE);
                var limit = row.info(
                        "limit",
                        JsonValue.limit(MessageCommand.ReadHistory.MAX_LIMIT),
                        MessageCommand.SearchMessages::limit,
                        MessageCommand.ReadHistory.DEFAULT_LIMIT);
                return in -> new MessageCommand.SearchMessages(
                        in.get(text),
                        in.get(with),
                        in.get(from),
                        in.get(since),
                        in.get(until),
                        in.get(media),
                        in.get(before),
                        in.get(limit),
                        in.get(id));
            }),
            JsonMessage.<UserCommand.FindUsers>row(28, UserCommand.FindUsers.class, row -> {
                        var id = JsonMessage.id(row);
                        var text = row.info("text", JsonValue.TEXT, UserCommand.FindUsers::text);
                        var limit = row.info(
                                "limit",
                                JsonValue.limit(UserCommand.FindUsers.MAX_LIMIT),
                                UserCommand.FindUsers::limit,
                                UserCommand.FindUsers.MAX_LIMIT);
                        return in -> new UserCommand.FindUsers(in.get(text), in.get(limit), in.get(id));
                    })
                    .onlyFor(find -> true, message -> !has(message, "users") && !has(message, "friends")),
            JsonMessage.<UserCommand.LookUpUsers>row(28, UserCommand.LookUpUsers.class, row -> {
                        var id = JsonMessage.id(row);
                        var users = row.info(
                                "users",
                                JsonValue.list(JsonValue.NUMBERED, UserCommand.LookUpUsers.MAX_USERS),
                                UserCommand.LookUpUsers::users);
                        return in -> new UserCommand.LookUpUsers(in.get(users), in.get(id));
                    })
                    .onlyFor(lookUp -> true, message -> has(message, "users")),
            JsonMessage.<UserCommand.ListFriends>row(28, UserCommand.ListFriends.class, row -> {
                        var id = JsonMessage.id(row);
                        var friends = row.info("friends", JsonValue.TRUE, list -> true);
                        var after = row.infoOrNull("after", JsonValue.NUMBERED, JsonCommands::after);
                        var limit = row.info(
                                "limit",
                                JsonValue.limit(UserCommand.ListFriends.MAX_LIMIT),
                                UserCommand.ListFriends::limit,
                                UserCommand.ListFriends.MAX_LIMIT);
                        return in -> {
                            in.get(friends);
                            return new UserCommand.ListFriends(
                                    requireNonNullElse(in.get(after), 0L), in.get(limit), in.get(id));
                        };
                    })
                    .onlyFor(list -> true, message -> has(message, "friends")),
            JsonMessage.<SessionCommand.ListSessions>row(30, SessionCommand.ListSessions.class, row -> {
                var id = JsonMessage.id(row);
                row.op("list");
                return in -> new SessionCommand.ListSessions(in.get(id));
            }),
            JsonMessage.<SessionCommand.EndSession>row(30, SessionCommand.EndSession.class, row -> {
                var id = JsonMessage.id(row);
                row.op("end");
                var session = row.info("session", JsonValue.TEXT, SessionCommand.EndSession::session);
                return in -> new SessionCommand.EndSession(in.get(session), in.get(id));
            }),
            JsonMessage.<SessionCommand.EndOtherSessions>row(30, SessionCommand.EndOtherSessions.class, row -> {
                var id = JsonMessage.id(row);
                row.op("end-others");
                return in -> new SessionCommand.EndOtherSessions(in.get(id));
            }),
            JsonMessage.<MessageCommand.TakeBack>row(31, MessageCommand.TakeBack.class, row -> {
                var id = JsonMessage.id(row);
                var message = row.info("mid", JsonValue.WHOLE, MessageCommand.TakeBack::message);
                return in -> new MessageCommand.TakeBack(in.get(message), in.get(id));
            }),
            JsonMessage.<MessageCommand.Correct>row(32, MessageCommand.Correct.class, row -> {
                var id = JsonMessage.id(row);
                var message = row.info("mid", JsonValue.WHOLE, MessageCommand.Correct::message);
                var text = row.info("text", JsonValue.TEXT, MessageCommand.Correct::text);
                return in -> new MessageCommand.Correct(in.get(message), in.get(text), in.get(id));
            }),
            JsonMessage.<MessageCommand.React>row(33, MessageCommand.React.class, row -> {
                var id = JsonMessage.id(row);
                var message = row.info("mid", JsonValue.WHOLE, MessageCommand.React::message);
                var code = row.info("code", JsonValue.text(LONGEST_CODE), MessageCommand.React::code);
                var on = row.info("on", JsonValue.FLAG, MessageCommand.React::on);
                return in -> new MessageCommand.React(in.get(message), in.get(code), in.get(on), in.get(id));
            }),
            JsonMessage.<UserCommand.Block>row(34, UserCommand.Block.class, row -> {
                var id = JsonMessage.id(row);
                var user = row.info("user_id", JsonValue.USER, UserCommand.Block::user);
                var on = row.info("on", JsonValue.FLAG, UserCommand.Block::on);
                return in -> new UserCommand.Block(in.get(user), in.get(on), in.get(id));
            }),
            JsonMessage.<AccountCommand.ChangePreferences>row(35, AccountCommand.ChangePreferences.class, row -> {
                        var id = JsonMessage.id(row);
                        var marks = row.infoOrNull(
                                "read_marks", JsonValue.FLAG, AccountCommand.ChangePreferences::readMarks);
                        var seen =
                                row.infoOrNull("last_seen", JsonValue.FLAG, AccountCommand.ChangePreferences::lastSeen);
                        var calls = row.infoOrNull("calls", JsonPeople.REACH, AccountCommand.ChangePreferences::calls);
                        var requests = row.infoOrNull(
                                "requests", JsonPeople.REACH, AccountCommand.ChangePreferences::requests);
                        var groups =
                                row.infoOrNull("groups", JsonPeople.REACH, AccountCommand.ChangePreferences::groups);
                        var texts = row.infoOrNull("texts", JsonPeople.REACH, AccountCommand.ChangePreferences::texts);
                        return in -> new AccountCommand.ChangePreferences(
                                in.get(marks),
                                in.get(seen),
                                in.get(calls),
                                in.get(requests),
                                in.get(groups),
                                in.get(texts),
                                in.get(id));
                    })
                    .onlyFor(change -> true, message -> !has(message, "conversations")),
            JsonMessage.<MessageCommand.ChangeConversationPreferences>row(
                            35, MessageCommand.ChangeConversationPreferences.class, row -> {
                                var id = JsonMessage.id(row);
                                var one = row.info(
                                        "conversations",
                                        JsonPeople.PREFERENCES_CHANGE,
                                        JsonPeople.PreferencesChange::of);
                                return in -> in.get(one).command(in.get(id));
                            })
                    .onlyFor(change -> true, message -> has(message, "conversations")),
            JsonMessage.<MessageCommand.Report>row(36, MessageCommand.Report.class, row -> {
                var id = JsonMessage.id(row);
                var message = row.info("mid", JsonValue.WHOLE, MessageCommand.Report::message);
                var text =
                        row.info("text", JsonValue.text(MessageCommand.Report.MAX_BYTES), MessageCommand.Report::text);
                return in -> new MessageCommand.Report(in.get(message), in.get(text), in.get(id));
            }),
            JsonMessage.<MessageCommand.ListConversations>row(37, MessageCommand.ListConversations.class, row -> {
                var id = JsonMessage.id(row);
                var before =
                        row.info("before", JsonValue.WHOLE, MessageCommand.ListConversations::before, Long.MAX_VALUE);
                var limit = row.info(
                        "limit",
                        JsonValue.limit(MessageCommand.ListConversations.MAX_LIMIT),
                        MessageCommand.ListConversations::limit,
                        MessageCommand.ListConversations.DEFAULT_LIMIT);
                return in -> new MessageCommand.ListConversations(in.get(before), in.get(limit), in.get(id));
            }),
            JsonMessage.<AccountCommand.ChangeAvatar>row(39, AccountCommand.ChangeAvatar.class, row -> {
                        var id = JsonMessage.id(row);
                        var avatar = row.info("avatar", JsonPeople.AVATAR, AccountCommand.ChangeAvatar::avatar);
                        return in -> new AccountCommand.ChangeAvatar(in.get(avatar), in.get(id));
                    })
                    .onlyFor(change -> true, message -> !has(message, "of")),
            JsonMessage.<UserCommand.LookUpAvatars>row(39, UserCommand.LookUpAvatars.class, row -> {
                        var id = JsonMessage.id(row);
                        var of = row.info(
                                "of",
                                JsonValue.list(JsonValue.NUMBERED, UserCommand.LookUpAvatars.MAX_ADDRESSEES),
                                UserCommand.LookUpAvatars::of);
                        return in -> new UserCommand.LookUpAvatars(in.get(of), in.get(id));
                    })
                    .onlyFor(lookUp -> true, message -> has(message, "of")));

    /** The rows by type; those of one type in the order in which they are tried. */
    static final List<JsonMessage<? extends Command>> ROWS = Stream.of(
                    OTHERS, JsonFileCommands.ROWS, JsonDirect.COMMANDS, JsonGroupCommands.ROWS)
            .flatMap(List::stream)
            .sorted(Comparator.comparingInt(JsonMessage::type))
            .toList();

    private JsonCommands() {}

    /**
     * Returns whether a message of type 11 or 15 changes {@code what}, the password or the name.
     */
    static boolean isChange(JsonNode message, long what) {
        JsonNode changed = message.path("info").path("PU");
        return changed.isIntegralNumber() && changed.canConvertToLong() && changed.longValue() == what;
    }

    private static boolean has(JsonNode message, String key) {
        return message.path("info").has(key);
    }

    private static @Nullable Long after(UserCommand.ListFriends list) {
        return list.after() == 0 ? null : (Long) list.after();
    }

    private static User receiver(MessageCommand.SendText text) {
        return ((Audience.One) text.audience()).user();
    }

    private static User changer(AccountCommand.ChangePassword change) {
        return change.user() instanceof User.Own own ? own.fallback() : change.user();
    }

    private static String device(SessionCommand.LogIn login) {
        return requireNonNullElse(login.device(), "");
    }
}

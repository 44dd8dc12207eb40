package chatd.protocol.json;

import static java.util.Objects.requireNonNullElse;

import chatd.protocol.command.Command;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.command.SessionCommand;
import java.util.List;

/** The messages that clients may send in {@code chat-json/1}. */
final class JsonCommands {
    private static final int LONGEST_ID = 64;

    /** A client's own identifier for a message, or label for its device. */
    static final JsonValue<String> ID = JsonValue.text(LONGEST_ID);

    static final List<JsonMessage<? extends Command>> ROWS = List.of(
            JsonMessage.<SessionCommand.LogIn>row(1, SessionCommand.LogIn.class, row -> {
                var id = id(row);
                var user = row.info("user_id", JsonValue.USER, SessionCommand.LogIn::user);
                var password = row.info("user_pwd", JsonValue.SECRET, SessionCommand.LogIn::password);
                var device = row.info("device", ID, JsonCommands::device, "");
                return in -> new SessionCommand.LogIn(in.get(user), in.get(password), in.get(device), in.get(id));
            }),
            JsonMessage.<SessionCommand.LogOut>row(5, SessionCommand.LogOut.class, row -> {
                var id = id(row);
                row.wholeInfoConstant("logout");
                return in -> new SessionCommand.LogOut(in.get(id));
            }),
            JsonMessage.<MessageCommand.ReadHistory>row(19, MessageCommand.ReadHistory.class, row -> {
                var id = id(row);
                var with = row.infoOrNull("with", JsonValue.TEXT, MessageCommand.ReadHistory::with);
                var before = row.info("before", JsonValue.WHOLE, MessageCommand.ReadHistory::before, Long.MAX_VALUE);
                var after = row.info("after", JsonValue.WHOLE, MessageCommand.ReadHistory::after, -1L);
                var limit = row.info(
                        "limit", JsonValue.upTo(MessageCommand.ReadHistory.MOST), MessageCommand.ReadHistory::limit);
                return in -> new MessageCommand.ReadHistory(
                        in.get(with), in.get(before), in.get(after), in.get(limit), in.get(id));
            }));

    private JsonCommands() {}

    private static <T extends Command> JsonMessage.Key<T, String> id(JsonMessage<T> row) {
        return row.envelope("id", ID, Command::id, "");
    }

    private static String device(SessionCommand.LogIn login) {
        return requireNonNullElse(login.device(), "");
    }
}

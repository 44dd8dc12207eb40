package chatd.daemon.dispatch;

import chatd.daemon.service.Code;
import chatd.daemon.service.Messages;
import chatd.daemon.service.Refusal;
import chatd.daemon.session.Dialect;
import chatd.protocol.Command;
import chatd.protocol.Event;
import chatd.protocol.Json;
import java.util.List;

/** What each dialect answers to a refusal. */
final class Answers {
    private final Messages messages;

    Answers(Messages messages) {
        this.messages = messages;
    }

    List<Event> to(Dialect dialect, Command command, Refusal refusal) {
        return dialect.name().equals(Json.ALPN) ? List.of(json(command, refusal)) : chat1(command, refusal);
    }

    /** Type 2 where it has the code, else type 18 ({@code json.md}, {@code extensions.md}). */
    private static Event json(Command command, Refusal refusal) {
        Code code = refusal.code();
        if (command instanceof Command.LogIn) {
            switch (code) {
                case NO_SUCH_USER, WRONG_PASSWORD, MUST_CHANGE_PASSWORD, DISABLED, THROTTLED -> {
                    return new Event.LogInRefused(code.word());
                }
                case LOCKED -> {
                    return new Event.LogInRefused(Code.DISABLED.word());
                }
                default -> {}
            }
        }
        Code told = switch (code) {
            case DISABLED, LOCKED, MUST_CHANGE_PASSWORD -> Code.NOT_ALLOWED;
            case UNDECIDED, UNLOGGED -> Code.INTERNAL;
            default -> code;
        };
        return new Event.Refused(command.id(), Json.type(command), told.word(), refusal.text());
    }

    /** Its own code where it has one, else a text of the server's (rule 11). */
    private List<Event> chat1(Command command, Refusal refusal) {
        return switch (command) {
            case Command.LogIn login ->
                switch (refusal.code()) {
                    case WRONG_PASSWORD, DISABLED, LOCKED -> List.of(new Event.WrongPassword());
                    case NO_SUCH_USER -> List.of(new Event.NoSuchUser());
                    case MUST_CHANGE_PASSWORD -> List.of(new Event.MustChangePassword());
                    default -> text(refusal);
                };
            case Command.Register register ->
                switch (refusal.code()) {
                    case NAME_TAKEN -> List.of(new Event.NameTaken());
                    case BAD_NAME -> List.of(new Event.BadName());
                    case BAD_PASSWORD -> List.of(new Event.BadPassword());
                    case CLOSED -> List.of(new Event.BadName(), text(refusal).getFirst());
                    default -> text(refusal);
                };
            case Command.ChangePassword change ->
                switch (refusal.code()) {
                    case WRONG_PASSWORD, DISABLED, LOCKED -> List.of(new Event.WrongOldPassword());
                    case NO_SUCH_USER -> List.of(new Event.NoSuchUser());
                    case BAD_PASSWORD -> List.of(new Event.BadNewPassword());
                    default -> text(refusal);
                };
            default -> text(refusal);
        };
    }

    private List<Event> text(Refusal refusal) {
        return List.of(messages.serverText(refusal.text()));
    }
}

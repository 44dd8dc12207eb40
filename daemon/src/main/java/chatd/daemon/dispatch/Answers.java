package chatd.daemon.dispatch;

import chatd.daemon.service.Messages;
import chatd.daemon.service.Refusal;
import chatd.protocol.Command;
import chatd.protocol.Event;
import java.util.List;

/** What {@code chat/1} answers to a refusal: its own code where it has one, else a text of the server's (rule 11). */
final class Answers {
    private final Messages messages;

    Answers(Messages messages) {
        this.messages = messages;
    }

    List<Event> to(Command command, Refusal refusal) {
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

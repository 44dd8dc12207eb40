package chatd.daemon.admin.command;

import chatd.admin.api.MessageCalls;
import chatd.daemon.admin.AdminCommand;
import chatd.daemon.admin.Role;
import java.util.List;

/** Implements {@code chat-admin message}. */
public record MessageCommands(Running running) {

    public List<AdminCommand<?, ?, ?>> all() {
        return List.of(AdminCommand.of(
                MessageCalls.REMOVE,
                Role.administrators(),
                (request, by, out) -> new MessageCalls.Removed(
                        request.message(),
                        running.services()
                                .amendments()
                                .remove(request.message())
                                .message()),
                "message"));
    }
}

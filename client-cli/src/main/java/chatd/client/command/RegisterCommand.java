package chatd.client.command;

import chatd.client.net.UnknownServer;
import chatd.protocol.value.Secret;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Command;

/** {@code register}. */
@Command(
        name = "register",
        description = "Registers the account, if the server allows it; does not log in.",
        footerHeading = ScriptCommand.EXAMPLE,
        footer = "  chat-client --password-file pw dora@localhost register")
public final class RegisterCommand extends ScriptCommand {
    @Override
    protected void run() throws IOException, UnknownServer {
        context().address();
        Optional<Secret> given = context().password().read();
        throwIfRefused(login().register(
                        given.isPresent() ? given.get() : PasswdCommand.readNewPassword(context(), "Password: ")));
    }
}

package chatd.client;

import chatd.client.net.UnknownServer;
import chatd.protocol.value.Secret;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Command;

/** {@code register}. */
@Command(
        name = "register",
        description = "Registers the account, if the server allows it; does not log in.",
        footerHeading = Main.EXAMPLE,
        footer = "  chat-client --password-file pw dora@localhost register")
final class RegisterCommand extends ScriptCommand {
    @Override
    void run() throws IOException, UnknownServer {
        main().address();
        Optional<Secret> given = main().password().read();
        accept(login().register(given.isPresent() ? given.get() : PasswdCommand.chosen(main(), "Password: ")));
    }
}

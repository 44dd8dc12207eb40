package chatd.client.command;

import chatd.client.input.PasswordOptions;
import chatd.client.net.ClientFailure;
import chatd.client.net.UnknownServer;
import chatd.client.screen.Screen;
import chatd.protocol.value.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code passwd}. */
@Command(
        name = "passwd",
        description = {
            "Changes the account's password, including one that must be changed before the first login.",
            "The old password comes from the login options. The change ends the account's other sessions."
        },
        footerHeading = ScriptCommand.EXAMPLE,
        footer = "  chat-client --password-file old alice@localhost passwd --new-password-file new")
public final class PasswdCommand extends ScriptCommand {
    @Option(
            names = "--new-password-file",
            paramLabel = "FILE",
            description = "The new password is a file's first line; by default the next line of standard input.")
    private @Nullable Path file;

    @Override
    protected void run() throws IOException, UnknownServer {
        context().address();
        Secret old = context().password().require();
        throwIfRefused(login().changePassword(
                        old, file == null ? readNewPassword(context(), "New password: ") : PasswordOptions.file(file)));
    }

    /** Reads a new password: typed twice in a terminal, else the next line of standard input. */
    static Secret readNewPassword(Context context, String prompt) throws IOException {
        if (!Screen.isTerminal()) {
            return context.password().readNextLine();
        }
        Optional<Secret> once = PasswordOptions.promptHidden(prompt);
        Optional<Secret> again = once.isEmpty() ? once : PasswordOptions.promptHidden("Repeat it: ");
        if (again.isEmpty() || !again.equals(once)) {
            throw new ClientFailure(
                    ClientFailure.FAILED, again.isEmpty() ? "No password was given." : "The passwords do not match.");
        }
        return again.get();
    }
}

package chatd.admin.user;

import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Program;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code chat-admin user slips}. */
@Command(
        name = "slips",
        description = {
            "Writes a page to print: for each user a slip with the server's address, the name, a one-time password, and"
                    + " a QR code of the address.",
            "The users get new passwords, as by `user reset`, which ends their sessions. With --passwords they keep those"
                    + " that `user import`, `add` or `reset` wrote to a file."
        },
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLES,
        footer = {
            "  chat-admin user slips --class 4b --out slips-4b.html",
            "  chat-admin user slips --passwords passwords-4b.csv --out slips-4b.html"
        })
final class SlipsCommand implements Callable<Integer> {
    @ParentCommand
    private UserCommand user;

    @Mixin
    private SelectedUsers users;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            required = true,
            description = "A new file for the page, readable only by you: print it, and delete it.")
    private Path out;

    @Option(
            names = "--passwords",
            paramLabel = "FILE",
            description = "Slips for the users in this file, with the passwords that it has.")
    private @Nullable Path passwords;

    @Option(
            names = "--address",
            paramLabel = "HOST[:PORT]",
            description = "Where people reach the server; default: the first name in its certificate,"
                    + " and the port on which it listens.")
    private @Nullable String address;

    @Override
    public Integer call() {
        Program program = user.program;
        Path given = passwords;
        if (given != null) {
            if (users.isGiven()) {
                throw new CommandFailure(Exit.USAGE, "With --passwords, the users are those in the file.");
            }
            Slips slips = slips(program);
            Map<String, String> read = PasswordsFile.read(given);
            PasswordsFile.create(out, read, slips);
            if (program.isJson()) {
                Format.json(
                        program.out(), new SlipsMade(read.size(), slips.url().toString(), out.toString()));
            } else {
                program.out().println(Format.count(read.size(), "slip") + " for " + slips.url() + ": " + out);
            }
            return Exit.OK;
        }
        Slips slips = null;
        if (!users.isDryRun()) {
            PasswordsFile.checkNew(out);
            slips = slips(program);
        }
        List<String> names = users.confirmed(program, "Give new passwords to");
        if (names.isEmpty() || slips == null) {
            return Exit.OK;
        }
        Map<String, String> made = new NewPasswords().generate(names);
        return NewPasswords.reset(
                program, made, PasswordsFile.create(out, made, slips), false, users.mayBeSeveral(), true);
    }

    /** The slips that were made from a file of passwords, as JSON. */
    private record SlipsMade(int slips, String address, String file) {}

    private Slips slips(Program program) {
        String given = address;
        return given == null ? Slips.of(program.daemon()) : new Slips(given);
    }
}

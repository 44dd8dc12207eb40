package chatd.admin.user;

import chatd.admin.api.BackupCalls;
import chatd.admin.api.UserCalls;
import chatd.admin.backup.Source;
import chatd.admin.system.AccountNames;
import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.NewFile;
import chatd.admin.terminal.Program;
import chatd.admin.terminal.Progress;
import chatd.backup.PersonCopy;
import chatd.backup.archive.PrivateFile;
import chatd.text.SafeText;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code chat-admin user export}. */
@Command(
        name = "export",
        description = {
            "Writes everything that a user has here into one ZIP file, for them: account, contacts, groups, settings, all"
                    + " messages and files, and what the log says of their logins. As pages for a browser, and as JSON.",
            "Run it as root, or as a user who may read the database and the log. The daemon logs who did it.",
            "Whoever has the file can read the user's messages: give it to nobody else, and delete it."
        },
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLES,
        footer = {
            "  chat-admin user export alice --to alice.zip",
            "  chat-admin user export alice --to - | age -r age1… >alice.zip.age"
        })
final class UserExportCommand implements Callable<Integer> {
    @ParentCommand
    private UserCommand user;

    @Parameters(
            paramLabel = "USER",
            completionCandidates = AccountNames.class,
            description = "A name, also of a user who was deleted, or U and the number.")
    private String name;

    @Option(names = "--to", paramLabel = "FILE", required = true, description = "The new file; - for standard output.")
    private String to;

    @Option(names = "--note", description = "With the note about the user, which users don't see.")
    private boolean withNote;

    @Option(
            names = "--config",
            paramLabel = "PATH",
            description = "The configuration file of a daemon that is not running; default: /etc/chatd/chatd.toml.")
    private @Nullable Path config;

    @Override
    public Integer call() throws IOException {
        Program program = user.program;
        NewFile.require(to);
        Source source = Source.find(
                program,
                () -> {
                    program.daemon().call(UserCalls.EXPORT, new UserCalls.Export(name, to));
                    return new BackupCalls.Begun(Program.version(), "");
                },
                position -> {},
                config);
        if (!source.isRunning()) {
            Program.printError("No daemon is running: the log will not mention this.");
        }
        try (PersonCopy copy = PersonCopy.of(source.daemon(), name)) {
            if (copy == null) {
                throw new CommandFailure(
                        Exit.NOT_FOUND, "There is no user called " + SafeText.line(name) + ". Nothing was written.");
            }
            try (Progress progress = new Progress()) {
                if (NewFile.isStandardOutput(to)) {
                    try (OutputStream out = new FileOutputStream(FileDescriptor.out)) {
                        return told(copy.write(withNote, Instant.now(), out, progress::show));
                    }
                }
                PersonCopy.Written written = PrivateFile.complete(Path.of(to), unfinished -> {
                    try (OutputStream out = PrivateFile.fill(unfinished)) {
                        return copy.write(withNote, Instant.now(), out, progress::show);
                    }
                });
                print(copy, written);
                return told(written);
            }
        }
    }

    /** The result, as JSON. */
    private record Result(
            String user,
            String name,
            String file,
            long messages,
            int conversations,
            int files,
            long bytes,
            List<String> damaged) {}

    private void print(PersonCopy copy, PersonCopy.Written written) {
        Program program = user.program;
        if (program.isJson()) {
            Format.json(
                    program.out(),
                    new Result(
                            "U" + copy.number(),
                            copy.name(),
                            to,
                            written.messages(),
                            written.conversations(),
                            written.files(),
                            written.bytes(),
                            written.damaged()));
            return;
        }
        program.out()
                .println(SafeText.line(copy.name()) + " (U" + copy.number() + "): "
                        + Format.count(written.messages(), "message")
                        + " in " + Format.count(written.conversations(), "conversation") + ", "
                        + Format.count(written.files(), "file") + " of " + Format.bytes(written.bytes()) + ", in " + to
                        + ". Open index.html in it.");
    }

    /** Returns the exit code, and names the files that are damaged. */
    private static int told(PersonCopy.Written written) {
        written.damaged()
                .forEach(path -> Program.printError(path + " is not as it was sent: `chat-admin storage check`."));
        return written.damaged().isEmpty() ? Exit.OK : Exit.FAILED;
    }
}

package chatd.admin.backup;

import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Program;
import chatd.admin.terminal.Table;
import chatd.admin.terminal.Timestamp;
import chatd.backup.archive.Index;
import chatd.backup.directory.BackupDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code chat-admin backup list}. */
@Command(
        name = "list",
        description = {
            "Lists the backups in a directory, as noted beside them, without opening them.",
            "Exit code 1 if a file is missing, or has another size than when it was made."
        },
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLE,
        footer = "  chat-admin backup list /mnt/elsewhere/backups")
final class BackupListCommand implements Callable<Integer> {
    @ParentCommand
    private BackupCommand backup;

    @Parameters(paramLabel = "DIR", description = "The directory.")
    private Path directory;

    /** @param problem what is wrong with the file; empty if nothing is */
    private record Listed(Index index, String problem) {}

    @Override
    public Integer call() throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new CommandFailure(Exit.NOT_FOUND, "There is no directory " + directory + ".");
        }
        List<Listed> listed = new ArrayList<>();
        for (Index index : BackupDirectory.indexes(directory)) {
            listed.add(new Listed(index, problem(index)));
        }
        if (backup.program.isJson()) {
            Format.json(backup.program.out(), listed);
        } else if (listed.isEmpty()) {
            backup.program.out().println("There are no backups in " + directory + ".");
        } else {
            new Table<Listed>()
                    .column("FILE", each -> each.index().file())
                    .column("OF", each -> Timestamp.format(each.index().time().toString()))
                    .column("SIZE", each -> Format.bytes(each.index().bytes()))
                    .column("UP TO", each -> Long.toString(each.index().position()))
                    .column(
                            "HAS",
                            each -> each.index().isContents()
                                    ? "files"
                                    : each.index().isWithKeys() ? "all, with keys" : "all but keys")
                    .column(
                            "ENCRYPTED FOR",
                            each -> Format.count(each.index().recipients().size(), "recipient"))
                    .column("", each -> each.problem().isEmpty() ? null : each.problem())
                    .print(listed, backup.program.display(), backup.program.out());
        }
        return listed.stream().allMatch(each -> each.problem().isEmpty()) ? Exit.OK : Exit.FAILED;
    }

    private String problem(Index index) throws IOException {
        Path file = directory.resolve(index.file());
        if (!Files.exists(file)) {
            return "missing";
        }
        if (Files.size(file) != index.bytes()) {
            return "has " + Files.size(file) + " bytes, not " + index.bytes();
        }
        for (String need : index.needs()) {
            if (!Files.exists(directory.resolve(need))) {
                return need + " is missing";
            }
        }
        return "";
    }
}

package chatd.admin.backup;

import chatd.admin.log.AuditorOptions;
import chatd.admin.log.Findings;
import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Confirmation;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Program;
import chatd.admin.terminal.Progress;
import chatd.backup.Restoration;
import chatd.backup.data.Schemas;
import chatd.backup.directory.ErasedList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code chat-admin restore}. */
@Command(
        name = "restore",
        description = {
            "Puts a backup in the place of what is on this machine, whose daemon must be stopped. Run it as root.",
            "Everything is loaded beside what is there, and verified, before anything is replaced. What is replaced is moved"
                    + " aside, under names that are printed, and never deleted. If it is interrupted, run it again.",
            "A log on this machine that continues the backup's log stays; otherwise the log goes on from the backup's.",
            "No number that may have been given since the backup is given again: the log says which are lost."
        },
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLE,
        footer = "  chat-admin restore --identity age.key /mnt/elsewhere/chatd.backup")
public final class RestoreCommand implements Callable<Integer> {
    @ParentCommand
    private Program program;

    @Mixin
    private OpenOptions opened = new OpenOptions();

    @Mixin
    private AuditorOptions auditor = new AuditorOptions();

    @Option(
            names = "--keys",
            paramLabel = "DIR",
            description = "Take keys that are not in the backup from this directory, by their names, such as seal.key.")
    private @Nullable Path keys;

    @Option(names = "--yes", description = "Do not ask before replacing users and messages that are there.")
    private boolean yes;

    /** The result, as JSON. */
    private record Result(
            String time,
            long position,
            long messages,
            boolean logKept,
            List<String> movedAside,
            List<String> keysMissing,
            List<String> unknown,
            int erased) {}

    @Override
    public Integer call() throws IOException {
        List<String> identities = opened.identities();
        if (keys != null && !Files.isDirectory(keys)) {
            throw new CommandFailure(Exit.NOT_FOUND, "There is no directory " + keys + ".");
        }
        try (Progress progress = new Progress();
                Restoration restoration = Restoration.open(opened.file(), identities, progress::show)) {
            Schemas.Occupied there = restoration.occupied();
            if (!yes && (there.accounts() > 0 || there.entries() > 0)) {
                Confirmation.ask("This machine has a chatd with " + Format.count(there.accounts(), "user") + " and "
                        + Format.count(there.entries(), "message") + ". Replace it by the backup of "
                        + restoration.manifest().time() + "? It is moved aside, not deleted.");
            }
            restoration.load();
            Findings check = Findings.verify(restoration.log(), auditor, restoration.digests());
            if (!check.wrong().isEmpty()) {
                throw new CommandFailure(
                        Exit.FAILED,
                        "Nothing was replaced, since the backup differs from its own log: "
                                + String.join("; ", check.wrong()) + ".");
            }
            print(restoration, check, restoration.replace(keys, Instant.now()));
        }
        return Exit.OK;
    }

    private void print(Restoration restoration, Findings check, Restoration.Done done) {
        if (program.isJson()) {
            Format.json(
                    program.out(),
                    new Result(
                            restoration.manifest().time().toString(),
                            restoration.manifest().position(),
                            check.compared(),
                            done.isLogKept(),
                            done.movedAside(),
                            done.keysMissing(),
                            new ArrayList<>(done.unknownUsers()),
                            done.erased()));
            return;
        }
        program.out()
                .println("Restored as of " + restoration.manifest().time() + ": "
                        + Format.count(check.compared(), "message")
                        + ". What came later is lost; the log will say so.");
        program.out()
                .println(
                        done.isLogKept()
                                ? "The log of this machine goes on: it continues that of the backup."
                                : "The log goes on from that of the backup.");
        done.movedAside().forEach(each -> program.out().println("Moved aside: " + each));
        if (!done.keysMissing().isEmpty()) {
            program.out()
                    .println("Not in the backup, and not here: " + String.join(", ", done.keysMissing())
                            + ". Put your copies there before the start; otherwise the daemon makes new ones where it can:"
                            + " the log then goes on under another key, and clients ask about the certificate.");
        }
        if (done.erased() > 0) {
            program.out()
                    .println("Erased again when the daemon starts, since " + ErasedList.NAME
                            + " beside the backup has them: " + Format.count(done.erased(), "user") + ".");
        }
        if (!done.unknownUsers().isEmpty()) {
            program.out().println("Unknown on this machine: " + String.join(", ", done.unknownUsers()) + ".");
        }
        program.out().println("Now start it: systemctl daemon-reload; systemctl start chatd");
    }
}

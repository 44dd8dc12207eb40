package chatd.admin.backup;

import chatd.admin.log.AuditorOptions;
import chatd.admin.log.Findings;
import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Program;
import chatd.admin.terminal.Progress;
import chatd.backup.Room;
import chatd.backup.Trial;
import chatd.backup.archive.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code chat-admin backup verify}. */
@Command(
        name = "verify",
        description = {
            "Restores a backup into a database of its own, compares every digest, and verifies its log with all messages;"
                    + " then deletes what it made. Touches no daemon.",
            "Needs MariaDB's server on this machine, not running, and room for all that is in the backup.",
            "Exit code 0: it can be restored; 1: it can't, or differs from its log."
        },
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLE,
        footer = "  chat-admin backup verify --identity age.key /mnt/elsewhere/chatd.backup")
final class BackupVerifyCommand implements Callable<Integer> {
    @ParentCommand
    private BackupCommand backup;

    @Mixin
    private OpenOptions opened = new OpenOptions();

    @Mixin
    private AuditorOptions auditor = new AuditorOptions();

    @Option(names = "--temp", paramLabel = "DIR", description = "Where it is restored to; default: /var/tmp.")
    private Path temp = Path.of("/var/tmp");

    /** The result, as JSON. */
    private record Result(
            String verdict,
            List<String> wrong,
            List<String> notes,
            String version,
            String host,
            String time,
            long position,
            long messages,
            long events,
            long files,
            long fileBytes,
            boolean withKeys,
            List<String> needs,
            long seconds,
            long roomBytes) {}

    @Override
    public Integer call() throws IOException {
        if (!Files.isDirectory(temp)) {
            throw new CommandFailure(Exit.NOT_FOUND, "There is no directory " + temp + ".");
        }
        List<String> identities = opened.identities();
        try (Progress progress = new Progress();
                Trial trial = Trial.of(opened.file(), identities, temp, progress::show)) {
            Findings check = Findings.verify(trial.log(), auditor, trial.digests());
            print(trial, check);
            return check.wrong().isEmpty() ? Exit.OK : Exit.FAILED;
        }
    }

    private void print(Trial trial, Findings check) {
        Manifest manifest = trial.manifest();
        long seconds = Math.max(1, trial.took().toSeconds());
        if (backup.program.isJson()) {
            Format.json(
                    backup.program.out(),
                    new Result(
                            check.wrong().isEmpty() ? "good" : "wrong",
                            check.wrong(),
                            check.notes(),
                            manifest.version(),
                            manifest.host(),
                            manifest.time().toString(),
                            manifest.position(),
                            check.compared(),
                            check.report().events(),
                            manifest.contents().count(),
                            manifest.contents().bytes(),
                            manifest.keysLeftOut().isEmpty(),
                            manifest.needs(),
                            seconds,
                            Room.needed(manifest)));
            return;
        }
        check.wrong().forEach(what -> backup.program.out().println("WRONG: " + what));
        if (check.wrong().isEmpty()) {
            backup.program.out().println("It can be restored.");
        }
        line("of", manifest.time() + ", host " + manifest.host() + ", chatd " + manifest.version());
        line(
                "has",
                Format.count(check.compared(), "message") + " as logged, "
                        + Format.count(manifest.contents().count(), "file") + " of "
                        + Format.bytes(manifest.contents().bytes()) + ", "
                        + Format.count(check.report().events(), "event") + " of the log, "
                        + AuditorOptions.verdict(check.report()));
        line(
                "keys",
                manifest.keysLeftOut().isEmpty()
                        ? "included"
                        : "not included: " + String.join(", ", manifest.keyPaths()));
        line(
                "restoring",
                "took " + Format.count(seconds, "second") + " here, and takes about "
                        + Format.bytes(Room.needed(manifest)) + " of room");
        check.notes().forEach(backup.program.out()::println);
    }

    private void line(String key, String value) {
        Format.line(backup.program.out(), key, value);
    }
}

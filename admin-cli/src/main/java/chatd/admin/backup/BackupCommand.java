package chatd.admin.backup;

import chatd.admin.api.BackupCalls;
import chatd.admin.api.CallFailure;
import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.NewFile;
import chatd.admin.terminal.Program;
import chatd.admin.terminal.Progress;
import chatd.admin.terminal.Size;
import chatd.audit.FileFailure;
import chatd.backup.Backup;
import chatd.backup.Erased;
import chatd.backup.archive.Encryption;
import chatd.backup.archive.Pace;
import chatd.backup.archive.PrivateFile;
import chatd.backup.directory.BackupDirectory;
import chatd.backup.directory.Keep;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code chat-admin backup}. */
@Command(
        name = "backup",
        description = {
            "Writes the database, the log, the configuration and certificates into a file, while the daemon runs.",
            "Run it as root, or as a user who may read them. Without FILE, to backup.directory as configured, with the"
                    + " other options of [backup].",
            "Into a directory, contents of files that are in an earlier backup there are not written again.",
            "Without --recipient, whoever has the file can read all messages."
        },
        mixinStandardHelpOptions = true,
        subcommands = {BackupListCommand.class, BackupVerifyCommand.class},
        footerHeading = Program.EXAMPLES,
        footer = {
            "  chat-admin backup /mnt/elsewhere/chatd.backup",
            "  chat-admin backup --recipient age1… - | ssh elsewhere 'cat >chatd.backup'",
            "  chat-admin backup --keep 7d,4w,12m /mnt/elsewhere/backups"
        })
public final class BackupCommand implements Callable<Integer> {
    @ParentCommand
    Program program;

    @Parameters(paramLabel = "FILE", arity = "0..1", description = "A new file, a directory, or - for standard output.")
    private @Nullable String file;

    @Option(
            names = "--recipient",
            paramLabel = "KEY",
            description =
                    "Encrypt for this public key of age (age1…), so that only its owner can read the backup; may be"
                            + " repeated.")
    private @Nullable List<String> recipients;

    @Option(
            names = "--with-keys",
            description = "Include the key that seals the log, TLS keys and the database's password.")
    private boolean withKeys;

    @Option(
            names = "--rate",
            paramLabel = "SIZE",
            converter = Size.Converter.class,
            description =
                    "Read no more than this in a second, such as 20MiB; none: as fast as it goes. Default: it works a"
                            + " quarter of the time, so that nobody waits.")
    private @Nullable Size rate;

    @Option(
            names = "--keep",
            paramLabel = "N",
            split = ",",
            description =
                    "In a directory, afterwards delete older backups, except the last of each of the last N hours (h),"
                            + " days (d), weeks (w), months (m) or years (y); such as 7d,4w,12m.")
    private @Nullable List<String> keep;

    @Option(
            names = "--full",
            description =
                    "In a directory, write all contents of files again; those of earlier backups can then expire.")
    private boolean full;

    @Option(
            names = "--if-configured",
            description = "Do nothing if there is neither FILE nor backup.directory; for chatd-backup.service.")
    private boolean ifConfigured;

    @Option(
            names = "--config",
            paramLabel = "PATH",
            description = "The configuration file of a daemon that is not running; default: /etc/chatd/chatd.toml.")
    private @Nullable Path config;

    @Override
    public Integer call() throws IOException {
        Source source = source();
        String target = file != null
                ? file
                : source.daemon().directory().map(Path::toString).orElse("");
        if (target.isEmpty() && ifConfigured) {
            program.out().println("backup.directory is not set: nothing was done.");
            return Exit.OK;
        }
        if (target.isEmpty()) {
            throw new CommandFailure(
                    Exit.USAGE,
                    "Name a file or a directory for the backup, or set backup.directory in the configuration.");
        }
        try {
            Backup.Options options = options(source);
            List<Keep> rules = rules(source);
            if (!rules.isEmpty() && keep != null && !isDirectory(target)) {
                throw new CommandFailure(Exit.USAGE, "--keep needs a directory, and " + target + " is none.");
            }
            if (!source.isRunning()) {
                Program.printError("No daemon is running: the log will not mention this backup.");
            }
            return isDirectory(target)
                    ? intoDirectory(Path.of(target), source, options, rules)
                    : intoFile(target, source, options);
        } catch (IOException | CallFailure e) {
            if (source.isRunning()) {
                report(new BackupCalls.Failed(
                        target,
                        e instanceof IOException failure
                                ? FileFailure.describe(failure)
                                : String.valueOf(e.getMessage())));
            }
            throw e;
        }
    }

    /** Whether the target is a directory: an existing one, or the configured one. */
    private boolean isDirectory(String target) {
        return !NewFile.isStandardOutput(target)
                && (file == null || Files.isDirectory(Path.of(target)) || target.endsWith("/"));
    }

    private void report(BackupCalls.Failed failed) {
        try {
            program.daemon().call(BackupCalls.FAILED, failed);
        } catch (CallFailure e) {
            // The failure itself says more.
        }
    }

    private Source source() throws IOException {
        return Source.find(
                program,
                () -> program.daemon().call(BackupCalls.BEGIN, new BackupCalls.Begin(file)),
                position -> program.daemon().call(BackupCalls.LOG, new BackupCalls.Position(position)),
                config);
    }

    /** Returns the options that were typed; to the configured directory, the configured ones where none was. */
    private Backup.Options options(Source source) throws IOException {
        Backup.Options otherwise =
                file == null ? source.daemon().options() : new Backup.Options(List.of(), false, Pace.QUARTER);
        List<String> keys = recipients != null ? recipients : otherwise.recipients();
        for (String key : keys) {
            Encryption.requireRecipient(key);
        }
        return new Backup.Options(
                keys,
                withKeys || otherwise.isWithKeys(),
                rate == null || rate.bytes() == Size.CONFIGURED ? otherwise.rate() : rate.bytes());
    }

    private List<Keep> rules(Source source) throws IOException {
        List<String> configured = file == null ? source.daemon().keep() : List.of();
        List<Keep> rules = new ArrayList<>();
        for (String rule : keep != null ? keep : configured) {
            rules.add(Keep.parse(rule));
        }
        return rules;
    }

    private int intoDirectory(Path directory, Source source, Backup.Options options, List<Keep> rules)
            throws IOException {
        BackupDirectory.Added added;
        List<String> deleted = List.of();
        try (BackupDirectory backups = new BackupDirectory(directory)) {
            try (Progress progress = new Progress()) {
                added = backups.add(
                        new Backup(source.daemon(), options, progress::show),
                        options,
                        source.daemon().stateFile("backup.key"),
                        full,
                        Instant.now());
            }
            Erased.record(source.daemon(), directory);
            reportMade(source, added.file().toString(), added.made(), options);
            if (!rules.isEmpty()) {
                deleted = backups.prune(rules);
            }
        }
        print(added.file().toString(), added.made(), options, deleted);
        return Exit.OK;
    }

    private int intoFile(String target, Source source, Backup.Options options) throws IOException {
        Backup.Made made;
        NewFile.require(target);
        if (NewFile.isStandardOutput(target)) {
            try (Progress progress = new Progress()) {
                made = new Backup(source.daemon(), options, progress::show)
                        .write(() -> new FileOutputStream(FileDescriptor.out));
            }
            reportMade(source, target, made, options);
            return Exit.OK;
        }
        Path to = Path.of(target);
        try (Progress progress = new Progress()) {
            Backup backup = new Backup(source.daemon(), options, progress::show);
            made = PrivateFile.complete(to, unfinished -> backup.write(() -> PrivateFile.fill(unfinished)));
        }
        reportMade(source, to.toAbsolutePath().toString(), made, options);
        print(target, made, options, List.of());
        return Exit.OK;
    }

    private void reportMade(Source source, String where, Backup.Made made, Backup.Options options) {
        if (source.isRunning()) {
            program.daemon()
                    .call(
                            BackupCalls.MADE,
                            new BackupCalls.Made(
                                    where,
                                    made.manifest().position(),
                                    made.file().bytes(),
                                    made.file().sha256(),
                                    options.isWithKeys(),
                                    options.recipients().isEmpty() ? null : String.join(" ", options.recipients())));
        }
    }

    /** The result, as JSON. */
    private record Result(
            String file,
            long bytes,
            String sha256,
            String time,
            long position,
            boolean withKeys,
            List<String> recipients,
            long contentsBytes,
            List<String> needs,
            List<String> deleted) {}

    private void print(String where, Backup.Made made, Backup.Options options, List<String> deleted) {
        Backup.Written contents = made.contents();
        if (program.isJson()) {
            Format.json(
                    program.out(),
                    new Result(
                            where,
                            made.file().bytes(),
                            made.file().sha256(),
                            made.manifest().time().toString(),
                            made.manifest().position(),
                            options.isWithKeys(),
                            options.recipients(),
                            contents == null ? 0 : contents.bytes(),
                            made.manifest().needs(),
                            deleted));
            return;
        }
        program.out()
                .println(where + ": " + Format.bytes(made.file().bytes())
                        + (contents == null ? "" : ", and " + Format.bytes(contents.bytes()) + " of files beside it")
                        + ", as of " + made.manifest().time() + ", up to number "
                        + made.manifest().position());
        program.out().println("SHA-256 " + made.file().sha256());
        if (options.recipients().isEmpty()) {
            program.out().println("It is not encrypted: whoever has it can read all messages.");
        }
        if (!options.isWithKeys() && !made.manifest().keysLeftOut().isEmpty()) {
            program.out()
                    .println("Not in it, and needed to restore: "
                            + String.join(", ", made.manifest().keyPaths()) + ". Keep copies elsewhere.");
        }
        if (!deleted.isEmpty()) {
            program.out().println("Deleted, being older: " + String.join(", ", deleted));
        }
    }
}

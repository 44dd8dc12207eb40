package chatd.backup;

import chatd.backup.archive.BackupFailure;
import chatd.backup.archive.BackupWriter;
import chatd.backup.archive.MachineFile;
import chatd.backup.archive.Manifest;
import chatd.backup.archive.Pace;
import chatd.backup.data.Snapshot;
import chatd.backup.machine.MachineFiles;
import chatd.daemon.config.Config;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes a backup: the database as of one moment, then the log, which reaches at least to that moment, with everything
 * else that a new machine needs. What is committed meanwhile is not in it, though the log may say so; a restore counts it
 * as lost. Used by one thread; blocks.
 */
public final class Backup {
    private final Daemon daemon;
    private final Options options;
    private final Progressing progress;
    private final LogCopy log;
    private final Pace pace;

    /**
     * What is backed up.
     *
     * @param file its configuration file; null if there is none
     * @param environment the {@code CHATD_…} variables of its environment
     * @param sealKey the public key of the log's seals, in PEM; empty if it is not known
     */
    public record Daemon(
            String version,
            Config config,
            @Nullable Path file,
            Map<String, String> environment,
            String sealKey,
            Log log) {
        /**
         * Reads the configuration.
         *
         * @throws BackupFailure if it is not valid
         */
        public static Daemon of(
                String version, @Nullable Path file, Map<String, String> environment, String sealKey, Log log)
                throws BackupFailure {
            return new Daemon(version, Configured.read(file, environment), file, environment, sealKey, log);
        }

        /** Returns the directory of backups that is configured; empty if none is. */
        public Optional<Path> directory() {
            return config.backup().directory();
        }

        /** Returns how backups are made that are not told otherwise. */
        public Options options() {
            Config.Backup wanted = config.backup();
            return new Options(wanted.recipients(), wanted.keys(), wanted.rate());
        }

        /** Returns which backups are kept in that directory, such as {@code 7d}; empty for all. */
        public List<String> keep() {
            return config.backup().keep();
        }

        /** Returns where a file of this program's own state belongs: beside the key that seals the log. */
        public Path stateFile(String name) {
            return config.audit().sealKey().resolveSibling(name);
        }
    }

    /** The daemon's log. */
    public interface Log {
        /**
         * Returns once every entry up to a position is in the log, on disk, in a closed segment, unless no daemon is
         * running.
         */
        void closeAfter(long position) throws IOException;
    }

    /**
     * @param recipients public keys of age; empty for no encryption
     * @param isWithKeys whether keys and passwords are included
     * @param rate as for {@link Pace}
     */
    public record Options(List<String> recipients, boolean isWithKeys, long rate) {}

    /** Where a backup is written. */
    public interface Target {
        /** Opens the file of the backup itself, which is closed when it is complete. */
        OutputStream open() throws IOException;

        /**
         * Decides where a content of a file goes, by its digest: called for each, before anything is written.
         */
        default void consider(byte[] digest) {}

        /** Returns whether a content is to be written, by its digest: whether no earlier file has it. */
        default boolean isWanted(byte[] digest) {
            return true;
        }

        /** Opens the file for the contents that are wanted; null if they go into the backup itself. */
        default @Nullable OutputStream openContents() throws IOException {
            return null;
        }

        /** Returns the names of the other files without which the backup can't be restored. */
        default List<String> needs() {
            return List.of();
        }
    }

    /**
     * A file that was written.
     *
     * @param bytes its size; {@code sha256} its digest, in hexadecimal
     */
    public record Written(long bytes, String sha256) {}

    /**
     * A backup that was made.
     *
     * @param contents the file for contents of files; null if they are in the backup itself, or there are no new ones
     */
    public record Made(Written file, @Nullable Written contents, Manifest manifest) {}

    public Backup(Daemon daemon, Options options, Progressing progress) {
        this.daemon = daemon;
        this.options = options;
        this.progress = progress;
        this.pace = new Pace(options.rate());
        this.log = new LogCopy(daemon.config().audit().directory());
    }

    /**
     * Writes the backup.
     *
     * @throws BackupFailure if the database or a file can't be read
     * @throws IOException if the backup can't be written
     */
    public Made write(Target target) throws IOException {
        MachineFiles machine = MachineFiles.of(daemon.config(), daemon.file());
        try (Snapshot snapshot = Snapshot.take(
                DatabaseAccess.source(DatabaseAccess.of(daemon.config().database())))) {
            snapshot.forEachContent(target::consider);
            Manifest manifest = manifest(snapshot, machine, target.needs());
            Written contents;
            Written file;
            try (BackupWriter writer = new BackupWriter(target.open(), options.recipients(), pace)) {
                writer.add(Manifest.ENTRY, manifest.toBytes());
                writeFiles(machine, writer);
                snapshot.writeRows(writer, () -> showProgress(writer));
                contents = writeContents(snapshot, target, manifest, writer);
                snapshot.close();
                daemon.log().closeAfter(manifest.position());
                log.write(writer, () -> showProgress(writer));
                writer.finish();
                file = new Written(writer.written(), writer.sha256());
            }
            return new Made(file, contents, manifest);
        }
    }

    /** Writes contents of files, either into the backup or into a file of their own; returns that one. */
    private @Nullable Written writeContents(Snapshot snapshot, Target target, Manifest manifest, BackupWriter backup)
            throws IOException {
        OutputStream own = target.openContents();
        if (own == null) {
            snapshot.writeContents(backup, target::isWanted, () -> showProgress(backup));
            return null;
        }
        try (BackupWriter writer = new BackupWriter(own, options.recipients(), pace)) {
            writer.add(Manifest.ENTRY, manifest.ofContents().toBytes());
            snapshot.writeContents(writer, target::isWanted, () -> showProgress(writer));
            writer.finish();
            return new Written(writer.written(), writer.sha256());
        }
    }

    private Manifest manifest(Snapshot snapshot, MachineFiles machine, List<String> needs) throws IOException {
        Config config = daemon.config();
        return new Manifest(
                Manifest.FORMAT,
                false,
                daemon.version(),
                host(),
                snapshot.time(),
                snapshot.position(),
                snapshot.schema(),
                snapshot.contents(),
                snapshot.bytes(),
                log.bytes(),
                daemon.file() == null ? "" : daemon.file().toAbsolutePath().toString(),
                daemon.environment(),
                config.audit().directory().toAbsolutePath().toString(),
                MachineFiles.groups(config.admin()),
                options.isWithKeys()
                        ? List.of()
                        : machine.keys().stream()
                                .map(file -> new Manifest.Key(
                                        file.path().toString(), file.mode(), file.owner(), file.group()))
                                .toList(),
                needs);
    }

    private void writeFiles(MachineFiles machine, BackupWriter writer) throws IOException {
        List<MachineFile> files = new ArrayList<>(machine.files());
        if (options.isWithKeys()) {
            files.addAll(machine.keys());
        }
        for (MachineFile file : files) {
            writer.add("machine" + file.path(), file);
        }
        if (!daemon.sealKey().isEmpty()) {
            writer.add("keys/seal.pem", daemon.sealKey().getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (IOException e) {
            return "unknown";
        }
    }

    private void showProgress(BackupWriter writer) {
        progress.show("written " + (writer.written() >> 20) + " MiB");
    }
}

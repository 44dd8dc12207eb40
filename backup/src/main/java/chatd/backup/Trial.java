package chatd.backup;

import chatd.backup.archive.BackupFailure;
import chatd.backup.archive.BackupReader;
import chatd.backup.archive.Manifest;
import chatd.backup.data.Loading;
import chatd.daemon.config.Config;
import chatd.mariadb.FileTree;
import chatd.mariadb.PrivateMariaDb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A backup restored into a database of its own, to see whether it would have been good; everything is deleted when this
 * is closed. Used by one thread; blocks.
 */
public final class Trial implements AutoCloseable {
    private static final String SCHEMA = "chatd";

    /** For a database that is written once: nothing of it needs to survive a loss of power. */
    private static final List<String> DATABASE_OPTIONS = List.of(
            "--innodb-buffer-pool-size=256M",
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-doublewrite=0",
            "--max-allowed-packet=64M");

    private final Path directory;
    private final PrivateMariaDb server;
    private final Manifest manifest;
    private final Extraction extraction;
    private final Duration took;

    private Trial(Path directory, PrivateMariaDb server, Manifest manifest, Extraction extraction, Duration took) {
        this.directory = directory;
        this.server = server;
        this.manifest = manifest;
        this.extraction = extraction;
        this.took = took;
    }

    /**
     * Restores a backup.
     *
     * @param identities secret keys of age, in case it is encrypted
     * @param within a directory with room for the whole database and log
     * @throws BackupFailure if the backup is damaged, can't be decrypted, or does not fit this program
     * @throws IOException if there is no database to be had, or no room
     */
    public static Trial of(Path backup, List<String> identities, Path within, Progressing progress) throws IOException {
        long begin = System.nanoTime();
        try (BackupReader reader = BackupReader.open(backup, identities)) {
            Room.require(within, Room.needed(reader.manifest()), "to try the backup");
            Path directory = Files.createTempDirectory(
                    within,
                    "chatd-trial-",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            try {
                PrivateMariaDb server = PrivateMariaDb.start(directory, directory.resolve("s"), DATABASE_OPTIONS);
                try {
                    server.createSchema(SCHEMA);
                    Extraction extraction = new Extraction(reader, directory, progress);
                    extraction.readFiles();
                    Config.Database access = access(server);
                    try (Loading loading = Loading.begin(reader.manifest(), DatabaseAccess.source(access))) {
                        extraction.readRest(loading);
                        EarlierBackups.read(reader.manifest(), backup, identities, loading);
                        loading.finish();
                    }
                    return new Trial(
                            directory,
                            server,
                            reader.manifest(),
                            extraction,
                            Duration.ofNanos(System.nanoTime() - begin));
                } catch (IOException | RuntimeException e) {
                    server.close();
                    throw e;
                }
            } catch (IOException | RuntimeException e) {
                FileTree.delete(directory);
                throw e;
            }
        }
    }

    private static Config.Database access(PrivateMariaDb server) {
        return new Config.Database(
                Optional.of(server.socket()),
                "",
                3306,
                Optional.empty(),
                SCHEMA,
                "root",
                Optional.empty(),
                2,
                Duration.ofSeconds(30),
                Config.Database.Fence.CLUSTER);
    }

    public Manifest manifest() {
        return manifest;
    }

    /** Returns the directory of the restored log. */
    public Path log() {
        return extraction.log();
    }

    /** Returns how long restoring it took. */
    public Duration took() {
        return took;
    }

    /** Returns the digests of the messages and files that were restored. */
    public StoredDigests digests() throws IOException {
        return new StoredDigests(access(server), manifest.position());
    }

    @Override
    public void close() throws IOException {
        server.close();
        FileTree.delete(directory);
    }
}

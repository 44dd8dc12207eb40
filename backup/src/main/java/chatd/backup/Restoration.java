package chatd.backup;

import chatd.audit.LogFiles;
import chatd.audit.form.Segment;
import chatd.backup.archive.BackupFailure;
import chatd.backup.archive.BackupReader;
import chatd.backup.archive.Manifest;
import chatd.backup.data.Loading;
import chatd.backup.data.Schemas;
import chatd.backup.directory.ErasedList;
import chatd.daemon.DirectoryLock;
import chatd.daemon.config.Config;
import chatd.daemon.store.ledger.Ledger;
import chatd.mariadb.FileTree;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Restores a backup on this machine, whose daemon is stopped: first everything is loaded beside what is there, and
 * checked; then what is there is moved aside, and the other put in its place. Interrupted at any moment, it can be run
 * again. {@link #open}, {@link #load}, {@link #replace}. Used by one thread; blocks.
 */
public final class Restoration implements Closeable {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("uuuuMMdd't'HHmmss").withZone(ZoneOffset.UTC);

    /** The permissions of a log's directory that was not there. */
    private static final int DIRECTORY_MODE = 0750;

    private final Path backup;
    private final List<String> identities;
    private final BackupReader reader;
    private final Path staging;
    private final Extraction extraction;
    private final List<Extraction.Extracted> files;
    private final Config config;
    private final Config.Database access;
    private final DirectoryLock lock;

    /** Whether the log's directory was there before. */
    private final boolean hadLog;

    private final Schemas schemas;

    private Restoration(
            Path backup,
            List<String> identities,
            BackupReader reader,
            Extraction extraction,
            Path staging,
            List<Extraction.Extracted> files)
            throws IOException {
        this.backup = backup;
        this.identities = identities;
        this.reader = reader;
        this.extraction = extraction;
        this.staging = staging;
        this.files = files;
        Manifest manifest = reader.manifest();
        Path file = manifest.config().isEmpty() ? null : extraction.file(manifest.config());
        this.config = Configured.read(file, manifest.environment());
        this.access = DatabaseAccess.ofServer(config.database());
        this.hadLog = Files.exists(new LogFiles(config.audit().directory()).lock());
        this.lock = lock(config.audit().directory());
        try {
            this.schemas = Schemas.connect(DatabaseAccess.source(access));
        } catch (IOException e) {
            unlock();
            throw e;
        }
        try {
            schemas.lock(Ledger.lockName(config.database()));
        } catch (IOException e) {
            schemas.close();
            unlock();
            throw e;
        }
    }

    private void unlock() throws IOException {
        lock.close();
        if (!hadLog) {
            // The daemon makes it, as its own user.
            Files.deleteIfExists(new LogFiles(config.audit().directory()).lock());
        }
    }

    private static DirectoryLock lock(Path log) throws IOException {
        try {
            Files.createDirectories(log);
            return DirectoryLock.of(new LogFiles(log));
        } catch (DirectoryLock.Held e) {
            throw new BackupFailure("the daemon is running: stop it first (systemctl stop chatd.socket chatd)", e);
        }
    }

    /**
     * Opens a backup, and makes sure that no daemon runs until this is closed.
     *
     * @param identities secret keys of age, in case it is encrypted
     * @throws BackupFailure if the backup can't be used, a daemon is running, or the database can't be reached
     */
    public static Restoration open(Path backup, List<String> identities, Progressing progress) throws IOException {
        BackupReader reader = BackupReader.open(backup, identities);
        try {
            Path log = Path.of(reader.manifest().logDirectory());
            Path staging = log.resolveSibling(log.getFileName() + ".restoring");
            FileTree.delete(staging);
            Files.createDirectories(staging.resolveSibling("."));
            Files.createDirectory(
                    staging, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Room.require(staging, reader.manifest().logBytes() + (16 << 20), "to restore the log");
            Extraction extraction = new Extraction(reader, staging, progress);
            List<Extraction.Extracted> files = extraction.readFiles();
            return new Restoration(backup, identities, reader, extraction, staging, files);
        } catch (IOException | RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    public Manifest manifest() {
        return reader.manifest();
    }

    /** Returns what is in the daemon's database now. */
    public Schemas.Occupied occupied() throws IOException {
        return schemas.occupied(config.database().name());
    }

    /** Checks that the database has room, if it is on this machine: a MariaDB whose disk is full ends itself. */
    private void requireRoom() throws IOException {
        if (config.database().socket().isEmpty()) {
            return;
        }
        Path data = Path.of(schemas.dataDirectory());
        if (Files.isDirectory(data)) {
            Room.require(data, Room.needed(manifest()) - manifest().logBytes(), "to restore the database");
        }
    }

    private String restoring() {
        return config.database().name() + "_restoring";
    }

    /**
     * Loads everything beside what is there.
     *
     * @throws BackupFailure if the backup is damaged, or does not fit this program, or the disk of the database has no
     *     room for it
     */
    public void load() throws IOException {
        requireRoom();
        schemas.createAnew(restoring());
        Config.Database fresh = access.with(restoring(), access.user());
        try (Loading loading = Loading.begin(reader.manifest(), DatabaseAccess.source(fresh))) {
            extraction.readRest(loading);
            EarlierBackups.read(reader.manifest(), backup, identities, loading);
            loading.finish();
        }
    }

    /** Returns the directory of the loaded log, to be verified before anything is replaced. */
    public Path log() {
        return extraction.log();
    }

    /** Returns the digests of the messages and files that were loaded. */
    public StoredDigests digests() throws IOException {
        return new StoredDigests(
                access.with(restoring(), access.user()), manifest().position());
    }

    /**
     * What was done.
     *
     * @param movedAside where what was there is now
     * @param isLogKept whether the machine's log goes on, because it continues that of the backup
     * @param keysMissing files with keys and passwords that are neither in the backup nor on this machine
     * @param unknownUsers users and groups of the backup that this machine does not have
     * @param erased how many people the daemon erases again when it starts
     */
    public record Done(
            List<String> movedAside,
            boolean isLogKept,
            List<String> keysMissing,
            Set<String> unknownUsers,
            int erased) {}

    /**
     * Puts what was loaded in the place of what is there, which is moved aside.
     *
     * @param keys a directory with copies of the keys that are not in the backup, by their names; null for none
     */
    public Done replace(@Nullable Path keys, Instant now) throws IOException {
        addKeys(keys);
        Path log = config.audit().directory();
        int erased = schemas.recordErased(restoring(), erased());
        schemas.recordRestoration(restoring(), config.database().name(), manifest(), reader.sha256(), now);
        boolean isLogKept = continues(new LogFiles(log), new LogFiles(extraction.log()));
        MovedAside aside = new MovedAside(STAMP.format(now));
        // Until everything is in its place, no daemon starts.
        Path marker = new LogFiles(log).restoring();
        if (!Files.exists(marker)) {
            Files.createFile(marker);
        }
        Path sealKey = config.audit().sealKey().toAbsolutePath();
        if (!isLogKept) {
            replaceLog(log, aside);
            replaceSealKey(sealKey, aside);
        }
        for (Extraction.Extracted file : files) {
            if (!file.original().equals(sealKey) && !isCertificateWithoutKey(file)) {
                aside.put(file, file.original());
            }
        }
        String current = config.database().name();
        String before = current + "_before_" + STAMP.format(now);
        if (schemas.exchange(restoring(), current, before)) {
            aside.add("the schema " + before + " of the database");
        }
        // Once everything is in its place, but the keys that nobody has brought.
        List<String> missing = missingKeys();
        Groups.restore(manifest().groups(), aside.unknown());
        Files.delete(marker);
        FileTree.delete(staging);
        return new Done(aside.names(), isLogKept, missing, aside.unknown(), erased);
    }

    /** Returns who was erased according to the list beside the backup. */
    private List<ErasedList.Person> erased() throws IOException {
        Path directory = backup.toAbsolutePath().getParent();
        return directory == null ? List.of() : ErasedList.read(directory);
    }

    /** Adds the keys that are not in the backup, as far as the directory has them. */
    private void addKeys(@Nullable Path directory) throws IOException {
        for (Manifest.Key key : manifest().keysLeftOut()) {
            Path original = Path.of(key.path());
            Path copy = directory == null ? null : directory.resolve(original.getFileName());
            if (copy != null && Files.exists(copy)) {
                files.add(new Extraction.Extracted(original, copy, key.mode(), key.owner(), key.group()));
            }
        }
    }

    /**
     * Returns the keys that are not in the backup, and not on this machine: for the certificate that the daemon made for
     * itself, also if this machine has another one.
     */
    private List<String> missingKeys() throws IOException {
        List<String> missing = new ArrayList<>();
        for (String key : manifest().keyPaths()) {
            Path here = Path.of(key);
            if (files.stream().noneMatch(file -> file.original().equals(here))
                    && (!Files.exists(here) || (isOfOwnCertificate(here) && !hasOwnCertificate()))) {
                missing.add(key);
            }
        }
        return missing;
    }

    /** Returns whether a file belongs to the certificate that the daemon made for itself. */
    private boolean isOfOwnCertificate(Path file) {
        return config.tls().development().isPresent()
                && file.startsWith(config.tls().development().get().toAbsolutePath());
    }

    /** Returns whether this machine has the backup's certificate. */
    private boolean hasOwnCertificate() throws IOException {
        Path certificate = config.tls().certificate().toAbsolutePath();
        Path copy = extraction.file(certificate.toString());
        return copy != null && Files.exists(certificate) && Files.mismatch(copy, certificate) < 0;
    }

    /** Returns whether a file is of a certificate that the daemon made for itself, and whose key is not there. */
    private boolean isCertificateWithoutKey(Extraction.Extracted file) throws IOException {
        Path key = config.tls().key().toAbsolutePath();
        return isOfOwnCertificate(file.original())
                && files.stream().noneMatch(each -> each.original().equals(key))
                && !hasOwnCertificate();
    }

    private void replaceLog(Path log, MovedAside aside) throws IOException {
        LogFiles here = new LogFiles(log);
        aside.moveContents(log, Set.of(LogFiles.name(here.lock()), LogFiles.name(here.restoring())));
        for (Extraction.Extracted file : extraction.logFiles()) {
            aside.put(file, log.resolve(file.copy().getFileName()));
        }
        if (!hadLog && !extraction.logFiles().isEmpty()) {
            Extraction.Extracted first = extraction.logFiles().getFirst();
            aside.own(log, new Extraction.Extracted(log, log, DIRECTORY_MODE, first.owner(), first.group()));
        }
        here.syncDirectory();
    }

    /** Puts the backup's key in its place; a key that sealed another log than the restored one is moved aside. */
    private void replaceSealKey(Path sealKey, MovedAside aside) throws IOException {
        for (Extraction.Extracted file : files) {
            if (file.original().equals(sealKey)) {
                aside.put(file, sealKey);
                return;
            }
        }
        if (!SealKeys.hasSealed(sealKey, new LogFiles(extraction.log()))) {
            aside.moveAside(sealKey);
        }
    }

    /** Returns whether a log goes on where another ends: whether its files begin as the other's. */
    private static boolean continues(LogFiles log, LogFiles other) throws IOException {
        List<Path> closed = other.closed();
        if (!Files.exists(other.part())) {
            return !closed.isEmpty()
                    && isBeginning(closed.getLast(), log.directory().resolve(LogFiles.name(closed.getLast())));
        }
        long number = Segment.Head.read(other.part()).number();
        Path here = log.part();
        for (Path each : log.closed()) {
            if (LogFiles.segmentNumber(each) == number) {
                here = each;
            }
        }
        return isBeginning(other.part(), here);
    }

    private static boolean isBeginning(Path beginning, Path file) throws IOException {
        try {
            long differs = Files.mismatch(beginning, file);
            return differs < 0 || differs == Files.size(beginning);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Ends the restoration. What was loaded and not put in its place is deleted. */
    @Override
    public void close() throws IOException {
        try (reader;
                schemas) {
            schemas.delete(restoring());
            FileTree.delete(staging);
        } finally {
            unlock();
        }
    }
}

package chatd.backup.directory;

import chatd.backup.Backup;
import chatd.backup.archive.BackupFailure;
import chatd.backup.archive.Index;
import chatd.backup.archive.Manifest;
import chatd.backup.archive.PrivateFile;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A directory of backups of one daemon. Contents of files are written once: those that no file in the directory has go
 * into a file of their own, beside the backup, which refers to all that it needs. Locked by one process at a time; used
 * by one thread.
 */
public final class BackupDirectory implements Closeable {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final String BACKUP = ".backup";
    private static final String CONTENTS = ".contents";
    private static final String UNFINISHED = ".part";

    /** A name that this class gives, so that it never deletes another file. */
    private static final String NAMES = "chatd-[0-9]*Z.{backup,contents}";

    private final Path directory;
    private final FileChannel lock;

    /**
     * Locks a directory, which is created if it does not exist, and deletes what an interrupted backup left.
     *
     * @throws BackupFailure if another process makes a backup there
     */
    public BackupDirectory(Path directory) throws IOException {
        this.directory = directory;
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        this.lock = FileChannel.open(
                directory.resolve(".chatd-backup.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock taken = lock.tryLock();
        if (taken == null) {
            lock.close();
            throw new BackupFailure("another process is making a backup in " + directory);
        }
        try (DirectoryStream<Path> unfinished = Files.newDirectoryStream(directory, NAMES + "*" + UNFINISHED)) {
            for (Path file : unfinished) {
                Files.delete(file);
            }
        }
    }

    /** Returns the indexes in a directory, of backups and of contents, by time. */
    public static List<Index> indexes(Path directory) throws IOException {
        List<Index> all = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, NAMES + Index.SUFFIX)) {
            for (Path file : files) {
                all.add(Index.read(file));
            }
        }
        all.sort(Comparator.comparing(Index::time).thenComparing(Index::file));
        return all;
    }

    /** A backup that was made in the directory. */
    public record Added(Path file, Backup.Made made) {}

    /**
     * Makes a backup.
     *
     * @param key the file of the {@link DigestKey}, which is created if it does not exist
     * @param isFull whether contents are written again that earlier files have
     * @param begin when it begins, which becomes its name, unless another has it
     */
    public Added add(Backup backup, Backup.Options options, Path key, boolean isFull, Instant begin)
            throws IOException {
        Instant named = begin;
        while (Files.exists(backup(named))) {
            named = named.plusSeconds(1);
        }
        Writing writing = new Writing(STAMP.format(named), new DigestKey(key), isFull ? Map.of() : earlierContents());
        try {
            Backup.Made made = backup.write(writing);
            writing.finish(made, options);
            return new Added(writing.file, made);
        } catch (IOException | RuntimeException e) {
            writing.discard();
            throw e;
        }
    }

    /** Returns which contents the files of contents in the directory have, by the files' names. */
    private Map<String, ContentDigests> earlierContents() throws IOException {
        Map<String, ContentDigests> earlier = new HashMap<>();
        for (Index index : indexes(directory)) {
            Path file = directory.resolve(index.file());
            if (index.isContents() && Files.exists(file) && Files.exists(Index.digests(file))) {
                earlier.put(index.file(), ContentDigests.read(Index.digests(file)));
            }
        }
        return earlier;
    }

    private Path backup(Instant named) {
        return directory.resolve("chatd-" + STAMP.format(named) + BACKUP);
    }

    /** The files of a backup that is being made. */
    private final class Writing implements Backup.Target {
        private final Path file;
        private final Path contents;
        private final DigestKey key;
        private final Map<String, ContentDigests> earlier;
        private final Set<String> used = new LinkedHashSet<>();
        private final ContentDigests fresh = new ContentDigests();
        private boolean isContentsWanted;

        Writing(String stamp, DigestKey key, Map<String, ContentDigests> earlier) {
            this.file = directory.resolve("chatd-" + stamp + BACKUP);
            this.contents = directory.resolve("chatd-" + stamp + CONTENTS);
            this.key = key;
            this.earlier = earlier;
        }

        /** Returns the earlier file that has a content; empty if none has it. */
        private Optional<String> holder(UUID hidden) {
            return earlier.entrySet().stream()
                    .filter(each -> each.getValue().contains(hidden))
                    .map(Map.Entry::getKey)
                    .findFirst();
        }

        @Override
        public void consider(byte[] digest) {
            holder(key.hide(digest)).ifPresentOrElse(used::add, () -> isContentsWanted = true);
        }

        @Override
        public boolean isWanted(byte[] digest) {
            UUID hidden = key.hide(digest);
            if (holder(hidden).isPresent()) {
                return false;
            }
            fresh.add(hidden);
            return true;
        }

        @Override
        public List<String> needs() {
            List<String> needs = new ArrayList<>(used);
            if (isContentsWanted) {
                needs.add(contents.getFileName().toString());
            }
            return needs;
        }

        @Override
        public OutputStream open() throws IOException {
            return PrivateFile.create(unfinished(file));
        }

        @Override
        public @Nullable OutputStream openContents() throws IOException {
            return isContentsWanted ? PrivateFile.create(unfinished(contents)) : null;
        }

        void finish(Backup.Made made, Backup.Options options) throws IOException {
            Backup.Written ofContents = made.contents();
            if (ofContents != null) {
                fresh.write(Index.digests(contents));
                complete(contents, ofContents, made.manifest(), true, List.of(), options);
            }
            complete(file, made.file(), made.manifest(), false, made.manifest().needs(), options);
            sync();
        }

        private void complete(
                Path path,
                Backup.Written written,
                Manifest manifest,
                boolean isContents,
                List<String> needs,
                Backup.Options options)
                throws IOException {
            Files.move(unfinished(path), path, StandardCopyOption.ATOMIC_MOVE);
            new Index(
                            Index.FORMAT,
                            path.getFileName().toString(),
                            isContents,
                            written.bytes(),
                            written.sha256(),
                            manifest.time(),
                            manifest.position(),
                            manifest.version(),
                            manifest.host(),
                            options.recipients(),
                            options.isWithKeys() && !isContents,
                            needs)
                    .write(directory, unfinished(Index.of(path)));
        }

        void discard() throws IOException {
            Files.deleteIfExists(unfinished(file));
            Files.deleteIfExists(unfinished(contents));
        }
    }

    private static Path unfinished(Path file) {
        return file.resolveSibling(file.getFileName() + UNFINISHED);
    }

    private void sync() throws IOException {
        try (FileChannel names = FileChannel.open(directory)) {
            names.force(true);
        }
    }

    /**
     * Deletes the backups that no rule keeps, and the files of contents that no backup needs any more.
     *
     * @return the names of the deleted files
     */
    public List<String> prune(List<Keep> rules) throws IOException {
        List<Index> all = indexes(directory);
        List<Index> backups = all.stream().filter(index -> !index.isContents()).toList();
        Set<Instant> kept = Keep.kept(backups.stream().map(Index::time).toList(), rules);
        Set<String> needed = new HashSet<>();
        List<String> deleted = new ArrayList<>();
        for (Index index : backups) {
            if (kept.contains(index.time())) {
                needed.addAll(index.needs());
            } else {
                delete(index, deleted);
            }
        }
        for (Index index : all) {
            if (index.isContents() && !needed.contains(index.file())) {
                delete(index, deleted);
            }
        }
        return deleted;
    }

    /** Deletes a file that this program made: one that still has the size that it had then. */
    private void delete(Index index, List<String> deleted) throws IOException {
        Path file = directory.resolve(Path.of(index.file()).getFileName());
        if (Files.exists(file) && Files.size(file) != index.bytes()) {
            return;
        }
        Files.deleteIfExists(file);
        Files.deleteIfExists(Index.digests(file));
        Files.deleteIfExists(Index.of(file));
        deleted.add(index.file());
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}

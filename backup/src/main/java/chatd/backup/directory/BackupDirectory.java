package chatd.backup.directory;

import chatd.backup.Backup;
import chatd.backup.archive.BackupFailure;
import chatd.backup.archive.Manifest;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
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
import java.util.Set;
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
        try (DirectoryStream<Path> unfinished = Files.newDirectoryStream(directory, NAMES + UNFINISHED)) {
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
     * @param key the file of the key of {@link ContentDigests}
     * @param isFull whether contents are written again that earlier files have
     * @param begin when it begins, which becomes its name, unless another has it
     */
    public Added add(Backup backup, Backup.Options options, Path key, boolean isFull, Instant begin)
            throws IOException {
        Instant named = begin;
        while (Files.exists(backup(named))) {
            named = named.plusSeconds(1);
        }
        Writing writing = new Writing(STAMP.format(named), key);
        if (!isFull) {
            for (Index index : indexes(directory)) {
                Path digests = Index.digests(directory.resolve(index.file()));
                if (index.isContents() && Files.exists(digests) && Files.exists(directory.resolve(index.file()))) {
                    writing.know(index.file(), digests);
                }
            }
        }
        try {
            Backup.Made made = backup.write(writing);
            writing.finish(made, options);
            return new Added(writing.file, made);
        } catch (IOException | RuntimeException e) {
            writing.discard();
            throw e;
        }
    }

    private Path backup(Instant named) {
        return directory.resolve("chatd-" + STAMP.format(named) + BACKUP);
    }

    /** The files of a backup that is being made. */
    private final class Writing implements Backup.Target {
        private final Path file;
        private final Path contents;
        private final Path key;
        private final Map<String, ContentDigests> earlier = new HashMap<>();
        private final Set<String> used = new LinkedHashSet<>();
        private final ContentDigests fresh;
        private boolean isContentsWanted;

        Writing(String stamp, Path key) throws IOException {
            this.file = directory.resolve("chatd-" + stamp + BACKUP);
            this.contents = directory.resolve("chatd-" + stamp + CONTENTS);
            this.key = key;
            this.fresh = ContentDigests.withKey(key);
        }

        void know(String name, Path digests) throws IOException {
            ContentDigests known = ContentDigests.withKey(key);
            known.read(digests);
            earlier.put(name, known);
        }

        @Override
        public void consider(byte[] digest) {
            for (Map.Entry<String, ContentDigests> each : earlier.entrySet()) {
                if (each.getValue().contains(digest)) {
                    used.add(each.getKey());
                    return;
                }
            }
            isContentsWanted = true;
        }

        @Override
        public boolean isWanted(byte[] digest) {
            if (earlier.values().stream().anyMatch(known -> known.contains(digest))) {
                return false;
            }
            fresh.add(digest);
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
            return create(file);
        }

        @Override
        public @Nullable OutputStream openContents() throws IOException {
            return create(contents, isContentsWanted);
        }

        private @Nullable OutputStream create(Path path, boolean isWanted) throws IOException {
            return isWanted ? create(path) : null;
        }

        private OutputStream create(Path path) throws IOException {
            return newFile(unfinished(path));
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
                    .write(directory);
        }

        void discard() throws IOException {
            Files.deleteIfExists(unfinished(file));
            Files.deleteIfExists(unfinished(contents));
        }
    }

    private static Path unfinished(Path file) {
        return file.resolveSibling(file.getFileName() + UNFINISHED);
    }

    /**
     * Creates a file that only its owner can read, and forces it to disk when it is closed.
     *
     * @throws java.nio.file.FileAlreadyExistsException if it exists
     */
    public static OutputStream newFile(Path file) throws IOException {
        return forced(FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))));
    }

    /** Returns a stream into a file, which is forced to disk when the stream is closed. */
    public static OutputStream forced(FileChannel channel) {
        return new java.io.BufferedOutputStream(Channels.newOutputStream(channel), 1 << 20) {
            private boolean isClosed;

            @Override
            public void close() throws IOException {
                if (!isClosed) {
                    isClosed = true;
                    try (channel) {
                        flush();
                        channel.force(true);
                    }
                }
            }
        };
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
        Set<Instant> kept = Keep.kept(
                all.stream()
                        .filter(index -> !index.isContents())
                        .map(Index::time)
                        .toList(),
                rules);
        Set<String> needed = new HashSet<>();
        List<Index> backups = all.stream().filter(index -> !index.isContents()).toList();
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

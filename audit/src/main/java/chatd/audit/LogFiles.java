package chatd.audit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The files of a log in its directory (page {@code audit-log.md}, "Files"). */
public record LogFiles(Path directory) {
    private static final Pattern CLOSED = Pattern.compile("audit-(\\d{6,18})-(\\d{8}T\\d{6}Z)\\.xml");
    private static final String TORN = "audit.torn-";
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    /** Returns the file of the open segment as a complete document. */
    public Path published() {
        return directory.resolve("audit.xml");
    }

    /** Returns the part: the file of the open segment as it grows. */
    public Path part() {
        return directory.resolve("audit.part");
    }

    /** Returns the file that is locked by the process that has the log open. */
    public Path lock() {
        return directory.resolve("audit.lock");
    }

    /** Returns where the bytes of a torn tail are kept. */
    public Path torn(long at) {
        return directory.resolve(TORN + at);
    }

    /** Returns the files with the bytes of torn tails, by name. */
    public List<Path> torn() throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(file -> name(file).startsWith(TORN)).sorted().toList();
        }
    }

    /** Returns the file that is there while a backup is put in the place of the log and its database. */
    public Path restoring() {
        return directory.resolve("audit.restoring");
    }

    /** Returns the file key of the file at a path, which a rename does not change; null if there is none. */
    public static @Nullable Object keyOf(Path path) throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .fileKey();
        } catch (FileSystemException e) {
            // Also if a directory on the path is no longer one.
            return null;
        }
    }

    /** Describes, for an event, what happened to a file, given the file key now at its path. */
    public static String describeChange(@Nullable Object keyNow) {
        return keyNow == null ? " was removed" : " was replaced";
    }

    public Path temporary(String name) {
        return directory.resolve("." + name + ".new");
    }

    public Path closed(long segment, Instant started) {
        return directory.resolve(String.format(Locale.ROOT, "audit-%06d-%s.xml", segment, STAMP.format(started)));
    }

    /** Returns the closed segments, oldest first. */
    public List<Path> closed() throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory, "audit-*.xml")) {
            for (Path file : all) {
                if (CLOSED.matcher(name(file)).matches()) {
                    files.add(file);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        files.sort(Comparator.comparingLong(LogFiles::segmentNumber));
        return files;
    }

    /**
     * Gives the part its second name, that of a closed segment, as a hard link. The part must have its closing tag and
     * be on disk.
     *
     * @throws IOException if that fails; the part then has no second name, unless removing it failed too
     */
    public void close(Path closed) throws IOException {
        Files.createLink(closed, part());
        try {
            // This name must be on disk before the part's name passes to the next segment.
            syncDirectory();
        } catch (IOException e) {
            Files.delete(closed);
            throw e;
        }
    }

    /** Forces the directory itself to disk, so that created and changed names survive a loss of power. */
    public void syncDirectory() throws IOException {
        try (FileChannel names = FileChannel.open(directory)) {
            names.force(true);
        }
    }

    /** Installs one of the program's files beside the log if it is missing or different. */
    public void install(String name) throws IOException {
        try (InputStream in = LogFiles.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("the program lacks " + name);
            }
            byte[] ours = in.readAllBytes();
            Path there = directory.resolve(name);
            if (!Files.exists(there) || !Arrays.equals(Files.readAllBytes(there), ours)) {
                replace(name, out -> out.write(ours));
            }
        }
    }

    /** The content of a file. */
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /** Writes one of the files, so that a reader finds all of it, or what was there before; it is not forced to disk. */
    public void replace(String name, Content content) throws IOException {
        Path fresh = temporary(name);
        try (OutputStream out = Files.newOutputStream(fresh)) {
            content.writeTo(out);
        }
        Files.move(fresh, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Returns the number of a closed segment from its file name, or -1 if it is not one. */
    public static long segmentNumber(Path file) {
        Matcher matcher = CLOSED.matcher(name(file));
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
    }

    /** Returns when a closed segment began, in whole seconds, from its file name. */
    public static Instant startTime(Path file) {
        Matcher matcher = CLOSED.matcher(name(file));
        if (!matcher.matches()) {
            throw new IllegalArgumentException(file + " is not a closed segment");
        }
        return STAMP.parse(matcher.group(2), Instant::from);
    }

    public static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    /**
     * Returns a stream of a file from its beginning, unaffected by other readers of the same channel.
     *
     * @param progress receives the number of bytes read so far, after each read
     */
    public static InputStream streamOf(FileChannel file, LongConsumer progress) {
        return streamOf(file, 0, () -> Long.MAX_VALUE, progress);
    }

    /**
     * Returns a stream of a part of a file, unaffected by other readers of the same channel. At its end it may be read again:
     * it continues once there is more.
     *
     * @param from the offset at which it begins
     * @param end returns the offset at which it ends now; it ends earlier where the file does
     * @param progress receives the offset up to which it has been read, after each read
     */
    public static InputStream streamOf(FileChannel file, long from, LongSupplier end, LongConsumer progress) {
        return new InputStream() {
            private long at = from;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] to, int offset, int length) throws IOException {
                long left = end.getAsLong() - at;
                if (left <= 0) {
                    return -1;
                }
                int read = file.read(ByteBuffer.wrap(to, offset, (int) Math.min(length, left)), at);
                at += Math.max(read, 0);
                progress.accept(at);
                return read;
            }
        };
    }

    public static void write(FileChannel out, byte[] bytes) throws IOException {
        write(out, ByteBuffer.wrap(bytes));
    }

    /** Writes all of a buffer. */
    public static void write(FileChannel out, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            out.write(buffer);
        }
    }

    /** Copies the bytes between two offsets, within the kernel where possible. */
    public static void copy(FileChannel in, long from, long to, FileChannel out) throws IOException {
        for (long at = from; at < to; ) {
            long copied = in.transferTo(at, to - at, out);
            if (copied <= 0) {
                throw new IOException("the log became shorter while it was copied");
            }
            at += copied;
        }
    }
}

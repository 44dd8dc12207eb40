package chatd.daemon.forward;

import chatd.audit.LogFiles;
import chatd.audit.LogPosition;
import chatd.audit.Sha256;
import chatd.audit.read.LogTail;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Up to where a collector has the log for certain, as kept in {@code audit.forwarded} beside the log.
 *
 * @param to the collector
 * @param position after the last of those lines
 * @param line the SHA-256 of that line in base64url, by which the log is recognised
 */
record Confirmed(String to, LogPosition position, String line) {
    private static final String FILE = "audit.forwarded";

    /** Returns that a collector has nothing yet. */
    static Confirmed nothing(String to) {
        return new Confirmed(to, LogPosition.ORIGIN, "");
    }

    static String hash(byte[] line) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(Sha256.digest().digest(line));
    }

    /** Returns the file in which it is kept. */
    static Path file(LogFiles log) {
        return log.directory().resolve(FILE);
    }

    /**
     * Reads what is kept; null if nothing is.
     *
     * @throws IOException if it can't be read
     */
    static @Nullable Confirmed read(LogFiles log) throws IOException {
        if (!Files.exists(file(log))) {
            return null;
        }
        Properties kept = new Properties();
        try {
            kept.load(new StringReader(Files.readString(file(log))));
            return new Confirmed(
                    kept.getProperty("to", ""),
                    new LogPosition(
                            Long.parseLong(kept.getProperty("segment", "")),
                            Long.parseLong(kept.getProperty("bytes", ""))),
                    kept.getProperty("line", ""));
        } catch (IllegalArgumentException e) {
            throw new IOException(file(log) + " is damaged", e);
        }
    }

    /** Writes it; what was kept before is replaced as a whole. */
    void write(LogFiles log) throws IOException {
        Properties kept = new Properties();
        kept.setProperty("to", to);
        kept.setProperty("segment", Long.toString(position.segment()));
        kept.setProperty("bytes", Long.toString(position.bytes()));
        kept.setProperty("line", line);
        log.replace(FILE, out -> kept.store(out, "Up to where the collector has the log for certain (audit.forward)."));
    }

    /**
     * Returns whether the log still is the one of which the collector has this much: it has that line in that place. A segment
     * that was deleted meanwhile is not missed.
     *
     * @param open the number of the open segment
     */
    boolean isOf(LogFiles log, long open) throws IOException {
        if (position.equals(LogPosition.ORIGIN)) {
            return true;
        }
        byte[] last = null;
        try (LogTail tail = new LogTail(log, () -> position, new LogPosition(position.segment(), 0))) {
            for (byte[] next = tail.next(); next != null; next = tail.next()) {
                last = next;
            }
        }
        return last == null ? isDeleted(log, open) : hash(last).equals(line);
    }

    private boolean isDeleted(LogFiles log, long open) throws IOException {
        return position.segment() < open
                && log.closed().stream()
                        .mapToLong(LogFiles::segmentNumber)
                        .noneMatch(number -> number <= position.segment());
    }
}

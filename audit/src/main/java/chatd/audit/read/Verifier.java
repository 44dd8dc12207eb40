package chatd.audit.read;

import chatd.audit.LogFiles;
import chatd.audit.form.Line;
import chatd.audit.form.Segment;
import chatd.audit.form.VerificationListener;
import chatd.audit.seal.Seal;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Verifies a log from its files alone: the chain through all segments, numbers and times, the schema, the seals. Memory
 * use does not grow with the log. Any change is found; only a key or an anchor shows that the log was not rewritten as
 * a whole.
 */
public final class Verifier {
    /**
     * The result of a verification.
     *
     * @param firstError the first error: file, line and what is wrong; null if there is none
     * @param lastAuthenticSeq the seq of the last seal that a given key or anchor vouches for: everything before it is as
     *     written; 0 if there is none
     * @param isAuthentic whether that is the last seal in the log, at most {@link Seal#MAX_UNSEALED} events follow it,
     *     and nothing is missing at the beginning except what retention deleted
     * @param notes what can't be verified
     */
    public record Report(
            int segments,
            long events,
            @Nullable String firstError,
            long lastAuthenticSeq,
            boolean isAuthentic,
            List<String> notes) {}

    private final VerificationListener watch;
    private final Continuity continuity;
    private long events;
    private long all;
    private long read;

    private Verifier(AuditorTerms auditor, VerificationListener watch) {
        this.watch = watch;
        this.continuity = new Continuity(auditor);
    }

    /**
     * Verifies all segments in a directory.
     *
     * @param watch receives every line in order, up to the first that is wrong
     * @throws IOException if they can't be read
     */
    public static Report verify(Path directory, AuditorTerms auditor, VerificationListener watch) throws IOException {
        return verifyEnd(directory, Long.MAX_VALUE, auditor, watch);
    }

    /**
     * Verifies the last segments in a directory: the open one, and as many before it as have at most so many bytes, as if
     * there were no others.
     *
     * @param auditor who must accept an excerpt, unless all segments are meant
     * @param watch as for {@link #verify}
     * @throws IOException if they can't be read
     */
    public static Report verifyEnd(Path directory, long bytes, AuditorTerms auditor, VerificationListener watch)
            throws IOException {
        LogFiles files = new LogFiles(directory);
        Verifier verifier = new Verifier(auditor, watch);
        String wrong = null;
        int segments = 0;
        // The open segment is opened first, so that it stays the same file whatever is published or rotated meanwhile.
        try (FileChannel open = Files.exists(files.published()) ? FileChannel.open(files.published()) : null;
                SchemaCheck schema = new SchemaCheck()) {
            List<Path> closed = last(files.closed(), bytes);
            Path closedSince = open == null ? null : closedSince(open, closed);
            boolean isOpen = open != null && closedSince == null;
            if (open != null && closedSince != null && !isBeginning(open, closedSince)) {
                wrong = LogFiles.name(files.published()) + ": it is not the beginning of " + LogFiles.name(closedSince);
            }
            for (Path file : closed) {
                verifier.all += Files.size(file);
                schema.add(file);
            }
            if (open != null && isOpen) {
                verifier.all += open.size();
                schema.add(open);
            }
            for (Path file : wrong == null ? closed : List.<Path>of()) {
                try (FileChannel segment = FileChannel.open(file)) {
                    segments++;
                    wrong = verifier.check(LogFiles.name(file), LogFiles.segmentNumber(file), segment, schema);
                }
                if (wrong != null) {
                    break;
                }
            }
            if (wrong == null && open != null && isOpen) {
                segments++;
                wrong = verifier.check(LogFiles.name(files.published()), -1, open, schema);
            }
        }
        if (segments == 0 && wrong == null) {
            wrong = directory + ": there is no log here (no audit.xml)";
        }
        Continuity found = verifier.continuity;
        if (wrong == null) {
            wrong = found.finish();
        }
        return new Report(segments, verifier.events, wrong, found.lastTrustedSeq(), found.isAuthentic(), found.notes());
    }

    /** Returns the last files that have at most so many bytes, and the very last one in any case. */
    private static List<Path> last(List<Path> files, long bytes) throws IOException {
        int first = files.size();
        for (long all = 0; first > 0; first--) {
            all += Files.size(files.get(first - 1));
            if (all > bytes && first < files.size()) {
                break;
            }
        }
        return files.subList(first, files.size());
    }

    /**
     * Returns the seals in an anchor file, in order: one per line, after any prefix, as a journal prints them.
     *
     * @throws IOException if it can't be read
     */
    public static List<String> anchors(Path file) throws IOException {
        try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
            return lines.flatMap(line -> Seal.ELEMENT.matcher(line).results().map(MatchResult::group))
                    .toList();
        }
    }

    /**
     * Returns the closed file of the published segment, or the oldest one if that file is missing; null if the segment
     * is still open, or the document is not a segment.
     */
    private static @Nullable Path closedSince(FileChannel published, List<Path> closed) throws IOException {
        try {
            long number =
                    Segment.Head.read(LogFiles.streamOf(published, at -> {})).number();
            if (closed.isEmpty() || LogFiles.segmentNumber(closed.getLast()) < number) {
                return null;
            }
            for (Path file : closed) {
                if (LogFiles.segmentNumber(file) == number) {
                    return file;
                }
            }
            return closed.getFirst();
        } catch (Segment.Broken e) {
            return null;
        }
    }

    /** Returns whether a document, without its closing tag, is the beginning of another. */
    private static boolean isBeginning(FileChannel published, Path closed) throws IOException {
        try (InputStream ours = new BufferedInputStream(LogFiles.streamOf(published, at -> {}));
                InputStream theirs = new BufferedInputStream(Files.newInputStream(closed))) {
            for (long left = published.size() - Line.CLOSING.length; left > 0; left--) {
                if (ours.read() != theirs.read()) {
                    return false;
                }
            }
            return Arrays.equals(ours.readAllBytes(), Line.CLOSING);
        }
    }

    private @Nullable String check(String name, long named, FileChannel file, SchemaCheck schema) throws IOException {
        String wrong = check(named, file, schema);
        read += file.size();
        return wrong == null ? null : name + ": " + wrong;
    }

    private @Nullable String check(long named, FileChannel file, SchemaCheck schema) throws IOException {
        Segment segment;
        try {
            segment = Segment.read(LogFiles.streamOf(file, at -> watch.progress(read + at, all)), watch);
        } catch (Segment.Broken e) {
            return String.valueOf(e.getMessage());
        }
        String wrong = checkLines(named, file.size(), segment);
        if (wrong == null) {
            wrong = continuity.checkSuccession(segment);
        }
        if (wrong == null) {
            wrong = schema.next();
        }
        if (wrong == null) {
            wrong = continuity.checkSeals(segment);
        }
        events += segment.lines()
                - (segment.skipped() > 0 ? 5 : 4)
                - segment.seals().size();
        return wrong;
    }

    /** Returns what is wrong with a file by itself, or null. */
    static @Nullable String checkLines(long named, long size, Segment segment) {
        if (segment.wrong() != null) {
            return "line " + segment.lines() + ": " + segment.wrong();
        }
        if (!segment.isClosed()) {
            return "line " + (segment.lines() + 1) + ": the end of the document is missing";
        }
        if (size != segment.end() + Line.END.length() + 1) {
            return "line " + (segment.lines() + 1) + ": something follows the end of the document";
        }
        return named >= 0 && named != segment.number
                ? "line 3: it is segment " + segment.number + ", but named " + named
                : null;
    }
}

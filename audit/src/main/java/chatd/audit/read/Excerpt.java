package chatd.audit.read;

import chatd.audit.LogFiles;
import chatd.audit.form.Line;
import chatd.audit.form.VerificationListener;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Exports a time span of a log into a directory of its own, as a log that verifies on its own: the lines unchanged,
 * from the first event in the span to the seal that covers the last. One line stands for everything left out before,
 * with the number, time and chain of the last line left out.
 */
public final class Excerpt implements VerificationListener {
    private static final Pattern PARTS = Pattern.compile(
            "<(event|seal) seq=\"(\\d+)\" time=\"([^\"]+)\"[^>]* chain=\"([A-Za-z0-9_-]{43})\"/?>.*", Pattern.DOTALL);

    private final LogFiles to;
    private final @Nullable Instant since;
    private final @Nullable Instant until;
    private long number;
    private String head = "";
    private @Nullable String skipped;
    private @Nullable BufferedWriter out;
    private long events;
    private boolean begun;
    private boolean ended;
    private boolean isSealed;

    /**
     * @param to an empty directory
     * @param since start of the span, inclusive; null for the beginning of the log
     * @param until end of the span, exclusive; null for the end of the log
     */
    private Excerpt(Path to, @Nullable Instant since, @Nullable Instant until) {
        this.to = new LogFiles(to);
        this.since = since;
        this.until = until;
    }

    /**
     * Writes an excerpt of the log in a directory, verifying what it reads.
     *
     * @return the result; if something is wrong with the log, the excerpt ends before it
     * @throws IOException if something can't be read or written
     */
    public static Result write(Path from, Path to, @Nullable Instant since, @Nullable Instant until)
            throws IOException {
        Excerpt excerpt = new Excerpt(to, since, until);
        try {
            Verifier.Report report = Verifier.verify(from, AuditorTerms.WITHOUT_TRUST, excerpt);
            excerpt.close();
            if (excerpt.events > 0) {
                excerpt.to.install("audit.css");
                excerpt.to.install("audit.xsd");
            }
            return new Result(excerpt.events, report.firstError());
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /**
     * @param events number of events written
     * @param firstError the first error in the log, after what was written; null if there is none
     */
    public record Result(long events, @Nullable String firstError) {}

    @Override
    public void segment(long number, String head) {
        close();
        this.number = number;
        this.head = head;
        skipped = null;
    }

    @Override
    public void line(String line) {
        Matcher parts = PARTS.matcher(line);
        if (ended || !parts.matches()) {
            return;
        }
        Instant time = Instant.parse(parts.group(3));
        boolean isSeal = parts.group(1).equals("seal");
        boolean isBefore = since != null && time.isBefore(since);
        boolean isAfter = until != null && !time.isBefore(until);
        if (!begun && (isBefore || isAfter || isSeal)) {
            skipped = "<skipped seq=\"" + parts.group(2) + "\" time=\"" + parts.group(3) + "\" chain=\""
                    + parts.group(4) + "\"/>";
            ended = isAfter;
            return;
        }
        if (isAfter && isSealed) {
            ended = true;
            return;
        }
        begun = true;
        isSealed = isSeal;
        append(line);
        events += isSeal ? 0 : 1;
        ended = isAfter && isSeal;
    }

    private void append(String line) {
        try {
            BufferedWriter open = out;
            if (open == null) {
                String started = head.replaceFirst("(?s).* started=\"([^\"]+)\".*", "$1");
                open = Files.newBufferedWriter(to.closed(number, Instant.parse(started)), StandardCharsets.UTF_8);
                out = open;
                open.write(head + "\n");
                if (skipped != null) {
                    open.write(skipped + "\n");
                }
            }
            open.write(line + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void close() {
        try (BufferedWriter open = out) {
            if (open != null) {
                open.write(Line.END + "\n");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        out = null;
    }
}

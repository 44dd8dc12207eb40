package chatd.daemon.export;

import chatd.audit.read.LogScan;
import chatd.audit.read.ParsedLine;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;

/**
 * What the log says of what a person did.
 *
 * @param log the directory of the audit log; it is read anew each time, with one line in memory
 * @param account the number of the person's account
 * @param progress called now and then, by the thread that reads
 */
record OwnLog(Path log, long account, Runnable progress) {
    /** Lines between two calls of {@code progress}. */
    private static final int STEP = 512;

    /** Kinds of events that say when and from where somebody was here. */
    private static final Set<String> VISITS = Set.of("login", "logout", "displaced");

    /** Receives a line of the log. */
    private interface LineWriter {
        void write(String line) throws IOException;
    }

    private void scan(LineWriter each) throws IOException {
        String own = " user=\"U" + account + "\"";
        int[] read = {0};
        try {
            LogScan.scan(log, null, line -> {
                if (++read[0] % STEP == 0) {
                    progress.run();
                }
                if (line.substring(0, Math.max(0, line.indexOf('>'))).contains(own)) {
                    try {
                        each.write(line);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
                return true;
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Writes the lines, unchanged, as an XML document. */
    void write(OutputStream out) throws IOException {
        out.write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<audit xmlns=\"urn:chatd:audit:1\">\n"
                .getBytes(StandardCharsets.UTF_8));
        scan(line -> out.write((line + "\n").getBytes(StandardCharsets.UTF_8)));
        out.write("</audit>\n".getBytes(StandardCharsets.UTF_8));
    }

    /** Shows when and from where the person was here. */
    void writeVisits(HtmlPage page) throws IOException {
        page.element("h2", "According to the log, as far back as it goes; times are UTC");
        page.open("table");
        page.row("th", "Time", "What", "Address");
        scan(line -> {
            ParsedLine event = ParsedLine.parse(line);
            if (VISITS.contains(event.get("type"))) {
                String reason = event.get("reason");
                page.row(
                        "td",
                        HtmlPage.readable(Instant.parse(event.get("time"))),
                        event.get("type")
                                + (event.get("outcome").equals("ok") ? "" : ", " + event.get("outcome"))
                                + (reason.isEmpty() ? "" : " (" + reason + ")"),
                        event.get("address"));
            }
        });
        page.close("table");
    }
}

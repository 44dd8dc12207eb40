package chatd.admin.user;

import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * A file that lists accounts: CSV in UTF-8, one {@code name[,note]} per line. A first line {@code name,note} is a
 * header; empty lines and lines that begin with # are ignored.
 */
final class AccountList {
    private static final CSVFormat FORMAT = CSVFormat.DEFAULT
            .builder()
            .setCommentMarker('#')
            .setIgnoreEmptyLines(true)
            .setIgnoreSurroundingSpaces(true)
            .get();

    /** Maximum size in bytes: room for 50,000 accounts, the most that the daemon imports at once, with long notes. */
    private static final long LARGEST = 8 << 20;

    private AccountList() {}

    /** @param line its line number in the file */
    record Row(long line, String name, String note) {}

    /**
     * Reads a list.
     *
     * @throws CommandFailure if there is no such file, or any line is wrong; the message names each of them
     */
    static List<Row> read(Path file) {
        List<Row> rows = new ArrayList<>();
        List<String> errors = new ArrayList<>();
        try (CSVParser parser = CSVParser.parse(new StringReader(text(file)), FORMAT)) {
            long line = 1;
            for (CSVRecord each : parser) {
                line = parser.getCurrentLineNumber();
                boolean heading = rows.isEmpty() && errors.isEmpty() && isHeading(each);
                if (each.size() == 1 && each.get(0).contains(";")) {
                    errors.add(file + ":" + line + ": has a semicolon instead of a comma: save it with commas");
                } else if (each.size() > 2) {
                    errors.add(file + ":" + line + ": has " + each.size() + " columns, not name[,note]; put a note"
                            + " with a comma in \"quotes\"");
                } else if (each.get(0).isEmpty()) {
                    errors.add(file + ":" + line + ": has no name");
                } else if (!heading) {
                    rows.add(new Row(line, each.get(0), each.size() == 2 ? each.get(1) : ""));
                }
            }
        } catch (UncheckedIOException e) {
            errors.add(file + ": " + Objects.requireNonNull(e.getCause()).getMessage());
        } catch (IOException e) {
            errors.add(file + ": " + e.getMessage());
        }
        if (!errors.isEmpty()) {
            throw new CommandFailure(Exit.NO, String.join("\n", errors) + "\nNothing was done.");
        }
        return rows;
    }

    private static boolean isHeading(CSVRecord first) {
        return first.get(0).equalsIgnoreCase("name")
                && (first.size() == 1 || first.get(1).equalsIgnoreCase("note"));
    }

    private static String text(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new CommandFailure(Exit.NO_SUCH, "There is no file " + file + ".");
        }
        if (Files.size(file) > LARGEST) {
            throw new IOException("is larger than " + (LARGEST >> 20) + " MiB: split it");
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
                    .toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new IOException("is not UTF-8: save it as CSV in UTF-8", e);
        }
    }
}

package chatd.admin.user;

import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * A list of accounts: CSV in UTF-8. A first line with a column called {@code name} is a heading, which determines the
 * columns, {@code name} and {@code note}, in any order; without a heading they are in this order. Empty lines and lines
 * that begin with # are ignored.
 */
final class AccountList {
    /** Standard input, as a file name. */
    static final String STANDARD_INPUT = "-";

    private static final CSVFormat FORMAT = CSVFormat.DEFAULT
            .builder()
            .setCommentMarker('#')
            .setIgnoreEmptyLines(true)
            .setIgnoreSurroundingSpaces(true)
            .get();

    private static final String NAME = "name";
    private static final String NOTE = "note";

    /** Headings of columns of passwords, which are refused: they would be kept, or logged, in clear. */
    private static final Set<String> PASSWORDS = Set.of(
            "password",
            "passwords",
            "passwd",
            "passphrase",
            "pass",
            "pwd",
            "pw",
            "pin",
            "passwort",
            "kennwort",
            "mot de passe",
            "contraseña",
            "wachtwoord",
            "пароль",
            "密码",
            "パスワード");

    /** Maximum size in bytes: room for 50,000 accounts, the most that the daemon imports at once, with long notes. */
    private static final int LARGEST = 8 << 20;

    private final String source;
    private final List<Row> rows = new ArrayList<>();

    /** By line; 0 is the file as a whole. */
    private final Map<Long, String> errors = new TreeMap<>();

    private boolean hasHeading;
    private String more = "";

    private AccountList(String source) {
        this.source = source.equals(STANDARD_INPUT) ? "standard input" : source;
    }

    /**
     * @param line its line number in the file
     * @param note null if the line has none: an existing account keeps its own
     */
    record Row(long line, String name, @Nullable String note) {}

    /**
     * Reads a list, with whatever errors it has.
     *
     * @param source a file, or {@link #STANDARD_INPUT}
     * @throws CommandFailure if there is no such file
     */
    static AccountList read(String source) {
        AccountList list = new AccountList(source);
        try (CSVParser parser = CSVParser.parse(new StringReader(text(source)), FORMAT)) {
            list.read(parser);
        } catch (UncheckedIOException e) {
            list.errors.put(
                    0L, String.valueOf(Objects.requireNonNull(e.getCause()).getMessage()));
        } catch (IOException e) {
            list.errors.put(0L, String.valueOf(e.getMessage()));
        }
        return list;
    }

    private void read(CSVParser parser) {
        List<String> columns = List.of(NAME, NOTE);
        boolean isFirst = true;
        for (CSVRecord each : parser) {
            long line = parser.getCurrentLineNumber();
            if (isFirst && isHeading(each)) {
                hasHeading = true;
                columns = columns(each);
                String wrong = wrong(columns);
                if (wrong != null) {
                    // Nothing below it can be understood.
                    errors.put(line, wrong);
                    return;
                }
            } else {
                add(line, each, columns);
            }
            isFirst = false;
        }
    }

    private static List<String> columns(CSVRecord heading) {
        return heading.stream().map(column -> column.toLowerCase(Locale.ROOT)).toList();
    }

    private static boolean isHeading(CSVRecord first) {
        return columns(first).stream().anyMatch(column -> column.equals(NAME) || PASSWORDS.contains(column));
    }

    /** Returns what is wrong with a heading; null if nothing is. */
    private static @Nullable String wrong(List<String> columns) {
        for (String column : columns) {
            if (PASSWORDS.contains(column)) {
                return "has a column of passwords, \"" + column + "\": remove it. Every user gets a one-time password,"
                        + " which is written to the file given with --passwords";
            }
        }
        for (String column : columns) {
            if (!column.equals(NAME) && !column.equals(NOTE)) {
                return "has an unknown column, \"" + column + "\": the columns are name and note";
            }
        }
        if (Set.copyOf(columns).size() < columns.size()) {
            return "has a column twice";
        }
        return null;
    }

    private void add(long line, CSVRecord each, List<String> columns) {
        if (each.size() == 1 && each.get(0).contains(";")) {
            errors.put(line, "has a semicolon instead of a comma: save it with commas");
            return;
        }
        if (each.size() > columns.size()) {
            errors.put(
                    line,
                    "has " + each.size() + " columns, not " + String.join(",", columns)
                            + "; put a note with a comma in \"quotes\"");
            return;
        }
        String name = value(each, columns.indexOf(NAME));
        if (name == null || name.isEmpty()) {
            errors.put(line, "has no name");
            return;
        }
        rows.add(new Row(line, name, value(each, columns.indexOf(NOTE))));
    }

    private static @Nullable String value(CSVRecord of, int column) {
        return column < 0 || column >= of.size() ? null : of.get(column);
    }

    List<Row> rows() {
        return rows;
    }

    /** Returns whether the first line names the columns. */
    boolean hasHeading() {
        return hasHeading;
    }

    boolean hasErrors() {
        return !errors.isEmpty();
    }

    /** Adds an error of a line, which the daemon has found. */
    void addError(long line, String what) {
        errors.merge(line, what, (one, other) -> one + "; " + other);
    }

    /** Adds a remark on errors that are not listed. */
    void addMore(String remark) {
        more = "\n" + remark;
    }

    /** Returns all errors, one per line, by line number. */
    String errors() {
        return errors.entrySet().stream()
                .map(error -> source + (error.getKey() == 0 ? "" : ":" + error.getKey()) + ": " + error.getValue())
                .collect(Collectors.joining("\n", "", more));
    }

    private static String text(String source) throws IOException {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes(source)))
                    .toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new IOException("is not UTF-8: save it as CSV in UTF-8", e);
        }
    }

    private static byte[] bytes(String source) throws IOException {
        if (!source.equals(STANDARD_INPUT) && !Files.exists(Path.of(source))) {
            throw new CommandFailure(Exit.NO_SUCH, "There is no file " + source + ".");
        }
        try (InputStream in = source.equals(STANDARD_INPUT) ? System.in : Files.newInputStream(Path.of(source))) {
            byte[] bytes = in.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw new IOException("is larger than " + (LARGEST >> 20) + " MiB: split it");
            }
            return bytes;
        }
    }
}

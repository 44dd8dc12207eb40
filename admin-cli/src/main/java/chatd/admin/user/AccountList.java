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
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * A list of accounts: CSV in UTF-8, with commas, semicolons or tabs, which a line {@code sep=;} may name. A first line
 * with a column called {@code name} is a heading, which determines the columns, {@code name} and {@code note}, in any
 * order; without a heading they are in this order. Empty lines and columns, and lines that begin with # are ignored;
 * names are normalised (NFKC), and blanks of all kinds at their ends are removed.
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

    /** A line in which spreadsheets name the separator. */
    private static final Pattern SEPARATOR = Pattern.compile("(?i)\\Asep=(.)(?=\\R|\\z)");

    /** Characters that can't be separators, since they have another meaning in CSV. */
    private static final String NO_SEPARATORS = "#\"\r\n";

    private static final Pattern QUOTED = Pattern.compile("\"[^\"]*\"");

    /** Blanks, including non-breaking ones, and invisible characters, at the ends of a cell. */
    private static final Pattern BLANKS = Pattern.compile("^[\\s\\p{Z}\uFEFF\u200B]+|[\\s\\p{Z}\uFEFF\u200B]+$");

    private static final String NAME = "name";
    private static final String NOTE = "note";

    /** Headings of columns of passwords, which are refused: the passwords would be stored, or logged, in clear text. */
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

    /** Common headings in lists of people, in lower case: a first line with one of these is not a user. */
    private static final Set<String> HEADINGS = Set.copyOf(List.of(
            ("names user username user_name users login account id uid email e-mail mail first last firstname lastname"
                            + " forename surname class group grade form year course notes comment remark role department"
                            + " benutzer benutzername nutzer nutzername anmeldename konto kennung vorname nachname"
                            + " familienname klasse gruppe jahrgang bemerkung notiz abteilung"
                            + " nom prenom prénom utilisateur identifiant compte classe groupe remarque courriel"
                            + " nombre apellido apellidos usuario cuenta clase grupo curso nota correo"
                            + " nome cognome utente classe gruppo sobrenome usuário turma"
                            + " naam voornaam achternaam gebruiker gebruikersnaam klas groep"
                            + " имя фамилия пользователь логин класс группа примечание"
                            + " 名字 姓名 名称 用户 用户名 账号 帐号 账户 班级 年级 学号 备注 说明 部门 邮箱 用戶名 帳號 班級 備註"
                            + " 名前 氏名 ユーザー ユーザー名 アカウント クラス 学年 備考 이름 성명 사용자 아이디 학급 반 비고")
                    .split(" ")));

    /** Maximum size in bytes: room for 50,000 accounts, the most that the daemon imports at once, with long notes. */
    private static final int MAX_BYTES = 8 << 20;

    private final String source;
    private final List<Row> rows = new ArrayList<>();

    /** Errors by line; 0 stands for the file as a whole. */
    private final Map<Long, String> errors = new TreeMap<>();

    private final Layout layout;

    /** The list's own headings, in lower case. */
    private List<String> headings = List.of();

    private final List<String> numberedNames = new ArrayList<>();
    private boolean hasHeading;
    private String more = "";

    /**
     * How a list is to be read.
     *
     * @param mayHaveHeading whether the first line may be a heading; otherwise it is a user
     * @param delimiter the separator; null to detect it
     * @param columns {@link #NAME} and {@link #NOTE} by the list's own headings, in lower case
     * @param maker of names, from other columns; null if the list has them
     */
    record Layout(
            boolean mayHaveHeading,
            @Nullable Character delimiter,
            Map<String, String> columns,
            @Nullable NameMaker maker) {
        static final Layout DEFAULT = new Layout(true, null, Map.of(), null);

        /**
         * Returns whether the list's own headings are used: it must have them, and columns that are not named are
         * ignored.
         */
        private boolean isByHeadings() {
            return maker != null || !columns.isEmpty();
        }

        private List<String> nameColumns() {
            return maker == null ? List.of() : maker.columns();
        }
    }

    private AccountList(String source, Layout layout) {
        this.layout = layout;
        this.source = source.equals(STANDARD_INPUT) ? "standard input" : source;
    }

    /**
     * @param line its line number in the file
     * @param note null if the line has none: an existing account keeps its own
     */
    record Row(long line, String name, @Nullable String note) {}

    /**
     * Reads a list, and collects its errors.
     *
     * @param source a file, or {@link #STANDARD_INPUT}
     * @throws CommandFailure if there is no such file
     */
    static AccountList read(String source, Layout layout) {
        AccountList list = new AccountList(source, layout);
        try {
            String text = text(source);
            Character given = layout.delimiter();
            char separator = given == null ? separator(text) : given;
            if (NO_SEPARATORS.indexOf(separator) >= 0) {
                list.errors.put(0L, "can't have '" + separator + "' between its columns");
                return list;
            }
            // An empty line takes its place, so that the line numbers stay the same.
            String plain = SEPARATOR.matcher(text).replaceFirst("");
            try (CSVParser parser = CSVParser.parse(
                    new StringReader(plain),
                    FORMAT.builder().setDelimiter(separator).get())) {
                list.read(parser);
            }
        } catch (UncheckedIOException e) {
            list.errors.put(
                    0L, String.valueOf(Objects.requireNonNull(e.getCause()).getMessage()));
        } catch (IOException e) {
            list.errors.put(0L, String.valueOf(e.getMessage()));
        }
        return list;
    }

    /** Returns the separator: the one that the list names, or the one in the first line that has any. */
    private static char separator(String text) {
        Matcher declared = SEPARATOR.matcher(text);
        if (declared.find()) {
            return declared.group(1).charAt(0);
        }
        return text.lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> QUOTED.matcher(line).replaceAll(""))
                .flatMap(line -> Stream.of(',', ';', '\t')
                        .filter(one -> line.indexOf(one) >= 0)
                        .limit(1))
                .findFirst()
                .orElse(',');
    }

    /** A line that is not empty, and its cells. */
    private record Line(long number, List<String> cells) {}

    private void read(CSVParser parser) {
        List<Line> lines = new ArrayList<>();
        for (CSVRecord each : parser) {
            List<String> cells = each.stream()
                    .map(cell -> BLANKS.matcher(cell).replaceAll(""))
                    .toList();
            if (!cells.stream().allMatch(String::isEmpty)) {
                lines.add(new Line(parser.getCurrentLineNumber(), cells));
            }
        }
        lines = withoutEmptyColumns(lines);
        List<String> columns = List.of(NAME, NOTE);
        for (Line line : lines) {
            boolean isFirst = line.equals(lines.getFirst());
            if (isFirst && (layout.isByHeadings() || (layout.mayHaveHeading() && isHeading(line)))) {
                hasHeading = true;
                columns = columns(line);
                String wrong = layout.isByHeadings() ? missingColumns(columns) : headingError(columns);
                if (layout.isByHeadings()) {
                    headings = columns;
                    columns = columns.stream().map(this::column).toList();
                    wrong = wrong != null ? wrong : repeated(columns);
                }
                if (wrong != null) {
                    // Nothing below it can be understood.
                    errors.put(line.number(), wrong);
                    return;
                }
            } else if (isFirst && layout.mayHaveHeading() && looksLikeHeading(lines)) {
                errors.put(
                        line.number(),
                        "looks like a heading: call its columns name and note, or, if it is a user, use --no-heading");
                return;
            } else {
                add(line, columns);
            }
        }
    }

    /** Drops the columns that are empty in all lines, such as those after the last one that was filled in. */
    private static List<Line> withoutEmptyColumns(List<Line> lines) {
        Set<Integer> filled = new TreeSet<>();
        for (Line line : lines) {
            for (int column = 0; column < line.cells().size(); column++) {
                if (!line.cells().get(column).isEmpty()) {
                    filled.add(column);
                }
            }
        }
        return lines.stream()
                .map(line -> new Line(
                        line.number(),
                        filled.stream()
                                .filter(column -> column < line.cells().size())
                                .map(line.cells()::get)
                                .toList()))
                .toList();
    }

    private static List<String> columns(Line heading) {
        return heading.cells().stream()
                .map(column -> column.toLowerCase(Locale.ROOT))
                .toList();
    }

    private static boolean isHeading(Line first) {
        return columns(first).stream().anyMatch(column -> column.equals(NAME) || PASSWORDS.contains(column));
    }

    /**
     * Returns whether the first line is a heading in another language: it has one of {@link #HEADINGS}, or it alone has
     * no digit in its second column, as {@code Klasse} above {@code 4b} and {@code 5a}.
     */
    private static boolean looksLikeHeading(List<Line> lines) {
        Line first = lines.getFirst();
        if (columns(first).stream().anyMatch(HEADINGS::contains)) {
            return true;
        }
        List<Line> others = lines.subList(1, lines.size());
        return others.size() > 1
                && first.cells().size() > 1
                && !first.cells().get(1).isEmpty()
                && !hasDigit(first)
                && others.stream().allMatch(AccountList::hasDigit);
    }

    private static boolean hasDigit(Line line) {
        return line.cells().size() > 1 && line.cells().get(1).codePoints().anyMatch(Character::isDigit);
    }

    /** Returns the column that one of the list's own headings stands for; an empty text if it is ignored. */
    private String column(String heading) {
        String named = layout.columns().get(heading);
        boolean isTaken = layout.columns().containsValue(heading) || (layout.maker() != null && heading.equals(NAME));
        return named != null ? named : isTaken ? "" : heading;
    }

    private static @Nullable String repeated(List<String> columns) {
        return Stream.of(NAME, NOTE)
                .filter(column -> Collections.frequency(columns, column) > 1)
                .findFirst()
                .map(column -> "has two columns for the " + column)
                .orElse(null);
    }

    /** Returns an error with the columns of the layout that a heading lacks; null if it has all. */
    private @Nullable String missingColumns(List<String> columns) {
        List<String> lacking = Stream.concat(layout.columns().keySet().stream(), layout.nameColumns().stream())
                .filter(column -> !columns.contains(column))
                .toList();
        return lacking.isEmpty()
                ? null
                : "has no column called " + String.join(" or ", lacking) + ": they are " + String.join(", ", columns);
    }

    /** Returns what is wrong with a heading; null if nothing is. */
    private static @Nullable String headingError(List<String> columns) {
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

    private void add(Line line, List<String> columns) {
        List<String> cells = line.cells();
        if (cells.size() == 1 && cells.getFirst().contains(";")) {
            errors.put(line.number(), "has a semicolon instead of a comma: use the same in all lines");
            return;
        }
        if (cells.size() > columns.size()) {
            errors.put(
                    line.number(),
                    "has " + cells.size() + " columns, not " + String.join(",", columns)
                            + "; put a note with a comma in \"quotes\"");
            return;
        }
        NameMaker maker = layout.maker();
        String name = maker == null ? value(cells, columns.indexOf(NAME)) : makeName(maker, line);
        if (name == null || name.isEmpty()) {
            errors.put(line.number(), "has no name");
            return;
        }
        rows.add(new Row(
                line.number(), Normalizer.normalize(name, Normalizer.Form.NFKC), value(cells, columns.indexOf(NOTE))));
    }

    private @Nullable String makeName(NameMaker maker, Line line) {
        NameMaker.Made made =
                maker.make(column -> Objects.requireNonNullElse(value(line.cells(), headings.indexOf(column)), ""));
        if (made != null && made.isNumbered()) {
            numberedNames.add(source + ":" + line.number() + ": is " + made.name()
                    + ": an earlier line has the name without" + " the number");
        }
        return made == null ? null : made.name();
    }

    /** Returns which users have a number in their generated names, a sentence each. */
    List<String> numberedNames() {
        return numberedNames;
    }

    private static @Nullable String value(List<String> of, int column) {
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

    /** Adds an error that the daemon has found in a line. */
    void addError(long line, String what) {
        errors.merge(line, what, (one, other) -> one + "; " + other);
    }

    /** Adds a remark on errors that are not listed. */
    void addRemark(String remark) {
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
            throw new CommandFailure(Exit.NOT_FOUND, "There is no file " + source + ".");
        }
        try (InputStream in = source.equals(STANDARD_INPUT) ? System.in : Files.newInputStream(Path.of(source))) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new IOException("is larger than " + (MAX_BYTES >> 20) + " MiB: split it");
            }
            return bytes;
        }
    }
}

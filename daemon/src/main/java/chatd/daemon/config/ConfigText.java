package chatd.daemon.config;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * The text of a configuration file in which single options are set and unset; the rest of it stays
 * as it is, comments too. Every edit is parsed again: one that changes anything else is rejected.
 * Immutable.
 */
final class ConfigText {
    private static final Pattern LINE_END = Pattern.compile("(?<=\n)");

    private final String text;
    private final String fileName;
    private final TomlParseResult document;

    /**
     * @param fileName for error messages
     * @throws ConfigException if the text is not TOML
     */
    ConfigText(String text, String fileName) throws ConfigException {
        this.text = text;
        this.fileName = fileName;
        this.document = Toml.parse(text);
        if (document.hasErrors()) {
            throw new ConfigException(document.errors().stream()
                    .map(error -> fileName + ":" + error.position().line() + ":"
                            + error.position().column() + ": " + error.getMessage())
                    .toList());
        }
    }

    @Override
    public String toString() {
        return text;
    }

    /**
     * Returns a text in which an option is set: in its place, or else below the comment that shows
     * it, or at the end of its section.
     *
     * @param written the value in TOML
     * @throws ConfigException if the option can't be set by itself
     */
    ConfigText with(Key key, String written) throws ConfigException {
        List<String> lines = lines();
        String line = key.name() + " = " + written;
        Statement old = statement(key, lines);
        if (old != null) {
            String before = old.text();
            if (hasCommentInside(before)) {
                throw notEditable(key, old.from());
            }
            String fresh = before.substring(0, before.indexOf('=') + 1) + " " + written + comment(before);
            return replaceLines(lines, old.from(), old.to(), fresh, key, line);
        }
        TomlPosition section = document.inputPositionOf(key.sections());
        // A section that is named only by one inside it, such as [audit.forward], has no place of its own.
        if (section == null || !isHeader(lines.get(section.line() - 1), key.section())) {
            String blank = text.isEmpty() || text.endsWith("\n" + newline()) ? "" : newline();
            String header = blank + "[" + key.section() + "]" + newline();
            return replaceLines(lines, lines.size(), lines.size(), header + line + newline(), key, line);
        }
        int at = place(key, lines, section.line());
        return replaceLines(lines, at, at, line + newline(), key, line);
    }

    private static boolean isHeader(String line, String section) {
        String bare = line.replaceAll("\\s", "");
        return bare.equals("[" + section + "]") || bare.startsWith("[" + section + "]#");
    }

    /**
     * Returns a text in which an option has its default.
     *
     * @throws ConfigException if the option can't be unset by itself
     */
    ConfigText without(Key key) throws ConfigException {
        List<String> lines = lines();
        Statement old = statement(key, lines);
        return old == null ? this : replaceLines(lines, old.from(), old.to(), "", key, "");
    }

    /** Returns the lines, with their ends; the last one may have none. */
    private List<String> lines() {
        return text.isEmpty() ? new ArrayList<>() : new ArrayList<>(List.of(LINE_END.split(text, -1)));
    }

    private String newline() {
        return text.contains("\r\n") ? "\r\n" : "\n";
    }

    /** The lines that set an option, as indices of the first one and of the one after the last. */
    private record Statement(int from, int to, String text) {}

    /**
     * Returns the lines that set an option: the fewest, from where it is named, that parse as a
     * document.
     */
    private @Nullable Statement statement(Key key, List<String> lines) {
        TomlPosition position = document.inputPositionOf(key.path());
        return position == null ? null : statement(position.line() - 1, lines);
    }

    private static Statement statement(int from, List<String> lines) {
        int to = from + 1;
        while (to < lines.size()
                && Toml.parse(String.join("", lines.subList(from, to))).hasErrors()) {
            to++;
        }
        return new Statement(from, to, String.join("", lines.subList(from, to)));
    }

    /**
     * Returns what follows the value: the first comment that follows a complete statement, or the
     * line's end.
     */
    private static String comment(String statement) {
        for (int at = statement.indexOf('#'); at >= 0; at = statement.indexOf('#', at + 1)) {
            String before = statement.substring(0, at);
            if (!Toml.parse(before).hasErrors()) {
                return statement.substring(before.stripTrailing().length());
            }
        }
        return statement.substring(statement.stripTrailing().length());
    }

    /** Returns the index of the line before which a new option is to be inserted in its section. */
    private int place(Key key, List<String> lines, int header) {
        Pattern shown = Pattern.compile("#\\s*" + Pattern.quote(key.name()) + "\\s*=.*", Pattern.DOTALL);
        int last = header;
        TomlTable section = requireNonNull(document.getTable(key.sections()));
        for (String other : section.keySet()) {
            TomlPosition position = section.inputPositionOf(List.of(other));
            if (position != null && !section.isTable(List.of(other))) {
                last = Math.max(last, statement(position.line() - 1, lines).to());
            }
        }
        for (int i = header; i < lines.size() && !lines.get(i).startsWith("["); i++) {
            if (shown.matcher(lines.get(i)).matches()) {
                return i + 1;
            }
        }
        return last;
    }

    /** Returns the text with some lines replaced, if that changes the option and nothing else. */
    private ConfigText replaceLines(List<String> lines, int from, int to, String fresh, Key key, String line)
            throws ConfigException {
        String above = String.join("", lines.subList(0, from));
        if (!fresh.isEmpty() && !above.isEmpty() && !above.endsWith("\n")) {
            above += newline();
        }
        String edited = above + fresh + String.join("", lines.subList(to, lines.size()));
        Map<String, Object> wanted = values(document);
        wanted.remove(key.toString());
        Object value = Toml.parse(line).get(List.of(key.name()));
        if (value != null) {
            wanted.put(key.toString(), plain(value));
        }
        TomlParseResult result = Toml.parse(edited);
        if (result.hasErrors() || !values(result).equals(wanted)) {
            throw notEditable(key, from);
        }
        return new ConfigText(edited, fileName);
    }

    private ConfigException notEditable(Key key, int line) {
        return new ConfigException(List.of(fileName + ":" + (line + 1) + ": " + key
                + " is written here in a way that can't be changed automatically: edit the file by hand"));
    }

    /** Returns whether there is a comment inside the value, which would be lost with it. */
    private static boolean hasCommentInside(String statement) {
        String value =
                statement.substring(0, statement.length() - comment(statement).length());
        return value.lines().anyMatch(line -> line.contains("#")) && value.contains("\n");
    }

    private static Map<String, Object> values(TomlParseResult document) {
        Map<String, Object> values = new HashMap<>();
        document.dottedKeySet().forEach(key -> values.put(key, plain(requireNonNull(document.get(key)))));
        return values;
    }

    private static Object plain(Object value) {
        return value instanceof TomlArray list
                ? list.toList().stream().map(Objects::toString).toList()
                : value;
    }

    /** Returns texts as a TOML array. */
    static String list(Stream<String> texts) {
        return texts.map(ConfigText::quoted).collect(Collectors.joining(", ", "[", "]"));
    }

    /** Returns a text as a TOML string. */
    static String quoted(String text) {
        return '"' + Toml.tomlEscape(text).toString() + '"';
    }

    /**
     * An option's name, and the sections in which it is, from the outermost.
     *
     * @param sections one, or more for a section in a section, such as {@code [audit.forward]}
     */
    record Key(List<String> sections, String name) {
        static Key of(String dotted) {
            List<String> path = List.of(dotted.split("\\.", -1));
            return new Key(path.subList(0, path.size() - 1), path.getLast());
        }

        String section() {
            return String.join(".", sections);
        }

        List<String> path() {
            return Stream.concat(sections.stream(), Stream.of(name)).toList();
        }

        @Override
        public String toString() {
            return section() + "." + name;
        }
    }
}

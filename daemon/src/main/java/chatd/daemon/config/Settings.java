package chatd.daemon.config;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * The values of all options: the environment overrides the file, which overrides the defaults. The default document
 * defines the options and their types. All errors are collected with their positions; an invalid value reads as its
 * default, and an invalid item of a list is left out.
 */
final class Settings {
    private static final Pattern WHOLE = Pattern.compile("-?(0|[1-9]\\d{0,17})");

    private final TomlParseResult defaults;
    private final @Nullable TomlParseResult file;
    private final String fileName;
    private final Map<String, String> environment;
    private final List<String> errors = new ArrayList<>();

    /** When a change takes effect, for each option that was read. */
    private final Map<String, Option.TakesEffect> takesEffectByKey = new HashMap<>();

    Settings(String defaults, @Nullable String file, String fileName, Map<String, String> environment) {
        this.defaults = Toml.parse(defaults);
        this.fileName = fileName;
        this.environment = environment;
        this.file = file == null ? null : Toml.parse(file);
        if (this.file != null) {
            this.file.errors().forEach(error -> errors.add(at(error.position()) + error.getMessage()));
            checkKeys(this.file);
        }
        checkEnvironment();
    }

    List<String> errors() {
        return errors;
    }

    private void checkKeys(TomlParseResult document) {
        for (String section : document.keySet()) {
            TomlTable known = defaults.isTable(section) ? defaults.getTable(section) : null;
            TomlTable given = document.isTable(List.of(section)) ? document.getTable(List.of(section)) : null;
            TomlPosition place = document.inputPositionOf(List.of(section));
            if (known == null) {
                errors.add(at(place) + "unknown section [" + section + "]" + nearest(section, defaults.keySet()));
            } else if (given == null) {
                errors.add(at(place) + section + " is a section: write [" + section + "]");
            } else {
                checkKeys(section, known, given);
            }
        }
    }

    private void checkKeys(String section, TomlTable known, TomlTable given) {
        for (String key : given.keySet()) {
            String whole = section + "." + key;
            TomlTable knownBelow = known.isTable(List.of(key)) ? known.getTable(List.of(key)) : null;
            TomlTable givenBelow = given.isTable(List.of(key)) ? given.getTable(List.of(key)) : null;
            String place = at(given.inputPositionOf(List.of(key)));
            if (!known.contains(List.of(key))) {
                errors.add(place + "unknown key " + whole + nearest(key, known.keySet()));
            } else if (knownBelow != null && givenBelow != null) {
                checkKeys(whole, knownBelow, givenBelow);
            } else if (knownBelow != null) {
                errors.add(place + whole + " is a section: write [" + whole + "]");
            }
        }
    }

    private void checkEnvironment() {
        TreeSet<String> known = new TreeSet<>();
        defaults.dottedKeySet().forEach(key -> known.add(variable(key)));
        environment.keySet().stream()
                .filter(name -> name.startsWith("CHATD_") && !known.contains(name))
                .forEach(name -> errors.add("environment: unknown option " + name + nearest(name, known)));
    }

    static String variable(String key) {
        return "CHATD_" + key.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    }

    /**
     * Returns the text of a configuration file in which options have other values.
     *
     * @param name of the file, for error messages
     * @param options by key, as in the environment; null for the default
     * @throws ConfigException naming each option that does not exist, or that can't be changed by
     *     itself
     */
    static String edit(String defaults, String text, String name, Map<String, @Nullable String> options)
            throws ConfigException {
        TomlParseResult known = Toml.parse(defaults);
        List<String> errors = options.keySet().stream()
                .filter(key -> !known.dottedKeySet().contains(key))
                .map(key -> "there is no option " + key + nearest(key, known.dottedKeySet()))
                .toList();
        if (!errors.isEmpty()) {
            throw new ConfigException(errors);
        }
        ConfigText edited = new ConfigText(text, name);
        for (Map.Entry<String, @Nullable String> option : options.entrySet()) {
            ConfigText.Key key = ConfigText.Key.of(option.getKey());
            String value = option.getValue();
            edited = value == null ? edited.without(key) : edited.with(key, written(value, known.get(option.getKey())));
        }
        return edited.toString();
    }

    /** Returns a value in TOML, with its default's type if it can have that. */
    private static String written(String value, @Nullable Object byDefault) {
        return switch (byDefault) {
            case Boolean flag when value.equals("true") || value.equals("false") -> value;
            case Long number when WHOLE.matcher(value).matches() -> value;
            case TomlArray list -> ConfigText.list(items(value).stream());
            case null, default -> ConfigText.quoted(value);
        };
    }

    /** Returns the items of a list that are separated by commas. */
    private static List<String> items(String value) {
        return value.isBlank() ? List.of() : List.of(value.strip().split("\\s*,\\s*", -1));
    }

    private static String nearest(String word, Iterable<String> known) {
        String best = "";
        int distance = Math.max(2, word.length() / 3) + 1;
        for (String candidate : known) {
            int d = distance(word, candidate);
            if (d < distance) {
                distance = d;
                best = candidate;
            }
        }
        return best.isEmpty() ? "" : "; did you mean " + best + "?";
    }

    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, 1 + Math.min(above, row[j - 1]));
                diagonal = above;
            }
        }
        return row[b.length()];
    }

    private String at(@Nullable TomlPosition place) {
        return place == null ? fileName + ": " : fileName + ":" + place.line() + ":" + place.column() + ": ";
    }

    /** Parses a value; throws an exception whose message says what is wrong. */
    interface Reader<T> {
        T read(String text);
    }

    /**
     * Returns a single value. In the file, it must have its default's type; for a string, a whole number will do.
     *
     * @param lifetime when a change to it takes effect
     */
    <T> T value(String key, Option.TakesEffect lifetime, Reader<T> reader) {
        takesEffectByKey.put(key, lifetime);
        return readOrDefault(key, reader, raw(key));
    }

    private <T> T readOrDefault(String key, Reader<T> reader, Raw raw) {
        try {
            return reader.read(raw.text);
        } catch (RuntimeException e) {
            errors.add(raw.place + key + ": " + e.getMessage());
            return reader.read(String.valueOf(defaults.get(key)));
        }
    }

    /** Reports an error in a value that was already read. */
    void addError(String key, String what) {
        errors.add(raw(key).place + key + ": " + what);
    }

    private record Raw(String text, String place) {}

    private Raw raw(String key) {
        Object byDefault = defaults.get(key);
        String fromEnvironment = environment.get(variable(key));
        if (fromEnvironment != null) {
            return new Raw(fromEnvironment, "environment " + variable(key) + ": ");
        }
        Object fromFile = given(key);
        if (fromFile == null) {
            return new Raw(String.valueOf(byDefault), "");
        }
        String place = place(key);
        if (byDefault instanceof String
                ? !(fromFile instanceof String || fromFile instanceof Long)
                : byDefault != null && !byDefault.getClass().isInstance(fromFile)) {
            errors.add(place + key + ": expected " + expected(byDefault) + ", as in " + byDefault);
            return new Raw(String.valueOf(byDefault), "");
        }
        return new Raw(String.valueOf(fromFile), place);
    }

    private static String expected(Object byDefault) {
        return switch (byDefault) {
            case Boolean _ -> "true or false";
            case Long _ -> "a whole number";
            case TomlArray _ -> "a list";
            default -> "a string in quotes";
        };
    }

    private @Nullable Object given(String key) {
        TomlTable table = file;
        ConfigText.Key option = ConfigText.Key.of(key);
        for (String section : option.sections()) {
            table = table == null || !table.isTable(List.of(section)) ? null : table.getTable(List.of(section));
        }
        return table == null ? null : table.get(List.of(option.name()));
    }

    private String place(String key) {
        return file == null
                ? ""
                : at(file.inputPositionOf(ConfigText.Key.of(key).path()));
    }

    /**
     * Returns a list of values; in the environment they are separated by commas.
     *
     * @param lifetime as for {@link #value}
     */
    <T> List<T> list(String key, Option.TakesEffect lifetime, Reader<T> reader) {
        takesEffectByKey.put(key, lifetime);
        String fromEnvironment = environment.get(variable(key));
        List<Object> items;
        String place = "";
        if (fromEnvironment != null) {
            place = "environment " + variable(key) + ": ";
            items = List.copyOf(items(fromEnvironment));
        } else {
            Object fromFile = given(key);
            place = fromFile == null ? "" : place(key);
            if (fromFile != null && !(fromFile instanceof TomlArray)) {
                errors.add(place + key + ": expected a list, as in "
                        + array(defaults.get(key)).toList());
                fromFile = null;
            }
            items = array(fromFile == null ? defaults.get(key) : fromFile).toList();
        }
        List<T> values = new ArrayList<>();
        for (Object item : items) {
            try {
                values.add(reader.read(String.valueOf(item)));
            } catch (RuntimeException e) {
                errors.add(place + key + ": " + e.getMessage());
            }
        }
        return List.copyOf(values);
    }

    /** Returns all options, which must have been read, with their sources, in the order of the default document. */
    List<Option> options() {
        List<Option> options = new ArrayList<>();
        addOptions(options, "", defaults);
        return options;
    }

    private void addOptions(List<Option> options, String section, TomlTable table) {
        for (String key : table.keySet()) {
            TomlTable below = table.isTable(List.of(key)) ? table.getTable(List.of(key)) : null;
            if (below == null) {
                options.add(option(section + key));
            } else {
                addOptions(options, section + key + ".", below);
            }
        }
    }

    private Option option(String key) {
        Option.TakesEffect lifetime = requireNonNull(takesEffectByKey.get(key), key);
        String fromEnvironment = environment.get(variable(key));
        if (fromEnvironment != null) {
            return new Option(key, fromEnvironment, "environment " + variable(key), lifetime);
        }
        Object fromFile = given(key);
        return fromFile == null
                ? new Option(key, written(defaults.get(key)), "default", lifetime)
                : new Option(key, written(fromFile), place(key).replaceFirst(": $", ""), lifetime);
    }

    private static String written(@Nullable Object value) {
        return value instanceof TomlArray list
                ? list.toList().stream().map(String::valueOf).collect(Collectors.joining(", "))
                : String.valueOf(value);
    }

    private static TomlArray array(@Nullable Object value) {
        return (TomlArray) requireNonNull(value);
    }
}

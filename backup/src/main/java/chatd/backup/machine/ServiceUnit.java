package chatd.backup.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A unit as systemd has loaded it.
 *
 * @param properties as {@code systemctl show} prints them
 */
public record ServiceUnit(Map<String, String> properties) {
    private static final Pattern WORD = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"|(\\S+)");
    private static final Pattern CREDENTIAL = Pattern.compile("(?m)^LoadCredential=([^:\\s]+):(\\S+)$");
    private static final String CREDENTIALS = "/run/credentials/";

    /**
     * Asks systemd.
     *
     * @param name such as {@code chatd.service}
     * @throws IOException if it does not answer
     */
    public static ServiceUnit read(String name) throws IOException {
        Map<String, String> properties = new HashMap<>();
        Optional<SystemCommand.Result> shown = Files.isDirectory(Path.of("/run/systemd/system"))
                ? SystemCommand.run("systemctl", "show", name)
                : Optional.empty();
        if (shown.isPresent() && shown.get().isOk()) {
            for (String line : shown.get().out().split("\n", -1)) {
                int equals = line.indexOf('=');
                if (equals > 0) {
                    properties.put(line.substring(0, equals), line.substring(equals + 1));
                }
            }
        }
        return new ServiceUnit(Map.copyOf(properties));
    }

    /** Returns whether systemd runs this machine and has the unit. */
    public boolean isLoaded() {
        return get("LoadState").equals("loaded");
    }

    /** Returns a property; empty if the unit has none of this name. */
    public String get(String property) {
        return properties.getOrDefault(property, "");
    }

    /**
     * Returns the environment with which it is started, as far as files and settings say so; a credential is named by the
     * file from which systemd takes it.
     *
     * @throws IOException if a file can't be read
     */
    public Map<String, String> environment() throws IOException {
        Map<String, String> all = new HashMap<>();
        for (String variable : words(get("Environment"))) {
            put(all, variable);
        }
        String file = get("EnvironmentFiles").replaceFirst(" \\(ignore_errors=.*", "");
        if (!file.isEmpty() && Files.exists(Path.of(file))) {
            for (String line : Files.readAllLines(Path.of(file))) {
                String setting = line.strip();
                if (!setting.startsWith("#") && !setting.startsWith(";")) {
                    int equals = setting.indexOf('=');
                    put(
                            all,
                            equals < 0
                                    ? setting
                                    : setting.substring(0, equals + 1)
                                            + setting.substring(equals + 1).replaceAll("^([\"'])(.*)\\1$", "$2"));
                }
            }
        }
        Map<String, String> credentials = credentials();
        all.replaceAll((name, value) -> value.startsWith(CREDENTIALS)
                ? credentials.getOrDefault(value.substring(value.lastIndexOf('/') + 1), value)
                : value);
        return all;
    }

    private static void put(Map<String, String> all, String setting) {
        int equals = setting.indexOf('=');
        if (equals > 0) {
            all.put(setting.substring(0, equals), setting.substring(equals + 1));
        }
    }

    /** Returns the files of the unit's credentials, by name: systemd's own list of them is not for machines. */
    private Map<String, String> credentials() throws IOException {
        Map<String, String> files = new HashMap<>();
        List<String> parts = new ArrayList<>(words(get("DropInPaths")));
        parts.addFirst(get("FragmentPath"));
        for (String part : parts) {
            if (!part.isEmpty() && Files.isReadable(Path.of(part))) {
                Matcher found = CREDENTIAL.matcher(Files.readString(Path.of(part)));
                while (found.find()) {
                    files.put(found.group(1), found.group(2));
                }
            }
        }
        return files;
    }

    /** Returns the words of a property that is a list. */
    public static List<String> words(String property) {
        List<String> words = new ArrayList<>();
        Matcher found = WORD.matcher(property);
        while (found.find()) {
            words.add(
                    found.group(1) != null
                            ? found.group(1).replaceAll("\\\\(.)", "$1")
                            : String.valueOf(found.group(2)));
        }
        return words;
    }
}

package chatd.daemon.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The configuration in force, which can be read again. What is needed at the start alone keeps its value until the next
 * one; all else is asked for where it is used. Any thread.
 */
public final class Configuration implements Supplier<Config> {
    /** Sections and options that parts of the daemon are built with. */
    private static final Set<String> AT_START = Set.of(
            "listen.addresses",
            "database",
            "audit",
            "admin",
            "hashing",
            "limits.strangers",
            "limits.uploads",
            "limits.large-frames");

    /** Those that a connection keeps as they were when it was made. */
    private static final Set<String> AT_CONNECTION = Set.of(
            "listen.proxies",
            "tls",
            "chat1",
            "rates",
            "limits.text",
            "limits.file",
            "limits.recipients",
            "limits.settings",
            "limits.json",
            "limits.first-packet",
            "limits.log-in",
            "limits.frame-progress",
            "limits.frame-time",
            "limits.queue-bytes",
            "limits.queue-frames",
            "limits.linger");

    private final @Nullable Path file;
    private final Map<String, String> environment;
    private volatile ConfigReader.Sourced current;

    /** What the options of the start were then. */
    private final Map<String, Option> started;

    /**
     * Reads it.
     *
     * @param file the administrator's, or null for none
     * @throws ConfigException with all errors at once
     */
    public Configuration(@Nullable Path file, Map<String, String> environment) throws ConfigException {
        this.file = file;
        this.environment = Map.copyOf(environment);
        this.current = ConfigReader.readWithSources(file, environment);
        this.started = current.options().stream()
                .filter(option -> isOfTheStart(option.key()))
                .collect(Collectors.toMap(Option::key, option -> option));
    }

    /** Whether an option waits for the next start. */
    static boolean isOfTheStart(String key) {
        return isIn(AT_START, key);
    }

    private static boolean isIn(Set<String> some, String key) {
        return some.contains(key) || some.contains(key.substring(0, key.indexOf('.')));
    }

    @Override
    public Config get() {
        return current.config();
    }

    /** The administrator's file, or null. */
    public @Nullable Path file() {
        return file;
    }

    /** All options as they are in force. */
    public List<Option> options() {
        return current.options().stream()
                .map(option -> started.getOrDefault(option.key(), option))
                .toList();
    }

    /**
     * The keys of options that have another value than before.
     *
     * @param inForce from now on
     * @param forNewConnections from now on, for connections that are made
     * @param waiting for a restart
     */
    public record Reloaded(List<String> inForce, List<String> forNewConnections, List<String> waiting) {}

    /** Checks a text as if it stood in the file; nothing changes. */
    public void check(String text, String name) throws ConfigException {
        ConfigReader.read(text, name, environment);
    }

    /** Checks the file as it is now; nothing changes. */
    public void check() throws ConfigException {
        ConfigReader.readWithSources(file, environment);
    }

    /** What has to agree to a configuration before it is in force. */
    public interface Taker {
        /** @throws ConfigException where it can't be used, by what it names */
        void take(Config fresh) throws ConfigException;
    }

    /**
     * Reads it again.
     *
     * @throws ConfigException where it is wrong, or not taken; all stays as it was
     */
    public synchronized Reloaded reload(Taker taker) throws ConfigException {
        ConfigReader.Sourced fresh = ConfigReader.readWithSources(file, environment);
        taker.take(fresh.config());
        Map<String, String> before = options().stream().collect(Collectors.toMap(Option::key, Option::value));
        List<String> inForce = new ArrayList<>();
        List<String> forNewConnections = new ArrayList<>();
        List<String> waiting = new ArrayList<>();
        for (Option option : fresh.options()) {
            if (!option.value().equals(before.get(option.key()))) {
                String key = option.key();
                (isOfTheStart(key) ? waiting : isIn(AT_CONNECTION, key) ? forNewConnections : inForce).add(key);
            }
        }
        current = fresh;
        return new Reloaded(inForce, forNewConnections, waiting);
    }
}

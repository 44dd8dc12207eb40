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
 * The current configuration, which can be reloaded. Options used only at startup keep their values until the next
 * start; all others are read where they are used. Any thread.
 */
public final class Configuration implements Supplier<Config> {
    /** Sections and options that take effect only at the next start. */
    private static final Set<String> AT_START = Set.of(
            "listen.addresses",
            "listen.udp",
            "database",
            "audit",
            "admin",
            "hashing",
            "search",
            "limits.strangers",
            "limits.uploads",
            "limits.large-frames");

    /** Sections and options whose values a connection keeps for its lifetime. */
    private static final Set<String> AT_CONNECTION = Set.of(
            "listen.proxies",
            "tls",
            "chat1",
            "http",
            "rates.messages",
            "rates.bytes",
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

    /** The options that take effect only at startup, with the values they had then. */
    private final Map<String, Option> started;

    /**
     * Reads the configuration.
     *
     * @param file the administrator's file, or null for none
     * @throws ConfigException listing all errors
     */
    public Configuration(@Nullable Path file, Map<String, String> environment) throws ConfigException {
        this.file = file;
        this.environment = Map.copyOf(environment);
        this.current = ConfigReader.readWithSources(file, environment);
        this.started = current.options().stream()
                .filter(option -> needsRestart(option.key()))
                .collect(Collectors.toMap(Option::key, option -> option));
    }

    /** Returns whether an option takes effect only at the next start. */
    static boolean needsRestart(String key) {
        return isIn(AT_START, key);
    }

    private static boolean isIn(Set<String> some, String key) {
        return some.contains(key) || some.contains(key.substring(0, key.indexOf('.')));
    }

    @Override
    public Config get() {
        return current.config();
    }

    /** Returns the administrator's file, or null if there is none. */
    public @Nullable Path file() {
        return file;
    }

    /** Returns all options with the values in force. */
    public List<Option> options() {
        return current.options().stream()
                .map(option -> started.getOrDefault(option.key(), option))
                .toList();
    }

    /**
     * The keys of the options changed by a reload.
     *
     * @param inForce in force immediately
     * @param forNewConnections in force for new connections
     * @param waiting in force after a restart
     */
    public record Reloaded(List<String> inForce, List<String> forNewConnections, List<String> waiting) {}

    /** Returns the configuration that a text would make if it stood in the file; nothing changes. */
    public Config check(String text, String name) throws ConfigException {
        return ConfigReader.read(text, name, environment).config();
    }

    /** Returns the configuration that the file makes as it is now; nothing changes. */
    public Config check() throws ConfigException {
        return ConfigReader.readWithSources(file, environment).config();
    }

    /** Applies part of a new configuration before the rest takes effect; may reject it. */
    public interface Taker {
        /** @throws ConfigException if what the configuration refers to, such as a certificate, can't be used */
        void take(Config fresh) throws ConfigException;
    }

    /**
     * Reloads the configuration.
     *
     * @throws ConfigException if it is invalid or rejected by {@code taker}; nothing changes
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
                (needsRestart(key) ? waiting : isIn(AT_CONNECTION, key) ? forNewConnections : inForce).add(key);
            }
        }
        current = fresh;
        return new Reloaded(inForce, forNewConnections, waiting);
    }
}

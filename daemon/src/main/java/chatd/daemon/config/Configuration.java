package chatd.daemon.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The current configuration, which can be reloaded. How long each option keeps its value then is its {@link
 * Option.Lifetime lifetime}, which {@link ConfigReader} states. Any thread.
 */
public final class Configuration implements Supplier<Config> {
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
                .filter(option -> option.lifetime() == Option.Lifetime.AT_START)
                .collect(Collectors.toMap(Option::key, option -> option));
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

    /**
     * Returns a text for the file in which options have other values; nothing changes.
     *
     * @param options by key, as in the environment: a list is separated by commas; null for the default
     * @throws ConfigException if an option is unknown or can't be changed by itself, or the edited text is
     *     not valid
     */
    public String edit(String text, String name, Map<String, @Nullable String> options) throws ConfigException {
        String edited = Settings.edit(ConfigReader.defaults(), text, name, options);
        // What the environment hides must be right, too, for the day on which it does not.
        Map<String, String> others = new HashMap<>(environment);
        options.keySet().forEach(key -> others.remove(Settings.variable(key)));
        ConfigReader.read(edited, name, others);
        return edited;
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
                (switch (option.lifetime()) {
                            case AT_START -> waiting;
                            case AT_CONNECTION -> forNewConnections;
                            case AT_ONCE -> inForce;
                        })
                        .add(option.key());
            }
        }
        current = fresh;
        return new Reloaded(inForce, forNewConnections, waiting);
    }
}

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
 * The current configuration, which can be reloaded. When a changed option takes effect is stated by {@link ConfigReader}
 * as an {@link Option.TakesEffect}. Thread-safe.
 */
public final class Configuration implements Supplier<Config> {
    private final @Nullable Path file;
    private final Map<String, String> environment;
    private volatile ConfigReader.Sourced current;

    /** The options that take effect only at startup, with the values they had then. */
    private final Map<String, Option> startupOptions;

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
        this.startupOptions = current.options().stream()
                .filter(option -> option.takesEffect() == Option.TakesEffect.AT_START)
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
                .map(option -> startupOptions.getOrDefault(option.key(), option))
                .toList();
    }

    /**
     * The keys of the options changed by a reload.
     *
     * @param inForce in force immediately
     * @param forNewConnections in force for new connections
     * @param pending in force after a restart
     */
    public record Reloaded(List<String> inForce, List<String> forNewConnections, List<String> pending) {}

    /** Returns the configuration that the file would give with this text; nothing changes. */
    public Config check(String text, String name) throws ConfigException {
        return ConfigReader.read(text, name, environment).config();
    }

    /** Returns the configuration that the file gives as it is now; nothing changes. */
    public Config check() throws ConfigException {
        return ConfigReader.readWithSources(file, environment).config();
    }

    /**
     * Returns the text of the file with these options changed; nothing is written or applied.
     *
     * @param options by key, as in the environment: a list is separated by commas; null for the default
     * @throws ConfigException if an option is unknown or can't be changed by itself, or the edited text is
     *     not valid
     */
    public String edit(String text, String name, Map<String, @Nullable String> options) throws ConfigException {
        String edited = Settings.edit(ConfigReader.defaults(), text, name, options);
        // Values that the environment overrides must be valid, too, in case it no longer does.
        Map<String, String> others = new HashMap<>(environment);
        options.keySet().forEach(key -> others.remove(Settings.variable(key)));
        ConfigReader.read(edited, name, others);
        return edited;
    }

    /** Applies part of a new configuration before the rest takes effect; may reject it. */
    public interface Applier {
        /** @throws ConfigException if what the configuration refers to, such as a certificate, can't be used */
        void apply(Config fresh) throws ConfigException;
    }

    /**
     * Reloads the configuration.
     *
     * @throws ConfigException if it is invalid or rejected by {@code applier}; nothing changes then
     */
    public synchronized Reloaded reload(Applier taker) throws ConfigException {
        ConfigReader.Sourced fresh = ConfigReader.readWithSources(file, environment);
        taker.apply(fresh.config());
        Map<String, String> before = options().stream().collect(Collectors.toMap(Option::key, Option::value));
        List<String> inForce = new ArrayList<>();
        List<String> forNewConnections = new ArrayList<>();
        List<String> waiting = new ArrayList<>();
        for (Option option : fresh.options()) {
            if (!option.value().equals(before.get(option.key()))) {
                (switch (option.takesEffect()) {
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

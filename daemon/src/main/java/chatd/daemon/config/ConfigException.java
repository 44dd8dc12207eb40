package chatd.daemon.config;

import java.util.List;

/**
 * Thrown if the configuration is invalid; lists all its errors, with file, line and column where
 * they have one.
 */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;
    private final List<String> errors;

    /** @param errors human-readable messages of one line each */
    public ConfigException(List<String> errors) {
        super(String.join("\n", errors));
        this.errors = List.copyOf(errors);
    }

    public List<String> errors() {
        return errors;
    }
}

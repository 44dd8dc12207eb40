package chatd.daemon.config;

import java.util.List;

/** The configuration can't be used: all that is wrong with it, each with file, line and column. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;
    private final List<String> errors;

    /** @param errors for people, one a line */
    public ConfigException(List<String> errors) {
        super(String.join("\n", errors));
        this.errors = List.copyOf(errors);
    }

    public List<String> errors() {
        return errors;
    }
}

package chatd.client;

import java.util.Optional;

/** Where a person reads and types. What the client knows is elsewhere; this only shows. */
interface Screen extends AutoCloseable {
    /** Shows a line above what is being typed. Any thread. */
    void show(String line);

    /** The next line that was typed; empty at the end of input, or when interrupted. */
    Optional<String> read(String prompt);

    /** Something that must not be seen; empty where none can be read. */
    Optional<String> readSecret(String prompt);

    @Override
    void close();
}

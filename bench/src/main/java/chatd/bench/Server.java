package chatd.bench;

import java.io.IOException;

/** A running server, with the accounts that the load generator uses. */
interface Server extends AutoCloseable {
    int port();

    /** Returns the load generator's name for the server's protocol. */
    String dialect();

    String password();

    /** Returns the process ID of the server; its descendants count too. */
    long pid();

    /** Returns the process ID of its database, which is reported separately; 0 if it has none. */
    default long databasePid() {
        return 0;
    }

    /** Returns how many logins (handshakes) may be in progress at once. */
    default int concurrency() {
        return 64;
    }

    @Override
    void close() throws IOException;
}

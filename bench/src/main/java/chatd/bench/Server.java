package chatd.bench;

import java.io.IOException;

/** A server that is running, with the accounts that the load generator logs in as. */
interface Server extends AutoCloseable {
    int port();

    /** The load generator's name of what it speaks. */
    String dialect();

    String password();

    /** Of the server itself; its descendants count too. */
    long pid();

    /** Of its database, which is reported apart; 0 where it has none. */
    default long databasePid() {
        return 0;
    }

    /** Log-ins (handshakes) in progress at one time. */
    default int concurrency() {
        return 64;
    }

    @Override
    void close() throws IOException;
}

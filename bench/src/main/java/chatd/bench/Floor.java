package chatd.bench;

import chatd.sql.GuardedProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The least a TLS chat server can cost: {@code floor.c}, with no accounts, no storage and no checks. */
final class Floor implements Server {
    private final int port;
    private final GuardedProcess process;

    /** @param batched whether all that one round of its loop has for a connection is written at once */
    Floor(Native programs, Place place, boolean batched) throws IOException {
        port = place.freePort();
        List<String> command = new ArrayList<>(List.of(
                programs.floor().toString(),
                Integer.toString(port),
                place.certificate().toString(),
                place.key().toString()));
        if (batched) {
            command.add("-b");
        }
        Path log = place.file("floor.log");
        process = GuardedProcess.start(command, Map.of(), log);
        place.awaitPort(port, process, log);
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public String dialect() {
        return "chat";
    }

    @Override
    public String password() {
        return "pw";
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.close();
    }
}

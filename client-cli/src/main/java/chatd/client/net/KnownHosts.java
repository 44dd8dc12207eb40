package chatd.client.net;

import chatd.certs.Fingerprint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The servers known to this user: {@code HOST:PORT HEX} for an accepted key, {@code HOST:PORT vouched} for a server
 * that an authority once vouched for. One file for all servers, mode 0600. Not thread-safe.
 */
public final class KnownHosts {
    private static final String VOUCHED = "vouched";

    private final Path file;

    public KnownHosts(Path file) {
        this.file = file;
    }

    /** Returns the key that the user accepted. */
    Optional<Fingerprint> key(Address server) throws IOException {
        return entry(server).flatMap(Fingerprint::parse);
    }

    /** Returns whether an authority once vouched for the server. */
    boolean wasVouchedFor(Address server) throws IOException {
        return entry(server).filter(VOUCHED::equals).isPresent();
    }

    /** Records a key that the user accepted. */
    public void remember(Address server, Fingerprint key) throws IOException {
        put(server, key.hex());
    }

    void recordVouchedFor(Address server) throws IOException {
        if (!wasVouchedFor(server)) {
            put(server, VOUCHED);
        }
    }

    /** Returns the path of the file, for messages that tell the user what to remove. */
    Path file() {
        return file;
    }

    private Optional<String> entry(Address server) throws IOException {
        String start = server.server() + " ";
        return lines().stream()
                .filter(line -> line.startsWith(start))
                .map(line -> line.substring(start.length()).strip())
                .findFirst();
    }

    private List<String> lines() throws IOException {
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    private void put(Address server, String value) throws IOException {
        List<String> lines = new ArrayList<>(lines());
        lines.removeIf(line -> line.startsWith(server.server() + " "));
        lines.add(server.server() + " " + value);
        PrivateFiles.replace(file, (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
    }
}

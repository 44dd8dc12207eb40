package chatd.bench;

import chatd.sql.GuardedProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Another chat server, as Debian packages it, with the settings under {@code bench/peers}. It stores nothing. */
final class Peer implements Server {
    private final String name;
    private final int port;
    private final GuardedProcess process;

    Peer(String name, Path settings, Place place) throws IOException {
        this.name = name;
        port = place.freePort();
        Path certificate = place.file("peer.pem");
        Path key = place.file("peer.key");
        // GnuTLS does not take ours, which lack the public key.
        Native.run(List.of(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "30",
                "-subj",
                "/CN=localhost",
                "-keyout",
                key.toString(),
                "-out",
                certificate.toString()));
        Path config = place.file(name + ".conf");
        Files.writeString(
                config,
                Files.readString(settings.resolve(name + ".conf"))
                        .replace("@PORT@", Integer.toString(port))
                        .replace("@CERTIFICATE@", certificate.toString())
                        .replace("@KEY@", key.toString())
                        .replace("@DIRECTORY@", place.file("").toString()));
        List<String> command = new ArrayList<>(
                name.equals("inspircd")
                        ? List.of("inspircd", "--runasroot", "--nofork", "--nolog", "--config", config.toString())
                        : List.of("ngircd", "-n", "-f", config.toString()));
        Path log = place.file(name + ".log");
        process = GuardedProcess.start(command, Map.of(), log);
        place.awaitPort(port, process, log);
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public String dialect() {
        return "irc";
    }

    @Override
    public String password() {
        return "pw";
    }

    @Override
    public long pid() {
        return process.pid();
    }

    /** inspircd admits new users on a tick of a second; ngircd has a backlog of ten. */
    @Override
    public int concurrency() {
        return name.equals("inspircd") ? 500 : 10;
    }

    @Override
    public void close() {
        process.close();
    }
}

package chatd.bench;

import chatd.mariadb.GuardedProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A server that stores nothing: the floor, and other chat servers as Debian packages them. */
final class PeerServer implements Server {
    private final int port;
    private final String dialect;
    private final int concurrency;
    private final GuardedProcess process;

    private PeerServer(BenchDirectory place, int port, String dialect, int concurrency, List<String> command)
            throws IOException {
        this.port = port;
        this.dialect = dialect;
        this.concurrency = concurrency;
        Path log = place.file("server.log");
        process = GuardedProcess.start(command, Map.of(), log);
        place.awaitPort(port, process, log);
    }

    /** Returns a port on which nothing listens at the moment. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("::"))) {
            return socket.getLocalPort();
        }
    }

    /**
     * Starts {@code floor.c}, the least a TLS chat server can cost, with no accounts and no checks.
     *
     * @param batched whether each round of its loop writes all its output for a connection at once
     */
    static PeerServer floor(NativePrograms programs, BenchDirectory place, boolean batched) throws IOException {
        int port = freePort();
        List<String> command = List.of(
                programs.floor().toString(),
                Integer.toString(port),
                place.certificate().toString(),
                place.key().toString());
        return new PeerServer(
                place,
                port,
                "chat",
                64,
                batched ? Stream.concat(command.stream(), Stream.of("-b")).toList() : command);
    }

    /**
     * Starts an IRC server, with its settings under {@code bench/peers}.
     *
     * @param name {@code inspircd} or {@code ngircd}
     */
    static PeerServer irc(String name, Path settings, BenchDirectory place) throws IOException {
        int port = freePort();
        Path certificate = place.file("peer.pem");
        Path key = place.file("peer.key");
        // GnuTLS rejects ours, which lack the public key.
        NativePrograms.run(List.of(
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
        return name.equals("inspircd")
                // It admits new users once a second.
                ? new PeerServer(
                        place,
                        port,
                        "irc",
                        500,
                        List.of("inspircd", "--runasroot", "--nofork", "--nolog", "--config", config.toString()))
                // It has a backlog of ten.
                : new PeerServer(place, port, "irc", 10, List.of("ngircd", "-n", "-f", config.toString()));
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public String dialect() {
        return dialect;
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
    public int concurrency() {
        return concurrency;
    }

    @Override
    public void close() {
        process.close();
    }
}

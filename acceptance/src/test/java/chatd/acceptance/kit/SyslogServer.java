package chatd.acceptance.kit;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/**
 * Debian's rsyslog or syslog-ng as a collector over TLS, which writes what it gets to a file. Both are unpacked beside the
 * tests, since only one of them can be installed; where the packages can't be had, the tests are skipped and say why.
 */
public final class SyslogServer implements AutoCloseable {
    /** Which program, and with which implementation of TLS. */
    public enum Kind {
        RSYSLOG_OPENSSL,
        RSYSLOG_GNUTLS,
        SYSLOG_NG;

        private List<String> packages() {
            return this == SYSLOG_NG
                    ? List.of("syslog-ng-core")
                    : List.of("rsyslog", "rsyslog-openssl", "rsyslog-gnutls");
        }
    }

    private final Kind kind;
    private final Path root;
    private final Path directory;
    private final Path certificates;
    private final int port;
    private Process process;

    private SyslogServer(Kind kind, Path directory, Path certificates) throws IOException {
        this.kind = kind;
        this.root = unpacked(kind.packages());
        this.directory = directory;
        this.certificates = certificates;
        this.port = ProcessResult.freePort();
        this.process = run();
    }

    /**
     * Starts one on a free port of {@code ::1}.
     *
     * @param directory empty, for its files
     * @param certificates a directory with {@code ca.pem}, {@code server.pem} and {@code server.key}
     */
    public static SyslogServer start(Kind kind, Path directory, Path certificates) {
        try {
            return new SyslogServer(kind, directory, certificates);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns where packages are unpacked, with what they need and this machine does not have. */
    private static Path unpacked(List<String> packages) throws IOException {
        return BuiltOnce.get(
                ProcessResult.ROOT.resolve("acceptance/target/unpacked"),
                packages.getFirst(),
                place -> unpack(packages, place));
    }

    private static void unpack(List<String> packages, Path place) {
        List<String> command = new ArrayList<>(List.of("sh", "-ec", """
                place=$1
                shift
                rm -rf "$place"
                mkdir -p "$place/debs/partial" "$place/root"
                get() {
                  apt-get -y -qq --download-only --reinstall --no-install-recommends -o Dir::Cache::archives="$place/debs" \
                    -o APT::Sandbox::User=root -o Debug::NoLocking=1 install "$@"
                }
                get "$@" || { apt-get update -qq && get "$@"; }
                for deb in "$place"/debs/*.deb; do dpkg -x "$deb" "$place/root"; done
                """, "sh", place.toString()));
        command.addAll(packages);
        ProcessResult made = ProcessResult.program(command);
        if (made.exit() != 0) {
            String said = "NOT TESTED against " + packages + ": they can't be had: " + made.err();
            System.err.println(said);
            throw new TestAbortedException(said);
        }
    }

    private Path find(String name) throws IOException {
        try (Stream<Path> all = Files.find(root.resolve("root"), 8, (file, _) -> file.endsWith(name))) {
            return all.findFirst().orElseThrow(() -> new IOException("there is no " + name + " in " + root));
        }
    }

    private Process run() throws IOException {
        List<String> libraries;
        try (Stream<Path> all = Files.find(
                root.resolve("root"), 5, (file, _) -> file.toString().matches(".*/lib/([^/]+-linux-gnu|syslog-ng)"))) {
            libraries = all.map(Path::toString).toList();
        }
        List<String> command = new ArrayList<>(List.of("env", "LD_LIBRARY_PATH=" + String.join(":", libraries)));
        command.addAll(kind == Kind.SYSLOG_NG ? syslogNg() : rsyslog());
        Process started = ProcessResult.start(directory.resolve("output"), command);
        await().until(() -> !started.isAlive() || isListening());
        if (!started.isAlive()) {
            throw new IOException("it does not start: " + Files.readString(directory.resolve("output")));
        }
        return started;
    }

    private boolean isListening() {
        try (Socket probe = new Socket()) {
            probe.connect(new InetSocketAddress(InetAddress.ofLiteral("::1"), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private List<String> rsyslog() throws IOException {
        Path config = Files.writeString(directory.resolve("rsyslog.conf"), """
                global(workDirectory="%1$s"
                       defaultNetstreamDriverCAFile="%2$s/ca.pem"
                       defaultNetstreamDriverCertFile="%2$s/server.pem"
                       defaultNetstreamDriverKeyFile="%2$s/server.key")
                module(load="imtcp" streamDriver.name="%3$s" streamDriver.mode="1" streamDriver.authMode="anon")
                input(type="imtcp" address="::1" port="%4$d")
                action(type="omfile" file="%5$s" template="RSYSLOG_FileFormat")
                """.formatted(
                        directory, certificates, kind == Kind.RSYSLOG_GNUTLS ? "gtls" : "ossl", port, file()));
        return List.of(
                find("rsyslogd").toString(),
                "-n",
                "-i",
                directory.resolve("pid").toString(),
                "-M",
                find("lmnet.so").resolveSibling("").toString(),
                "-f",
                config.toString());
    }

    private List<String> syslogNg() throws IOException {
        Path config = Files.writeString(
                directory.resolve("syslog-ng.conf"), """
                @version: current
                source chatd {
                  syslog(ip("::1") ip-protocol(6) port(%d) transport("tls")
                         tls(key-file("%s/server.key") cert-file("%s/server.pem") peer-verify(optional-untrusted)));
                };
                destination chatd { file("%s"); };
                log { source(chatd); destination(chatd); flags(flow-control); };
                """.formatted(port, certificates, certificates, file()));
        return List.of(
                find("sbin/syslog-ng").toString(),
                "--foreground",
                "--no-caps",
                "--cfgfile",
                config.toString(),
                "--persist-file",
                directory.resolve("persist").toString(),
                "--pidfile",
                directory.resolve("pid").toString(),
                "--control",
                directory.resolve("control").toString(),
                "--module-path",
                find("libaffile.so").resolveSibling("").toString());
    }

    /** Returns the file with what it received. */
    public Path file() {
        return directory.resolve("chatd.log");
    }

    public int port() {
        return port;
    }

    /** Returns whether a line that it wrote has a text. */
    public boolean hasLineWith(String text) throws IOException {
        if (!Files.exists(file())) {
            return false;
        }
        try (Stream<String> lines = Files.lines(file(), StandardCharsets.ISO_8859_1)) {
            return lines.anyMatch(line -> line.contains(text));
        }
    }

    /** Stops the process without ending it, as a machine that hangs. */
    public void freeze() {
        ProcessResult.signal("STOP", process.pid());
    }

    /** Ends it with {@code kill -9}. */
    public void kill() {
        ProcessResult.signal("KILL", process.pid());
        process.onExit().join();
    }

    /** Starts it again. */
    public void restart() {
        try {
            process = run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}

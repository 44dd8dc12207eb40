package chatd.demo;

import chatd.admin.api.AdminCall.Nothing;
import chatd.admin.api.AdminLink;
import chatd.admin.api.OneTimePassword;
import chatd.admin.api.Password;
import chatd.admin.api.UserCalls;
import chatd.certs.Authority;
import chatd.certs.Pem;
import chatd.mariadb.PrivateMariaDb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A complete chatd to try out: a private database, a development certificate, the daemon, and two users. */
final class Demo implements AutoCloseable {
    private static final Duration DAEMON_PATIENCE = Duration.ofSeconds(60);
    private static final Duration RENEW_BEFORE = Duration.ofDays(30);

    private final DemoDirectory place;
    private final Path daemonModule;
    private final SecureRandom random = new SecureRandom();
    private @Nullable PrivateMariaDb database;
    private @Nullable DaemonProcess daemon;

    /** @param daemonModule the directory in which the daemon was built */
    Demo(DemoDirectory place, Path daemonModule) {
        this.place = place;
        this.daemonModule = daemonModule;
    }

    /** The passwords of the two users, to be printed. */
    record People(String alicesPassword, @Nullable String bobsOneTimePassword) {}

    /** What is running, and where. */
    record Running(int port, People people) {}

    /**
     * Starts all the parts.
     *
     * @param wantedPort the port for clients; 0 for any free one
     * @param progress receives what is being done
     */
    Running start(int wantedPort, Consumer<String> progress) throws IOException {
        progress.accept("starting the database");
        PrivateMariaDb started = PrivateMariaDb.start(place.file("").normalize(), place.file("mariadb.sock"));
        database = started;
        started.createSchema("chatd");
        certificate();
        progress.accept("starting the daemon");
        Path directory = place.file("").normalize();
        ClassArchive archive = new ClassArchive(daemonModule, directory);
        DaemonProcess process = DaemonProcess.start(
                daemonModule,
                DaemonProcess.configure(
                        directory,
                        "[::]:" + wantedPort,
                        place.file("mariadb.sock"),
                        "chatd",
                        "[registration]\nmode = \"open\"\n"),
                archive.options(System.getenv().getOrDefault("CHAT_JAVA_OPTIONS", "")),
                Map.of(),
                DAEMON_PATIENCE);
        daemon = process;
        archive.make();
        progress.accept("creating the users");
        People people = people(process.link());
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("CHAT_HOST", "localhost");
        facts.put("CHAT_PORT", Integer.toString(process.port()));
        facts.put("CHAT_CA", place.file("ca.pem").toString());
        facts.put("CHAT_ADMIN_SOCKET", place.file("admin.sock").toString());
        facts.put("CHAT_AUDIT_LOG", place.file("log").toString());
        facts.put("CHAT_PID", Long.toString(process.pid()));
        place.announce(facts);
        return new Running(process.port(), people);
    }

    private void certificate() throws IOException {
        Path pem = place.file("server.pem");
        if (Files.exists(pem)
                && Pem.certificates(pem)
                        .getFirst()
                        .getNotAfter()
                        .toInstant()
                        .isAfter(Instant.now().plus(RENEW_BEFORE))) {
            return;
        }
        Authority.writeDevelopmentFiles(place.file("").normalize(), Authority.THIS_MACHINE, random, Instant.now());
    }

    private People people(AdminLink link) throws IOException {
        Map<String, UserCalls.Account> existing = new HashMap<>();
        link.call(
                UserCalls.LIST,
                Nothing.NOTHING,
                part -> part.accounts().forEach(user -> existing.put(user.name(), user)));
        String alices = place.secret("alice.password").orElse("");
        if (!existing.containsKey("alice")) {
            alices = add(link, "alice", false);
        } else if (alices.isEmpty()) {
            alices = "(lost: ./chat admin user reset alice)";
        }
        UserCalls.Account bob = existing.get("bob");
        if (bob == null) {
            return new People(alices, add(link, "bob", true));
        }
        return new People(
                alices, bob.mustChange() ? place.secret("bob.password").orElse(null) : null);
    }

    private String add(AdminLink link, String name, boolean mustChange) throws IOException {
        String password = OneTimePassword.generate(random);
        link.call(UserCalls.ADD, new UserCalls.AddOrReset(name, null, mustChange, false, new Password(password)));
        place.keepSecret(name + ".password", password);
        return password;
    }

    /** Returns a future that completes with an error message when the daemon or the database ends by itself. */
    CompletableFuture<String> onTrouble() {
        CompletableFuture<String> ofDaemon = daemon == null
                ? new CompletableFuture<>()
                : daemon.onExit()
                        .thenApply(code -> "The daemon ended (exit code " + code + "). Its log is "
                                + place.file("chatd.log") + ".");
        CompletableFuture<String> ofDatabase = database == null
                ? new CompletableFuture<>()
                : database.onExit()
                        .thenApply(code -> "The database ended (exit code " + code + "). Its log is "
                                + place.file("mariadb.log") + ".");
        return CompletableFuture.anyOf(ofDaemon, ofDatabase).thenApply(String::valueOf);
    }

    @Override
    public void close() throws IOException {
        place.unannounce();
        if (daemon != null) {
            daemon.close();
        }
        if (database != null) {
            database.close();
        }
        place.close();
    }
}

package chatd.acceptance.person;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.CutProxy;
import chatd.acceptance.kit.HttpClient;
import chatd.acceptance.kit.HttpClient.Response;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.ProcessResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The copy of their data that people take themselves: {@code chat-client export}, and over HTTP. */
class OwnExportIT {
    /** Bytes of a file: more than sockets hold. */
    private static final int LARGE = 40 << 20;

    @TempDir
    private Path elsewhere;

    /** Runs chat-client for somebody, which saves files in a directory of the test. */
    private ProcessResult client(LocalDaemon daemon, Chatd.Person person, String... command) throws IOException {
        Path password = Files.writeString(elsewhere.resolve(person.name() + ".password"), person.password());
        List<String> all = new ArrayList<>(List.of(
                "--ca",
                daemon.ca().toString(),
                "--password-file",
                password.toString(),
                "--downloads",
                elsewhere.toString(),
                person.name() + "@localhost:" + daemon.port()));
        all.addAll(List.of(command));
        return ProcessResult.client("", Map.of(), all.toArray(String[]::new));
    }

    private static Map<String, byte[]> read(Path zip) throws IOException {
        Map<String, byte[]> entries = new HashMap<>();
        try (ZipFile file = new ZipFile(zip.toFile())) {
            for (ZipEntry entry : file.stream().toList()) {
                try (InputStream in = file.getInputStream(entry)) {
                    entries.put(entry.getName(), in.readAllBytes());
                }
            }
        }
        return entries;
    }

    static String bearer(JsonSocket session, Chatd.Person person) {
        return "Authorization: Bearer "
                + session.logIn(person.name(), person.password(), "d")
                        .path("token")
                        .asString()
                + "\r\n";
    }

    private static Response ask(LocalDaemon daemon, String method, String header) throws IOException {
        try (HttpClient http = HttpClient.connect(daemon)) {
            return http.ask(method, "/files/export", header);
        }
    }

    @Test
    void itIsTheCopyThatAnAdministratorGivesOnceADay() throws Exception {
        try (LocalDaemon daemon = LocalDaemon.start()) {
            Chatd.Person alice = daemon.alice();
            Chatd.Person ben = daemon.person();
            try (JsonSocket a = daemon.logInJson(JsonCarrier.LINES, alice, "d");
                    JsonSocket b = daemon.logInJson(JsonCarrier.LINES, ben, "d")) {
                a.send("{'type': 3, 'receive': '%s', 'info': 'Lunch?'}".formatted(b.user()));
                b.skipTo(JsonType.TEXT);
            }
            Path given = elsewhere.resolve("given.zip");
            daemon.admin("", "user", "note", alice.name(), "sits at the back").exits(0);
            ProcessResult taken = client(daemon, alice, "export").exits(0);
            Path own = Path.of(taken.out().strip());
            assertThat(own.getFileName().toString()).matches("chat-" + alice.name() + "-\\d{4}-\\d\\d-\\d\\d\\.zip");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(own)))
                    .isEqualTo("rw-------");
            daemon.admin("", "user", "export", alice.name(), "--to", given.toString())
                    .exits(0);
            Map<String, byte[]> mine = read(own);
            Map<String, byte[]> theirs = read(given);
            assertThat(mine.keySet()).isEqualTo(theirs.keySet());
            for (String same : new String[] {"messages.jsonl", "names.json", "contacts.json", "groups.json"}) {
                assertThat(mine.get(same)).as(same).isEqualTo(theirs.get(same));
            }
            assertThat(new String(mine.get("messages.jsonl"), StandardCharsets.UTF_8))
                    .contains("Lunch?");
            assertThat(new String(mine.get("account.json"), StandardCharsets.UTF_8))
                    .doesNotContain("sits at the back");

            assertThat(client(daemon, alice, "export").exits(75).err())
                    .contains("At most 1 copy of your own data a day is given. Try again later.");
            daemon.admin("", "log", "publish").exits(0);
            assertThat(daemon.admin("", "log", "query", "--type", "export").out())
                    .contains("begun", "complete: 1 message, 0 files of 0 bytes", "throttled");
            client(daemon, ben, "export", "-o", "jsonl").exits(0);
        }
    }

    @Test
    void anAdministratorMayTurnItOff() throws Exception {
        try (LocalDaemon daemon = LocalDaemon.start("CHATD_ACCOUNTS_SELF_EXPORT", "false")) {
            assertThat(client(daemon, daemon.alice(), "export").exits(1).err())
                    .contains("Here an administrator gives people a copy of their data: ask for yours.");
            try (JsonSocket a = JsonCarrier.LINES.connect(daemon)) {
                assertThat(ask(daemon, "HEAD", bearer(a, daemon.alice())).status())
                        .isEqualTo(403);
            }
            assertThat(ask(daemon, "GET", "").status()).isEqualTo(401);
            assertThat(ask(daemon, "POST", "").status()).isEqualTo(405);
        }
    }

    @Test
    void oneThatIsBrokenOffDoesNotCountAndEndsWithTheToken() throws Exception {
        try (LocalDaemon daemon = LocalDaemon.start()) {
            Chatd.Person alice = daemon.alice();
            byte[] large = new byte[LARGE];
            new Random(1).nextBytes(large);
            try (JsonSocket a = JsonCarrier.LINES.connect(daemon)) {
                String header = bearer(a, alice);
                try (HttpClient http = HttpClient.connect(daemon)) {
                    http.send(
                            "POST /files?to=%s&name=large&size=%d HTTP/1.1\r\nHost: localhost:%d\r\nContent-Length: %d\r\n%s\r\n"
                                    .formatted(a.user(), LARGE, http.socket().getPort(), LARGE, header));
                    http.socket().getOutputStream().write(large);
                    assertThat(http.readResponse(false).status()).isEqualTo(201);
                }
                assertThat(ask(daemon, "HEAD", header).status()).isEqualTo(200);
                try (CutProxy proxy = CutProxy.onPort(daemon.port());
                        HttpClient http = new HttpClient(daemon.tls().connect("localhost", proxy.port(), "http/1.1"))) {
                    assertThat(http.ask("GET", "/files/export", header).header("transfer-encoding"))
                            .isEqualTo("chunked");
                    assertThat(ask(daemon, "HEAD", header).status()).isEqualTo(429);
                    assertThat(ask(daemon, "GET", header).status()).isEqualTo(429);
                    proxy.cut();
                }
                await().untilAsserted(() -> assertThat(
                                Files.readString(daemon.auditLog().resolve("audit.part")))
                        .contains("type=\"export\" outcome=\"failed\""));
                assertThat(ask(daemon, "HEAD", header).status()).isEqualTo(200);
                try (HttpClient http = HttpClient.connect(daemon)) {
                    http.ask("GET", "/files/export", header);
                    daemon.admin("", "user", "disable", alice.name()).exits(0);
                    byte[] rest = untilItIsCut(http.socket().getInputStream());
                    assertThat(rest.length).isLessThan(LARGE);
                    assertThat(new String(rest, StandardCharsets.ISO_8859_1)).doesNotEndWith("\r\n0\r\n\r\n");
                    assertThat(Files.readString(daemon.auditLog().resolve("audit.part")))
                            .doesNotContain("type=\"fault\"");
                }
            }
        }
    }

    /** Returns what comes; a connection that is cut in the middle of a body may end without TLS's own ending. */
    private static byte[] untilItIsCut(InputStream in) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        try {
            in.transferTo(read);
        } catch (SSLException e) {
            // Cut.
        }
        return read.toByteArray();
    }
}

package chatd.acceptance.campaigns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.HttpClient;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.SpawnedDaemon;
import chatd.fixtures.Campaign;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Many large files at once, over HTTP, in a daemon with little memory; and files while the daemon's
 * connections to the database are cut, and the database and the daemon are killed: what was
 * acknowledged is there with every byte, and nothing is left of anything else. The property
 * {@code chatd.seed} sets the seed.
 */
@Tag("processes")
class FilesUnderFireIT {
    private static final String SMALL_HEAP = "-Xmx160m -XX:MaxDirectMemorySize=160m";

    private static final int AT_ONCE = Campaign.times(8, 32);
    private static final int EACH = Campaign.times(4 << 20, 16 << 20);
    private static final int LARGEST = Campaign.times(40 << 20, 256 << 20);
    private static final int KILLS = Campaign.times(3, 30);

    /** Content that is generated while it is written: random bytes from a seed. */
    private record Generated(long seed, int size) {
        /** Writes a part of it. */
        void write(OutputStream out, int from, int to) throws IOException {
            var random = new Random(seed);
            byte[] some = new byte[32 << 10];
            for (int at = 0; at < to; at += some.length) {
                random.nextBytes(some);
                int begin = Math.max(0, from - at);
                int end = Math.min(some.length, to - at);
                if (begin < end) {
                    out.write(some, begin, end - begin);
                }
            }
            out.flush();
        }

        String sha256() {
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                OutputStream digesting = new OutputStream() {
                    @Override
                    public void write(int one) {
                        digest.update((byte) one);
                    }

                    @Override
                    public void write(byte[] bytes, int from, int length) {
                        digest.update(bytes, from, length);
                    }
                };
                write(digesting, 0, size);
                return HexFormat.of().formatHex(digest.digest());
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static String token(Chatd chatd, Chatd.Person person) {
        try (JsonSocket socket = JsonCarrier.LINES.connect(chatd)) {
            return socket.logIn(person.name(), person.password(), "files")
                    .path("token")
                    .asString();
        }
    }

    /**
     * Sends a file to oneself, or the rest of it.
     *
     * @param from how many of its bytes have arrived before
     * @throws IOException if it may not have been sent
     */
    private static long send(Chatd chatd, Chatd.Person person, String token, String id, Generated content, int from)
            throws IOException {
        try (HttpClient http = HttpClient.connect(chatd)) {
            http.send("POST %s HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: %d\r\n%s\r\n"
                    .formatted(
                            target(person, id, content),
                            bearer(token),
                            content.size() - from,
                            from == 0 ? "" : "Upload-Offset: %d\r\n".formatted(from)));
            content.write(http.socket().getOutputStream(), from, content.size());
            HttpClient.Response response = http.readResponse(false);
            if (response.status() >= 500 || (from > 0 && response.status() == 404)) {
                throw new IOException(response.head());
            }
            assertThat(response.status()).as(response.head()).isEqualTo(201);
            return JsonMapper.shared().readTree(response.body()).path("file").asLong();
        }
    }

    private static String target(Chatd.Person person, String id, Generated content) {
        return "/files?to=%s&name=%s&size=%d&id=%s".formatted(person.name(), id, content.size(), id);
    }

    private static String bearer(String token) {
        return "Authorization: Bearer %s\r\n".formatted(token);
    }

    /** Returns how many bytes of an upload have arrived: 0 if there is none, or it is complete. */
    private static int uploadOffset(Chatd chatd, String token, String id) throws IOException {
        try (HttpClient http = HttpClient.connect(chatd)) {
            HttpClient.Response known = http.ask("HEAD", "/files?id=" + id, bearer(token));
            if (known.status() >= 500) {
                throw new IOException(known.head());
            }
            assertThat(known.status()).as(known.head()).isIn(200, 201, 404);
            return known.status() == 200 ? Integer.parseInt(known.header("upload-offset")) : 0;
        }
    }

    private static String fetchedSha256(Chatd chatd, String token, long file) throws Exception {
        try (HttpClient http = HttpClient.connect(chatd)) {
            http.send("GET /files/%d HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n"
                    .formatted(file, token));
            String head = HttpClient.readHead(http.socket().getInputStream());
            assertThat(head).startsWith("HTTP/1.1 200");
            var length = new HttpClient.Response(head, new byte[0]).header("content-length");
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] some = new byte[32 << 10];
            for (int left = Integer.parseInt(length); left > 0; ) {
                int count = http.socket().getInputStream().read(some, 0, Math.min(left, some.length));
                assertThat(count).isPositive();
                digest.update(some, 0, count);
                left -= count;
            }
            return HexFormat.of().formatHex(digest.digest());
        }
    }

    @Test
    void manyLargeFilesAtOnceAreReceivedAndSentWithLittleMemory() throws Exception {
        try (SpawnedDaemon chatd = SpawnedDaemon.start(Chatd.JAVA_OPTIONS, SMALL_HEAP);
                ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE + 1)) {
            List<Future<Boolean>> done = new ArrayList<>();
            for (int i = 0; i <= AT_ONCE; i++) {
                var content = new Generated(i, i == 0 ? LARGEST : EACH);
                Chatd.Person person = chatd.person();
                done.add(pool.submit(() -> {
                    String token = token(chatd, person);
                    long file = send(chatd, person, token, "f" + content.seed(), content, 0);
                    return fetchedSha256(chatd, token, file).equals(content.sha256());
                }));
            }
            for (Future<Boolean> one : done) {
                assertThat(one.get()).isTrue();
            }
            assertThat(chatd.admin("", "storage", "check").exits(0).out())
                    .contains("everything is there")
                    .doesNotContain("not referred to");
        }
    }

    @Test
    void anUploadIsResumedAfterAPartCouldNotBeStored() throws Exception {
        var content = new Generated(1, 3 << 20);
        int stored = 256 << 10;
        try (SpawnedDaemon chatd = SpawnedDaemon.start()) {
            Chatd.Person person = chatd.person();
            String token = token(chatd, person);
            try (HttpClient http = HttpClient.connect(chatd)) {
                http.send("POST %s HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: %d\r\n\r\n"
                        .formatted(target(person, "a", content), bearer(token), content.size()));
                OutputStream out = http.socket().getOutputStream();
                content.write(out, 0, stored);
                await().until(() ->
                        chatd.number("select coalesce(sum(length(bytes)), 0) from content_chunk") == stored);
                chatd.execute("rename table content_chunk to content_chunk_away");
                content.write(out, stored, 2 * stored + 1000);
                assertThat(http.readResponse(false).status()).isEqualTo(500);
            }
            assertThat(uploadOffset(chatd, token, "a")).isEqualTo(stored);
            chatd.execute("rename table content_chunk_away to content_chunk");
            long file = send(chatd, person, token, "a", content, stored);
            assertThat(fetchedSha256(chatd, token, file)).isEqualTo(content.sha256());
        }
    }

    @Test
    void afterKillsAcknowledgedFilesAreWholeAndNothingIsLeftOfOthers() throws Exception {
        long seed = Long.getLong("chatd.seed", System.nanoTime());
        Campaign.report("seed " + seed);
        var random = new Random(seed);
        Set<String> sent = ConcurrentHashMap.newKeySet();
        int cuts = 0;
        int databases = 0;
        var resumed = new AtomicInteger();
        try (SpawnedDaemon chatd = SpawnedDaemon.startWithDatabase();
                ExecutorService pool = Executors.newFixedThreadPool(4)) {
            Chatd.Person person = chatd.person();
            for (int i = 0; i < KILLS; i++) {
                Campaign.reached(i, KILLS, "kills while files are sent");
                String token = token(chatd, person);
                List<Future<?>> uploads = new ArrayList<>();
                var stopped = new AtomicBoolean();
                for (int j = 0; j < 4; j++) {
                    long first = random.nextLong();
                    int size = 1 + random.nextInt(3 << 20);
                    uploads.add(
                            pool.submit(sendUntilStopped(chatd, person, token, first, size, sent, resumed, stopped)));
                }
                // Some are complete, and others in flight.
                for (int j = 1 + random.nextInt(3); j > 0; j--) {
                    int enough = sent.size() + random.nextInt(3);
                    await().until(() -> sent.size() >= enough);
                    if (databases > i) {
                        cuts += cut(chatd);
                    } else {
                        chatd.killDatabase();
                        databases++;
                    }
                }
                int enough = sent.size() + random.nextInt(3);
                await().until(() -> sent.size() >= enough);
                stopped.set(true);
                chatd.killDaemon();
                for (Future<?> one : uploads) {
                    one.get();
                }
                chatd.begin();
                compare(chatd, person, sent);
            }
            Campaign.report(
                    "%d kills of the daemon, %d of the database, %d of its connections cut, %d files acknowledged, %d gone on with"
                            .formatted(KILLS, databases, cuts, sent.size(), resumed.get()));
            assertThat(chatd.admin("", "log", "verify", "--messages").exits(3).out())
                    .contains("consistent");
        }
    }

    /**
     * Sends files one after the other until stopped, and resumes some of those that failed; adds
     * those that were acknowledged to {@code sent}.
     */
    private static Callable<Void> sendUntilStopped(
            Chatd chatd,
            Chatd.Person person,
            String token,
            long first,
            int size,
            Set<String> sent,
            AtomicInteger resumed,
            AtomicBoolean stopped) {
        return () -> {
            var random = new Random(first);
            while (!stopped.get()) {
                var content = new Generated(random.nextLong(), 1 + random.nextInt(size));
                String id = Long.toHexString(content.seed()) + "-" + content.size();
                boolean isRetry = false;
                do {
                    try {
                        int from = isRetry ? uploadOffset(chatd, token, id) : 0;
                        send(chatd, person, token, id, content, from);
                        sent.add(id);
                        resumed.addAndGet(from > 0 ? 1 : 0);
                        break;
                    } catch (IOException | UncheckedIOException e) {
                        // Cut, or refused because the database was away: it was not acknowledged.
                        isRetry = random.nextInt(3) > 0;
                    }
                } while (isRetry && !stopped.get());
            }
            return null;
        };
    }

    /** Cuts the daemon's connections to the database; returns how many there were. */
    private static int cut(Chatd chatd) throws SQLException {
        try (Connection connection = chatd.sql();
                Statement statement = connection.createStatement();
                Statement kill = connection.createStatement();
                ResultSet ids = statement.executeQuery(
                        "select id from information_schema.processlist where db = database() and id <> connection_id()")) {
            int cut = 0;
            while (ids.next()) {
                try {
                    kill.execute("kill connection " + ids.getLong(1));
                    cut++;
                } catch (SQLException e) {
                    // It has already ended.
                }
            }
            return cut;
        }
    }

    /**
     * Compares each file of the history with what was sent, looks for those that were acknowledged, and for what should
     * not be there.
     */
    private static void compare(Chatd chatd, Chatd.Person person, Set<String> sent) throws Exception {
        try (JsonSocket socket = JsonCarrier.LINES.connect(chatd)) {
            String token = socket.logIn(person.name(), person.password(), "files")
                    .path("token")
                    .asString();
            List<JsonNode> items = new ArrayList<>();
            JsonNode page = socket.history(200, ", 'after': 0");
            page.path("items").forEach(items::add);
            while (page.path("more").asBoolean()) {
                page = socket.history(
                        200, ", 'after': " + items.getLast().path("mid").asLong());
                page.path("items").forEach(items::add);
            }
            Set<String> found = new HashSet<>();
            for (JsonNode item : items) {
                JsonNode offer = item.path("info");
                assertThat(found.add(offer.path("name").asString())).isTrue();
                String[] id = offer.path("name").asString().split("-", 2);
                var content = new Generated(Long.parseUnsignedLong(id[0], 16), Integer.parseInt(id[1]));
                assertThat(offer.path("sha256").asString()).isEqualTo(content.sha256());
                assertThat(fetchedSha256(chatd, token, offer.path("file").asLong()))
                        .isEqualTo(content.sha256());
            }
            assertThat(found).containsAll(sent);
        }
        assertThat(chatd.admin("", "storage", "check").exits(0).out())
                .contains("everything is there")
                .doesNotContain("not referred to");
        assertThat(chatd.number("select sum(files) from account_storage"))
                .isEqualTo(chatd.number("select count(*) from file where content is not null"));
        assertThat(chatd.number("select coalesce(sum(bytes), 0) from account_storage"))
                .isEqualTo(chatd.number("select coalesce(sum(size), 0) from file"));
    }
}

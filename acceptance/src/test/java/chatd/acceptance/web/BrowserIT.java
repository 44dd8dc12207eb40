package chatd.acceptance.web;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.SpawnedDaemon;
import chatd.acceptance.kit.Wire;
import chatd.acceptance.web.browser.Chromium;
import chatd.fixtures.TestTimeout;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A page of ten lines in a real browser logs in, talks and listens over the daemon's WebSocket. */
@Tag("processes")
class BrowserIT {
    private static final String PAGE = """
            <!doctype html><meta charset="utf-8"><script>
            const socket = new WebSocket("wss://localhost:%d/ws", "chat-json"), heard = [];
            const send = (type, more) => socket.send(JSON.stringify({type, ...more}));
            socket.onopen = () => send(1, {info: {user_id: "%s", user_pwd: "%s", device: "browser"}});
            socket.onmessage = event => {
              const message = JSON.parse(event.data);
              heard.push(message);
              if (message.type == 2) send(3, {receive: "%s", id: "from a browser", info: "hello 你好"});
              if (message.type == 3 && message.mid) socket.close();
            };
            socket.onclose = event => fetch("/done", {method: "POST", body: JSON.stringify(
                {code: event.code, clean: event.wasClean, extensions: socket.extensions, heard})});
            </script>""";

    @TempDir
    private Path profile;

    /** Serves a page on a port of its own until the page says that it is done. */
    private final class Site implements AutoCloseable {
        private final HttpServer server;

        Site() throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        }

        String origin() {
            return "http://localhost:" + server.getAddress().getPort();
        }

        JsonNode open(String page) throws Exception {
            return open(page, () -> {});
        }

        /** @param lost called when the page says that its connection is lost, before it is answered */
        JsonNode open(String page, Runnable lost) throws Exception {
            CompletableFuture<byte[]> done = new CompletableFuture<>();
            server.createContext("/", exchange -> {
                byte[] body = exchange.getRequestBody().readAllBytes();
                if (exchange.getRequestURI().getPath().equals("/lost")) {
                    lost.run();
                }
                byte[] answer = Wire.utf8(page);
                exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer);
                exchange.close();
                if (exchange.getRequestURI().getPath().equals("/done")) {
                    done.complete(body);
                }
            });
            server.start();
            Process browser = Chromium.open(profile.resolve("chromium"), origin() + "/");
            try {
                return JsonMapper.shared().readTree(done.get(TestTimeout.MILLIS, TimeUnit.MILLISECONDS));
            } finally {
                Chromium.end(browser);
            }
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }

    /** Returns a page whose first connection is lost, and which then resumes its session. */
    private static String resuming(int port, Chatd.Person person) {
        return """
            <!doctype html><meta charset="utf-8"><script>
            const heard = [];
            let token, after = 0;
            function connect(info) {
              const socket = new WebSocket("wss://localhost:%d/ws", "chat-json");
              socket.onopen = () => socket.send(JSON.stringify({type: 1, info}));
              socket.onmessage = event => {
                const message = JSON.parse(event.data);
                heard.push(message);
                if (message.type == 2) token = message.info.token;
                if (message.mid) { after = message.mid; socket.close(); }
              };
              return socket;
            }
            connect({user_id: "%s", user_pwd: "%s", device: "browser"}).onclose = async () => {
              await fetch("/lost", {method: "POST"});
              connect({token, after}).onclose = event => fetch("/done", {method: "POST", body: JSON.stringify(
                  {code: event.code, heard})});
            };
            </script>""".formatted(port, person.name(), person.password());
    }

    @Test
    void aPageTalks() throws Exception {
        try (Site site = new Site();
                SpawnedDaemon chatd = SpawnedDaemon.start("CHATD_HTTP_ORIGINS", site.origin());
                Chat1Socket ben = chatd.newcomer()) {
            Chatd.Person ann = chatd.person();
            CompletableFuture<JsonNode> page = CompletableFuture.supplyAsync(() -> {
                try {
                    return site.open(PAGE.formatted(chatd.port(), ann.name(), ann.password(), ben.name()));
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            ben.expectText(ann.name(), "hello 你好");
            ben.send(Wire.text("welcome", ann.name()));
            JsonNode done = page.get();
            assertThat(done.path("code").asInt()).isEqualTo(1000);
            assertThat(done.path("clean").asBoolean()).isTrue();
            assertThat(done.path("extensions").asString()).startsWith("permessage-deflate");
            assertThat(done.path("heard")
                            .valueStream()
                            .map(message -> message.path("type").asInt()))
                    .containsSubsequence(2, 17, 3);
        }
    }

    @Test
    void aPageResumesItsSession() throws Exception {
        try (Site site = new Site();
                SpawnedDaemon chatd = SpawnedDaemon.start("CHATD_HTTP_ORIGINS", site.origin());
                Chat1Socket ben = chatd.newcomer()) {
            Chatd.Person ann = chatd.person();
            CompletableFuture<JsonNode> page = CompletableFuture.supplyAsync(() -> {
                try {
                    return site.open(
                            resuming(chatd.port(), ann),
                            () -> ben.send(Wire.text("missed", ann.name())).fence());
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            // Ann was announced as offline when the account was created.
            ben.expectPresence(Wire.OFFLINE, ann.name());
            ben.expectPresence(Wire.ONLINE, ann.name());
            ben.send(Wire.text("seen", ann.name()));
            JsonNode done = page.get();
            assertThat(done.path("heard")
                            .valueStream()
                            .filter(message -> message.path("type").asInt() == JsonType.TEXT)
                            .map(message -> message.path("info").asString()))
                    .containsExactly("seen", "missed");
            assertThat(done.path("heard")
                            .valueStream()
                            .filter(message -> message.path("type").asInt() == JsonType.LOGGED_IN))
                    .hasSize(2);
        }
    }

    @Test
    void aPageOfAnotherOriginIsRefused() throws Exception {
        try (Site site = new Site();
                SpawnedDaemon chatd = SpawnedDaemon.start("CHATD_HTTP_ORIGINS", "https://intranet.example.org")) {
            JsonNode done = site.open(PAGE.formatted(chatd.port(), "x", "x", "x"));
            assertThat(done.path("code").asInt()).isEqualTo(1006);
            assertThat(done.path("heard")).isEmpty();
        }
    }
}

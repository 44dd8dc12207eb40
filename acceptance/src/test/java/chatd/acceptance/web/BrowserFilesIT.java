package chatd.acceptance.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.files.FileTestBase;
import chatd.acceptance.files.HttpTestBase;
import chatd.acceptance.files.Pictures;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.Wire;
import chatd.acceptance.web.browser.Chromium;
import chatd.fixtures.TestTimeout;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Files in a real browser, on a page of the daemon's own: the cookie, ranges, pictures, and seeking
 * in a recording.
 */
@Tag("processes")
class BrowserFilesIT extends HttpTestBase {
    /** The script that the page runs. */
    private static final String SCRIPT = """
            async (sound, picture, token) => {
              const result = {};
              const status = async (path, options) => (await fetch(path, options)).status;
              result.stranger = await status("/files/" + sound);
              result.session = await status("/session", {method: "POST", headers: {Authorization: "Bearer " + token}});
              result.seen = document.cookie;
              result.whole = (await (await fetch("/files/" + sound)).arrayBuffer()).byteLength;
              const part = await fetch("/files/" + sound, {headers: {Range: "bytes=44-47"}});
              result.part = [part.status, part.headers.get("content-range"), ...new Uint8Array(await part.arrayBuffer())];
              result.posted = await status("/files?to=&name=a&size=0", {method: "POST"});
              const shown = new Image();
              shown.src = "/files/" + picture;
              await shown.decode();
              result.picture = [shown.naturalWidth, shown.naturalHeight];
              const heard = new Audio("/files/" + sound);
              heard.muted = true;
              await new Promise((done, failed) => { heard.onloadedmetadata = done; heard.onerror = failed; });
              result.seconds = Math.round(heard.duration);
              const wound = new Promise(done => heard.onseeked = done);
              heard.currentTime = heard.duration - 1;
              await wound;
              result.at = Math.round(heard.currentTime);
              return JSON.stringify(result);
            }""";

    private static final int SECONDS = 300;
    private static final int RATE = 8_000;

    @TempDir
    private Path directory;

    BrowserFilesIT(Chatd chatd) {
        super(chatd);
    }

    /**
     * Returns a recording of {@value #SECONDS} seconds of noise, more than a browser fetches at
     * once.
     */
    private static byte[] recording() {
        byte[] noise = FileTestBase.noise(SECONDS * RATE * 2);
        ByteBuffer wav = ByteBuffer.allocate(44 + noise.length).order(ByteOrder.LITTLE_ENDIAN);
        wav.put(Wire.utf8("RIFF"))
                .putInt(36 + noise.length)
                .put(Wire.utf8("WAVEfmt "))
                .putInt(16);
        wav.putShort((short) 1)
                .putShort((short) 1)
                .putInt(RATE)
                .putInt(RATE * 2)
                .putShort((short) 2)
                .putShort((short) 16);
        return wav.put(Wire.utf8("data")).putInt(noise.length).put(noise).array();
    }

    /** Opens a page in Chromium, evaluates a script there, and returns what it returns. */
    private JsonNode evaluate(String page, String script) throws Exception {
        Path profile = directory.resolve("chromium");
        Process chromium = Chromium.open(profile, page, "--autoplay-policy=no-user-gesture-required");
        var http = java.net.http.HttpClient.newHttpClient();
        try {
            Path port = profile.resolve("DevToolsActivePort");
            await().until(() -> Files.exists(port) && Files.readAllLines(port).size() == 2);
            URI pages =
                    URI.create("http://127.0.0.1:" + Files.readAllLines(port).getFirst() + "/json/list");
            String socket = await().until(() -> target(http, pages, page), url -> url != null);
            var answers = new LinkedBlockingQueue<String>();
            WebSocket tools = http.newWebSocketBuilder()
                    .buildAsync(URI.create(socket), new Received(answers))
                    .get(TestTimeout.MILLIS, TimeUnit.MILLISECONDS);
            // Until then, the script would run in the empty page that precedes it.
            String loaded = "document.readyState == 'complete' ? location.href : ''";
            await().untilAsserted(
                            () -> assertThat(answer(tools, answers, loaded)).isEqualTo(page));
            return JsonMapper.shared().readTree(answer(tools, answers, script));
        } finally {
            Chromium.end(chromium);
            http.shutdownNow();
        }
    }

    private static @Nullable String target(java.net.http.HttpClient http, URI pages, String page)
            throws IOException, InterruptedException {
        String list = http.send(HttpRequest.newBuilder(pages).build(), BodyHandlers.ofString())
                .body();
        for (JsonNode one : JsonMapper.shared().readTree(list)) {
            if (one.path("url").asString("").equals(page)) {
                return one.path("webSocketDebuggerUrl").asString();
            }
        }
        return null;
    }

    /** Evaluates a JavaScript expression whose value is a string, and returns it. */
    private static String answer(WebSocket tools, BlockingQueue<String> answers, String expression) throws Exception {
        Map<String, Object> params = Map.of("expression", expression, "awaitPromise", true);
        String asked =
                JsonMapper.shared().writeValueAsString(Map.of("id", 1, "method", "Runtime.evaluate", "params", params));
        tools.sendText(asked, true).get(TestTimeout.MILLIS, TimeUnit.MILLISECONDS);
        String said = answers.poll(TestTimeout.MILLIS, TimeUnit.MILLISECONDS);
        assertThat(said).isNotNull();
        JsonNode value =
                JsonMapper.shared().readTree(said).path("result").path("result").path("value");
        assertThat(value.isString()).as(said).isTrue();
        return value.asString();
    }

    /** Collects the text messages. */
    private record Received(BlockingQueue<String> messages, StringBuilder pieces) implements WebSocket.Listener {
        Received(BlockingQueue<String> messages) {
            this(messages, new StringBuilder());
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean isLast) {
            pieces.append(text);
            if (isLast) {
                messages.add(pieces.toString());
                pieces.setLength(0);
            }
            socket.request(1);
            return null;
        }
    }

    @Test
    void aBrowserWithTheCookieFetchesRangesShowsPicturesAndSeeksInRecordings() throws Exception {
        Bearer one = logIn(ann, "");
        byte[] recording = recording();
        long sound = sendFile(one, ben.name(), "sound.wav", recording);
        long picture = sendFile(one, ben.name(), "picture.png", Pictures.encoded("png"));
        JsonNode result = evaluate(
                "https://localhost:" + chatd.port() + "/",
                "(" + SCRIPT + ")(" + sound + ", " + picture + ", '" + one.token()
                        + "').catch(e => JSON.stringify({failed: String(e.message ?? e.type ?? e)}))");
        assertThat(result.path("failed").asString("")).isEmpty();
        assertThat(result.path("stranger").asInt()).isEqualTo(401);
        assertThat(result.path("session").asInt()).isEqualTo(204);
        assertThat(result.path("seen").asString()).isEmpty();
        assertThat(result.path("whole").asInt()).isEqualTo(recording.length);
        assertThat(result.path("part"))
                .extracting(JsonNode::asString)
                .containsExactly(
                        "206",
                        "bytes 44-47/" + recording.length,
                        Integer.toString(recording[44] & 0xff),
                        Integer.toString(recording[45] & 0xff),
                        Integer.toString(recording[46] & 0xff),
                        Integer.toString(recording[47] & 0xff));
        assertThat(result.path("posted").asInt()).isEqualTo(401);
        assertThat(result.path("picture").get(0).asInt()).isPositive();
        assertThat(result.path("seconds").asInt()).isEqualTo(SECONDS);
        assertThat(result.path("at").asInt()).isEqualTo(SECONDS - 1);
    }
}

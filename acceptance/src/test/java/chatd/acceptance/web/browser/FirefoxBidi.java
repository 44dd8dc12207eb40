package chatd.acceptance.web.browser;

import static java.nio.charset.StandardCharsets.UTF_8;

import chatd.fixtures.TestTimeout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Firefox, headless, over WebDriver BiDi: JSON on a WebSocket of Firefox itself. */
public final class FirefoxBidi implements WireBrowser {
    public static final Path PROGRAM = Path.of("/usr/bin/firefox-esr");

    private static final Pattern LISTENS = Pattern.compile("WebDriver BiDi listening on (ws://\\S+)");

    /** Keeps Firefox from requesting anything but the page from the network. */
    private static final String PREFERENCES = """
            user_pref("app.normandy.enabled", false);
            user_pref("browser.safebrowsing.downloads.remote.enabled", false);
            user_pref("browser.search.update", false);
            user_pref("browser.startup.homepage_override.mstone", "ignore");
            user_pref("datareporting.policy.dataSubmissionEnabled", false);
            user_pref("extensions.update.enabled", false);
            user_pref("intl.accept_languages", "en-GB, en");
            user_pref("network.captive-portal-service.enabled", false);
            user_pref("network.connectivity-service.enabled", false);
            user_pref("services.settings.server", "data:,#remote-settings-dummy/v1");
            user_pref("toolkit.telemetry.server", "");
            """;

    private final BrowserProcess process;
    private final HttpClient client = HttpClient.newHttpClient();
    private final WebSocket socket;
    private final BlockingQueue<JsonNode> messages = new LinkedBlockingQueue<>();
    private final List<String> complaints = new ArrayList<>();
    private String version = "";
    private String tab = "";
    /** The tab that hides this one. */
    private String inFront = "";

    private int lastId;

    private FirefoxBidi(BrowserProcess process, String address) {
        this.process = process;
        socket = client.newWebSocketBuilder()
                .buildAsync(URI.create(address + "/session"), new MessageListener())
                .join();
    }

    /**
     * Starts it.
     *
     * @param profile an empty directory
     */
    public static FirefoxBidi start(Path profile) {
        try {
            Files.writeString(profile.resolve("user.js"), PREFERENCES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        BrowserProcess process = BrowserProcess.start(
                profile,
                List.of(
                        PROGRAM.toString(),
                        "--headless",
                        "--no-remote",
                        "--profile",
                        profile.toString(),
                        "--remote-debugging-port=0"),
                Map.of(),
                said -> LISTENS.matcher(said).find());
        try {
            String address = LISTENS.matcher(process.output())
                    .results()
                    .findFirst()
                    .orElseThrow()
                    .group(1);
            var started = new FirefoxBidi(process, address);
            started.begin();
            return started;
        } catch (RuntimeException e) {
            process.close();
            throw e;
        }
    }

    private void begin() {
        Map<String, Object> required = Map.of("acceptInsecureCerts", true);
        JsonNode session = ask("session.new", Map.of("capabilities", Map.of("alwaysMatch", required)));
        version =
                "Firefox " + session.path("capabilities").path("browserVersion").asString();
        ask("session.subscribe", Map.of("events", List.of("log.entryAdded")));
        // In the tab that is there from the start, the focus is in the address bar, and no command
        // moves it.
        String first = tabs().getFirst();
        String second = create("tab");
        switchTo(first);
        closeTab(second);
    }

    /** Puts together messages that arrive in pieces. */
    private final class MessageListener implements WebSocket.Listener {
        private final StringBuilder pieces = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence piece, boolean isLast) {
            pieces.append(piece);
            if (isLast) {
                messages.add(JsonMapper.shared().readTree(pieces.toString().getBytes(UTF_8)));
                pieces.setLength(0);
            }
            from.request(1);
            return null;
        }
    }

    /** Sends a command and returns its result. */
    private JsonNode ask(String method, Map<String, ?> parameters) {
        int id = ++lastId;
        socket.sendText(
                        JsonMapper.shared()
                                .writeValueAsString(Map.of("id", id, "method", method, "params", parameters)),
                        true)
                .join();
        while (true) {
            JsonNode message = next(method);
            if (message.path("method").asString("").equals("log.entryAdded")) {
                JsonNode entry = message.path("params");
                if (entry.path("level").asString().equals("error")) {
                    complaints.add(entry.path("text").asString());
                }
            } else if (message.path("id").asInt() == id) {
                if (!message.path("type").asString().equals("success")) {
                    throw new IllegalStateException(
                            "Firefox answered %s %s: %s".formatted(method, parameters, message));
                }
                return message.path("result");
            }
        }
    }

    private JsonNode next(String method) {
        try {
            JsonNode message = messages.poll(TestTimeout.MILLIS, TimeUnit.MILLISECONDS);
            if (message == null) {
                throw new IllegalStateException(
                        "Firefox has no answer to " + method + "; it said: " + process.output());
            }
            return message;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Sends a command about this tab. */
    private JsonNode askTab(String method, Map<String, ?> parameters) {
        Map<String, Object> all = new HashMap<>(parameters);
        all.put("context", tab);
        return ask(method, all);
    }

    @Override
    public String version() {
        return version;
    }

    @Override
    public void open(String url) {
        askTab("browsingContext.navigate", Map.of("url", url, "wait", "complete"));
    }

    @Override
    public JsonNode evaluate(String expression) {
        JsonNode answer = ask(
                "script.evaluate",
                Map.of(
                        "expression",
                        "(async () => JSON.stringify((" + expression + ") ?? null))()",
                        "target",
                        Map.of("context", tab),
                        "awaitPromise",
                        true,
                        "userActivation",
                        false));
        if (!answer.path("type").asString().equals("success")) {
            throw new IllegalStateException("Firefox evaluated %s: %s"
                    .formatted(expression, answer.path("exceptionDetails").path("text")));
        }
        return JsonMapper.shared().readTree(answer.path("result").path("value").asString());
    }

    @Override
    public void perform(Map<String, Object> device) {
        askTab("input.performActions", Map.of("actions", List.of(device)));
    }

    @Override
    public void resize(int width, int height) {
        askTab("browsingContext.setViewport", Map.of("viewport", Map.of("width", width, "height", height)));
    }

    @Override
    public void reload() {
        askTab("browsingContext.reload", Map.of("wait", "complete"));
    }

    @Override
    public void back() {
        askTab("browsingContext.traverseHistory", Map.of("delta", -1));
    }

    @Override
    public String tab() {
        return tab;
    }

    @Override
    public List<String> tabs() {
        return ask("browsingContext.getTree", Map.of("maxDepth", 0))
                .path("contexts")
                .valueStream()
                .map(context -> context.path("context").asString())
                .toList();
    }

    @Override
    public void openWindow() {
        tab = create("window");
    }

    /** Creates a tab or a window, in front. */
    private String create(String type) {
        return ask("browsingContext.create", Map.of("type", type, "background", false))
                .path("context")
                .asString();
    }

    @Override
    public void hide() {
        inFront = create("tab");
    }

    @Override
    public void show() {
        String hidden = tab;
        switchTo(inFront);
        closeTab(hidden);
    }

    @Override
    public void switchTo(String other) {
        tab = other;
    }

    @Override
    public void closeTab(String other) {
        askTab("browsingContext.close", Map.of());
        switchTo(other);
        askTab("browsingContext.activate", Map.of());
    }

    @Override
    public List<String> consoleErrors() {
        return complaints;
    }

    @Override
    public void close() {
        socket.abort();
        client.close();
        process.close();
    }
}

package chatd.acceptance.web.browser;

import chatd.acceptance.kit.ProcessResult;
import chatd.fixtures.TestTimeout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * WebKitGTK's own small browser, over WebDriver: JSON over HTTP to WebKit's driver, which starts
 * the browser. It needs a display, which Xvfb provides. There is no window manager: a window has
 * the focus while the pointer is above it, and the pointer is in the middle of the display.
 */
public final class WebKitDriver implements WireBrowser {
    public static final Path DRIVER = Path.of("/usr/bin/WebKitWebDriver");
    public static final Path DISPLAY = Path.of("/usr/bin/Xvfb");

    /** The browser, which Debian has in a directory for the architecture. */
    public static final Path PROGRAM = Path.of(
            System.getProperty("os.arch").equals("aarch64")
                    ? "/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1/MiniBrowser"
                    : "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser");

    private static final Pattern NUMBER = Pattern.compile("^(\\d+)$", Pattern.MULTILINE);

    private final BrowserProcess display;
    private final BrowserProcess driver;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String address;
    private final List<String> complaints = new ArrayList<>();
    private String session = "";
    private String version = "";
    /** The size of the window. */
    private Map<String, Integer> window = Map.of();

    private WebKitDriver(BrowserProcess display, BrowserProcess driver, int port) {
        this.display = display;
        this.driver = driver;
        address = "http://localhost:" + port;
    }

    /**
     * Starts it.
     *
     * @param home an empty directory
     */
    public static WebKitDriver start(Path home) {
        BrowserProcess display = BrowserProcess.start(
                home,
                List.of(DISPLAY.toString(), "-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"),
                Map.of(),
                said -> NUMBER.matcher(said).find());
        @Nullable BrowserProcess driver = null;
        try {
            int port = ProcessResult.freePort();
            String number = NUMBER.matcher(display.output())
                    .results()
                    .findFirst()
                    .orElseThrow()
                    .group(1);
            driver = BrowserProcess.start(
                    home,
                    List.of(DRIVER.toString(), "--port=" + port),
                    Map.of("DISPLAY", ":" + number, "GDK_BACKEND", "x11", "GSETTINGS_BACKEND", "memory"),
                    _ -> listens(port));
            var started = new WebKitDriver(display, driver, port);
            started.begin();
            return started;
        } catch (IOException e) {
            display.close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            Stream.of(driver, display).filter(Objects::nonNull).forEach(BrowserProcess::close);
            throw e;
        }
    }

    private void begin() {
        Map<String, Object> options = Map.of("binary", PROGRAM.toString(), "args", List.of("--automation"));
        Map<String, Object> required = Map.of("acceptInsecureCerts", true, "webkitgtk:browserOptions", options);
        JsonNode made = ask("POST", "/session", Map.of("capabilities", Map.of("alwaysMatch", required)));
        session = "/session/" + made.path("sessionId").asString();
        version =
                "WebKitGTK " + made.path("capabilities").path("browserVersion").asString();
    }

    private static boolean listens(int port) {
        try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /** Sends a command and returns its value. */
    private JsonNode ask(String method, String path, @Nullable Map<String, ?> parameters) {
        HttpRequest.BodyPublisher body = parameters == null
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString(JsonMapper.shared().writeValueAsString(parameters));
        HttpRequest request = HttpRequest.newBuilder(URI.create(address + path))
                .method(method, body)
                .timeout(TestTimeout.LONG)
                .build();
        try {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IllegalStateException(
                        "WebKit's driver answered %s %s %s: %s".formatted(method, path, parameters, response.body()));
            }
            return JsonMapper.shared().readTree(response.body()).path("value");
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "WebKit's driver has no answer to %s %s; it said: %s".formatted(method, path, driver.output()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private JsonNode post(String path, Map<String, ?> parameters) {
        return ask("POST", session + path, parameters);
    }

    private JsonNode get(String path) {
        return ask("GET", session + path, null);
    }

    @Override
    public String version() {
        return version;
    }

    @Override
    public void open(String url) {
        post("/url", Map.of("url", url));
        recordComplaints();
    }

    @Override
    public JsonNode evaluate(String expression) {
        JsonNode answer = post("/execute/async", Map.of("args", List.of(), "script", """
                const done = arguments[arguments.length - 1];
                (async () => (%s))().then(
                  value => done([JSON.stringify(value ?? null)]),
                  error => done(String(error)),
                );""".formatted(expression)));
        if (!answer.isArray()) {
            throw new IllegalStateException("WebKit evaluated %s: %s".formatted(expression, answer));
        }
        return JsonMapper.shared().readTree(answer.path(0).asString());
    }

    @Override
    public void perform(Map<String, Object> device) {
        post("/actions", Map.of("actions", List.of(device)));
        if ("wheel".equals(device.get("type"))) {
            // Otherwise the driver would turn the wheel next time only by the difference from this
            // turn.
            ask("DELETE", session + "/actions", null);
        }
    }

    /**
     * Sets the size of the page, by that of the window around it: the driver can set no other
     * size.
     */
    @Override
    public void resize(int width, int height) {
        JsonNode more = evaluate("[outerWidth - innerWidth, outerHeight - innerHeight]");
        window = Map.of(
                "width", width + more.path(0).asInt(),
                "height", height + more.path(1).asInt());
        post("/window/rect", window);
    }

    @Override
    public void reload() {
        collectComplaints();
        post("/refresh", Map.of());
        recordComplaints();
    }

    @Override
    public void back() {
        post("/back", Map.of());
    }

    @Override
    public String tab() {
        return get("/window").asString();
    }

    @Override
    public List<String> tabs() {
        return get("/window/handles").valueStream().map(JsonNode::asString).toList();
    }

    @Override
    public void openWindow() {
        switchTo(post("/window/new", Map.of("type", "window")).path("handle").asString());
    }

    /**
     * Minimizes the window: the driver opens tabs behind the others, and can bring none to the
     * front.
     */
    @Override
    public void hide() {
        post("/window/minimize", Map.of());
    }

    @Override
    public void show() {
        post("/window/rect", window);
    }

    @Override
    public void switchTo(String tab) {
        post("/window", Map.of("handle", tab));
    }

    @Override
    public void closeTab(String other) {
        ask("DELETE", session + "/window", null);
        switchTo(other);
    }

    /**
     * Returns the errors of scripts and policies since a page was loaded: plain WebDriver has no
     * access to the console.
     */
    @Override
    public List<String> consoleErrors() {
        collectComplaints();
        return complaints;
    }

    private void recordComplaints() {
        evaluate("""
                void (window.complaints = [], ["error", "unhandledrejection", "securitypolicyviolation"].forEach(kind =>
                    addEventListener(kind, ({ message, reason, violatedDirective }) =>
                        window.complaints.push(String(message ?? reason ?? violatedDirective)))))""");
    }

    private void collectComplaints() {
        evaluate("window.complaints?.splice(0) ?? []").forEach(complaint -> complaints.add(complaint.asString()));
    }

    @Override
    public void close() {
        try {
            ask("DELETE", session, null);
        } finally {
            client.close();
            driver.close();
            display.close();
        }
    }
}

package chatd.acceptance.web.browser;

import chatd.acceptance.kit.CutProxy;
import chatd.acceptance.kit.HttpClient;
import chatd.acceptance.kit.SpawnedDaemon;
import com.microsoft.playwright.Route;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A daemon as a process, a proxy before it that cuts connections, and a browser in which people use its page; a test fails
 * if a page complains in its console.
 */
public abstract class BrowserTestBase {
    @SuppressWarnings("NullAway.Init")
    public // start() sets it
    static SpawnedDaemon chatd;

    @SuppressWarnings("NullAway.Init")
    public // start() sets it
    static WebBrowser browser;

    /** Forwards to the daemon, which accepts the proxy's origin as its own. */
    @SuppressWarnings("NullAway.Init")
    public // start() sets it
    static CutProxy proxy;

    /** Adds what the tabs showed to the report of a test that failed. */
    @RegisterExtension
    static final AfterTestExecutionCallback WHAT_WAS_SHOWN = context -> context.getExecutionException()
            .ifPresent(failure -> failure.addSuppressed(new AssertionError("The tabs showed:\n" + browser.shown())));

    @BeforeAll
    static void start() {
        proxy = CutProxy.onPort(0);
        chatd = SpawnedDaemon.start(
                "CHATD_HTTP_ORIGINS",
                origin(proxy),
                "CHATD_RATES_CHANGES",
                "100000",
                "CHATD_RATES_MENTIONS",
                "0",
                "CHATD_GROUPS_MADE",
                "1000",
                "CHATD_GROUPS_RENAMES",
                "0");
        proxy.forwardToPort(chatd.port());
        browser = new WebBrowser();
    }

    @AfterAll
    static void stop() {
        browser.close();
        chatd.close();
        proxy.close();
    }

    protected static String origin(CutProxy proxy) {
        return "https://localhost:" + proxy.port();
    }

    /** Answers a request of a page as the daemon does, whatever the proxy does meanwhile. */
    protected static void bypassProxy(Route route) {
        if (!route.request().method().equals("GET")) {
            route.resume();
            return;
        }
        try (HttpClient http = HttpClient.connect(chatd)) {
            HttpClient.Response page =
                    http.get(URI.create(route.request().url()).getPath());
            route.fulfill(new Route.FulfillOptions()
                    .setStatus(page.status())
                    .setHeaders(Map.of(
                            "content-type", page.header("content-type"),
                            "content-security-policy", page.header("content-security-policy")))
                    .setBodyBytes(page.body()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void closeTabs() {
        browser.closeTabs();
    }
}

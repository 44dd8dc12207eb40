package chatd.acceptance.web.browser;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chatd;
import chatd.fixtures.TestTimeout;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A browser without a window, in which people use the page; used by one test thread. */
public final class WebBrowser implements AutoCloseable {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final List<String> OPTIONS = List.of("--no-sandbox", "--disable-gpu");

    static {
        PlaywrightAssertions.setDefaultAssertionTimeout(TestTimeout.MILLIS);
    }

    private final Playwright playwright =
            Playwright.create(new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    private final Browser browser = playwright
            .chromium()
            .launch(new BrowserType.LaunchOptions().setExecutablePath(CHROMIUM).setArgs(OPTIONS));
    private final List<WebPerson> people = new ArrayList<>();

    /** The devices that people use. */
    public enum Device {
        DESK(1280, 800, false),
        PHONE(390, 844, true);

        private final int width;
        private final int height;
        private final boolean hasTouch;

        Device(int width, int height, boolean hasTouch) {
            this.width = width;
            this.height = height;
            this.hasTouch = hasTouch;
        }

        int width() {
            return width;
        }

        int height() {
            return height;
        }

        /** As {@link #options}, with a clipboard that the test may read. */
        public Browser.NewContextOptions withClipboard() {
            return options().setPermissions(List.of("clipboard-read", "clipboard-write"));
        }

        public Browser.NewContextOptions options() {
            return new Browser.NewContextOptions()
                    .setIgnoreHTTPSErrors(true)
                    .setViewportSize(width, height)
                    .setHasTouch(hasTouch)
                    .setLocale("en-GB")
                    .setTimezoneId("Europe/Berlin");
        }
    }

    /** Opens the page of a daemon as somebody whose browser has never been there. */
    public WebPerson open(Chatd chatd, Device device) {
        return open(chatd, device.options());
    }

    public WebPerson open(Chatd chatd, Browser.NewContextOptions options) {
        return open(chatd.port(), options);
    }

    /** As above, in a blank tab. */
    public WebPerson open(Chatd chatd, Page blank) {
        return open(chatd.port(), blank);
    }

    /** As above, at a port, which may be that of a proxy. */
    public WebPerson open(int port, Browser.NewContextOptions options) {
        return open(port, blank(options));
    }

    /**
     * Opens the page as somebody whose browser stores nothing for any page; its profile is in an
     * empty directory.
     */
    public WebPerson openWithoutStorage(int port, Path profile) throws IOException {
        Files.writeString(
                Files.createDirectories(profile.resolve("Default")).resolve("Preferences"),
                "{\"profile\": {\"default_content_setting_values\": {\"cookies\": 2}}}");
        BrowserContext context = playwright
                .chromium()
                .launchPersistentContext(
                        profile,
                        new BrowserType.LaunchPersistentContextOptions()
                                .setExecutablePath(CHROMIUM)
                                .setArgs(OPTIONS)
                                .setIgnoreHTTPSErrors(true)
                                .setLocale("en-GB"));
        return open(port, context.newPage());
    }

    private WebPerson open(int port, Page page) {
        page.setDefaultTimeout(TestTimeout.MILLIS);
        var person = new WebPerson(page, "https://localhost:" + port + "/");
        people.add(person);
        page.navigate(person.address());
        return person;
    }

    /** Opens a blank tab. */
    public Page blank(Browser.NewContextOptions options) {
        return browser.newContext(options).newPage();
    }

    /** Opens the page in another tab of somebody's browser. */
    public WebPerson openAgain(WebPerson first) {
        var again = new WebPerson(first.page().context().newPage(), first.address());
        people.add(again);
        again.page().navigate(again.address());
        return again;
    }

    /** Duplicates somebody's tab: the new one has a copy of what is stored for the first. */
    public WebPerson duplicate(WebPerson first) {
        Page page = first.page()
                .context()
                .waitForPage(() -> first.page().evaluate("() => void window.open(location.href)"));
        var again = new WebPerson(page, first.address());
        people.add(again);
        return again;
    }

    /** Closes all tabs; fails if a page has complained in its console. */
    public void closeTabs() {
        try {
            assertThat(people.stream().flatMap(person -> person.complaints().stream()))
                    .as("complaints of the pages")
                    .isEmpty();
        } finally {
            people.forEach(person -> person.page().context().close());
            people.clear();
        }
    }

    /** Returns what each open tab shows, as text, for the report of a failed test. */
    String shown() {
        return people.stream()
                .map(WebPerson::page)
                .filter(page -> !page.isClosed())
                .map(page -> page.url() + "\n" + page.locator("body").innerText())
                .collect(Collectors.joining("\n---\n"));
    }

    @Override
    public void close() {
        playwright.close();
    }
}

package chatd.acceptance.web.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.web.browser.WebBrowser.Device;
import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ViewportSize;
import java.nio.file.Path;
import java.util.List;

/**
 * Checks a state of the page in both sizes, languages and colour schemes: axe finds nothing, and
 * nothing is wider than the window. Leaves screenshots in {@code target/pictures}.
 */
public final class AppearanceCheck {
    public static final Path PICTURES = Path.of("target/pictures");

    /** A combination of the three properties; four of them cover each pair of values. */
    private record Look(Device device, ColorScheme scheme, String language) {
        String name(String state) {
            return "%s-%s-%s-%s.png".formatted(state, device, scheme, language).toLowerCase(java.util.Locale.ROOT);
        }
    }

    private static final List<Look> ALL = List.of(
            new Look(Device.DESK, ColorScheme.LIGHT, "en"),
            new Look(Device.DESK, ColorScheme.DARK, "zh"),
            new Look(Device.PHONE, ColorScheme.LIGHT, "zh"),
            new Look(Device.PHONE, ColorScheme.DARK, "en"));

    private AppearanceCheck() {}

    /** Checks a state, and leaves the page as it was, in English. */
    public static void check(WebPerson person, String state) {
        Page page = person.page();
        ViewportSize before = page.viewportSize();
        for (Look look : ALL) {
            page.setViewportSize(look.device().width(), look.device().height());
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(look.scheme()));
            switchLanguage(page, look.language());
            person.takeScreenshot(PICTURES.resolve(look.name(state)));
            assertThat(new AxeBuilder(page).analyze().getViolations())
                    .as("%s as %s", state, look)
                    .isEmpty();
            assertThat(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                    .as("%s as %s is no wider than the window", state, look)
                    .isEqualTo(true);
        }
        // A small window, and one at 200 %
        for (int width : List.of(320, 640)) {
            page.setViewportSize(width, width == 320 ? 640 : 400);
            assertThat(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                    .as("%s at %d px is no wider than the window", state, width)
                    .isEqualTo(true);
        }
        page.setViewportSize(before.width, before.height);
        switchLanguage(page, "en");
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
    }

    /** Has the page load its languages, for a check that follows while it has no connection. */
    public static void loadLanguages(WebPerson person) {
        switchLanguage(person.page(), "zh");
        switchLanguage(person.page(), "en");
    }

    /** Switches the language of the page, as when it is chosen in another tab. */
    private static void switchLanguage(Page page, String language) {
        page.evaluate("""
                language => {
                  localStorage.setItem("language", language);
                  dispatchEvent(new StorageEvent("storage", { key: "language", newValue: language }));
                }""", language);
        assertThat(page.locator("html")).hasAttribute("lang", language.equals("zh") ? "zh-CN" : "en");
    }
}

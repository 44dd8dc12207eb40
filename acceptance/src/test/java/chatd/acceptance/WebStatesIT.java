package chatd.acceptance;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.WebBrowser.Device;
import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The states of the page, each with its words: axe finds nothing in any of them, and a picture of each is in {@code
 * target/pictures}.
 */
@Tag("processes")
class WebStatesIT {
    private static final Path PICTURES = Path.of("target/pictures");

    @SuppressWarnings("NullAway.Init") // start() sets it
    private static WebBrowser browser;

    @BeforeAll
    static void start() {
        browser = new WebBrowser();
    }

    @AfterAll
    static void stop() {
        browser.close();
    }

    @AfterEach
    void closeTabs() {
        browser.closeTabs();
    }

    /** Looks at a state. */
    private static void look(WebPerson person, String look, String state) {
        person.picture(PICTURES.resolve("%s-%s.png".formatted(state, look)));
        assertThat(new AxeBuilder(person.page()).analyze().getViolations())
                .as("%s, %s", state, look)
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"DESK, LIGHT", "DESK, DARK", "PHONE, LIGHT", "PHONE, DARK"})
    void everyStateHasItsWords(Device device, ColorScheme scheme) {
        String look = (device + "-" + scheme).toLowerCase(Locale.ROOT);
        try (SpawnedDaemon chatd = SpawnedDaemon.start()) {
            String ann = "ann";
            chatd.admin("only-for-once-7\n", "user", "add", ann, "--password-stdin")
                    .exits(0);
            chatd.admin(Chatd.PASSWORD + "\n", "user", "add", "王芳", "--password-stdin", "--no-change")
                    .exits(0);
            WebPerson person = browser.open(chatd, device.options().setColorScheme(scheme));
            person.sees("Log in");
            look(person, look, "log-in");
            person.enter(ann, "not-the-password");
            WebPerson.waits(person.page().getByText("The name or the password is wrong."));
            look(person, look, "wrong");
            person.enter(ann, "only-for-once-7");
            person.sees("Choose a password");
            person.field("New password").fill("sturdy");
            look(person, look, "forced-change");
            person.field("New password").fill(Chatd.PASSWORD);
            person.field("New password, again").fill(Chatd.PASSWORD);
            person.button("Save and log in").click();
            person.sees("Chats");
            WebPerson.waits(person.page().getByText("Nobody yet"));
            look(person, look, "nobody-yet");
            person.find("王芳");
            WebPerson.waits(person.page().getByText("Only you and 王芳 see what is written here."));
            look(person, look, "empty");
            person.says("Shall we meet at 3? The room is free until five.")
                    .says("/xyx")
                    .reads("Shall we meet at 3? The room is free until five.");
            WebPerson other = browser.open(chatd, Device.PHONE)
                    .logIn(new Chatd.Person("王芳", Chatd.PASSWORD))
                    .open(ann);
            other.says("好的,三点见!")
                    .says("See https://example.org/plan for the plan.")
                    .act("Shall we meet at 3? The room is free until five.", "👍");
            other.says("Nothing else today?");
            person.reads("Nothing else today?");
            assertThat(person.page().locator(".reaction")).hasText("👍 1");
            look(person, look, "conversation");
            person.page().navigate(person.address() + "#/U4/card");
            WebPerson.waits(person.button("Mute"));
            look(person, look, "card");
            person.page().navigate(person.address() + "#/me");
            person.sees("Where you are logged in");
            look(person, look, "me");
            person.page().navigate(person.address() + "#/keys");
            person.sees("Keys");
            look(person, look, "keys");
            person.page().navigate(person.address() + "#/U4");
            person.act("Nothing else today?", "Answer");
            look(person, look, "answering");
            chatd.killDaemon();
            WebPerson.waits(person.page().locator(".bar.lost"));
            person.says("This waits.");
            WebPerson.waits(person.page().locator("li.waits"));
            look(person, look, "offline");
            person.page().navigate(person.address() + "#/me");
            person.button("中文").click();
            person.sees("您");
            person.page().navigate(person.address() + "#/U4");
            look(person, look, "chinese");
            person.page().navigate(person.address() + "#/");
            look(person, look, "chinese-list");
        }
    }
}

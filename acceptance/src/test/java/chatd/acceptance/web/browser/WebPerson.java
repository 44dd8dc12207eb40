package chatd.acceptance.web.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import chatd.acceptance.kit.Chatd;
import chatd.fixtures.TestTimeout;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;

/** Somebody who uses the page in a tab of a browser: reads it, types and clicks. */
public final class WebPerson {
    /** Console errors about a connection that is cut, which tests do on purpose. */
    private static final Pattern CUT = Pattern.compile("WebSocket connection to|net::ERR_");

    /**
     * Lets a test send a request on the page's own connection, whose answer the page does not see:
     * when it has arrived, everything that the server sent before has been delivered to the page.
     */
    private static final String FENCE_SCRIPT = """
            (() => {
              const waiting = new Map();
              let last;
              let fences = 0;
              window.WebSocket = class extends WebSocket {
                constructor(...given) {
                  super(...given);
                  last = this;
                  // The first listener: it takes what is its own away from the page.
                  this.addEventListener("message", (event) => {
                    const id = /"id":"(fence-\\d+)"/.exec(event.data)?.[1];
                    if (waiting.has(id)) {
                      event.stopImmediatePropagation();
                      waiting.get(id)();
                      waiting.delete(id);
                    }
                  });
                }
              };
              // Nothing else would end a wait in the page: the connection may be cut, and a hidden page draws nothing.
              window.allHasCome = () => new Promise((done, fail) => {
                const id = `fence-${++fences}`;
                setTimeout(() => fail(new Error("what was sent has not come, or was not drawn")), %d);
                last.addEventListener("close", () => fail(new Error("the connection was cut")));
                // What has come is drawn with the next frame.
                waiting.set(id, () => requestAnimationFrame(() => requestAnimationFrame(done)));
                last.send(JSON.stringify({ type: 3, receive: "U999999999", info: "to nobody", id }));
              });
            })()""".formatted(TestTimeout.MILLIS);

    private final Page page;

    private final String address;
    private final List<String> complaints = new ArrayList<>();

    public WebPerson(Page page, String address) {
        this.page = page;
        this.address = address;
        page.addInitScript(FENCE_SCRIPT);
        page.onPageError(complaints::add);
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") && !CUT.matcher(message.text()).find()) {
                complaints.add(message.text());
            }
        });
    }

    public Page page() {
        return page;
    }

    public String address() {
        return address;
    }

    /** Returns the errors that the page has logged in its console. */
    public List<String> complaints() {
        return complaints;
    }

    public Locator button(String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    public Locator field(String label) {
        return page.getByLabel(label, new Page.GetByLabelOptions().setExact(true));
    }

    /** Fills in name and password and sends them. */
    public WebPerson enter(String name, String password) {
        field("Name").fill(name);
        field("Password").fill(password);
        button("Log in").click();
        return this;
    }

    /** Logs in; returns when the list of chats is there. */
    public WebPerson logIn(Chatd.Person person) {
        enter(person.name(), person.password());
        sees("Chats");
        return this;
    }

    /** Logs in on a device that is one's own. */
    public WebPerson logInToStay(Chatd.Person person) {
        field("Stay logged in").check();
        return logIn(person);
    }

    /** Logs out; returns when the login form is shown. */
    public void logOut() {
        button("You").click();
        logOutFromYou();
    }

    /** As above, where "You" is open. */
    public void logOutFromYou() {
        button("Log out").click();
        sees("Log in");
        // The form is shown before the page has forgotten all, and left the place where one logged out.
        page.waitForFunction("() => !location.hash.endsWith('/me')");
    }

    /**
     * Connects again at once, as when a device finds its network again; by itself the page would do
     * so after a pause.
     */
    public void reconnect() {
        page.evaluate("dispatchEvent(new Event('online'))");
    }

    /** Waits until a heading is shown. */
    public void sees(String heading) {
        awaitVisible(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName(heading))
                .first());
    }

    public static void awaitVisible(Locator locator) {
        assertThat(locator).isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(TestTimeout.MILLIS));
    }

    /** Waits until something is no longer there. */
    public static void awaitGone(Locator locator) {
        assertThat(locator).hasCount(0);
    }

    /**
     * Checks that something is not there, once the page has shown everything that the server has
     * sent by now.
     */
    public WebPerson expectAbsent(Locator locator) {
        page.evaluate("() => allHasCome()");
        assertThat(locator).hasCount(0);
        return this;
    }

    /** Waits until somebody's row in the list of chats is there; returns it. */
    public Locator row(String name) {
        Locator title = page.locator(".row-title").filter(new Locator.FilterOptions().setHasText(name));
        Locator row = page.locator(".list .row:not(.hit)").filter(new Locator.FilterOptions().setHas(title));
        awaitVisible(row);
        return row;
    }

    /** Opens a conversation that is in the list. */
    public WebPerson open(String name) {
        row(name).click();
        awaitVisible(composer());
        assertThat(page.locator(".placing")).hasCount(0);
        return this;
    }

    /** Finds somebody by name, and opens the conversation. */
    public WebPerson find(String name) {
        button("Search").click();
        field("Search").fill(name);
        row(name).click();
        awaitVisible(composer());
        return this;
    }

    /** Goes to the end of the conversation, unless it is there already. */
    public WebPerson toEnd() {
        page.evaluate("() => document.querySelector('.jump')?.click()");
        assertThat(page.locator(".jump")).hasCount(0);
        return this;
    }

    /** Scrolls until a message that is in memory is at the top. */
    public void scrollTo(String text) {
        message(text).evaluate("row => row.scrollIntoView({ block: 'start', behavior: 'instant' })");
        // The scroll event comes with the next frame.
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
    }

    /** Switches to another window: this one is no longer visible, nor does it have the focus. */
    public void looksAway() {
        setVisibility("hidden", false);
    }

    public void looksAgain() {
        setVisibility("visible", true);
    }

    /** Simulates visibility and focus: windows of a headless browser are always visible. */
    private void setVisibility(String visibility, boolean hasFocus) {
        page.evaluate("""
                ([visibility, hasFocus]) => {
                  Object.defineProperty(document, "visibilityState", { value: visibility, configurable: true });
                  document.hasFocus = () => hasFocus;
                  document.dispatchEvent(new Event("visibilitychange"));
                  dispatchEvent(new Event(hasFocus ? "focus" : "blur"));
                }""", List.of(visibility, hasFocus));
    }

    public Locator composer() {
        return page.locator(".composer textarea");
    }

    /** Types a text and sends it with Enter. */
    public WebPerson says(String text) {
        composer().fill(text);
        if (page.evaluate("() => matchMedia('(hover: none) and (pointer: coarse)').matches")
                .equals(true)) {
            page.locator(".composer .send").click();
        } else {
            composer().press("Enter");
        }
        return this;
    }

    /** Returns the message with this text. */
    public Locator message(String text) {
        Pattern whole = Pattern.compile("^" + text.replaceAll("[^\\p{L}\\p{N} ]", "\\\\$0") + "$");
        return page.locator("li.message")
                .filter(new Locator.FilterOptions()
                        .setHas(page.locator(".text").filter(new Locator.FilterOptions().setHasText(whole))));
    }

    /** Chooses one of the actions of a message. */
    public WebPerson act(String text, String action) {
        Locator message = message(text);
        message.hover();
        message.getByLabel("Message actions").click();
        choice(action).click();
        return this;
    }

    /** Returns a button of the menu that is open, by its whole name: "Edit" is not "Edit history". */
    public Locator choice(String action) {
        return page.locator("dialog[open]")
                .getByRole(
                        AriaRole.BUTTON,
                        new Locator.GetByRoleOptions().setName(action).setExact(true));
    }

    /** Waits until a message is shown, exactly once, and has its number. */
    public WebPerson reads(String text) {
        assertThat(message(text).and(page.locator("[data-mid]")))
                .hasCount(1, new LocatorAssertions.HasCountOptions().setTimeout(TestTimeout.MILLIS));
        return this;
    }

    /** Returns the texts of the conversation, from the oldest that is in memory. */
    public List<String> texts() {
        return page.locator("li.message .text").allTextContents();
    }

    /** Returns by how many pixels a message is below the top of the list. */
    public double offsetFromTop(String text) {
        assertThat(page.locator(".placing")).hasCount(0);
        return message(text).boundingBox().y - page.locator(".scroll").boundingBox().y;
    }

    /** Returns the type of a message that the page and the daemon exchange. */
    public static int type(String message) {
        return JsonMapper.shared().readTree(message).path("type").asInt();
    }

    /** Takes a screenshot. */
    public void takeScreenshot(Path file) {
        page.screenshot(new Page.ScreenshotOptions().setPath(file));
    }
}

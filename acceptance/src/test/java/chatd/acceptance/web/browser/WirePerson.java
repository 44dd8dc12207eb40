package chatd.acceptance.web.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Somebody who uses the page in a {@link WireBrowser}: reads it, types and clicks. */
public final class WirePerson {
    /** How often a condition is polled. */
    private static final Duration POLL_INTERVAL = Duration.ofMillis(50);

    public static final String COMPOSER = "document.querySelector('.composer textarea')";
    public static final String SCROLL = "document.querySelector('.scroll')";

    private final WireBrowser browser;

    public WirePerson(WireBrowser browser) {
        this.browser = browser;
    }

    /** Waits until a condition, which is a script, is true. */
    public void waits(String condition) {
        await(condition)
                .pollInterval(POLL_INTERVAL)
                .until(() -> browser.evaluate(condition).asBoolean());
    }

    /** Waits until a script has this value. */
    public void waits(String expression, Object value) {
        await(expression)
                .pollInterval(POLL_INTERVAL)
                .untilAsserted(() -> assertThat(browser.evaluate(expression))
                        .asString()
                        .isEqualTo(value instanceof String text ? WireBrowser.quoted(text) : value.toString()));
    }

    /**
     * Returns a script for the first element of a kind that has this label, or without one, this
     * text.
     */
    static String named(String kind, String name) {
        return "[...document.querySelectorAll(%s)].find(one => (one.ariaLabel ?? one.innerText).trim() === %s)"
                .formatted(WireBrowser.quoted(kind), WireBrowser.quoted(name));
    }

    public static String button(String name) {
        return named("button", name);
    }

    /** Returns a script for the field with a label. */
    public static String field(String label) {
        return "[...document.querySelectorAll('label')].find(one => one.innerText.trim() === %s)?.control"
                .formatted(WireBrowser.quoted(label));
    }

    /** Returns a script for the message with this text. */
    public static String message(String text) {
        return "[...document.querySelectorAll('li.message[data-mid]')]"
                + ".find(one => one.querySelector('.text')?.innerText === %s)".formatted(WireBrowser.quoted(text));
    }

    /** Clicks an element as soon as that is possible. */
    public WirePerson clicks(String element) {
        await(element)
                .pollInterval(POLL_INTERVAL)
                .untilAsserted(
                        () -> assertThat(browser.click(element)).as(element).isNull());
        return this;
    }

    /** Clicks a field and types into it, replacing its content. */
    public WirePerson fills(String field, String text) {
        clicks(field);
        browser.evaluate("(" + field + ").select()");
        browser.type(text);
        return this;
    }

    public WirePerson enter(String name, String password) {
        fills(field("Name"), name);
        fills(field("Password"), password);
        return clicks(button("Log in"));
    }

    /** Waits until a heading is shown. */
    public void sees(String heading) {
        waits("!!" + named("h1, h2", heading));
    }

    /** Types a text and sends it with Enter. */
    public WirePerson says(String text) {
        clicks(COMPOSER);
        browser.type(text);
        browser.press(WireBrowser.Key.ENTER);
        return this;
    }

    /** Waits until a message is shown, exactly once, and has its number. */
    public WirePerson reads(String text) {
        waits(
                "[...document.querySelectorAll('li.message[data-mid] .text')].filter(one => one.innerText === %s).length"
                        .formatted(WireBrowser.quoted(text)),
                1);
        return this;
    }

    /** Opens the actions of a message, and chooses one. */
    public WirePerson acts(String text, String action) {
        clicks(message(text) + "?.querySelector(':scope > .iconic')");
        return clicks("[...document.querySelectorAll('dialog[open] button')].find(one => one.innerText.trim() === %s)"
                .formatted(WireBrowser.quoted(action)));
    }

    /** Returns the texts of the conversation, from the oldest that is in memory. */
    public List<String> texts() {
        return browser.evaluate("[...document.querySelectorAll('li.message .text')].map(one => one.innerText)")
                .valueStream()
                .map(text -> text.asString())
                .toList();
    }

    /** Returns the number of the first message whose top is in view. */
    public long firstVisibleMessage() {
        return browser.evaluate("""
                        Number([...document.querySelectorAll('[data-mid]')].find(row =>
                            row.getBoundingClientRect().top >= %s.getBoundingClientRect().top).dataset.mid)""".formatted(SCROLL)).asLong();
    }

    /** Returns by how many pixels a message is below the top of the list, after a frame that has been painted. */
    public double offsetFromTop(long mid) {
        return browser.evaluate("""
                        await new Promise(painted => requestAnimationFrame(() => setTimeout(() => painted(
                            document.querySelector('[data-mid="%d"]').getBoundingClientRect().top
                                - %s.getBoundingClientRect().top))))""".formatted(mid, SCROLL)).asDouble();
    }

    /** Turns the wheel, and waits until the list has stopped. */
    public void scrolls(int down) {
        browser.wheel(SCROLL, down);
        AtomicReference<Double> last = new AtomicReference<>(Double.NaN);
        await().pollInterval(Duration.ofMillis(200)).until(() -> {
            double top = browser.evaluate(SCROLL + ".scrollTop").asDouble();
            return last.getAndSet(top).equals(top);
        });
    }
}

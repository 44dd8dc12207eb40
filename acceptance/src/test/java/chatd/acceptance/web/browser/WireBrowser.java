package chatd.acceptance.web.browser;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A headless browser, driven by a WebDriver protocol: what a person
 * does with it, and what its page then shows. Commands go to one of its tabs. Scripts are
 * expressions, which may use {@code await}, and whose value is JSON. Used by one test thread.
 */
public interface WireBrowser extends AutoCloseable {
    /** A key that types no character, by its code in WebDriver. */
    enum Key {
        SHIFT('\uE008'),
        CONTROL('\uE009'),
        ENTER('\uE007'),
        ESCAPE('\uE00C'),
        UP('\uE013'),
        DOWN('\uE015');

        private final char code;

        Key(char number) {
            this.code = number;
        }
    }

    /** Returns its name and version. */
    String version();

    /** Opens an address in this tab; returns when the page is loaded. */
    void open(String url);

    JsonNode evaluate(String expression);

    /** Performs the actions of one input device, in WebDriver's own format. */
    void perform(Map<String, Object> device);

    /** Sets the size of the viewport, in CSS pixels. */
    void resize(int width, int height);

    /** Loads the page again, as F5 does. */
    void reload();

    /** Goes back, as the button does. */
    void back();

    /** Returns the tab to which commands go. */
    String tab();

    /** Returns all tabs, those included that the page has opened. */
    List<String> tabs();

    /**
     * Opens a window in front of the current one, whose tab loses the focus but stays visible;
     * commands go to the new one.
     */
    void openWindow();

    /** Covers or minimizes this tab, so that its page is hidden; commands still go to it. */
    void hide();

    /** Brings this tab, which was hidden, to the front again. */
    void show();

    /** Sends commands to another tab from now on; a tab behind others stays there. */
    void switchTo(String tab);

    /** Closes this tab, which is in front; {@code other} comes to the front, and commands go to it. */
    void closeTab(String other);

    /** Returns the errors that pages have logged in their consoles. */
    List<String> consoleErrors();

    @Override
    void close();

    /**
     * Clicks the middle of an element, which is scrolled into view if necessary.
     *
     * @return why that is not possible, or null if it was done
     */
    default @Nullable String click(String element) {
        JsonNode middle = middle(element);
        if (middle.isString()) {
            return middle.asString();
        }
        perform(pointer(List.of(
                moveTo(middle), Map.of("type", "pointerDown", "button", 0), Map.of("type", "pointerUp", "button", 0))));
        return null;
    }

    /** Turns the wheel over the middle of an element, by this many CSS pixels down. */
    default void wheel(String element, int down) {
        JsonNode middle = middle(element);
        if (middle.isString()) {
            throw new IllegalStateException("the wheel over " + element + ": " + middle.asString());
        }
        Map<String, Object> turn = Map.of(
                "type",
                "scroll",
                "x",
                middle.path(0).asInt(),
                "y",
                middle.path(1).asInt(),
                "deltaX",
                0,
                "deltaY",
                down,
                "duration",
                0);
        perform(Map.of("type", "wheel", "id", "wheel", "actions", List.of(turn)));
    }

    /** Types a text, key by key, into the focused element. */
    default void type(String text) {
        List<Map<String, Object>> strokes = new ArrayList<>();
        text.codePoints().mapToObj(Character::toString).forEach(letter -> {
            strokes.add(Map.of("type", "keyDown", "value", letter));
            strokes.add(Map.of("type", "keyUp", "value", letter));
        });
        perform(Map.of("type", "key", "id", "keyboard", "actions", strokes));
    }

    /** Presses keys together, and releases them in reverse order. */
    default void press(Key... keys) {
        List<Map<String, Object>> strokes = new ArrayList<>();
        for (Key key : keys) {
            strokes.add(Map.of("type", "keyDown", "value", String.valueOf(key.code)));
        }
        for (int i = keys.length - 1; i >= 0; i--) {
            strokes.add(Map.of("type", "keyUp", "value", String.valueOf(keys[i].code)));
        }
        perform(Map.of("type", "key", "id", "keyboard", "actions", strokes));
    }

    /** Returns the middle of an element, or why nobody could click there. */
    private JsonNode middle(String element) {
        return evaluate("""
                (() => {
                  const element = %s;
                  if (!element) return "it is not there";
                  element.scrollIntoView({ block: "nearest" });
                  const { left, top, width, height } = element.getBoundingClientRect();
                  const at = [Math.round(left + width / 2), Math.round(top + height / 2)];
                  const hit = document.elementFromPoint(...at);
                  return element.contains(hit) ? at : `it is covered by ${hit?.outerHTML.slice(0, 200)}`;
                })()""".formatted(element));
    }

    private static Map<String, Object> moveTo(JsonNode place) {
        return Map.of(
                "type",
                "pointerMove",
                "x",
                place.path(0).asInt(),
                "y",
                place.path(1).asInt(),
                "duration",
                0);
    }

    private static Map<String, Object> pointer(List<Map<String, Object>> actions) {
        return Map.of(
                "type", "pointer", "id", "mouse", "parameters", Map.of("pointerType", "mouse"), "actions", actions);
    }

    /** Returns a text as a JavaScript string literal. */
    static String quoted(String text) {
        return JsonMapper.shared().writeValueAsString(text);
    }
}

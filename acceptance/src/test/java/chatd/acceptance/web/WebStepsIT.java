package chatd.acceptance.web;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.Writer;
import chatd.acceptance.web.browser.BrowserTestBase;
import chatd.acceptance.web.browser.WebBrowser.Device;
import chatd.acceptance.web.browser.WebPerson;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A first conversation, a group of three and a search, by the keyboard alone and by touch alone, in the steps that
 * {@code docs/web-design.md} counts: a key, a tap, or a text that is typed.
 */
@Tag("processes")
class WebStepsIT extends BrowserTestBase {
    /** Somebody who has only a keyboard, or only a finger. */
    private static final class Steps {
        private final WebPerson person;
        private int count;

        Steps(WebPerson person) {
            this.person = person;
        }

        Page page() {
            return person.page();
        }

        Steps press(String key) {
            count++;
            page().keyboard().press(key);
            return this;
        }

        Steps type(String text) {
            count++;
            page().keyboard().type(text);
            return this;
        }

        Steps tap(Locator at) {
            count++;
            at.tap();
            return this;
        }

        /** Presses a key until something with this label has the focus. */
        Steps pressUntil(String key, String label) {
            for (int i = 0; i < 40; i++) {
                press(key);
                if (page().evaluate("() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent")
                        .equals(label)) {
                    return this;
                }
            }
            throw new AssertionError(key + " does not lead to " + label);
        }

        /** Waits for what is on the screen. */
        Steps sees(Locator what) {
            WebPerson.awaitVisible(what);
            return this;
        }

        /** Returns the number of steps since the last call. */
        int taken() {
            int taken = count;
            count = 0;
            return taken;
        }
    }

    private static Locator choice(WebPerson person, Chatd.Person of) {
        return person.page().locator(".offered .choice").filter(new Locator.FilterOptions().setHasText(of.name()));
    }

    private static Locator hit(WebPerson person, String text) {
        return person.page().locator(".hit").filter(new Locator.FilterOptions().setHasText(text));
    }

    @Test
    void byTheKeyboardAlone() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        Chatd.Person cat = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann);
        Steps steps = new Steps(desk);
        steps.press("Control+k").type(ben.name()).sees(desk.row(ben.name())).press("Enter").sees(desk.composer());
        steps.type("Are you there?").press("Enter").sees(desk.message("Are you there?"));
        assertThat(steps.taken()).as("a first conversation").isEqualTo(5);

        steps.press("Control+k").pressUntil("Shift+Tab", "New group").press("Enter");
        steps.sees(desk.button("Create group")).pressUntil("Tab", "Name of the group").type("Crew");
        steps.press("Tab").type(ben.name()).sees(choice(desk, ben)).press("Enter");
        steps.type(cat.name()).sees(choice(desk, cat)).press("Enter");
        steps.pressUntil("Tab", "Create group").press("Enter").sees(desk.composer());
        System.out.println("STEPS keyboard group " + steps.taken());

        try (Writer writer = new Writer(chatd, ben)) {
            writer.says(ann, "The tide turns at seven");
        }
        steps.press("Control+k").type("tide").sees(hit(desk, "The tide turns")).press("ArrowDown").press("Enter");
        steps.sees(desk.message("The tide turns at seven"));
        System.out.println("STEPS keyboard search " + steps.taken());
    }

    @Test
    void byTouchAlone() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        Chatd.Person cat = chatd.person();
        WebPerson phone = browser.open(chatd, Device.PHONE).logIn(ann);
        Steps steps = new Steps(phone);
        steps.tap(phone.button("Search")).type(ben.name()).tap(phone.row(ben.name()));
        steps.tap(phone.composer()).type("Are you there?").tap(phone.button("Send")).sees(phone.message("Are you there?"));
        assertThat(steps.taken()).as("a first conversation").isEqualTo(6);

        steps.tap(phone.button("Back")).tap(phone.button("Back"));
        steps.tap(phone.button("New group").first()).tap(phone.field("Name of the group")).type("Crew");
        steps.tap(phone.field("Add people")).type(ben.name()).tap(choice(phone, ben));
        phone.field("Add people").fill("");
        steps.type(cat.name()).tap(choice(phone, cat)).tap(phone.button("Create group")).sees(phone.composer());
        System.out.println("STEPS touch group " + steps.taken());

        try (Writer writer = new Writer(chatd, ben)) {
            writer.says(ann, "The tide turns at seven");
        }
        steps.tap(phone.button("Back")).tap(phone.button("Search")).type("tide").tap(hit(phone, "The tide turns"));
        steps.sees(phone.message("The tide turns at seven"));
        System.out.println("STEPS touch search " + steps.taken());
    }
}

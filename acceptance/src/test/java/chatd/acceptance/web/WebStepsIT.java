package chatd.acceptance.web;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.Writer;
import chatd.acceptance.web.browser.BrowserTestBase;
import chatd.acceptance.web.browser.WebBrowser.Device;
import chatd.acceptance.web.browser.WebPerson;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
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

        /** Waits for what is on the screen. */
        Steps sees(Locator what) {
            WebPerson.awaitVisible(what);
            return this;
        }

        /** Waits until something can be typed into. */
        Steps focuses(Locator field) {
            PlaywrightAssertions.assertThat(field).isFocused();
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
        steps.press("Control+k")
                .focuses(desk.page().locator(".search input"))
                .type(ben.name())
                .sees(desk.row(ben.name()))
                .press("Enter")
                .sees(desk.composer());
        steps.type("Are you there?").press("Enter").sees(desk.message("Are you there?"));
        assertThat(steps.taken()).as("a first conversation").isEqualTo(5);

        // An empty search offers a new group; its name has the focus, and Enter adds who is found, or ends it.
        steps.press("Control+k")
                .focuses(desk.page().locator(".search input"))
                .press("ArrowDown")
                .press("Enter");
        steps.focuses(desk.field("Name of the group")).type("Crew").press("Tab");
        steps.type(ben.name()).sees(choice(desk, ben)).press("Enter").sees(desk.button("Leave out " + ben.name()));
        steps.type(cat.name()).sees(choice(desk, cat)).press("Enter").sees(desk.button("Leave out " + cat.name()));
        steps.press("Enter").sees(desk.page().locator(".news").getByText("You created the group"));
        assertThat(steps.taken()).as("a group of three").isEqualTo(10);

        try (Writer writer = new Writer(chatd, ben)) {
            writer.says(ann, "The tide turns at seven");
        }
        chatd.awaitIndexed();
        steps.press("Control+k")
                .focuses(desk.page().locator(".search input"))
                .type("tide")
                .sees(hit(desk, "The tide turns"))
                .press("ArrowDown")
                .press("Enter");
        steps.sees(desk.message("The tide turns at seven"));
        assertThat(steps.taken()).as("a search").isEqualTo(4);
    }

    @Test
    void byTouchAlone() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        Chatd.Person cat = chatd.person();
        WebPerson phone = browser.open(chatd, Device.PHONE).logIn(ann);
        Steps steps = new Steps(phone);
        steps.tap(phone.button("Search"))
                .focuses(phone.page().locator(".search input"))
                .type(ben.name())
                .tap(phone.row(ben.name()));
        steps.tap(phone.composer())
                .type("Are you there?")
                .tap(phone.button("Send"))
                .sees(phone.message("Are you there?"));
        assertThat(steps.taken()).as("a first conversation").isEqualTo(6);

        steps.tap(phone.button("Back"));
        steps.tap(phone.button("New group").first())
                .focuses(phone.field("Name of the group"))
                .type("Crew");
        steps.tap(phone.field("Add people"))
                .type(ben.name())
                .tap(choice(phone, ben))
                .focuses(phone.field("Add people"));
        steps.type(cat.name())
                .tap(choice(phone, cat))
                .tap(phone.button("Create group"))
                .sees(phone.composer());
        assertThat(steps.taken()).as("a group of three").isEqualTo(9);

        try (Writer writer = new Writer(chatd, ben)) {
            writer.says(ann, "The tide turns at seven");
        }
        chatd.awaitIndexed();
        steps.tap(phone.button("Back"))
                .tap(phone.button("Search"))
                .focuses(phone.page().locator(".search input"))
                .type("tide")
                .tap(hit(phone, "The tide turns"));
        steps.sees(phone.message("The tide turns at seven"));
        assertThat(steps.taken()).as("a search").isEqualTo(4);
    }
}

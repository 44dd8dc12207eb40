package chatd.acceptance.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.Writer;
import chatd.acceptance.web.browser.AppearanceCheck;
import chatd.acceptance.web.browser.BrowserTestBase;
import chatd.acceptance.web.browser.WebBrowser.Device;
import chatd.acceptance.web.browser.WebPerson;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Groups that are made and managed in the page. */
@Tag("processes")
class WebGroupsIT extends BrowserTestBase {
    private static Locator members(WebPerson person) {
        return person.page().locator("li.with-button");
    }

    private static Locator member(WebPerson person, Chatd.Person of) {
        return members(person).filter(new Locator.FilterOptions().setHasText(of.name()));
    }

    /** Opens the card of the group whose conversation is open, unless it is. */
    private static WebPerson card(WebPerson person) {
        if (person.page().locator("aside.card").count() == 0) {
            person.page().locator(".talk .head .who").click();
        }
        WebPerson.awaitVisible(person.button("Mute"));
        return person;
    }

    /** Returns the box that chooses somebody. */
    private static Locator choice(WebPerson person, Chatd.Person of) {
        return person.page()
                .getByRole(
                        AriaRole.CHECKBOX,
                        new Page.GetByRoleOptions().setName(of.name()).setExact(true));
    }

    private static void manage(WebPerson person, Chatd.Person member, String... buttons) {
        person.button("Manage " + member.name()).click();
        for (String button : buttons) {
            person.page()
                    .locator("dialog")
                    .getByText(button, new Locator.GetByTextOptions().setExact(true))
                    .click();
        }
        WebPerson.awaitGone(person.page().locator("dialog"));
    }

    @Test
    void aGroupIsMadeAndManaged() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        Chatd.Person cat = chatd.person();
        Chatd.Person dan = chatd.person();
        String name = "Crew of " + Chatd.newName();
        try (Writer writer = new Writer(chatd, ben)) {
            writer.says(ann, "a text");
        }
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann);
        desk.row(ben.name());
        desk.button("New group").first().click();
        assertThat(desk.button("Create group")).isDisabled();
        desk.field("Name of the group").fill("x".repeat(65));
        WebPerson.awaitVisible(desk.page().getByText("Names of groups have at most 64 bytes"));
        assertThat(desk.button("Create group")).isDisabled();
        desk.field("Name of the group").fill(name);
        // Somebody whom one knows, and somebody who is found by name.
        choice(desk, ben).check();
        desk.field("Add people").fill(cat.name());
        WebPerson.awaitVisible(choice(desk, cat));
        desk.field("Add people").press("Enter");
        WebPerson.awaitVisible(desk.button("Leave out " + cat.name()));
        AppearanceCheck.check(desk, "new-group");
        desk.button("Create group").click();
        desk.says("welcome").reads("welcome");

        WebPerson phone = browser.open(chatd, Device.PHONE).logIn(ben).open(name);
        phone.reads("welcome");
        assertThat(members(card(phone))).hasCount(3);
        // Whoever is a member alone changes nothing.
        phone.expectAbsent(phone.button("Manage " + cat.name()));
        phone.expectAbsent(phone.button("Add people"));
        phone.expectAbsent(phone.button("Close the group"));

        card(desk).button("Add a topic").click();
        desk.page().keyboard().type("The crew that sails on Monday");
        desk.page().keyboard().press("Enter");
        assertThat(desk.page().locator(".card .topic")).hasText("The crew that sails on Monday");
        assertThat(phone.page().locator(".topic")).hasText("The crew that sails on Monday");
        String number = desk.page().locator(".portrait small").textContent();
        chatd.admin("", "group", "set", number, "--retention", "90d").exits(0);
        WebPerson.awaitVisible(
                desk.page().locator(".talk").getByText("The server set that messages are kept for 90 days."));
        assertThat(desk.page().locator(".card .hint").first()).hasText("Messages are deleted after 90 days.");
        WebPerson.awaitVisible(phone.page().getByText("Messages are deleted after 90 days."));
        chatd.admin("", "group", "set", number, "--retention", "default").exits(0);
        WebPerson.awaitGone(phone.page().getByText("Messages are deleted after 90 days."));
        desk.button("Rename").click();
        desk.page().keyboard().press("Control+a");
        desk.page().keyboard().type(name + "!");
        desk.page().keyboard().press("Enter");
        assertThat(desk.page().locator(".talk .head h1")).hasText(name + "!");
        manage(desk, ben, "Make an admin");
        assertThat(member(desk, ben)).containsText("admin");
        // An admin adds and removes.
        phone.button("Add people").click();
        phone.field("Add people").fill(dan.name());
        choice(phone, dan).click();
        WebPerson.awaitVisible(phone.button("Leave out " + dan.name()));
        phone.button("Add").click();
        assertThat(members(desk)).hasCount(4);
        phone.button("Manage " + cat.name()).click();
        phone.button("Remove from the group").click();
        phone.button("Remove from the group").click();
        assertThat(members(desk)).hasCount(3);
        WebPerson.awaitGone(member(desk, cat));
        AppearanceCheck.check(desk, "group-owned");

        desk.field("Anyone on this server can find and join it").check();
        desk.page()
                .getByRole(AriaRole.COMBOBOX, new Page.GetByRoleOptions().setName("New members see"))
                .selectOption("everything, also what was written before");
        WebPerson.awaitVisible(desk.page().locator(".news").getByText("opened the group: anybody can join."));
        WebPerson other = browser.open(chatd, Device.DESK).logIn(cat);
        // Whoever was removed from it does not come back by themselves.
        other.button("Search").click();
        other.field("Search").fill(name);
        WebPerson.awaitVisible(other.row(name));

        manage(desk, ben, "Make an owner");
        assertThat(member(desk, ben)).containsText("owner");
        desk.button("Leave the group").click();
        desk.button("Leave").click();
        WebPerson.awaitVisible(desk.page().getByText("You are not a member of this group."));
        desk.expectAbsent(desk.button("Add people"));
        phone.button("Close the group").click();
        WebPerson.awaitVisible(phone.page().getByText("Nobody can write in it any more"));
        phone.page()
                .getByRole(AriaRole.GROUP, new Page.GetByRoleOptions().setName("Close the group"))
                .getByText("Close", new Locator.GetByTextOptions().setExact(true))
                .click();
        WebPerson.awaitVisible(phone.page().locator("dialog .hint").getByText("This group is closed."));
        phone.expectAbsent(phone.button("Rename"));
    }

    /** Whoever is not to be added is not, and the page says why. */
    @Test
    void whatIsRefusedIsSaid() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        try (Writer writer = new Writer(chatd, ben)) {
            writer.says(ann, "a text");
            writer.sendCommand(35, Map.of("groups", "nobody"));
        }
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann);
        desk.row(ben.name());
        desk.button("New group").first().click();
        desk.field("Name of the group").fill("a\u202eb");
        desk.button("Create group").click();
        WebPerson.awaitVisible(desk.page().getByText("Names of groups have at most 64 bytes"));
        desk.field("Name of the group").fill("a group");
        choice(desk, ben).check();
        desk.button("Create group").click();
        WebPerson.awaitVisible(desk.page().locator("form [role=alert]").getByText(ben.name()));
        desk.button("Leave out " + ben.name()).click();
        desk.button("Create group").click();
        WebPerson.awaitVisible(desk.composer());
        desk.page().keyboard().press("Escape");
        desk.sees("Chats");
    }

    /** The members of a large group are listed in parts; whoever is not in the first one has their rights all the same. */
    @Test
    void theMembersOfALargeGroupComeInPages(@TempDir Path directory) {
        int size = 1_050;
        String stem = Chatd.newName();
        String list = IntStream.range(0, size).mapToObj(i -> stem + "-" + i).collect(Collectors.joining("\n"));
        Path passwords = directory.resolve("passwords.csv");
        chatd.admin("name\n" + list, "user", "import", "-", "--passwords", passwords.toString())
                .exits(0);
        Chatd.Person ann = chatd.person();
        try (Writer owner = new Writer(chatd, ann)) {
            String group = owner.createGroup("Everybody of " + stem);
            for (int from = 0; from < size; from += 500) {
                List<String> some = IntStream.range(from, Math.min(size, from + 500))
                        .mapToObj(i -> stem + "-" + i)
                        .toList();
                owner.sendCommand(23, Map.of("op", "add", "group_id", group, "users", some));
            }
        }
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).open("Everybody of " + stem);
        card(desk);
        WebPerson.awaitVisible(desk.page().locator(".card h2").getByText((size + 1) + " members"));
        assertThat(members(desk)).hasCount(1_000);
        // The owner is among the last.
        assertThat(desk.button("Close the group")).hasCount(1);
        desk.button("Show more").click();
        assertThat(members(desk)).hasCount(size + 1);
        assertThat(member(desk, ann)).containsText("owner");
    }
}

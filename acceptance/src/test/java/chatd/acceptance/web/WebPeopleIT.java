package chatd.acceptance.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.Writer;
import chatd.acceptance.web.browser.AppearanceCheck;
import chatd.acceptance.web.browser.BrowserTestBase;
import chatd.acceptance.web.browser.WebBrowser.Device;
import chatd.acceptance.web.browser.WebPerson;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Oneself and others: accounts, names, passwords, sessions, friends, presence, blocks, finding
 * groups.
 */
@Tag("processes")
class WebPeopleIT extends BrowserTestBase {
    @Test
    void anAccountIsMadeAndItsNameAndPasswordAreChanged() {
        Chatd.Person ben = chatd.person();
        String name = Chatd.newName();
        WebPerson phone = browser.open(chatd, Device.PHONE);
        phone.button("Create an account").click();
        phone.field("Name").fill(ben.name());
        phone.field("Password").fill(Chatd.PASSWORD);
        phone.button("Create an account").click();
        WebPerson.awaitVisible(phone.page().getByText("This name is already taken."));
        phone.field("Name").fill(name);
        phone.button("Create an account").click();
        phone.sees("Chats");
        phone.button("You").click();
        String renamed = Chatd.newName();
        phone.field("Name").fill("u123");
        phone.button("Change the name").click();
        WebPerson.awaitVisible(phone.page().getByText("This name can't be used."));
        phone.field("Name").fill(renamed);
        phone.button("Change the name").click();
        WebPerson.awaitVisible(phone.page().getByText("Saved."));
        phone.button("Change the password").click();
        phone.field("Old password").fill("not-the-password");
        phone.field("New password").fill("another-sturdy-8");
        phone.field("New password, again").fill("another-sturdy-8");
        phone.button("Save").click();
        WebPerson.awaitVisible(phone.page().getByText("The old password is wrong."));
        phone.field("Old password").fill(Chatd.PASSWORD);
        phone.button("Save").click();
        WebPerson.awaitVisible(phone.button("Change the password"));
        phone.button("Close").click();
        phone.logOut();
        phone.logIn(new Chatd.Person(renamed, "another-sturdy-8"));
    }

    @Test
    void aCopyOfOnesDataIsSavedOnceADay() throws IOException {
        Chatd.Person ben = chatd.person();
        WebPerson phone = browser.open(chatd, Device.PHONE);
        phone.logIn(ben);
        phone.button("You").click();
        Download copy = phone.page().waitForDownload(phone.button("Save a copy")::click);
        assertThat(copy.suggestedFilename())
                .startsWith("chat-" + ben.name() + "-")
                .endsWith(".zip");
        try (ZipFile zip = new ZipFile(copy.path().toFile())) {
            assertThat(zip.stream().map(ZipEntry::getName)).contains("index.html", "messages.jsonl");
        }
        phone.button("Save a copy").click();
        WebPerson.awaitVisible(phone.page().getByText("You can have one copy a day. Try again tomorrow."));
        // Chromium itself says what was answered.
        assertThat(phone.complaints()).allSatisfy(said -> assertThat(said).contains("429"));
        phone.complaints().clear();
    }

    @Test
    void whoWasErasedHasNoNameAndWhatTheyWroteIsStillThere() {
        Chatd.Person ben = chatd.person();
        Chatd.Person mia = chatd.person();
        try (JsonSocket m = chatd.logInJson(JsonCarrier.LINES, mia, "d")) {
            m.send("{'type': 3, 'receive': '%s', 'info': 'to be kept'}".formatted(ben.name()));
            m.fence();
        }
        chatd.admin("", "user", "erase", mia.name(), "--yes").exits(0);
        WebPerson desk = browser.open(chatd, Device.DESK);
        desk.logIn(ben);
        desk.page().getByText("to be kept").first().click();
        WebPerson.awaitVisible(desk.page().getByText("somebody who left").first());
        desk.expectAbsent(desk.page().getByText(mia.name()));
    }

    @Test
    void passwordManagersFindTheFieldsAndAPasswordCanBeShown() {
        WebPerson desk = browser.open(chatd, Device.DESK);
        assertThat(desk.field("Name")).hasAttribute("autocomplete", "username");
        assertThat(desk.field("Password")).hasAttribute("autocomplete", "current-password");
        assertThat(desk.field("Password")).hasAttribute("type", "password");
        desk.button("Show the password").click();
        assertThat(desk.field("Password")).hasAttribute("type", "text");
        assertThat(desk.field("Stay logged in")).not().isChecked();
    }

    @Test
    void aCallSaysWhereItCanBeTakenAndIsDeclinedHere() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson phone = browser.open(chatd, Device.PHONE).logIn(ben);
        try (JsonSocket caller = chatd.logInJson(JsonCarrier.LINES, ann, "caller")) {
            caller.send("{'type': 9, 'receive': '%s', 'info': ''}".formatted(ben.name()));
            phone.button("Accept").click();
            caller.skipTo(JsonType.FRIEND_ANSWERED);
            String call =
                    "{'type': 7, 'receive': '%s', 'info': {'op': 'call', 'session': '%s', 'for': 'chat', 'candidates': [], 'key': '%s'}}";
            String text =
                    ann.name() + " is asking for a direct session. You can accept it in chat-client, in a terminal.";
            caller.send(call.formatted(ben.name(), "ab".repeat(16), "cd".repeat(32)));
            WebPerson.awaitVisible(phone.page().getByText(text));
            phone.button("Decline").click();
            assertThat(caller.skipTo(JsonType.CALL).path("info").path("op").asString())
                    .isEqualTo("decline");
            WebPerson.awaitGone(phone.page().getByText(text));
            // A call that is cancelled is no longer shown.
            caller.skipTo(JsonType.CALL);
            caller.send(call.formatted(ben.name(), "ef".repeat(16), "cd".repeat(32)));
            WebPerson.awaitVisible(phone.page().getByText(text));
            caller.send("{'type': 7, 'info': {'op': 'cancel', 'session': '%s'}}".formatted("ef".repeat(16)));
            WebPerson.awaitGone(phone.page().getByText(text));
        }
    }

    @Test
    void friendRequestsAreAnsweredAndTheirPresenceIsShown() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        assertThat(desk.page().locator(".talk .head small")).hasText("offline");
        WebPerson phone = browser.open(chatd, Device.PHONE).logIn(ben);
        assertThat(desk.page().locator(".talk .head small")).hasText("online");
        desk.page().locator(".talk .head .who").click();
        desk.button("Add as a friend").click();
        WebPerson.awaitVisible(phone.page().getByText(ann.name() + " would like to be your friend"));
        phone.button("Accept").click();
        WebPerson.awaitVisible(desk.button("Remove from your friends"));
        WebPerson.awaitVisible(desk.page().getByText("online · friend"));
        phone.logOut();
        WebPerson.awaitVisible(desk.page().getByText("offline · friend"));
        desk.button("Remove from your friends").click();
        WebPerson.awaitVisible(desk.button("Add as a friend"));
    }

    @Test
    void blockedUsersAreNotHeardAndMutedChatsDoNotCount() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        try (Writer other = new Writer(chatd, ben)) {
            other.says(ann, "before");
            desk.reads("before").page().locator(".talk .head .who").click();
            desk.button("Block").click();
            WebPerson.awaitVisible(desk.page().locator(".composer.note"));
            other.says(ann, "it does not come");
            desk.page().locator(".composer").getByText("Unblock").click();
            WebPerson.awaitVisible(desk.composer());
            other.says(ann, "after");
            desk.reads("after");
            assertThat(desk.texts()).containsExactly("before", "after");
            desk.button("Mute").click();
            WebPerson.awaitVisible(desk.button("Unmute"));
            desk.button("Pin").click();
            WebPerson.awaitVisible(desk.button("Unpin"));
            desk.open("Everyone");
            other.says(ann, "quietly");
            assertThat(desk.row(ben.name()).locator(".count.muted")).hasText("1");
            assertThat(desk.page()).hasTitle("Chat");
        }
    }

    @Test
    void whoMayWriteToAUserIsChosenForAllDevices() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann);
        WebPerson phone = browser.open(chatd, Device.PHONE).logIn(ann);
        try (JsonSocket stranger = chatd.logInJson(JsonCarrier.LINES, ben, "laptop")) {
            desk.button("You").click();
            phone.button("You").click();
            assertThat(choice(desk, "Who may write to you")).hasValue("everyone");
            choice(desk, "Who may write to you").selectOption("friends, and members of your groups");
            WebPerson.awaitVisible(desk.page().getByText("Saved."));
            assertThat(choice(phone, "Who may write to you")).hasValue("friends");
            stranger.send("{'type': 3, 'receive': '%s', 'info': 'hello', 'id': '1'}".formatted(ann.name()));
            assertThat(stranger.skipTo(JsonType.REFUSED)
                            .path("info")
                            .path("code")
                            .asString())
                    .isEqualTo("not-allowed");
            choice(desk, "Who may ask to be your friend").selectOption("nobody");
            assertThat(choice(phone, "Who may ask to be your friend")).hasValue("nobody");
            stranger.send("{'type': 9, 'receive': '%s', 'info': '', 'id': '2'}".formatted(ann.name()));
            assertThat(stranger.skipTo(JsonType.REFUSED)
                            .path("info")
                            .path("code")
                            .asString())
                    .isEqualTo("not-allowed");
            String read = "Others see how far you have read and when you are typing";
            phone.field(read).uncheck();
            assertThat(desk.field(read)).not().isChecked();
            desk.page().reload();
            assertThat(choice(desk, "Who may write to you")).hasValue("friends");
            assertThat(choice(desk, "Who may ask to be your friend")).hasValue("nobody");
            assertThat(choice(desk, "Who may add you to groups")).hasValue("everyone");
            assertThat(desk.field(read)).not().isChecked();
        }
    }

    /** Colours and size are a device's own; it is listed by browser and system. */
    @Test
    void aDeviceHasItsColoursItsSizeAndItsName() {
        Chatd.Person ann = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann);
        desk.button("You").click();
        WebPerson.awaitVisible(desk.page().locator(".sessions").getByText("Chrome on Linux"));
        WebPerson.awaitVisible(desk.page().locator(".sessions").getByText("this device · now"));
        String background = "() => getComputedStyle(document.body).backgroundColor";
        Object light = desk.page().evaluate(background);
        choice(desk, "Colours").selectOption("dark");
        assertThat(desk.page().evaluate(background)).isNotEqualTo(light);
        choice(desk, "Size of the text").selectOption("130 %");
        String size = "() => getComputedStyle(document.documentElement).fontSize";
        assertThat(desk.page().evaluate(size)).isEqualTo("20.8px");
        AppearanceCheck.check(desk, "large-and-dark");
        // Another tab has them at once, and a reload keeps them.
        WebPerson second = browser.openAgain(desk);
        second.sees("Log in");
        assertThat(second.page().evaluate(background)).isNotEqualTo(light);
        choice(desk, "Colours").selectOption("light");
        second.page().waitForFunction("light => getComputedStyle(document.body).backgroundColor === light", light);
        desk.page().emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
        assertThat(desk.page().evaluate(background)).isEqualTo(light);
        desk.page().reload();
        desk.sees("Devices");
        assertThat(desk.page().evaluate(size)).isEqualTo("20.8px");
    }

    @Test
    void whenSomebodyWasOnlineLastIsShownIfTheyTellIt() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        Locator presence = desk.page().locator(".talk .head .who small");
        assertThat(presence).hasText("offline");
        WebPerson phone = browser.open(chatd, Device.PHONE).logIn(ben);
        assertThat(presence).hasText("online");
        phone.button("You").click();
        phone.field("Others see when you were online last").check();
        WebPerson.awaitVisible(phone.page().getByText("Saved."));
        phone.logOutFromYou();
        assertThat(presence).hasText(Pattern.compile("^last seen today \\d\\d:\\d\\d$"));
    }

    @Test
    void theListIsAsWideAsItIsDragged() {
        Chatd.Person ann = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann);
        Locator edge = desk.page().getByRole(AriaRole.SEPARATOR);
        Locator list = desk.page().locator(".left");
        assertThat(list.boundingBox().width).isEqualTo(320);
        BoundingBox at = edge.boundingBox();
        desk.page().mouse().move(at.x + at.width / 2, 300);
        desk.page().mouse().down();
        desk.page().mouse().move(380, 300);
        desk.page().mouse().up();
        assertThat(list.boundingBox().width).isEqualTo(380);
        edge.focus();
        for (int times = 0; times < 9; times++) {
            desk.page().keyboard().press("ArrowRight");
        }
        assertThat(edge).hasAttribute("aria-valuenow", "420");
        assertThat(list.boundingBox().width).isEqualTo(420);
        desk.page().reload();
        WebPerson.awaitVisible(edge);
        assertThat(list.boundingBox().width).isEqualTo(420);
        edge.dblclick();
        assertThat(edge).hasAttribute("aria-valuenow", "320");
    }

    /** The system shows what comes while nobody looks, but from muted chats; a click goes there. */
    @Test
    void whatComesWhileNobodyLooksIsShownByTheSystem() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        Chatd.Person eve = chatd.person();
        Page blank = browser.blank(Device.DESK.options());
        blank.addInitScript("""
                window.shown = [];
                window.Notification = class {
                  static permission = "granted";
                  static requestPermission = async () => "granted";
                  constructor(title, { body }) { shown.push(`${title}: ${body}`); window.last = this; }
                  close() {}
                };""");
        WebPerson desk = browser.open(chatd, blank).logIn(ann);
        try (Writer other = new Writer(chatd, ben);
                Writer muted = new Writer(chatd, eve)) {
            muted.says(ann, "before");
            desk.open(eve.name()).reads("before");
            desk.page().locator(".talk .head .who").click();
            desk.button("Mute").click();
            WebPerson.awaitVisible(desk.button("Unmute"));
            other.says(ann, "not yet wanted");
            desk.row(ben.name());
            desk.button("You").click();
            desk.page().getByLabel(Pattern.compile("^Show new messages")).check();
            desk.button("Back").first().click();
            other.says(ann, "looked at");
            assertThat(desk.row(ben.name())).containsText("looked at");
            desk.looksAway();
            muted.says(ann, "quietly");
            other.says(ann, "are you there?");
            desk.page().waitForFunction("() => shown.length > 0");
            assertThat(desk.page().evaluate("shown")).isEqualTo(List.of(ben.name() + ": are you there?"));
            desk.looksAgain();
            desk.page().evaluate("last.onclick()");
            desk.reads("are you there?");
        }
    }

    private static Locator choice(WebPerson person, String label) {
        return person.page()
                .getByRole(
                        AriaRole.COMBOBOX,
                        new Page.GetByRoleOptions().setName(label).setExact(true));
    }

    /** A user who accepts no texts from strangers gets the refused text as a friend request. */
    @Test
    void aTextThatIsNotAcceptedBecomesAFriendRequest() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        try (JsonSocket receiver = chatd.logInJson(JsonCarrier.LINES, ben, "laptop")) {
            receiver.send("{'type': 35, 'info': {'texts': 'friends'}, 'id': '1'}");
            receiver.skipTo(JsonType.DONE);
            WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
            desk.says("may I ask you something?");
            WebPerson.awaitVisible(desk.page().getByText("accepts no texts from people they do not know"));
            AppearanceCheck.check(desk, "not-taken");
            desk.button("Send as a friend request").click();
            assertThat(receiver.skipTo(JsonType.FRIEND_ASKED).path("info").asString())
                    .isEqualTo("may I ask you something?");
            WebPerson.awaitGone(desk.page().locator("li.message.refused"));
            receiver.send("{'type': 10, 'receive': '%s', 'info': true, 'id': '2'}".formatted(ann.name()));
            receiver.skipTo(JsonType.DONE);
            desk.says("thank you").reads("thank you");
            assertThat(receiver.skipTo(JsonType.TEXT).path("info").asString()).isEqualTo("thank you");
        }
    }

    @Test
    void anotherSessionIsEndedFromTheList() {
        Chatd.Person ann = chatd.person();
        WebPerson phone = browser.open(chatd, Device.PHONE).logIn(ann);
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann);
        desk.button("You").click();
        assertThat(desk.page().locator(".sessions li")).hasCount(2);
        desk.page().locator(".sessions").getByText("Log out").click();
        WebPerson.awaitVisible(phone.page().getByText("This session was ended from another one of this account."));
        assertThat(desk.page().locator(".sessions li")).hasCount(1);
    }

    @Test
    void anOpenGroupIsFoundAndJoined() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        String name = Chatd.newName();
        try (Writer owner = new Writer(chatd, ben)) {
            String group = owner.sendCommand(23, Map.of("op", "create", "name", name, "open", true, "history", "all"))
                    .path("group_id")
                    .asString();
            owner.saysTo(group, "welcome");
            WebPerson phone = browser.open(chatd, Device.PHONE).logIn(ann);
            phone.button("Search").click();
            phone.field("Search").fill(name);
            phone.button("Join").click();
            phone.reads("welcome").says("thanks").reads("thanks");
            phone.page().locator(".talk .head .who").click();
            phone.button("Leave the group").click();
            WebPerson.awaitVisible(phone.page().getByText("You will no longer get messages from this group."));
            phone.button("Cancel").click();
            phone.button("Leave the group").click();
            phone.button("Leave").click();
            WebPerson.awaitVisible(phone.page().getByText("You are not a member of this group."));
        }
    }

    /** Whatever a name contains is shown as plain text, in any script. */
    @Test
    void namesOfGroupsAreShownAsPlainText() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        List<String> names = List.of(
                "<img src=x onerror=hacked=1>",
                "\"><script>hacked=1</script>",
                "' onmouseover='hacked=1",
                "javascript:hacked=1",
                "{{constructor.constructor('hacked=1')()}}",
                "${hacked=1}",
                "\u0645\u062d\u0645\u062f evil",
                "&lt;b&gt;&#x41;");
        try (Writer owner = new Writer(chatd, ben)) {
            for (String name : names) {
                owner.createGroup(name, ann.name());
            }
        }
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann);
        for (String name : names) {
            desk.open(name);
            assertThat(desk.page().locator(".talk h1")).hasText(name);
            desk.page().locator(".talk .head .who").click();
            assertThat(desk.page().locator(".card .portrait .name")).hasText(name);
            assertThat(desk.page().locator(".news")).hasText(Pattern.compile(".*created the group.*"));
        }
        assertThat(desk.page().evaluate("window.hacked === undefined")).isEqualTo(true);
        WebPerson.awaitGone(desk.page().locator(".rooms img, .rooms script, .rooms b, .rooms a[href^=javascript]"));
    }

    /** An address that another user left in this tab is not followed. */
    @Test
    void theNextUserDoesNotSeeThePlaceOfThePreviousOne() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        Chatd.Person cat = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        desk.says("secret").reads("secret").logOut();
        desk.page().goBack();
        desk.logIn(cat);
        WebPerson.awaitVisible(desk.page().getByText("Choose a chat, or find somebody to talk to."));
        desk.expectAbsent(desk.page().locator("main").getByText(ben.name()));
    }
}

package chatd.acceptance.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.SpawnedDaemon;
import chatd.acceptance.kit.Writer;
import chatd.acceptance.web.browser.AppearanceCheck;
import chatd.acceptance.web.browser.BrowserTestBase;
import chatd.acceptance.web.browser.Chromium;
import chatd.acceptance.web.browser.WebBrowser.Device;
import chatd.acceptance.web.browser.WebPerson;
import chatd.fixtures.TestTimeout;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.WebSocketRoute;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The states of the page, each with its texts, and checked by {@link AppearanceCheck}. */
@Tag("processes")
public class WebStatesIT extends BrowserTestBase {
    private static final Chatd.Person FANG = new Chatd.Person("王芳", Chatd.PASSWORD);

    private static void add(Chatd chatd, Chatd.Person person) {
        chatd.admin(person.password() + "\n", "user", "add", person.name(), "--password-stdin", "--no-change")
                .exits(0);
    }

    @Test
    void fromTheFirstLoginToAConversation() {
        try (SpawnedDaemon own = SpawnedDaemon.start()) {
            own.admin("only-for-once-7\n", "user", "add", "ann", "--password-stdin")
                    .exits(0);
            add(own, FANG);
            WebPerson person = browser.open(own, Device.DESK);
            person.sees("Log in");
            AppearanceCheck.check(person, "log-in");
            person.button("Create an account").click();
            AppearanceCheck.check(person, "register");
            person.button("Log in instead").click();
            person.enter("ann", "not-the-password");
            WebPerson.awaitVisible(person.page().getByText("The name or the password is wrong."));
            AppearanceCheck.check(person, "wrong");
            person.enter("ann", "only-for-once-7");
            person.sees("Choose a password");
            person.field("New password").fill("sturdy");
            AppearanceCheck.check(person, "forced-change");
            person.field("New password").fill(Chatd.PASSWORD);
            person.field("New password, again").fill(Chatd.PASSWORD);
            person.button("Save and log in").click();
            person.sees("Chats");
            WebPerson.awaitVisible(person.page().getByText("No chats yet"));
            AppearanceCheck.check(person, "nobody-yet");
            person.find("王芳");
            WebPerson.awaitVisible(person.page().getByText("Only you and 王芳 see what is written here."));
            AppearanceCheck.check(person, "empty");
            person.says("Shall we meet at 3? The room is free until five.")
                    .says("/xyx")
                    .reads("Shall we meet at 3? The room is free until five.");
            WebPerson other = browser.open(own, Device.PHONE).logIn(FANG).open("ann");
            other.says("好的，三点见！")
                    .says("See https://example.org/plan for the plan.")
                    .act("Shall we meet at 3? The room is free until five.", "👍");
            other.says("Nothing else today?");
            person.reads("Nothing else today?");
            assertThat(person.page().locator(".reaction")).hasText("👍 1");
            try (Writer writer = new Writer(own, FANG)) {
                String group = writer.createGroup("Crew of the Aurora", "ann");
                writer.saysTo(group, "Who takes the first watch?");
            }
            person.row("Crew of the Aurora");
            AppearanceCheck.check(person, "conversation");
            person.page().locator(".talk .head .who").click();
            WebPerson.awaitVisible(person.button("Mute"));
            AppearanceCheck.check(person, "card");
            person.page().keyboard().press("Escape");
            person.open("Crew of the Aurora").reads("Who takes the first watch?");
            AppearanceCheck.check(person, "group");
            person.page().locator(".talk .head .who").click();
            WebPerson.awaitVisible(person.button("Leave the group"));
            AppearanceCheck.check(person, "group-card");
            person.button("You").click();
            person.sees("Devices");
            AppearanceCheck.check(person, "me");
            person.page().navigate(person.address() + "#/keys");
            person.sees("Keyboard shortcuts");
            AppearanceCheck.check(person, "keys");
            person.button("Back").first().click();
            person.open("王芳").act("Nothing else today?", "Reply");
            AppearanceCheck.check(person, "answering");
            person.message("Nothing else today?").hover();
            person.message("Nothing else today?").getByLabel("Message actions").click();
            AppearanceCheck.check(person, "actions");
            person.page().keyboard().press("Escape");
            person.button("Emoticons").click();
            AppearanceCheck.check(person, "emoticons");
            person.page().keyboard().press("Escape");
            own.killDaemon();
            WebPerson.awaitVisible(person.page().locator(".bar.away"));
            person.says("This waits.");
            WebPerson.awaitVisible(person.page().locator("li.waits"));
            AppearanceCheck.check(person, "offline");
        }
    }

    /**
     * As when a laptop joins another network while it loads the page: the browser aborts its
     * requests.
     */
    @Test
    void aPageWhoseScriptWasLostSaysSo() {
        Page page = browser.blank(Device.PHONE.options());
        page.route("**/page.*.js", Route::abort);
        WebPerson phone = browser.open(chatd, page);
        Locator notice = page.getByText("This page is slow to load, or has not loaded completely.");
        // A page that is only slow says nothing at first.
        at(page, 9_900);
        assertThat(notice).isHidden();
        at(page, 10_000);
        assertThat(notice).isVisible();
        phone.takeScreenshot(AppearanceCheck.PICTURES.resolve("lost.png"));
        page.unroute("**/page.*.js");
        page.getByText("Reload it").click();
        phone.sees("Log in");
        WebPerson.awaitGone(notice);
    }

    /** Shows a page as it is at an age, in milliseconds. */
    private static void at(Page page, int age) {
        page.evaluate("""
                age => document.getAnimations().forEach(animation => {
                  animation.pause();
                  animation.currentTime = age;
                })""", age);
    }

    /**
     * The request for the list of conversations is refused once, and then its answer is late: until
     * it arrives, neither a row nor "No chats yet" is shown.
     */
    @Test
    void theListOfChatsIsShownAsAWhole() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        try (Writer writer = new Writer(chatd, ben)) {
            writer.says(ann, "good morning");
        }
        WebPerson person = browser.open(chatd, Device.DESK);
        Deque<String> refused = new ArrayDeque<>();
        Deque<Runnable> held = new ArrayDeque<>();
        person.page().routeWebSocket(address -> true, page -> {
            WebSocketRoute daemon = page.connectToServer();
            page.onMessage(frame -> {
                boolean isSpoilt = refused.isEmpty() && WebPerson.type(frame.text()) == 37;
                daemon.send(isSpoilt ? frame.text().replaceAll("\"limit\":\\d+", "\"limit\":-1") : frame.text());
            });
            daemon.onMessage(frame -> {
                if (WebPerson.type(frame.text()) == 38) {
                    held.add(() -> page.send(frame.text()));
                    return;
                }
                if (WebPerson.type(frame.text()) == 18) {
                    refused.add(frame.text());
                }
                page.send(frame.text());
            });
        });
        person.page().reload();
        person.logIn(ann);
        person.page().waitForCondition(() -> !held.isEmpty());
        assertThat(refused).hasSize(1);
        Locator list = person.page().locator(".left .list");
        assertThat(list).hasAttribute("aria-busy", "true");
        assertThat(list).hasText("");
        held.remove().run();
        person.row(ben.name());
        person.row("Everyone");
        assertThat(list).hasAttribute("aria-busy", "false");
    }

    @Test
    void aLoginThatFails() throws InterruptedException {
        Chatd.Person ann = chatd.person();
        WebPerson person = browser.open(proxy.port(), Device.DESK.options());
        proxy.refuse();
        person.enter(ann.name(), ann.password());
        WebPerson.awaitVisible(person.page().getByText("The server can't be reached."));
        AppearanceCheck.check(person, "never-reached");
        proxy.forwardToPort(chatd.port());
        person.sees("Chats");
        person.logOut();
        chatd.admin("", "user", "disable", ann.name()).exits(0);
        person.enter(ann.name(), ann.password());
        WebPerson.awaitVisible(person.page().getByText("This account is disabled. Ask your administrator."));
        AppearanceCheck.check(person, "disabled");
        Chatd.Person ben = chatd.person();
        // After three wrong passwords, answers are delayed, and only a few logins may wait at once:
        // other connections keep guessing until the message is seen, however long the browser
        // takes.
        AtomicBoolean isSeen = new AtomicBoolean();
        List<Thread> guessing = Stream.generate(() -> Thread.startVirtualThread(() -> guess(ben, isSeen)))
                .limit(3 + 1 + 4)
                .toList();
        Locator paused = person.page().getByText("You can try again in");
        await().until(() -> guesses.get() >= 3 + 1 + 4);
        person.enter(ben.name(), "wrong");
        WebPerson.awaitVisible(paused);
        isSeen.set(true);
        assertThat(person.page().locator("button.strong")).isDisabled();
        AppearanceCheck.check(person, "throttled");
        for (Thread one : guessing) {
            one.join();
        }
    }

    private final AtomicInteger guesses = new AtomicInteger();

    private void guess(Chatd.Person whose, AtomicBoolean isEnough) {
        while (!isEnough.get()) {
            try (JsonSocket socket = JsonCarrier.LINES.connect(chatd)) {
                socket.send("{'type': 1, 'info': {'user_id': '%s', 'user_pwd': 'x'}}".formatted(whose.name()));
                guesses.incrementAndGet();
                if (socket.expect(JsonType.LOGGED_IN)
                        .path("info")
                        .path("code")
                        .asString()
                        .equals("throttled")) {
                    // Too many are waiting already: tries again when one of them may have been
                    // answered.
                    LockSupport.parkNanos(100_000_000);
                }
            }
        }
    }

    /**
     * A user whose browser does not trust the daemon's certificate sees the browser's own warning,
     * and nothing of the page.
     */
    @Test
    void aCertificateThatIsNotTrusted() {
        Page page = browser.blank(Device.PHONE.options().setIgnoreHTTPSErrors(false));
        assertThatThrownBy(() -> page.navigate("https://localhost:" + chatd.port() + "/"))
                .hasMessageContaining("ERR_CERT_AUTHORITY_INVALID");
        WebPerson.awaitVisible(page.getByText("Your connection is not private"));
        page.screenshot(
                new Page.ScreenshotOptions().setPath(AppearanceCheck.PICTURES.resolve("untrusted-certificate.png")));
    }

    /**
     * A browser that runs no scripts can't be queried: only a screenshot shows what it displays.
     */
    @Test
    void aBrowserWithoutScripts(@TempDir Path profile) throws IOException, InterruptedException {
        Files.writeString(
                Files.createDirectories(profile.resolve("Default")).resolve("Preferences"),
                "{\"profile\": {\"default_content_setting_values\": {\"javascript\": 2}}}");
        Path picture = Files.createDirectories(AppearanceCheck.PICTURES).resolve("no-javascript.png");
        Process chromium =
                Chromium.takeScreenshot(profile, "https://localhost:" + chatd.port() + "/", picture, 390, 400);
        assertThat(chromium.waitFor(TestTimeout.LONG)).isTrue();
        BufferedImage shown = ImageIO.read(picture.toFile());
        Set<Integer> colours = new HashSet<>();
        for (int pixel : shown.getRGB(0, 0, shown.getWidth(), shown.getHeight(), null, 0, shown.getWidth())) {
            colours.add(pixel);
        }
        assertThat(colours).as("colours of letters on an otherwise empty page").hasSizeGreaterThan(10);
    }

    @Test
    void aSessionThatEnds() {
        Chatd.Person ann = chatd.person();
        WebPerson person = browser.open(chatd, Device.DESK).logIn(ann);
        chatd.admin("", "session", "kick", ann.name()).exits(0);
        WebPerson.awaitVisible(person.page().getByText("An administrator has ended this session."));
        assertThat(person.field("Name")).hasValue(ann.name());
        AppearanceCheck.check(person, "ended");
        person.logIn(ann);
        chatd.admin(Chatd.PASSWORD + "x\n", "user", "reset", ann.name(), "--password-stdin")
                .exits(0);
        WebPerson.awaitVisible(person.page().getByText("An administrator has reset the password of this account."));
        // Another login with the label of this device, as from a copy of its profile.
        Chatd.Person ben = chatd.person();
        WebPerson displaced = browser.open(chatd, Device.DESK).logIn(ben).open("Everyone");
        displaced.composer().fill("a draft");
        String device = (String) displaced.page().evaluate("sessionStorage.getItem('device')");
        try (JsonSocket elsewhere = chatd.logInJson(JsonCarrier.LINES, ben, device)) {
            displaced.sees("You logged in elsewhere");
            AppearanceCheck.check(displaced, "displaced");
            displaced.button("Use here").click();
            displaced.sees("Log in");
            assertThat(displaced.field("Name")).hasValue(ben.name());
            displaced.logIn(ben);
            elsewhere.untilClosed();
            assertThat(displaced.composer()).hasValue("a draft");
        }
        WebPerson tab = browser.duplicate(displaced);
        tab.sees("Already open in another tab");
        AppearanceCheck.check(tab, "another-tab");
    }

    @Test
    void aDatabaseThatIsAway() {
        try (SpawnedDaemon own = SpawnedDaemon.startWithDatabase("CHATD_DATABASE_TIMEOUT", "2s")) {
            Chatd.Person ann = own.person();
            Chatd.Person ben = own.person();
            WebPerson person = browser.open(own, Device.DESK).logIn(ann).find(ben.name());
            person.says("before").reads("before");
            own.freezeDatabase();
            person.says("during");
            WebPerson.awaitVisible(person.page().getByText("The server can't store anything at the moment."));
            AppearanceCheck.check(person, "database-away");
            person.says("during, too");
            // Until the daemon gives up its database connection, and refuses requests for now
            await().untilAsserted(() -> assertThat(own.read("chatd.log")).contains("database"));
            own.thawDatabase();
            person.reads("during").reads("during, too");
            WebPerson.awaitGone(person.page().getByText("The server can't store anything at the moment."));
            assertThat(own.texts(ben)).containsExactly("before", "during", "during, too");
        }
    }

    @Test
    void aTextThatIsRefused() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson person = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        chatd.admin("", "user", "mute", ann.name(), "--for", "1h").exits(0);
        person.says("alone");
        WebPerson.awaitVisible(person.page().locator("li.refused"));
        chatd.admin("", "user", "unmute", ann.name()).exits(0);
        person.page().locator("li.refused").getByText("Send again").click();
        person.reads("alone");
        chatd.admin("", "user", "mute", ann.name(), "--for", "1h").exits(0);
        person.says("refused").says("refused, too").says("and once more");
        assertThat(person.page().locator("li.refused")).hasCount(3);
        assertThat(person.row(ben.name())).containsText("Not sent");
        AppearanceCheck.check(person, "refused");
        Locator refused = person.page().locator("li.refused");
        refused.filter(new Locator.FilterOptions().setHasText("too"))
                .getByText("Delete")
                .click();
        assertThat(refused).hasCount(2);
        chatd.admin("", "user", "unmute", ann.name()).exits(0);
        refused.filter(new Locator.FilterOptions().setHasText("once more"))
                .getByText("Change")
                .click();
        assertThat(person.composer()).hasValue("and once more");
        person.says("changed").reads("changed");
        refused.getByText("Send again").click();
        person.reads("refused");
        assertThat(chatd.texts(ben)).containsExactly("alone", "changed", "refused");
    }

    @Test
    void aGroupInWhichOneCannotWrite() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson person = browser.open(chatd, Device.DESK).logIn(ann);
        try (Writer owner = new Writer(chatd, ben)) {
            String group = owner.createGroup("Crew", ann.name());
            owner.saysTo(group, "hello");
            person.open("Crew").reads("hello");
            owner.sendCommand(23, Map.of("op", "remove", "group_id", group, "user", ann.name()));
            assertThat(person.page().locator(".news").last()).hasText(ben.name() + " removed you.");
            WebPerson.awaitVisible(person.page().getByText("You are not a member of this group."));
            AppearanceCheck.check(person, "not-a-member");
            owner.sendCommand(23, Map.of("op", "add", "group_id", group, "users", List.of(ann.name())));
            WebPerson.awaitVisible(person.composer());
            owner.sendCommand(23, Map.of("op", "close", "group_id", group));
            WebPerson.awaitVisible(person.page().getByText("This group is closed. Nothing more can be written."));
            AppearanceCheck.check(person, "closed-group");
        }
        person.page().navigate(person.address() + "#/U99999");
        WebPerson.awaitVisible(person.page().getByText("There is nobody at this address."));
        AppearanceCheck.check(person, "nobody");
        person.page().navigate(person.address() + "#/m/99999999");
        WebPerson.awaitVisible(person.page().getByText("There is no such message, or you can't see it."));
    }

    @Test
    void aConversationThatLoads() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        try (Writer writer = new Writer(chatd, ben)) {
            writer.saysLines(ann, 1, 50);
        }
        WebPerson person = browser.open(proxy.port(), Device.DESK.options())
                .logIn(ann)
                .open(ben.name())
                .reads("line 50");
        person.page().route("**/words-zh.*", BrowserTestBase::bypassProxy);
        proxy.slow(Duration.ofSeconds(1));
        person.page().reload();
        WebPerson.awaitVisible(person.page().locator(".rooms"));
        proxy.swallowAnswers();
        WebPerson.awaitVisible(person.page().locator(".skeleton"));
        AppearanceCheck.check(person, "loading");
        proxy.slow(Duration.ZERO);
        proxy.cut();
        person.reconnect();
        person.reads("line 50");
        WebPerson.awaitGone(person.page().locator(".skeleton"));
    }
}

package chatd.acceptance.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.CutProxy;
import chatd.acceptance.kit.SpawnedDaemon;
import chatd.acceptance.kit.Writer;
import chatd.acceptance.web.browser.AppearanceCheck;
import chatd.acceptance.web.browser.BrowserTestBase;
import chatd.acceptance.web.browser.WebBrowser.Device;
import chatd.acceptance.web.browser.WebPerson;
import com.microsoft.playwright.Locator;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page with a bad connection, or none, a daemon that dies, a newer or an older one, and a clock that is wrong. */
@Tag("processes")
class WebNetworkIT extends BrowserTestBase {
    /** Whether what is not needed at first has been loaded, a little after the list. */
    private static final String LATER_IS_LOADED = """
            () => performance.getEntriesByType("resource").some(({ name, responseEnd }) => /later\\.\\w+\\.js/.test(name) && responseEnd > 0)""";

    @Test
    void textsWrittenWhileTheDaemonIsDownAreSentOnceAndInOrder() {
        try (SpawnedDaemon own = SpawnedDaemon.startOnReservedPort()) {
            Chatd.Person ann = own.person();
            Chatd.Person ben = own.person();
            WebPerson desk = browser.open(own, Device.DESK).logIn(ann).find(ben.name());
            desk.says("before").reads("before");
            own.killAndEmptyTables();
            WebPerson.awaitVisible(desk.page().locator(".bar.away"));
            for (int i = 1; i <= 5; i++) {
                desk.says("while away " + i);
            }
            assertThat(desk.page().locator("li.waits")).hasCount(5);
            own.begin();
            desk.reconnect();
            for (int i = 1; i <= 5; i++) {
                desk.reads("while away " + i);
            }
            desk.says("after").reads("after");
            List<String> said = List.of(
                    "before", "while away 1", "while away 2", "while away 3", "while away 4", "while away 5", "after");
            assertThat(desk.texts()).isEqualTo(said);
            assertThat(own.texts(ben)).isEqualTo(said);
            WebPerson.awaitGone(desk.page().locator(".bar.away"));
        }
    }

    /**
     * Amendments to texts and changes to a group that are made while a user is disconnected are
     * shown on return.
     */
    @Test
    void changesMadeWhileDisconnectedAreShown() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(proxy.port(), Device.DESK.options()).logIn(ann);
        try (Writer other = new Writer(chatd, ben)) {
            String group = other.createGroup("Crew", ann.name());
            long first = other.saysTo(group, "frist");
            long second = other.saysTo(group, "a mistake");
            desk.open("Crew").reads("frist").reads("a mistake").says("my own").reads("my own");
            long own = Long.parseLong(desk.message("my own").getAttribute("data-mid"));
            proxy.goAway();
            WebPerson.awaitVisible(desk.page().locator(".bar.away"));
            other.sendCommand(32, Map.of("mid", first, "text", "first"));
            other.sendCommand(31, Map.of("mid", second));
            other.sendCommand(33, Map.of("mid", own, "code", "👍", "on", true));
            other.sendCommand(23, Map.of("op", "rename", "group_id", group, "name", "The crew"));
            other.saysTo(group, "meanwhile");
            proxy.forwardToPort(chatd.port());
            desk.reconnect();
            desk.reads("meanwhile").reads("first");
            assertThat(desk.page().locator(".talk h1")).hasText("The crew");
            assertThat(desk.row("The crew")).containsText("meanwhile");
            assertThat(desk.message("first")).containsText("edited");
            assertThat(desk.page().locator(".gone")).hasText(ben.name() + " deleted this.");
            assertThat(desk.message("my own").locator(".reaction")).hasText("👍 1");
            assertThat(desk.page().locator(".news").last()).containsText("renamed the group from “Crew”");
            assertThat(desk.texts()).containsExactly("first", "my own", "meanwhile");
        }
    }

    /** Whoever enters a name, with whichever password, sees nothing of the account that was logged in before. */
    @Test
    void nothingOfAnotherAccountIsShownWhileSomebodyLogsIn() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk =
                browser.open(proxy.port(), Device.DESK.options()).logIn(ann).find(ben.name());
        desk.says("between the two of us").reads("between the two of us");
        chatd.admin("", "session", "kick", ann.name()).exits(0);
        desk.sees("Log in");
        proxy.swallowAnswers();
        desk.enter("somebody-else", "no-password-of-anybody");
        assertThat(desk.page().locator(".entrance button.strong")).isDisabled();
        WebPerson.awaitGone(desk.page().locator(".rooms"));
        proxy.slow(Duration.ZERO);
        proxy.cut();
        desk.reconnect();
        WebPerson.awaitVisible(desk.page().getByText("The name or the password is wrong."));
        WebPerson.awaitGone(desk.page().locator(".rooms"));
    }

    @Test
    void aSearchForAPersonWhileDisconnectedSucceedsOnReturn() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(proxy.port(), Device.DESK.options()).logIn(ann);
        desk.page().waitForFunction(LATER_IS_LOADED);
        proxy.goAway();
        WebPerson.awaitVisible(desk.page().locator(".bar.away"));
        desk.button("Search").click();
        desk.field("Search").fill(ben.name());
        // This timer expires after the one that debounces what is typed: by then the search has
        // failed.
        desk.page().evaluate("() => new Promise(done => setTimeout(done, 400))");
        proxy.forwardToPort(chatd.port());
        desk.reconnect();
        desk.row(ben.name()).click();
        desk.says("found").reads("found");
    }

    @Test
    void afterALongAbsenceMessagesAreReadInPages() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk =
                browser.open(proxy.port(), Device.DESK.options()).logIn(ann).find(ben.name());
        try (Writer other = new Writer(chatd, ben)) {
            other.says(ann, "before");
            desk.reads("before");
            proxy.goAway();
            WebPerson.awaitVisible(desk.page().locator(".bar.away"));
            // More than the daemon sends to a session that is resumed
            other.saysLines(ann, 1, 10_001);
            proxy.forwardToPort(chatd.port());
            desk.reconnect();
            WebPerson.awaitVisible(desk.page().getByText("You were away for a long time."));
            AppearanceCheck.check(desk, "far-behind");
            assertThat(desk.row(ben.name()).locator(".count")).hasText("99+");
            desk.page().locator(".jump").click();
            desk.reads("line 10001");
            assertThat(desk.message("line 10001")).isInViewport();
            WebPerson.awaitGone(desk.row(ben.name()).locator(".count"));
        }
    }

    @Test
    void twentyReloadsInARowLoseNothing() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        desk.says("before").reads("before");
        desk.composer().fill("a draft");
        try (Writer other = new Writer(chatd, ben)) {
            for (int i = 1; i <= 20; i++) {
                desk.page().reload();
                other.says(ann, "reload " + i);
            }
        }
        desk.reads("reload 20");
        assertThat(desk.composer()).hasValue("a draft");
        assertThat(desk.texts())
                .containsExactlyElementsOf(Stream.concat(
                                Stream.of("before"),
                                IntStream.rangeClosed(1, 20).mapToObj(i -> "reload " + i))
                        .toList());
    }

    @Test
    void thePageWorksOverASlowConnection() {
        try (CutProxy slow = CutProxy.onPort(chatd.port());
                SpawnedDaemon own = SpawnedDaemon.start("CHATD_HTTP_ORIGINS", origin(slow))) {
            slow.forwardToPort(own.port());
            slow.slow(Duration.ofMillis(200));
            slow.delay(new Random(1));
            Chatd.Person ann = own.person();
            Chatd.Person ben = own.person();
            WebPerson phone =
                    browser.open(slow.port(), Device.PHONE.options()).logIn(ann).find(ben.name());
            phone.says("one").says("two");
            phone.reads("one").reads("two");
            assertThat(own.texts(ben)).containsExactly("one", "two");
        }
    }

    /**
     * Which messages may still be amended depends on the daemon's clock, and their order on which
     * was written first, whatever the clock of the page says.
     */
    @Test
    void aClockThatIsWrongChangesNothing() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(proxy.port(), Device.DESK.options());
        desk.page().clock().setSystemTime("2040-01-01T10:00:00Z");
        desk.logIn(ann).find(ben.name()).says("first").reads("first");
        desk.composer().press("ArrowUp");
        desk.says("the first").reads("the first");
        desk.message("the first").hover();
        desk.message("the first").getByLabel("Message actions").click();
        WebPerson.awaitVisible(desk.button("Delete for everyone"));
        desk.page().keyboard().press("Escape");
        proxy.goAway();
        WebPerson.awaitVisible(desk.page().locator(".bar.away"));
        desk.says("second");
        desk.page().clock().setSystemTime("2001-01-01T10:00:00Z");
        desk.says("third");
        proxy.forwardToPort(chatd.port());
        desk.reconnect();
        desk.reads("second").reads("third");
        assertThat(chatd.texts(ben)).containsExactly("the first", "second", "third");
        assertThat(desk.texts()).containsExactly("the first", "second", "third");
    }

    /**
     * The daemon is replaced by a newer one, and that by the older one again, while the page is
     * open.
     */
    @Test
    void anotherVersionIsLoadedOnceAndOnlyOnRequest(@TempDir Path directory) throws IOException {
        try (SpawnedDaemon own = SpawnedDaemon.startOnReservedPort()) {
            Chatd.Person ann = own.person();
            WebPerson desk = browser.open(own, Device.DESK).logIn(ann).open("Everyone");
            AtomicInteger loads = new AtomicInteger();
            desk.page().onLoad(page -> loads.incrementAndGet());
            Locator notice = desk.page().getByText("There is a new version of this page.");
            int expectedLoads = 0;
            for (Path built : List.of(NextVersion.make(directory.resolve("next")), SpawnedDaemon.MODULE)) {
                own.replaceWith(built);
                desk.composer().fill("a draft");
                desk.reconnect();
                WebPerson.awaitVisible(notice);
                AppearanceCheck.check(desk, "new-version");
                assertThat(loads).hasValue(expectedLoads);
                desk.button("Reload").click();
                expectedLoads++;
                WebPerson.awaitVisible(desk.composer());
                assertThat(desk.composer()).hasValue("a draft");
                // The page now matches the daemon: after another restart there is nothing to load.
                own.replaceWith(built);
                desk.reconnect();
                desk.says("with version " + expectedLoads).reads("with version " + expectedLoads);
                WebPerson.awaitGone(notice);
                assertThat(loads).hasValue(expectedLoads);
            }
        }
    }
}

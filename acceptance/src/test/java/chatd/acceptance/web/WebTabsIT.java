package chatd.acceptance.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.SpawnedDaemon;
import chatd.acceptance.kit.Writer;
import chatd.acceptance.web.browser.AppearanceCheck;
import chatd.acceptance.web.browser.BrowserTestBase;
import chatd.acceptance.web.browser.WebBrowser.Device;
import chatd.acceptance.web.browser.WebPerson;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What outlives a page, in which tab and for whom: logins, drafts, pending texts; and what is left
 * afterwards.
 */
@Tag("processes")
class WebTabsIT extends BrowserTestBase {
    private static final String KEPT = """
            async () => {
              const open = indexedDB.open("chatd");
              await new Promise(done => (open.onsuccess = done));
              const all = open.result.transaction("kept").objectStore("kept").getAllKeys();
              await new Promise(done => (all.onsuccess = done));
              const cookies = (await cookieStore.getAll()).length;
              return sessionStorage.length + all.result.length + (await caches.keys()).length + cookies;
            }""";

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aReloadKeepsThePlaceAndTheDraft(boolean isOwnDevice) {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        try (Writer sender = new Writer(chatd, ben)) {
            sender.saysLines(ann, 1, 100);
        }
        WebPerson desk = browser.open(chatd, Device.DESK);
        desk = (isOwnDevice ? desk.logInToStay(ann) : desk.logIn(ann)).open(ben.name());
        desk.toEnd().reads("line 100");
        desk.scrollTo("line 60");
        desk.composer().fill("not yet said");
        double before = desk.offsetFromTop("line 60");
        desk.page().reload();
        desk.reads("line 60");
        assertThat(desk.composer()).hasValue("not yet said");
        assertThat(desk.offsetFromTop("line 60")).isCloseTo(before, within(1.0));
    }

    @Test
    void aSecondTabShowsANoticeAndCanTakeOver() {
        Chatd.Person ann = chatd.person();
        WebPerson first = browser.open(chatd, Device.DESK).logInToStay(ann);
        WebPerson second = browser.openAgain(first);
        second.sees("Already open in another tab");
        second.button("Use here").click();
        second.sees("Chats");
        first.sees("Already open in another tab");
    }

    @Test
    void aDeviceOfOnesOwnStaysLoggedIn() {
        Chatd.Person ann = chatd.person();
        WebPerson first = browser.open(chatd, Device.PHONE).logInToStay(ann);
        WebPerson second = browser.openAgain(first);
        first.page().close();
        second.page().reload();
        second.sees("Chats");
    }

    @Test
    void afterALogoutNothingIsLeft() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logInToStay(ann).find(ben.name());
        desk.says("secret").reads("secret");
        desk.composer().fill("a draft");
        desk.logOut();
        assertThat(desk.page().evaluate(KEPT)).isEqualTo(0);
        desk.page().goBack();
        assertThat(desk.page().content()).doesNotContain("secret");
        desk.page().reload();
        desk.sees("Log in");
        assertThat(desk.field("Name")).hasValue("");
    }

    /**
     * A key of a remembered device is valid for one login: with an old one, the device would be
     * forgotten.
     */
    @Test
    void tabsTakeOverFromEachOtherAlsoAfterANewKey() {
        try (SpawnedDaemon own = SpawnedDaemon.startOnReservedPort()) {
            Chatd.Person ann = own.person();
            Chatd.Person ben = own.person();
            WebPerson first = browser.open(own, Device.DESK).logInToStay(ann);
            WebPerson second = browser.openAgain(first);
            second.sees("Already open in another tab");
            second.button("Use here").click();
            second.find(ben.name()).composer().fill("a draft");
            first.sees("Already open in another tab");
            // Without its token, the second tab logs in again with the key.
            own.killAndEmptyTables("token");
            WebPerson.awaitVisible(second.page().locator(".bar.away"));
            own.begin();
            second.reconnect();
            for (int turn = 1; turn <= 2; turn++) {
                first.button("Use here").click();
                first.open(ben.name());
                assertThat(first.composer()).hasValue("a draft");
                second.button("Use here").click();
                second.open(ben.name());
            }
            assertThat(own.read("log/audit.xml")).doesNotContain("copied-key");
        }
    }

    @Test
    void aDuplicatedTabDoesNotDisplaceTheFirst() {
        Chatd.Person ann = chatd.person();
        WebPerson first = browser.open(chatd, Device.DESK).logIn(ann).open("Everyone");
        // It has a copy of what is stored for the first one.
        WebPerson second = browser.duplicate(first);
        second.sees("Already open in another tab");
        first.says("still here").reads("still here");
        second.button("Use here").click();
        second.sees("Chats");
        first.sees("Already open in another tab");
    }

    @Test
    void onASharedDeviceClosingTheTabEndsTheSession() {
        Chatd.Person ann = chatd.person();
        WebPerson first = browser.open(chatd, Device.DESK).logIn(ann);
        WebPerson second = browser.openAgain(first);
        second.sees("Log in");
        first.page().close();
        second.page().reload();
        second.sees("Log in");
        assertThat(second.field("Name")).hasValue("");
    }

    /** Neither the token nor the key is valid any more; somebody else logs in meanwhile. */
    @Test
    void pendingTextsAreSentOnceTheirAccountLogsInAgain() {
        try (SpawnedDaemon own = SpawnedDaemon.startOnReservedPort()) {
            Chatd.Person ann = own.person();
            Chatd.Person ben = own.person();
            Chatd.Person cat = own.person();
            WebPerson desk = browser.open(own, Device.DESK).logInToStay(ann).find(ben.name());
            desk.says("before").reads("before");
            own.killAndEmptyTables("token", "remembered");
            WebPerson.awaitVisible(desk.page().locator(".bar.away"));
            desk.says("waits 1").says("waits 2");
            own.begin();
            desk.reconnect();
            desk.sees("Log in");
            assertThat(desk.field("Name")).hasValue(ann.name());
            desk.field("Stay logged in").uncheck();
            desk.logIn(cat).find(ben.name());
            desk.expectAbsent(desk.page().locator("li.message"));
            assertThat(own.texts(ben)).containsExactly("before");
            desk.logOut();
            desk.page().reload();
            desk.sees("Log in");
            assertThat(desk.field("Name")).hasValue(ann.name());
            desk.logInToStay(ann).open(ben.name()).reads("waits 1").reads("waits 2");
            assertThat(own.texts(ben)).containsExactly("before", "waits 1", "waits 2");
            desk.logOut();
            assertThat(desk.page().evaluate(KEPT)).isEqualTo(0);
        }
    }

    @Test
    void theDaemonIsAwayWhileThePageIsLoadedAgain() {
        Chatd.Person ann = chatd.person();
        WebPerson desk =
                browser.open(proxy.port(), Device.DESK.options()).logIn(ann).open("Everyone");
        desk.composer().fill("a draft");
        // The page itself bypasses the proxy, as from a daemon that goes down right after serving
        // it.
        desk.page().route("**", BrowserTestBase::bypassProxy);
        // Chromium asks whether a page that was not fetched from a network may use the local one.
        desk.page().context().grantPermissions(List.of("local-network-access"));
        proxy.refuse();
        desk.page().reload();
        desk.sees("The server can't be reached.");
        WebPerson.awaitVisible(desk.page().getByText("You are still logged in as " + ann.name()));
        AppearanceCheck.check(desk, "unreachable");
        proxy.forwardToPort(chatd.port());
        desk.button("Try now").click();
        desk.sees("Chats");
        assertThat(desk.composer()).hasValue("a draft");
        proxy.refuse();
        desk.page().reload();
        desk.button("Log in as somebody else").click();
        desk.sees("Log in");
        assertThat(desk.field("Name")).hasValue(ann.name());
        proxy.forwardToPort(chatd.port());
    }

    @Test
    void aFullStorageIsReportedAndTextsAreStillSent() {
        Chatd.Person ann = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).open("Everyone");
        desk.page().evaluate("""
                () => {
                  let length = 5_300_000;
                  for (let i = 0; length > 0; ) {
                    try {
                      sessionStorage.setItem("filler " + i, "x".repeat(length));
                      i++;
                    } catch {
                      length = Math.floor(length / 2);
                    }
                  }
                }""");
        desk.composer().fill("a draft that has no room");
        WebPerson.awaitVisible(desk.page().getByText("This browser does not store anything for this page."));
        AppearanceCheck.check(desk, "storage-refused");
        desk.says("it is sent all the same").reads("it is sent all the same");
    }

    @Test
    void aBrowserThatStoresNothingCanStillTalk(@TempDir Path profile) throws IOException {
        Chatd.Person ann = chatd.person();
        WebPerson desk = browser.openWithoutStorage(chatd.port(), profile);
        desk.logIn(ann).open("Everyone");
        desk.composer().fill("a draft");
        WebPerson.awaitVisible(desk.page().getByText("This browser does not store anything for this page."));
        desk.says("nothing is kept").reads("nothing is kept");
        desk.page().reload();
        desk.sees("Log in");
    }
}

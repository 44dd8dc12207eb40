package chatd.acceptance;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.WebBrowser.Device;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** People use the page in a real browser: they log in, talk, and lose neither their place nor their drafts. */
@Tag("processes")
class WebIT {
    @SuppressWarnings("NullAway.Init") // start() sets it
    private static SpawnedDaemon chatd;

    @SuppressWarnings("NullAway.Init") // start() sets it
    private static WebBrowser browser;

    @BeforeAll
    static void start() {
        chatd = SpawnedDaemon.start();
        browser = new WebBrowser();
    }

    @AfterAll
    static void stop() {
        browser.close();
        chatd.close();
    }

    @AfterEach
    void closeTabs() {
        browser.closeTabs();
    }

    @Test
    void twoPeopleTalk() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        desk.says("hello").reads("hello");
        WebPerson phone = browser.open(chatd, Device.PHONE).logIn(ben);
        assertThat(phone.row(ann.name())).containsText("hello");
        assertThat(phone.row(ann.name()).locator(".count")).hasText("1");
        phone.open(ann.name()).reads("hello").says("well 你好").reads("well 你好");
        desk.reads("well 你好");
        assertThat(desk.message("hello").locator(".mark")).hasAttribute("aria-label", "Read");
    }
}

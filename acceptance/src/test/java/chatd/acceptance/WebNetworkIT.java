package chatd.acceptance;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.WebBrowser.Device;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The page with a bad connection, or none, a daemon that dies, a newer or an older one, and a clock that is wrong. */
@Tag("processes")
class WebNetworkIT extends InBrowser {

    @Test
    void whatIsWrittenWhileTheDaemonIsAwayIsSentOnceAndInOrder() {
        try (SpawnedDaemon own = SpawnedDaemon.start()) {
            Chatd.Person ann = own.person();
            Chatd.Person ben = own.person();
            WebPerson desk = browser.open(own, Device.DESK).logIn(ann).find(ben.name());
            desk.says("before").reads("before");
            own.killAndForget();
            WebPerson.waits(desk.page().locator(".bar.lost"));
            for (int i = 1; i <= 5; i++) {
                desk.says("while away " + i);
            }
            assertThat(desk.page().locator("li.waits")).hasCount(5);
            own.begin();
            desk.wakes();
            for (int i = 1; i <= 5; i++) {
                desk.reads("while away " + i);
            }
            desk.says("after").reads("after");
            List<String> said = List.of(
                    "before", "while away 1", "while away 2", "while away 3", "while away 4", "while away 5", "after");
            assertThat(desk.texts()).isEqualTo(said);
            assertThat(own.texts(ben)).isEqualTo(said);
            assertThat(desk.page().locator(".bar.lost")).hasCount(0);
        }
    }
}

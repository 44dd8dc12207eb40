package chatd.acceptance.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.backup.LostMachine;
import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.Wire;
import chatd.acceptance.web.browser.BrowserTestBase;
import chatd.acceptance.web.browser.WebBrowser.Device;
import chatd.acceptance.web.browser.WebPerson;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page, when the server was restored from a backup and knows less than it does. */
@Tag("processes")
class WebRestoredIT extends BrowserTestBase {
    @TempDir
    private Path elsewhere;

    @Test
    void whatIsLostLeavesThePageAndWhatWasTypedStays() throws Exception {
        Path backup = elsewhere.resolve("chatd.backup");
        try (LocalDaemon own = LocalDaemon.start()) {
            Chatd.Person ann = own.person();
            Chatd.Person ben = own.person();
            WebPerson desk = browser.open(own, Device.DESK).logIn(ann).find(ben.name());
            desk.says("kept").reads("kept");
            try (Chat1Socket socket = own.logIn(ben)) {
                socket.send(Wire.text("kept, of ben", ann.name())).fence();
                desk.reads("kept, of ben");
                LostMachine.backUp(own, backup);
                socket.send(Wire.text("lost, of ben", ann.name())).fence();
            }
            desk.reads("lost, of ben");
            desk.says("lost").reads("lost");
            LostMachine.lose(own);
            WebPerson.awaitVisible(desk.page().locator(".bar.away"));
            desk.says("while away");
            desk.composer().fill("half a sent");

            LostMachine.restore(own, backup);
            desk.reconnect();

            WebPerson.awaitVisible(desk.page().getByText("The server was restored from a backup: what came after "));
            desk.reads("while away");
            assertThat(desk.texts()).isEqualTo(List.of("kept", "kept, of ben", "while away"));
            assertThat(desk.composer()).hasValue("half a sent");
            try (Chat1Socket socket = own.logIn(ben)) {
                socket.expectServerText();
                socket.send(Wire.text("new, of ben", ann.name())).fence();
                assertThat(socket.history(10)).containsExactly("kept", "kept, of ben", "while away", "new, of ben");
            }
            desk.reads("new, of ben");
            // It is told once: the next connection goes on as ever.
            own.stop();
            WebPerson.awaitVisible(desk.page().locator(".bar.away"));
            own.begin();
            desk.reconnect();
            desk.says("after").reads("after");
            assertThat(desk.texts()).isEqualTo(List.of("kept", "kept, of ben", "while away", "new, of ben", "after"));
            assertThat(own.unread(ann, ben.name())).isZero();
        }
    }
}

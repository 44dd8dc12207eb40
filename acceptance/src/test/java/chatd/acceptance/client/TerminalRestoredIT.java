package chatd.acceptance.client;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.backup.LostMachine;
import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.Terminal;
import chatd.acceptance.kit.Wire;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code chat-client}, when the server was restored from a backup and knows less than it does. */
@Tag("processes")
class TerminalRestoredIT {
    @TempDir
    private Path elsewhere;

    private void goesOn(String... options) throws Exception {
        Path backup = elsewhere.resolve("chatd.backup");
        try (LocalDaemon own = LocalDaemon.start();
                ClientTerminal clients = new ClientTerminal(own, options)) {
            Chatd.Person ann = own.person();
            Chatd.Person ben = own.person();
            Terminal a = clients.logIn(ann, "--to", ben.name());
            a.enter("kept").shows(": kept");
            own.logIn(ben).close();
            LostMachine.backUp(own, backup);
            a.enter("lost").shows(": lost");
            LostMachine.lose(own);
            a.shows("Trying again…");
            LostMachine.restore(own, backup);
            a.press("C-u", "Enter")
                    .shows("Connected again.", "The server was restored from a backup: what came after ");
            try (Chat1Socket socket = own.logIn(ben)) {
                socket.expectServerText();
                assertThat(socket.history(10)).containsExactly("kept");
                socket.send(Wire.text("new", ann.name())).fence();
                a.shows(": new");
                a.enter("after").shows(": after");
                socket.expectText(ann.name(), "after");
            }
            // It is told once. In chat/1 the text comes while the client reads its history, and may be taken for a
            // refusal
            // of that: then the client says it again, as the reason why it connects anew.
            int told = told(a);
            own.stop();
            a.shows("Trying again…");
            own.begin();
            a.press("C-u", "Enter").hasNoLonger("[offline").enter("again").shows(": again");
            assertThat(told(a)).isEqualTo(told);
        }
    }

    private static int told(Terminal terminal) {
        return terminal.all().split("The server was restored from a backup", -1).length - 1;
    }

    @Test
    void itGoesOnWithJson() throws Exception {
        goesOn();
    }

    @Test
    void itGoesOnWithChat1() throws Exception {
        goesOn("--protocol", "chat/1");
    }
}

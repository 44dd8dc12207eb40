package chatd.acceptance.client;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.SharedChatd;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests of the terminal client in terminals, which are closed after each. */
@ExtendWith(SharedChatd.class)
@Tag("processes")
public abstract class TerminalTestBase {
    public final Chatd chatd;
    public final ClientTerminal clients;
    public final Chatd.Person ann;

    /** @param always options for each start of the client */
    public TerminalTestBase(Chatd chatd, String... always) {
        this.chatd = chatd;
        this.clients = new ClientTerminal(chatd, always);
        this.ann = chatd.person();
    }

    @AfterEach
    final void close() {
        clients.close();
    }
}

package chatd.acceptance;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests of the terminal client in terminals, which are closed after each. */
@ExtendWith(SharedChatd.class)
@Tag("processes")
abstract class OverTerminal {
    final Chatd chatd;
    final ClientTerminal clients;
    final Chatd.Person ann;

    /** @param always options for each start of the client */
    OverTerminal(Chatd chatd, String... always) {
        this.chatd = chatd;
        this.clients = new ClientTerminal(chatd, always);
        this.ann = chatd.person();
    }

    @AfterEach
    final void close() {
        clients.close();
    }
}

package chatd.acceptance.kit;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** The base of tests on one carrier of JSON messages, with a daemon that many tests share; closes what they open. */
@ExtendWith(SharedChatd.class)
abstract class CarrierTestBase {
    protected final JsonCarrier carrier;
    protected final Chatd chatd;
    protected final Chatd.Person ann;
    final List<AutoCloseable> open = new ArrayList<>();

    CarrierTestBase(JsonCarrier carrier, Chatd chatd) {
        this.carrier = carrier;
        this.chatd = chatd;
        this.ann = chatd.person();
    }

    @AfterEach
    protected final void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    /** Registers something to be closed after the test. */
    protected final <T extends AutoCloseable> T closeAfterTest(T one) {
        open.add(one);
        return one;
    }

    /** Connects; the connection is closed after the test. */
    protected final JsonSocket connect() {
        return closeAfterTest(carrier.connect(chatd));
    }

    protected final JsonSocket logIn(Chatd.Person person, String device) {
        return closeAfterTest(chatd.logInJson(carrier, person, device));
    }
}

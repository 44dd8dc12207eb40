package chatd.client.talk;

import java.io.IOException;

/** Thrown if there is no connection at the moment; nothing was sent. */
public final class NotConnected extends IOException {
    private static final long serialVersionUID = 1L;

    NotConnected() {
        super("There is no connection.");
    }
}

package chatd.demo;

import java.io.IOException;

/** The demo can't go on; the message is for the person who started it. */
final class DemoFailure extends IOException {
    private static final long serialVersionUID = 1L;

    DemoFailure(String message) {
        super(message);
    }
}

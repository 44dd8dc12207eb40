package chatd.demo;

import java.io.IOException;

/** Thrown if the demo can't continue; the message is for the person who started it. */
final class DemoFailure extends IOException {
    private static final long serialVersionUID = 1L;

    DemoFailure(String message) {
        super(message);
    }
}

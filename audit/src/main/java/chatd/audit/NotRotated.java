package chatd.audit;

import java.io.IOException;

/** The segment could not be closed, and goes on. */
final class NotRotated extends IOException {
    private static final long serialVersionUID = 1L;

    NotRotated(IOException cause) {
        super("the log's segment can't be closed, and goes on: " + cause.getMessage(), cause);
    }
}

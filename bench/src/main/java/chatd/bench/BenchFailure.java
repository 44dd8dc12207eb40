package chatd.bench;

import java.io.IOException;

/** The benchmark can't go on; the message says why and what to do. */
final class BenchFailure extends IOException {
    private static final long serialVersionUID = 1L;

    BenchFailure(String message) {
        super(message);
    }
}

package chatd.bench;

import java.io.IOException;

/** Thrown if the benchmark can't go on; the message says why. */
final class BenchFailure extends IOException {
    private static final long serialVersionUID = 1L;

    BenchFailure(String message) {
        super(message);
    }
}

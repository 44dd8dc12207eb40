package chatd.client.direct;

import java.io.IOException;

/** Thrown when a file transfer was cut off; sent again, it resumes where it stopped. */
public final class TransferInterrupted extends IOException {
    /** The message shown on either side. */
    public static final String TEXT =
            "The connection was interrupted; what has arrived is kept, and sending the file again resumes there.";

    private static final long serialVersionUID = 1L;

    TransferInterrupted() {
        super(TEXT);
    }
}

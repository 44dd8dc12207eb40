package chatd.client.direct;

import java.io.IOException;

/** Thrown when a file was cut on its way; sent again, it goes on where it was. */
public final class Cut extends IOException {
    /** What is said on either side. */
    public static final String TEXT =
            "The connection was cut; what has arrived is kept, and sent again it goes on there.";

    private static final long serialVersionUID = 1L;

    Cut() {
        super(TEXT);
    }
}

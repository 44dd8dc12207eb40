package chatd.backup.archive;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Thrown if a backup can't be made, read or restored; the message is a clause for a person, without a capital and a dot. */
public class BackupFailure extends IOException {
    private static final long serialVersionUID = 1L;

    public BackupFailure(String message) {
        super(message);
    }

    public BackupFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}

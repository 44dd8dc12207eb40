package chatd.backup.directory;

import chatd.backup.archive.PrivateFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Hides the digests of contents that are noted beside a backup, since a digest itself would tell whoever has the
 * directory whether a file that they know was sent: as the first 16 bytes of an HMAC, whose key stays on the daemon's
 * machine. Used by one thread.
 */
final class DigestKey {
    private static final String HMAC = "HmacSHA256";
    private static final int LENGTH = 32;

    private final Mac mac;

    /** @param file the file of the key, which is created if it does not exist */
    DigestKey(Path file) throws IOException {
        if (!Files.exists(file)) {
            byte[] fresh = new byte[LENGTH];
            new SecureRandom().nextBytes(fresh);
            PrivateFile.create(file, fresh);
        }
        try {
            mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(Files.readAllBytes(file), HMAC));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException(file + " is not a key: delete it, and the next backup is a full one", e);
        }
    }

    /** Returns what is noted of a content, by its digest. */
    UUID hide(byte[] digest) {
        ByteBuffer hmac = ByteBuffer.wrap(mac.doFinal(digest));
        return new UUID(hmac.getLong(), hmac.getLong());
    }
}

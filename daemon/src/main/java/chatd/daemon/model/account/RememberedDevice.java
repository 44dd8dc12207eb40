package chatd.daemon.model.account;

import java.nio.ByteBuffer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A device that logs in with a key.
 *
 * @param chain 16 bytes that name the device in its keys
 * @param newest SHA-256 of the last key
 * @param earlier SHA-256 of the key before, until the last one is used; null if there is none
 * @param since when it was first remembered
 * @param used when it last logged in
 * @param address the address from which it last logged in
 */
public record RememberedDevice(
        long account,
        String device,
        ByteBuffer chain,
        ByteBuffer newest,
        @Nullable ByteBuffer earlier,
        Instant since,
        Instant used,
        String address) {}

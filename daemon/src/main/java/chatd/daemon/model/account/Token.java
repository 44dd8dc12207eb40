package chatd.daemon.model.account;

import java.nio.ByteBuffer;

/**
 * The stored form of a token, with which a session is resumed after its connection was lost.
 *
 * @param hash SHA-256 of the token
 * @param device the label of its session's device
 * @param quiet whether its session does not show its user as online
 * @param begins the number of the last message before its session
 */
public record Token(ByteBuffer hash, long account, String device, boolean quiet, long begins) {
    /** Returns the same, of a session that begins after a message. */
    public Token beginningAfter(long message) {
        return new Token(hash, account, device, quiet, message);
    }
}

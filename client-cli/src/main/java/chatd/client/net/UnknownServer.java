package chatd.client.net;

import chatd.certs.Fingerprint;

/**
 * Thrown if no authority vouches for a server whose certificate is otherwise valid: the user may decide to trust it.
 */
public final class UnknownServer extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient Fingerprint fingerprint;

    UnknownServer(Fingerprint fingerprint) {
        super("nobody vouches for the server's certificate", null, false, false);
        this.fingerprint = fingerprint;
    }

    /** Returns the fingerprint of the key that the server presented. */
    public Fingerprint fingerprint() {
        return fingerprint;
    }
}

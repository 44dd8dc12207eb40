package chatd.client.net;

import chatd.certs.Fingerprint;

/** Nobody vouches for the server, and nothing else is wrong with its certificate: a person may decide. */
public final class UnknownServer extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient Fingerprint fingerprint;

    UnknownServer(Fingerprint fingerprint) {
        super("nobody vouches for the server's certificate", null, false, false);
        this.fingerprint = fingerprint;
    }

    /** Of the key that it showed. */
    public Fingerprint fingerprint() {
        return fingerprint;
    }
}

package chatd.daemon.net.stream;

/** State of a connection's close, on our side and the peer's; each only advances. Used on its event loop only. */
final class ConnectionState {
    /** State of our side. */
    private enum Ours {
        OPEN,
        /** Further input is ignored. */
        DEAF,
        /** Input is ignored, and the connection closes once the pending output is sent. */
        FINISHING,
        /** All output is sent, and our half is closed. */
        SHUT
    }

    /** State of the peer's side. */
    private enum Theirs {
        SENDING,
        /** It has announced the end of its data (close_notify). */
        DONE,
        /** It has closed its half of the TCP connection. */
        GONE
    }

    private Ours ours = Ours.OPEN;
    private Theirs theirs = Theirs.SENDING;
    private boolean secured;

    /** Records that the TLS handshake is complete. */
    void secure() {
        secured = true;
    }

    boolean isSecured() {
        return secured;
    }

    private void become(Ours next) {
        if (next.compareTo(ours) > 0) {
            ours = next;
        }
    }

    void ignoreInput() {
        become(Ours.DEAF);
    }

    void finish() {
        become(Ours.FINISHING);
    }

    void shut() {
        become(Ours.SHUT);
    }

    boolean isIgnoringInput() {
        return ours != Ours.OPEN;
    }

    /** Returns whether it is finishing or already shut. */
    boolean isFinishing() {
        return ours.compareTo(Ours.FINISHING) >= 0;
    }

    boolean isShut() {
        return ours == Ours.SHUT;
    }

    /** Records the peer's close_notify; returns whether the peer was still sending before. */
    boolean peerDone() {
        return peerIs(Theirs.DONE);
    }

    /** Records the peer's half-close; returns whether the peer was still sending before. */
    boolean peerGone() {
        return peerIs(Theirs.GONE);
    }

    private boolean peerIs(Theirs next) {
        boolean wasSending = isPeerSending();
        if (next.compareTo(theirs) > 0) {
            theirs = next;
        }
        return wasSending;
    }

    boolean isPeerSending() {
        return theirs == Theirs.SENDING;
    }

    boolean isPeerGone() {
        return theirs == Theirs.GONE;
    }
}

package chatd.daemon.net.stream;

/** How far a connection has come, on our side and on the peer's; neither goes back. Its event loop alone. */
final class ConnectionState {
    /** What we still do. */
    private enum Ours {
        OPEN,
        /** What still comes is not read any more. */
        DEAF,
        /** Deaf, and to be closed once what is owed is sent. */
        FINISHING,
        /** All is sent, and our half is closed. */
        SHUT
    }

    /** What the peer still does. */
    private enum Theirs {
        SENDING,
        /** It has said that nothing more comes. */
        DONE,
        /** It has closed its half. */
        GONE
    }

    private Ours ours = Ours.OPEN;
    private Theirs theirs = Theirs.SENDING;

    private void become(Ours next) {
        if (next.compareTo(ours) > 0) {
            ours = next;
        }
    }

    void deafen() {
        become(Ours.DEAF);
    }

    void finish() {
        become(Ours.FINISHING);
    }

    void shut() {
        become(Ours.SHUT);
    }

    boolean isDeaf() {
        return ours != Ours.OPEN;
    }

    /** Finishing, or shut already. */
    boolean isFinishing() {
        return ours.compareTo(Ours.FINISHING) >= 0;
    }

    boolean isShut() {
        return ours == Ours.SHUT;
    }

    /** Returns whether the peer was sending until now. */
    boolean peerDone() {
        return peerIs(Theirs.DONE);
    }

    /** As {@link #peerDone}. */
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

package chatd.client.direct;

import chatd.client.net.ClientFailure;
import chatd.client.talk.request.Calls;
import chatd.protocol.event.DirectEvent;
import chatd.protocol.value.direct.DirectKind;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;

/**
 * A direct session together with the server's part in it: the call and its acceptance, introductions, changed
 * addresses, the end. Thread-safe.
 */
public final class DirectCall implements AutoCloseable {
    /**
     * How often, and how far apart, reporting changed addresses is tried while there is no connection to the server.
     */
    private static final int ATTEMPTS = 60;

    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** The reason given when no path to the other side was found. */
    public static final String UNREACHABLE = "unreachable";

    /** How long each search for a path to another side lasts. */
    private static final Duration SEARCH_TIMEOUT = Duration.ofSeconds(10);

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Calls calls;
    private final String number;
    private final DirectSession session;
    private volatile boolean isOver;

    /**
     * @param number the session's number: that of an incoming call, or a {@link #newNumber}
     * @throws IOException if this machine can't have direct sessions; the message says why
     */
    public DirectCall(Calls calls, String number, DirectSession.Listener listener) throws IOException {
        this.calls = calls;
        this.number = number;
        this.session = new DirectSession(number, SEARCH_TIMEOUT, listener);
    }

    /** Returns a random number for a new session. */
    public static String newNumber() {
        byte[] number = new byte[16];
        RANDOM.nextBytes(number);
        return HexFormat.of().formatHex(number);
    }

    public DirectSession session() {
        return session;
    }

    /** Returns whether an event of the server is about this session. */
    public boolean concerns(DirectEvent event) {
        return event.session().equals(number);
    }

    /**
     * Calls others. Blocks.
     *
     * @param to recipients as the server's session names them; a group alone
     */
    public void call(List<String> to, DirectKind kind) throws IOException, InterruptedException {
        calls.call(to, kind, number, session.endpoint(calls.udpAddresses()));
    }

    /** Accepts the call. Blocks. */
    public void accept() throws IOException, InterruptedException {
        calls.accept(number, session.endpoint(calls.udpAddresses()));
    }

    /** Handles the server's events about how the others can be reached. Does not block. */
    public void handle(DirectEvent event) {
        switch (event) {
            case DirectEvent.Introduced introduced ->
                session.introduce(introduced.user(), introduced.endpoint(), introduced.dials());
            case DirectEvent.CandidatesChanged changed -> session.candidates(changed.user(), changed.candidates());
            // The other side gave up first; giving up here too lets this side report why.
            case DirectEvent.Ended ended when ended.reason().equals(UNREACHABLE) -> session.giveUp(ended.user());
            case DirectEvent _ -> {}
        }
    }

    /** Reports this side's addresses again after a connection was lost, as soon as the server can be reached. */
    public void renewAddresses() {
        Thread.startVirtualThread(() -> {
            try {
                for (int i = 0; i < ATTEMPTS && !isOver; i++) {
                    if (tryRenew()) {
                        return;
                    }
                    Thread.sleep(PAUSE);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private boolean tryRenew() throws InterruptedException {
        try {
            calls.changeCandidates(
                    number, session.endpoint(calls.udpAddresses()).candidates());
            return true;
        } catch (ClientFailure e) {
            // The server has no such session any more: the earlier addresses are tried.
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Leaves the session, and tells the server on another thread.
     *
     * @param reason a word for the others and the log; empty for none
     */
    public void end(String reason) {
        close();
        Thread.startVirtualThread(() -> {
            try {
                calls.end(number, reason);
            } catch (IOException | ClientFailure e) {
                // It has ended already, or will when the server times this side out.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Leaves the session; the server is not told. */
    @Override
    public void close() {
        isOver = true;
        session.close();
    }
}

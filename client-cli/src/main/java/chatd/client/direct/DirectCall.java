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
 * A direct session together with what the server has of it: called or accepted, introduced to the others, at other addresses,
 * over. Thread-safe.
 */
public final class DirectCall implements AutoCloseable {
    /** How often, and how far apart, changed addresses are named while there is no connection to the server. */
    private static final int ATTEMPTS = 60;

    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** The reason for an end without a way to the other. */
    public static final String UNREACHABLE = "unreachable";

    /** How long each search for a way to another side lasts. */
    private static final Duration SEARCH_TIMEOUT = Duration.ofSeconds(10);

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Calls calls;
    private final String number;
    private final DirectSession session;
    private volatile boolean isOver;

    /**
     * @param number of the session, of a call that came, or a {@link #newNumber}
     * @throws IOException if this machine can't have direct sessions; the message says why
     */
    public DirectCall(Calls calls, String number, DirectSession.Listener listener) throws IOException {
        this.calls = calls;
        this.number = number;
        this.session = new DirectSession(number, SEARCH_TIMEOUT, listener);
    }

    /** Returns the number for a session that is to be. */
    public static String newNumber() {
        byte[] number = new byte[16];
        RANDOM.nextBytes(number);
        return HexFormat.of().formatHex(number);
    }

    public DirectSession session() {
        return session;
    }

    /** Returns whether the server says something of this session. */
    public boolean concerns(DirectEvent event) {
        return event.session().equals(number);
    }

    /**
     * Calls others. Blocks.
     *
     * @param to recipients as the server's session names them; a group alone
     */
    public void call(List<String> to, DirectKind kind) throws IOException, InterruptedException {
        calls.call(to, kind, number, session.endpoint(calls.udp()));
    }

    /** Accepts the call. Blocks. */
    public void accept() throws IOException, InterruptedException {
        calls.accept(number, session.endpoint(calls.udp()));
    }

    /** Takes what the server says of how the others may be reached. Does not block. */
    public void handle(DirectEvent event) {
        switch (event) {
            case DirectEvent.Introduced introduced ->
                session.introduce(introduced.user(), introduced.endpoint(), introduced.dials());
            case DirectEvent.CandidatesChanged changed -> session.candidates(changed.user(), changed.candidates());
            // The other side gave up a moment before this one, which then says why, too.
            case DirectEvent.Ended ended when ended.reason().equals(UNREACHABLE) -> session.giveUp(ended.user());
            case DirectEvent _ -> {}
        }
    }

    /** Names the addresses of this side anew, since a connection is lost; as soon as the server can be told. */
    public void renew() {
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
            calls.change(number, session.endpoint(calls.udp()).candidates());
            return true;
        } catch (ClientFailure e) {
            // The server has no such session any more: the earlier addresses are tried.
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Ends it: leaves the session, and tells the server, on another thread.
     *
     * @param reason a word for the others and the log; empty for none
     */
    public void end(String reason) {
        close();
        Thread.startVirtualThread(() -> {
            try {
                calls.end(number, reason);
            } catch (IOException | ClientFailure e) {
                // It is over, then, or will be when the server has missed this side for long enough.
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

package chatd.client.repl;

import chatd.client.direct.DirectSession;
import chatd.client.screen.Presenter;
import chatd.client.screen.Screen;
import chatd.client.talk.resume.ResumedSession;
import chatd.protocol.event.DirectEvent;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.direct.DirectKind;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Calls that wait for an answer, the oldest first. Guarded by the lock of {@link DirectActions}. */
final class RingingCalls {
    /** Maximum number of calls that wait for an answer; further ones ring unseen until they end. */
    private static final int MAX_RINGING = 8;

    private final Screen screen;
    private final Presenter presenter;
    private final Deque<DirectEvent.Called> ringing = new ArrayDeque<>();

    RingingCalls(Screen screen, Presenter presenter) {
        this.screen = screen;
        this.presenter = presenter;
    }

    /** Returns the oldest call; null if none waits. */
    DirectEvent.@Nullable Called peek() {
        return ringing.peek();
    }

    /** Removes the oldest call, which is answered now. */
    void removeOldest() {
        ringing.remove();
    }

    /** Adds a call, shows it and rings; does nothing if too many wait already. */
    void add(ResumedSession session, DirectEvent.Called called) {
        if (ringing.size() >= MAX_RINGING) {
            return;
        }
        ringing.add(called);
        String others = called.others().isEmpty()
                ? ""
                : " with " + called.others().stream().map(session.calls()::name).collect(Collectors.joining(", "));
        String where = Addressee.isGroup(called.to()) ? " in " + session.calls().name(called.to()) : "";
        String what =
                called.kind() == DirectKind.FILE ? "wants to send you files directly" : "asks for a direct session";
        presenter.notice(called.name() + " " + what + where + others
                + ".\nYour machines would connect directly, and nothing"
                + " is kept. The other side learns your addresses: " + addresses() + ".\ny agrees, n declines.");
        screen.ring(true, false, called.name(), what);
    }

    private static String addresses() {
        List<String> own = DirectSession.ownAddresses();
        return (own.isEmpty() ? "" : String.join(", ", own) + ", and ") + "the one from which the server sees it";
    }

    /** Removes the call of a session that has ended; returns whether it was there. */
    boolean remove(String session) {
        for (Iterator<DirectEvent.Called> each = ringing.iterator(); each.hasNext(); ) {
            if (each.next().session().equals(session)) {
                each.remove();
                return true;
            }
        }
        return false;
    }
}

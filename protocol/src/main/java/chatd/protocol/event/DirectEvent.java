package chatd.protocol.event;

import chatd.protocol.value.Addressee;
import chatd.protocol.value.direct.Candidate;
import chatd.protocol.value.direct.DirectKind;
import chatd.protocol.value.direct.Endpoint;
import java.util.List;
import java.util.SortedMap;

/**
 * Events of direct sessions (page {@code direct.md}). {@code user} is who did it, {@code to} the
 * recipient.
 */
public sealed interface DirectEvent extends Event {
    long user();

    String session();

    /**
     * A user asks for a direct session. No addresses are sent before it is accepted.
     *
     * @param to the viewer; or a group, as an {@link Addressee}
     * @param others the others who are asked
     * @param names of the others
     */
    record Called(
            long user,
            String name,
            long to,
            List<Long> others,
            DirectKind kind,
            String session,
            SortedMap<Long, String> names)
            implements DirectEvent {
        public Called {
            others = List.copyOf(others);
        }
    }

    /**
     * Another user is in the viewer's session.
     *
     * @param dials whether it is the viewer who opens the connection
     */
    record Introduced(long user, String name, long to, String session, Endpoint endpoint, boolean dials)
            implements DirectEvent {}

    /** A user in the session may be reached at other addresses now. */
    record CandidatesChanged(long user, long to, String session, List<Candidate> candidates) implements DirectEvent {
        public CandidatesChanged {
            candidates = List.copyOf(candidates);
        }
    }

    /** @param reason {@code declined}, {@code unanswered}, or {@code offline} */
    record Declined(long user, long to, String session, String reason) implements DirectEvent {}

    /** The caller has given up. */
    record Cancelled(long user, long to, String session) implements DirectEvent {}

    /**
     * A user has left a session; if it is the viewer, this login session no longer takes part in
     * the call.
     *
     * @param reason {@code elsewhere}, {@code unanswered}, {@code crossed} and {@code lost} come
     *     from the daemon, others from the user
     */
    record Ended(long user, long to, String session, String reason) implements DirectEvent {}
}

package chatd.protocol.event;

import chatd.protocol.value.Addressee;
import chatd.protocol.value.direct.Candidate;
import chatd.protocol.value.direct.DirectKind;
import chatd.protocol.value.direct.Endpoint;
import java.util.List;
import java.util.SortedMap;

/** Events of direct sessions (page {@code direct.md}). {@code user} is who did it, {@code to} whom it is told. */
public sealed interface DirectEvent extends Event {
    long user();

    String session();

    /**
     * A user asks for a direct session. No addresses are told before it is accepted.
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
     * A user is in a session that the viewer is in, too.
     *
     * @param dials whether the viewer is the one that opens the connection to it
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
     * A user has left a session; or, from the viewer itself, the call is no longer this session's.
     *
     * @param reason {@code elsewhere}, {@code unanswered}, {@code crossed} and {@code lost} are the daemon's, others the
     *     user's
     */
    record Ended(long user, long to, String session, String reason) implements DirectEvent {}
}

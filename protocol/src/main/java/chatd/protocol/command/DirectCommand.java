package chatd.protocol.command;

import chatd.protocol.value.direct.Candidate;
import chatd.protocol.value.direct.DirectKind;
import chatd.protocol.value.direct.Endpoint;
import chatd.protocol.value.people.User;
import java.util.List;

/**
 * Commands that introduce users to each other for a direct session (page {@code direct.md}). The {@code session} is 128
 * random bits in hexadecimal, chosen by the caller.
 */
public sealed interface DirectCommand extends Command {
    String session();

    @Override
    default boolean isAcknowledged() {
        return true;
    }

    /**
     * Asks users for a direct session.
     *
     * @param user one of them; or a group, whose online members are asked
     * @param others the others; empty for a group
     * @param own the caller's endpoint, sent to those who accept
     */
    record Call(User user, List<User> others, DirectKind kind, String session, Endpoint own, String id)
            implements DirectCommand {
        /** Maximum number of others. */
        public static final int MAX_OTHERS = 7;

        public Call {
            others = List.copyOf(others);
        }
    }

    /** Accepts a call; {@code own} is sent to everybody in the session. */
    record Accept(String session, Endpoint own, String id) implements DirectCommand {}

    /**
     * Tells the others in a session the addresses at which the user can be reached now; they
     * replace the earlier ones.
     */
    record ChangeCandidates(String session, List<Candidate> candidates, String id) implements DirectCommand {
        public ChangeCandidates {
            candidates = List.copyOf(candidates);
        }
    }

    record Decline(String session, String id) implements DirectCommand {}

    /**
     * Withdraws a call from those who have not accepted it yet; those who have are not affected.
     */
    record Cancel(String session, String id) implements DirectCommand {}

    /**
     * Leaves a session; it ends when only one user is left.
     *
     * @param reason a word for the others and the log
     */
    record EndDirect(String session, String reason, String id) implements DirectCommand {
        /** Maximum size of the reason, in bytes. */
        public static final int MAX_REASON_BYTES = 32;
    }
}

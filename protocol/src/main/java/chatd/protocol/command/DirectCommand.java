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
     * @param user one of them, or a group, whose members are asked who are online
     * @param others the others; empty for a group
     * @param own told to those who accept
     */
    record Call(User user, List<User> others, DirectKind kind, String session, Endpoint own, String id)
            implements DirectCommand {
        /** Maximum number of others. */
        public static final int MOST_OTHERS = 7;

        public Call {
            others = List.copyOf(others);
        }
    }

    /** Agrees to a session; {@code own} is told to all who are in it. */
    record Accept(String session, Endpoint own, String id) implements DirectCommand {}

    /** Tells the others in a session at which addresses one may be reached now; they replace those before. */
    record ChangeCandidates(String session, List<Candidate> candidates, String id) implements DirectCommand {
        public ChangeCandidates {
            candidates = List.copyOf(candidates);
        }
    }

    record Decline(String session, String id) implements DirectCommand {}

    /** Gives up a call that nobody has accepted yet; those who have are not affected. */
    record Cancel(String session, String id) implements DirectCommand {}

    /**
     * Leaves a session, which ends when one user is left.
     *
     * @param reason a word for the others and the log
     */
    record EndDirect(String session, String reason, String id) implements DirectCommand {
        /** Maximum size of the reason, in bytes. */
        public static final int MOST_REASON = 32;
    }
}

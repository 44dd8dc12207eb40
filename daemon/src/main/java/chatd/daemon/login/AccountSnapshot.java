package chatd.daemon.login;

import chatd.daemon.messages.Conversations;
import chatd.daemon.model.account.Party;
import chatd.protocol.event.SessionEvent;
import java.util.List;

/**
 * What was read of an account before it logs in, which takes a moment.
 *
 * @param received the open requests of others to be friends
 * @param parties its notable conversations, with messages up to {@code upTo}
 * @param generation as {@link Conversations#generation} was before these were read
 * @param upTo the session is sent what has a higher number than this, or than {@code LoginRequest.after}
 * @param behind whether a resumed session has missed too much to be sent
 */
record AccountSnapshot(
        Authenticator.Admitted admitted,
        List<SessionEvent.Request> received,
        List<Party> parties,
        long generation,
        long upTo,
        boolean behind) {}

package chatd.client.talk.request;

import chatd.protocol.command.SessionCommand;
import chatd.protocol.event.SessionEvent;
import java.io.IOException;
import java.util.List;

/** The user's own sessions and remembered devices. Any thread; blocks. */
public final class OwnSessions {
    private final Requests requests;

    public OwnSessions(Requests requests) {
        this.requests = requests;
    }

    /** Returns the user's own sessions and remembered devices, the oldest first. Blocks. */
    public List<SessionEvent.OwnSession> list() throws IOException, InterruptedException {
        return requests.request(SessionCommand.ListSessions::new, SessionEvent.OwnSessions.class)
                .sessions();
    }

    /** Ends one of the user's own sessions. Blocks. */
    public void end(String session) throws IOException, InterruptedException {
        requests.command(id -> new SessionCommand.EndSession(session, id));
    }

    /** Ends all of the user's own sessions but this one. Blocks. */
    public void endOthers() throws IOException, InterruptedException {
        requests.command(SessionCommand.EndOtherSessions::new);
    }
}

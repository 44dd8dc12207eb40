package chatd.admin.api;

import chatd.admin.api.AdminCall.Nothing;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls about sessions. */
public final class SessionCalls {
    public static final AdminCall<Nothing, Sessions, Nothing> LIST =
            new AdminCall<>("session list", Nothing.class, Sessions.class, Nothing.class);
    public static final AdminCall<SessionOrUser, Nothing, Sessions> KICK =
            new AdminCall<>("session kick", SessionOrUser.class, Nothing.class, Sessions.class);
    public static final AdminCall<Broadcast, Nothing, Sent> BROADCAST =
            new AdminCall<>("broadcast", Broadcast.class, Nothing.class, Sent.class);

    private SessionCalls() {}

    /** @param session a session's id, or a user's name for all of that user's sessions */
    public record SessionOrUser(String session) {}

    /** @param unsent the number of bytes not yet sent */
    public record Session(
            String session,
            @Nullable String name,
            long number,
            String address,
            int port,
            String dialect,
            String since,
            long unsent) {}

    public record Sessions(List<Session> sessions) {}

    public record Broadcast(@Nullable String text) {}

    /** @param message the message's number */
    public record Sent(long message, int online) {}
}

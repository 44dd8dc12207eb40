package chatd.protocol.event;

import chatd.protocol.command.Command;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.Code;
import chatd.protocol.value.Document;
import chatd.protocol.value.Limits;
import chatd.protocol.value.Secret;
import chatd.protocol.value.group.GroupRole;
import chatd.protocol.value.people.ConversationPreferences;
import chatd.protocol.value.people.Preferences;
import chatd.protocol.value.people.Roster;
import chatd.protocol.value.people.Unread;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** Events about the session itself. */
public sealed interface SessionEvent extends Event {

    /**
     * Logged in.
     *
     * @param user the account number; 0 if the dialect does not carry it
     * @param name empty if the dialect does not carry it
     * @param time the time of this login; null if the dialect does not carry it
     * @param lastLogin the time of the previous login; empty if there was none
     * @param displaced whether a session that held the account was displaced
     * @param roster every account except deleted ones, including the user's own, as far as the dialect carries them
     * @param numbers the numbers of those accounts, in the same order; like the roster, must be read immediately. Empty
     *     if the dialect has none
     * @param settings null if they follow as {@link UserEvent.Settings}
     * @param state null if the dialect does not carry it
     */
    record Welcome(
            long user,
            String name,
            @Nullable Instant time,
            Optional<Instant> lastLogin,
            boolean displaced,
            Roster roster,
            List<Long> numbers,
            @Nullable Document settings,
            @Nullable State state)
            implements SessionEvent {}

    /**
     * The state of an account, for its user, as of the login.
     *
     * @param friends their numbers, ascending; the welcome's roster has their names
     * @param receivedRequests the pending requests from others, the oldest first
     * @param sentRequests the users to whom the user has sent a request that is pending, by number
     * @param blocked by number
     * @param groups those that the user is in, by number
     * @param unread by the other side of a conversation, an {@link Addressee}; those without
     *     anything unread are left out
     * @param attention by the same; those with nothing special are left out
     * @param names the current names of the users and groups in these lists, by number as an {@link
     *     Addressee}
     * @param token for resuming the session
     * @param key with which the device can log in next time; null if it is not remembered
     * @param missedTooMuch whether too many messages were missed to send them: the client reads those it
     *     wants from the history
     * @param restored if the server was restored from a backup since the client knew it, and it may know messages that
     *     are lost; null otherwise
     */
    record State(
            List<Long> friends,
            List<Request> receivedRequests,
            List<Long> sentRequests,
            List<Long> blocked,
            List<OwnGroup> groups,
            SortedMap<Long, Unread> unread,
            Preferences preferences,
            SortedMap<Long, ConversationPreferences> attention,
            SortedMap<Long, String> names,
            Server server,
            Secret token,
            @Nullable Secret key,
            boolean missedTooMuch,
            @Nullable Restored restored) {}

    /**
     * A restoration of the server from a backup.
     *
     * @param backup when the backup was made
     * @param after the messages with higher numbers than this are lost, up to {@code until}, above which the server goes
     *     on
     */
    record Restored(Instant backup, long after, long until) {}

    /** A group that the user is in. */
    record OwnGroup(long group, String name, GroupRole role, boolean closed) {}

    /** A friend request from another user. */
    record Request(long user, String text) {}

    /**
     * What the server allows.
     *
     * @param everyone whether the user may write to everyone
     * @param udpPort the port at which a client can learn its own public UDP address; 0 if there is
     *     none
     */
    record Server(String version, boolean everyone, int udpPort, Limits limits, Retention retention) {}

    /**
     * For how many days messages are kept; 0 for ever.
     *
     * @param files of files, where that is less than of texts
     * @param direct of messages to users
     */
    record Retention(int files, int direct, int group, int everyone) {
        public static final Retention FOREVER = new Retention(0, 0, 0, 0);
    }

    /**
     * A command was carried out, and what it stored is committed.
     *
     * @param id the client's identifier of the command
     * @param message the number of the message that it created; 0 if it created none
     * @param time when that was
     * @param group the number of the group that it created; 0 if it created none
     * @param file the number of the file that it sent, or of the upload that it started; null if it
     *     did neither
     */
    record Accepted(
            String id,
            long message,
            Instant time,
            long group,
            @Nullable Long file) implements SessionEvent {
        public Accepted(String id, long message, Instant time) {
            this(id, message, time, 0, null);
        }
    }

    /**
     * A command was refused; no part of it took effect.
     *
     * @param command the refused command; null when read by a client, since the dialect may not carry it
     * @param text the reason, for people; empty if the dialect has only the code
     * @param id the client's identifier of the command; empty if it gave none
     * @param time null if the dialect does not carry it
     */
    record Refused(
            @Nullable Command command,
            Code code,
            String text,
            String id,
            @Nullable Instant time) implements SessionEvent {

        /** Returns the daemon's refusal of a command. */
        public static Refused to(Command command, Code code, String text, Instant time) {
            return new Refused(command, code, text, command.id(), time);
        }
    }

    /** The user's own sessions and remembered devices, the oldest first. */
    record OwnSessions(List<OwnSession> sessions) implements SessionEvent {}

    /**
     * One of the user's own sessions.
     *
     * @param session its id, as in the log; a device without a session has an id of its own
     * @param device the client's label; empty if its dialect has none
     * @param dialect empty for a device without a session
     * @param since the time of its login
     * @param lastUsed the time of its last command
     * @param isThis whether it is the session that asked
     * @param remembered whether its device logs in with a key
     */
    record OwnSession(
            String session,
            String device,
            String dialect,
            String address,
            Instant since,
            Instant lastUsed,
            boolean isThis,
            boolean remembered) {}

    /** A text from the daemon itself to a user; it is not stored. */
    record Notice(String text, @Nullable Instant time) implements SessionEvent {}
}

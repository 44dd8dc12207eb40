package chatd.protocol.event;

import chatd.protocol.command.Command;
import chatd.protocol.value.Code;
import chatd.protocol.value.Document;
import chatd.protocol.value.Roster;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Events about the session itself. */
public sealed interface SessionEvent extends Event {

    /**
     * Logged in.
     *
     * @param user its number; 0 where the dialect does not say
     * @param name empty where the dialect does not say
     * @param time of this log in; null where the dialect does not say
     * @param lastLogin of the log in before this one; empty is never
     * @param displaced whether a session that held the account was displaced
     * @param roster every account but deleted ones, the user's own included; as far as the dialect tells them
     * @param numbers of those accounts, in the same order; like the roster, to be read at once. Empty where the dialect
     *     has none
     * @param settings null where they follow as {@link UserEvent.Settings}
     */
    record Welcome(
            long user,
            String name,
            @Nullable Instant time,
            Optional<Instant> lastLogin,
            boolean displaced,
            Roster roster,
            List<Long> numbers,
            @Nullable Document settings)
            implements SessionEvent {}

    /**
     * Nothing of what the client asked took effect.
     *
     * @param command what was asked; null for a client, whose dialect may not say
     * @param text for people; empty where the dialect has only the code
     * @param id what the client called it; empty where it did not
     * @param time null where the dialect does not say
     */
    record Refused(
            @Nullable Command command,
            Code code,
            String text,
            String id,
            @Nullable Instant time) implements SessionEvent {

        /** What the daemon answers to a command. */
        public static Refused to(Command command, Code code, String text, Instant time) {
            return new Refused(command, code, text, command.id(), time);
        }
    }

    /** What the daemon itself says to a user, which is not stored. */
    record Notice(String text, @Nullable Instant time) implements SessionEvent {}
}

package chatd.protocol.command;

/**
 * A request from a client to the daemon: one record per command, grouped by subject, the same for every dialect.
 *
 * <p>Values are as received, checked only for their shape (padding, UTF-8, length); the services validate them. Records
 * are immutable except {@code Content}, which owns a buffer, and {@code Secret}, which is wiped after use.
 */
public sealed interface Command
        permits SessionCommand, AccountCommand, UserCommand, GroupCommand, MessageCommand, FileCommand, DirectCommand {

    /** Returns the client's identifier for matching the answer; empty if it gave none, as always in {@code chat/1}. */
    default String id() {
        return "";
    }

    /**
     * Returns whether the command is answered with {@code Accepted} once it has taken effect, if it has an
     * {@linkplain #id identifier}; otherwise it has an answer of its own.
     */
    default boolean isAcknowledged() {
        return false;
    }
}

package chatd.protocol.command;

/**
 * What a client asks of the daemon: one record each, by subject, whatever dialect it came in.
 *
 * <p>Values are as they came, checked for their shape only (padding, UTF-8, length); whether they are allowed is judged
 * by the services. Records are immutable but for {@code Content}, which owns a buffer.
 */
public sealed interface Command permits SessionCommand, AccountCommand, MessageCommand, FileCommand {

    /** What the client calls it, to know its answer by; empty where it does not, as {@code chat/1} never does. */
    default String id() {
        return "";
    }
}

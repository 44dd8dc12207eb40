package chatd.daemon.dispatch;

import static java.util.Objects.requireNonNull;

import chatd.daemon.model.entry.Receipt;
import chatd.daemon.session.Session;
import chatd.protocol.Gate;
import chatd.protocol.command.Command;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The table of commands: who may send each, and its handler. Filled by the features at startup,
 * then read by any thread.
 */
public final class Routes {
    /** Executes a command; it is done when this returns. */
    public interface Handler<C> {
        void handle(Session session, C command) throws InterruptedException;
    }

    /** Submits a command to the journal; returns what its client is told once it is committed, or null if it waits. */
    public interface Writer<C> {
        @Nullable
        CompletableFuture<Receipt> write(Session session, C command);
    }

    /** A row of the table. */
    sealed interface Row<C extends Command> {
        Gate gate();

        /** Returns whether the command is audited, so that it is refused while the log can't be written. */
        boolean isLogged();

        /**
         * Returns whether the command is a change that counts toward the user's limit per minute.
         */
        default boolean isRated() {
            return false;
        }
    }

    /**
     * A command that runs after all commands before it are complete.
     *
     * @param isAnswered whether its handler tells the client itself that it was carried out
     */
    record Blocking<C extends Command>(
            Gate gate, boolean isLogged, boolean isRated, boolean isAnswered, Handler<C> handler) implements Row<C> {}

    /**
     * A command that only goes into the journal: the next one may begin before its write is committed.
     *
     * @param submit waits while too many writes are pending
     * @param offer does the same without waiting, for an event loop; returns null where it would have to wait
     */
    record Pipelined<C extends Command>(Gate gate, boolean isLogged, Writer<C> submit, Writer<C> offer)
            implements Row<C> {}

    private final Map<Class<? extends Command>, Row<? extends Command>> rows = new HashMap<>();

    /** Adds a command that is audited. */
    public <C extends Command> void logged(Class<C> command, Gate gate, Handler<C> handler) {
        rows.put(command, new Blocking<>(gate, true, false, false, handler));
    }

    /** Adds a command that is not audited, or whose handler decides whether it is. */
    public <C extends Command> void unlogged(Class<C> command, Gate gate, Handler<C> handler) {
        rows.put(command, new Blocking<>(gate, false, false, false, handler));
    }

    /** Adds an audited command that counts as a change (page {@code chat-json-1.md}, "Bounds"). */
    public <C extends Command> void loggedChange(Class<C> command, Handler<C> handler) {
        rows.put(command, new Blocking<>(Gate.LOGGED_IN, true, true, false, handler));
    }

    /** As {@link #loggedChange}, for a command that is not audited. */
    public <C extends Command> void unloggedChange(Class<C> command, Handler<C> handler) {
        rows.put(command, new Blocking<>(Gate.LOGGED_IN, false, true, false, handler));
    }

    /**
     * Adds an audited command of logged-in users that becomes an entry with a number. Its handler
     * answers the client, in the order of the numbers.
     *
     * @param isChange whether it counts as a change
     */
    public <C extends Command> void route(Class<C> command, boolean isChange, Handler<C> handler) {
        rows.put(command, new Blocking<>(Gate.LOGGED_IN, true, isChange, true, handler));
    }

    /** Adds an audited command of logged-in users that only goes into the journal; see {@link Pipelined}. */
    public <C extends Command> void pipelined(Class<C> command, Writer<C> submit, Writer<C> offer) {
        rows.put(command, new Pipelined<>(Gate.LOGGED_IN, true, submit, offer));
    }

    /** @throws IllegalStateException if a command has no row */
    void checkComplete() {
        checkComplete(Command.class);
    }

    private void checkComplete(Class<?> vocabulary) {
        for (Class<?> part : vocabulary.getPermittedSubclasses()) {
            if (part.isSealed()) {
                checkComplete(part);
            } else if (!rows.containsKey(part)) {
                throw new IllegalStateException("no row for " + part.getSimpleName());
            }
        }
    }

    <C extends Command> Row<C> row(C command) {
        @SuppressWarnings("unchecked") // each row is stored under its command's class
        Row<C> row = (Row<C>) rows.get(command.getClass());
        return requireNonNull(row);
    }
}

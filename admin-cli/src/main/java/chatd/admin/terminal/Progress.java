package chatd.admin.terminal;

import java.io.Console;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Shows how far a long operation is, on standard error: on a terminal a line that is rewritten, once the operation has
 * taken a second; elsewhere a line every ten seconds.
 */
public final class Progress implements AutoCloseable {
    private final boolean isTerminal =
            Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    private final long everyNanos = isTerminal ? TimeUnit.MILLISECONDS.toNanos(200) : TimeUnit.SECONDS.toNanos(10);
    private long due = System.nanoTime() + (isTerminal ? TimeUnit.SECONDS.toNanos(1) : everyNanos);
    private boolean isLineOpen;

    /** Shows the text if enough time has passed since the last one. */
    public void show(String how) {
        if (System.nanoTime() - due < 0) {
            return;
        }
        due = System.nanoTime() + everyNanos;
        if (isTerminal) {
            isLineOpen = true;
            System.err.print("\r" + how + " ");
        } else {
            System.err.println("chat-admin: " + how);
        }
    }

    /** Clears the line, which the result then uses. */
    @Override
    public void close() {
        if (isLineOpen) {
            System.err.print("\r\033[K");
            System.err.flush();
        }
    }
}

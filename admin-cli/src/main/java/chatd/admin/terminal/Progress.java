package chatd.admin.terminal;

import java.io.Console;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A progress line on a terminal, shown once the work has taken a second; prints nothing elsewhere. */
public final class Progress implements AutoCloseable {
    private static final long EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final boolean isShown =
            Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    private long due = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
    private boolean began;

    public void show(String how) {
        if (isShown && System.nanoTime() - due >= 0) {
            due = System.nanoTime() + EVERY_NANOS;
            began = true;
            System.err.print("\r" + how + " ");
        }
    }

    /** Clears the line, which the result then uses. */
    @Override
    public void close() {
        if (began) {
            System.err.print("\r\033[K");
            System.err.flush();
        }
    }
}

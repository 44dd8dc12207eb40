package chatd.admin;

import chatd.audit.Watch;
import java.io.Console;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Shows at a terminal how far a log has been read, once that has taken a second; says nothing elsewhere. */
final class Progress implements Watch, AutoCloseable {
    private static final long EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Watch next;
    private final boolean isShown;
    private long due = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
    private boolean began;

    /** @param next is told all of it too */
    Progress(Watch next) {
        this.next = next;
        this.isShown = Optional.ofNullable(System.console())
                .filter(Console::isTerminal)
                .isPresent();
    }

    @Override
    public void segment(long number, String head) {
        next.segment(number, head);
    }

    @Override
    public void line(String line) {
        next.line(line);
    }

    @Override
    public void read(long bytes, long all) {
        if (isShown && System.nanoTime() - due >= 0) {
            due = System.nanoTime() + EVERY_NANOS;
            began = true;
            System.err.printf(
                    "\rchecked %d of %d MiB (%d %%) ", bytes >> 20, all >> 20, 100 * bytes / Math.max(all, 1));
        }
        next.read(bytes, all);
    }

    /** The line is for the result again. */
    @Override
    public void close() {
        if (began) {
            System.err.print("\r\033[K");
            System.err.flush();
        }
    }
}

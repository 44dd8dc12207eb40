package chatd.cli;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * Standard output of a program that goes on until nobody reads it any more: {@code tail -f | head -1}. A write would tell,
 * but there may be nothing to write for hours; so the kernel is asked, as GNU {@code tail} does.
 */
public final class StandardOutput {
    private static final int DESCRIPTOR = 1;

    /** Of struct pollfd: the descriptor, what is asked for, what has happened. */
    private static final long POLLFD_BYTES = 8;

    private static final long HAPPENED = 6;

    /** Errors and hang-ups, which are told whether they are asked for or not. */
    private static final short GONE = 0x8 | 0x10;

    private static final int NO_TIMEOUT = -1;

    private StandardOutput() {}

    /**
     * Runs something once the reader of a pipe, or of a socket, has gone; at once where it has gone already. Of a file or
     * a terminal that is there it never does. It waits on a thread of its own, which does not keep the program running.
     */
    public static void whenUnread(Runnable end) {
        Thread.ofPlatform().name("standard-output").daemon().start(() -> {
            if (awaitGone()) {
                end.run();
            }
        });
    }

    /** Blocks until the reader has gone; false where the kernel can't be asked. */
    @SuppressWarnings("restricted") // the programs' manifests allow it
    private static boolean awaitGone() {
        try (Arena arena = Arena.ofConfined()) {
            Linker linker = Linker.nativeLinker();
            SymbolLookup library = linker.defaultLookup();
            MethodHandle poll = linker.downcallHandle(
                    library.findOrThrow("poll"), FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
            MemorySegment asked = arena.allocate(POLLFD_BYTES, JAVA_INT.byteAlignment());
            asked.set(JAVA_INT, 0, DESCRIPTOR);
            while (true) {
                int found = (int) poll.invokeExact(asked, 1L, NO_TIMEOUT);
                if (found > 0) {
                    return (asked.get(JAVA_SHORT, HAPPENED) & GONE) != 0;
                }
                // A signal; it goes on.
            }
        } catch (Throwable e) {
            // Without it, whoever writes next finds out.
            return false;
        }
    }
}

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
 * Watches the standard output of a program that runs until its reader is gone: {@code tail -f | head -1}. A write would
 * fail then, but there may be nothing to write for hours; so the kernel is polled, as GNU {@code tail} does.
 */
public final class StandardOutput {
    private static final int DESCRIPTOR = 1;

    /** Size of {@code struct pollfd}: {@code fd}, {@code events}, {@code revents}. */
    private static final long POLLFD_BYTES = 8;

    private static final long REVENTS_OFFSET = 6;

    /** POLLERR and POLLHUP, which are reported whether or not they are requested. */
    private static final short GONE = 0x8 | 0x10;

    private static final int NO_TIMEOUT = -1;

    private StandardOutput() {}

    /**
     * Runs {@code end} once the reader of a pipe or socket is gone; immediately if it is gone already. Never runs it
     * for a file, or for a terminal that is still there. Waits on a daemon thread of its own, which does not keep the
     * program running.
     */
    public static void onReaderGone(Runnable end) {
        Thread.ofPlatform().name("standard-output").daemon().start(() -> {
            if (awaitGone()) {
                end.run();
            }
        });
    }

    /** Blocks until the reader is gone; returns false if the kernel can't be polled. */
    @SuppressWarnings("restricted") // the programs' manifests allow it
    private static boolean awaitGone() {
        try (Arena arena = Arena.ofConfined()) {
            Linker linker = Linker.nativeLinker();
            SymbolLookup library = linker.defaultLookup();
            MethodHandle poll = linker.downcallHandle(
                    library.findOrThrow("poll"), FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
            MemorySegment pollfd = arena.allocate(POLLFD_BYTES, JAVA_INT.byteAlignment());
            pollfd.set(JAVA_INT, 0, DESCRIPTOR);
            while (true) {
                int found = (int) poll.invokeExact(pollfd, 1L, NO_TIMEOUT);
                if (found > 0) {
                    return (pollfd.get(JAVA_SHORT, REVENTS_OFFSET) & GONE) != 0;
                }
                // Interrupted by a signal; poll again.
            }
        } catch (Throwable e) {
            // Without polling, the next write will fail.
            return false;
        }
    }
}

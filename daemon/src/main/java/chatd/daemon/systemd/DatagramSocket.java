package chatd.daemon.systemd;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * A Unix datagram socket of systemd's, to which programs send; Java has none of this kind. Any thread.
 *
 * @param path the socket's; an abstract one begins with {@code @}
 */
record DatagramSocket(String path) {
    private static final int AF_UNIX = 1;
    private static final int DATAGRAMS_CLOSED_ON_EXEC = 2 | 0x80000;
    private static final int NO_SIGNAL = 0x4000;
    private static final int LONGEST_PATH = 107;
    private static final long UNSENT_BYTES = 0x5411;
    private static final int MAX_LOOKS = 1_000;

    /**
     * Sends a datagram; returns false if it can't be delivered: nobody listens, or it is too long. Blocks while the
     * socket's queue is full.
     *
     * @param awaitTaken whether to return only once it has been read there, or after a second: a reader may look at a
     *     sender's process, which must still be there
     */
    boolean send(byte[] datagram, boolean awaitTaken) {
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        if (name.length > LONGEST_PATH) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            return send(arena, name, datagram, awaitTaken);
        } catch (Throwable e) {
            throw new IllegalStateException("the C library can't be called", e);
        }
    }

    private static boolean send(Arena arena, byte[] name, byte[] datagram, boolean awaitTaken) throws Throwable {
        // struct sockaddr_un: the family, then the path; an abstract name begins with a zero.
        MemorySegment address = arena.allocate(2L + name.length);
        address.set(JAVA_SHORT_UNALIGNED, 0, (short) AF_UNIX);
        MemorySegment.copy(name, 0, address, JAVA_BYTE, 2, name.length);
        if (name[0] == '@') {
            address.set(JAVA_BYTE, 2, (byte) 0);
        }
        MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, datagram);
        int descriptor = (int) function("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT)
                .invokeExact(AF_UNIX, DATAGRAMS_CLOSED_ON_EXEC, 0);
        if (descriptor < 0) {
            return false;
        }
        try {
            long sent = (long) function("sendto", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT)
                    .invokeExact(
                            descriptor, bytes, (long) datagram.length, NO_SIGNAL, address, (int) address.byteSize());
            for (int look = 0; awaitTaken && look < MAX_LOOKS && unreadBytes(arena, descriptor) > 0; look++) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
            return sent == datagram.length;
        } finally {
            int closed = (int) function("close", JAVA_INT, JAVA_INT).invokeExact(descriptor);
            assert closed == 0;
        }
    }

    @SuppressWarnings("restricted") // as for function
    private static int unreadBytes(Arena arena, int descriptor) throws Throwable {
        Linker linker = Linker.nativeLinker();
        MethodHandle ioctl = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("ioctl"),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
                Linker.Option.firstVariadicArg(2));
        MemorySegment bytes = arena.allocate(JAVA_INT);
        int result = (int) ioctl.invokeExact(descriptor, UNSENT_BYTES, bytes);
        return result == 0 ? bytes.get(JAVA_INT, 0) : 0;
    }

    /** Returns a handle to a C library function. */
    @SuppressWarnings("restricted") // the program's manifest allows it
    private static MethodHandle function(String name, MemoryLayout returned, MemoryLayout... parameters) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(returned, parameters));
    }
}

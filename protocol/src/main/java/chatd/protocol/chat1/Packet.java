package chatd.protocol.chat1;

import chatd.protocol.Gate;
import java.util.function.LongUnaryOperator;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * One row of the table: the complete definition of a packet.
 *
 * @param <T> the record that it carries
 * @param code type in the upper, subtype in the lower 16 bits
 * @param meaning for the table in the documentation
 * @param body for the table in the documentation
 * @param gate who may send it; always {@link Gate#ANYONE} for an event
 * @param minBytes the minimum length of a body in bytes
 * @param maxBytes the maximum length of a body in bytes; a longer one is refused from its header
 * @param carries selects the values of {@code type} that this row encodes, if several rows carry the type
 * @param stream for a body that ends in streamed content: the content's length, and that of the part before it
 */
record Packet<T>(
        int code,
        Class<T> type,
        String meaning,
        String body,
        Gate gate,
        long minBytes,
        long maxBytes,
        Layout<T> layout,
        Predicate<T> carries,
        @Nullable Stream<T> stream) {

    /** No limit except that of the header's length field. */
    static final long UNLIMITED = 0xffff_ffffL;

    /**
     * @param head computes how many bytes come before the content from the body's first four bytes,
     *     read as a number
     */
    record Stream<T>(ToLongFunction<T> size, LongUnaryOperator head) {}

    Packet<T> onlyFor(Predicate<T> which) {
        return new Packet<>(code, type, meaning, body, gate, minBytes, maxBytes, layout, which, stream);
    }

    Packet<T> streaming(ToLongFunction<T> size, LongUnaryOperator head) {
        return new Packet<>(
                code, type, meaning, body, gate, minBytes, maxBytes, layout, carries, new Stream<>(size, head));
    }

    boolean fits(long length) {
        return length >= minBytes && length <= maxBytes;
    }

    /** Returns type and subtype, as in {@code 0x0010/0x0001}. */
    public String number() {
        return "0x%04x/0x%04x".formatted(code >>> 16, code & 0xffff);
    }

    static <T> Packet<T> row(
            int code, Class<T> type, String meaning, String body, Gate gate, long least, long limit, Layout<T> layout) {
        return new Packet<>(code, type, meaning, body, gate, least, limit, layout, value -> true, null);
    }
}

package chatd.protocol.chat1;

import chatd.protocol.Gate;
import java.util.function.LongUnaryOperator;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * One row of the table: all that is to be known of a packet.
 *
 * @param <T> the record that it carries
 * @param code type in the upper, subtype in the lower 16 bits
 * @param meaning for the table in the documentation
 * @param body for the table in the documentation
 * @param gate who may send it; always {@link Gate#ANYONE} for what the daemon sends
 * @param least bytes of a body
 * @param most bytes of a body: what is longer is refused by its header
 * @param carries which values of {@code type} go by this row, where several rows carry it
 * @param stream where the body ends in a content that streams: how long that is, and how much stands before it
 */
record Packet<T>(
        int code,
        Class<T> type,
        String meaning,
        String body,
        Gate gate,
        long least,
        long most,
        Layout<T> layout,
        Predicate<T> carries,
        @Nullable Stream<T> stream) {

    /** No limit but that of the header. */
    static final long ANY = 0xffff_ffffL;

    /** @param head bytes before the content, given the body's first four bytes as a number */
    record Stream<T>(ToLongFunction<T> size, LongUnaryOperator head) {}

    Packet<T> only(Predicate<T> which) {
        return new Packet<>(code, type, meaning, body, gate, least, most, layout, which, stream);
    }

    Packet<T> streaming(ToLongFunction<T> size, LongUnaryOperator head) {
        return new Packet<>(code, type, meaning, body, gate, least, most, layout, carries, new Stream<>(size, head));
    }

    boolean fits(long length) {
        return length >= least && length <= most;
    }

    /** {@code 0x0010/0x0001}. */
    public String number() {
        return "0x%04x/0x%04x".formatted(code >>> 16, code & 0xffff);
    }

    static <T> Packet<T> row(
            int code, Class<T> type, String meaning, String body, Gate gate, long least, long most, Layout<T> layout) {
        return new Packet<>(code, type, meaning, body, gate, least, most, layout, value -> true, null);
    }
}

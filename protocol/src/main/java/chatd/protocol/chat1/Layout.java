package chatd.protocol.chat1;

import io.netty.buffer.ByteBuf;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A record as a sequence of {@linkplain Field fields}. Symmetric: it reads what it writes.
 *
 * @param <T> the record
 */
interface Layout<T> {
    /**
     * Reads the record from a body.
     *
     * @param in the body, or as much of it as is buffered; its first byte is at index 0
     * @param length the length of the whole body in bytes, from the header
     * @throws chatd.protocol.MalformedFrame if the bytes break the rules
     */
    T read(ByteBuf in, long length);

    /** @throws IllegalArgumentException if a value does not fit */
    void write(ByteBuf out, T value);

    static <T> Layout<T> empty(Supplier<T> make) {
        return of((in, length) -> make.get(), (out, value) -> {});
    }

    static <T, A> Layout<T> of(Field<A> a, Function<T, A> getA, Function<A, T> make) {
        return of((in, length) -> make.apply(a.read(in, length)), (out, value) -> a.write(out, getA.apply(value)));
    }

    static <T, A, B> Layout<T> of(
            Field<A> a, Function<T, A> getA, Field<B> b, Function<T, B> getB, BiFunction<A, B, T> make) {
        return of(
                (in, length) -> {
                    A first = a.read(in, length);
                    return make.apply(first, b.read(in, length));
                },
                (out, value) -> {
                    a.write(out, getA.apply(value));
                    b.write(out, getB.apply(value));
                });
    }

    static <T> Layout<T> of(Field.Reader<T> reader, Field.Writer<T> writer) {
        return Field.of(reader, writer);
    }
}

package chatd.protocol.chat1;

import chatd.protocol.MalformedFrame;
import chatd.protocol.Utf8;
import chatd.protocol.value.Audience;
import chatd.protocol.value.Document;
import chatd.protocol.value.FileName;
import chatd.protocol.value.Secret;
import chatd.protocol.value.people.Roster;
import chatd.protocol.value.people.RosterEntry;
import chatd.protocol.value.people.User;
import chatd.text.Digits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One field of a packet, with its reader and writer in one place. A field by itself is also a layout.
 *
 * @param <T> the type of its value
 */
interface Field<T> extends Layout<T> {
    int NAME_BYTES = Roster.NAME_BYTES;
    int FILE_NAME_BYTES = 64;
    int TIME_BYTES = 19;

    static <T> Field<T> of(Reader<T> reader, Writer<T> writer) {
        return new Field<>() {
            @Override
            public T read(ByteBuf in, long length) {
                return reader.read(in, length);
            }

            @Override
            public void write(ByteBuf out, T value) {
                writer.write(out, value);
            }
        };
    }

    interface Reader<T> {
        T read(ByteBuf in, long length);
    }

    interface Writer<T> {
        void write(ByteBuf out, T value);
    }

    /** Four bytes, unsigned. */
    Field<Long> NUMBER =
            of((in, length) -> require(in, 4).readUnsignedInt(), (out, value) -> out.writeInt((int) (long) value));

    /** Thirty-two bytes, padded with NUL; UTF-8. */
    Field<String> NAME = padded(NAME_BYTES, "name");

    /** A name as a client typed it: invalid UTF-8 is not a malformed frame, but a name that nobody has. */
    Field<String> TYPED_NAME = of(
            (in, length) -> new String(unpadded(in, NAME_BYTES, "name"), StandardCharsets.UTF_8),
            (out, value) -> pad(out, value.getBytes(StandardCharsets.UTF_8), NAME_BYTES, "name"));

    /** As {@link #TYPED_NAME}, but as a reference to a user. */
    Field<User> USER = of(
            (in, length) -> new User.Named(TYPED_NAME.read(in, length)),
            (out, user) -> TYPED_NAME.write(out, user.typed()));

    Field<Secret> PASSWORD = of(
            (in, length) -> Secret.ofBytes(unpadded(in, NAME_BYTES, "password")),
            (out, value) -> pad(out, value.bytes(), NAME_BYTES, "password"));

    /**
     * The bare name of a file. A longer one, as other dialects allow, is shortened when it is
     * written.
     */
    Field<String> FILE_NAME = of(
            (in, length) -> {
                String name = Utf8.decode(unpadded(in, FILE_NAME_BYTES, "file name"), "file name");
                if (!FileName.isBare(name)) {
                    throw new MalformedFrame("the file name is not a bare name");
                }
                return name;
            },
            (out, value) -> pad(
                    out,
                    FileName.shortened(value, FILE_NAME_BYTES).getBytes(StandardCharsets.UTF_8),
                    FILE_NAME_BYTES,
                    "file name"));

    /**
     * The name of a file that is being sent: without invisible characters, or any that change the
     * reading direction.
     */
    Field<String> NEW_FILE_NAME = of(
            (in, length) -> {
                String name = FILE_NAME.read(in, length);
                if (FileName.problem(name) != null) {
                    throw new MalformedFrame("the file name has an invisible character");
                }
                return name;
            },
            FILE_NAME::write);

    /** UTF-8 to the end of the body. */
    Field<String> TEXT = of(
            (in, length) -> Utf8.decode(ByteBufUtil.getBytes(in.readSlice(in.readableBytes())), "text"),
            // Reserving for the worst case would triple the memory of the frame while it is queued.
            (out, value) -> ByteBufUtil.reserveAndWriteUtf8(out, value, ByteBufUtil.utf8Bytes(value)));

    /** Bytes to the end of the body. */
    Field<Document> DOCUMENT = of(
            (in, length) -> new Document(ByteBufUtil.getBytes(in.readSlice(in.readableBytes()))),
            (out, value) -> out.writeBytes(value.bytes()));

    /** The length of the content, which extends to the end of the body: it is streamed, never buffered as a whole. */
    Field<Long> CONTENT = of((in, length) -> length - in.readerIndex(), (out, value) -> {});

    /** A count and that many presences, to the end of the body. */
    Field<Roster> ROSTER = of(
            (in, length) -> {
                long count = NUMBER.read(in, length);
                if (count * (NAME_BYTES + 1) != in.readableBytes()) {
                    throw new MalformedFrame("the number of entries does not match the length");
                }
                Roster roster = new Roster();
                for (long i = 0; i < count; i++) {
                    String name = NAME.read(in, length);
                    roster.add(new RosterEntry(name, parseOnline(in.readByte())));
                }
                return roster;
            },
            (out, roster) -> {
                out.writeInt(roster.size());
                roster.write(out);
            });

    /** A count and that many names; no names, or one empty name, means everyone. */
    static Field<Audience> audience(int limit) {
        return of(
                (in, length) -> {
                    long count = NUMBER.read(in, length);
                    if (count * NAME_BYTES > length - in.readerIndex()) {
                        throw new MalformedFrame("the body is too short for its recipients");
                    }
                    if (count > limit) {
                        in.skipBytes((int) Math.min(in.readableBytes(), count * NAME_BYTES));
                        return new Audience.TooMany(count);
                    }
                    List<String> names = new ArrayList<>((int) count);
                    for (long i = 0; i < count; i++) {
                        String name = NAME.read(in, length);
                        if (name.isEmpty() && count > 1) {
                            throw new MalformedFrame("an empty name among several recipients");
                        }
                        names.add(name);
                    }
                    boolean everyone = names.isEmpty() || names.getFirst().isEmpty();
                    return everyone ? new Audience.Everyone() : new Audience.Some(names);
                },
                (out, audience) -> {
                    List<String> names = audience instanceof Audience.Some some ? some.names() : List.of();
                    out.writeInt(names.size());
                    names.forEach(name -> NAME.write(out, name));
                });
    }

    /** A time as nineteen bytes of ASCII in {@code zone}; an empty value means "never". */
    static Field<Optional<Instant>> time(ZoneId zone) {
        DateTimeFormatter format = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss")
                .withResolverStyle(ResolverStyle.STRICT)
                .withZone(zone);
        String never = "0000-00-00 00:00:00";
        return of(
                (in, length) -> {
                    String text = require(in, TIME_BYTES)
                            .readCharSequence(TIME_BYTES, StandardCharsets.US_ASCII)
                            .toString();
                    if (text.equals(never)) {
                        return Optional.empty();
                    }
                    try {
                        return Optional.of(
                                LocalDateTime.parse(text, format).atZone(zone).toInstant());
                    } catch (DateTimeException e) {
                        throw new MalformedFrame("a time is not of the form YYYY-MM-DD HH:MM:SS");
                    }
                },
                (out, time) -> out.writeBytes(time.map(at -> formatTime(LocalDateTime.ofInstant(at, zone)))
                        .orElseGet(() -> ascii(never))));
    }

    /** Formats a time as the formatter would, but faster, since every message has one. */
    private static byte[] formatTime(LocalDateTime at) {
        if (at.getYear() < 0 || at.getYear() > 9999) {
            throw new IllegalArgumentException("a time of the year " + at.getYear() + " does not fit in a packet");
        }
        byte[] text = ascii("0000-00-00 00:00:00");
        Digits.writeDateAndTime(text, at);
        return text;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Returns a field of a fixed size: UTF-8, padded with NUL. */
    private static Field<String> padded(int size, String what) {
        return of(
                (in, length) -> Utf8.decode(unpadded(in, size, what), what),
                (out, value) -> pad(out, value.getBytes(StandardCharsets.UTF_8), size, what));
    }

    private static byte[] unpadded(ByteBuf in, int size, String what) {
        byte[] all = new byte[size];
        require(in, size).readBytes(all);
        int end = 0;
        while (end < size && all[end] != 0) {
            end++;
        }
        for (int i = end; i < size; i++) {
            if (all[i] != 0) {
                throw new MalformedFrame("broken padding of a " + what);
            }
        }
        byte[] value = java.util.Arrays.copyOf(all, end);
        java.util.Arrays.fill(all, (byte) 0);
        return value;
    }

    private static void pad(ByteBuf out, byte[] value, int size, String what) {
        if (value.length > size) {
            throw new IllegalArgumentException("a " + what + " of " + value.length + " bytes, at most " + size);
        }
        out.writeBytes(value).writeZero(size - value.length);
    }

    private static boolean parseOnline(byte state) {
        if (state != '0' && state != '1') {
            throw new MalformedFrame("a presence is neither 0 nor 1");
        }
        return state == '1';
    }

    private static ByteBuf require(ByteBuf in, int bytes) {
        if (in.readableBytes() < bytes) {
            throw new MalformedFrame("the body is too short");
        }
        return in;
    }
}

package chatd.protocol.chat1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.protocol.MalformedFrame;
import chatd.protocol.value.Audience;
import chatd.protocol.value.Secret;
import chatd.protocol.value.people.Roster;
import chatd.protocol.value.people.RosterEntry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each field: normal, exactly full, truncated, too long; and values that break its rules. */
class FieldTest {
    private static final Field<Optional<Instant>> TIME = Field.time(ZoneOffset.UTC);
    private static final Field<Audience> AUDIENCE = Field.audience(3);

    private static ByteBuf padded(String text, int size) {
        return Unpooled.wrappedBuffer(Arrays.copyOf(text.getBytes(StandardCharsets.UTF_8), size));
    }

    private static <T> T read(Field<T> field, ByteBuf in) {
        return field.read(in, in.readableBytes());
    }

    private static <T> ByteBuf written(Field<T> field, T value) {
        ByteBuf out = Unpooled.buffer();
        field.write(out, value);
        return out;
    }

    private static void refuses(Field<?> field, ByteBuf in, String why) {
        assertThatThrownBy(() -> read(field, in))
                .isInstanceOf(MalformedFrame.class)
                .hasMessageContaining(why);
    }

    @Test
    void aNumberIsUnsigned() {
        assertThat(read(Field.NUMBER, Unpooled.copyInt(7))).isEqualTo(7);
        assertThat(read(Field.NUMBER, Unpooled.copyInt(-1))).isEqualTo(0xffff_ffffL);
        assertThat(written(Field.NUMBER, 0xffff_ffffL)).isEqualTo(Unpooled.copyInt(-1));
        refuses(Field.NUMBER, Unpooled.copyShort(1), "too short");
        ByteBuf longer = Unpooled.copyInt(7, 8);
        assertThat(read(Field.NUMBER, longer)).isEqualTo(7);
        assertThat(longer.readableBytes()).isEqualTo(4);
    }

    @Test
    void aNameMayUseAllOfItsBytes() {
        assertThat(read(Field.NAME, padded("alice", 32))).isEqualTo("alice");
        assertThat(read(Field.NAME, padded("a".repeat(32), 32))).isEqualTo("a".repeat(32));
        assertThat(written(Field.NAME, "王".repeat(10))).isEqualTo(padded("王".repeat(10), 32));
        refuses(Field.NAME, padded("alice", 31), "too short");
        assertThatThrownBy(() -> written(Field.NAME, "a".repeat(33)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("33 bytes");
        assertThatThrownBy(() -> written(Field.NAME, "王".repeat(11))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nothingMayFollowTheFirstNul() {
        refuses(Field.NAME, padded("al\0ice", 32), "padding");
        refuses(Field.PASSWORD, padded("al\0ice", 32), "padding");
        refuses(Field.TYPED_NAME, padded("\0alice", 32), "padding");
        refuses(Field.FILE_NAME, padded("a\0b", 64), "padding");
    }

    @Test
    void invalidUtf8IsNotANameButMayBeTyped() {
        byte[] broken = Arrays.copyOf(new byte[] {'a', (byte) 0xff}, 32);
        refuses(Field.NAME, Unpooled.wrappedBuffer(broken), "not UTF-8");
        assertThat(read(Field.TYPED_NAME, Unpooled.wrappedBuffer(broken))).isEqualTo("a\uFFFD");
        assertThat(read(Field.PASSWORD, Unpooled.wrappedBuffer(broken)).text()).isEmpty();
    }

    @Test
    void aPasswordIsItsBytesWithoutThePadding() {
        assertThat(read(Field.PASSWORD, padded("correct horse", 32)).text()).hasValue("correct horse");
        assertThat(read(Field.PASSWORD, padded("p".repeat(32), 32)).length()).isEqualTo(32);
        assertThat(read(Field.PASSWORD, padded("", 32)).length()).isZero();
        refuses(Field.PASSWORD, padded("correct horse", 31), "too short");
        assertThatThrownBy(() -> written(Field.PASSWORD, Secret.of("p".repeat(33))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("ppp");
    }

    @Test
    void aFileNameIsABareName() {
        assertThat(read(Field.FILE_NAME, padded("plan.pdf", 64))).isEqualTo("plan.pdf");
        assertThat(read(Field.FILE_NAME, padded("f".repeat(64), 64))).hasSize(64);
        refuses(Field.FILE_NAME, padded("plan.pdf", 63), "too short");
        // Other dialects allow longer names.
        assertThat(read(Field.FILE_NAME, written(Field.FILE_NAME, "f".repeat(65) + ".pdf")))
                .isEqualTo("f".repeat(57) + "….pdf");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "/etc/passwd", "a\\b", "a\nb", "a\u007fb", "a\u0085b"})
    void aFileNameIsNotAPath(String name) {
        refuses(Field.FILE_NAME, padded(name, 64), "not a bare name");
    }

    /** Files that were sent earlier keep their names. */
    @ParameterizedTest
    @ValueSource(strings = {"gpj.\u202Eexe", "a\u200Bb", "a\u2028b", "\u3164", "a\uFE0Fb", "a\u00ADb"})
    void aNewFileNameHasNothingInvisible(String name) {
        refuses(Field.NEW_FILE_NAME, padded(name, 64), "invisible");
        assertThat(read(Field.FILE_NAME, padded(name, 64))).isEqualTo(name);
        assertThat(read(Field.NEW_FILE_NAME, padded("照片 1.jpg", 64))).isEqualTo("照片 1.jpg");
    }

    @Test
    void aTimeIsNineteenCharacters() {
        Instant time = Instant.parse("2026-11-20T06:15:00Z");
        assertThat(read(TIME, padded("2026-11-20 06:15:00", 19))).contains(time);
        assertThat(written(TIME, Optional.of(time))).isEqualTo(padded("2026-11-20 06:15:00", 19));
        assertThat(read(TIME, padded("0000-00-00 00:00:00", 19))).isEmpty();
        assertThat(written(TIME, Optional.empty())).isEqualTo(padded("0000-00-00 00:00:00", 19));
        assertThat(written(Field.time(ZoneId.of("Asia/Shanghai")), Optional.of(time)))
                .isEqualTo(padded("2026-11-20 14:15:00", 19));
        refuses(TIME, padded("2026-11-20 06:15:0", 18), "too short");
    }

    @Test
    void aTimeHasAYearOfFourDigits() {
        for (String year : List.of("0000", "9999")) {
            assertThat(written(TIME, Optional.of(Instant.parse(year + "-12-31T23:59:59Z"))))
                    .isEqualTo(padded(year + "-12-31 23:59:59", 19));
        }
        for (String year : List.of("-0001", "+10000")) {
            assertThatThrownBy(() -> written(TIME, Optional.of(Instant.parse(year + "-01-01T00:00:00Z"))))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2026-11-20T06:15:00", "2026-13-20 06:15:00", "2026-02-30 06:15:00", "yesterday, at six.."})
    void anInvalidTimeIsRefused(String time) {
        refuses(TIME, padded(time, 19), "YYYY-MM-DD");
    }

    @Test
    void aTextGoesToTheEnd() {
        assertThat(read(Field.TEXT, Unpooled.copiedBuffer("Grüße 🙂", StandardCharsets.UTF_8)))
                .isEqualTo("Grüße 🙂");
        assertThat(read(Field.TEXT, Unpooled.EMPTY_BUFFER)).isEmpty();
        refuses(Field.TEXT, Unpooled.wrappedBuffer(new byte[] {(byte) 0xc3}), "not UTF-8");
        refuses(Field.TEXT, Unpooled.wrappedBuffer(new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}), "not UTF-8");
        refuses(Field.TEXT, Unpooled.wrappedBuffer(new byte[] {(byte) 0xc0, (byte) 0x80}), "not UTF-8");
    }

    @Test
    void aRosterIsAsLongAsItsCountSays() {
        Roster roster = new Roster(List.of(new RosterEntry("alice", true), new RosterEntry("bob", false)));
        ByteBuf two = written(Field.ROSTER, roster);
        assertThat(two.readableBytes()).isEqualTo(4 + 2 * 33);
        assertThat(read(Field.ROSTER, two.duplicate())).isEqualTo(roster);
        assertThat(read(Field.ROSTER, Unpooled.copyInt(0))).isEmpty();
        refuses(Field.ROSTER, two.slice(0, two.readableBytes() - 1), "does not match");
        refuses(Field.ROSTER, Unpooled.wrappedBuffer(two.duplicate(), Unpooled.wrappedBuffer(new byte[1])), "match");
        refuses(Field.ROSTER, Unpooled.copyInt(-1), "does not match");
        ByteBuf neither = two.copy();
        neither.setByte(4 + 32, '2');
        refuses(Field.ROSTER, neither, "neither 0 nor 1");
    }

    @Test
    void anAudienceIsNamesOrEveryone() {
        assertThat(read(AUDIENCE, written(AUDIENCE, Audience.of("a", "b", "c"))))
                .isEqualTo(Audience.of("a", "b", "c"));
        assertThat(read(AUDIENCE, Unpooled.copyInt(0))).isEqualTo(Audience.everyone());
        assertThat(read(AUDIENCE, written(AUDIENCE, Audience.of("")))).isEqualTo(Audience.everyone());
        assertThat(read(AUDIENCE, written(AUDIENCE, Audience.of("a", "b", "c", "d"))))
                .isEqualTo(new Audience.TooMany(4));
        refuses(AUDIENCE, written(AUDIENCE, Audience.of("a", "")), "empty name");
        refuses(AUDIENCE, Unpooled.copyInt(1), "too short");
        refuses(AUDIENCE, Unpooled.copyInt(-1), "too short");
        refuses(AUDIENCE, written(AUDIENCE, Audience.of("a", "b")).slice(0, 67), "too short");
    }

    /**
     * Too many names are skipped instead of read, so that the field after them is read from the
     * right offset.
     */
    @Test
    void theFieldAfterAnAudienceIsReadFromTheRightOffset() {
        for (Audience audience :
                List.of(Audience.of("a", "b", "c"), Audience.of("a", "b", "c", "d"), Audience.everyone())) {
            ByteBuf in = written(AUDIENCE, audience).writeInt(42);
            read(AUDIENCE, in);
            assertThat(in.readableBytes()).isEqualTo(4);
            assertThat(in.readInt()).isEqualTo(42);
        }
        // As many as the length of the body has room for, and one more.
        ByteBuf full = written(AUDIENCE, Audience.of("a", "b", "c", "d"));
        assertThat(AUDIENCE.read(full.duplicate(), full.readableBytes())).isEqualTo(new Audience.TooMany(4));
        refuses(AUDIENCE, full.duplicate().setInt(0, 5), "too short");
        // The bytes of the count itself are no room for names.
        refuses(AUDIENCE, full.slice(0, full.readableBytes() - 4).setInt(0, 4), "too short");
    }
}

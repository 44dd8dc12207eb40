package chatd.audit.form;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Forged segments whose chain is correct, as anybody can compute it: errors in their lines are found all the same. */
class SegmentTest {
    private static final String KEY = "0123456789abcdef";
    private static final String START = "2026-11-20T06:15:00.000000Z";

    /** A document as it grows, each line with the right chain. */
    private static final class Forged {
        private final Chain chain = new Chain(Chain.ORIGIN);
        private final StringBuilder text = new StringBuilder();

        Forged() {
            String head = Line.DECLARATION + "\n" + Line.STYLE + "\n"
                    + "<audit xmlns=\"urn:chatd:audit:1\" segment=\"1\" host=\"h\" started=\"%s\" previous=\"%s\" key=\"%s\">"
                            .formatted(START, Chain.ORIGIN, KEY);
            chain.add(utf8(head));
            text.append(head).append('\n');
        }

        /** Adds an element, given without its closing {@code />}. */
        Forged line(String element) {
            text.append(element)
                    .append(" chain=\"" + chain.add(utf8(element + "/>")) + "\"/>")
                    .append('\n');
            return this;
        }

        Forged event(long seq, String time) {
            return event(seq, time, "");
        }

        Forged event(long seq, String time, String more) {
            return line("<event seq=\"%d\" time=\"%s\" type=\"x\"%s".formatted(seq, time, more));
        }

        Forged seal(long seq, String time, long events, String key) {
            return line("<seal seq=\"%d\" time=\"%s\" events=\"%d\" key=\"%s\" alg=\"Ed25519\" sig=\"AA\""
                    .formatted(seq, time, events, key));
        }

        Segment read() throws IOException {
            return Segment.read(new ByteArrayInputStream(utf8(text.toString())), VerificationListener.NOTHING);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String at(String seconds) {
        return "2026-11-20T06:15:" + seconds;
    }

    @Test
    void aCorrectSegmentIsRead() throws IOException {
        Forged forged = new Forged()
                .event(1, at("00.000000Z"), " message=\"7\" change=\"3\"")
                .event(2, at("59.999999Z"), " message=\"5\"");
        Segment read = forged.read();
        assertThat(read.wrong()).isNull();
        assertThat(read.isClosed()).isFalse();
        assertThat(read.firstSeq()).isEqualTo(1);
        assertThat(read.lastSeq()).isEqualTo(2);
        assertThat(read.lastTime()).isEqualTo(at("59.999999Z"));
        assertThat(read.lastMessage()).isEqualTo(7);
        assertThat(read.lastChange()).isEqualTo(3);
        assertThat(read.unsealed()).isEqualTo(2);
        assertThat(read.chain()).isEqualTo(forged.chain.head());
        assertThat(read.end()).isEqualTo(utf8(forged.text.toString()).length);
    }

    /** In the same minute as the line before it, and in another minute. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "60.000000Z",
                "0a.000000Z",
                "0/.000000Z",
                "00.00000:Z",
                "00:000000Z",
                "00.000000z",
                "00.0000000",
                "00.00000Z ",
                "99.000000Z"
            })
    void invalidTimesAreFound(String seconds) throws IOException {
        Segment same = new Forged().event(1, START).event(2, at(seconds)).read();
        assertThat(same.wrong()).isEqualTo("not an event with its chain");
        assertThat(same.lastSeq()).isEqualTo(1);
        Segment other = new Forged()
                .event(1, START)
                .event(2, "2026-11-20T06:16:" + seconds)
                .read();
        assertThat(other.wrong()).isEqualTo("not an event with its chain");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2026-02-30T06:15:00.000000Z", "2027-02-29T06:15:00.000000Z"})
    void nonexistentDaysAreFound(String time) throws IOException {
        assertThat(new Forged().event(1, time).read().wrong()).isEqualTo("not a time");
        assertThat(new Forged()
                        .event(1, "2026-02-01T06:15:00.000000Z")
                        .event(2, time)
                        .read()
                        .wrong())
                .isEqualTo("not a time");
    }

    @Test
    void timesMustNotGoBack() throws IOException {
        assertThat(new Forged()
                        .event(1, at("01.000000Z"))
                        .event(2, at("01.000000Z"))
                        .read()
                        .wrong())
                .isNull();
        assertThat(new Forged()
                        .event(1, at("01.000000Z"))
                        .event(2, at("00.999999Z"))
                        .read()
                        .wrong())
                .isEqualTo("its time is before that of the line before it");
    }

    /** A log may begin with any number, also 0. */
    @ParameterizedTest
    @CsvSource({"0, 2", "0, 0", "1, 3", "1, 1", "5, 4"})
    void numbersMustBeConsecutive(long first, long second) throws IOException {
        assertThat(new Forged()
                        .event(first, START)
                        .event(first + 1, START)
                        .read()
                        .wrong())
                .isNull();
        assertThat(new Forged().event(first, START).event(second, START).read().wrong())
                .isEqualTo("seq is " + second + " where " + (first + 1) + " was expected");
    }

    /** Invalid bytes are decoded, and so chained, as the replacement character. */
    @Test
    void bytesThatAreNotUtf8AreFound() throws IOException {
        Forged forged = new Forged().event(1, START, " name=\"\ufffd\"");
        assertThat(forged.read().wrong()).isNull();
        byte[] bytes = utf8(forged.text.toString());
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("\u00ef\u00bf\u00bd");
        byte[] changed = Arrays.copyOf(bytes, bytes.length - 2);
        changed[at] = (byte) 0xff;
        System.arraycopy(bytes, at + 3, changed, at + 1, bytes.length - at - 3);
        assertThat(Segment.read(new ByteArrayInputStream(changed), VerificationListener.NOTHING)
                        .wrong())
                .isEqualTo("not UTF-8");
    }

    @ParameterizedTest
    @CsvSource({
        "2, 0123456789abcdef, ",
        "1, 0123456789abcdef, it seals 1 events where there are 2", //
        "3, 0123456789abcdef, it seals 3 events where there are 2",
        "2, fedcba9876543210, a seal by another key than the segment's",
        "2, x, not a seal"
    })
    void aSealMustMatchTheEventsBeforeIt(long events, String key, String wrong) throws IOException {
        Segment read = new Forged()
                .event(1, START)
                .event(2, START)
                .seal(3, START, events, key)
                .read();
        assertThat(read.wrong()).isEqualTo(wrong);
        assertThat(read.unsealed()).isEqualTo(wrong == null ? 0 : 2);
    }

    /**
     * The first seal of an excerpt may seal more than is left, but not less; later ones must seal exactly as many as
     * there are.
     */
    @ParameterizedTest
    @CsvSource({
        "2, 1, ",
        "9, 1, ",
        "1, 1, it seals 1 events where there are 2", //
        "2, 2, it seals 2 events where there are 1"
    })
    void theFirstSealOfAnExcerptMaySealMore(long first, long second, String wrong) throws IOException {
        Forged whole = new Forged();
        Forged excerpt = new Forged();
        for (long seq = 1; seq <= 7; seq++) {
            whole.event(seq, START);
        }
        excerpt.text.append("<skipped seq=\"7\" time=\"" + START + "\" chain=\"" + whole.chain.head() + "\"/>\n");
        int before = whole.text.length();
        whole.event(8, START)
                .event(9, START)
                .seal(10, START, first, KEY)
                .event(11, START)
                .seal(12, START, second, KEY);
        excerpt.text.append(whole.text.substring(before));
        Segment read = excerpt.read();
        assertThat(read.wrong()).isEqualTo(wrong);
        assertThat(read.skipped()).isEqualTo(7);
    }

    @Test
    void onlyAnExcerptMayLeaveOutLines(@TempDir Path directory) throws IOException {
        String chain = "x".repeat(43);
        for (String line : List.of(
                "<skipped seq=\"7\" time=\"" + START + "\"/>",
                "<skipped seq=\"7\" time=\"2026-02-30T06:15:00.000000Z\" chain=\"" + chain + "\"/>",
                "<skipped seq=\"7\" time=\"yesterday\" chain=\"" + chain + "\"/>")) {
            Forged forged = new Forged();
            forged.text.append(line).append('\n');
            assertThat(forged.read().wrong()).as(line).isIn("malformed <skipped> line", "not a time");
        }
        Forged excerpt = new Forged();
        excerpt.text.append("<skipped seq=\"7\" time=\"" + START + "\" chain=\"" + chain + "\"/>\n");
        assertThat(excerpt.read().wrong()).isNull();
        Path file = Files.writeString(directory.resolve("audit.xml"), excerpt.text);
        assertThat(Segment.read(file).wrong()).isEqualTo("not an event with its chain");
    }

    /** A chain that ends with the line, or without the closing quote, or that is not the last attribute. */
    @ParameterizedTest
    @ValueSource(strings = {"", "\"", "\"x", "'/>", "\" more=\"\"/>"})
    void theChainMustBeTheLastAttribute(String rest) throws IOException {
        Forged forged = new Forged();
        forged.text.append("<event seq=\"1\" time=\"" + START + "\" chain=\"" + ">".repeat(43) + rest + "\n");
        assertThat(forged.read().wrong()).isEqualTo("not an event with its chain");
    }

    @Test
    void nothingMayFollowTheEnd() throws IOException {
        Forged forged = new Forged().event(1, START);
        forged.text.append(Line.END).append('\n');
        Segment closed = forged.read();
        assertThat(closed.wrong()).isNull();
        assertThat(closed.isClosed()).isTrue();
        assertThat(forged.event(2, START).read().wrong()).isEqualTo("something follows the end of the document");
    }

    @Test
    void aFileWithoutTheHeadOfASegmentIsRefused() {
        assertThatThrownBy(
                        () -> Segment.read(new ByteArrayInputStream(utf8("<audit>\n")), VerificationListener.NOTHING))
                .isInstanceOf(Segment.Broken.class)
                .hasMessageStartingWith("line 1: ");
    }

    /** A line longer than the buffer is read whole, one longer than what is allowed ends the stream. */
    @Test
    void lineLengthIsLimited() throws IOException {
        byte[] lines = utf8("a\n" + "b".repeat(200_000) + "\n" + "c".repeat(200_001) + "\n");
        SegmentReader reader = new SegmentReader(new ByteArrayInputStream(lines), 200_000);
        assertThat(reader.next()).isEqualTo(utf8("a"));
        assertThat(reader.next()).hasSize(200_000);
        SegmentReader shorter = new SegmentReader(new ByteArrayInputStream(utf8("d".repeat(300_000) + "\n")), 65_535);
        assertThat(shorter.next()).isNull();
    }
}

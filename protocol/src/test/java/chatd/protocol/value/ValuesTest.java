package chatd.protocol.value;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.protocol.value.direct.Candidate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Small values at their bounds. */
class ValuesTest {
    @ParameterizedTest
    @ValueSource(strings = {"[2001:db8::7]:1", "[2001:db8::7]:65535", "192.0.2.1:50123"})
    void aCandidateIsReadAsItIsWritten(String text) {
        assertThat(Candidate.parse(text))
                .hasValueSatisfying(read -> assertThat(read.toString()).isEqualTo(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1:0", "192.0.2.1:65536", "2001:db8::7:1", "192.0.2:1", "[192.0.2.1]", ""})
    void anInvalidCandidateIsNotParsed(String text) {
        assertThat(Candidate.parse(text)).isEmpty();
    }

    @Test
    void onlyANegativeNumberIsAGroup() {
        assertThat(Addressee.isGroup(0)).isFalse();
        assertThat(Addressee.isGroup(7)).isFalse();
        assertThat(Addressee.isGroup(Addressee.group(7))).isTrue();
        assertThat(Addressee.groupNumber(Addressee.group(7))).isEqualTo(7);
        assertThat(Addressee.groupNumber(7)).isZero();
    }

    @Test
    void aFileNameIsBareVisibleAndNotTooLong() {
        assertThat(FileName.problem("x".repeat(FileName.MAX_BYTES))).isNull();
        assertThat(FileName.problem("x".repeat(FileName.MAX_BYTES + 1))).contains(FileName.MAX_BYTES + " bytes");
        assertThat(FileName.problem("a/b")).contains("a directory");
        assertThat(FileName.problem("..")).contains("a directory");
        assertThat(FileName.problem("a\u202eb")).contains("invisible");
        assertThat(FileName.problem("a\u200bb")).contains("invisible");
        assertThat(FileName.problem("a\u200db")).contains("invisible");
    }

    @ParameterizedTest
    @ValueSource(strings = {"نمی\u200cخواهم.txt", "I ❤\ufe0f you.txt", "👨\u200d👩\u200d👧.jpg", "क्\u200dष.odt"})
    void joinersOfLettersOrEmojiAreAllowedInAFileName(String name) {
        assertThat(FileName.problem(name)).isNull();
    }

    @Test
    void aNameIsShortenedWithItsExtensionAndWithoutCuttingACharacter() {
        assertThat(FileName.shortened("plan.pdf", 64)).isEqualTo("plan.pdf");
        assertThat(FileName.shortened("x".repeat(64), 64)).isEqualTo("x".repeat(64));
        assertThat(FileName.shortened("x".repeat(70) + ".tar.gz", 64)).isEqualTo("x".repeat(58) + "….gz");
        assertThat(FileName.shortened("王".repeat(40) + ".docx", 64)).isEqualTo("王".repeat(18) + "….docx");
        assertThat(FileName.shortened("👨\u200d👩\u200d👧".repeat(9), 64))
                .isEqualTo("👨\u200d👩\u200d👧".repeat(3) + "…");
        assertThat(FileName.shortened("x" + ".y".repeat(40), 64))
                .endsWith("….y")
                .hasSize(62);
        assertThat(FileName.shortened("." + "x".repeat(70), 64)).isEqualTo("." + "x".repeat(60) + "…");
    }

    @Test
    void documentsWithEqualBytesAreEqual() {
        Document one = new Document(new byte[] {1});
        assertThat(one).isEqualTo(new Document(new byte[] {1})).isNotEqualTo(new Document(new byte[] {2}));
        assertThat(one).hasToString("Document[1 bytes]");
    }

    @Test
    void aSecretIsNotPrinted() {
        assertThat(Secret.of("pass word")).hasToString("Secret[]");
        assertThat(Secret.of("Grüße").text()).contains("Grüße");
    }
}

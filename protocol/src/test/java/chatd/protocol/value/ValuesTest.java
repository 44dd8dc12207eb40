package chatd.protocol.value;

import static org.assertj.core.api.Assertions.assertThat;

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
    void whatIsNoCandidateIsNotRead(String text) {
        assertThat(Candidate.parse(text)).isEmpty();
    }

    @Test
    void theServerIsNoGroup() {
        assertThat(Addressee.isGroup(0)).isFalse();
        assertThat(Addressee.isGroup(7)).isFalse();
        assertThat(Addressee.isGroup(Addressee.group(7))).isTrue();
        assertThat(Addressee.groupNumber(Addressee.group(7))).isEqualTo(7);
        assertThat(Addressee.groupNumber(7)).isZero();
    }

    @Test
    void aFileNameIsBareVisibleAndNotTooLong() {
        assertThat(FileName.fault("x".repeat(FileName.MOST_BYTES))).isNull();
        assertThat(FileName.fault("x".repeat(FileName.MOST_BYTES + 1))).contains(FileName.MOST_BYTES + " bytes");
        assertThat(FileName.fault("a/b")).contains("without a directory");
        assertThat(FileName.fault("..")).contains("without a directory");
        assertThat(FileName.fault("a\u202eb")).contains("invisible");
    }

    @Test
    void documentsAreTheSameIfTheirBytesAre() {
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

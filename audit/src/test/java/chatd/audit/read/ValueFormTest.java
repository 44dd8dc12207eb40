package chatd.audit.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests each form of a value, at its bounds, in the middle of a line. */
class ValueFormTest {
    private static final String BEFORE = "<a b=\"";

    private static boolean takes(ValueForm form, String value) {
        byte[] line = (BEFORE + value + "\"/>").getBytes(StandardCharsets.UTF_8);
        return form.accepts(line, BEFORE.length(), line.length - 3);
    }

    private static void takesAll(ValueForm form, String... values) {
        assertThat(values).allMatch(value -> takes(form, value));
    }

    private static void takesNone(ValueForm form, String... values) {
        assertThat(values).noneMatch(value -> takes(form, value));
    }

    @Test
    void aStringMayHaveOnlyTheEntitiesOfTheLog() {
        takesAll(ValueForm.string(), "", "x", "&amp;", "a&quot;&lt;&gt;b", "&gt;", "王芳");
        takesNone(ValueForm.string(), "<", "a<b", "x<", "<x", "&", "&amp", "a&apos;b", "x&", "&#10;", "&&amp;");
    }

    @Test
    void onlyListedValuesAreAccepted() {
        ValueForm form = ValueForm.oneOf(List.of("ok", "refused"));
        takesAll(form, "ok", "refused");
        takesNone(form, "", "o", "okk", "refuse", "OK");
    }

    @Test
    void aNumberMustBeWithinItsBounds() {
        ValueForm form = ValueForm.number(3, 17);
        takesAll(form, "3", "17", "09", "000000000000000005");
        takesNone(form, "", "2", "18", "-4", "+4", "4.0", "1a", "/4", ":4", "0000000000000000005");
        takesAll(ValueForm.number(0, Long.MAX_VALUE), "0", "9".repeat(18));
        takesNone(ValueForm.number(0, Long.MAX_VALUE), "9".repeat(19));
    }

    @Test
    void aPatternMustMatchTheWholeValue() {
        ValueForm form = ValueForm.pattern("[A-Cx-]{3}\\.\\d+z");
        takesAll(form, "ABC.1z", "x-x.123z", "---.0z");
        takesNone(form, "AB.1z", "ABCA.1z", "ABD.1z", "ABC.z", "ABC1z", "ABC.1", "ABC.1zz", "@BC.1z", "ABC.1é");
        takesAll(ValueForm.pattern("[a\\.]"), "a", ".");
        takesAll(ValueForm.pattern("a-\\+"), "a-+");
        // A range needs three characters.
        takesAll(ValueForm.pattern("[a-]"), "a", "-");
        takesNone(ValueForm.pattern("[a-]"), "b", ",");
        takesAll(ValueForm.pattern("[-z]"), "-", "z");
        takesNone(ValueForm.pattern("[-z]"), "a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a?", "a*", "(a)", "a|b", "^a", "a$", ".", "\\w", "[\\s]", "\\1"})
    void unsupportedPatternsAreRefused(String pattern) {
        assertThatIllegalArgumentException().isThrownBy(() -> ValueForm.pattern(pattern));
    }

    @Test
    void onlyExistingTimesAreAccepted() {
        ValueForm form = ValueForm.time(ValueForm.pattern("\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z"));
        takesAll(
                form,
                "0001-01-01T00:00:00Z",
                "2026-12-31T23:59:59Z",
                "2024-02-29T12:00:00Z",
                "2000-02-29T00:00:00Z",
                "2026-04-30T00:00:00Z");
        takesNone(
                form,
                "0000-01-01T00:00:00Z",
                "2026-00-01T00:00:00Z",
                "2026-13-01T00:00:00Z",
                "2026-01-00T00:00:00Z",
                "2026-01-32T00:00:00Z",
                "2026-04-31T00:00:00Z",
                "2026-02-29T00:00:00Z",
                "1900-02-29T00:00:00Z",
                "2026-01-01T24:00:00Z",
                "2026-01-01T00:60:00Z",
                "2026-01-01T00:00:60Z",
                "2026-01-01 00:00:00Z");
    }
}

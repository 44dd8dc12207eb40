package chatd.admin.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventXPathTest {
    private static final String TEXT =
            "<event seq=\"7\" time=\"2026-11-20T06:15:00.123456Z\" type=\"text\" outcome=\"ok\""
                    + " user=\"U1\" name=\"alice\" address=\"2001:db8::7\" receivers=\"1\" chain=\"CCC\">"
                    + "<to user=\"U2\" name=\"bob\"/></event>";
    private static final String OTHER = TEXT.replace("seq=\"7\"", "seq=\"8\"").replace("bob", "carol");

    private static List<String> matching(String expression, List<String> lines) {
        List<String> matching = new ArrayList<>();
        XPathFilter xpath = new XPathFilter(expression, matching::add);
        lines.forEach(xpath::add);
        xpath.flush();
        return matching;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "@type='text'",
                "to/@name='bob'",
                "to[@user='U2']",
                "/audit/event[@seq=7]",
                "@seq > 6 and count(to) = 1",
                "count(to)",
                "string(@name)",
                "starts-with(@address, '2001:db8:')"
            })
    void trueAndNonEmptyResultsMatch(String expression) {
        assertThat(matching(expression, List.of(TEXT))).containsExactly(TEXT);
        assertThat(matching("not(" + expression + ")", List.of(TEXT))).isEmpty();
    }

    /** An expression sees one event only, whatever other events are evaluated in the same document. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "to/@name='bob'",
                "//to/@name='bob'",
                "/audit/event/to/@name='bob'",
                "@seq = 7 or /audit/event/@seq = 7",
                "not(/*/event/@seq=8)",
                "count(../event) = 1 and to/@name = 'bob'",
                "not(preceding-sibling::event) and @seq = 7",
                "not(following::*) and to[@name='bob']",
                "@name = 'alice' and to/@name != '//carol' and @seq=7"
            })
    void eachEventIsEvaluatedOnItsOwn(String expression) {
        assertThat(matching(expression, List.of(OTHER, TEXT, OTHER))).containsExactly(TEXT);
    }

    @Test
    void matchesKeepTheirOrder() {
        List<String> lines = IntStream.range(0, 2_345)
                .mapToObj(i -> TEXT.replace("seq=\"7\"", "seq=\"" + i + "\""))
                .toList();
        assertThat(matching("@seq mod 2 = 1", lines))
                .isEqualTo(lines.stream()
                        .filter(line -> line.matches("<event seq=\"\\d*[13579]\" .*"))
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"@type=", "a[[", "nosuch()", "java.lang.System.exit(0)", "", "@seq)] | /*/*[boolean(@seq"})
    void anInvalidXPathIsRefusedWithAReason(String expression) {
        assertThatThrownBy(() -> matching(expression, List.of(TEXT)))
                .isInstanceOfSatisfying(
                        CommandFailure.class, e -> assertThat(e.exit()).isEqualTo(Exit.USAGE))
                .hasMessageStartingWith("--xpath");
    }
}

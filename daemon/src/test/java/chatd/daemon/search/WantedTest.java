package chatd.daemon.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.daemon.model.Refusal;
import chatd.protocol.value.Code;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What one search may cost. */
class WantedTest {
    private static void isTooLong(String typed) {
        assertThatThrownBy(() -> Wanted.of(typed))
                .as(typed)
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(Code.MALFORMED));
    }

    /** 65 characters in a row are 64 pairs. */
    @Test
    void atMost64CharactersInARowAreTaken() {
        assertThat(Wanted.of("的".repeat(65))).isNotNull();
        isTooLong("的".repeat(66));
        isTooLong("的".repeat(326) + "甲");
    }

    @Test
    void atMost64WordsAreTakenInPhrases() {
        assertThat(Wanted.of('"' + "a ".repeat(64) + '"')).isNotNull();
        isTooLong('"' + "a ".repeat(65) + '"');
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 16})
    void allPartsTogetherAreBounded(int phrases) {
        String each = "a ".repeat(64 / phrases);
        StringBuilder typed = new StringBuilder();
        for (int i = 0; i < phrases; i++) {
            // Each another one: the same phrase again costs nothing.
            typed.append('"').append(each).append(i).append("\" ");
        }
        isTooLong(typed.toString());
    }

    @Test
    void atMost32WordsAreTaken() {
        StringBuilder words = new StringBuilder();
        for (int i = 0; i < 32; i++) {
            words.append(" w").append(i);
        }
        assertThat(Wanted.of(words.toString())).isNotNull();
        isTooLong(words + " w32");
    }

    @Test
    void aSearchThatTakesTooLongIsGivenUp(@TempDir Path directory) throws IOException, TimeoutException {
        try (Index index = Index.open(directory.resolve("index"), Instant.EPOCH)) {
            index.add(List.of(new Indexed(1, Instant.EPOCH, "word", List.of(Indexed.Scope.EVERYONE), List.of())));
            index.purge(Instant.EPOCH);
            assertThat(index.search(MatchAllDocsQuery.INSTANCE, 10, () -> false))
                    .containsExactly(1L);
            assertThatThrownBy(() -> index.search(MatchAllDocsQuery.INSTANCE, 10, () -> true))
                    .isInstanceOf(TimeoutException.class);
        }
    }
}

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

/** The cost of a search is bounded. */
class WantedTest {
    private static void assertTooLong(String typed) {
        assertThatThrownBy(() -> ParsedSearch.of(typed))
                .as(typed)
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(Code.MALFORMED));
    }

    /** 65 characters in a row are 64 pairs. */
    @Test
    void atMost65CharactersInARowAreAccepted() {
        assertThat(ParsedSearch.of("的".repeat(65))).isNotNull();
        assertTooLong("的".repeat(66));
        assertTooLong("的".repeat(326) + "甲");
    }

    @Test
    void atMost64WordsAreAcceptedInAPhrase() {
        assertThat(ParsedSearch.of('"' + "a ".repeat(64) + '"')).isNotNull();
        assertTooLong('"' + "a ".repeat(65) + '"');
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 16})
    void allPartsTogetherAreBounded(int phrases) {
        String each = "a ".repeat(64 / phrases);
        StringBuilder typed = new StringBuilder();
        for (int i = 0; i < phrases; i++) {
            // All different: the same phrase again costs nothing.
            typed.append('"').append(each).append(i).append("\" ");
        }
        assertTooLong(typed.toString());
    }

    @Test
    void atMost32WordsAreAccepted() {
        StringBuilder words = new StringBuilder();
        for (int i = 0; i < 32; i++) {
            words.append(" w").append(i);
        }
        assertThat(ParsedSearch.of(words.toString())).isNotNull();
        assertTooLong(words + " w32");
    }

    @Test
    void aSearchThatTakesTooLongIsAborted(@TempDir Path directory) throws IOException, TimeoutException {
        try (Index index = Index.open(directory.resolve("index"), Instant.EPOCH)) {
            index.add(List.of(new IndexEntry(1, Instant.EPOCH, "word", List.of(IndexEntry.Scope.EVERYONE), List.of())));
            index.purge(Instant.EPOCH);
            assertThat(index.search(MatchAllDocsQuery.INSTANCE, 10, () -> false))
                    .containsExactly(1L);
            assertThatThrownBy(() -> index.search(MatchAllDocsQuery.INSTANCE, 10, () -> true))
                    .isInstanceOf(TimeoutException.class);
        }
    }
}

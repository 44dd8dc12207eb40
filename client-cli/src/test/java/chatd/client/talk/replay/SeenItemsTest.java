package chatd.client.talk.replay;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.client.talk.item.Item;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests which items of a replay were not shown yet. */
class SeenItemsTest {
    @TempDir
    private Path directory;

    private static Item other(int second, String text) {
        return new Item("bob", false, Instant.ofEpochSecond(second), true, text, null, Optional.empty());
    }

    private static Item mine(int second, String text) {
        return new Item("me", true, Instant.ofEpochSecond(second), true, text, null, Optional.empty());
    }

    /** Returns an item as shown when sent from here: the server's time is not known. */
    private static Item sent(String text) {
        return new Item("me", true, Instant.ofEpochSecond(7), false, text, null, Optional.of(List.of("bob")));
    }

    private static List<String> texts(SeenItems.Unseen unseen) {
        return unseen.items().stream().map(Item::text).toList();
    }

    private static SeenItems after(Item... items) {
        SeenItems shown = new SeenItems(null);
        List.of(items).forEach(shown::add);
        return shown;
    }

    @Test
    void itemsAfterTheLastShownAreUnseen() {
        SeenItems shown = after(other(1, "a"), other(2, "b"));
        SeenItems.Unseen unseen = shown.unseen(List.of(other(1, "a"), other(2, "b"), other(3, "c")));
        assertThat(texts(unseen)).containsExactly("c");
        assertThat(unseen.reachesBack()).isTrue();
    }

    @Test
    void itemsOlderThanAllRememberedOnesWereShown() {
        SeenItems shown = after(other(5, "e"));
        assertThat(texts(shown.unseen(List.of(other(1, "a"), mine(2, "b"), other(5, "e"), mine(6, "f")))))
                .containsExactly("f");
    }

    @Test
    void aReplayThatDoesNotReachBackIsAllUnseen() {
        SeenItems.Unseen unseen = after(other(1, "a")).unseen(List.of(other(8, "x"), other(9, "y")));
        assertThat(texts(unseen)).containsExactly("x", "y");
        assertThat(unseen.reachesBack()).isFalse();
    }

    @Test
    void equalTextsInTheSameSecondAreCounted() {
        SeenItems shown = after(other(1, "ok"), other(1, "ok"));
        assertThat(texts(shown.unseen(List.of(other(1, "ok"), other(1, "ok"), other(1, "ok")))))
                .containsExactly("ok");
        assertThat(texts(after(other(1, "a"), other(1, "ok"))
                        .unseen(List.of(other(1, "a"), other(1, "ok"), other(1, "ok")))))
                .containsExactly("ok");
    }

    @Test
    void anItemSentFromHereIsRecognisedWithoutItsTime() {
        SeenItems shown = after(other(1, "a"), sent("hello"), other(3, "b"));
        List<Item> replay = List.of(other(1, "a"), mine(2, "hello"), other(3, "b"));
        assertThat(texts(shown.unseen(replay))).isEmpty();
        // Its time is known by now, so the same text again is another item.
        List<Item> more = new ArrayList<>(replay);
        more.add(mine(9, "hello"));
        assertThat(texts(shown.unseen(more))).containsExactly("hello");
    }

    @Test
    void anItemSentFromHereMayBeShownInAnotherOrderThanTheServers() {
        SeenItems shown = after(other(1, "a"), other(3, "b"), sent("hello"));
        assertThat(texts(shown.unseen(List.of(other(1, "a"), mine(2, "hello"), other(3, "b"), other(4, "c")))))
                .containsExactly("c");
    }

    @Test
    void anItemSentFromElsewhereIsUnseen() {
        SeenItems shown = after(other(1, "a"), sent("one"), other(3, "b"));
        assertThat(texts(shown.unseen(List.of(
                        other(1, "a"), mine(2, "one"), mine(2, "from the web"), other(3, "b"), mine(4, "two")))))
                .containsExactly("from the web", "two");
    }

    @Test
    void aServerTextToOneUserIsInNoReplayAndDoesNoHarm() {
        Item server = new Item("server", false, Instant.ofEpochSecond(2), true, "No.", null, Optional.empty());
        SeenItems shown = after(other(1, "a"), server, other(3, "b"));
        assertThat(texts(shown.unseen(List.of(other(1, "a"), other(3, "b"), other(4, "c")))))
                .containsExactly("c");
    }

    @Test
    void aRenamedSenderIsTheSame() {
        SeenItems shown = after(other(1, "a"), other(2, "b"));
        Item renamed = new Item("bobby", false, Instant.ofEpochSecond(2), true, "b", null, Optional.empty());
        assertThat(texts(shown.unseen(List.of(other(1, "a"), renamed, other(3, "c")))))
                .containsExactly("c");
    }

    @Test
    void filesAreRecognisedByNumberAndOwnFilesByName() {
        Item file = new Item("bob", false, Instant.ofEpochSecond(1), true, "x.pdf", 1L, Optional.empty());
        Item again = new Item("bob", false, Instant.ofEpochSecond(1), true, "x.pdf", 2L, Optional.empty());
        assertThat(after(file).unseen(List.of(file, again)).items()).containsExactly(again);
        Item gone = new Item("me", true, Instant.ofEpochSecond(7), false, "y.pdf", -1L, Optional.of(List.of("bob")));
        Item reported = new Item("me", true, Instant.ofEpochSecond(2), true, "y.pdf", 9L, Optional.empty());
        assertThat(after(file, gone).unseen(List.of(file, reported)).items()).isEmpty();
    }

    @Test
    void anOldTextIsNotMistakenForTheOneJustSent() {
        SeenItems shown = after(other(1_000, "a"), sent("ok"));
        List<Item> replay = List.of(mine(10, "ok"), other(1_000, "a"), mine(1_001, "ok"), mine(1_002, "ok"));
        assertThat(shown.unseen(replay).items()).containsExactly(mine(1_002, "ok"));
    }

    @Test
    void aTruncatedReplayHidesNothing() {
        SeenItems shown = after(other(1, "a"), sent("ok"));
        List<Item> replay = List.of(other(100, "x"), mine(101, "ok"), other(102, "y"));
        SeenItems.Unseen unseen = shown.unseen(replay);
        assertThat(unseen.items()).isEqualTo(replay);
        assertThat(unseen.reachesBack()).isFalse();
    }

    @Test
    void theFileIsPrivateAndHoldsNoText() throws IOException {
        Path file = directory.resolve("state").resolve("alice@host:1");
        SeenItems shown = new SeenItems(file);
        shown.add(other(1, "a secret matter"));
        shown.add(sent("my answer"));
        assertThat(file).content().doesNotContain("secret", "answer");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        SeenItems later = new SeenItems(file);
        assertThat(later.isEmpty()).isFalse();
        assertThat(texts(later.unseen(List.of(other(1, "a secret matter"), mine(2, "my answer"), other(3, "new")))))
                .containsExactly("new");
        Files.writeString(file, "garbage\nother at 1970-01-01T00:00:01Z\n");
        assertThat(new SeenItems(file).isEmpty()).isTrue();
    }

    /**
     * A history of which at least 15 items in a row were shown, one of them from somebody else, is
     * continued exactly, whatever repeats in it. (If only a few items are remembered, equal ones
     * can't be told apart; five hundred are remembered.)
     */
    @RepeatedTest(200)
    void nothingIsShownTwiceAndNothingIsLost(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        List<Item> history = new ArrayList<>();
        int second = 0;
        for (int i = 0; i < 60; i++) {
            second += random.nextInt(3);
            String text = "text " + random.nextInt(4);
            history.add(random.nextInt(4) == 0 ? mine(second, text + i) : other(second, text));
        }
        int from = random.nextInt(30);
        int to = from + 15 + random.nextInt(60 - from - 15);
        SeenItems shown = new SeenItems(null);
        history.subList(0, to).stream()
                .skip(from)
                .forEach(item -> shown.add(item.isMine() && random.nextBoolean() ? sent(item.text()) : item));
        boolean reachesBack = history.subList(from, to).stream().anyMatch(item -> !item.isMine());
        if (reachesBack) {
            assertThat(shown.unseen(history).items()).isEqualTo(history.subList(to, 60));
        }
    }

    @Test
    void withoutTextsOfOthersOwnTextsAreEnough() {
        SeenItems.Unseen unseen = after(sent("hello")).unseen(List.of(mine(2, "hello"), other(3, "x")));
        assertThat(texts(unseen)).containsExactly("x");
        assertThat(unseen.reachesBack()).isTrue();
    }

    @Test
    void theTimesInAReplayAreKeptForTheNextStart() {
        Path file = directory.resolve("times");
        SeenItems shown = new SeenItems(file);
        shown.add(other(1, "a"));
        shown.add(sent("hello"));
        assertThat(texts(shown.unseen(List.of(other(1, "a"), mine(2, "hello")))))
                .isEmpty();
        List<Item> more = List.of(other(1, "a"), mine(2, "hello"), mine(9, "hello"));
        assertThat(texts(new SeenItems(file).unseen(more))).containsExactly("hello");
    }

    @Test
    void theLastFiveHundredAreKept() throws IOException {
        Path file = directory.resolve("many");
        SeenItems shown = new SeenItems(file);
        List<Item> all = new ArrayList<>();
        for (int i = 1; i <= 501; i++) {
            all.add(other(i, "m" + i));
            shown.add(all.getLast());
        }
        assertThat(texts(shown.unseen(all))).isEmpty();
        assertThat(Files.readAllLines(file)).hasSize(500);
        assertThat(texts(shown.unseen(all.subList(0, 1)))).as("forgotten").containsExactly("m1");
        assertThat(texts(new SeenItems(file).unseen(all.subList(0, 2)))).isEmpty();
    }
}

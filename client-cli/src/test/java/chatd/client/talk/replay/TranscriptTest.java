package chatd.client.talk.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.client.talk.View;
import chatd.client.talk.item.Item;
import chatd.client.talk.item.Outgoing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests that items that arrive, are replayed or were sent from here are shown once each. */
class TranscriptTest {
    private final List<String> seen = new java.util.concurrent.CopyOnWriteArrayList<>();
    private final List<String> sent = new ArrayList<>();
    private final Transcript transcript = new Transcript(
            new View() {
                @Override
                public void received(Item item) {
                    seen.add(line(item));
                }

                @Override
                public void replayed(Replay replay) {
                    seen.add(replay.reason() + (replay.hasOlder() ? " cut" : ""));
                    replay.items().forEach(this::received);
                }

                @Override
                public void sent(Item item) {
                    sent.add(item.text());
                }

                @Override
                public void notSent(Item item, String why) {
                    seen.add("NOT SENT " + item.text());
                }
            },
            new SeenItems(null));

    private static String line(Item item) {
        return item.text() + item.to().map(to -> "→" + String.join(",", to)).orElse("");
    }

    private static Item other(int second, String text) {
        return new Item("bob", false, Instant.ofEpochSecond(second), true, text, null, Optional.empty());
    }

    private static Item mine(int second, String text) {
        return new Item("me", true, Instant.ofEpochSecond(second), true, text, null, Optional.empty());
    }

    private static Outgoing outgoing(String text, String to) {
        return new Outgoing("me", List.of(to), text, false, 0, Instant.ofEpochSecond(7));
    }

    private static List<Item> others(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(i -> other(i, "m" + i)).toList();
    }

    /** Runs a connection on which {@code replay} contains the missed items. */
    private void reconnect(List<Item> replay) {
        transcript.catchUp();
        transcript.showMissed(View.Reason.LOSS, replay, false, transcript.unconfirmed());
        seen.clear();
    }

    @Test
    void anItemThatArrivesBeforeTheReplayAndIsInItIsShownOnce() {
        reconnect(others(1, 2));
        transcript.catchUp();
        transcript.arrived(other(4, "m4"));
        transcript.showMissed(View.Reason.LOSS, others(1, 4), false, List.of());
        transcript.arrived(other(5, "m5"));
        assertThat(seen).containsExactly("LOSS", "m3", "m4", "m5");
    }

    @Test
    void onFirstUseOnlyTheLastItemsAreShownButAfterAnEmptyHistoryAllLaterOnes() {
        assertThat(transcript.isFirstUse()).isTrue();
        transcript.catchUp();
        assertThat(transcript.showMissed(View.Reason.FIRST, List.of(), false, List.of()))
                .isTrue();
        transcript.drop();
        assertThat(transcript.isFirstUse()).isFalse();
        transcript.catchUp();
        assertThat(transcript.showMissed(View.Reason.LOSS, others(51, 300), true, List.of()))
                .isFalse();
        assertThat(transcript.showMissed(View.Reason.LOSS, others(1, 300), false, List.of()))
                .isTrue();
        assertThat(seen).hasSize(302).startsWith("FIRST", "LOSS cut", "m1").endsWith("m300");
    }

    @Test
    void aShortReplayAfterAnEmptyHistoryIsComplete() {
        reconnect(List.of());
        transcript.catchUp();
        transcript.showMissed(View.Reason.LOSS, others(1, 2), false, List.of());
        assertThat(seen).containsExactly("LOSS", "m1", "m2");
    }

    @Test
    void aHistoryRequestedInBetweenHidesNoMissedItem() {
        reconnect(others(1, 2));
        transcript.catchUp();
        assertThat(transcript.showMissed(View.Reason.AWAY, others(10, 20), true, List.of()))
                .isFalse();
        transcript.hold();
        transcript.showHistory(others(18, 20));
        transcript.showMissed(View.Reason.AWAY, others(1, 20), false, List.of());
        assertThat(seen.subList(5, seen.size()))
                .isEqualTo(IntStream.rangeClosed(3, 20).mapToObj(i -> "m" + i).toList());
    }

    @Test
    void aServerTextThatArrivesMeanwhileHidesNoMissedItemAndIsShownOnce() {
        reconnect(others(1, 2));
        transcript.catchUp();
        Item toAll = new Item("server", false, Instant.ofEpochSecond(9), true, "to all", null, Optional.empty());
        transcript.arrived(toAll);
        List<Item> replay = new ArrayList<>(others(1, 5));
        replay.add(toAll);
        transcript.showMissed(View.Reason.LOSS, replay, false, List.of());
        reconnect(replay);
        transcript.catchUp();
        transcript.showMissed(View.Reason.LOSS, replay, false, List.of());
        assertThat(seen).containsExactly("LOSS");
    }

    @Test
    void sentItemsInTheReplayWereStoredAndTheOthersWereNot() {
        reconnect(others(1, 3));
        Outgoing stored = outgoing("ok", "bob");
        Outgoing gone = outgoing("lost", "carol");
        transcript.addOutgoing(stored);
        transcript.addOutgoing(gone);
        transcript.drop();
        transcript.catchUp();
        List<Item> replay = new ArrayList<>(others(1, 3));
        replay.add(mine(4, "ok"));
        transcript.showMissed(View.Reason.LOSS, replay, false, transcript.unconfirmed());
        assertThat(seen).containsExactly("LOSS", "ok→bob", "NOT SENT lost");
    }

    @Test
    void ofTheSameTextSentTwiceTheLostOneIsReported() {
        reconnect(others(100, 103));
        Outgoing first = outgoing("ok", "bob");
        transcript.addOutgoing(first);
        transcript.stored(first);
        Outgoing second = outgoing("ok", "carol");
        transcript.addOutgoing(second);
        transcript.drop();
        seen.clear();
        transcript.catchUp();
        List<Item> replay = new ArrayList<>(List.of(mine(1, "ok")));
        replay.addAll(others(100, 103));
        replay.add(mine(104, "ok"));
        transcript.showMissed(View.Reason.LOSS, replay, false, transcript.unconfirmed());
        assertThat(seen).containsExactly("LOSS", "NOT SENT ok");
    }

    @Test
    void anItemThatTheServerAnsweredWithATextIsShownWithoutRecipients() {
        reconnect(others(1, 1));
        Outgoing mine = outgoing("hi", "bob");
        transcript.addOutgoing(mine);
        mine.markUncertain();
        transcript.hold();
        List<Item> replay = new ArrayList<>(others(1, 1));
        replay.add(mine(2, "hi"));
        transcript.showMissed(View.Reason.CHECK, replay, false, transcript.unconfirmed());
        assertThat(seen).containsExactly("CHECK", "hi");
    }

    @Test
    void newItemsInARequestedHistoryAreNotShownAgain() {
        reconnect(others(1, 2));
        transcript.hold();
        transcript.arrived(other(3, "m3"));
        transcript.showHistory(others(1, 3));
        assertThat(seen).containsExactly("ASKED", "m1", "m2", "m3");
        seen.clear();
        transcript.catchUp();
        transcript.showMissed(View.Reason.LOSS, others(1, 4), false, List.of());
        assertThat(seen).containsExactly("LOSS", "m4");
    }

    /**
     * An item that was stored, and about which the server sent no text, is reported, and recognised when it is
     * replayed.
     */
    @Test
    void aStoredItemIsReportedOnceAndNotShownAgain() {
        reconnect(others(1, 2));
        Outgoing mine = outgoing("hello", "bob");
        transcript.addOutgoing(mine);
        transcript.stored(mine);
        transcript.stored(mine);
        assertThat(sent).containsExactly("hello");
        transcript.catchUp();
        List<Item> replay = new ArrayList<>(others(1, 2));
        replay.add(mine(3, "hello"));
        replay.add(other(4, "m4"));
        transcript.showMissed(View.Reason.LOSS, replay, false, List.of());
        assertThat(seen).containsExactly("LOSS", "m4");
        // Nor does the next replay show again what this one showed.
        transcript.catchUp();
        seen.clear();
        transcript.showMissed(View.Reason.LOSS, replay, false, List.of());
        assertThat(seen).containsExactly("LOSS");
    }

    @Test
    void anItemThatWasNotStoredIsRefused() {
        reconnect(others(1, 1));
        Outgoing mine = outgoing("lost", "bob");
        transcript.addOutgoing(mine);
        transcript.catchUp();
        transcript.showMissed(View.Reason.LOSS, others(1, 1), false, transcript.unconfirmed());
        assertThat(seen).containsExactly("LOSS", "NOT SENT lost");
        assertThat(transcript.unconfirmed()).isEmpty();
        assertThatThrownBy(mine::await).isInstanceOf(Outgoing.Refused.class).hasMessage("It was not stored.");
    }
}

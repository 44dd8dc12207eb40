package chatd.client.talk;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is said, as far as it is known here: puts what arrives, what a replay tells and what was sent from here together,
 * so that each is shown once. Any thread.
 */
final class Transcript {
    private final View view;
    private final Shown shown;
    private final List<Outgoing> outgoing = new ArrayList<>();

    /** What came while a replay was under way, which may have it too; null otherwise. */
    private @Nullable List<Item> held;

    Transcript(View view, Shown shown) {
        this.view = view;
        this.shown = shown;
    }

    /** Whether nothing was ever shown to this account here. */
    synchronized boolean isEmpty() {
        return shown.isEmpty();
    }

    /** It is about to be sent. */
    synchronized void sending(Outgoing mine) {
        outgoing.add(mine);
    }

    /** It was not sent after all. */
    synchronized void forget(Outgoing mine) {
        outgoing.remove(mine);
    }

    /** What was sent and is not known to be stored. */
    synchronized List<Outgoing> open() {
        return List.copyOf(outgoing);
    }

    /** A replay is being asked for: what arrives waits for it. */
    synchronized void hold() {
        held = held == null ? new ArrayList<>() : held;
    }

    /** The connection is gone: what waited will be in the next replay. */
    synchronized void drop() {
        held = null;
    }

    synchronized void arrived(Item item) {
        if (held != null && !item.isFromServer()) {
            held.add(item);
        } else {
            show(known(item));
        }
    }

    /** The server has done it and had nothing to say. */
    synchronized void stored(Outgoing mine) {
        if (outgoing.remove(mine)) {
            show(mine.item);
        }
    }

    private void show(Item item) {
        view.said(item);
        shown.add(item);
    }

    /** With whom it went to, where it was sent from here; it is then known to be stored. */
    private Item known(Item item) {
        for (Outgoing mine : outgoing) {
            if (mine.is(item)) {
                outgoing.remove(mine);
                return item.sentTo(mine.to());
            }
        }
        return item;
    }

    /**
     * A replay has come: shows what was not shown, and says of what was sent before it whether it is stored.
     *
     * @param mayReachFurther whether a longer replay may be asked for
     * @param sent what was sent before the replay was asked for
     * @return false where it does not reach back to what was shown and a longer one is needed first
     */
    synchronized boolean replayed(View.Reason reason, List<Item> replay, boolean mayReachFurther, List<Outgoing> sent) {
        boolean isAsked = reason == View.Reason.ASKED;
        boolean isFirst = shown.isEmpty();
        Shown.Unseen unseen = shown.unseen(replay);
        boolean wasCut = !isFirst && !unseen.reachesBack() && !isAsked;
        if (wasCut && mayReachFurther) {
            return false;
        }
        List<Item> news = unseen.items().stream().map(this::known).toList();
        view.replayed(new View.Replay(reason, isAsked ? replay : news, wasCut));
        news.forEach(shown::add);
        if (!isAsked) {
            sent.stream().filter(outgoing::remove).forEach(mine -> view.notSent(mine.item));
        }
        release(replay);
        return true;
    }

    /** What came meanwhile and is not in the replay. */
    private void release(List<Item> replay) {
        List<Mark> had = new ArrayList<>(replay.stream().map(Mark::of).toList());
        List<Item> came = held == null ? List.of() : held;
        held = null;
        for (Item item : came) {
            if (!had.remove(Mark.of(item))) {
                show(known(item));
            }
        }
    }
}

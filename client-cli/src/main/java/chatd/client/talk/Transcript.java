package chatd.client.talk;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is said, as far as it is known here: puts what arrives, what a replay tells and what was sent from here together,
 * so that each is shown once. Any thread.
 */
final class Transcript {
    private static final Duration A_WHILE = Duration.ofSeconds(3);

    /** No server that is set up sensibly replays fewer, so that a replay of fewer is all there is. */
    static final long SOME_ITEMS = 250;

    private final View view;
    private final SeenItems shown;
    private final List<Outgoing> outgoing = new ArrayList<>();

    /** What came while a replay was under way, which may have it too; null otherwise. */
    private @Nullable List<Item> held;

    /** From a connection's beginning until what was missed has been shown: what is shown in between goes here. */
    private boolean isCatchingUp;

    private final List<Item> meanwhile = new ArrayList<>();

    /** Whether what was missed has been shown once: from then on all that comes is news, to an empty history too. */
    private boolean hasCaughtUp;

    Transcript(View view, SeenItems shown) {
        this.view = view;
        this.shown = shown;
    }

    /** Whether this account is here for the first time, and only the last of its history is to be shown. */
    synchronized boolean isFirst() {
        return !hasCaughtUp && shown.isEmpty();
    }

    /** It is about to be sent; if that takes a text a while, the view is told. */
    synchronized void sending(Outgoing mine) {
        outgoing.add(mine);
        if (mine.item.isFile()) {
            return;
        }
        Thread.startVirtualThread(() -> {
            try {
                Thread.sleep(A_WHILE);
                remind(mine);
            } catch (InterruptedException e) {
                // The program ends.
            }
        });
    }

    private synchronized void remind(Outgoing mine) {
        if (outgoing.contains(mine)) {
            view.waiting(mine.item);
        }
    }

    /** It was not sent after all. */
    synchronized void forget(Outgoing mine) {
        outgoing.remove(mine);
    }

    /** What was sent and is not known to be stored. */
    synchronized List<Outgoing> open() {
        return List.copyOf(outgoing);
    }

    /** There is a new connection: what was missed comes first. */
    synchronized void catchUp() {
        isCatchingUp = true;
        hold();
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
        if (isCatchingUp) {
            meanwhile.add(item);
        } else {
            shown.add(item);
        }
    }

    /** With whom it went to, where it was sent from here; it is then known to be stored. */
    private Item known(Item item) {
        for (Outgoing mine : outgoing) {
            if (mine.is(item)) {
                outgoing.remove(mine);
                return mine.isUnsure() ? item : item.sentTo(mine.to());
            }
        }
        return item;
    }

    /** The history that a person asked for has come: shows all of it. */
    synchronized void listed(List<Item> replay) {
        view.replayed(new View.Replay(View.Reason.ASKED, replay, false));
        if (!isCatchingUp) {
            release(replay, true);
        }
    }

    /**
     * What was missed has come: shows what was not shown, and says of what was sent before whether it is stored.
     *
     * @param mayReachFurther whether a longer replay may be asked for
     * @param sent what was sent before the replay was asked for
     * @return false where it does not reach back to what was shown and a longer one is needed first
     */
    synchronized boolean replayed(View.Reason reason, List<Item> replay, boolean mayReachFurther, List<Outgoing> sent) {
        boolean isAll = isFirst() || (shown.isEmpty() && replay.size() < SOME_ITEMS);
        SeenItems.Unseen unseen = shown.unseen(replay);
        boolean wasCut = !isAll && !unseen.reachesBack();
        if (wasCut && mayReachFurther) {
            return false;
        }
        List<Item> news = new ArrayList<>();
        for (Item item : unseen.items()) {
            if (!wasShownMeanwhile(item)) {
                news.add(known(item));
            }
        }
        view.replayed(new View.Replay(reason, news, wasCut));
        unseen.items().forEach(shown::add);
        meanwhile.forEach(shown::add);
        meanwhile.clear();
        isCatchingUp = false;
        hasCaughtUp = true;
        sent.stream().filter(outgoing::remove).forEach(mine -> view.notSent(mine.item));
        release(replay, false);
        return true;
    }

    /** Whether it was shown meanwhile; each of those answers for one. */
    private boolean wasShownMeanwhile(Item told) {
        Mark mark = Mark.of(told, 0);
        for (Item item : meanwhile) {
            if (Mark.of(item, 0).isOf(mark)) {
                return meanwhile.remove(item);
            }
        }
        return false;
    }

    /** What came meanwhile: shows what is not in the replay. */
    private void release(List<Item> replay, boolean isNew) {
        List<Item> had = new ArrayList<>(replay);
        List<Item> came = held == null ? List.of() : held;
        held = null;
        for (Item item : came) {
            if (!had.remove(item)) {
                show(known(item));
            } else if (isNew) {
                shown.add(item);
            }
        }
    }
}

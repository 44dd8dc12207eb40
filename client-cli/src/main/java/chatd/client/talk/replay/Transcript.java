package chatd.client.talk.replay;

import chatd.client.net.ClientFailure;
import chatd.client.talk.View;
import chatd.client.talk.item.Item;
import chatd.client.talk.item.Outgoing;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The conversation as known here: merges arriving items, replays and items sent from here, so that each item is shown
 * once. Thread-safe.
 */
final class Transcript {
    /** A sensibly configured server replays at least this many items, so a shorter replay is the whole history. */
    static final long MIN_REPLAY_ITEMS = 250;

    private final View view;
    private final SeenItems seen;

    @GuardedBy("this")
    private final List<Outgoing> outgoing = new ArrayList<>();

    /** Items that arrived during a replay, which may contain them too; null if none is under way. */
    @GuardedBy("this")
    private @Nullable List<Item> held;

    /**
     * Set from the start of a connection until the missed items have been shown; items shown in between go to
     * {@code meanwhile}.
     */
    @GuardedBy("this")
    private boolean isCatchingUp;

    @GuardedBy("this")
    private final List<Item> shownMeanwhile = new ArrayList<>();

    /** Whether missed items have been shown once; from then on every arrival is new, even if the history was empty. */
    @GuardedBy("this")
    private boolean hasCaughtUp;

    Transcript(View view, SeenItems seen) {
        this.view = view;
        this.seen = seen;
    }

    /**
     * Returns whether this account is used here for the first time, so that only the end of its history is to be shown.
     */
    synchronized boolean isFirstUse() {
        return !hasCaughtUp && seen.isEmpty();
    }

    /** Registers an item about to be sent. */
    synchronized void addOutgoing(Outgoing mine) {
        outgoing.add(mine);
    }

    /** Removes an item that was not sent after all. */
    synchronized void forget(Outgoing mine) {
        outgoing.remove(mine);
    }

    /** Returns the items sent and not yet known to be stored. */
    synchronized List<Outgoing> unconfirmed() {
        return List.copyOf(outgoing);
    }

    /** Starts a new connection, on which the missed items come first. */
    synchronized void catchUp() {
        isCatchingUp = true;
        hold();
    }

    /** Holds back arriving items, because a replay is being requested. */
    synchronized void hold() {
        held = held == null ? new ArrayList<>() : held;
    }

    /** Discards the items held back, because the connection is lost: the next replay will contain them. */
    synchronized void drop() {
        held = null;
    }

    synchronized void arrived(Item item) {
        if (held != null && !item.isFromServer()) {
            held.add(item);
        } else {
            show(confirmIfOwn(item));
        }
    }

    /** Shows an outgoing item as stored: the server has executed the command and sent no text about it. */
    synchronized void stored(Outgoing mine) {
        if (outgoing.remove(mine)) {
            view.sent(mine.item());
            record(mine.item());
            mine.stored(0);
        }
    }

    @GuardedBy("this")
    private void show(Item item) {
        view.received(item);
        record(item);
    }

    @GuardedBy("this")
    private void record(Item item) {
        if (isCatchingUp) {
            shownMeanwhile.add(item);
        } else {
            seen.add(item);
        }
    }

    /** Returns the item with its recipients if it was sent from here, in which case it is now known to be stored. */
    @GuardedBy("this")
    private Item confirmIfOwn(Item item) {
        for (Outgoing mine : outgoing) {
            if (mine.matches(item)) {
                outgoing.remove(mine);
                mine.stored(0);
                return mine.isUncertain() ? item : item.sentTo(mine.to());
            }
        }
        return item;
    }

    /** Shows the whole history that the user asked for. */
    synchronized void showHistory(List<Item> replay) {
        view.replayed(new View.Replay(View.Reason.ASKED, replay, false, false));
        if (!isCatchingUp) {
            release(replay, true);
        }
    }

    /**
     * Shows the missed items, and reports which of the items sent before were not stored.
     *
     * @param mayReachFurther whether a longer replay may be requested
     * @param sent the items sent before the replay was requested
     * @return false if the replay does not reach back to what was shown, and a longer one is needed first
     */
    synchronized boolean showMissed(
            View.Reason reason, List<Item> replay, boolean mayReachFurther, List<Outgoing> sent) {
        boolean isWholeHistory = isFirstUse() || (seen.isEmpty() && replay.size() < MIN_REPLAY_ITEMS);
        SeenItems.Unseen unseen = seen.unseen(replay);
        boolean isTruncated = !isWholeHistory && !unseen.reachesBack();
        if (isTruncated && mayReachFurther) {
            return false;
        }
        List<Item> missed = new ArrayList<>();
        for (Item item : unseen.items()) {
            if (!wasShownMeanwhile(item)) {
                missed.add(confirmIfOwn(item));
            }
        }
        view.replayed(new View.Replay(reason, missed, isTruncated, false));
        unseen.items().forEach(seen::add);
        shownMeanwhile.forEach(seen::add);
        shownMeanwhile.clear();
        isCatchingUp = false;
        hasCaughtUp = true;
        for (Outgoing mine : sent) {
            if (outgoing.remove(mine)) {
                view.notSent(mine.item(), "");
                mine.refused(ClientFailure.FAILED, "It was not stored.");
            }
        }
        release(replay, false);
        return true;
    }

    /**
     * Returns whether an item of a replay was shown meanwhile; each item shown accounts for one.
     */
    @GuardedBy("this")
    private boolean wasShownMeanwhile(Item replayed) {
        Mark mark = Mark.of(replayed, 0);
        for (Item item : shownMeanwhile) {
            if (Mark.of(item, 0).matches(mark)) {
                return shownMeanwhile.remove(item);
            }
        }
        return false;
    }

    /** Releases the items held back, and shows those that are not in the replay. */
    @GuardedBy("this")
    private void release(List<Item> replay, boolean areNew) {
        List<Item> remaining = new ArrayList<>(replay);
        List<Item> arrived = held == null ? List.of() : held;
        held = null;
        for (Item item : arrived) {
            if (!remaining.remove(item)) {
                show(confirmIfOwn(item));
            } else if (areNew) {
                seen.add(item);
            }
        }
    }
}

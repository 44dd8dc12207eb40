package chatd.client.script;

import chatd.client.talk.item.HistoryScope;
import chatd.client.talk.item.Item;
import chatd.client.talk.item.Place;
import chatd.client.talk.request.Histories;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Gives a listener first what was stored since a place in the history, then what arrives, each message once and in
 * order. Thread-safe.
 */
public final class CatchUpListener implements ScriptSession.Listener {
    private final ScriptSession.Listener listener;

    /** What has arrived and is not passed on yet; only what arrived since the last page was requested. */
    @GuardedBy("this")
    private final List<Item> held = new ArrayList<>();

    @GuardedBy("this")
    private boolean isCatchingUp = true;

    @GuardedBy("this")
    private long last;

    public CatchUpListener(ScriptSession.Listener listener) {
        this.listener = listener;
    }

    /** Passes on what was stored from a place on, then what has arrived meanwhile. Blocks. */
    public void catchUp(Histories histories, Place place) throws IOException, InterruptedException {
        long from = histories.after(new HistoryScope.All(), place);
        List<Item> page;
        do {
            synchronized (this) {
                // All of them are stored, so the pages from here on contain them.
                held.clear();
                from = Math.max(from, last);
            }
            page = histories
                    .first(new HistoryScope.All(), from, Long.MAX_VALUE, Long.MAX_VALUE)
                    .items();
            deliver(page);
        } while (!page.isEmpty());
        synchronized (this) {
            isCatchingUp = false;
            deliver(held);
            held.clear();
        }
    }

    private synchronized void deliver(List<Item> items) {
        for (Item item : items) {
            if (item.number() == 0 || item.number() > last) {
                last = Math.max(last, item.number());
                listener.received(item);
            }
        }
    }

    @Override
    public synchronized void received(Item item) {
        if (isCatchingUp && item.number() > 0) {
            held.add(item);
        } else {
            deliver(List.of(item));
        }
    }

    @Override
    public void presence(String name, boolean online) {
        listener.presence(name, online);
    }

    @Override
    public void lost(String why) {
        listener.lost(why);
    }

    @Override
    public void reconnected() {
        listener.reconnected();
    }
}

package chatd.daemon.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.CountDownLatch;

/**
 * A few places for work of which much is wanted: owners take turns, and the work of one owner goes in the order in which
 * it came, so that nobody waits for another's whole backlog. Unbounded: its users bound it. Any thread.
 */
public final class Turns {
    @GuardedBy("this")
    private int free;

    /** Nobody waits while a place is free. */
    @GuardedBy("this")
    private final FairQueue<Waiting> queue = new FairQueue<>();

    /** One that waits; {@code isGone} is guarded by the lock of the turns. */
    private static final class Waiting {
        private final CountDownLatch served = new CountDownLatch(1);
        private boolean isGone;
    }

    public Turns(int places) {
        free = places;
    }

    /** As {@link #acquire(Object, int)}, however many wait. */
    public void acquire(Object owner) throws InterruptedException {
        var _ = acquire(owner, Integer.MAX_VALUE);
    }

    /**
     * Takes a place, which is to be given back by {@link #release}. Blocks until it is the owner's turn.
     *
     * @return false, at once, if {@code most} wait already
     */
    public boolean acquire(Object owner, int most) throws InterruptedException {
        Waiting mine = new Waiting();
        synchronized (this) {
            if (free > 0) {
                free--;
                return true;
            }
            if (queue.size() >= most) {
                return false;
            }
            queue.add(owner, mine);
        }
        try {
            mine.served.await();
        } catch (InterruptedException e) {
            leave(mine);
            throw e;
        }
        return true;
    }

    /** Leaves the queue, or gives the place back that was just given. */
    private synchronized void leave(Waiting mine) {
        mine.isGone = true;
        if (mine.served.getCount() == 0) {
            release();
        }
    }

    /** Gives a place back, to the next in turn. */
    public synchronized void release() {
        Waiting next = queue.next();
        while (next != null && next.isGone) {
            next = queue.next();
        }
        if (next == null) {
            free++;
        } else {
            next.served.countDown();
        }
    }

    /** Returns how many wait. */
    synchronized int waiting() {
        return queue.size();
    }
}

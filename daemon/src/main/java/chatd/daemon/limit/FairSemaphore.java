package chatd.daemon.limit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.CountDownLatch;

/**
 * A fair semaphore: a few places for work in high demand, whose waiters are served in the order of
 * {@link FairQueue}. Any thread.
 */
public final class FairSemaphore {
    @GuardedBy("this")
    private int free;

    /** Nobody waits while a place is free. */
    @GuardedBy("this")
    private final FairQueue<Waiting> queue = new FairQueue<>();

    private static final class Waiting {
        /** Opened once the waiter is served, or displaced. */
        private final CountDownLatch done = new CountDownLatch(1);

        private volatile boolean isDisplaced;
    }

    public FairSemaphore(int places) {
        free = places;
    }

    /** As {@link #acquire(Object, int, int)}, with no limit on waiters. */
    public void acquire(Object owner) throws InterruptedException {
        var _ = acquire(owner, 0, Integer.MAX_VALUE);
    }

    /**
     * Takes a place, which is to be given back by {@link #release}. Blocks until it is the owner's
     * turn.
     *
     * @param tries how often this was tried before; fewer tries are served first
     * @param limit how many may wait
     * @return false if that many are waiting already, all with priority over this one, or once this
     *     one is displaced by one with priority
     */
    public boolean acquire(Object owner, int tries, int limit) throws InterruptedException {
        Waiting mine = new Waiting();
        synchronized (this) {
            if (free > 0) {
                free--;
                return true;
            }
            if (queue.size() >= limit) {
                Waiting displaced = queue.displace(owner, tries);
                if (displaced == null) {
                    return false;
                }
                displaced.isDisplaced = true;
                displaced.done.countDown();
            }
            queue.add(owner, tries, mine);
        }
        try {
            mine.done.await();
        } catch (InterruptedException e) {
            leave(owner, mine);
            throw e;
        }
        return !mine.isDisplaced;
    }

    /** Leaves the queue, or gives the place back that was just given. */
    private synchronized void leave(Object owner, Waiting mine) {
        queue.remove(owner, mine);
        if (mine.done.getCount() == 0 && !mine.isDisplaced) {
            release();
        }
    }

    /** Gives a place back, to the next in turn. */
    public synchronized void release() {
        Waiting next = queue.next();
        if (next == null) {
            free++;
        } else {
            next.done.countDown();
        }
    }

    /** Returns how many wait. */
    synchronized int waiting() {
        return queue.size();
    }
}

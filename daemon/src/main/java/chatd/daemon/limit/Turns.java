package chatd.daemon.limit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.CountDownLatch;

/**
 * A few places for work of which much is wanted: those who wait are served as {@link FairQueue} says. Any thread.
 */
public final class Turns {
    @GuardedBy("this")
    private int free;

    /** Nobody waits while a place is free. */
    @GuardedBy("this")
    private final FairQueue<Waiting> queue = new FairQueue<>();

    private static final class Waiting {
        /** Open once it is served, or displaced. */
        private final CountDownLatch over = new CountDownLatch(1);

        private volatile boolean isDisplaced;
    }

    public Turns(int places) {
        free = places;
    }

    /** As {@link #acquire(Object, int, int)}, however many wait. */
    public void acquire(Object owner) throws InterruptedException {
        var _ = acquire(owner, 0, Integer.MAX_VALUE);
    }

    /**
     * Takes a place, which is to be given back by {@link #release}. Blocks until it is the owner's turn.
     *
     * @param tries how often this was tried before; who tried less is served first
     * @param most how many may wait
     * @return false if so many wait already, all of whom have a better right to, or once one with a better right came
     */
    public boolean acquire(Object owner, int tries, int most) throws InterruptedException {
        Waiting mine = new Waiting();
        synchronized (this) {
            if (free > 0) {
                free--;
                return true;
            }
            if (queue.size() >= most) {
                Waiting displaced = queue.displace(owner, tries);
                if (displaced == null) {
                    return false;
                }
                displaced.isDisplaced = true;
                displaced.over.countDown();
            }
            queue.add(owner, tries, mine);
        }
        try {
            mine.over.await();
        } catch (InterruptedException e) {
            leave(owner, mine);
            throw e;
        }
        return !mine.isDisplaced;
    }

    /** Leaves the queue, or gives the place back that was just given. */
    private synchronized void leave(Object owner, Waiting mine) {
        queue.remove(owner, mine);
        if (mine.over.getCount() == 0 && !mine.isDisplaced) {
            release();
        }
    }

    /** Gives a place back, to the next in turn. */
    public synchronized void release() {
        Waiting next = queue.next();
        if (next == null) {
            free++;
        } else {
            next.over.countDown();
        }
    }

    /** Returns how many wait. */
    synchronized int waiting() {
        return queue.size();
    }
}

package chatd.daemon.journal;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What the journal's thread lets others see of itself. Any thread reads; only the setters' callers are named. */
final class JournalStatus {
    private static final long LOOK_MILLIS = 500;
    private static final long RETRY_MILLIS = 300;

    /** Counts the steps that the journal's thread begins, as a sign of life. */
    private final AtomicLong steps = new AtomicLong();

    private final AtomicLong messages = new AtomicLong();
    private volatile boolean stopping;
    private volatile boolean ended;
    private volatile boolean databaseUnavailable;

    /** Records that the journal's thread begins a step. */
    void beginStep() {
        steps.incrementAndGet();
    }

    /** Waits before what failed is tried again; called by the journal's thread. Blocks for 300 ms. */
    void pause() throws InterruptedException {
        beginStep();
        TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
    }

    /** Returns once the journal's thread has begun a new step or has ended. Blocks. */
    void awaitStep() throws InterruptedException {
        long before = steps.get();
        while (steps.get() == before && !ended) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }

    /** Records messages that were committed; called by the journal's thread. */
    void addMessages(long count) {
        messages.addAndGet(count);
    }

    /** Returns the number of messages committed since the start. */
    long messages() {
        return messages.get();
    }

    /** Asks the journal's thread to commit what is queued, and to end. */
    void stop() {
        stopping = true;
    }

    boolean isStopping() {
        return stopping;
    }

    /** Records that the journal's thread takes no more work; called by that thread. */
    void end() {
        ended = true;
    }

    boolean isEnded() {
        return ended;
    }

    /** Records whether the database can be reached; called by the journal's thread. */
    void setDatabaseUnavailable(boolean unavailable) {
        databaseUnavailable = unavailable;
    }

    boolean isDatabaseUnavailable() {
        return databaseUnavailable;
    }
}

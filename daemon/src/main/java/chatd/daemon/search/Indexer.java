package chatd.daemon.search;

import chatd.daemon.limit.Pace;
import chatd.daemon.model.Refusal;
import chatd.daemon.session.Sessions;
import chatd.daemon.store.db.DatabaseUnavailable;
import chatd.protocol.value.Code;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.LockObtainFailedException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the index up to date from the ledger, in order of the numbers, on a thread of its own,
 * without delaying messages. After a crash it continues from the index's last commit; an index that
 * is missing, damaged or of another format is rebuilt. The more people talk, the less of the
 * machine it takes, down to a twentieth, including the database's work; the rest waits.
 */
public final class Indexer implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(Indexer.class);

    /** How long new entries wait, to be indexed together. */
    private static final Duration PAUSE = Duration.ofMillis(500);

    /**
     * The share of the machine's processors that indexing may always take, however much people
     * talk.
     */
    private static final double MIN_SHARE = 0.05;

    /** Work that may be done at once after an idle time. */
    private static final Duration CREDIT = Duration.ofSeconds(1);

    /** How long an entry may be missing from results before an answer says so. */
    private static final long LATE = TimeUnit.SECONDS.toNanos(2);

    private static final Duration COMMIT = Duration.ofMinutes(1);

    /** Numbers that may be added again after a crash. */
    private static final long UNCOMMITTED = 50_000;

    /**
     * How long words of what was corrected or taken back may stay in the files: a day, less the
     * time that a purge takes.
     */
    private static final Duration UNPURGED = Duration.ofHours(20);

    private static final Duration RETRY = Duration.ofSeconds(10);

    private static final Duration STOP = Duration.ofSeconds(10);

    private final Path directory;
    private final LedgerReader ledger;
    private final LongSupplier highest;
    private final LongSupplier delivered;
    private final Clock clock;
    private final Thread thread;
    private final BlockingQueue<Order> orders = new ArrayBlockingQueue<>(16);
    private final Pace pace;

    private volatile @Nullable Index index;
    /** Why the index is not available; empty if it is being opened. */
    private volatile String trouble = "";

    private volatile long caughtUp = System.nanoTime();
    private volatile boolean isClosing;
    private final CountDownLatch closing = new CountDownLatch(1);

    private interface Work {
        void on(Index index) throws IOException;
    }

    /** Something to be done by the thread between two parts. */
    private record Order(Work work, CompletableFuture<Boolean> done) {}

    /**
     * @param highest returns the highest number in the ledger; it blocks
     * @param sessions to which entries are delivered
     */
    Indexer(Path directory, LedgerReader ledger, LongSupplier highest, Sessions sessions, Clock clock) {
        this.directory = directory;
        this.ledger = ledger;
        this.highest = highest;
        this.delivered = sessions.fanout()::deliveredTo;
        this.pace = new Pace(MIN_SHARE, CREDIT, sessions.fanout()::deliveredTo);
        this.clock = clock;
        this.thread = Thread.ofPlatform().name("search").daemon().unstarted(this::run);
    }

    /** Starts to open the index, and then to follow the ledger. Called once. */
    public void start() {
        thread.start();
    }

    /**
     * How far the index is.
     *
     * @param state in words, as {@link #state}
     * @param messages how many are indexed; a corrected one may count more than once
     * @param upTo the number up to which entries are found
     * @param newest the number of the last entry
     * @param bytes on disk
     */
    public record Status(String state, int messages, long upTo, long newest, long bytes) {}

    public Path directory() {
        return directory;
    }

    /** Returns why the index can't be used; empty if nothing is wrong. Any thread. */
    public String trouble() {
        return trouble;
    }

    /** Returns in words whether everything can be found. Any thread; costs nothing. */
    public String state() {
        Index one = index;
        String why = trouble;
        if (!why.isEmpty()) {
            return "not available: " + why;
        }
        if (one == null) {
            return "being opened";
        }
        long upTo = one.position();
        long newest = delivered.getAsLong();
        return isLate(one)
                ? "behind: everything up to message %d of %d is found, %d %%"
                        .formatted(upTo, newest, upTo * 100 / newest)
                : "up to date";
    }

    /** Returns how many entries are not indexed yet. Any thread; costs nothing. */
    public long lag() {
        Index one = index;
        return one == null ? delivered.getAsLong() : Math.max(0, delivered.getAsLong() - one.position());
    }

    /** Returns how far the index is, after refreshing it as a search does. Any thread. */
    public Status status() {
        Index found = index;
        try {
            if (found != null) {
                found.refreshIfDue();
                return new Status(
                        state(), found.messages(), found.searchableUpTo(), delivered.getAsLong(), found.bytes());
            }
        } catch (IOException | AlreadyClosedException e) {
            LOG.debug("the index was closed meanwhile", e);
        }
        return new Status(state(), 0, 0, delivered.getAsLong(), 0);
    }

    /**
     * Rebuilds the index. Returns once the old content is gone; the rest is done in the background.
     *
     * @throws Refusal {@link Code#BUSY} if there is no index at the moment
     */
    public void rebuild() throws InterruptedException {
        order(index -> index.clear(now()));
    }

    /**
     * Removes the words of what was corrected and taken back from the files. Blocks until that is done.
     *
     * @throws Refusal {@link Code#BUSY} if there is no index at the moment
     */
    public void purge() throws InterruptedException {
        order(index -> {
            // Includes what was just taken back.
            boolean isMore;
            do {
                isMore = follow(index);
            } while (isMore);
            index.purge(now());
        });
    }

    private void order(Work work) throws InterruptedException {
        Order order = new Order(work, new CompletableFuture<>());
        if (!orders.offer(order)) {
            throw unavailable();
        }
        if (index == null && orders.remove(order)) {
            order.done().cancel(false);
        }
        if (!Boolean.TRUE.equals(
                order.done().handle((done, failure) -> failure == null).join())) {
            throw unavailable();
        }
    }

    private Refusal unavailable() {
        String why = trouble;
        return new Refusal(
                Code.BUSY,
                "Search is not available: " + (why.isEmpty() ? "the index is being opened" : why)
                        + ". Try again later.");
    }

    private boolean isLate(Index index) {
        return index.position() < delivered.getAsLong() && System.nanoTime() - caughtUp > LATE;
    }

    private Instant now() {
        return clock.instant();
    }

    /**
     * What a search has found.
     *
     * @param upTo as in {@link chatd.protocol.event.MessageEvent.Found}
     */
    record Result(List<Long> messages, long upTo) {}

    /**
     * Returns the numbers of the newest messages that match.
     *
     * @param nanos maximum time, beyond which only what takes a moment is completed
     * @throws Refusal {@link Code#BUSY} if there is no index at the moment, or the search has not ended in time
     */
    Result search(Query query, int limit, long nanos) {
        Index found = index;
        if (found == null) {
            throw unavailable();
        }
        try {
            found.refreshIfDue();
            long searched = found.searchableUpTo();
            long begin = System.nanoTime();
            // Lucene asks after each hundred messages or more. What fits into the first is never given up, however slow
            // the machine is.
            AtomicInteger asked = new AtomicInteger();
            List<Long> numbers =
                    found.search(query, limit, () -> asked.incrementAndGet() > 1 && System.nanoTime() - begin > nanos);
            return new Result(numbers, isLate(found) ? searched : Long.MAX_VALUE);
        } catch (TimeoutException | IndexSearcher.TooManyClauses e) {
            throw new Refusal(
                    Code.BUSY,
                    "This search takes too long. Search for fewer or longer words, or in one conversation or time.");
        } catch (IOException | AlreadyClosedException e) {
            LOG.warn("CHATD-604 a search failed: {}", e.getMessage());
            throw unavailable();
        }
    }

    private void run() {
        while (!isClosing) {
            try (Index opened = openOrRebuild()) {
                if (opened.position() > highest.getAsLong()) {
                    LOG.info("CHATD-602 the index has messages that the database does not: it is rebuilt");
                    opened.clear(now());
                }
                index = opened;
                trouble = "";
                serve(opened);
            } catch (DatabaseUnavailable e) {
                trouble = "the database can't be reached";
            } catch (IOException | RuntimeException e) {
                trouble = "the index can't be used: " + e.getMessage();
                LOG.warn("CHATD-603 the index of messages in {} can't be used: {}", directory, e.getMessage());
                LOG.debug("the index failed", e);
            } finally {
                index = null;
                // An order that is added after this finds that there is no index.
                for (Order order = orders.poll(); order != null; order = orders.poll()) {
                    order.done().cancel(false);
                }
            }
            pause(RETRY);
        }
    }

    /** Opens the index; one that can't be read is rebuilt. */
    private Index openOrRebuild() throws IOException {
        try {
            return Index.open(directory, now());
        } catch (LockObtainFailedException e) {
            throw new IOException("another process is using it", e);
        } catch (IOException | RuntimeException e) {
            LOG.info("CHATD-601 the index of messages in {} is rebuilt: {}", directory, e.getMessage());
            Index.delete(directory);
            return Index.open(directory, now());
        }
    }

    private void serve(Index found) throws IOException {
        long committed = System.nanoTime();
        while (!isClosing) {
            Order order = next();
            if (order != null) {
                carryOut(order, found);
            }
            try {
                while (!isClosing && orders.isEmpty() && followPaced(found)) {
                    commitIfDue(found, UNCOMMITTED);
                }
            } catch (DatabaseUnavailable e) {
                LOG.debug("the index waits for the database", e);
            }
            if (System.nanoTime() - committed > COMMIT.toNanos()) {
                commitIfDue(found, 1);
                committed = System.nanoTime();
                if (found.isPurgeDue(now(), UNPURGED)) {
                    found.purge(now());
                }
            }
        }
    }

    private @Nullable Order next() {
        try {
            return orders.poll(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            isClosing = true;
            return null;
        }
    }

    private static void carryOut(Order order, Index index) throws IOException {
        try {
            order.work().on(index);
            order.done().complete(true);
        } catch (DatabaseUnavailable e) {
            order.done().completeExceptionally(e);
        } catch (IOException | RuntimeException e) {
            order.done().completeExceptionally(e);
            throw e;
        }
    }

    private static void commitIfDue(Index index, long uncommitted) throws IOException {
        if (index.uncommitted() >= uncommitted) {
            index.commit();
        }
    }

    /** Indexes the next part; returns whether there may be more. */
    private boolean follow(Index index) throws IOException {
        long upTo = delivered.getAsLong();
        if (index.position() >= upTo) {
            caughtUp = System.nanoTime();
            return false;
        }
        LedgerReader.Part part = ledger.after(index.position(), upTo);
        index.remove(part.removed());
        index.removeRanges(part.expired());
        index.add(part.added());
        boolean isFurther = part.upTo() > index.position();
        index.setPosition(part.upTo());
        return isFurther;
    }

    /** As {@link #follow}, then waits until it is the next part's turn. */
    private boolean followPaced(Index index) throws IOException {
        long begin = System.nanoTime();
        boolean isMore = follow(index);
        pace.recordTime(Duration.ofNanos(System.nanoTime() - begin));
        if (isMore) {
            pause(pace.untilFree());
        }
        return isMore;
    }

    /** Waits, but not any longer once it is closed. */
    private void pause(Duration time) {
        try {
            var _ = closing.await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            isClosing = true;
        }
    }

    /** Commits the index and closes it; waits for that, ten seconds at most. */
    @Override
    public void close() {
        isClosing = true;
        closing.countDown();
        // Wakes the thread; if there is no room, it is awake.
        var _ = orders.offer(new Order(index -> {}, new CompletableFuture<>()));
        try {
            thread.join(STOP);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

package chatd.daemon.retention;

import chatd.daemon.config.Config;
import chatd.daemon.directory.GroupDirectory;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.limit.Pace;
import chatd.daemon.limit.Sweeper;
import chatd.daemon.messages.Amendments;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.entry.Expiry;
import chatd.daemon.model.group.Group;
import chatd.daemon.model.message.Conversation;
import chatd.daemon.model.message.Hold;
import chatd.daemon.store.db.DatabaseUnavailable;
import chatd.daemon.store.read.RetentionStore;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.Code;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Deletes messages that were kept for as long as they are to be kept (page {@code retention.md}): once a day, and when that was
 * changed; a few at a time, at a pace at which no message queues behind it. Any thread; blocks.
 */
public final class Retention implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(Retention.class);

    /** How often it is looked whether a pass is due. */
    private static final Duration POLL = Duration.ofMinutes(1);

    private static final Duration DAY = Duration.ofDays(1);

    /** Messages that one statement looks at. */
    private static final int PAGE = 2_000;

    /** Messages that are deleted at once: other entries wait for that. */
    private static final int STEP = 100;

    /** Receivers that the messages deleted at once may have together. */
    private static final int RECEIVERS = 2_000;

    /** The share of the machine's processors that this may take, however busy the chat is. */
    private static final double SHARE = 0.03;

    private static final Duration CREDIT = Duration.ofMillis(20);

    private final RetentionStore store;
    private final GroupDirectory groups;
    private final Amendments amendments;
    private final Holds holds;
    private final Supplier<Config> config;
    private final Supplier<String> clockTrouble;
    private final Clock clock;
    private final Pace pace;
    private final Sweeper sweeper = new Sweeper("retention", POLL, this::sweep);

    /** Held during a pass that deletes. */
    private final ReentrantLock passing = new ReentrantLock();

    /** After what the last complete pass went, and when it began; null if there was none. Written with the lock held. */
    private volatile @Nullable Basis done;

    private volatile boolean isClosing;

    /** @param clockTrouble returns what is suspicious about the machine's clock, as a sentence; empty if nothing is */
    public Retention(FeatureContext parts, Amendments amendments, Supplier<String> clockTrouble) {
        this.clockTrouble = clockTrouble;
        this.store = parts.stores().retention();
        this.groups = parts.directory().groups();
        this.amendments = amendments;
        this.holds = new Holds(store, parts.clock());
        this.config = parts.config();
        this.clock = parts.clock();
        this.pace = new Pace(SHARE, CREDIT, parts.sessions().fanout()::deliveredTo);
    }

    /** Begins to look every minute whether a pass is due. Called once, when the journal has started. */
    public void start() {
        sweeper.start();
    }

    public Holds holds() {
        return holds;
    }

    /** What a pass goes after: the configured rules, the groups that have their own, and the holds. */
    private record Rules(Config.Retention configured, Map<Long, Integer> ofGroups, List<Hold> holds) {}

    private record Basis(Rules rules, Instant began) {}

    private Rules rules(Config.Retention configured) {
        return new Rules(
                configured,
                groups.all().stream()
                        .filter(group -> group.retention() != Group.AS_CONFIGURED)
                        .collect(Collectors.toMap(Group::number, Group::retention)),
                holds.inForce());
    }

    /**
     * What a pass has deleted, or would delete.
     *
     * @param bytes of the files
     * @param held messages that are old enough, and are on hold
     */
    public record Extent(long texts, long files, long bytes, long held) {
        static final Extent NOTHING = new Extent(0, 0, 0, 0);

        public long messages() {
            return texts + files;
        }

        private Extent with(Step step) {
            List<RetentionStore.Row> deleted = step.deleted;
            long ofFiles = deleted.stream().filter(row -> row.file() != null).count();
            return new Extent(
                    texts + deleted.size() - ofFiles,
                    files + ofFiles,
                    bytes
                            + deleted.stream()
                                    .mapToLong(RetentionStore.Row::bytes)
                                    .sum(),
                    held + step.onHold);
        }
    }

    /** Returns when the last complete pass began; null if there was none since the start. */
    public @Nullable Instant lastPass() {
        Basis last = done;
        return last == null ? null : last.began();
    }

    /** Returns what a pass would delete by these rules. */
    public Extent plan(Config.Retention configured, Consumer<Extent> progress) throws InterruptedException {
        return pass(rules(configured), true, progress);
    }

    /**
     * Deletes now what is old enough.
     *
     * @throws Refusal {@link Code#BUSY} while another pass is under way, or the clock may be wrong
     */
    public Extent run(Consumer<Extent> progress) throws InterruptedException {
        if (!passing.tryLock()) {
            throw new Refusal(Code.BUSY, "Messages are being deleted already. Try again later.");
        }
        try {
            String trouble = clockTrouble.get();
            if (!trouble.isEmpty()) {
                throw new Refusal(Code.BUSY, "Nothing is deleted by a clock that may be wrong. " + trouble);
            }
            Basis basis = new Basis(rules(config.get().retention()), clock.instant());
            Extent extent = pass(basis.rules(), false, progress);
            if (!isClosing) {
                done = basis;
            }
            if (extent.messages() > 0) {
                LOG.info(
                        "CHATD-507 {} texts and {} files of {} bytes were deleted, as old as retention.* says",
                        extent.texts(),
                        extent.files(),
                        extent.bytes());
            }
            return extent;
        } finally {
            passing.unlock();
        }
    }

    private boolean sweep() {
        Basis last = done;
        if (last != null
                && clock.instant().isBefore(last.began().plus(DAY))
                && last.rules().equals(rules(config.get().retention()))) {
            return true;
        }
        try {
            run(_ -> {});
        } catch (Refusal | DatabaseUnavailable e) {
            LOG.debug("the next sweep goes on", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        return true;
    }

    private Extent pass(Rules rules, boolean isDry, Consumer<Extent> progress) throws InterruptedException {
        Instant now = clock.instant();
        int shortest = shortest(rules);
        Extent extent = Extent.NOTHING;
        if (shortest == 0) {
            return extent;
        }
        Instant newest = now.minus(Duration.ofDays(shortest));
        long after = 0;
        while (!isClosing) {
            pace.await();
            long begin = System.nanoTime();
            List<RetentionStore.Row> page = store.after(after, PAGE);
            pace.recordTime(Duration.ofNanos(System.nanoTime() - begin));
            extent = pass(page, rules, isDry, now, extent);
            progress.accept(extent);
            // Times increase with the numbers.
            if (page.size() < PAGE || !page.getLast().time().isBefore(newest)) {
                return extent;
            }
            after = page.getLast().number();
        }
        return extent;
    }

    /** Deletes what is old enough of a page, some at a time, or only counts it. */
    private Extent pass(List<RetentionStore.Row> page, Rules rules, boolean isDry, Instant now, Extent before)
            throws InterruptedException {
        Map<Long, List<Long>> receivers = store.receivers(toSeveral(page));
        Extent extent = before;
        int next = 0;
        while (next < page.size() && !isClosing) {
            int place = next;
            pace.await();
            long begin = System.nanoTime();
            Step step = new Step();
            next = holds.with(inForce -> {
                int end = step.take(page, place, rules, now, new Held(inForce, receivers));
                if (!isDry) {
                    step.expire();
                }
                return end;
            });
            extent = extent.with(step);
            pace.recordTime(Duration.ofNanos(System.nanoTime() - begin));
        }
        return extent;
    }

    /** Messages that are deleted at once. */
    private final class Step {
        private final List<RetentionStore.Row> deleted = new ArrayList<>();
        private int receivers;
        private int onHold;

        /** Takes what is old enough and not held, from a place in a page on; returns the place up to which it has. */
        int take(List<RetentionStore.Row> page, int from, Rules rules, Instant now, Held held) {
            int place = from;
            while (place < page.size() && deleted.size() < STEP && receivers < RECEIVERS) {
                RetentionStore.Row row = page.get(place++);
                if (isOld(row, rules, now)) {
                    if (held.has(row)) {
                        onHold++;
                    } else {
                        deleted.add(row);
                        receivers += held.receivers(row).size();
                    }
                }
            }
            return place;
        }

        void expire() throws InterruptedException {
            if (!deleted.isEmpty()) {
                amendments.expire(
                        deleted.stream().map(RetentionStore.Row::number).toList(),
                        ranges(),
                        deleted.stream()
                                .map(RetentionStore.Row::content)
                                .filter(Objects::nonNull)
                                .toList());
            }
        }

        /**
         * Returns the numbers of these messages and of no other, not even of one that is not there: who has deleted that would
         * have the log say that its time was over.
         */
        private List<Expiry.Range> ranges() {
            List<Expiry.Range> ranges = new ArrayList<>();
            for (RetentionStore.Row row : deleted) {
                if (!ranges.isEmpty() && ranges.getLast().to() == row.number() - 1) {
                    ranges.set(
                            ranges.size() - 1, new Expiry.Range(ranges.getLast().from(), row.number()));
                } else {
                    ranges.add(new Expiry.Range(row.number(), row.number()));
                }
            }
            return ranges;
        }
    }

    private static boolean isOld(RetentionStore.Row row, Rules rules, Instant now) {
        if (row.sender() == null) {
            return false;
        }
        int days = days(row, rules);
        return days > 0 && row.time().isBefore(now.minus(Duration.ofDays(days)));
    }

    /** Returns for how many days a message is kept; 0 for ever. */
    private static int days(RetentionStore.Row row, Rules rules) {
        Config.Retention configured = rules.configured();
        Long conversation = row.conversation();
        int days = conversation == null
                ? configured.direct()
                : conversation == Conversation.EVERYONE
                        ? configured.everyone()
                        : Conversation.isGroup(conversation)
                                ? rules.ofGroups().getOrDefault(conversation, configured.group())
                                : configured.direct();
        return row.file() == null ? days : configured.ofFiles(days);
    }

    private static int shortest(Rules rules) {
        Config.Retention configured = rules.configured();
        return IntStream.concat(
                        IntStream.of(
                                configured.direct(), configured.everyone(), configured.group(), configured.files()),
                        rules.ofGroups().values().stream().mapToInt(Integer::intValue))
                .filter(days -> days > 0)
                .min()
                .orElse(0);
    }

    private static List<Long> toSeveral(List<RetentionStore.Row> page) {
        return page.stream()
                .filter(row -> row.conversation() == null)
                .map(RetentionStore.Row::number)
                .toList();
    }

    /** What is on hold among some messages. */
    private static final class Held {
        private final Set<Long> addressees;
        private final Map<Long, List<Long>> receivers;

        Held(List<Hold> inForce, Map<Long, List<Long>> receivers) {
            this.addressees = inForce.stream().map(Hold::addressee).collect(Collectors.toSet());
            this.receivers = receivers;
        }

        /** Returns the receivers of a message to several; none of another. */
        List<Long> receivers(RetentionStore.Row row) {
            return receivers.getOrDefault(row.number(), List.of());
        }

        boolean has(RetentionStore.Row row) {
            if (addressees.isEmpty()) {
                return false;
            }
            Long conversation = row.conversation();
            return addressees.contains(Objects.requireNonNull(row.sender()))
                    || (row.receiver() != null && addressees.contains(row.receiver()))
                    || (conversation != null
                            && Conversation.isGroup(conversation)
                            && addressees.contains(Addressee.group(conversation)))
                    || receivers(row).stream().anyMatch(addressees::contains);
        }
    }

    @Override
    public void close() {
        isClosing = true;
        sweeper.close();
    }
}

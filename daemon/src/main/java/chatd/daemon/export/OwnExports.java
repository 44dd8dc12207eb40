package chatd.daemon.export;

import chatd.audit.event.AuditEvent;
import chatd.audit.event.Outcome;
import chatd.audit.write.AuditLog;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.limit.KeyedRateLimit;
import chatd.daemon.limit.Pace;
import chatd.daemon.limit.Sweeper;
import chatd.daemon.model.Refusal;
import chatd.daemon.session.Caller;
import chatd.daemon.trail.AuditTrail;
import chatd.protocol.value.Code;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives people a copy of everything that they have here (page {@code personal-data.md}): one at a time to each, a whole one
 * once a day, at a pace at which no message queues behind it, and none to who does not take it. Nothing of it is kept.
 * Any thread.
 */
public final class OwnExports implements AutoCloseable {
    /** Copies that are written at once: each takes about half a megabyte, outside the heap too. */
    private static final int AT_ONCE = 8;

    /** Copies that somebody may begin in a day, of which one may be whole. */
    private static final long ATTEMPTS = 5;

    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration SWEEP = Duration.ofSeconds(10);

    /** The share of the machine's processors that copies may take, however busy the chat is. */
    private static final double SHARE = 0.03;

    private static final Duration CREDIT = Duration.ofMillis(5);

    /** The maximum time charged for a step: a longer one has waited for something other than a processor. */
    private static final Duration MAX_CHARGED = Duration.ofMillis(20);

    /** Bytes that are passed on to the reader at once. */
    private static final int BUFFER = 32 << 10;

    private static final String WHOLE = "copy of your own data a day is given";
    private static final String BEGUN = "copies of your own data a day are begun";

    private final FeatureContext parts;
    private final AuditLog log;
    private final Pace pace;
    private final Semaphore places = new Semaphore(AT_ONCE);
    private final Map<Long, Export> running = new ConcurrentHashMap<>();
    private final KeyedRateLimit<Long> whole = new KeyedRateLimit<>(() -> 1, limit -> limit, DAY);
    private final KeyedRateLimit<Long> begun = new KeyedRateLimit<>(() -> ATTEMPTS, limit -> limit, DAY);
    private final Sweeper sweeper = new Sweeper("copies of people's data", SWEEP, this::sweep);

    /** @param log the log, of which people get the lines about themselves */
    public OwnExports(FeatureContext parts, AuditLog log) {
        this.parts = parts;
        this.log = log;
        this.pace = new Pace(SHARE, CREDIT, parts.sessions().fanout()::deliveredTo);
    }

    /**
     * Checks whether somebody may have a copy now.
     *
     * @throws Refusal {@link Code#NOT_ALLOWED}, {@link Code#THROTTLED}, {@link Code#TOO_MANY} if theirs is being written, or
     *     {@link Code#BUSY}
     */
    public void check(Caller caller) {
        if (!parts.config().get().accounts().selfExport()) {
            throw new Refusal(
                    Code.NOT_ALLOWED, "Here an administrator gives people a copy of their data: ask for yours.");
        }
        whole.check(caller.account(), 1, WHOLE);
        begun.check(caller.account(), 1, BEGUN);
        if (running.containsKey(caller.account())) {
            throw isRunning();
        }
        if (places.availablePermits() == 0) {
            throw isBusy();
        }
    }

    private static Refusal isRunning() {
        return new Refusal(Code.TOO_MANY, "A copy of your data is being written already.");
    }

    private static Refusal isBusy() {
        return new Refusal(Code.BUSY, "Others are being given a copy of their data. Try again later.");
    }

    /**
     * Begins a copy, and logs that.
     *
     * @param cut ends the connection if nothing more is taken from it; called by any thread
     * @throws Refusal as {@link #check}
     */
    public Export begin(Caller caller, Runnable cut) {
        try {
            // So that what is refused does not count as begun.
            check(caller);
            whole.charge(caller.account(), 1, WHOLE);
            try {
                begun.charge(caller.account(), 1, BEGUN);
                return new Export(caller, cut);
            } catch (RuntimeException e) {
                whole.refund(caller.account(), 1);
                throw e;
            }
        } catch (Refusal e) {
            String why = e.code().word();
            parts.audit().logCoalesced("export " + why, caller, event(caller, Outcome.REFUSED, why, null));
            throw e;
        }
    }

    private static AuditEvent event(Caller by, Outcome outcome, @Nullable String reason, @Nullable String what) {
        return new AuditEvent.DataExported(AuditTrail.identityOf(by), AuditTrail.peer(by), outcome, reason, what);
    }

    /** A copy that is being written. {@link #write} and {@link #close} are used by one thread. */
    public final class Export implements AutoCloseable {
        private final Caller caller;
        private final Runnable cut;
        private final Instant now = parts.clock().instant();
        private final ReaderWatch reader = new ReaderWatch(System::nanoTime);
        private boolean isWhole;

        /** When the step that is in progress began. */
        private long stepBegan;

        private Export(Caller caller, Runnable cut) {
            this.caller = caller;
            this.cut = cut;
            if (!places.tryAcquire()) {
                throw isBusy();
            }
            if (running.putIfAbsent(caller.account(), this) != null) {
                places.release();
                throw isRunning();
            }
            try {
                parts.audit().log(event(caller, Outcome.OK, null, "begun"));
                sweeper.start();
            } catch (RuntimeException e) {
                release();
                throw e;
            }
        }

        /** Returns the name for the file. */
        public String fileName() {
            return "chat-%s-%s.zip"
                    .formatted(caller.name(), now.atZone(ZoneOffset.UTC).toLocalDate());
        }

        /**
         * Writes the copy. Blocks.
         *
         * @param isValid whether the caller may still have it
         * @param out is not closed
         * @throws IOException if the reader is gone
         */
        public void write(BooleanSupplier isValid, OutputStream out) throws IOException {
            log.publish();
            stepBegan = System.nanoTime();
            OutputStream buffered = new BufferedOutputStream(new Watched(out), BUFFER);
            PersonExport.Summary written = new PersonExport(
                            parts.stores(),
                            parts.directory(),
                            parts.config().get().audit().directory(),
                            progress -> {
                                if (!isValid.getAsBoolean()) {
                                    throw new Refusal(Code.NOT_LOGGED_IN, "The token has ended.");
                                }
                                rest();
                            })
                    .write(parts.directory().require(caller.account()), false, now, buffered);
            buffered.flush();
            isWhole = true;
            parts.audit()
                    .logBestEffort(event(
                            caller,
                            Outcome.OK,
                            null,
                            "complete: " + PersonExport.counted(written.messages(), "message") + ", "
                                    + PersonExport.counted(written.files(), "file") + " of " + written.bytes()
                                    + " bytes"));
        }

        /** Charges the time since the last rest, and waits until it is paid off. */
        private void rest() {
            Duration took = Duration.ofNanos(System.nanoTime() - stepBegan);
            pace.recordTime(took, MAX_CHARGED);
            try {
                pace.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while a person's data were read", e);
            }
            stepBegan = System.nanoTime();
        }

        /** Passes bytes on to the reader, and records how long that takes. */
        private final class Watched extends FilterOutputStream {
            private Watched(OutputStream out) {
                super(out);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                long begin = System.nanoTime();
                reader.begin();
                try {
                    out.write(bytes, offset, length);
                } finally {
                    reader.end(length);
                    // It was not this machine that worked meanwhile.
                    stepBegan += System.nanoTime() - begin;
                }
            }
        }

        private void release() {
            running.remove(caller.account(), this);
            places.release();
        }

        /** Ends it; one that is not whole does not count as the day's. */
        @Override
        public void close() {
            release();
            if (!isWhole) {
                whole.refund(caller.account(), 1);
                parts.audit().logBestEffort(event(caller, Outcome.FAILED, null, "broken off"));
            }
        }
    }

    private boolean sweep() {
        running.values().stream().filter(export -> export.reader.isSlow()).forEach(export -> export.cut.run());
        return !running.isEmpty();
    }

    @Override
    public void close() {
        sweeper.close();
    }
}

package chatd.daemon;

import chatd.audit.FileFailure;
import chatd.daemon.config.Config;
import chatd.daemon.limit.Sweeper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Detects a clock that has jumped ahead: the log's time never goes back, so it would stand still
 * until the real time caught up with it. Compares the clock with the machine's uptime, from one start of the
 * daemon to the next and every hour; across a reboot there is nothing to compare it with. Any
 * thread.
 */
final class ClockGuard implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(ClockGuard.class);
    private static final Duration INTERVAL = Duration.ofHours(1);

    /** How long a jump is reported as needing attention. */
    private static final Duration REPORT_DURATION = Duration.ofDays(1);

    private final Path file;
    private final Supplier<Optional<Reading>> machine;
    private final Duration maxJump;
    private final Sweeper hourly = new Sweeper("the clock", INTERVAL, this::recheck);
    private volatile Consumer<Duration> onJump = by -> {};
    private volatile Optional<Reading> last = Optional.empty();
    private volatile String trouble = "";
    private volatile Duration until = Duration.ZERO;

    /**
     * A reading of the machine's clocks.
     *
     * @param boot identifies when the machine was started
     * @param running its uptime, including the time it slept
     * @param time the time by its clock
     */
    record Reading(String boot, Duration running, Instant time) {
        /** Reads the machine's clocks; empty if they can't be read. */
        static Optional<Reading> now(Clock clock) {
            try {
                String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id"))
                        .strip();
                String uptime = Files.readString(Path.of("/proc/uptime"));
                double seconds = Double.parseDouble(uptime.substring(0, uptime.indexOf(' ')));
                return Optional.of(new Reading(boot, Duration.ofMillis((long) (seconds * 1_000)), clock.instant()));
            } catch (IOException | NumberFormatException e) {
                LOG.debug("the machine's uptime can't be read", e);
                return Optional.empty();
            }
        }

        /** Reads a saved reading; empty if there is none, or it is malformed. */
        static Optional<Reading> read(Path file) {
            try {
                String[] parts = Files.readString(file).strip().split(" ", -1);
                return Optional.of(new Reading(parts[0], Duration.parse(parts[1]), Instant.parse(parts[2])));
            } catch (IOException | DateTimeException | ArrayIndexOutOfBoundsException e) {
                LOG.debug("the previous clock reading is not known", e);
                return Optional.empty();
            }
        }

        void write(Path file) throws IOException {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Path fresh = file.resolveSibling(file.getFileName() + ".new");
            Files.writeString(fresh, boot + " " + running + " " + time + "\n");
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        }

        /**
         * Returns how much further the clock has advanced than the uptime; empty if the machine has
         * rebooted since, or a container that shares its boot id has restarted.
         */
        Optional<Duration> jumpTo(Reading later) {
            return later.boot.equals(boot) && later.running.compareTo(running) >= 0
                    ? Optional.of(Duration.between(time, later.time).minus(later.running.minus(running)))
                    : Optional.empty();
        }
    }

    /**
     * @param file the file that holds the last reading
     * @param machine reads the clocks now
     * @param maxJump how far the clock may be ahead; zero for any
     */
    ClockGuard(Path file, Supplier<Optional<Reading>> machine, Duration maxJump) {
        this.file = file;
        this.machine = machine;
        this.maxJump = maxJump;
    }

    /** Creates one that keeps its file next to the log's seal key. */
    static ClockGuard of(Config.Audit config, Clock clock) {
        return new ClockGuard(config.sealKey().resolveSibling("clock"), () -> Reading.now(clock), config.clockJump());
    }

    private boolean isTooFar(Duration jump) {
        return !maxJump.isZero() && jump.compareTo(maxJump) > 0;
    }

    /**
     * Checks the clock before anything is stamped with it. Blocks.
     *
     * @throws IOException if it has jumped ahead since the daemon last ran, without a reboot of the
     *     machine since
     */
    void check() throws IOException {
        Optional<Reading> before = Reading.read(file);
        Optional<Reading> now = machine.get();
        Duration jump = before.flatMap(then -> now.flatMap(then::jumpTo)).orElse(Duration.ZERO);
        if (isTooFar(jump)) {
            throw new IOException("the clock is " + describe(jump) + " ahead: it says "
                    + now.orElseThrow().time().truncatedTo(ChronoUnit.SECONDS) + ", which is "
                    + describe(Duration.between(
                            before.orElseThrow().time(), now.orElseThrow().time()))
                    + " after the daemon last looked at it; but the machine has run for only "
                    + describe(now.orElseThrow()
                            .running()
                            .minus(before.orElseThrow().running()))
                    + " since. Correct it (timedatectl), and the daemon can start; if it is correct already, confirm that once, as"
                    + " the daemon's user: chatd --config FILE --accept-clock (audit.clock-jump)");
        }
    }

    /** Accepts the clock, whatever it says. Blocks. */
    void accept() throws IOException {
        Optional<Reading> now = machine.get();
        last = now;
        if (now.isPresent()) {
            now.get().write(file);
        }
    }

    /** Returns the file that holds the last reading. */
    Path file() {
        return file;
    }

    /**
     * Starts to check the clock every hour.
     *
     * @param logged the time of the last event in the log: if that was long ago, the clock may be
     *     ahead; empty if there is none
     * @param jumped called with how far the clock is ahead
     */
    void begin(Optional<Instant> logged, Consumer<Duration> jumped) {
        onJump = jumped;
        save();
        last.flatMap(now -> logged.map(then -> Duration.between(then, now.time())))
                .filter(this::isTooFar)
                .ifPresent(this::report);
        hourly.start();
    }

    private synchronized boolean recheck() {
        Optional<Reading> now = machine.get();
        last.flatMap(then -> now.flatMap(then::jumpTo)).filter(this::isTooFar).ifPresent(this::report);
        save();
        return true;
    }

    /** Compares the clock now, and returns what {@link #trouble} returns then. Blocks. */
    String lookForTrouble() {
        recheck();
        return trouble();
    }

    private void save() {
        try {
            accept();
        } catch (IOException e) {
            LOG.warn("CHATD-111 the clock reading can't be written to {}: {}", file, FileFailure.describe(e));
        }
    }

    private void report(Duration by) {
        LOG.warn(
                "CHATD-110 the clock is ahead by {}, unless the daemon, or the machine, was suspended for that long",
                describe(by));
        until = machine.get().map(Reading::running).orElse(Duration.ZERO).plus(REPORT_DURATION);
        trouble = "The clock jumped ahead by " + describe(by)
                + ". If neither the daemon nor the machine was suspended for that long, it is wrong: check it with `timedatectl`."
                + " The log's time does not go back.";
        onJump.accept(by);
    }

    private static String describe(Duration span) {
        long days = span.plusHours(12).toDays();
        return days >= 2
                ? days + " days"
                : span.toHours() >= 2 ? span.toHours() + " hours" : span.toMinutes() + " minutes";
    }

    /** Returns what needs attention, as a sentence; empty if nothing does. */
    String trouble() {
        return trouble.isEmpty()
                        || machine.get()
                                        .map(Reading::running)
                                        .orElse(Duration.ZERO)
                                        .compareTo(until)
                                > 0
                ? ""
                : trouble;
    }

    @Override
    public void close() {
        hourly.close();
        recheck();
    }
}

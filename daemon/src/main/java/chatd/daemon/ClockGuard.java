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
 * Notices a clock that has jumped ahead: the log's time never goes back, so that it would stand still until the right time
 * comes. What the clock says is compared with how long the machine has run, from one start of the daemon to the next and
 * every hour; after a restart of the machine nobody knows how long that took. Any thread.
 */
final class ClockGuard implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(ClockGuard.class);
    private static final Duration EACH = Duration.ofHours(1);

    /** How long a jump needs attention. */
    private static final Duration REMEMBERED = Duration.ofDays(1);

    private final Path file;
    private final Supplier<Optional<Reading>> machine;
    private final Duration most;
    private final Sweeper hourly = new Sweeper("the clock", EACH, this::look);
    private volatile Consumer<Duration> noticed = by -> {};
    private volatile Optional<Reading> last = Optional.empty();
    private volatile String trouble = "";
    private volatile Duration until = Duration.ZERO;

    /**
     * What a machine says of the time.
     *
     * @param boot identifies when the machine was started
     * @param running how long it has run since, also while it slept
     * @param time what its clock says
     */
    record Reading(String boot, Duration running, Instant time) {
        /** Reads the machine's; empty if it does not say. */
        static Optional<Reading> now(Clock clock) {
            try {
                String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id"))
                        .strip();
                String uptime = Files.readString(Path.of("/proc/uptime"));
                double seconds = Double.parseDouble(uptime.substring(0, uptime.indexOf(' ')));
                return Optional.of(new Reading(boot, Duration.ofMillis((long) (seconds * 1_000)), clock.instant()));
            } catch (IOException | NumberFormatException e) {
                LOG.debug("how long the machine has run can't be told", e);
                return Optional.empty();
            }
        }

        /** Reads what was written; empty if there is nothing that can be read. */
        static Optional<Reading> in(Path file) {
            try {
                String[] parts = Files.readString(file).strip().split(" ", -1);
                return Optional.of(new Reading(parts[0], Duration.parse(parts[1]), Instant.parse(parts[2])));
            } catch (IOException | DateTimeException | ArrayIndexOutOfBoundsException e) {
                LOG.debug("what the clock said before is not known", e);
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
         * Returns by how much the clock has gone further than the machine has run; empty if that has restarted since, or a
         * container that has the machine's number.
         */
        Optional<Duration> jumpTo(Reading later) {
            return later.boot.equals(boot) && later.running.compareTo(running) >= 0
                    ? Optional.of(Duration.between(time, later.time).minus(later.running.minus(running)))
                    : Optional.empty();
        }
    }

    /**
     * @param file where it is written how long the machine had run when
     * @param machine reads what it says now
     * @param most how far the clock may be ahead; zero for any
     */
    ClockGuard(Path file, Supplier<Optional<Reading>> machine, Duration most) {
        this.file = file;
        this.machine = machine;
        this.most = most;
    }

    /** Returns one that keeps what it knows beside the key that seals the log. */
    static ClockGuard of(Config.Audit config, Clock clock) {
        return new ClockGuard(config.sealKey().resolveSibling("clock"), () -> Reading.now(clock), config.clockJump());
    }

    private boolean isTooFar(Duration jump) {
        return !most.isZero() && jump.compareTo(most) > 0;
    }

    /**
     * Checks the clock before anything is stamped with it. Blocks.
     *
     * @throws IOException if it has jumped ahead since the daemon last ran, which the machine has done ever since
     */
    void check() throws IOException {
        Optional<Reading> before = Reading.in(file);
        Optional<Reading> now = machine.get();
        Duration jump = before.flatMap(then -> now.flatMap(then::jumpTo)).orElse(Duration.ZERO);
        if (isTooFar(jump)) {
            throw new IOException("the clock is " + words(jump) + " ahead: it says "
                    + now.orElseThrow().time().truncatedTo(ChronoUnit.SECONDS) + ", which is "
                    + words(Duration.between(
                            before.orElseThrow().time(), now.orElseThrow().time()))
                    + " after the daemon last looked at it; but the machine has run for only "
                    + words(now.orElseThrow()
                            .running()
                            .minus(before.orElseThrow().running()))
                    + " since. Set it right (timedatectl), and the daemon can start; if it is right now, say so once, as"
                    + " the daemon's user: chatd --config FILE --accept-clock (audit.clock-jump)");
        }
    }

    /** Takes the clock for right, whatever it says. Blocks. */
    void accept() throws IOException {
        Optional<Reading> now = machine.get();
        last = now;
        if (now.isPresent()) {
            now.get().write(file);
        }
    }

    /** Returns where it is written. */
    Path file() {
        return file;
    }

    /**
     * Begins to look at the clock every hour.
     *
     * @param logged the time of the last event in the log: if that was long ago, it may be that the clock is ahead; empty
     *     if there is none
     * @param jumped called with how far the clock is ahead
     */
    void begin(Optional<Instant> logged, Consumer<Duration> jumped) {
        noticed = jumped;
        keep();
        last.flatMap(now -> logged.map(then -> Duration.between(then, now.time())))
                .filter(this::isTooFar)
                .ifPresent(this::notice);
        hourly.start();
    }

    private boolean look() {
        Optional<Reading> now = machine.get();
        last.flatMap(then -> now.flatMap(then::jumpTo)).filter(this::isTooFar).ifPresent(this::notice);
        keep();
        return true;
    }

    private void keep() {
        try {
            accept();
        } catch (IOException e) {
            LOG.warn("CHATD-111 what the clock says can't be written to {}: {}", file, FileFailure.describe(e));
        }
    }

    private void notice(Duration by) {
        LOG.warn(
                "CHATD-110 the clock is ahead by {}, unless the daemon, or the machine, stood still for so long",
                words(by));
        until = machine.get().map(Reading::running).orElse(Duration.ZERO).plus(REMEMBERED);
        trouble = "The clock went ahead by " + words(by)
                + ". If neither the daemon nor the machine stood still for so long, it is wrong: `timedatectl` shows it."
                + " The log's time does not go back.";
        noticed.accept(by);
    }

    private static String words(Duration span) {
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
        look();
    }
}

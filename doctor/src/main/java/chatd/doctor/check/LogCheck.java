package chatd.doctor.check;

import chatd.audit.LogFiles;
import chatd.audit.seal.SealPublicKey;
import chatd.daemon.store.read.StorageStore;
import chatd.doctor.finding.Finding;
import chatd.doctor.finding.Topic;
import chatd.doctor.machine.LogEnd;
import chatd.doctor.machine.Subject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Verifies the end of the log: the chain, the seals, how old the last one is, and whether the clock is behind. */
final class LogCheck implements Check {
    /** A running daemon seals what is a minute old. */
    private static final Duration LATE = Duration.ofMinutes(3);

    private static final String VERIFY = "chat-admin log verify ";

    @Override
    public Topic topic() {
        return Topic.LOG;
    }

    @Override
    public List<Finding> look(Subject subject) throws IOException {
        LogFiles files = new LogFiles(subject.config().audit().directory());
        if (Subject.isHidden(files.directory())) {
            return List.of(topic().hidden(files.directory()));
        }
        if (!Files.exists(files.published()) && !Files.exists(files.part())) {
            return List.of(
                    subject.daemon().isPresent()
                                    || Files.exists(subject.config().audit().sealKey())
                            ? topic().wrong(
                                            "There is no log in " + files.directory() + ", though there was one.",
                                            "Find out who removed it; restore it from a backup: operations/backup.md.",
                                            "chat-admin backup list")
                            : topic().ok("There is no log yet: the daemon begins one at its first start."));
        }
        LogEnd end = LogEnd.verify(files, key(subject.config().audit().sealKey()));
        List<Finding> found = new ArrayList<>();
        found.add(clock(end.lastTime(), subject.now()));
        String wrong = end.report().firstError();
        if (wrong != null) {
            found.add(topic().wrong(
                            "It is not as it was written: " + wrong + ".",
                            "Verify all of it; compare it with a copy. It can't be mended; tell the auditors.",
                            VERIFY + files.directory()));
            return found;
        }
        found.add(topic().ok("Its last " + end.report().segments() + " segments, with "
                + end.report().events() + " events, are as they were written."));
        found.add(seal(subject, end));
        return found;
    }

    /** Returns the public half of the key that seals; null if it can't be read. */
    private static @Nullable SealPublicKey key(Path file) {
        try {
            return Files.isReadable(file) ? SealPublicKey.read(file) : null;
        } catch (IOException e) {
            return null;
        }
    }

    private static Finding seal(Subject subject, LogEnd end) {
        String when = (end.lastSeal() == null ? "There is no seal yet" : "The last seal is of " + end.lastSeal())
                + ", and " + end.unsealed() + " events are not sealed";
        boolean isLate = Duration.between(end.unsealedSince(), subject.now()).compareTo(LATE) > 0;
        if (end.unsealed() == 0 || (subject.daemon().isPresent() && !isLate)) {
            return Topic.LOG_SEAL.ok(when + ".");
        }
        return subject.daemon().isPresent()
                ? Topic.LOG_SEAL.wrong(
                        when + ", the first of them since " + end.unsealedSince() + ".",
                        "See why the daemon does not seal them; it can be made to.",
                        "chat-admin log anchor")
                : Topic.LOG_SEAL.wrong(
                        when + ": the daemon did not end as it should.",
                        "Start it; it repairs the log, and seals it.",
                        "systemctl start chatd");
    }

    private static Finding clock(Instant last, Instant now) {
        return Duration.between(now, last).compareTo(StorageStore.ClockReading.TOLERANCE) > 0
                ? Topic.CLOCK_LOG.wrong(
                        "The last event in the log is of " + last.truncatedTo(ChronoUnit.SECONDS) + ", and it is "
                                + now.truncatedTo(ChronoUnit.SECONDS) + ".",
                        "If the clock is wrong, set it. If it was ahead once, nothing is to be done: operations/index.md,"
                                + " \"The clock\".",
                        "timedatectl")
                : Topic.CLOCK_LOG.ok("The log's last time is not ahead.");
    }
}

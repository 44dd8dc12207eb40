package chatd.doctor.check;

import chatd.audit.LogFiles;
import chatd.backup.machine.SystemCommand;
import chatd.daemon.store.read.StorageStore;
import chatd.doctor.finding.Finding;
import chatd.doctor.finding.Topic;
import chatd.doctor.machine.LogEnd;
import chatd.doctor.machine.Query;
import chatd.doctor.machine.Subject;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Compares the clock with the network's, the database's and the log's. */
final class ClockCheck implements Check {
    /** How far clocks may be apart before that is a problem. */
    private static final Duration TOLERANCE = Duration.ofSeconds(10);

    @Override
    public Topic topic() {
        return Topic.CLOCK;
    }

    @Override
    public List<Finding> look(Subject subject) throws IOException {
        List<Finding> found = new ArrayList<>();
        found.add(synchronised());
        if (subject.database().isPresent()) {
            found.add(ofDatabase(subject));
        }
        LogFiles log = new LogFiles(subject.config().audit().directory());
        if (Files.isReadable(log.part())) {
            found.add(ofLog(LogEnd.verify(log, null).lastTime(), Instant.now()));
        }
        return found;
    }

    private Finding synchronised() throws IOException {
        Optional<String> shown = SystemCommand.run("timedatectl", "show")
                .filter(SystemCommand.Result::isOk)
                .map(SystemCommand.Result::out);
        if (shown.isEmpty()) {
            return topic().unknown(
                            "timedatectl does not say whether the clock is synchronised.",
                            "Compare it with a watch: date.");
        }
        String time = "It is " + Instant.now().truncatedTo(ChronoUnit.SECONDS);
        if (shown.get().contains("NTPSynchronized=yes")) {
            return topic().ok(time + ", and the clock is synchronised.");
        }
        return shown.get().contains("CanNTP=yes")
                ? topic().wrong(
                                time + " by a clock that is not synchronised"
                                        + (shown.get().contains("NTP=yes") ? " yet" : "") + ".",
                                "Have systemd-timesyncd, or another service, set it.",
                                "timedatectl set-ntp true")
                : topic().advice(
                                time + " by a clock that nothing here synchronises.",
                                "Unless the machine below does, install a service that does.",
                                "apt install systemd-timesyncd");
    }

    private static Finding ofDatabase(Subject subject) throws IOException {
        Instant before = Instant.now();
        Instant itsTime = new StorageStore(subject.database().orElseThrow()).time();
        Instant after = Instant.now();
        String zone;
        try (Query database = new Query(subject.database().orElseThrow())) {
            zone = database.strings("select if(@@time_zone = 'SYSTEM', @@system_time_zone, @@time_zone)")
                    .getFirst();
        }
        return itsTime.isBefore(before.minus(TOLERANCE)) || itsTime.isAfter(after.plus(TOLERANCE))
                ? Topic.CLOCK_DATABASE.wrong(
                        "The database has " + itsTime.truncatedTo(ChronoUnit.SECONDS) + " at "
                                + before.truncatedTo(ChronoUnit.SECONDS) + ".",
                        "Set both clocks: `timedatectl`, on both machines.",
                        "timedatectl set-ntp true")
                : Topic.CLOCK_DATABASE.ok("The database's clock agrees. Its time zone, " + zone
                        + ", does not matter: the daemon stores UTC.");
    }

    private static Finding ofLog(Instant last, Instant now) {
        return Duration.between(now, last).compareTo(TOLERANCE) > 0
                ? Topic.CLOCK_LOG.wrong(
                        "The last event in the log is of " + last.truncatedTo(ChronoUnit.SECONDS) + ", and it is "
                                + now.truncatedTo(ChronoUnit.SECONDS) + ".",
                        "If the clock is wrong, set it. If it was ahead once, nothing is to be done: operations/index.md,"
                                + " \"The clock\".",
                        "timedatectl")
                : Topic.CLOCK_LOG.ok("The log's last time is not ahead.");
    }
}

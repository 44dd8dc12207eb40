package chatd.doctor.check;

import chatd.backup.machine.SystemCommand;
import chatd.daemon.store.read.StorageStore;
import chatd.doctor.finding.Finding;
import chatd.doctor.finding.Topic;
import chatd.doctor.machine.Query;
import chatd.doctor.machine.Subject;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Compares the clock with the network's and the database's; {@link LogCheck} compares it with the log's. */
final class ClockCheck implements Check {
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
        StorageStore.ClockReading read =
                new StorageStore(subject.database().orElseThrow()).readClock(Clock.systemUTC());
        String zone;
        try (Query database = new Query(subject.database().orElseThrow())) {
            zone = database.strings("select if(@@time_zone = 'SYSTEM', @@system_time_zone, @@time_zone)")
                    .getFirst();
        }
        return read.isOff()
                ? Topic.CLOCK_DATABASE.wrong(
                        "The database has " + read.there().truncatedTo(ChronoUnit.SECONDS) + " at "
                                + read.before().truncatedTo(ChronoUnit.SECONDS) + ".",
                        "Set both clocks: `timedatectl`, on both machines.",
                        "timedatectl set-ntp true")
                : Topic.CLOCK_DATABASE.ok("The database's clock agrees. Its time zone, " + zone
                        + ", does not matter: the daemon stores UTC.");
    }
}

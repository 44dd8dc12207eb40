package chatd.doctor.check;

import chatd.backup.machine.ServiceUnit;
import chatd.daemon.config.Config;
import chatd.daemon.store.read.BackupStore;
import chatd.doctor.finding.Finding;
import chatd.doctor.finding.Topic;
import chatd.doctor.machine.Subject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Checks when the last backup was made, whether the next one will be, and where they are. */
final class BackupCheck implements Check {
    private static final String TIMER = "chatd-backup.timer";
    private static final String MAKE = "chat-admin backup";

    @Override
    public Topic topic() {
        return Topic.BACKUP;
    }

    @Override
    public List<Finding> look(Subject subject) throws IOException {
        Config.Backup wanted = subject.config().backup();
        Optional<Path> directory = wanted.directory();
        if (directory.isEmpty()) {
            return List.of(topic().advice(
                            "None are made: backup.directory is not set.",
                            "Set it, to a directory on another disk, and enable the timer: operations/backup.md. If they are made"
                                    + " otherwise, nothing is to be done.",
                            "chat-admin config set backup.directory /mnt/backups && systemctl enable --now " + TIMER));
        }
        List<Finding> found = new ArrayList<>();
        ServiceUnit timer = ServiceUnit.read(TIMER);
        if (timer.isLoaded() && !timer.get("ActiveState").equals("active")) {
            found.add(topic().wrong(
                            "backup.directory is set, and the timer that makes backups is " + timer.get("ActiveState")
                                    + ".",
                            "Enable it, unless something else makes them.",
                            "systemctl enable --now " + TIMER));
        }
        if (subject.database().isPresent()) {
            found.add(age(subject, wanted));
        }
        found.add(place(directory.get(), subject.config()));
        return found;
    }

    private Finding age(Subject subject, Config.Backup wanted) {
        BackupStore store = new BackupStore(subject.database().orElseThrow());
        Optional<BackupStore.Ended> failed =
                store.lastEnded().filter(last -> !last.failure().isEmpty());
        if (failed.isPresent()) {
            return topic().wrong(
                            "The last one, to " + failed.get().file() + " at "
                                    + failed.get().time().truncatedTo(ChronoUnit.SECONDS) + ", failed: "
                                    + failed.get().failure() + ".",
                            "Mend that, and make one.",
                            MAKE);
        }
        Optional<BackupStore.Ended> made = store.lastMade();
        if (made.isEmpty()) {
            return topic().wrong("None has been made yet.", "Make one.", MAKE);
        }
        Duration age = Duration.between(made.get().time(), subject.now());
        String shown = "The last one is of " + made.get().time().truncatedTo(ChronoUnit.SECONDS) + ", in "
                + made.get().file();
        return !wanted.maxAge().isZero() && age.compareTo(wanted.maxAge()) > 0
                ? topic().wrong(
                                shown + ": longer ago than backup.max-age.",
                                "See why the timer has made none, and make one.",
                                MAKE)
                : topic().ok(shown + ".");
    }

    private static Finding place(Path directory, Config config) throws IOException {
        if (Subject.isHidden(directory)) {
            return Topic.BACKUP_PLACE.hidden(directory);
        }
        if (!Files.isDirectory(directory)) {
            Path parent = directory.toAbsolutePath().getParent();
            return parent != null && Files.isDirectory(parent)
                    ? Topic.BACKUP_PLACE.ok(directory + " is created with the first one.")
                    : Topic.BACKUP_PLACE.wrong(
                            "There is no " + directory + ": is its disk mounted?", "Mount it.", "findmnt " + directory);
        }
        Object device = Files.getAttribute(directory, "unix:dev");
        Path log = config.audit().directory();
        return Files.exists(log) && device.equals(Files.getAttribute(log, "unix:dev"))
                ? Topic.BACKUP_PLACE.advice(
                        directory + " is on the disk of the log, " + log + ".",
                        "Keep them on another disk, better on another machine.",
                        "findmnt -T " + directory)
                : Topic.BACKUP_PLACE.ok(directory + " is on another disk than the log.");
    }
}

package chatd.doctor.check;

import chatd.backup.machine.SystemCommand;
import chatd.daemon.config.Config;
import chatd.daemon.disk.DiskSpace;
import chatd.doctor.finding.Finding;
import chatd.doctor.finding.Topic;
import chatd.doctor.machine.Growth;
import chatd.doctor.machine.Query;
import chatd.doctor.machine.Subject;
import chatd.text.Size;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Checks the room on each disk that something is stored on, and tells the day on which it is full. */
final class DiskCheck implements Check {
    /** A disk that is full within this time is a problem; within twice as long, somebody should know. */
    private static final int SOON_DAYS = 30;

    /** Percentage of the inodes that must be free. */
    private static final int INODES = 2;

    private static final String MAKE_ROOM =
            "Make room, or give it a larger disk. What users' files take, `chat-admin storage` says.";

    /** What is on a disk, and how much a day adds. */
    private static final class Disk {
        final Path path;
        final List<String> what = new ArrayList<>();
        double perDay;

        Disk(Path path) {
            this.path = path;
        }
    }

    @Override
    public Topic topic() {
        return Topic.DISK;
    }

    @Override
    public List<Finding> look(Subject subject) throws IOException {
        List<Finding> found = new ArrayList<>();
        Map<Object, Disk> disks = new LinkedHashMap<>();
        Config config = subject.config();
        Path log = config.audit().directory();
        if (Subject.isHidden(log)) {
            found.add(topic().hidden(log));
        } else if (Files.exists(log)) {
            add(disks, log, "the log", Growth.ofLog(log, subject.now()).perDay());
        }
        if (subject.database().isPresent()) {
            try (Query database = new Query(subject.database().get())) {
                Growth growth = Growth.ofDatabase(database, subject.now());
                found.add(DatabaseCheck.size(growth.bytes(), growth.perDay()));
                if (config.database().socket().isPresent()) {
                    Path data = Path.of(database.strings("select @@datadir").getFirst());
                    add(disks, data, "the database", growth.perDay());
                }
            }
        }
        add(disks, config.search().directory(), "the index", 0);
        if (config.backup().directory().isPresent()) {
            add(disks, config.backup().directory().get(), "backups", 0);
        }
        for (Disk disk : disks.values()) {
            found.add(judge(disk, subject));
        }
        return found;
    }

    private static void add(Map<Object, Disk> disks, Path path, String what, double perDay) throws IOException {
        Path existing = DiskSpace.existing(path);
        Disk disk = disks.computeIfAbsent(Files.getAttribute(existing, "unix:dev"), device -> new Disk(existing));
        disk.what.add(what);
        disk.perDay += perDay;
    }

    private Finding judge(Disk disk, Subject subject) throws IOException {
        FileStore store = Files.getFileStore(disk.path);
        long free = store.getUsableSpace();
        String of = "The disk of " + String.join(", ", disk.what) + " (" + disk.path + ") has " + Size.of(free) + " of "
                + Size.of(store.getTotalSpace()) + " free";
        String largest = "du -xh --max-depth=2 " + disk.path + " | sort -h | tail";
        if (free < Math.max(subject.config().storage().texts(), store.getTotalSpace() / 100)) {
            return topic().wrong(of + ".", MAKE_ROOM, largest);
        }
        long[] inodes = inodes(disk.path);
        if (inodes[1] > 0 && inodes[0] * 100 / inodes[1] < INODES) {
            return topic().wrong(of + ", and " + inodes[0] + " of " + inodes[1] + " inodes.", MAKE_ROOM, largest);
        }
        if (disk.perDay <= 0) {
            return topic().ok(of + ".");
        }
        long days = (long) Math.min(free / disk.perDay, 36_500);
        String full = of + ", and is full on "
                + subject.now()
                        .plus(Duration.ofDays(days))
                        .atOffset(ZoneOffset.UTC)
                        .toLocalDate()
                + " if what is in it grows as in the last 30 days, by " + Size.of((long) disk.perDay) + " a day.";
        return days < SOON_DAYS
                ? topic().wrong(full, MAKE_ROOM, largest)
                : days < 2 * SOON_DAYS ? topic().advice(full, MAKE_ROOM, largest) : topic().ok(full);
    }

    /** Returns how many inodes are free, and how many there are; zeros if the file system has no such limit. */
    private static long[] inodes(Path path) throws IOException {
        String shown = SystemCommand.run("stat", "-f", "-c", "%d %c", path.toString())
                .filter(SystemCommand.Result::isOk)
                .map(SystemCommand.Result::out)
                .orElse("0 0");
        String[] numbers = shown.split(" ", -1);
        return numbers.length == 2 && shown.matches("\\d+ \\d+")
                ? new long[] {Long.parseLong(numbers[0]), Long.parseLong(numbers[1])}
                : new long[] {0, 0};
    }
}

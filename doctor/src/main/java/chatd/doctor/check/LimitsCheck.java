package chatd.doctor.check;

import chatd.backup.machine.ServiceUnit;
import chatd.doctor.finding.Finding;
import chatd.doctor.finding.Topic;
import chatd.doctor.machine.DropIn;
import chatd.doctor.machine.Subject;
import chatd.text.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks what the machine gives the daemon: open files and memory; and the options of Java. */
final class LimitsCheck implements Check {
    /** Open files besides connections: database, log, index, sockets. */
    private static final int OTHER_FILES = 500;

    /** What the process takes besides its heap, at most, as measured (page {@code operations/sizing.md}). */
    private static final long BESIDES_HEAP = 250L << 20;

    private static final long DEFAULT_HEAP = 512L << 20;

    private static final Pattern OPEN_FILES = Pattern.compile("(?m)^Max open files\\s+(\\d+)");
    private static final Pattern TOTAL = Pattern.compile("(?m)^MemTotal:\\s+(\\d+) kB");
    private static final Pattern HEAP = Pattern.compile("(\\d+)([kmgKMG]?)");

    @Override
    public Topic topic() {
        return Topic.LIMITS_MEMORY;
    }

    @Override
    public List<Finding> look(Subject subject) throws IOException {
        List<Finding> found = new ArrayList<>();
        Map<String, String> environment = subject.unit().environment();
        found.add(files(subject));
        found.add(memory(subject, environment));
        found.add(java(environment.getOrDefault("CHAT_JAVA_OPTIONS", "")));
        return found;
    }

    private static Finding files(Subject subject) throws IOException {
        long needed = subject.config().limits().connections() + (long) OTHER_FILES;
        String limit;
        if (subject.daemon().isPresent()) {
            Path limits = Path.of("/proc/" + subject.daemon().get().identity().pid() + "/limits");
            if (!Files.isReadable(limits)) {
                return Topic.LIMITS_FILES.hidden(limits);
            }
            Matcher files = OPEN_FILES.matcher(Files.readString(limits));
            limit = files.find() ? files.group(1) : "unlimited";
        } else if (subject.unit().isLoaded()) {
            limit = subject.unit().get("LimitNOFILE");
        } else {
            return Topic.LIMITS_FILES.ok("No limit is known while the daemon does not run.");
        }
        boolean isEnough = !limit.matches("\\d{1,18}") || Long.parseLong(limit) >= needed;
        return isEnough
                ? Topic.LIMITS_FILES.ok("The daemon may open " + limit + " files, and needs up to " + needed + ".")
                : Topic.LIMITS_FILES.wrong(
                        "The daemon may open " + limit + " files, and needs " + needed + " for "
                                + subject.config().limits().connections() + " connections (limits.connections).",
                        "Raise the limit, or lower limits.connections.",
                        subject.isRunByUnit()
                                ? DropIn.command("files", "LimitNOFILE=" + Math.max(needed, 65_536))
                                : "");
    }

    private static Finding memory(Subject subject, Map<String, String> environment) throws IOException {
        long heap = subject.daemon()
                .map(running -> running.load().heapMost())
                .orElseGet(() -> bytes(environment.getOrDefault("CHAT_HEAP", "")));
        long machine = total(subject.unit());
        String shown = "The heap may take " + Size.of(heap) + ", of " + Size.of(machine) + " of memory";
        if (heap + BESIDES_HEAP > machine) {
            return Topic.LIMITS_MEMORY.wrong(
                    shown + "; the process takes up to " + Size.of(BESIDES_HEAP) + " more.",
                    "Give it less, or the machine more.",
                    heap("CHAT_HEAP=" + Math.max(128, ((machine - BESIDES_HEAP) / 2) >> 20) + "m"));
        }
        return heap > machine / 2 && subject.config().database().socket().isPresent()
                ? Topic.LIMITS_MEMORY.advice(
                        shown + ", which the database needs, too.",
                        "Give it less, or the machine more: operations/sizing.md.",
                        heap("CHAT_HEAP=" + Math.max(128, (machine / 4) >> 20) + "m"))
                : Topic.LIMITS_MEMORY.ok(shown + ".");
    }

    private static String heap(String setting) {
        return "sed -i '/^CHAT_HEAP=/d' /etc/default/chatd && echo " + setting
                + " >>/etc/default/chatd && systemctl restart chatd";
    }

    /** Returns the bytes of memory that the unit may take: the machine's, or fewer. */
    private static long total(ServiceUnit unit) throws IOException {
        Matcher total = TOTAL.matcher(Files.readString(Path.of("/proc/meminfo")));
        if (!total.find()) {
            throw new IOException("/proc/meminfo does not say how much memory there is");
        }
        long machine = Long.parseLong(total.group(1)) << 10;
        String limit = unit.get("MemoryMax");
        return limit.matches("\\d{1,18}") ? Math.min(machine, Long.parseLong(limit)) : machine;
    }

    private static long bytes(String size) {
        Matcher heap = HEAP.matcher(size);
        if (!heap.matches()) {
            return DEFAULT_HEAP;
        }
        return Long.parseLong(heap.group(1))
                << switch (heap.group(2).toLowerCase(Locale.ROOT)) {
                    case "k" -> 10;
                    case "m" -> 20;
                    case "g" -> 30;
                    default -> 0;
                };
    }

    private static Finding java(String options) {
        if (options.contains("HeapDumpOnOutOfMemoryError")) {
            return Topic.LIMITS_JAVA.advice(
                    "With CHAT_JAVA_OPTIONS=" + options
                            + " Java writes its heap to disk when that is full, with people's messages and passwords.",
                    "Take the option out once the dump was read.",
                    "sed -i '/^CHAT_JAVA_OPTIONS=/d' /etc/default/chatd && systemctl restart chatd");
        }
        return options.contains("-Xmx")
                ? Topic.LIMITS_JAVA.advice(
                        "CHAT_JAVA_OPTIONS has -Xmx, which CHAT_HEAP sets.",
                        "Set CHAT_HEAP instead, in /etc/default/chatd.",
                        "")
                : Topic.LIMITS_JAVA.ok(options.isEmpty() ? "None are set." : "CHAT_JAVA_OPTIONS=" + options);
    }
}

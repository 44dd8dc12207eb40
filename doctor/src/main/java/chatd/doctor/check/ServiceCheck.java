package chatd.doctor.check;

import chatd.admin.api.SystemCalls;
import chatd.backup.machine.ServiceUnit;
import chatd.backup.machine.SystemCommand;
import chatd.doctor.finding.Finding;
import chatd.doctor.finding.Topic;
import chatd.doctor.machine.Subject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Checks whether the daemon runs, and what systemd says about its units. */
final class ServiceCheck implements Check {
    private static final String START = "systemctl start chatd";
    private static final String LAST_LINES = "journalctl --no-pager -u chatd -n 20";

    /** What the daemon's exit codes mean (page {@code operations/index.md}). */
    private static final Map<String, String> EXITS = Map.of(
            "3", "it ran out of memory, or there is no Java 25",
            "69", "the schema can't be used",
            "70", "an internal error",
            "73", "an address, a directory or a certificate is unavailable",
            "75", "another chatd uses the same data",
            "76", "another chatd has taken the database over",
            "78", "the configuration is invalid");

    @Override
    public Topic topic() {
        return Topic.SERVICE;
    }

    @Override
    public List<Finding> look(Subject subject) throws IOException {
        List<Finding> found = new ArrayList<>();
        found.add(subject.daemon().map(running -> running(running)).orElseGet(() -> silent(subject)));
        subject.daemon()
                .ifPresent(running -> running.problems().stream()
                        .filter(problem -> !problem.topic().isLookedAtByDoctor())
                        .forEach(
                                problem -> found.add(Topic.SERVICE_ATTENTION.wrong(problem.text(), "See to it.", ""))));
        if (subject.isRunByUnit()) {
            addUnit(subject.unit(), found);
        }
        return found;
    }

    private static Finding running(SystemCalls.Stats stats) {
        SystemCalls.Identity daemon = stats.identity();
        String which =
                "chatd " + daemon.version() + " is running, as process " + daemon.pid() + ", since " + daemon.started();
        return daemon.state().equals(SystemCalls.STARTING)
                ? Topic.SERVICE.wrong(
                        which + ", and serves nobody yet. "
                                + (stats.problems().isEmpty()
                                        ? ""
                                        : stats.problems().getFirst().text()),
                        "See what it waits for.",
                        LAST_LINES)
                : Topic.SERVICE.ok(which + ".");
    }

    private static Finding silent(Subject subject) {
        Subject.Silence silence = subject.silence();
        if (silence.kind() == Subject.Silence.Kind.NOT_ALLOWED) {
            return Topic.SERVICE.unknown(silence.text(), "Run it as root.");
        }
        if (silence.kind() == Subject.Silence.Kind.HANGS) {
            return Topic.SERVICE.wrong(
                    "The daemon runs, and hangs: " + silence.text() + ".",
                    "systemd restarts it after a minute (CHATD-903); otherwise restart it, and report it.",
                    "systemctl restart chatd");
        }
        ServiceUnit unit = subject.unit();
        if (!unit.isLoaded()) {
            return Topic.SERVICE.wrong("No daemon answers, and systemd has no unit for one.", "Start it.", "");
        }
        String exit = unit.get("ExecMainStatus");
        String reason = unit.get("Result").equals("success")
                        || unit.get("Result").isEmpty()
                ? ""
                : " (" + unit.get("Result")
                        + (exit.isEmpty() || exit.equals("0")
                                ? ""
                                : ", exit code " + exit + (EXITS.containsKey(exit) ? ": " + EXITS.get(exit) : ""))
                        + ")";
        boolean hasFailed = !reason.isEmpty() || unit.get("ActiveState").equals("activating");
        return Topic.SERVICE.wrong(
                "The daemon does not run: " + unit.get("Id") + " is " + unit.get("ActiveState") + reason + ".",
                hasFailed ? "See why it ended (" + LAST_LINES + "), mend that, and start it." : "Start it.",
                START);
    }

    private static void addUnit(ServiceUnit unit, List<Finding> found) throws IOException {
        String file = unit.get("UnitFileState");
        found.add(
                file.equals("enabled")
                        ? Topic.SERVICE_BOOT.ok("The unit is enabled.")
                        : Topic.SERVICE_BOOT.wrong(
                                "The unit is " + file + ".", "Enable it.", "systemctl enable chatd"));
        if (unit.get("NeedDaemonReload").equals("yes")) {
            found.add(Topic.SERVICE_BOOT.advice(
                    "The files of the unit have changed since systemd read them.",
                    "Have it read them again; they apply from the next start on.",
                    "systemctl daemon-reload"));
        }
        String restarts = unit.get("NRestarts");
        found.add(
                restarts.equals("0") || restarts.isEmpty()
                        ? Topic.SERVICE_RESTARTS.ok("systemd has not had to start it again.")
                        : Topic.SERVICE_RESTARTS.advice(
                                "systemd has started it again " + restarts + " times since it was started by hand.",
                                "See why it ended.",
                                "journalctl --no-pager -u chatd -p warning"));
        Optional<SystemCommand.Result> failed = SystemCommand.run(
                "systemctl", "list-units", "--failed", "--plain", "--no-legend", "chatd-*", "mariadb.service");
        failed.filter(result -> result.isOk() && !result.out().isBlank())
                .ifPresent(result -> result.out()
                        .lines()
                        .map(line -> line.strip().split("\\s+", 2)[0])
                        .forEach(name -> found.add(Topic.SERVICE.wrong(
                                "The unit " + name + " has failed.",
                                "See why, mend that, and start it again.",
                                "journalctl --no-pager -u " + name + " -n 20"))));
    }
}

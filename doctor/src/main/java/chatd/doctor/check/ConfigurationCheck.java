package chatd.doctor.check;

import chatd.admin.api.SystemCalls;
import chatd.daemon.config.Option;
import chatd.doctor.finding.Finding;
import chatd.doctor.finding.Topic;
import chatd.doctor.machine.Subject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Checks whether the configuration is valid, in force, and changed by nobody else. */
final class ConfigurationCheck implements Check {
    /** Maximum number of errors that are shown. */
    private static final int MAX_ERRORS = 20;

    @Override
    public Topic topic() {
        return Topic.CONFIGURATION;
    }

    @Override
    public List<Finding> look(Subject subject) throws IOException {
        Path file = subject.file();
        List<Finding> found = new ArrayList<>();
        if (file != null && Subject.isHidden(file)) {
            return List.of(topic().hidden(file));
        }
        subject.errors().stream()
                .limit(MAX_ERRORS)
                .forEach(error -> found.add(topic().wrong(
                                error + ".",
                                "Correct it, and see whether it is valid then.",
                                file == null ? "chat-admin config check" : "chatd --check-config " + file)));
        if (file != null && Files.exists(file)) {
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
            if (mode.contains(PosixFilePermission.OTHERS_WRITE)) {
                found.add(topic().wrong(
                                "Everybody on this machine may change " + file + ".",
                                "Take the right away from them.",
                                "chmod o-w " + file));
            }
        }
        if (found.isEmpty()) {
            found.add(topic().ok(file == null ? "There is no file: the defaults are in force." : file + " is valid."));
        }
        if (subject.daemon().isPresent() && !subject.options().isEmpty()) {
            found.add(compare(subject));
        }
        return found;
    }

    private static Finding compare(Subject subject) {
        Map<String, String> inFile = subject.options().stream().collect(Collectors.toMap(Option::key, Option::value));
        List<SystemCalls.Option> others = subject.inForce().stream()
                .filter(option -> !option.value().equals(inFile.get(option.key())))
                .toList();
        if (others.isEmpty()) {
            return Topic.CONFIGURATION_IN_FORCE.ok("What the file says is in force.");
        }
        boolean needsStart =
                others.stream().anyMatch(option -> option.change().equals(Option.TakesEffect.AT_START.words()));
        return Topic.CONFIGURATION_IN_FORCE.advice(
                "In the file, and not in force: "
                        + others.stream().map(SystemCalls.Option::key).collect(Collectors.joining(", ")) + ".",
                needsStart ? "It takes effect at the next start." : "Reload it.",
                needsStart ? "systemctl restart chatd" : "systemctl reload chatd");
    }
}

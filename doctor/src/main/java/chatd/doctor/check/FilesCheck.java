package chatd.doctor.check;

import chatd.backup.machine.ServiceUnit;
import chatd.backup.machine.SystemCommand;
import chatd.daemon.config.Config;
import chatd.daemon.disk.DiskSpace;
import chatd.doctor.finding.Finding;
import chatd.doctor.finding.Topic;
import chatd.doctor.machine.DropIn;
import chatd.doctor.machine.Subject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Checks whether the daemon's user can read and write what the configuration names, in the unit's sandbox too. */
final class FilesCheck implements Check {
    /** Prints those of its arguments that the user can't read, after those that it can't write: {@code -w} before each. */
    private static final String TEST =
            "for f; do [ \"${f%%:*}\" = r ] && o=-r || o=-w; [ $o \"${f#*:}\" ] || echo \"$f\"; done";

    private static final String PASSED_ON = "CHATD_DATABASE_PASSWORD_FILE=/run/credentials/";

    @Override
    public Topic topic() {
        return Topic.FILES;
    }

    @Override
    public List<Finding> look(Subject subject) throws IOException {
        Set<Path> read = new LinkedHashSet<>(files(subject));
        Path configuration = subject.file();
        if (configuration != null && Files.exists(configuration)) {
            read.add(configuration.toAbsolutePath());
        }
        Set<Path> written = new LinkedHashSet<>(directories(subject));
        List<Finding> found = new ArrayList<>();
        read.stream()
                .filter(Files::notExists)
                .forEach(file -> found.add(topic().wrong(
                                "There is no file " + file + ", which the configuration names.",
                                "Put it there, or name another one.",
                                "")));
        read.removeIf(file -> !Files.exists(file));
        addRefused(subject.user(), read, written, found);
        if (subject.isRunByUnit()) {
            addHidden(subject.unit(), read, written, found);
        }
        return found.isEmpty()
                ? List.of(topic().ok("The user " + subject.user() + " can use all files and directories."))
                : found;
    }

    private static List<Path> files(Subject subject) {
        Config config = subject.config();
        return Stream.of(
                        config.tls().development().isPresent()
                                ? Stream.<Path>empty()
                                : Stream.of(
                                        config.tls().certificate(), config.tls().key()),
                        config.tls().clientCa().stream(),
                        config.database().tlsCa().stream(),
                        config.database().passwordFile().stream()
                                // systemd hands it to the daemon.
                                .filter(file ->
                                        !subject.unit().get("Environment").contains(PASSED_ON)),
                        config.http().logo().stream(),
                        config.audit().forward().ca().stream(),
                        config.audit().forward().certificate().stream(),
                        config.audit().forward().key().stream(),
                        Stream.of(config.audit().sealKey()).filter(Files::exists))
                .flatMap(each -> each)
                .map(Path::toAbsolutePath)
                .toList();
    }

    /** Returns the directories that the daemon writes to; for those that it would create, where. */
    private static List<Path> directories(Subject subject) {
        Config config = subject.config();
        return Stream.of(
                        Optional.of(config.audit().directory()),
                        Optional.of(config.search().directory()),
                        config.tls().development(),
                        Optional.ofNullable(
                                config.audit().sealKey().toAbsolutePath().getParent()),
                        // The unit creates it.
                        subject.unit().isLoaded()
                                ? Optional.<Path>empty()
                                : Optional.of(config.admin().directory()))
                .flatMap(Optional::stream)
                .map(DiskSpace::existing)
                .toList();
    }

    private void addRefused(String user, Set<Path> read, Set<Path> written, List<Finding> found) throws IOException {
        List<String> asked = Stream.concat(
                        read.stream().map(file -> "r:" + file), written.stream().map(file -> "w:" + file))
                .toList();
        for (String refused : refused(user, asked)) {
            String path = refused.substring(2);
            found.add(
                    refused.startsWith("r:")
                            ? topic().wrong(
                                            "The user " + user + " can't read " + path + ".",
                                            "Let its group read it; the directories above must let it pass, too.",
                                            "chgrp %s %s && chmod g+r %s".formatted(user, path, path))
                            : topic().wrong(
                                            "The user " + user + " can't write to " + path + ".",
                                            "Make it the owner.",
                                            "chown %s %s".formatted(user, path)));
        }
    }

    /** Returns which of these the user can't read ({@code r:}) or write ({@code w:}), as the kernel says. */
    private static List<String> refused(String user, List<String> asked) throws IOException {
        if (user.equals(Subject.me())) {
            return asked.stream()
                    .filter(each -> each.startsWith("r:")
                            ? !Files.isReadable(Path.of(each.substring(2)))
                            : !Files.isWritable(Path.of(each.substring(2))))
                    .toList();
        }
        List<String> command = new ArrayList<>(List.of("-u", user, "--", "sh", "-c", TEST, "sh"));
        command.addAll(asked);
        SystemCommand.Result result = SystemCommand.run("runuser", command.toArray(String[]::new))
                .filter(SystemCommand.Result::isOk)
                .orElseThrow(() ->
                        new IOException("only root can tell what " + user + ", the daemon's user, may read and write"));
        return result.out().lines().toList();
    }

    private void addHidden(ServiceUnit unit, Set<Path> read, Set<Path> written, List<Finding> found) {
        if (unit.get("ProtectHome").equals("yes")) {
            Stream.concat(read.stream(), written.stream())
                    .filter(each -> Stream.of("/home", "/root", "/run/user").anyMatch(each::startsWith))
                    .forEach(each -> found.add(topic().wrong(
                                    "The daemon can't see " + each + ": its unit hides the homes of users.",
                                    "Move it, for example to /etc/chatd/tls, and name it there.",
                                    "")));
        }
        if (unit.get("ProtectSystem").equals("strict")) {
            List<Path> writable = Stream.concat(
                            ServiceUnit.words(unit.get("ReadWritePaths")).stream()
                                    .map(word -> Path.of(word.replaceFirst("^[-+]+", ""))),
                            Stream.of(
                                            under("/var/lib", unit.get("StateDirectory")),
                                            under("/var/cache", unit.get("CacheDirectory")),
                                            under("/var/log", unit.get("LogsDirectory")),
                                            under("/run", unit.get("RuntimeDirectory")))
                                    .flatMap(List::stream))
                    .toList();
            written.stream()
                    .filter(each -> writable.stream().noneMatch(each::startsWith))
                    .forEach(each -> found.add(topic().wrong(
                                    "The daemon can't write to " + each
                                            + ": its unit has no ReadWritePaths= line for it.",
                                    "Add one, and restart it.",
                                    DropIn.command("paths", "ReadWritePaths=" + each))));
        }
    }

    private static List<Path> under(String root, String names) {
        return ServiceUnit.words(names).stream()
                .map(name -> Path.of(root).resolve(name))
                .toList();
    }
}

package chatd.backup.machine;

import chatd.backup.archive.MachineFile;
import chatd.daemon.config.Config;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files of the machine that belong to a daemon, besides its log: configuration, certificates, settings of its units;
 * and, apart from them, its keys and passwords.
 *
 * @param files what every backup has
 * @param keys what a backup has only if that is asked for
 */
public record MachineFiles(List<MachineFile> files, List<MachineFile> keys) {
    /** Where the packages and an administrator configure the daemon. */
    private static final Path CONFIGURATION = Path.of("/etc/chatd");

    private static final List<Path> SETTINGS = List.of(Path.of("/etc/default/chatd"));
    private static final Path UNITS = Path.of("/etc/systemd/system");

    /** Files of this size and more are not looked into for keys: they are none. */
    private static final int LARGEST_KEY = 1 << 20;

    /**
     * Finds the files.
     *
     * @param file the configuration file; null if there is none
     * @throws IOException if one can't be read
     */
    public static MachineFiles of(Config config, @Nullable Path file) throws IOException {
        Set<Path> all = new TreeSet<>();
        if (file != null) {
            add(all, file.toAbsolutePath());
            if (file.toAbsolutePath().startsWith(CONFIGURATION)) {
                addTree(all, CONFIGURATION);
            }
            SETTINGS.forEach(each -> add(all, each));
            addUnitSettings(all);
        }
        Set<Path> secret = new TreeSet<>();
        add(secret, config.audit().sealKey());
        add(secret, config.tls().key());
        config.database().passwordFile().ifPresent(each -> add(secret, each));
        add(all, config.tls().certificate());
        if (config.tls().development().isPresent()) {
            addTree(all, config.tls().development().get());
        }
        Stream.of(
                        config.tls().clientCa(),
                        config.database().tlsCa(),
                        config.http().logo())
                .flatMap(Optional::stream)
                .forEach(each -> add(all, each));
        List<MachineFile> files = new ArrayList<>();
        List<MachineFile> keys = new ArrayList<>();
        all.addAll(secret);
        for (Path each : all) {
            (secret.contains(each) || isSecret(each) ? keys : files).add(MachineFile.of(each));
        }
        return new MachineFiles(files, keys);
    }

    private static void add(Set<Path> to, Path file) {
        if (Files.isRegularFile(file)) {
            to.add(file.toAbsolutePath());
        }
    }

    private static void addTree(Set<Path> to, Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            try (Stream<Path> tree = Files.walk(directory)) {
                tree.forEach(each -> add(to, each));
            }
        }
    }

    /** Adds what was set for the units, as `systemctl edit` does. */
    private static void addUnitSettings(Set<Path> to) throws IOException {
        if (Files.isDirectory(UNITS)) {
            try (Stream<Path> units = Files.list(UNITS)) {
                for (Path unit : units.filter(
                                each -> each.getFileName().toString().matches("chatd[a-z-]*\\.\\w+\\.d"))
                        .toList()) {
                    addTree(to, unit);
                }
            }
        }
    }

    /** Returns whether a file is a private key, or a password, by its content or name. */
    private static boolean isSecret(Path file) throws IOException {
        String name = file.getFileName().toString();
        if (name.endsWith(".password") || name.endsWith(".key") || name.endsWith(".p12") || name.endsWith(".pfx")) {
            return true;
        }
        if (Files.size(file) >= LARGEST_KEY) {
            return false;
        }
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1).contains("PRIVATE KEY-----");
        }
    }

    /** Returns the members of the groups to which the daemon gives its admin sockets, by group. */
    public static Map<String, List<String>> groups(Config.Admin config) throws IOException {
        Set<String> names = new TreeSet<>(
                List.of(config.administrators(), config.helpers(), config.moderators(), config.auditors()));
        Map<String, List<String>> groups = new TreeMap<>();
        Path file = Path.of("/etc/group");
        if (!Files.exists(file)) {
            return groups;
        }
        for (String line : Files.readAllLines(file)) {
            String[] fields = line.split(":", -1);
            if (fields.length == 4 && names.contains(fields[0])) {
                groups.put(
                        fields[0],
                        Stream.of(fields[3].split(",", -1))
                                .filter(member -> !member.isEmpty())
                                .toList());
            }
        }
        return groups;
    }
}

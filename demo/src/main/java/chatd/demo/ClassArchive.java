package chatd.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The class archive of the daemon in the checkout, with which it starts in half the time:
 * {@code target/chatd.jsa}. A daemon that starts without one lists its classes in its own
 * directory, and the archive is built from that list, as the packages do ({@code launch.sh}).
 *
 * @param module the directory in which the daemon was built: {@code daemon/} of the checkout
 * @param directory the directory of the daemon's own files
 */
public record ClassArchive(Path module, Path directory) {
    /** Returns Java options: those in {@code options}, in the format of {@code CHAT_JAVA_OPTIONS}, and the archive's. */
    public List<String> options(String options) {
        List<String> all = new ArrayList<>();
        if (!options.isBlank()) {
            all.addAll(List.of(options.strip().split("\\s+", -1)));
        }
        all.add(Files.exists(archive()) ? "-XX:SharedArchiveFile=" + archive() : "-XX:DumpLoadedClassList=" + list());
        return all;
    }

    /**
     * Starts building the archive, in a process of its own that nobody waits for, if a daemon has
     * listed its classes.
     */
    public void make() throws IOException {
        if (!Files.exists(list())) {
            return;
        }
        ProcessBuilder builder = new ProcessBuilder(
                "setsid",
                "sh",
                "-c",
                ". \"$1\"; shift; archive_classes \"$@\"",
                "sh",
                module.resolveSibling("systemd/src/share/launch.sh").toString(),
                archive().toString(),
                list().toString(),
                module.resolve("target/chatd.jar").toString(),
                "@" + module.resolve("chatd.options"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private Path archive() {
        return module.resolve("target/chatd.jsa");
    }

    private Path list() {
        return directory.resolve("chatd.classes");
    }
}

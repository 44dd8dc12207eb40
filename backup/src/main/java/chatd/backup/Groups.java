package chatd.backup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Who may use the admin sockets: the members of some of the machine's groups. */
final class Groups {
    private static final Path GPASSWD = Path.of("/usr/bin/gpasswd");

    private Groups() {}

    /**
     * Adds the members that the groups had, where this machine has both group and user.
     *
     * @param unknown receives the others
     */
    static void restore(Map<String, List<String>> groups, Set<String> unknown) throws IOException {
        for (Map.Entry<String, List<String>> group : groups.entrySet()) {
            for (String member : group.getValue()) {
                if (!add(member, group.getKey())) {
                    unknown.add(member + " (of the group " + group.getKey() + ")");
                }
            }
        }
    }

    private static boolean add(String member, String group) throws IOException {
        if (!Files.isExecutable(GPASSWD)) {
            return false;
        }
        try {
            return new ProcessBuilder(GPASSWD.toString(), "--add", member, group)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}

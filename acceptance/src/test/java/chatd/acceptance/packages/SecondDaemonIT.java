package chatd.acceptance.packages;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.SharedChatd;
import chatd.acceptance.kit.SpawnedDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Two daemons on the same data: the second names the process that holds it. */
@ExtendWith(SharedChatd.class)
@Tag("processes")
class SecondDaemonIT {
    private final Chatd chatd;

    SecondDaemonIT(Chatd chatd) {
        this.chatd = chatd;
    }

    @Test
    void onTheSameLogItSaysWhichProcessHasIt() {
        ProcessResult second = ProcessResult.chat(
                "daemon", "--config", chatd.directory.resolve("chatd.toml").toString());
        assertThat(second.exits(75).err())
                .contains("process " + chatd.pid(), chatd.auditLog().toString());
    }

    private ProcessResult second(Path directory, boolean otherSockets) throws IOException {
        String config = Files.readString(chatd.directory.resolve("chatd.toml"))
                .replace(chatd.auditLog().toString(), directory.resolve("log").toString());
        String sockets = "directory = \"" + chatd.directory + "\"";
        assertThat(config).contains(sockets);
        Path other = Files.writeString(
                directory.resolve("chatd.toml"),
                otherSockets ? config.replace(sockets, "directory = \"" + directory + "\"") : config);
        return ProcessResult.chat("daemon", "--config", other.toString()).exits(75);
    }

    @Test
    void withTheSameSocketsItSaysWhichProcessHasThem(@TempDir Path directory) throws IOException {
        assertThat(second(directory, false).err()).contains("process " + chatd.pid(), "admin sockets");
        // The sockets are still the first daemon's.
        chatd.admin("", "stats").exits(0);
    }

    @Test
    void onTheSameDatabaseItSaysWhichProcessHasIt(@TempDir Path directory) throws IOException {
        assertThat(second(directory, true).err()).contains("process " + chatd.pid(), "database");
    }

    @Test
    void aDaemonWhoseDatabaseIsTakenOverEndsAndSaysWhoHasIt() throws Exception {
        try (SpawnedDaemon own = SpawnedDaemon.start()) {
            own.execute("update holder set epoch = epoch + 1, host = 'elsewhere', pid = 4711");
            assertThat(own.awaitEnd()).isEqualTo(76);
            assertThat(own.read("chatd.log"))
                    .contains("another chatd has taken over this database: process 4711 on elsewhere");
            assertThat(Files.readString(own.auditLog().resolve("audit.xml"))).contains("detail=\"taken over\"");
        }
    }
}

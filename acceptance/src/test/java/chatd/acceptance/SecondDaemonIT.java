package chatd.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Two daemons on the same data: the second says which process has it. */
@ExtendWith(SharedDemo.class)
class SecondDaemonIT {
    private final Demo demo;

    SecondDaemonIT(Demo demo) {
        this.demo = demo;
    }

    @Test
    void onTheSameLogItSaysWhichProcessHasIt() {
        Run second = Run.chat(
                "daemon", "--config", demo.directory.resolve("chatd.toml").toString());
        assertThat(second.exits(75).err())
                .contains("process " + demo.fact("CHAT_PID"), demo.auditLog().toString());
    }

    private Run second(Path directory, boolean otherSockets) throws IOException {
        String config = Files.readString(demo.directory.resolve("chatd.toml"))
                .replace(demo.auditLog().toString(), directory.resolve("log").toString());
        String sockets = "directory = \"" + demo.directory + "\"";
        assertThat(config).contains(sockets);
        Path other = Files.writeString(
                directory.resolve("chatd.toml"),
                otherSockets ? config.replace(sockets, "directory = \"" + directory + "\"") : config);
        return Run.chat("daemon", "--config", other.toString()).exits(75);
    }

    @Test
    void withTheSameSocketsItSaysWhichProcessHasThem(@TempDir Path directory) throws IOException {
        assertThat(second(directory, false).err()).contains("process " + demo.fact("CHAT_PID"), "admin sockets");
        // They are still those of the first.
        demo.admin("", "stats").exits(0);
    }

    @Test
    void onTheSameDatabaseItSaysWhichProcessHasIt(@TempDir Path directory) throws IOException {
        assertThat(second(directory, true).err()).contains("process " + demo.fact("CHAT_PID"), "database");
    }
}

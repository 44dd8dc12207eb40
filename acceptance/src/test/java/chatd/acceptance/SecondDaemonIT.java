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

    @Test
    void onTheSameDatabaseItSaysWhichProcessHasIt(@TempDir Path directory) throws IOException {
        String config = Files.readString(demo.directory.resolve("chatd.toml"))
                .replace(demo.auditLog().toString(), directory.resolve("log").toString());
        Path other = Files.writeString(directory.resolve("chatd.toml"), config);
        Run second = Run.chat("daemon", "--config", other.toString());
        assertThat(second.exits(75).err()).contains("process " + demo.fact("CHAT_PID"), "database");
    }
}

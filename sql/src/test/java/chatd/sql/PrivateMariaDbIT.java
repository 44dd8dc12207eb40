package chatd.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PrivateMariaDbIT {
    private Path directory = Path.of("");

    @BeforeEach
    void make() throws IOException {
        directory = Files.createTempDirectory("cp");
    }

    @AfterEach
    void remove() throws IOException {
        FileTree.delete(directory);
    }

    @Test
    void whatWasStoredIsThereAtTheNextStart() throws Exception {
        try (PrivateMariaDb server = PrivateMariaDb.start(directory, directory.resolve("s"))) {
            server.createSchema("kept");
        }
        try (PrivateMariaDb server = PrivateMariaDb.start(directory, directory.resolve("s"));
                var connection = java.sql.DriverManager.getConnection(server.url("kept"))) {
            assertThat(connection.isValid(1)).isTrue();
        }
    }

    @Test
    void itListensOnItsSocketAlone() throws Exception {
        try (PrivateMariaDb server = PrivateMariaDb.start(directory, directory.resolve("s"));
                var connection = java.sql.DriverManager.getConnection(server.url("mysql"));
                var result = connection.createStatement().executeQuery("select @@skip_networking, @@port")) {
            assertThat(result.next()).isTrue();
            assertThat(result.getBoolean(1)).isTrue();
        }
    }

    @Test
    void itEndsWithItsGuard() throws Exception {
        long pid;
        try (PrivateMariaDb server = PrivateMariaDb.start(directory, directory.resolve("s"))) {
            pid = server.pid();
            assertThat(ProcessHandle.of(pid))
                    .hasValueSatisfying(process -> assertThat(process.isAlive()).isTrue());
        }
        await().until(() -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
    }

    @Test
    void aSocketPathThatIsTooLongIsSaidSo() {
        assertThatThrownBy(() -> PrivateMariaDb.start(directory, directory.resolve("s".repeat(110))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("too long");
    }
}

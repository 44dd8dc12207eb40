package chatd.admin;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.admin.terminal.Exit;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which generated passwords are kept, depending on what the other end of the socket does. */
class KeptPasswordsTest {
    @TempDir
    private Path directory;

    private ServerSocketChannel server;
    private volatile String answer = "";

    @BeforeEach
    void listen() throws IOException {
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(directory.resolve("admin.sock")));
        Thread.startVirtualThread(this::serve);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    /** Answers dry runs with a plan; anything else with what the test sets, or by closing the connection. */
    private void serve() {
        while (server.isOpen()) {
            try (SocketChannel channel = server.accept()) {
                String line = new BufferedReader(
                                new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8))
                        .readLine();
                String reply = line.contains("\"dryRun\":true")
                        ? "{\"ok\":true,\"result\":{\"added\":[\"mia\",\"noah\"],\"left\":[],\"noted\":[],"
                                + "\"disabled\":[],\"atMost\":1}}"
                        : answer;
                if (!reply.isEmpty()) {
                    channel.write(ByteBuffer.wrap((reply + "\n").getBytes(StandardCharsets.UTF_8)));
                }
            } catch (IOException e) {
                return;
            }
        }
    }

    private int run(String... command) {
        var line = new java.util.ArrayList<>(List.of("--socket", directory.toString()));
        line.addAll(List.of(command));
        return Main.run(line.toArray(String[]::new));
    }

    private static String refusal(String code) {
        return "{\"ok\":false,\"code\":\"" + code + "\",\"text\":\"why\"}";
    }

    @ParameterizedTest
    @CsvSource({
        "undecided, 69, true",
        "internal, 1, true",
        "unlogged, 1, false",
        "busy, 1, false",
        "name-taken, 5, false",
        "'', 69, true"
    })
    void passwordsAreKeptWhereTheyMayHaveBeenSet(String code, int exit, boolean kept) throws IOException {
        answer = code.isEmpty() ? "" : refusal(code);
        Path added = directory.resolve("added.csv");
        assertThat(run("user", "add", "mia", "noah", "--passwords", added.toString()))
                .isEqualTo(exit);
        assertThat(Files.exists(added)).isEqualTo(kept);
        Path list = Files.writeString(directory.resolve("list.csv"), "mia\nnoah\n");
        Path imported = directory.resolve("imported.csv");
        assertThat(run("user", "import", list.toString(), "--passwords", imported.toString()))
                .isEqualTo(exit);
        // Until it is known whether the users were added, the file has another name.
        Path pending = directory.resolve("imported.csv.pending");
        assertThat(imported).doesNotExist();
        assertThat(Files.exists(pending)).isEqualTo(kept);
        if (kept) {
            assertThat(Files.readAllLines(pending)).hasSize(3);
        }
    }

    @Test
    void withoutADaemonNothingIsKept() throws IOException {
        server.close();
        Files.delete(directory.resolve("admin.sock"));
        Path added = directory.resolve("added.csv");
        assertThat(run("user", "add", "mia", "--passwords", added.toString())).isEqualTo(Exit.NO_DAEMON);
        assertThat(added).doesNotExist();
    }
}

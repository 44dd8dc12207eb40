package chatd.daemon.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lines of the service log as systemd's journal gets them, from a process of their own, whose standard error is read. */
class JournaldAppenderTest {
    private static final String FAR_TOO_LONG = "x".repeat(4 << 20);

    @TempDir
    private Path directory;

    /** Logs as the daemon does. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) {
            JournaldAppender.install(Path.of(arguments[0]));
            JournaldAppender.install(Path.of(arguments[0]));
            Logger own = LogManager.getLogger("chatd.test");
            own.warn("CHATD-301 waiting for {}\nCHATD-901 forged", "王芳");
            own.error("CHATD-105 failed", new IllegalStateException("two\nlines"));
            LogManager.getLogger("org.example.Library").warn("strange");
            own.info("CHATD-104 {}", FAR_TOO_LONG);
            own.info("CHATD-101 ready");
        }
    }

    /** Returns what the program writes to standard error. */
    private static String run(Path socket) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dchatd.journal=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Program.class.getName(),
                        socket.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(err).isZero();
        return err;
    }

    /** Returns a field as {@link NotifySocket} shows it: name, length in eight bytes, value. */
    private static String field(String name, String value) {
        int bytes = value.getBytes(StandardCharsets.UTF_8).length;
        return name + " " + (char) bytes + "\0".repeat(Long.BYTES - 1) + value + " ";
    }

    @Test
    void aLineHasItsIdentifiersAsFields() throws Exception {
        Path socket = directory.resolve("journal");
        try (NotifySocket journal = new NotifySocket(socket.toString())) {
            String err = run(socket);
            await().until(() -> journal.received.size() == 4);
            String first = journal.received.getFirst();
            assertThat(first).startsWith(field("PRIORITY", "4") + field("SYSLOG_IDENTIFIER", "chatd"));
            // One line, whatever is in it, and with one identifier
            assertThat(first).contains("CHATD-301 waiting for 王芳\\nCHATD-901 forged");
            assertThat(first)
                    .endsWith(
                            field("CODE", "CHATD-301") + field("MESSAGE_ID", JournaldAppender.messageId("CHATD-301")));
            assertThat(JournaldAppender.messageId("CHATD-301")).matches("[0-9a-f]{32}");
            assertThat(journal.received.get(1))
                    .startsWith(field("PRIORITY", "3"))
                    .contains("CHATD-105 failed | java.lang.IllegalStateException: two");
            assertThat(journal.received.get(2)).endsWith(field("MESSAGE", "Library: strange"));
            assertThat(journal.received.get(3)).contains("CHATD-101 ready");
            // What the socket does not take is not lost.
            assertThat(err).isEqualTo("<6>CHATD-104 " + FAR_TOO_LONG + "\n");
        }
    }

    @Test
    void withoutASocketAllIsWrittenToStandardError() throws Exception {
        assertThat(run(directory.resolve(UUID.randomUUID().toString())))
                .contains("<4>CHATD-301 waiting for 王芳\\nCHATD-901 forged\n", "<6>CHATD-101 ready\n");
    }
}

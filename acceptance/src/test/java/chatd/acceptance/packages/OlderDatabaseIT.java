package chatd.acceptance.packages;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.DemoProcess;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A database restored to an earlier state beside a log that continues: the log never uses one name for two things. */
@Tag("processes")
class OlderDatabaseIT {
    private static void copy(Path from, Path to) {
        assertThat(ProcessResult.program(List.of("cp", "-a", from.toString(), to.toString()))
                        .exit())
                .isZero();
    }

    private static String log(DemoProcess demo) throws IOException {
        return Files.readString(demo.auditLog().resolve("audit.xml"));
    }

    private static String userNumber(DemoProcess demo, String name) {
        ProcessResult run = demo.admin("", "user", "show", name, "-o", "json").exits(0);
        Matcher number = Pattern.compile("\"number\" ?: ?(\\d+)").matcher(run.out());
        assertThat(number.find()).as(run.out()).isTrue();
        return number.group(1);
    }

    private static long lastMessage(DemoProcess demo) throws IOException {
        return Pattern.compile(" type=\"(?:text|file)\" [^>]* message=\"(\\d+)\"")
                .matcher(log(demo))
                .results()
                .mapToLong(found -> Long.parseLong(found.group(1)))
                .max()
                .orElseThrow();
    }

    @Test
    void noNumberOrNameInTheLogIsReused() throws Exception {
        try (DemoProcess demo = new DemoProcess(Map.of())) {
            demo.prepared().begin("--port", "0");
            Chatd.Person early = demo.person();
            try (Chat1Socket socket = demo.logIn(early)) {
                socket.send(Wire.text("before", early.name()), Wire.file("early", new byte[10], early.name()));
                socket.expectText(early.name(), "before");
                assertThat(socket.expect(Wire.FILE).fileId()).isEqualTo(1);
            }
            demo.stop();
            long last = lastMessage(demo);
            copy(
                    demo.directory.resolve("mariadb"),
                    demo.directory.resolveSibling(demo.directory.getFileName() + ".old"));
            demo.begin("--port", "0");
            Chatd.Person mallory = demo.person();
            String oldNumber = userNumber(demo, mallory.name());
            String renamed = Chatd.newName();
            try (Chat1Socket socket = demo.logIn(mallory)) {
                socket.send(Wire.text("after", mallory.name()), Wire.file("late", new byte[10], mallory.name()));
                socket.expectText(mallory.name(), "after");
                assertThat(socket.expect(Wire.FILE).fileId()).isEqualTo(2);
            }
            demo.admin("", "user", "rename", early.name(), renamed).exits(0);
            demo.stop();
            long lost = lastMessage(demo);
            Wire.deleteTree(demo.directory.resolve("mariadb"));
            Files.move(
                    demo.directory.resolveSibling(demo.directory.getFileName() + ".old"),
                    demo.directory.resolve("mariadb"));
            demo.begin("--port", "0");
            assertThat(demo.read("chatd.log")).contains("the database is older than the log");
            demo.admin("", "log", "publish").exits(0);
            assertThat(log(demo))
                    .containsPattern("type=\"restore\"[^\n]*<lost kind=\"message\" from=\"" + (last + 1) + "\" to=\""
                            + lost + "\"/><lost kind=\"change\" [^\n]*<lost kind=\"file\" from=\"2\" to=\"2\"/>"
                            + "<lost kind=\"account\" from=\"" + oldNumber + "\" to=\"" + oldNumber
                            + "\"/></event>\n<seal ");
            // Restarted again, so that the database alone must ensure it.
            demo.stop();
            demo.begin("--port", "0");
            demo.admin("", "log", "publish").exits(0);
            assertThat(log(demo).split("type=\"restore\"", -1)).hasSize(2);
            try (Chat1Socket socket = demo.connect()) {
                for (String taken : List.of(mallory.name(), renamed)) {
                    socket.send(Wire.register(taken, Chatd.PASSWORD));
                    assertThat(socket.next().code()).isEqualTo(Wire.NAME_TAKEN);
                }
                socket.send(Wire.logIn(mallory.name(), mallory.password()));
                assertThat(socket.next().code()).isEqualTo(Wire.NO_SUCH_USER);
            }
            Chatd.Person other = demo.person();
            assertThat(Integer.parseInt(userNumber(demo, other.name()))).isGreaterThan(Integer.parseInt(oldNumber));
            try (Chat1Socket socket = demo.logIn(early)) {
                assertThat(socket.history(10)).containsExactly("before", "early");
                socket.send(Wire.text("again", early.name()), Wire.file("again", new byte[10], early.name()));
                socket.expectText(early.name(), "again");
                assertThat(socket.expect(Wire.FILE).fileId()).isEqualTo(3);
            }
            ProcessResult verified =
                    demo.admin("", "log", "verify", "--messages").exits(3);
            assertThat(verified.out())
                    .doesNotContain("WRONG")
                    .containsPattern(
                            "2 messages logged before seq \\d+, where an older database replaced the current one,"
                                    + " were lost");
        }
    }
}

package chatd.acceptance.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.Terminal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The admin CLI at a terminal: tables that fit, prompts, the continuous view. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("processes")
class AdminTerminalIT {
    private Chatd chatd;

    @BeforeAll
    void start() {
        chatd = LocalDaemon.start();
        chatd.admin("", "user", "add", "王芳", "--note", "说中文的学生，四年级乙班，从九月开始在这里上课")
                .exits(0);
        chatd.admin("", "user", "add", "mia", "--note", "x").exits(0);
    }

    @AfterAll
    void stop() {
        chatd.close();
    }

    private Terminal terminal(List<String> environment, String... command) {
        var line =
                new ArrayList<>(List.of("admin", "--socket", chatd.adminSocket().toString()));
        line.addAll(List.of(command));
        return new Terminal(environment, ProcessResult.command(line.toArray(String[]::new)));
    }

    @Test
    void aTableIsAsWideAsTheTerminalAndWholeInAPipe() {
        try (Terminal terminal = terminal(List.of("NO_COLOR="), "user", "list")) {
            assertThat(terminal.awaitEnd()).isZero();
            terminal.showsLine("^\\d+ +王芳 .*…").showsLine("^\\d+ +mia .* x$");
            String[] users = {"alice", "bob", "王芳", "mia"};
            for (String name : users) {
                assertThat(terminal.screen().lines().filter(line -> line.matches("\\d+ +" + name + " .*")))
                        .as("one line each")
                        .hasSize(1);
            }
            assertThat(terminal.coloured()).as("the header is bold").contains("\033[1mNUMBER");
        }
        try (Terminal terminal = terminal(List.of("NO_COLOR=1"), "user", "list")) {
            assertThat(terminal.awaitEnd()).isZero();
            await().untilAsserted(() -> assertThat(terminal.raw()).contains("NUMBER"));
            terminal.neverWrites("\033[1m");
        }
        assertThat(chatd.admin("", "user", "list").exits(0).out())
                .contains("说中文的学生，四年级乙班，从九月开始在这里上课")
                .doesNotContain("…", "\033");
    }

    @Test
    void irreversibleCommandsAskFirst() {
        chatd.admin("", "user", "add", "noah").exits(0);
        try (Terminal terminal = terminal(List.of(), "user", "delete", "noah")) {
            terminal.shows("Removed: the password", "Delete noah (U").prompts("[y/N]");
            terminal.enter("no");
            assertThat(terminal.awaitEnd()).isEqualTo(1);
            terminal.shows("Nothing was done.");
        }
        try (Terminal terminal = terminal(List.of(), "user", "delete", "noah")) {
            terminal.prompts("[y/N]").enter("y");
            assertThat(terminal.awaitEnd()).isZero();
            terminal.shows("deleted.");
        }
    }

    @Test
    void theContinuousViewRunsUntilInterrupted() {
        try (Terminal terminal = terminal(List.of(), "stats", "--watch", "1")) {
            terminal.showsLine("^online       0, over 0 connections");
            try (Chat1Socket socket = chatd.logIn(chatd.person())) {
                terminal.showsLine("^online       1, over 1 connection: " + socket.name());
            }
            assertThat(terminal.screen().lines().filter(line -> line.startsWith("online")))
                    .hasSize(1);
            terminal.press("C-c");
            terminal.awaitEnd();
        }
    }

    @Test
    void theContinuousViewWaitsForADaemonThatIsRestarted() {
        try (LocalDaemon own = LocalDaemon.start();
                Terminal terminal = new Terminal(
                        List.of(),
                        ProcessResult.command(
                                "admin", "--socket", own.adminSocket().toString(), "stats", "--watch", "1"))) {
            terminal.showsLine("^accounts     2,");
            own.stop();
            terminal.shows("No daemon answers", "Waiting for it; press Ctrl-C to stop.");
            own.begin();
            own.admin("", "user", "add", "carol").exits(0);
            terminal.showsLine("^accounts     3,");
            terminal.press("C-c");
            terminal.awaitEnd();
        }
    }
}

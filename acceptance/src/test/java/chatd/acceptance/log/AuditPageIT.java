package chatd.acceptance.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.Page;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The auditor's page: each command, run as it is written there, prints what the page shows. */
@Tag("processes")
class AuditPageIT {
    @TempDir
    private Path directory;

    @Test
    void everyCommandPrintsWhatThePageSays() throws Exception {
        try (LocalDaemon chatd = LocalDaemon.start()) {
            Page page = new Page("audit.md", directory, chatd);
            prepare(chatd);
            assertThat(page.steps()).hasSizeGreaterThan(12);
            for (Page.Step step : page.steps()) {
                page.run(step);
            }
        }
    }

    private void prepare(Chatd chatd) throws Exception {
        Path password = Files.writeString(directory.resolve("anna.password"), "correct horse battery\n");
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
        try (Chat1Socket one = person(chatd, "anna");
                Chat1Socket two = person(chatd, "ben")) {
            one.send(Wire.text("to one", two.name()));
            one.send(Wire.textToAll("to all"));
            one.send(Wire.file("a.txt", Wire.utf8("content"), two.name()));
            one.fence();
        }
        try (Chat1Socket wrong = chatd.connect()) {
            wrong.send(Wire.logIn("alice", "not-the-password"));
            assertThat(wrong.next().code()).isEqualTo(Wire.WRONG_PASSWORD);
        }
        chatd.admin("", "log", "rotate").exits(0);
        for (int i = 0; i < 3; i++) {
            chatd.admin("", "user", "list").exits(0);
        }
        Files.writeString(
                directory.resolve("seal.pem"),
                chatd.admin("", "log", "key").exits(0).out());
        Files.writeString(
                directory.resolve("anchors"),
                chatd.admin("", "log", "anchor").exits(0).out());
        Files.copy(ProcessResult.ROOT.resolve("docs/verify.py"), directory.resolve("verify.py"));
        Path log = Files.createDirectory(directory.resolve("log"));
        // Retried until the copy ends with its seal, as the page's does: the anchor command itself is logged after it.
        await().until(() -> {
            chatd.admin("", "log", "anchor").exits(0);
            copy(chatd.auditLog(), log);
            List<String> lines = Files.readAllLines(log.resolve("audit.xml"));
            return lines.get(lines.size() - 2).startsWith("<seal ");
        });
    }

    private static Chat1Socket person(Chatd chatd, String name) {
        Chat1Socket socket = chatd.connect();
        socket.send(Wire.register(name, "correct horse battery"));
        assertThat(socket.next().code()).isEqualTo(Wire.LOGGED_IN);
        socket.logIn(new Chatd.Person(name, "correct horse battery"));
        return socket;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var all = Files.list(from)) {
            for (Path file :
                    all.filter(file -> file.toString().endsWith(".xml")).toList()) {
                Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }
}

package chatd.acceptance.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.files.Pictures;
import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.CutProxy;
import chatd.acceptance.kit.Terminal;
import chatd.text.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files as people send, fetch and open them in the terminal client, on {@code chat-json/1}. */
class TerminalFilesIT extends TerminalTestBase {
    @TempDir
    private Path directory;

    TerminalFilesIT(Chatd chatd) {
        super(chatd);
    }

    private Path file(String name, byte[] content) throws IOException {
        return Files.write(directory.resolve(name), content);
    }

    private static byte[] random(int size) {
        byte[] content = new byte[size];
        new Random(1).nextBytes(content);
        return content;
    }

    /** Waits for the offer of a file, which may be wrapped anywhere; returns its number. */
    private static String offered(Terminal a, String name) {
        Pattern offer = Pattern.compile(Pattern.quote(name) + ".*\\(/fetch\\s+(\\d+)\\)", Pattern.DOTALL);
        return await().until(
                        () -> offer.matcher(a.all())
                                .results()
                                .map(one -> one.group(1))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    @Test
    void filesAreTransferredWithoutInterruptingTheSession() throws IOException {
        byte[] content = random(1 << 20);
        Path file = file("big file.bin", content);
        Path in = directory.resolve("in");
        try (Chat1Socket ben = chatd.newcomer()) {
            Terminal a = clients.logIn(ann, "--downloads", in.toString()).prompts("(nobody)>");
            a.enter("/file " + ben.name() + " '" + file + "'")
                    .showsLine("file big file\\.bin, 1 MiB  \\(/fetch \\d+\\)$");
            a.enter("/fetch " + offered(a, "big file.bin")).shows("Saved as " + in.resolve("big file.bin"));
            assertThat(in.resolve("big file.bin")).hasBinaryContent(content);
            a.enter("/fetch 4000000000").shows("There is no file 4000000000 that you may fetch.");
            a.enter("/msg " + ben.name() + " and a text").shows(": and a text");
            a.neverShows("logged in elsewhere", "Trying again");
        }
    }

    @Test
    void sendingAFolderAsksOnce() throws IOException {
        Path folder = directory.resolve("plans");
        Files.createDirectories(folder.resolve("within"));
        Files.write(folder.resolve("a.txt"), random(1_000));
        Files.write(folder.resolve("b.txt"), random(2_584));
        Files.write(folder.resolve(".hidden"), random(1));
        Files.write(folder.resolve("within/c.txt"), random(1));
        Path empty = Files.createDirectory(directory.resolve("empty"));
        try (Chat1Socket ben = chatd.newcomer()) {
            Terminal a = clients.logIn(ann).prompts("(nobody)>");
            String question = "Send 2 files, 3.5 KiB, to " + ben.name() + "? [y/N]";
            a.enter("/file " + ben.name() + " " + folder).prompts(question).enter("n");
            a.shows("Nothing was sent.").prompts("(nobody)>");
            a.enter("/file " + ben.name() + " " + empty).shows("There is no file in it. Nothing was sent.");
            a.enter("/file " + ben.name() + " " + folder).prompts(question).enter("y");
            a.showsLine("file a\\.txt, 1000 bytes  \\(/fetch \\d+\\)$");
            a.showsLine("file b\\.txt, 2\\.5 KiB  \\(/fetch \\d+\\)$").prompts("(nobody)>");
            a.neverShows("hidden", "c.txt");
        }
    }

    @Test
    void theProgressBarShowsSpeedAndTimeLeftOnOneLine() throws IOException {
        Path file = file("a plan of everything that is to be built.bin", random(32 << 20));
        try (CutProxy proxy = CutProxy.onPort(chatd.port());
                Chat1Socket ben = chatd.newcomer()) {
            Terminal a = clients.logIn(ann, proxy.port()).prompts("(nobody)>");
            a.resize(100, 24);
            proxy.slow(Duration.ofMillis(500));
            a.enter("/file " + ben.name() + " '" + file + "'");
            String pace = " +\\d+ %  [\\d.]+ of 32\\.0 MiB  [\\d.]+ MiB/s, \\d+:\\d\\d left";
            // The bar is above the prompt, where one can keep typing.
            a.showsLine("^a plan of .*" + pace + "  /cancel 1$");
            a.enter("/msg " + ben.name() + " it comes").shows(": it comes");
            a.enter("/files").shows("1  sending a plan of everything that is to be built.bin to " + ben.name());
            a.resize(60, 24);
            a.showsLine("^a plan .*" + pace + "$");
            a.resize(130, 24);
            a.showsLine("^a plan of everything.*  \\[#*·+\\]" + pace + "  /cancel 1$");
            proxy.slow(Duration.ZERO);
            assertThat(offered(a, "file a plan of everything that is to be built.bin, 32 MiB"))
                    .isNotEmpty();
            a.hasNoLonger("/cancel 1");
            a.enter("/files").shows("No file transfers are in progress.");
        }
    }

    @Test
    void cancelStopsTheFileAndNothingElse() throws IOException {
        Path file = file("plan.bin", random(32 << 20));
        Path in = directory.resolve("in");
        try (CutProxy proxy = CutProxy.onPort(chatd.port());
                Chat1Socket ben = chatd.newcomer()) {
            Terminal a = clients.logIn(ann, proxy.port(), "--downloads", in.toString())
                    .prompts("(nobody)>");
            a.enter("/file " + ben.name() + " " + file);
            String number = offered(a, "plan.bin");
            proxy.slow(Duration.ofMillis(200));
            a.enter("/fetch " + number).hasOnScreen("/cancel 1").enter("/cancel 1");
            a.showsLine("\\* file " + number + ": Cancelled\\.$").prompts("(nobody)>");
            await().untilAsserted(() -> assertThat(in.toFile().list()).isEmpty());
            Path other = file("other.bin", random(32 << 20));
            a.enter("/file " + ben.name() + " " + other).hasOnScreen("/cancel 1");
            // Nobody quits by mistake.
            a.enter("/quit")
                    .shows("A file is under way, and would be cancelled.")
                    .prompts("(nobody)>");
            a.enter("/cancel").showsLine("\\* other\\.bin: Cancelled\\.$").prompts("(nobody)>");
            a.enter("/cancel").shows("No file transfers are in progress.");
            proxy.slow(Duration.ZERO);
            a.enter("/msg " + ben.name() + " and a text").shows(": and a text");
            a.neverShows("It failed", "Trying again", "broke off");
            ben.fence();
            assertThat(ben.history(10)).containsExactly("plan.bin", "and a text");
        }
    }

    @Test
    void aFileIsOpenedAfterAQuestionThatSaysWhatItIs() throws IOException {
        Path given = directory.resolve("given");
        Path programs = Files.createDirectory(directory.resolve("programs"));
        Path viewer = Files.writeString(
                programs.resolve("xdg-open"),
                "#!/bin/sh\nprintf %s \"$1\" >'" + given + ".part'\nmv '" + given + ".part' '" + given + "'\n");
        Files.setPosixFilePermissions(viewer, PosixFilePermissions.fromString("rwx------"));
        clients.set("PATH=" + programs + ":" + System.getenv("PATH"));
        Path in = directory.resolve("in");
        byte[] picture = Pictures.encoded("png");
        Path file = file("sea.png", picture);
        try (Chat1Socket ben = chatd.newcomer()) {
            Terminal a = clients.logIn(ann, "--downloads", in.toString()).prompts("(nobody)>");
            a.enter("/file " + ben.name() + " " + file);
            String number = offered(a, "sea.png");
            String question =
                    "Open sea.png (image/png, " + Size.of(picture.length) + ") with this system's viewer? [y/N]";
            a.enter("/open " + number).prompts(question).enter("n");
            a.shows("It was not opened; /fetch " + number + " saves it.").prompts("(nobody)>");
            assertThat(in).doesNotExist();
            a.enter("/open " + number).prompts(question).enter("y");
            a.shows("Saved as " + in.resolve("sea.png")).prompts("(nobody)>");
            await().untilAsserted(() ->
                    assertThat(given).hasContent(in.resolve("sea.png").toString()));
            assertThat(in.resolve("sea.png")).hasBinaryContent(picture);
            a.enter("/open 4000000000").shows("There is no file 4000000000 that you may fetch.");
        }
    }
}

package chatd.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.files.FileTestBase;
import chatd.acceptance.files.HttpTestBase;
import chatd.acceptance.kit.Chatd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/**
 * Files sent and fetched by curl, as scripts do: whole, in part, resumed, and only if they have
 * changed.
 */
class CurlIT extends HttpTestBase {
    private final Bearer sender = logIn(ann, "");
    private final byte[] content = FileTestBase.noise(700_000);

    @TempDir
    private Path directory;

    CurlIT(Chatd chatd) {
        super(chatd);
    }

    /**
     * Runs curl, with the token from its standard input, so that no list of processes shows it;
     * returns the HTTP status.
     */
    private String curl(String path, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "curl",
                "--silent",
                "--show-error",
                "--cacert",
                chatd.ca().toString(),
                "--config",
                "-",
                "--write-out",
                "%{http_code}"));
        command.addAll(List.of(arguments));
        command.add("https://localhost:" + chatd.port() + path);
        Process curl = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var in = curl.outputWriter()) {
            in.write("header = \"Authorization: Bearer " + sender.token() + "\"\n");
        }
        String status = new String(curl.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(curl.waitFor()).isZero();
        return status;
    }

    private byte[] part(int from, int end) {
        return Arrays.copyOfRange(content, from, end);
    }

    @Test
    void curlSendsAndFetchesWholeAndInPart() throws IOException, InterruptedException {
        Files.write(directory.resolve("content"), content);
        String query = query("to", ben.name(), "name", "by curl.bin", "size", Integer.toString(content.length));
        // curl asks with Expect: 100-continue before it sends.
        assertThat(curl("/files?" + query, "--request", "POST", "--upload-file", "content", "--output", "answer"))
                .isEqualTo("201");
        long file = JsonMapper.shared()
                .readTree(directory.resolve("answer"))
                .path("file")
                .asLong();
        String path = "/files/" + file;
        assertThat(curl(path, "--output", "whole")).isEqualTo("200");
        assertThat(directory.resolve("whole")).hasBinaryContent(content);
        for (int[] range : new int[][] {{0, 1}, {5, 100}, {262_143, 262_146}, {699_999, 700_000}}) {
            assertThat(curl(path, "--range", range[0] + "-" + (range[1] - 1), "--output", "part"))
                    .isEqualTo("206");
            assertThat(directory.resolve("part")).hasBinaryContent(part(range[0], range[1]));
        }
        assertThat(curl(path, "--range", "-1000", "--output", "part")).isEqualTo("206");
        assertThat(directory.resolve("part")).hasBinaryContent(part(699_000, 700_000));
        assertThat(curl(path, "--range", "699000-", "--output", "part")).isEqualTo("206");
        assertThat(directory.resolve("part")).hasBinaryContent(part(699_000, 700_000));
        assertThat(curl(path, "--range", "700000-", "--output", "part")).isEqualTo("416");
    }

    @Test
    void curlResumesWhatWasCutAndFetchesNothingTwice() throws IOException, InterruptedException {
        String path = "/files/" + sendFile(sender, ben.name(), "cut.bin", content);
        Files.write(directory.resolve("cut"), part(0, 300_001));
        assertThat(curl(path, "--continue-at", "-", "--output", "cut")).isEqualTo("206");
        assertThat(directory.resolve("cut")).hasBinaryContent(content);
        assertThat(curl(path, "--etag-save", "etag", "--output", "whole")).isEqualTo("200");
        assertThat(curl(path, "--etag-compare", "etag", "--output", "again")).isEqualTo("304");
        assertThat(curl(path, "--head", "--output", "head")).isEqualTo("200");
        assertThat(directory.resolve("head"))
                .content()
                .containsIgnoringCase("content-length: 700000\r\n")
                .containsIgnoringCase("accept-ranges: bytes\r\n");
    }
}

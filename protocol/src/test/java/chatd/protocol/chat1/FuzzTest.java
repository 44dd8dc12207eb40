package chatd.protocol.chat1;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Fuzzes the decoder. The system property {@code chatd.fuzz} sets how long, as an option of libFuzzer. */
class FuzzTest {
    @TempDir
    private Path found;

    private static Path corpus() throws URISyntaxException {
        return Path.of(
                Objects.requireNonNull(FuzzTest.class.getResource("corpus")).toURI());
    }

    static List<Path> seeds() throws IOException, URISyntaxException {
        try (Stream<Path> files = Files.list(corpus())) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everySeedOfTheCorpusHolds(Path seed) throws IOException {
        FrameFuzzer.fuzzerTestOneInput(Files.readAllBytes(seed));
    }

    @Test
    @Tag("processes")
    void noInputBreaksTheDecoder() throws Exception {
        Path log = found.resolve("log");
        Process jazzer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-XX:+EnableDynamicAgentLoading",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "com.code_intelligence.jazzer.Jazzer",
                        "--target_class=chatd.protocol.chat1.FrameFuzzer",
                        "--instrumentation_includes=chatd.protocol.**",
                        "--custom_hook_includes=chatd.protocol.**",
                        // It fails on the use of Unsafe in a queue of Netty.
                        "--disabled_hooks=com.code_intelligence.jazzer.sanitizers.UnsafeSanitizer",
                        "--reproducer_path=" + found,
                        "-artifact_prefix=" + found + "/",
                        System.getProperty("chatd.fuzz", "-runs=20000"),
                        "-rss_limit_mb=0",
                        found.toString(),
                        corpus().toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        int exit = jazzer.waitFor();
        String said = Files.readString(log);
        assertThat(exit).as(said).isZero();
        // Checks that it ran at all: libFuzzer's last line.
        assertThat(said).containsPattern("Done \\d{5,} runs");
        Pattern.compile("Seed: \\d+|Done .* runs.*")
                .matcher(said)
                .results()
                .forEach(match -> System.out.println("campaign: " + match.group()));
    }
}

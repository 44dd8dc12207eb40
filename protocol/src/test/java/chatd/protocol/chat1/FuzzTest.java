package chatd.protocol.chat1;

import chatd.fixtures.Jazzer;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Fuzzes the decoders. */
class FuzzTest {
    @TempDir
    private Path found;

    static List<Path> seeds() throws IOException, URISyntaxException {
        return Jazzer.seeds(FrameFuzzer.class, "corpus");
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everySeedOfTheCorpusPasses(Path seed) throws IOException {
        FrameFuzzer.fuzzerTestOneInput(Files.readAllBytes(seed));
    }

    @Test
    @Tag("processes")
    void noInputBreaksTheDecoder() throws Exception {
        Jazzer.run(FrameFuzzer.class, "corpus", List.of("chatd.protocol.**"), found, 1_000);
    }
}

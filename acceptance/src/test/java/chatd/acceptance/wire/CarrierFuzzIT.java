package chatd.acceptance.wire;

import chatd.fixtures.Jazzer;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fuzzes HTTP and WebSockets, up to the decoder of messages. */
@Tag("processes")
class CarrierFuzzIT {
    private static final String CORPUS = "carriers";

    @TempDir
    private Path found;

    @Test
    void everySeedOfTheCorpusPasses() throws IOException, URISyntaxException {
        CarrierFuzzer.fuzzerInitialize();
        try {
            for (Path seed : Jazzer.seeds(CarrierFuzzer.class, CORPUS)) {
                CarrierFuzzer.fuzzerTestOneInput(Files.readAllBytes(seed));
            }
        } finally {
            CarrierFuzzer.stop();
        }
    }

    @Test
    void noStrangerBreaksTheCarriers() throws Exception {
        Jazzer.run(
                CarrierFuzzer.class,
                CORPUS,
                List.of("chatd.daemon.net.http.**", "chatd.daemon.net.stream.**", "chatd.protocol.json.**"),
                found,
                100);
    }
}

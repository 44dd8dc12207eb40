package chatd.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Compares the digests of messages with values computed by another program from the page's description. */
class SaltedDigestTest {
    private static final byte[] SALT = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

    @Test
    void textToSeveralReceiversInAnyOrder() {
        Instant time = Instant.parse("2026-11-20T06:15:00.123Z");
        for (List<Long> order : List.of(List.of(2L, 7L), List.of(7L, 2L))) {
            assertThat(new SaltedDigest(SALT, 184, 12, order, time).ofText("grüß dich\nU9"))
                    .isEqualTo("xjUVY_2nXxPgi4hFHoiUyaIoGQWv4wWtKsSQM8VNNR8");
        }
    }

    @Test
    void serverTextToEveryoneWithAChangedTime() {
        Instant time = Instant.parse("2026-11-20T06:15:00.123456Z");
        assertThat(new SaltedDigest(SALT, 184, 0, null, time).ofText("x"))
                .isEqualTo("9N7KHgYDXE4oEABgZvhiQVaLP70VkzsLPSffsm-Tamk");
    }

    @Test
    void fileAtAFullSecond() throws Exception {
        byte[] sha256 = MessageDigest.getInstance("SHA-256").digest("hello".getBytes(StandardCharsets.UTF_8));
        assertThat(new SaltedDigest(SALT, 185, 12, List.of(2L), Instant.parse("2026-11-20T06:15:00Z"))
                        .ofFile(17, "a b.txt", 5, sha256))
                .isEqualTo("wJi5xs0UsSD5GBovcbyFKqKTPz3SKCVl_nqnyGnDeu4");
    }
}

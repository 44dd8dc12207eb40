package chatd.daemon.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class Argon2idTest {
    private static final Argon2id IN_C = new Argon2id.LibArgon2(new SecureRandom());
    private static final Argon2id IN_JAVA = new Argon2id.BouncyCastle(new SecureRandom());

    static Stream<Arguments> pairs() {
        return Stream.of(
                arguments(IN_C, IN_JAVA), arguments(IN_JAVA, IN_C), arguments(IN_JAVA, IN_JAVA), arguments(IN_C, IN_C));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void eachImplementationVerifiesTheHashesOfTheOther(Argon2id maker, Argon2id reader) {
        for (String password : List.of("a", "grüß dich 你好", "x".repeat(128))) {
            byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
            for (int parallelism : new int[] {1, 2}) {
                String hash = maker.hash(2, 64, parallelism, bytes.clone());
                assertThat(hash)
                        .matches("\\$argon2id\\$v=19\\$m=64,t=2,p=" + parallelism
                                + "\\$[A-Za-z0-9+/]{22}\\$[A-Za-z0-9+/]{43}");
                assertThat(reader.verify(hash, bytes.clone())).isTrue();
                assertThat(reader.verify(hash, (password + "!").getBytes(StandardCharsets.UTF_8)))
                        .isFalse();
                assertThat(maker.hash(2, 64, parallelism, bytes.clone())).isNotEqualTo(hash);
            }
        }
    }

    @Test
    void theHashOfNobodyLooksRealAndMatchesNothing() {
        String hash = Argon2id.dummy(2, 64, 1, new SecureRandom());
        assertThat(hash).matches("\\$argon2id\\$v=19\\$m=64,t=2,p=1\\$[A-Za-z0-9+/]{22}\\$[A-Za-z0-9+/]{43}");
        for (Argon2id reader : List.of(IN_C, IN_JAVA)) {
            assertThat(reader.verify(hash, new byte[] {'x'})).isFalse();
        }
    }

    @Test
    void anInvalidHashMatchesNothing() {
        for (String wrong : List.of("", "$argon2id$", "$argon2i$v=19$m=64,t=2,p=1$c2FsdHNhbHQ$aGFzaA", "plain")) {
            assertThat(IN_JAVA.verify(wrong, new byte[] {'x'})).as(wrong).isFalse();
            assertThat(IN_C.verify(wrong, new byte[] {'x'})).as(wrong).isFalse();
        }
    }

    @Test
    void theLibraryIsUsedWhereItCanBeLoaded() {
        assertThat(Argon2id.available()).isInstanceOf(Argon2id.LibArgon2.class);
    }
}

package chatd.daemon.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.daemon.config.Config;
import chatd.daemon.model.Refusal;
import chatd.protocol.value.Code;
import chatd.protocol.value.Secret;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordRulesTest {
    private static final Hashing.Requester ME = Hashing.Requester.ADMINISTRATOR;
    private static final PasswordRules RULES = new PasswordRules();
    private static final Hashing HASHING = new Hashing(new Config.Hashing(1 << 20, 1, 1, 2, 10));

    @AfterAll
    static void close() {
        HASHING.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "correct horse",
                "王芳王芳王芳王芳",
                "tide-rope-3",
                "12x45y78",
                "ppppppppppppppppppppppppppppppxy",
                "pppppppppppppppppppppppppppppppx"
            })
    void goodPasswordsAreAccepted(String password) {
        RULES.check(Secret.of(password), "alice");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "seven77",
                "\0seven77",
                "seven77\0",
                "王芳王芳王芳王",
                "password",
                "PassWord1",
                "12345678",
                "iloveyou",
                "alicealice",
                "ALICEalice",
                "ppppppppppppppppppppppppppppppppx"
            })
    void badPasswordsAreRefused(String password) {
        assertThatThrownBy(() -> RULES.check(Secret.of(password), "alicealice"))
                .isInstanceOfSatisfying(Refusal.class, e -> assertThat(e.code()).isEqualTo(Code.BAD_PASSWORD));
    }

    @Test
    void bytesThatAreNotUtf8AreRefused() {
        Secret broken = Secret.ofBytes(new byte[] {'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', (byte) 0xff});
        assertThatThrownBy(() -> RULES.check(broken, "alice")).isInstanceOf(Refusal.class);
    }

    @Test
    void theFormOfUnicodeDoesNotMatter() {
        assertThat(RULES.canonical(Secret.of("re\u0301sume\u0301"))).isEqualTo(RULES.canonical(Secret.of("résumé")));
    }

    @Test
    void aHashIsArgon2idInPhcForm() {
        String hash = HASHING.hash(RULES.canonical(Secret.of("correct horse")), ME);
        assertThat(hash).startsWith("$argon2id$v=19$m=1024,t=1,p=1$");
        assertThat(HASHING.verify(hash, RULES.canonical(Secret.of("correct horse")), ME))
                .isTrue();
        assertThat(HASHING.verify(hash, RULES.canonical(Secret.of("correct horsf")), ME))
                .isFalse();
        assertThat(HASHING.hash(RULES.canonical(Secret.of("correct horse")), ME))
                .isNotEqualTo(hash);
    }

    @Test
    void aHashOfWeakerParametersIsRecognized() {
        String hash = HASHING.hash(RULES.canonical(Secret.of("correct horse")), ME);
        assertThat(HASHING.isWeak(hash)).isFalse();
        try (Hashing stronger = new Hashing(new Config.Hashing(2 << 20, 1, 1, 1, 10))) {
            assertThat(stronger.isWeak(hash)).isTrue();
        }
    }

    @Test
    void aPasswordThatIsTooLongMatchesNoneAndIsNotNormalized() {
        assertThat(RULES.canonical(Secret.of("\u0301".repeat(8_000)))).isEqualTo(RULES.canonical(Secret.of("\uFFFF")));
    }

    @Test
    void aSecretIsNeverPrinted() {
        assertThat(Secret.of("correct horse")).hasToString("Secret[]");
    }
}

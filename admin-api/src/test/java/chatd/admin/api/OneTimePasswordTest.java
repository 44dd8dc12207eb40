package chatd.admin.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

class OneTimePasswordTest {
    @Test
    void aOneTimePasswordIsEasyToType() {
        SecureRandom random = new SecureRandom();
        for (int i = 0; i < 100; i++) {
            assertThat(OneTimePassword.generate(random))
                    .matches("[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}")
                    .doesNotContain("0", "o", "1", "l");
        }
    }
}

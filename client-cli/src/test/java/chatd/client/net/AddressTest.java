package chatd.client.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
    @ParameterizedTest
    @CsvSource({
        "alice@localhost, alice, localhost, 7443",
        "alice@localhost:1234, alice, localhost, 1234",
        "alice@[::1], alice, ::1, 7443",
        "alice@[::1]:1234, alice, ::1, 1234",
        "王芳@chat.example.org:65535, 王芳, chat.example.org, 65535",
        "chat.example.org,, chat.example.org, 7443",
        "[fe80::1%eth0]:1,, fe80::1%eth0, 1"
    })
    void anAddressIsUserHostAndPort(String text, String user, String host, int port) {
        assertThat(Address.parse(text, 7443)).isEqualTo(new Address(Optional.ofNullable(user), host, port));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "@localhost",
                "alice@",
                "alice@::1",
                "alice@host:0",
                "alice@host:65536",
                "alice@host:x",
                "a b"
            })
    void aMalformedAddressIsRejected(String text) {
        assertThatThrownBy(() -> Address.parse(text, 7443)).isInstanceOf(IllegalArgumentException.class);
    }
}

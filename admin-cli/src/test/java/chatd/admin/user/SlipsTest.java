package chatd.admin.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.admin.terminal.CommandFailure;
import com.google.zxing.common.BitMatrix;
import com.google.zxing.qrcode.decoder.Decoder;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlipsTest {
    private static final int MARGIN = 2;

    @Test
    void theAddressIsTheFirstNameOfTheCertificateThatOthersCanUse() {
        assertThat(Slips.address(List.of("localhost", "::1", "127.0.0.1", "*.example.org", "2001:db8::7"), 7443))
                .isEqualTo("[2001:db8::7]:7443");
        assertThat(Slips.address(List.of("my_host", "chat.example.org"), 443)).isEqualTo("chat.example.org:443");
        assertThatThrownBy(() -> Slips.address(List.of("localhost"), 1))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("--address HOST:PORT");
    }

    /** What a phone's camera reads from the QR code. */
    @ParameterizedTest
    @CsvSource({
        "chat.example.org, https://chat.example.org:7443/",
        "chat.example.org:443, https://chat.example.org/",
        "192.0.2.7:8443, https://192.0.2.7:8443/",
        "2001:db8::7, https://[2001:db8::7]:7443/",
        "[2001:db8::7]:443, https://[2001:db8::7]/",
    })
    void theQrCodeHasTheAddress(String address, String url) throws Exception {
        StringBuilder page = new StringBuilder();
        new Slips(address).write(Map.of("mia", "secret"), page);
        Matcher size = Pattern.compile("viewBox=\"0 0 (\\d+) \\1\"").matcher(page);
        assertThat(size.find()).isTrue();
        BitMatrix code = new BitMatrix(Integer.parseInt(size.group(1)) - 2 * MARGIN);
        Pattern.compile("M(\\d+) (\\d+)h1v1h-1z")
                .matcher(page)
                .results()
                .forEach(module -> code.set(
                        Integer.parseInt(module.group(1)) - MARGIN, Integer.parseInt(module.group(2)) - MARGIN));
        assertThat(new Decoder().decode(code).getText()).isEqualTo(url);
    }
}

package chatd.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SizeTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 bytes",
        "1, 1 byte",
        "1023, 1023 bytes",
        "1024, 1 KiB",
        "1536, 1.5 KiB",
        "102400, 100 KiB",
        "1048576, 1 MiB",
        "17301504, 16.5 MiB",
        "5368709120, 5 GiB",
        "9223372036854775807, 8 EiB"
    })
    void aSizeIsShownInTheLargestUnitOfWhichThereIsAtLeastOne(long bytes, String shown) {
        assertThat(Size.of(bytes)).isEqualTo(shown);
    }
}

package chatd.daemon.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExportedFileTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "plan.txt | files/7-plan.txt",
                "王芳 🎉.png | files/7-王芳 🎉.png",
                "a \"<i>\": what?*.png | files/7-a __i___ what__.png",
                "ends with dots... | files/7-ends with dots_",
                "../../etc/passwd | files/7-.._.._etc_passwd",
                "C:\\x | files/7-C__x"
            })
    void itsPathIsOneOnEverySystem(String name, String path) {
        assertThat(ExportedFile.path(7, name)).isEqualTo(path);
        assertThat(URI.create(ExportedFile.href(7, name)).getPath()).isEqualTo(path);
    }

    @Test
    void aLongNameIsShortenedForTheNumberBeforeIt() {
        String path = ExportedFile.path(4_294_967_295L, "n".repeat(251) + ".txt");
        assertThat(path.getBytes(StandardCharsets.UTF_8)).hasSize("files/".length() + 255);
        assertThat(path).startsWith("files/4294967295-nnn").endsWith("….txt");
    }
}

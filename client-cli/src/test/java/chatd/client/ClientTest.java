package chatd.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.protocol.Content;
import chatd.protocol.Event;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientTest {
    @ParameterizedTest
    @CsvSource({
        "alice@localhost, alice, localhost, 7443",
        "alice@localhost:1234, alice, localhost, 1234",
        "alice@[::1], alice, ::1, 7443",
        "alice@[::1]:1234, alice, ::1, 1234",
        "王芳@chat.example.org:65535, 王芳, chat.example.org, 65535"
    })
    void anAddressIsUserHostAndPort(String text, String user, String host, int port) {
        assertThat(Address.parse(text, 7443)).isEqualTo(new Address(user, host, port));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "alice",
                "@localhost",
                "alice@",
                "alice@::1",
                "alice@host:0",
                "alice@host:65536",
                "alice@host:x"
            })
    void whatIsNoAddressIsSaidSo(String text) {
        assertThatThrownBy(() -> Address.parse(text, 7443)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u001b[31mred",
                "a\u0007b",
                "a\u009b31m",
                "a\rb",
                "\u202Eevil",
                "a\u2066b",
                "a\u200Bb",
                "\u2028",
                "\u007f"
            })
    void nothingThatSteersATerminalIsPrinted(String text) {
        for (String shown : List.of(Visible.line(text), Visible.text(text))) {
            assertThat(shown.codePoints().filter(c -> c != '\n'))
                    .noneMatch(c -> Character.isISOControl(c) || (Character.getType(c) == Character.FORMAT));
        }
        assertThat(Visible.line(text)).doesNotContain("\n");
    }

    @Test
    void whatPeopleWriteIsLeftAsItIs() {
        assertThat(Visible.text("Grüße, 你好 👩‍👩‍👧 हिन्दी")).isEqualTo("Grüße, 你好 👩‍👩‍👧 हिन्दी");
        assertThat(Visible.text("one\r\ntwo")).isEqualTo("one\n    two");
        assertThat(Visible.line("one\ntwo")).isEqualTo("one␤two");
    }

    private static Event.FileContent offered(String name) {
        return new Event.FileContent("mallory", Instant.EPOCH, name, 1, 3);
    }

    private static Path fetched(Downloads downloads, String name) throws IOException {
        downloads.begin(offered(name));
        assertThat(downloads.take(new Content(Unpooled.wrappedBuffer(new byte[] {1, 2}), false)))
                .isNull();
        Path file = downloads.take(new Content(Unpooled.wrappedBuffer(new byte[] {3}), true));
        assertThat(file).isNotNull().hasBinaryContent(new byte[] {1, 2, 3});
        return java.util.Objects.requireNonNull(file);
    }

    @Test
    void aFetchedFileOverwritesNothing(@TempDir Path directory) throws IOException {
        Downloads downloads = new Downloads(directory.resolve("new"));
        assertThat(fetched(downloads, "a.txt").getFileName()).hasToString("a.txt");
        assertThat(fetched(downloads, "a.txt").getFileName()).hasToString("a (1).txt");
        assertThat(fetched(downloads, "none").getFileName()).hasToString("none");
        assertThat(fetched(downloads, "none").getFileName()).hasToString("none (1)");
        try (Stream<Path> files = Files.list(directory.resolve("new"))) {
            assertThat(files).hasSize(4);
        }
    }

    @Test
    void aFetchedFileDoesNotLeaveItsDirectory(@TempDir Path directory) throws IOException {
        Downloads downloads = new Downloads(directory);
        assertThat(fetched(downloads, "a/../../b").getParent()).isEqualTo(directory);
        assertThat(fetched(downloads, "..\\c").getParent()).isEqualTo(directory);
    }
}

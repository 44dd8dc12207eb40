package chatd.acceptance.files;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.LocalDaemon;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The command {@code storage}: who stores how much, and what is missing or left over. */
class AdminStorageIT extends HttpTestBase {
    AdminStorageIT(Chatd chatd) {
        super(chatd);
    }

    private static long send(Chatd to, Bearer by, String name, byte[] content) throws IOException {
        return json(post(to, by, name, content)).path("file").asLong();
    }

    @Test
    void storageShowsWhoStoresHowMuchOfWhat() throws IOException {
        try (LocalDaemon own = LocalDaemon.start("CHATD_QUOTA_ACCOUNT", "10 MiB")) {
            Chatd.Person person = own.person();
            Bearer one = logIn(own, person, "");
            byte[] content = FileTestBase.noise(600_000);
            send(own, one, "a", content);
            send(own, one, "b", content);
            long picture = send(own, one, "c.png", Pictures.encoded("png"));
            JsonNode report = JsonMapper.shared()
                    .readTree(own.admin("", "storage", "-o", "json").exits(0).out());
            long size = Pictures.encoded("png").length;
            assertThat(report.path("used").asLong()).isEqualTo(600_000 + size);
            assertThat(report.path("accounts").path(0).path("name").asString()).isEqualTo(person.name());
            assertThat(report.path("accounts").path(0).path("bytes").asLong()).isEqualTo(1_200_000 + size);
            assertThat(report.path("accounts").path(0).path("quota").asLong()).isEqualTo(10 << 20);
            assertThat(report.path("largest").path(2).path("file").asLong()).isEqualTo(picture);
            assertThat(own.admin("", "storage").exits(0).out())
                    .containsPattern("(?m)^" + person.name() + " \\(U\\d+\\) +3 +1172 KiB +10 MiB *$")
                    .containsPattern("(?m)^image/png +1 +" + size + " B *$");
        }
    }

    @Test
    void checkFindsWhatIsMissingAndWhatNothingRefersTo() throws IOException {
        try (LocalDaemon own = LocalDaemon.start()) {
            Bearer one = logIn(own, own.person(), "");
            long whole = send(own, one, "whole", FileTestBase.noise(600_000));
            long holed = send(own, one, "holed", FileTestBase.noise(600_001));
            long shorter = send(own, one, "shorter", FileTestBase.noise(10));
            assertThat(own.admin("", "storage", "check").exits(0).out())
                    .isEqualTo("3 files, 3 contents: everything is there.\n");
            assertThat(own.execute("delete from content_chunk where position = 1 and content = " + content(holed)))
                    .isEqualTo(1);
            assertThat(own.execute(
                            "update content_chunk set bytes = left(bytes, 9) where content = " + content(shorter)))
                    .isEqualTo(1);
            assertThat(own.execute("insert into content (size, created) values (5, now(6))"))
                    .isEqualTo(1);
            assertThat(own.admin("", "storage", "check").exits(1).out())
                    .contains("file " + holed + ": 337857 of 600001 bytes are stored (content ")
                    .contains("file " + shorter + ": 9 of 10 bytes are stored (content ")
                    .contains("3 files, 4 contents: something is missing of 2 contents.")
                    .contains("1 content not referred to")
                    .doesNotContain("file " + whole + ":");
        }
    }

    private static String content(long file) {
        return "(select content from file where number = " + file + ")";
    }
}

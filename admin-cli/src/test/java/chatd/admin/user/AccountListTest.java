package chatd.admin.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.admin.terminal.CommandFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccountListTest {
    @TempDir
    private Path directory;

    private List<AccountList.Row> read(String text) throws IOException {
        return AccountList.read(Files.writeString(directory.resolve("list.csv"), text, StandardCharsets.UTF_8));
    }

    @Test
    void aListIsNamesWithNotes() throws IOException {
        assertThat(read("alice\nbob,\ncarol,class 4b\n王芳,\"a, b \"\"c\"\"\"\n"))
                .containsExactly(
                        new AccountList.Row(1, "alice", ""),
                        new AccountList.Row(2, "bob", ""),
                        new AccountList.Row(3, "carol", "class 4b"),
                        new AccountList.Row(4, "王芳", "a, b \"c\""));
    }

    @Test
    void headingCommentsEmptyLinesAndLineEndsOfWindowsAreUnderstood() throws IOException {
        assertThat(read("\uFEFFName,Note\r\n\r\n# nobody\r\nalice , x\r\n"))
                .containsExactly(new AccountList.Row(4, "alice", "x"));
        assertThat(read("name\nalice")).extracting(AccountList.Row::name).containsExactly("alice");
        // It is a heading only on the first line.
        assertThat(read("alice\nname,note\n")).hasSize(2);
        assertThat(read("")).isEmpty();
    }

    @Test
    void everyLineThatIsWrongIsNamed() {
        assertThatThrownBy(() -> read("alice\n,x\na,b,c\n"))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContainingAll("list.csv:2: has no name", "list.csv:3: has 3 columns", "Nothing was done.");
        assertThatThrownBy(() -> read("alice,\"never ends\n")).isInstanceOf(CommandFailure.class);
    }

    @Test
    void aNoteOverTwoLinesDoesNotPutTheNumbersOut() throws IOException {
        assertThat(read("alice,\"two\nlines\"\nbob,x\n"))
                .extracting(AccountList.Row::line)
                .last()
                .isEqualTo(3L);
    }
}

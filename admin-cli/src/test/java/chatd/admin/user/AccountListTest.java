package chatd.admin.user;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccountListTest {
    @TempDir
    private Path directory;

    private AccountList list(String text) throws IOException {
        Path file = Files.writeString(directory.resolve("list.csv"), text, StandardCharsets.UTF_8);
        return AccountList.read(file.toString());
    }

    private List<AccountList.Row> read(String text) throws IOException {
        AccountList list = list(text);
        assertThat(list.errors()).isEmpty();
        assertThat(list.hasErrors()).isFalse();
        return list.rows();
    }

    @Test
    void aListIsNamesWithNotes() throws IOException {
        assertThat(read("alice\nbob,\ncarol,class 4b\n王芳,\"a, b \"\"c\"\"\"\n"))
                .containsExactly(
                        new AccountList.Row(1, "alice", null),
                        new AccountList.Row(2, "bob", ""),
                        new AccountList.Row(3, "carol", "class 4b"),
                        new AccountList.Row(4, "王芳", "a, b \"c\""));
        assertThat(list("alice\n").hasHeading()).isFalse();
    }

    @Test
    void headingCommentsEmptyLinesAndLineEndsOfWindowsAreUnderstood() throws IOException {
        assertThat(read("\uFEFFName,Note\r\n\r\n# nobody\r\nalice , x\r\n"))
                .containsExactly(new AccountList.Row(4, "alice", "x"));
        assertThat(read("name\nalice")).extracting(AccountList.Row::name).containsExactly("alice");
        assertThat(list("name\nalice").hasHeading()).isTrue();
        // It is a heading only on the first line.
        assertThat(read("alice\nname,note\n")).hasSize(2);
        assertThat(read("")).isEmpty();
    }

    @Test
    void theHeadingDeterminesTheColumns() throws IOException {
        assertThat(read("note,NAME\n4b,alice\n,bob\n"))
                .containsExactly(new AccountList.Row(2, "alice", "4b"), new AccountList.Row(3, "bob", ""));
        assertThat(read("name,note\nalice\n")).containsExactly(new AccountList.Row(2, "alice", null));
        assertThat(list("name\nalice,x\n").errors()).contains("list.csv:2: has 2 columns, not name;");
        assertThat(list("note,name\nonly a note\n").errors()).endsWith("list.csv:2: has no name");
    }

    @Test
    void unknownAndRepeatedColumnsAreErrors() throws IOException {
        AccountList unknown = list("name,class\nalice,4b\n");
        assertThat(unknown.errors())
                .endsWith("list.csv:1: has an unknown column, \"class\": the columns are name and note");
        assertThat(unknown.rows()).isEmpty();
        assertThat(list("name,name\nalice,bob\n").errors()).endsWith("list.csv:1: has a column twice");
    }

    @ParameterizedTest
    @ValueSource(strings = {"name,password", "Password,Name", "name,note,PWD", "login,passwort", "alice,密码"})
    void aListWithAColumnOfPasswordsIsRefused(String heading) throws IOException {
        AccountList list = list(heading + "\nalice,secret-1,x\n");
        assertThat(list.errors())
                .contains("list.csv:1: has a column of passwords")
                .doesNotContain("secret-1");
        assertThat(list.rows()).isEmpty();
    }

    @Test
    void everyLineThatIsWrongIsNamed() throws IOException {
        AccountList list = list("alice\n,x\na,b,c\nbob;4b\n");
        assertThat(list.errors())
                .contains("list.csv:2: has no name", "list.csv:3: has 3 columns", "list.csv:4: has a semicolon");
        assertThat(list.rows()).extracting(AccountList.Row::name).containsExactly("alice");
        list.addError(1, "is taken");
        assertThat(list.errors()).contains("list.csv:1: is taken\n").hasLineCount(4);
        assertThat(list("alice,\"never ends\n").hasErrors()).isTrue();
    }

    @Test
    void aNoteOverTwoLinesDoesNotPutTheNumbersOut() throws IOException {
        assertThat(read("alice,\"two\nlines\"\nbob,x\n"))
                .extracting(AccountList.Row::line)
                .last()
                .isEqualTo(3L);
    }
}

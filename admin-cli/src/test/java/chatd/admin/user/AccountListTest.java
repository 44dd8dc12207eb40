package chatd.admin.user;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccountListTest {
    @TempDir
    private Path directory;

    private AccountList list(String text) throws IOException {
        Path file = Files.writeString(directory.resolve("list.csv"), text, StandardCharsets.UTF_8);
        return AccountList.read(file.toString(), AccountList.Layout.DEFAULT);
    }

    private List<AccountList.Row> read(String text) throws IOException {
        AccountList list = list(text);
        assertThat(list.errors()).isEmpty();
        assertThat(list.hasErrors()).isFalse();
        return list.rows();
    }

    @Test
    void aListHasNamesAndNotes() throws IOException {
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
    void everyWrongLineIsReported() throws IOException {
        AccountList list = list("alice\n,x\na,b,c\nbob;4b\n");
        assertThat(list.errors())
                .contains("list.csv:2: has no name", "list.csv:3: has 3 columns", "list.csv:4: has a semicolon");
        assertThat(list.rows()).extracting(AccountList.Row::name).containsExactly("alice");
        list.addError(1, "is taken");
        assertThat(list.errors()).contains("list.csv:1: is taken\n").hasLineCount(4);
        assertThat(list("alice,\"never ends\n").hasErrors()).isTrue();
    }

    @Test
    void semicolonsAndTabsAreUnderstoodAsSpreadsheetsWriteThem() throws IOException {
        assertThat(read("name;note\nmia;\"4b; new\"\nben;4b, old\n"))
                .containsExactly(new AccountList.Row(2, "mia", "4b; new"), new AccountList.Row(3, "ben", "4b, old"));
        assertThat(read("\uFEFFsep=;\r\nname;note\r\nmia;a,b\r\n"))
                .containsExactly(new AccountList.Row(3, "mia", "a,b"));
        assertThat(read("mia\t4b\nben\t5a\n"))
                .containsExactly(new AccountList.Row(1, "mia", "4b"), new AccountList.Row(2, "ben", "5a"));
        assertThat(read("mia;\"4b, new\"\n")).containsExactly(new AccountList.Row(1, "mia", "4b, new"));
    }

    @Test
    void emptyColumnsAndLinesAreIgnored() throws IOException {
        assertThat(read("name,note,,\nmia,4b,,\n,,,\n\u00A0, ,,\nben,,,\n"))
                .containsExactly(new AccountList.Row(2, "mia", "4b"), new AccountList.Row(5, "ben", ""));
        assertThat(read(";;\nname;;note\nmia;;4b\n")).containsExactly(new AccountList.Row(3, "mia", "4b"));
        assertThat(list("name,note,\nmia,4b,x\n").errors()).contains("list.csv:1: has an unknown column");
    }

    @Test
    void namesAreNormalisedAndTrimmed() throws IOException {
        assertThat(read("\u00A0mia.keller\u202F,\u00A04b\u00A0\nju\u0308rgen,x\n\uFF4D\uFF49\uFF41,y\n"))
                .containsExactly(
                        new AccountList.Row(1, "mia.keller", "4b"),
                        new AccountList.Row(2, "j\u00FCrgen", "x"),
                        new AccountList.Row(3, "mia", "y"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Benutzername;Klasse",
                "username,class",
                "\u59D3\u540D,\u73ED\u7EA7",
                "Pr\u00E9nom;Classe",
                "Kuka,Luokka"
            })
    void aHeadingInAnotherLanguageIsRefused(String heading) throws IOException {
        String separator = heading.contains(";") ? ";" : ",";
        AccountList list = list(heading + "\nmia" + separator + "4b\nben" + separator + "5a\n");
        assertThat(list.errors()).contains("list.csv:1: looks like a heading").contains("--no-heading");
        assertThat(list.rows()).isEmpty();
    }

    @Test
    void withoutAHeadingTheFirstLineIsAUser() throws IOException {
        Path file = Files.writeString(directory.resolve("list.csv"), "klasse,x\nname,y\n");
        assertThat(AccountList.read(file.toString(), new AccountList.Layout(false, null, Map.of(), null))
                        .rows())
                .extracting(AccountList.Row::name)
                .containsExactly("klasse", "name");
    }

    @Test
    void lineNumbersAreRightAfterANoteOfTwoLines() throws IOException {
        assertThat(read("alice,\"two\nlines\"\nbob,x\n"))
                .extracting(AccountList.Row::line)
                .last()
                .isEqualTo(3L);
    }

    private AccountList list(String text, AccountList.Layout layout) throws IOException {
        Path file = Files.writeString(directory.resolve("list.csv"), text, StandardCharsets.UTF_8);
        return AccountList.read(file.toString(), layout);
    }

    @Test
    void ownHeadingsCanBeMappedAndOthersAreIgnored() throws IOException {
        AccountList.Layout layout = new AccountList.Layout(true, null, Map.of("login", "name", "klasse", "note"), null);
        assertThat(list("Nr;KLASSE;Kennwort;Login\n1;4b;secret;mia\n2;;x;noah\n", layout)
                        .rows())
                .containsExactly(new AccountList.Row(2, "mia", "4b"), new AccountList.Row(3, "noah", ""));
        assertThat(list("Nr;Class;Login\n1;4b;mia\n", layout).errors())
                .endsWith("list.csv:1: has no column called klasse: they are nr, class, login");
        // The list's own column of that name is ignored.
        assertThat(list("Name;Klasse;Login;Note\nKeller;4b;mia;1+\n", layout).rows())
                .containsExactly(new AccountList.Row(2, "mia", "4b"));
        assertThat(list("a;b\nx;y\n", new AccountList.Layout(true, null, Map.of("a", "note", "b", "note"), null))
                        .errors())
                .endsWith("list.csv:1: has two columns for the note");
        assertThat(list("sep=#\nmia#4b\n").errors()).endsWith("can't have '#' between its columns");
    }

    @Test
    void theDelimiterCanBeGiven() throws IOException {
        assertThat(list("mia|4b, with a comma\n", new AccountList.Layout(true, '|', Map.of(), null))
                        .rows())
                .containsExactly(new AccountList.Row(1, "mia", "4b, with a comma"));
    }

    @Test
    void namesAreMadeFromColumnsAndDuplicatesGetANumber() throws IOException {
        AccountList made = list(
                "Nachname,Vorname,Klasse\nMüller,Jörg,4b\nO'Neil,Anna Lena,4b\nMueller,Joerg,4c\n,Mia,4b\n",
                new AccountList.Layout(true, null, Map.of("klasse", "note"), new NameMaker("Vorname.Nachname")));
        assertThat(made.rows())
                .containsExactly(
                        new AccountList.Row(2, "joerg.mueller", "4b"),
                        new AccountList.Row(3, "anna-lena.oneil", "4b"),
                        new AccountList.Row(4, "joerg.mueller2", "4c"));
        assertThat(made.errors()).endsWith("list.csv:5: has no name");
        assertThat(list(
                                "Vorname,Klasse\nMia,4b\n",
                                new AccountList.Layout(
                                        true, null, Map.of("klasse", "note"), new NameMaker("vorname.klasse")))
                        .rows())
                .containsExactly(new AccountList.Row(2, "mia.4b", "4b"));
        assertThat(made.numberedNames()).singleElement().asString().contains("list.csv:4: is joerg.mueller2");
    }
}

package chatd.acceptance.admin;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.Wire;
import chatd.acceptance.web.browser.BrowserTestBase;
import chatd.acceptance.web.browser.WebBrowser.Device;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that apply to all users of a school class at once. */
@Tag("processes")
class AdminClassesIT extends BrowserTestBase {
    @TempDir
    private Path directory;

    private String admin(String... command) {
        return chatd.admin("", command).exits(0).out();
    }

    /** Adds two users of a class that no other test has; returns the class. */
    private String addClass(String one, String two) {
        String ofClass = "c" + Chatd.newName();
        for (String name : List.of(one, two)) {
            chatd.admin(
                            Chatd.PASSWORD + "\n",
                            "user",
                            "add",
                            name,
                            "--password-stdin",
                            "--note",
                            "in " + ofClass + ", new")
                    .exits(0);
        }
        return ofClass;
    }

    @Test
    void aClassIsDisabledEnabledMutedAndDeletedOnlyWhenConfirmed() {
        String one = Chatd.newName();
        String two = Chatd.newName();
        String ofClass = addClass(one, two);
        ProcessResult unsure =
                chatd.admin("", "user", "disable", "--class", ofClass).exits(2);
        assertThat(unsure.err()).contains("Disable 2 users: " + one + ", " + two + "?", "use --yes to confirm");
        assertThat(admin("user", "disable", "--class", ofClass, "--dry-run"))
                .isEqualTo(one + "\n" + two + "\nNothing was done: this was a dry run.\n");
        assertThat(admin("user", "list", "--class", ofClass, "--state", "disabled", "--names"))
                .isEmpty();
        assertThat(admin("user", "disable", "--class", ofClass, "--yes"))
                .contains(one + " (U", two + " (U", "disabled.");
        assertThat(admin("user", "list", "--class", ofClass, "--state", "disabled", "--names"))
                .isEqualTo(one + "\n" + two + "\n");
        admin("user", "enable", two);
        assertThat(admin("user", "enable", "--class", ofClass, "--state", "disabled", "--yes"))
                .contains(one + " (U")
                .doesNotContain(two);
        assertThat(admin("user", "mute", "--class", ofClass, "--for", "1h", "--yes"))
                .contains("is muted; muted until");
        assertThat(chatd.admin("", "user", "disable", one, "--class", ofClass)
                        .exits(2)
                        .err())
                .contains("Either name the users, or select them");
        assertThat(chatd.admin("", "user", "disable").exits(2).err()).contains("Name the users, or select them");
        assertThat(chatd.admin("", "user", "disable", "--class", "nothing-of-that-kind", "--yes")
                        .exits(4)
                        .err())
                .contains("There is no such user");
        assertThat(admin("user", "delete", "--class", ofClass, "--dry-run"))
                .contains(one, two, "Removed: the password");
        assertThat(admin("user", "delete", "--class", ofClass, "--yes")).contains(one, two, "deleted.");
        assertThat(chatd.admin("", "user", "show", one).exits(4).err()).contains("was deleted");
    }

    @Test
    void newPasswordsOfAClassGoToAFile() {
        String one = Chatd.newName();
        String two = Chatd.newName();
        String ofClass = addClass(one, two);
        Path file = directory.resolve("new.csv");
        assertThat(chatd.admin("", "user", "reset", "--class", ofClass, "--yes")
                        .exits(2)
                        .err())
                .contains("--passwords FILE");
        assertThat(admin("user", "reset", "--class", ofClass, "--yes", "--passwords", file.toString()))
                .contains("The 2 passwords are in " + file);
        assertThat(file).content().startsWith("name,password\n" + one + ",");
    }

    @Test
    void slipsArePrintedWithWhatTheirReadersNeed() throws IOException {
        String one = Chatd.newName();
        String two = Chatd.newName();
        String ofClass = addClass(one, two);
        Path out = directory.resolve("slips.html");
        // The certificate of a test is for this machine alone.
        assertThat(chatd.admin("", "user", "slips", "--class", ofClass, "--yes", "--out", out.toString())
                        .exits(1)
                        .err())
                .contains("--address HOST:PORT");
        String[] command = {
            "user", "slips", "--class", ofClass, "--yes", "--out", out.toString(), "--address", "chat.example.org"
        };
        assertThat(admin(command)).contains(one + " (U", "The 2 passwords are in " + out);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(out)))
                .isEqualTo("rw-------");
        assertThat(chatd.admin("", command).exits(5).err()).contains("There is a file " + out + " already");

        Page page = browser.blank(Device.DESK.options());
        page.navigate(out.toUri().toString());
        assertThat(page.locator("section").count()).isEqualTo(2);
        assertThat(page.locator("h2").allTextContents()).containsExactly(one, two);
        assertThat(page.locator("section").first().innerText()).contains("https://chat.example.org:7443", one);
        assertThat(page.locator("#code path").getAttribute("d")).startsWith("M");
        String password = page.locator("section").first().locator("code").nth(1).textContent();
        try (Chat1Socket socket = chatd.connect()) {
            socket.send(Wire.logIn(one, password));
            assertThat(socket.next().code()).isEqualTo(Wire.MUST_CHANGE);
        }

        Path given = Files.writeString(directory.resolve("given.csv"), "name,password\n<b>,\"a&b\"\n");
        Path made = directory.resolve("made.html");
        assertThat(admin(
                        "user", "slips", "--passwords", given.toString(), "--out", made.toString(), "--address", "::1"))
                .contains("1 slip for https://[::1]:7443/: " + made);
        page.navigate(made.toUri().toString());
        assertThat(page.locator("code").allTextContents()).containsExactly("<b>", "a&b");
        String never = directory.resolve("never.html").toString();
        assertThat(chatd.admin("", "user", "slips", "--passwords", out.toString(), "--out", never, "--address", "::1")
                        .exits(1)
                        .err())
                .contains("not a file of passwords");
        for (String wrong : List.of("http://x", "a b", "x:99999999", "x:0", "u@h", "x/y", "")) {
            assertThat(chatd.admin("", "user", "slips", one, "--out", never, "--address", wrong)
                            .exits(2)
                            .err())
                    .contains("--address must be a host");
        }
    }

    @Test
    void aSchoolsOwnListIsReadAsItIs() throws IOException {
        String last = Chatd.newName();
        Path list = Files.writeString(
                directory.resolve("export.csv"),
                "Nr;Nachname;Vorname;Klasse\n1;%s;Jörg;4b\n2;%s;Joerg;4b\n".formatted(last, last));
        String[] command = {
            "user",
            "import",
            list.toString(),
            "--delimiter",
            ";",
            "--columns",
            "Klasse=note",
            "--make-names",
            "vorname.nachname",
            "--dry-run"
        };
        String[] synced = Stream.concat(Stream.of(command), Stream.of("--sync")).toArray(String[]::new);
        ProcessResult dry = chatd.admin("", command).exits(0);
        assertThat(dry.out()).contains("2 would be added: joerg." + last + ", joerg." + last + "2");
        assertThat(chatd.admin("", synced).exits(1).err())
                .contains("export.csv:3: is joerg." + last + "2", "each name must identify one person");
        chatd.admin("", "user", "add", "joerg." + last + "2", "--no-change").exits(0);
        Files.writeString(list, "Nr;Nachname;Vorname;Klasse\n1;%s;Jörg;4b\n".formatted(last));
        assertThat(chatd.admin("", synced).exits(1).err())
                .contains("export.csv:2: is joerg." + last + ", and there is a joerg." + last + "2 already");
        assertThat(dry.err()).contains("export.csv:3: is joerg." + last + "2: an earlier line has the name");
        for (ProcessResult wrong : List.of(
                chatd.admin("", "user", "import", list.toString(), "--delimiter", "xy", "--dry-run"),
                chatd.admin("", "user", "import", list.toString(), "--no-heading", "--columns", "a=note", "--dry-run"),
                chatd.admin("", "user", "import", list.toString(), "--columns", "a=nonsense", "--dry-run"))) {
            Matcher option = Pattern.compile("--(delimiter|columns)")
                    .matcher(wrong.exits(2).err());
            assertThat(option.find()).as("%s", wrong).isTrue();
        }
    }
}

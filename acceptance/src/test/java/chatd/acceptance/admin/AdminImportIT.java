package chatd.acceptance.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.AuditReader;
import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.Frame;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.Terminal;
import chatd.acceptance.kit.Wire;
import chatd.fixtures.Campaign;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Imports of many accounts at once. */
class AdminImportIT {
    private static final int MANY = Campaign.times(1_000, 10_000);

    @TempDir
    private Path directory;

    private Path list(String name, List<String> lines) throws IOException {
        return Files.write(directory.resolve(name), lines);
    }

    private static List<String> names(Chatd chatd, String... filter) {
        List<String> command = new ArrayList<>(List.of("user", "list", "--names"));
        command.addAll(List.of(filter));
        return chatd.admin("", command.toArray(String[]::new))
                .exits(0)
                .out()
                .lines()
                .toList();
    }

    /** At a terminal, where it shows its progress; those who talk or log in meanwhile notice only the new accounts. */
    @Test
    @Tag("processes")
    void thousandsAreImportedWhileOthersTalk() throws Exception {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            lines.add("pupil-" + AdminTroubleIT.letters(i) + ",class " + i % 100);
        }
        Path passwords = directory.resolve("passwords.csv");
        try (LocalDaemon chatd = LocalDaemon.start("CHATD_HASHING_MEMORY", "4 MiB");
                Chat1Socket one = chatd.newcomer();
                Chat1Socket two = chatd.newcomer()) {
            try (Terminal terminal = new Terminal(
                    List.of(),
                    ProcessResult.command(
                            "admin",
                            "--socket",
                            chatd.adminSocket().toString(),
                            "user",
                            "import",
                            list("pupils.csv", lines).toString(),
                            "--passwords",
                            passwords.toString()))) {
                terminal.showsLine("[1-9]\\d* of " + MANY + " passwords hashed");
                chatd.newcomer().close();
                one.send(Wire.text("meanwhile", two.name()));
                two.awaitText(one.name(), "meanwhile");
                assertThat(names(chatd)).hasSizeLessThan(10);
                terminal.showsLine(MANY + " added: pupil-");
                terminal.showsLine("The passwords are in");
                terminal.hasNoLonger("hashed");
            }
            assertThat(names(chatd)).hasSizeGreaterThan(MANY);
            Set<String> announced = new HashSet<>();
            for (Frame frame : two.fence()) {
                assertThat(frame.isPresence()).isTrue();
                announced.add(frame.name());
            }
            assertThat(announced.stream().filter(name -> name.startsWith("pupil-")))
                    .hasSize(MANY);
            List<String> kept = Files.readAllLines(passwords);
            assertThat(kept).hasSize(MANY + 1);
            String[] last = kept.getLast().split(",", -1);
            try (Chat1Socket socket = chatd.connect()) {
                socket.send(Wire.logIn(last[0], last[1]));
                assertThat(socket.next().code()).isEqualTo(Wire.MUST_CHANGE);
                socket.send(Wire.change(last[0], last[1], "chosen-by-me-4"));
                assertThat(socket.next().code()).isEqualTo(Wire.CHANGED);
                assertThat(socket.logIn(new Chatd.Person(last[0], "chosen-by-me-4"))
                                .users())
                        .hasSizeGreaterThan(MANY);
            }
            chatd.admin("", "log", "publish").exits(0);
            assertThat(new AuditReader(chatd.auditLog())
                            .all().stream()
                                    .filter(entry -> entry.get("type").equals("account")
                                            && entry.get("name").startsWith("pupil-")))
                    .hasSize(MANY);
            chatd.admin("", "log", "verify").exits(3);
        }
    }

    @Test
    void aListIsImportedAsAWholeOrNotAtAll() throws Exception {
        try (LocalDaemon chatd = LocalDaemon.start()) {
            Path file = list(
                    "list.csv",
                    List.of(
                            "\uFEFFName , Note",
                            "",
                            "# a comment",
                            "mia.keller, class 4b",
                            "王芳,\"class 4b, new\"",
                            "u12",
                            "alice",
                            "mia.keller",
                            "ALICE",
                            "long," + "x".repeat(201),
                            "two words"));
            ProcessResult run = chatd.admin("", "user", "import", file.toString(), "--dry-run")
                    .exits(1);
            assertThat(run.err().lines())
                    .hasSize(7)
                    .anyMatch(line -> line.contains(file + ":6: ") && line.contains("number"))
                    .anyMatch(line -> line.contains(file + ":7: ") && line.contains("taken"))
                    .anyMatch(line -> line.contains(file + ":8: ") && line.contains("twice"))
                    .anyMatch(line -> line.contains(file + ":9: ")
                            && line.contains("looks like alice")
                            && line.contains("--similar"))
                    .anyMatch(line -> line.contains(file + ":10: ") && line.contains("200 characters"))
                    .anyMatch(line -> line.contains(file + ":11: "));
            run = chatd.admin("", "user", "import", file.toString(), "--passwords", directory + "/p.csv")
                    .exits(1);
            assertThat(run.err()).contains("Nothing was done.");
            assertThat(names(chatd)).containsExactly("alice", "bob");
            assertThat(directory.resolve("p.csv")).doesNotExist();
            // The valid names are still free.
            chatd.admin("", "user", "add", "mia.keller").exits(0);
            Path binary = Files.write(directory.resolve("latin1.csv"), new byte[] {'a', (byte) 0xe4, '\n'});
            assertThat(chatd.admin("", "user", "import", binary.toString(), "--dry-run")
                            .exits(1)
                            .err())
                    .contains("UTF-8");
            assertThat(chatd.admin("", "user", "import", directory + "/none.csv")
                            .exits(4)
                            .err())
                    .contains("There is no file");
        }
    }

    /** Two family names that look alike, in one list and one after the other, and a title. */
    @Test
    void namesThatLookAlikeAreAcceptedOnlyWithSimilar() throws Exception {
        try (LocalDaemon chatd = LocalDaemon.start()) {
            Path file = list("list.csv", List.of("name", "Stern", "Stem", "admin"));
            ProcessResult run = chatd.admin("", "user", "import", file.toString(), "--dry-run")
                    .exits(1);
            assertThat(run.err().lines())
                    .hasSize(2)
                    .first()
                    .asString()
                    .contains(file + ":3: The name Stem looks like Stern", "--similar");
            chatd.admin("", "user", "import", file.toString(), "--similar", "--passwords", directory + "/p.csv")
                    .exits(0);
            assertThat(names(chatd)).contains("Stern", "Stem", "admin");
            assertThat(chatd.admin("", "user", "add", "bOb").exits(1).err()).contains("looks like bob", "--similar");
            chatd.admin("", "user", "add", "bOb", "--similar").exits(0);
            assertThat(chatd.admin("", "user", "rename", "bOb", "ALICE")
                            .exits(1)
                            .err())
                    .contains("looks like alice");
            chatd.admin("", "user", "rename", "bOb", "ALICE", "--similar").exits(0);
            // Nobody can register a similar name or a title, and not even an administrator can
            // assign the daemon's own words.
            try (Chat1Socket stranger = chatd.connect()) {
                for (String name : List.of("Alice", "b0b", "root", "ADMIN.")) {
                    stranger.send(Wire.register(name, Chatd.PASSWORD));
                    assertThat(stranger.next().code()).as(name).isEqualTo(Wire.BAD_NAME);
                }
            }
            for (String name : List.of("everyone", "Unknown", "server.", "大家")) {
                chatd.admin("", "user", "add", name, "--similar").exits(1);
            }
            // A helper can neither assign a title nor use --similar.
            Path helpers = chatd.adminSocket().resolveSibling("help.sock");
            assertThat(ProcessResult.admin("", "--socket", helpers.toString(), "user", "add", "root")
                            .exits(1)
                            .err())
                    .contains("Only an administrator can assign");
            assertThat(ProcessResult.admin("", "--socket", helpers.toString(), "user", "add", "b0b", "--similar")
                            .exits(3)
                            .err())
                    .contains("Only an administrator may use --similar");
            assertThat(ProcessResult.admin("", "--socket", helpers.toString(), "user", "add", "b0b")
                            .exits(1)
                            .err())
                    .contains("The name b0b looks like");
            ProcessResult.admin("", "--socket", helpers.toString(), "user", "add", "carol")
                    .exits(0);
        }
    }

    @Test
    void theNextTermsListAddsWhoIsNewAndDisablesWhoIsGone() throws Exception {
        try (LocalDaemon chatd = LocalDaemon.start()) {
            Path first = list("first.csv", List.of("alice", "bob", "mia", "noah"));
            assertThat(chatd.admin("", "user", "import", first.toString(), "--sync", "--dry-run")
                            .exits(0)
                            .out())
                    .isEqualTo("2 would be added: mia, noah\n2 there already, left as they are: alice, bob\n");
            chatd.admin("", "user", "import", first.toString(), "--sync", "--passwords", directory + "/1.csv")
                    .exits(0);
            assertThat(Files.readAllLines(directory.resolve("1.csv"))).hasSize(3);
            Path second = list("second.csv", List.of("alice", "mia", "ola"));
            String[] sync = {
                "user", "import", second.toString(), "--sync", "--disable-missing", "--passwords", directory + "/2.csv"
            };
            // Two of four are more than a tenth.
            assertThat(chatd.admin("", sync).exits(1).err()).contains("2 users would be disabled", "--at-most 2");
            assertThat(chatd.admin("", "user", "import", second.toString(), "--sync", "--disable-missing", "--dry-run")
                            .exits(1)
                            .out())
                    .contains("2 would be disabled: bob, noah");
            sync = Stream.concat(Stream.of(sync), Stream.of("--at-most", "2")).toArray(String[]::new);
            assertThat(chatd.admin("", sync).exits(2).err()).contains("Disable 2 users", "--yes");
            try (Chat1Socket alice = chatd.logIn(chatd.alice())) {
                List<String> yes = new ArrayList<>(List.of(sync));
                yes.add("--yes");
                assertThat(chatd.admin("", yes.toArray(String[]::new)).exits(0).out())
                        .startsWith(
                                "1 added: ola\n2 there already, left as they are: alice, mia\n2 disabled: bob, noah\n");
                alice.fenceWithNothing();
            }
            assertThat(names(chatd, "--state", "disabled")).containsExactly("bob", "noah");
            // Run again, it has nothing to do, and nothing to ask.
            assertThat(chatd.admin("", sync).exits(0).out())
                    .startsWith("0 added\n3 there already, left as they are: alice, mia, ola\n0 disabled\n");
        }
    }

    @Test
    void aClassIsReplacedByItsNewListAndNotesAreUpdated() throws Exception {
        try (LocalDaemon chatd = LocalDaemon.start()) {
            Path first = list(
                    "first.csv",
                    List.of("note,name", "class 4b,mia", "class 4b,noah", "class 14b,lea", "class 5a,ben", ",head"));
            chatd.admin("", "user", "import", first.toString(), "--passwords", directory + "/1.csv")
                    .exits(0);
            Path second = list("second.csv", List.of("name,note", "mia,class 5b", "lea", "ola,class 5b"));
            String[] command = {
                "user",
                "import",
                second.toString(),
                "--sync",
                "--disable-missing",
                "--class",
                "Class 4B",
                "--passwords",
                directory + "/2.csv",
                "--yes"
            };
            assertThat(chatd.admin("", command).exits(0).out()).startsWith("""
                    1 added: ola
                    1 there already, left as they are: lea
                    1 given another note: mia
                    1 disabled: noah
                    """);
            assertThat(chatd.admin("", "user", "show", "mia").exits(0).out()).contains("class 5b");
            assertThat(chatd.admin("", "user", "show", "lea").exits(0).out()).contains("class 14b");
            assertThat(names(chatd, "--state", "disabled")).containsExactly("noah");
            chatd.admin("", "log", "publish").exits(0);
            assertThat(new AuditReader(chatd.auditLog())
                            .all().stream()
                                    .filter(entry -> entry.get("detail").equals("note"))
                                    .map(entry -> entry.get("name")))
                    .containsExactly("mia");
        }
    }

    @Test
    void aListIsReadFromStandardInput() throws Exception {
        try (LocalDaemon chatd = LocalDaemon.start()) {
            assertThat(chatd.admin("name\nmia\nalice\n", "user", "import", "-", "--dry-run")
                            .exits(1)
                            .err())
                    .contains("standard input:3: The name alice is taken");
            ProcessResult run =
                    chatd.admin("mia\n", "user", "import", "-", "--dry-run").exits(0);
            assertThat(run.out()).isEqualTo("1 would be added: mia\n");
            assertThat(run.err()).contains("The first line is not a header");
        }
    }

    @Test
    void allErrorsAreReportedAtOnce() throws Exception {
        try (LocalDaemon chatd = LocalDaemon.start()) {
            Path file = list("list.csv", List.of("name,note", "alice,x", "a,b,c", "mia,4b"));
            Path there = list("there.csv", List.of());
            assertThat(chatd.admin("", "user", "import", file.toString(), "--passwords", there.toString())
                            .exits(1)
                            .err())
                    .contains(
                            "list.csv:2: The name alice is taken",
                            "list.csv:3: has 3 columns",
                            "There is a file " + there + " already",
                            "Nothing was done.");
            assertThat(names(chatd)).containsExactly("alice", "bob");
        }
    }

    /** An import that was killed leaves the passwords only if its users were added. */
    @Test
    @Tag("processes")
    void aKilledImportLeavesNoUselessPasswords() throws Exception {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            lines.add("pupil-" + AdminTroubleIT.letters(i));
        }
        Path file = list("pupils.csv", lines);
        Path passwords = directory.resolve("passwords.csv");
        Path pending = directory.resolve("passwords.csv.pending");
        try (LocalDaemon chatd = LocalDaemon.start("CHATD_HASHING_MEMORY", "4 MiB")) {
            try (Terminal terminal = new Terminal(
                    List.of(),
                    ProcessResult.command(
                            "admin",
                            "--socket",
                            chatd.adminSocket().toString(),
                            "user",
                            "import",
                            file.toString(),
                            "--passwords",
                            passwords.toString()))) {
                terminal.showsLine("[1-9]\\d* of 5000 passwords hashed");
                assertThat(pending).exists();
                terminal.press("C-c");
                terminal.awaitEnd();
            }
            assertThat(passwords).doesNotExist();
            // The daemon notices that nobody waits for the answer; nothing is done then.
            await().until(() -> new AuditReader(chatd.auditLog())
                    .all().stream()
                            .anyMatch(entry -> entry.get("command").equals("user import")
                                    && !entry.get("outcome").equals("ok")));
            assertThat(names(chatd)).containsExactly("alice", "bob");
            Path one = list("one.csv", List.of("mia"));
            ProcessResult run = chatd.admin("", "user", "import", one.toString(), "--passwords", passwords.toString())
                    .exits(0);
            assertThat(run.err()).contains("An import that was interrupted had added no users");
            assertThat(Files.readAllLines(passwords)).hasSize(2);
            assertThat(pending).doesNotExist();
            // As if it had been killed after the users were added.
            Files.move(passwords, pending);
            run = chatd.admin("", "user", "import", one.toString(), "--sync", "--passwords", passwords.toString())
                    .exits(0);
            assertThat(run.err()).contains("had added its users; their passwords are in " + passwords);
            assertThat(Files.readAllLines(passwords)).hasSize(2);
        }
    }
}

package chatd.acceptance.accounts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.AuditReader;
import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.Frame;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.SharedChatd;
import chatd.acceptance.kit.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What administrators do with accounts and sessions, as the users see it (rules 1, 2, 4, 11 and 15). */
@ExtendWith(SharedChatd.class)
@Tag("slow")
class AccountManagementIT {
    private final Chatd chatd;

    AccountManagementIT(Chatd chatd) {
        this.chatd = chatd;
    }

    private int loginCode(Chatd.Person person) {
        try (Chat1Socket socket = chatd.connect()) {
            return socket.send(Wire.logIn(person.name(), person.password()))
                    .next()
                    .code();
        }
    }

    private int changePasswordCode(Chatd.Person person) {
        try (Chat1Socket socket = chatd.connect()) {
            return socket.send(Wire.change(person.name(), person.password(), "another-one-7"))
                    .next()
                    .code();
        }
    }

    /** Expects a text with the reason, then the user's own presence as offline, then the end of the connection. */
    private static void expectDisconnected(Chat1Socket socket, String reason) {
        assertThat(socket.expectServerText()).contains(reason);
        socket.expectPresence(Wire.OFFLINE, socket.name());
        socket.expectClosed();
    }

    @Test
    void aDisabledUserIsDisconnectedAndMayNotLogInUntilEnabled() {
        try (Chat1Socket other = chatd.newcomer();
                Chat1Socket socket = chatd.newcomer()) {
            other.expectPresence(Wire.OFFLINE, socket.name());
            other.expectPresence(Wire.ONLINE, socket.name());
            chatd.admin("", "user", "disable", socket.name()).exits(0);
            expectDisconnected(socket, "disabled");
            other.expectPresence(Wire.OFFLINE, socket.name());
            assertThat(loginCode(socket.person())).isEqualTo(Wire.WRONG_PASSWORD);
            assertThat(changePasswordCode(socket.person())).isEqualTo(Wire.WRONG_OLD);
            assertThat(chatd.admin("", "user", "disable", socket.name())
                            .exits(0)
                            .out())
                    .contains("is disabled already");
            chatd.admin("", "user", "enable", socket.name()).exits(0);
            assertThat(loginCode(socket.person())).isEqualTo(Wire.LOGGED_IN);
        }
    }

    /** A user may be given by number wherever a name is accepted. */
    @Test
    void aUserCanBeGivenByNumber() {
        Chatd.Person person = chatd.person();
        String number = shownNumber(person.name());
        assertThat(chatd.admin("", "user", "show", number).exits(0).out())
                .contains(person.name() + " (" + number + ")");
        assertThat(chatd.admin("", "user", "note", number.toLowerCase(Locale.ROOT), "class 4b")
                        .exits(0)
                        .out())
                .isEqualTo(person.name() + " (" + number + ") has a new note.\n");
        assertThat(chatd.admin("", "user", "note", person.name(), "class 4b")
                        .exits(0)
                        .out())
                .contains("has that note already");
        assertThat(chatd.admin("", "user", "note", person.name(), "x".repeat(201))
                        .exits(1)
                        .err())
                .contains("200 characters");
        String name = Chatd.newName();
        chatd.admin("", "user", "rename", number, name).exits(0);
        try (Chat1Socket socket = chatd.logIn(new Chatd.Person(name, Chatd.PASSWORD))) {
            assertThat(chatd.admin("", "session", "kick", number).exits(0).out())
                    .contains(name);
            expectDisconnected(socket, "ended this session");
        }
        assertThat(chatd.admin("", "user", "show", "U999999").exits(4).err()).contains("no user called U999999");
        chatd.admin("", "user", "delete", number, "--yes").exits(0);
        assertThat(chatd.admin("", "user", "enable", number).exits(4).err()).contains("was deleted");
    }

    private String shownNumber(String name) {
        Matcher number = Pattern.compile("\\((U\\d+)\\)")
                .matcher(chatd.admin("", "user", "show", name).exits(0).out());
        assertThat(number.find()).isTrue();
        return number.group(1);
    }

    @Test
    void severalUsersAreDisabledAtOnceAndAnUnknownOneIsReported() {
        Chatd.Person one = chatd.person();
        Chatd.Person two = chatd.person();
        ProcessResult run = chatd.admin("", "user", "disable", one.name(), "nobody-at-all", two.name())
                .exits(4);
        assertThat(run.out()).contains(one.name() + " (", two.name() + " (");
        assertThat(run.err()).contains("nobody-at-all: There is no user called nobody-at-all");
        assertThat(loginCode(two)).isEqualTo(Wire.WRONG_PASSWORD);
        assertThat(chatd.admin("", "user", "enable", one.name(), two.name(), "-o", "json")
                        .exits(0)
                        .out())
                .startsWith("[ {");
    }

    @Test
    void aRenamedUserGoesOfflineUnderTheOldNameAndOnlineUnderTheNew() {
        try (Chat1Socket other = chatd.newcomer();
                Chat1Socket socket = chatd.newcomer()) {
            String old = socket.name();
            String name = Chatd.newName();
            other.expectPresence(Wire.OFFLINE, old);
            other.expectPresence(Wire.ONLINE, old);
            socket.send(Wire.text("before", other.name()));
            other.awaitText(old, "before");
            chatd.admin("", "user", "rename", old, name).exits(0);
            assertThat(socket.expectServerText()).contains("your name is now " + name);
            other.expectPresence(Wire.OFFLINE, old);
            other.expectPresence(Wire.ONLINE, name);
            socket.send(Wire.text("after", other.name()));
            other.awaitText(name, "after");
            other.send(Wire.text("to the old name", old));
            assertThat(other.expectServerText()).contains("no user called " + old);
            assertThat(other.replay(2)).allMatch(item -> item.name().equals(name));
            assertThat(loginCode(new Chatd.Person(old, Chatd.PASSWORD))).isEqualTo(Wire.NO_SUCH_USER);
            // Nobody else can have the old name, and the account may take it back.
            chatd.admin("", "user", "add", old).exits(5);
            chatd.admin("", "user", "rename", name, old).exits(0);
            other.expectPresence(Wire.OFFLINE, name);
            other.expectPresence(Wire.ONLINE, old);
        }
    }

    @Test
    void aUserRenamedWhileOfflineIsAnnouncedOfflineUnderTheNewName() {
        Chatd.Person person = chatd.person();
        String name = Chatd.newName();
        try (Chat1Socket other = chatd.newcomer()) {
            chatd.admin("", "user", "rename", person.name(), name).exits(0);
            other.expectPresence(Wire.OFFLINE, name);
        }
        try (Chat1Socket later = chatd.connect()) {
            Frame list = later.logIn(chatd.person());
            assertThat(list.users()).containsEntry(name, false).doesNotContainKey(person.name());
        }
    }

    @Test
    void aDeletedUserIsInNoListButTheirTextsStay() {
        try (Chat1Socket other = chatd.newcomer();
                Chat1Socket socket = chatd.newcomer()) {
            socket.send(Wire.text("what stays", other.name()));
            other.awaitText(socket.name(), "what stays");
            assertThat(chatd.admin("", "user", "delete", socket.name()).exits(2).err())
                    .contains("Removed:", "--yes");
            chatd.admin("", "user", "delete", socket.name(), "--yes").exits(0);
            expectDisconnected(socket, "deleted");
            other.expectPresence(Wire.OFFLINE, socket.name());
            assertThat(loginCode(socket.person())).isEqualTo(Wire.NO_SUCH_USER);
            assertThat(other.history(1)).containsExactly("what stays");
            try (Chat1Socket later = chatd.connect()) {
                assertThat(later.logIn(chatd.person()).users()).doesNotContainKey(socket.name());
            }
            chatd.admin("", "user", "add", socket.name()).exits(5);
            assertThat(chatd.admin("", "user", "show", socket.name()).exits(4).err())
                    .contains("was deleted");
        }
    }

    @Test
    void aKickedUserMayLogInAgain() {
        try (Chat1Socket socket = chatd.newcomer()) {
            assertThat(chatd.admin("", "session", "list").exits(0).out()).contains(socket.name());
            chatd.admin("", "session", "kick", socket.name()).exits(0);
            expectDisconnected(socket, "ended this session");
            assertThat(chatd.admin("", "session", "kick", socket.name())
                            .exits(1)
                            .err())
                    .contains(socket.name() + " is not online");
            assertThat(loginCode(socket.person())).isEqualTo(Wire.LOGGED_IN);
        }
        chatd.admin("", "session", "kick", Chatd.newName()).exits(4);
        chatd.admin("", "session", "kick", "sffffffffffff").exits(4);
    }

    @Test
    void aBroadcastIsAStoredTextFromServer() throws IOException {
        Chatd.Person away = chatd.person();
        try (Chat1Socket socket = chatd.newcomer()) {
            chatd.admin("", "broadcast", "closed on Friday, 学校").exits(0);
            socket.expectText("server", "closed on Friday, 学校");
            chatd.admin("from a file\n", "broadcast", "-").exits(0);
            socket.expectText("server", "from a file");
        }
        try (Chat1Socket socket = chatd.logIn(away)) {
            assertThat(socket.history(2)).containsExactly("closed on Friday, 学校", "from a file");
        }
        assertThat(chatd.admin("", "broadcast", "").exits(1).err()).contains("empty");
        chatd.admin("x".repeat(65_537), "broadcast", "-").exits(1);
        chatd.admin("", "log", "publish").exits(0);
        assertThat(Files.readString(chatd.auditLog().resolve("audit.xml")))
                .contains("name=\"server\"")
                .doesNotContain("closed on Friday");
    }

    @Test
    void notesAreForAdministratorsAndAddingSeveralUsersNeedsAPasswordsFile(@TempDir Path directory) throws Exception {
        String one = Chatd.newName();
        String two = Chatd.newName();
        assertThat(chatd.admin("", "user", "add", one, two).exits(2).err()).contains("--passwords");
        Path file = directory.resolve("passwords.csv");
        ProcessResult run = chatd.admin("", "user", "add", one, two, "--note", "班级 4b", "--passwords", file.toString())
                .exits(0);
        assertThat(Files.getPosixFilePermissions(file)).hasToString("[OWNER_READ, OWNER_WRITE]");
        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(3).first().isEqualTo("name,password");
        for (String line : lines.subList(1, 3)) {
            String[] values = line.split(",", -1);
            assertThat(run.out() + run.err()).doesNotContain(values[1]);
            assertThat(loginCode(new Chatd.Person(values[0], values[1]))).isEqualTo(Wire.MUST_CHANGE);
        }
        assertThat(chatd.admin("", "user", "show", one).exits(0).out()).contains("班级 4b");
        // The refused name is not in the file; and an existing file is not overwritten.
        Path other = directory.resolve("other.csv");
        String three = Chatd.newName();
        chatd.admin("", "user", "add", one, three, "--passwords", other.toString())
                .exits(5);
        assertThat(Files.readString(other)).contains(three + ",").doesNotContain(one);
        chatd.admin("", "user", "add", Chatd.newName(), "--passwords", other.toString())
                .exits(5);
    }

    @Test
    void unlockEndsTheThrottlingOfAnAccount() {
        Chatd.Person person = chatd.person();
        for (int i = 0; i < 4; i++) {
            assertThat(loginCode(new Chatd.Person(person.name(), "wrong-password-" + i)))
                    .isEqualTo(Wire.WRONG_PASSWORD);
        }
        assertThat(chatd.admin("", "user", "show", person.name()).exits(0).out())
                .contains("4 wrong passwords in the last quarter of an hour");
        assertThat(chatd.admin("", "user", "unlock", person.name()).exits(0).out())
                .contains("unlocked");
        assertThat(chatd.admin("", "user", "show", person.name()).exits(0).out())
                .doesNotContain("wrong password");
    }

    @Test
    void aOneTimePasswordExpiresAndUnlockRenewsIt() {
        try (LocalDaemon own = LocalDaemon.start("CHATD_ACCOUNTS_ONE_TIME_PASSWORD", "5s")) {
            String name = Chatd.newName();
            assertThat(own.admin("first-day-only-5\n", "user", "add", name, "--password-stdin")
                            .exits(0)
                            .out())
                    .contains("to be changed at the first login, by ");
            await().until(() ->
                    own.admin("", "user", "list", "--state", "locked").out().contains(name));
            try (Chat1Socket socket = own.connect()) {
                socket.send(Wire.logIn(name, "first-day-only-5"));
                assertThat(socket.next().code()).isEqualTo(Wire.WRONG_PASSWORD);
                socket.send(Wire.change(name, "first-day-only-5", "another-one-7"));
                assertThat(socket.next().code()).isEqualTo(Wire.WRONG_OLD);
                own.admin("", "user", "unlock", name).exits(0);
                socket.send(Wire.change(name, "first-day-only-5", "another-one-7"));
                assertThat(socket.next().code()).isEqualTo(Wire.CHANGED);
            }
            assertThat(own.read("log/audit.part")).contains("reason=\"locked\"");
        }
    }

    @Test
    void writingToEveryoneMayRequireAGrant() {
        try (LocalDaemon own = LocalDaemon.start("CHATD_EVERYONE_WRITE", "granted");
                Chat1Socket socket = own.newcomer();
                Chat1Socket other = own.newcomer()) {
            socket.send(Wire.textToAll("to all"));
            assertThat(socket.expectServerText()).contains("You are not allowed to write to everyone");
            socket.send(Wire.text("as to nobody"));
            assertThat(socket.expectServerText()).contains("You are not allowed to write to everyone");
            socket.send(Wire.fileToAll("a.txt", Wire.utf8("content")));
            assertThat(socket.expectServerText()).contains("You are not allowed to write to everyone");
            socket.send(Wire.text("to one", other.name()));
            other.awaitText(socket.name(), "to one");
            own.admin("", "user", "grant", socket.name(), "everyone").exits(0);
            socket.send(Wire.textToAll("to all"));
            other.awaitText(socket.name(), "to all");
            own.admin("", "user", "revoke", socket.name(), "everyone").exits(0);
            socket.fence();
            socket.send(Wire.textToAll("to all again"));
            assertThat(socket.expectServerText()).contains("You are not allowed to write to everyone");
        }
    }

    /** Even if the log has only numbers, chat-admin shows names to its readers. */
    @Test
    void numbersInTheLogAreShownWithCurrentNames() {
        try (LocalDaemon own = LocalDaemon.start("CHATD_AUDIT_NAMES", "number");
                Chat1Socket socket = own.newcomer()) {
            String old = socket.name();
            String name = Chatd.newName();
            socket.send(Wire.text("hello", "alice"));
            socket.fence();
            own.admin("", "user", "rename", old, name).exits(0);
            String shown =
                    own.admin("", "log", "query", "--user", name).exits(0).out();
            assertThat(shown).contains("register", "login", "(now " + name + ")", "→ U1 (now alice)");
            assertThat(own.admin("", "log", "query", "--user", "alice", "-o", "json")
                            .exits(0)
                            .out())
                    .contains("\"user\":\"U1\",\"now\":\"alice\"");
            assertThat(own.admin("", "log", "tail", "-n", "50").exits(0).out()).contains("(now " + name + ")");
            assertThat(own.read("log/audit.part")).doesNotContain(old).doesNotContain(name);
            await().untilAsserted(() -> assertThat(own.read("log/names.xml"))
                    .contains("<who number=\"U1\" name=\"alice\"/>", "name=\"" + name + "\"")
                    .doesNotContain(old));
            assertThat(own.read("log/names.css")).contains("[user=\"U1\"] { --name: \"alice\"; }");
        }
    }

    /** Messages still in flight when the account is deleted or disabled are not written after that. */
    @Test
    void aDeletedOrDisabledUserWritesNothingAfterwards() throws Exception {
        for (List<String> command : List.of(List.of("delete", "--yes"), List.of("disable"))) {
            Chatd.Person person = chatd.person();
            Chat1Socket socket = chatd.logIn(person);
            Thread writing = Thread.startVirtualThread(() -> {
                try {
                    for (int i = 0; i < 20_000; i++) {
                        socket.send(Wire.textToAll("text " + i), Wire.store(Wire.utf8("{\"k\":" + i + "}")));
                    }
                } catch (java.io.UncheckedIOException e) {
                    // The session has been closed.
                }
            });
            Thread reading = Thread.startVirtualThread(socket::untilBroken);
            var line = new java.util.ArrayList<>(List.of("user", command.getFirst(), person.name()));
            line.addAll(command.subList(1, command.size()));
            chatd.admin("", line.toArray(String[]::new)).exits(0);
            writing.join();
            reading.join();
            socket.close();
            chatd.admin("", "log", "publish").exits(0);
            List<AuditReader.Entry> all = new AuditReader(chatd.auditLog()).all();
            List<Long> numbers = all.stream()
                    // These events repeat the last number.
                    .filter(entry -> !List.of("start", "rotation").contains(entry.get("type")))
                    .map(entry -> entry.get("message") + entry.get("change"))
                    .filter(number -> !number.isEmpty())
                    .map(Long::valueOf)
                    .toList();
            assertThat(numbers)
                    .as("nothing refused takes the number of a message or a change")
                    .isEqualTo(LongStream.rangeClosed(numbers.getFirst(), numbers.getLast())
                            .boxed()
                            .toList());
            List<AuditReader.Entry> ofPerson = all.stream()
                    .filter(entry -> entry.get("name").equals(person.name()))
                    .toList();
            int end = -1;
            for (int i = 0; i < ofPerson.size(); i++) {
                end = ofPerson.get(i).get("detail").equals(command.getFirst()) ? i : end;
            }
            assertThat(end).isPositive();
            assertThat(ofPerson.subList(0, end))
                    .as("they were talking")
                    .anyMatch(e -> e.get("type").equals("text"));
            assertThat(ofPerson.subList(end, ofPerson.size()))
                    .as("after %s", command)
                    .noneMatch(entry -> List.of("text", "settings").contains(entry.get("type")));
        }
    }
}

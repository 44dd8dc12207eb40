package chatd.acceptance.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.groups.GroupTestBase;
import chatd.acceptance.kit.AuditReader;
import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.SharedChatd;
import chatd.acceptance.kit.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The admin CLI as a program: its commands, refusals and exit codes. */
@ExtendWith(SharedChatd.class)
class AdminIT {

    private static final String ONE_TIME = "first-day-only-5";
    private final Chatd chatd;

    AdminIT(Chatd chatd) {
        this.chatd = chatd;
    }

    private int loginCode(String name, String password) {
        try (Chat1Socket socket = chatd.connect()) {
            return socket.send(Wire.logIn(name, password)).next().code();
        }
    }

    private static String jsonString(String json, String key) {
        var matcher =
                Pattern.compile("\"" + key + "\"\\s*:\\s*\"([^\"\\\\]*)\"").matcher(json);
        assertThat(matcher.find()).as("%s in %s", key, json).isTrue();
        return matcher.group(1);
    }

    private static String lastWord(String text) {
        String[] words = text.strip().split("\\s+", -1);
        return words[words.length - 1];
    }

    @Test
    void namesAreSortedAsInADictionary() {
        String same = Chatd.newName();
        for (String name : List.of("Zed", "\u00C9va", "eva", "abe", "Ivo")) {
            chatd.admin("made-by-an-admin-7\n", "user", "add", name + "." + same, "--similar", "--password-stdin");
        }
        assertThat(chatd.admin("", "user", "list", "--sort", "name", "--names", "--name", "*." + same)
                        .exits(0)
                        .out()
                        .lines()
                        .map(name -> name.substring(0, name.indexOf('.'))))
                .containsExactly("abe", "eva", "\u00C9va", "Ivo", "Zed");
    }

    @Test
    void versionIsPrinted() {
        assertThat(chatd.admin("", "version").exits(0).out()).containsPattern("\\d+\\.\\d+");
    }

    @Test
    void addMakesAOneTimePasswordThatMustBeChanged() {
        String name = Chatd.newName();
        String password = lastWord(chatd.admin("", "user", "add", name).exits(0).out());
        assertThat(loginCode(name, password)).isEqualTo(Wire.MUST_CHANGE);
    }

    @Test
    void addPrintsTheSameAsJson() {
        String name = Chatd.newName();
        String json =
                chatd.admin("", "user", "add", name, "-o", "json").exits(0).out();
        assertThat(jsonString(json, "name")).isEqualTo(name);
        assertThat(json).containsPattern("\"number\"\\s*:\\s*\\d+");
        assertThat(loginCode(name, jsonString(json, "password"))).isEqualTo(Wire.MUST_CHANGE);
    }

    @Test
    void passwordComesFromStandardInputAndIsNotRepeated() {
        String name = Chatd.newName();
        ProcessResult run = chatd.admin(ONE_TIME + "\n", "user", "add", name, "--password-stdin")
                .exits(0);
        assertThat(run.out() + run.err()).doesNotContain(ONE_TIME);
        assertThat(loginCode(name, ONE_TIME)).isEqualTo(Wire.MUST_CHANGE);
        String other = Chatd.newName();
        chatd.admin(ONE_TIME + "\n", "user", "add", other, "--password-stdin", "--no-change")
                .exits(0);
        assertThat(loginCode(other, ONE_TIME)).isEqualTo(Wire.LOGGED_IN);
    }

    @Test
    void addRefusesWhatTheRulesRefuse() {
        chatd.admin("", "user", "add", "alice").exits(5);
        chatd.admin("", "user", "add", "u123").exits(1);
        chatd.admin("short\n", "user", "add", Chatd.newName(), "--password-stdin")
                .exits(1);
    }

    @Test
    void resetGivesANewOneTimePassword() {
        Chatd.Person person = chatd.person();
        String password = lastWord(
                chatd.admin("", "user", "reset", person.name()).exits(0).out());
        assertThat(loginCode(person.name(), person.password())).isEqualTo(Wire.WRONG_PASSWORD);
        assertThat(loginCode(person.name(), password)).isEqualTo(Wire.MUST_CHANGE);
        chatd.admin("", "user", "reset", Chatd.newName()).exits(4);
    }

    @Test
    void listShowsEveryAccount() {
        Chatd.Person person = chatd.person();
        chatd.logIn(person).close();
        assertThat(chatd.admin("", "user", "list").exits(0).out()).contains("alice", "bob", person.name());
        String json =
                chatd.admin("", "user", "list", "-o", "json").exits(0).out().strip();
        assertThat(json).startsWith("[").endsWith("]");
        var account =
                Pattern.compile("\\{[^{}]*\"" + person.name() + "\"[^{}]*}").matcher(json);
        assertThat(account.find()).isTrue();
        assertThat(account.group()).contains("\"number\"", "\"state\"", "\"lastLogin\"", "\"created\"");
        assertThat(account.group()).containsPattern("\"mustChange\"\\s*:\\s*false");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"nonsense", "user", "user add", "user add x --nonsense", "user list -o nonsense", "log tail -n x"
            })
    void wrongUsageExitsWithTwo(String command) {
        ProcessResult run = chatd.admin("", command.split(" ", -1)).exits(2);
        assertThat(run.err()).isNotBlank();
    }

    /** A mistyped command is never answered with one that destroys something. */
    @Test
    void destructiveCommandsAreNeverSuggested() {
        for (String mistyped : List.of("delet", "delite", "deleet")) {
            assertThat(chatd.admin("", "user", mistyped, "alice").exits(2).err())
                    .contains("has nothing called '" + mistyped + "'")
                    .doesNotContain("delete");
        }
        assertThat(chatd.admin("", "user", "lisst").exits(2).err()).contains("Did you mean: chat-admin user list");
        assertThat(chatd.admin("", "user", "show", "").exits(1).err()).contains("The name must not be empty.");
    }

    @ParameterizedTest
    @CsvSource({
        "reload, chat-admin config reload",
        "restart, systemctl restart chatd",
        "dump, chat-admin backup?",
        "passwd alice, chat-admin user reset",
        "user del alice, chat-admin user delete? It asks first.",
        "user ls, chat-admin user list"
    })
    void commandsOfOtherProgramsAreAnsweredWithTheRightOne(String typed, String meant) {
        assertThat(chatd.admin("", typed.split(" ", -1)).exits(2).err())
                .contains("has nothing called", meant)
                .doesNotContain("group");
    }

    @Test
    void helpIsShownWhereverItIsAskedFor() {
        for (String typed :
                List.of("help", "user help", "help user", "user help add", "help user add", "-o json user help")) {
            ProcessResult run = chatd.admin("", typed.split(" ", -1)).exits(0);
            assertThat(run.out())
                    .contains(
                            typed.endsWith("add")
                                    ? "chat-admin user add"
                                    : typed.contains("user") ? "chat-admin user" : "chat-admin [");
            assertThat(run.err()).isEmpty();
        }
    }

    @Test
    void wrongNumbersAreExplained() {
        assertThat(chatd.admin("", "user", "show", "2").exits(4).err())
                .contains("There is no user called 2; U2 is bob.");
        assertThat(chatd.admin("", "message", "show", "abc").exits(2).err())
                .contains("MESSAGE must be a whole number, not 'abc'.");
        assertThat(chatd.admin("", "log", "tail", "-n", "many").exits(2).err())
                .contains("-n must be a whole number, not 'many'.");
        assertThat(chatd.admin("", "report", "show", "1", "2").exits(2).err())
                .contains("`chat-admin report show` takes no more arguments; there is an extra '2'.");
    }

    @Test
    void errorsAreInJsonWhereJsonIsAskedFor() {
        for (String typed : List.of("user show nobody-at-all", "user nonsense", "message show abc")) {
            ProcessResult run = chatd.admin("", ("-o json " + typed).split(" ", -1));
            JsonNode error = JsonMapper.shared().readTree(run.err());
            assertThat(error.path("error").asString()).isNotBlank();
            assertThat(error.path("exit").asInt()).isEqualTo(run.exit()).isNotZero();
            assertThat(run.out()).isEmpty();
        }
    }

    @Test
    void severalMessagesAreShownAndRemovedByNumbersAndRanges() {
        Chatd.Person ann = chatd.person();
        List<Long> numbers = new ArrayList<>();
        try (JsonSocket by = chatd.logInJson(JsonCarrier.LINES, ann, "")) {
            for (int i = 0; i < 5; i++) {
                by.send("{'type': 3, 'id': 'm%d', 'receive': '%s', 'info': 'text'}".formatted(i, by.user()));
                numbers.add(by.skipTo(JsonType.DONE).path("info").path("mid").asLong());
            }
        }
        String range = numbers.get(0) + "-" + numbers.get(2);
        String last = Long.toString(numbers.get(4));
        ProcessResult dry = chatd.admin(last + "\n", "message", "remove", range, "-", "--dry-run")
                .exits(0);
        assertThat(dry.out().lines().filter(line -> line.contains(ann.name()))).hasSize(4);
        assertThat(dry.out()).contains("Nothing was removed");
        assertThat(chatd.texts(ann)).hasSize(5).doesNotContain("");
        ProcessResult done = chatd.admin("", "message", "remove", range, last, "999999999", "--yes");
        assertThat(done.exits(4).err()).contains("There is no such message.");
        assertThat(done.out().lines()).hasSize(4);
        assertThat(chatd.texts(ann)).containsExactlyInAnyOrder("", "", "", "text", "");
        assertThat(chatd.admin("", "message", "remove", "1-5000", "--yes")
                        .exits(2)
                        .err())
                .contains("At most 1000 messages at once");
        assertThat(chatd.admin("", "message", "remove", "9-5", "--yes").exits(2).err())
                .contains("ends before it begins");
        assertThat(chatd.admin("", "message", "remove", "a", "--yes").exits(2).err())
                .contains("'a' is neither a message's number");
        assertThat(chatd.admin("\n", "message", "remove", "-", "--yes").exits(2).err())
                .contains("There are no numbers of messages on standard input.");
    }

    @Test
    void missingDaemonExitsWith69AndSaysHowToStartOne() {
        ProcessResult run = ProcessResult.admin("", "--socket", "/tmp/no-such-socket", "user", "list")
                .exits(69);
        assertThat(run.err()).contains("start").doesNotContain("\tat ");
    }

    @Test
    void everyCommandIsInTheLogWithWhoGaveIt() throws Exception {
        String name = Chatd.newName();
        chatd.admin(ONE_TIME + "\n", "user", "add", name, "--password-stdin").exits(0);
        chatd.admin("", "user", "add", name).exits(5);
        var reader = new AuditReader(chatd.auditLog());
        String user = System.getProperty("user.name");
        await().untilAsserted(() -> {
            List<AuditReader.Entry> entries = reader.all();
            assertThat(entries).anyMatch(e -> isBy(e, user, name, "ok"));
            assertThat(entries).anyMatch(e -> isBy(e, user, name, "refused") || isBy(e, user, name, "failed"));
        });
    }

    private static boolean isBy(AuditReader.Entry entry, String user, String name, String outcome) {
        return entry.line().contains(name)
                && entry.attributes().containsValue(user)
                && entry.get("outcome").equals(outcome);
    }

    @Test
    @Tag("processes")
    void tailShowsTheLastEventsAndFollows(@TempDir Path directory) throws IOException {
        ProcessResult run = chatd.admin("", "log", "tail", "-n", "3").exits(0);
        assertThat(run.out().strip().lines().count()).isBetween(3L, 5L); // a table may have a header
        Path out = directory.resolve("tail");
        Process following = ProcessResult.start(
                out, "admin", "--socket", chatd.adminSocket().toString(), "log", "tail", "-f");
        try {
            await().untilAsserted(
                            () -> assertThat(out).content().contains("command=\"log tail\" lines=10 follow=true"));
            Chatd.Person person = chatd.person();
            await().untilAsserted(() -> assertThat(out).content().contains(person.name()));
        } finally {
            following.destroy();
        }
    }

    @Test
    void verifyFindsTheLiveLogConsistent() {
        ProcessResult run = chatd.admin("", "log", "verify").exits(3);
        assertThat(run.out() + run.err()).contains("consistent in itself, not authenticated", "--key FILE");
        assertThat(chatd.admin("", "log", "verify", "--unauthenticated")
                        .exits(0)
                        .out())
                .contains("consistent in itself, not authenticated")
                .doesNotContain("--key FILE");
    }

    private List<String> copyOfTheLog(Path directory) throws Exception {
        chatd.newcomer().close();
        for (Path segment : new AuditReader(chatd.auditLog()).segments()) {
            Files.copy(segment, directory.resolve(segment.getFileName()));
        }
        Files.copy(chatd.auditLog().resolve("audit.xsd"), directory.resolve("audit.xsd"));
        return new ArrayList<>(Files.readAllLines(directory.resolve("audit.xml")));
    }

    private static ProcessResult verify(Path directory, List<String> lines) throws IOException {
        Files.writeString(directory.resolve("audit.xml"), String.join("\n", lines) + "\n");
        return ProcessResult.admin("", "log", "verify", directory.toString());
    }

    @Test
    void verifyNeedsNoDaemonAndAcceptsAnUntouchedCopy(@TempDir Path directory) throws Exception {
        ProcessResult run = verify(directory, copyOfTheLog(directory)).exits(3);
        assertThat(run.out() + run.err()).contains("consistent in itself, not authenticated");
    }

    @Test
    void verifyAcceptsAKeyAndAnAnchorAcrossAKeyChange(@TempDir Path directory) throws IOException {
        String key = chatd.admin("", "log", "key").exits(0).out();
        Path pem = Files.writeString(directory.resolve("seal.pem"), key);
        String anchor = chatd.admin("", "log", "anchor").exits(0).out();
        assertThat(anchor).startsWith("<seal seq=");
        Path anchors = Files.writeString(directory.resolve("anchors"), "host chatd[1]: " + anchor);
        assertThat(chatd.read("chatd.log")).contains(anchor.strip());
        assertThat(chatd.read("log/audit.xml")).doesNotContain("PRIVATE");
        chatd.admin("", "log", "key", "--change").exits(0);
        chatd.admin("", "log", "anchor").exits(0);
        chatd.admin("", "log", "publish").exits(0);
        ProcessResult run = chatd.admin("", "log", "verify", "--key", pem.toString(), "--anchor", anchors.toString())
                .exits(0);
        assertThat(run.out()).startsWith("genuine up to the seal ");
        chatd.admin("", "log", "verify", "--anchor", anchors.toString()).exits(0);
        Path other = Files.writeString(directory.resolve("other.pem"), """
                -----BEGIN PUBLIC KEY-----
                MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
                -----END PUBLIC KEY-----
                """);
        run = chatd.admin("", "log", "verify", "--key", other.toString()).exits(1);
        assertThat(run.out()).startsWith("WRONG: no seal in it was made with the given key");
        Path nonsense = Files.writeString(directory.resolve("nonsense.pem"), "nonsense\n");
        run = chatd.admin("", "log", "verify", "--key", nonsense.toString()).exits(2);
        assertThat(run.err()).contains("nonsense.pem: no public key in it");
        run = chatd.admin("", "log", "verify", "--anchor", nonsense.toString()).exits(2);
        assertThat(run.err()).contains("has no seal in it");
        run = chatd.admin("", "log", "verify", "--key", directory + "/none.pem").exits(4);
        assertThat(run.err()).contains("There is no file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"changed", "removed", "twice", "swapped", "chain", "appended"})
    void verifyNamesTheFirstWrongLine(String how, @TempDir Path directory) throws Exception {
        List<String> lines = copyOfTheLog(directory);
        int at = 5; // the sixth line
        switch (how) {
            case "changed" -> lines.set(at, lines.get(at).replaceFirst("time=\"2", "time=\"1"));
            case "removed" -> lines.remove(at);
            case "twice" -> lines.add(at, lines.get(at - 1));
            case "swapped" -> lines.set(at, lines.set(at + 1, lines.get(at)));
            case "chain" -> lines.set(at, lines.get(at).replaceFirst("chain=\"[^\"]*", "chain=\"" + "B".repeat(43)));
            default -> {
                at = lines.size();
                lines.add("<!-- more -->");
            }
        }
        ProcessResult run = verify(directory, lines).exits(1);
        assertThat(run.out() + run.err()).containsPattern("\\b" + (at + 1) + "\\b");
    }

    /** If the clock was ahead, the log's time stands still until the clock has caught up. */
    @Test
    void aClockBehindTheLogNeedsAttention() {
        try (LocalDaemon own = LocalDaemon.start(Clock.offset(Clock.systemUTC(), Duration.ofDays(2)))) {
            assertThat(own.admin("", "stats", "--check").exits(1).out())
                    .contains("The clock is off that of the database, which has ");
            own.stop();
            own.setClock(Clock.systemUTC());
            own.begin();
            assertThat(own.admin("", "stats", "--check").exits(1).out())
                    .contains("The clock is behind the log, whose last event is of ", "`timedatectl` shows it.")
                    .doesNotContain("database");
        }
    }

    @Test
    void aClockThatJumpedAheadKeepsTheDaemonFromStarting() {
        try (LocalDaemon own = LocalDaemon.start()) {
            own.stop();
            own.setClock(Clock.offset(Clock.systemUTC(), Duration.ofDays(400)));
            assertThatThrownBy(own::begin).hasMessageContaining("the clock is 400 days ahead: it says 2");
            own.setClock(Clock.systemUTC());
            own.begin();
            assertThat(own.admin("", "stats", "--check").exits(0).out()).isEqualTo("All is well.\n");
        }
    }

    /** Monitoring notices it before the next start. */
    @Test
    void anythingThatWouldFailTheNextStartNeedsAttention() throws IOException {
        try (LocalDaemon own = LocalDaemon.start()) {
            own.admin("", "stats", "--check").exits(0);
            Path file = own.directory.resolve("chatd.toml");
            String before = Files.readString(file);
            Files.writeString(file, before + "[limits]\ntext = \"many\"\n");
            assertThat(own.admin("", "stats", "--check").exits(1).out())
                    .contains("The next start would fail: " + file + ":", "limits.text: expected a size");
            Files.writeString(file, before.replaceAll("(?m)^(certificate|key) = .*", "$1 = \"/nowhere.pem\""));
            assertThat(own.admin("", "stats", "--check").exits(1).out())
                    .contains("The next start would fail: ", "/nowhere.pem");
            // Nobody is kept from anything yet.
            assertThat(own.admin("", "stats", "--check", "-o", "nagios")
                            .exits(1)
                            .out())
                    .containsPattern("^CHATD WARNING - (2 problems|The next start .*) \\| ")
                    .contains("/nowhere.pem");
            assertThat(own.admin("", "stats", "-o", "nagios").exits(2).err())
                    .contains("-o nagios is for `stats --check`.");
            Files.writeString(file, before);
            assertThat(own.admin("", "stats", "--check").exits(0).out()).isEqualTo("All is well.\n");
        }
    }

    @Test
    void openReportsAndNearlyAllConnectionsNeedAttention() {
        try (LocalDaemon own = LocalDaemon.start("CHATD_LIMITS_CONNECTIONS", "3")) {
            Chatd.Person ann = own.person();
            Chatd.Person ben = own.person();
            try (JsonSocket writer = own.logInJson(JsonCarrier.LINES, ann, "");
                    JsonSocket reader = own.logInJson(JsonCarrier.LINES, ben, "")) {
                long insult = GroupTestBase.perform(
                        writer, "'type': 3, 'receive': '%s', 'info': 'you fool'".formatted(reader.user()));
                GroupTestBase.perform(
                        reader, "'type': 36, 'info': {'mid': %d, 'text': 'he insults us'}".formatted(insult));
                assertThat(own.admin("", "stats", "--check").exits(1).out())
                        .contains("A report is open since 2", "see `report list`")
                        .contains("There are 2 connections of at most 3 (limits.connections).");
            }
        }
    }

    /** Monitoring asks each minute, for years. */
    @Test
    void repeatedMonitoringCommandsAreLoggedOnceAnHour() {
        try (LocalDaemon own = LocalDaemon.start()) {
            for (int i = 0; i < 5; i++) {
                own.admin("", "stats", "--check").exits(0);
            }
            own.stop();
            List<String> logged = own.admin(
                            "", "log", "query", own.auditLog().toString(), "--type", "admin", "-o", "xml")
                    .exits(0)
                    .out()
                    .lines()
                    .filter(line -> line.contains("command=\"stats\""))
                    .toList();
            assertThat(logged).hasSize(2);
            assertThat(logged.getLast()).contains("count=\"4\"");
        }
    }

    /** The command ends with its reader, as in {@code tail -f | head -1}, even if it has nothing more to write. */
    @Test
    @Tag("processes")
    void aWatchEndsWithItsReaderAndIsLoggedTwice() throws IOException {
        String admin = ProcessResult.ROOT.resolve("chat") + " admin --socket "
                + chatd.adminSocket().toString();
        for (String watch : List.of("stats --watch 3600", "stats --watch 3600 -o json", "log tail -n 1 -f")) {
            ProcessResult run = ProcessResult.program(List.of("sh", "-c", admin + " " + watch + " | head -n 1"))
                    .exits(0);
            assertThat(run.err()).isEmpty();
        }
        String watched = "@command='stats watch' and argument[@name='seconds']/@value='3600'";
        await().untilAsserted(() -> assertThat(chatd.admin("", "log", "query", "--xpath", watched)
                        .exits(0)
                        .out()
                        .lines()
                        .filter(line -> line.contains("stats watch")))
                .hasSize(4)
                .filteredOn(line -> line.contains("ended="))
                .hasSize(2));
    }
}

package chatd.acceptance.person;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.groups.GroupTestBase;
import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.Wire;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What {@code chat-admin user export} gives a person: what their own client would show, and nothing of others. */
class PersonExportIT {
    private static final Pattern LINK = Pattern.compile(" (?:href|src)=\"([^\"#]+)[^\"]*\"");

    @TempDir
    private Path elsewhere;

    private final Map<String, byte[]> entries = new LinkedHashMap<>();

    private void read(Path zip) throws IOException {
        entries.clear();
        try (ZipFile file = new ZipFile(zip.toFile())) {
            for (ZipEntry entry : file.stream().toList()) {
                try (InputStream in = file.getInputStream(entry)) {
                    entries.put(entry.getName(), in.readAllBytes());
                }
            }
        }
    }

    private String text(String entry) {
        assertThat(entries).containsKey(entry);
        return new String(entries.get(entry), StandardCharsets.UTF_8);
    }

    private JsonNode json(String entry) {
        return JsonMapper.shared().readTree(text(entry));
    }

    private List<JsonNode> messages() {
        return text("messages.jsonl").lines().map(JsonMapper.shared()::readTree).toList();
    }

    private String conversation(String with) {
        return text("conversations/" + with + ".html");
    }

    /** Returns everything that a user's own client can read, as it is now, oldest first. */
    private static List<JsonNode> history(JsonSocket session) {
        List<JsonNode> all = new ArrayList<>();
        String before = "";
        JsonNode page;
        do {
            session.send("{'type': 19, 'info': {'limit': 200%s}}".formatted(before));
            page = session.skipTo(JsonType.PAGE).path("info");
            List<JsonNode> items = page.path("items").valueStream().toList();
            all.addAll(0, items);
            before = items.isEmpty()
                    ? ""
                    : ", 'before': " + items.getFirst().path("mid").asLong();
        } while (page.path("more").asBoolean());
        return all;
    }

    private void expectAllLinksResolve() {
        int links = 0;
        for (String name : entries.keySet()) {
            if (name.endsWith(".html")) {
                Matcher link = LINK.matcher(text(name));
                while (link.find()) {
                    assertThat(entries)
                            .as("%s of %s", link.group(1), name)
                            .containsKey(URI.create(name)
                                    .resolve(link.group(1).replace("&amp;", "&"))
                                    .getPath());
                    links++;
                }
            }
        }
        assertThat(links).isPositive();
    }

    private static long mid(JsonSocket by, String message) {
        return GroupTestBase.perform(by, message);
    }

    private static String to(JsonSocket other, String text) {
        return "'type': 3, 'receive': '%s', 'info': '%s'".formatted(other.user(), text);
    }

    @Test
    void itIsWhatThePersonsOwnClientShowsAndNothingOfOthers() throws Exception {
        try (LocalDaemon daemon = LocalDaemon.start()) {
            Chatd.Person alice = daemon.alice();
            Chatd.Person ben = daemon.person();
            Chatd.Person carol = daemon.person();
            List<JsonNode> shown;
            String group;
            byte[] picture = Files.readAllBytes(ProcessResult.ROOT.resolve("docs/pictures/talk.png"));
            JsonNode receipt;
            long corrected;
            try (JsonSocket a = daemon.logInJson(JsonCarrier.LINES, alice, "d");
                    JsonSocket b = daemon.logInJson(JsonCarrier.LINES, ben, "d");
                    JsonSocket c = daemon.logInJson(JsonCarrier.LINES, carol, "d")) {
                corrected = mid(a, to(b, "Lunh?"));
                mid(a, GroupTestBase.correct(corrected, "<b>Lunch</b>? 王芳"));
                mid(b, "'type': 33, 'info': {'mid': %d, 'code': '👍', 'on': true}".formatted(corrected));
                mid(b, "'type': 3, 'receive': '%s', 'info': 'at noon', 're': %d".formatted(a.user(), corrected));
                mid(a, GroupTestBase.takeBack(mid(a, to(b, "regretted"))));
                mid(b, to(c, "secret of two others"));
                group = GroupTestBase.answer(
                                b,
                                "'type': 23, 'info': {'op': 'create', 'name': 'Ops', 'members': ['%s']}"
                                        .formatted(c.user()))
                        .path("info")
                        .path("group_id")
                        .asString();
                mid(b, GroupTestBase.text(group, "before she came"));
                mid(b, GroupTestBase.op("add", group, "'users': ['%s']".formatted(a.user())));
                mid(b, GroupTestBase.text(group, "while she was there"));
                mid(b, GroupTestBase.op("remove", group, "'user': '%s'".formatted(a.user())));
                mid(b, GroupTestBase.text(group, "after she left"));
                mid(c, to(a, "taken for a friend"));
                GroupTestBase.answer(c, "'type': 9, 'receive': '%s', 'info': 'may I?'".formatted(a.user()));
                GroupTestBase.answer(a, "'type': 34, 'info': {'user_id': '%s', 'on': true}".formatted(c.user()));
                mid(c, to(a, "she never sees it"));
                GroupTestBase.answer(a, "'type': 36, 'info': {'mid': %d, 'text': 'rude'}".formatted(corrected + 3));
                GroupTestBase.answer(a, "'type': 26, 'info': {'colour': 'planted in settings'}");
            }
            try (Chat1Socket b = daemon.logIn(ben)) {
                b.send(Wire.text("to the two of you", alice.name(), carol.name()));
                b.send(Wire.textToAll("to all"));
                b.send(Wire.file("a \"<i>\".png", picture, alice.name(), carol.name()))
                        .fence();
            }
            daemon.admin("", "user", "note", alice.name(), "sits at the back").exits(0);
            daemon.admin("", "user", "rename", carol.name(), "karola").exits(0);
            try (JsonSocket a = daemon.logInJson(JsonCarrier.LINES, alice, "d")) {
                shown = history(a);
            }

            Path zip = elsewhere.resolve("alice.zip");
            assertThat(daemon.admin("", "user", "export", alice.name(), "--to", zip.toString())
                            .exits(0)
                            .out())
                    .startsWith(alice.name() + " (U")
                    .contains(shown.size() + " messages in ", "1 file of ");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(zip)))
                    .isEqualTo("rw-------");
            assertThat(daemon.admin("", "log", "query", "--type", "admin").out())
                    .contains("user export", "name=" + alice.name(), "file=" + zip);

            read(zip);
            assertThat(messages()).isEqualTo(shown);
            assertThat(shown).hasSizeGreaterThan(8);
            StringBuilder all = new StringBuilder();
            entries.keySet().stream()
                    .filter(name -> !name.startsWith("files/"))
                    .forEach(name -> all.append(text(name)));
            assertThat(all.toString())
                    .contains(
                            "while she was there",
                            "to the two of you",
                            "to all",
                            "Lunh?",
                            "may I?",
                            "rude",
                            "planted in settings")
                    .doesNotContain(
                            "secret of two others",
                            "before she came",
                            "after she left",
                            "she never sees it",
                            "regretted",
                            "sits at the back",
                            "$argon2");
            entries.forEach((name, bytes) -> {
                if (name.endsWith(".html")) {
                    assertThat(text(name)).doesNotContain("<b>Lunch", "<i>");
                }
            });
            String ofBen = json("names.json").properties().stream()
                    .filter(name -> name.getValue().asString().equals(ben.name()))
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElseThrow();
            assertThat(conversation(ofBen))
                    .contains("&lt;b&gt;Lunch&lt;/b&gt;? 王芳", "👍 " + ben.name(), "answers this", "taken back by you");
            assertThat(conversation(group)).contains(ben.name() + " removed " + alice.name());
            assertThat(conversation("everyone")).contains("to all");
            expectAllLinksResolve();
            assertThat(entries.entrySet().stream()
                            .filter(entry -> entry.getKey().startsWith("files/"))
                            .map(Map.Entry::getValue))
                    .containsExactly(picture);

            assertThat(json("account.json").path("name").asString()).isEqualTo(alice.name());
            assertThat(json("account.json").has("note")).isFalse();
            assertThat(json("contacts.json")
                            .path("blocked")
                            .path(0)
                            .path("name")
                            .asString())
                    .isEqualTo("karola");
            assertThat(json("groups.json").path(0).path("group").asString()).isEqualTo(group);
            assertThat(json("groups.json").path(0).path("memberships")).hasSize(1);
            assertThat(json("groups.json").path(0).has("role")).isFalse();
            assertThat(json("settings.json").path("colour").asString()).isEqualTo("planted in settings");
            assertThat(json("reports.json")).hasSize(1);
            assertThat(text("log.xml"))
                    .contains("type=\"login\"")
                    .doesNotContain("name=\"" + ben.name() + "\" session");
            assertThat(text("sessions.html")).contains("login", "127.0.0.1");

            // Each line proves that it was sent.
            receipt = messages().getFirst();
            Path message = Files.writeString(elsewhere.resolve("message.json"), receipt.toString());
            assertThat(daemon.admin("", "log", "prove", message.toString())
                            .exits(3)
                            .out())
                    .startsWith("message " + receipt.path("mid").asLong() + " is what U");
        }
    }

    @Test
    void aStoppedDaemonsUsersGetItTooAndMistakesAreTold() throws Exception {
        try (LocalDaemon daemon = LocalDaemon.start()) {
            Chatd.Person ben = daemon.person();
            try (Chat1Socket socket = daemon.logIn(ben)) {
                socket.send(Wire.file("f", Wire.utf8("as it was sent"), ben.name()))
                        .fence();
            }
            daemon.admin("", "user", "note", ben.name(), "sits at the back").exits(0);
            Path zip = elsewhere.resolve("ben.zip");
            assertThat(daemon.admin("", "user", "export", "nobody", "--to", zip.toString())
                            .exits(4)
                            .err())
                    .contains("There is no user called nobody. Nothing was written.");
            daemon.admin("", "user", "delete", ben.name(), "--yes").exits(0);
            daemon.stop();
            ProcessResult stopped = daemon.admin(
                            "",
                            "user",
                            "export",
                            ben.name(),
                            "--to",
                            zip.toString(),
                            "--config",
                            daemon.configuration().toString())
                    .exits(0);
            assertThat(stopped.err()).contains("No daemon is running: the log will not mention this.");
            read(zip);
            assertThat(messages()).hasSize(1);
            assertThat(json("account.json").path("state").asString()).isEqualTo("deleted");
            assertThat(daemon.admin("", "user", "export", ben.name(), "--to", zip.toString())
                            .exits(5)
                            .err())
                    .contains("ben.zip exists already");

            daemon.begin();
            daemon.execute("update content_chunk set bytes = 'as it was not'");
            Path damaged = elsewhere.resolve("damaged.zip");
            assertThat(daemon.admin("", "user", "export", ben.name(), "--to", damaged.toString())
                            .exits(1)
                            .err())
                    .contains("files/1-f is not as it was sent");
            try (var files = Files.list(elsewhere)) {
                assertThat(files).hasSize(2);
            }
        }
    }

    @Test
    void aDatabaseThatIsBusyIsWaitedFor() throws Exception {
        try (LocalDaemon daemon = LocalDaemon.start("CHATD_DATABASE_TIMEOUT", "1s");
                Connection other = daemon.sql();
                Statement statement = other.createStatement()) {
            Chatd.Person ben = daemon.person();
            Path zip = elsewhere.resolve("ben.zip");
            statement.execute("lock tables message write");
            CompletableFuture<ProcessResult> exporting = CompletableFuture.supplyAsync(
                    () -> daemon.admin("", "user", "export", ben.name(), "--to", zip.toString()));
            await().until(() -> exporting.isDone()
                    || daemon.number("select count(*) from information_schema.processlist where user = 'root'"
                                    + " and state like 'Waiting for table%' and time > 1")
                            > 0);
            statement.execute("unlock tables");
            exporting.get().exits(0);
        }
    }
}

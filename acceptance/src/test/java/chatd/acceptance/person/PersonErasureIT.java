package chatd.acceptance.person;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.backup.LostMachine;
import chatd.acceptance.files.Pictures;
import chatd.acceptance.groups.GroupTestBase;
import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.SpawnedDaemon;
import chatd.acceptance.kit.Wire;
import chatd.fixtures.Campaign;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What {@code chat-admin user erase} leaves of a person: nothing that is theirs, and to others what they were sent. */
class PersonErasureIT {
    private static final int KILLS = Campaign.times(3, 40);
    private static final int MESSAGES = 400;

    /** How often something is planted in each place. */
    private static final int ROUNDS = 16;

    private final Random random = Campaign.random();

    /** Strings that were planted, and that nobody else was sent. */
    private final List<String> own = new ArrayList<>();

    /** Strings that carol sent to mia alone. */
    private final List<String> carols = new ArrayList<>();

    /** Strings that others were sent. */
    private final List<String> sent = new ArrayList<>();

    @TempDir
    private Path elsewhere;

    private String planted(List<String> into) {
        byte[] unique = new byte[8];
        random.nextBytes(unique);
        String word = "pq" + HexFormat.of().formatHex(unique);
        into.add(word);
        return word;
    }

    private static long mid(JsonSocket by, String message) {
        return GroupTestBase.perform(by, message);
    }

    private static String to(String user, String text) {
        return "'type': 3, 'receive': '%s', 'info': '%s'".formatted(user, text);
    }

    private static void expectNothingOf(List<String> words, StoredBytes stored) {
        assertThat(words)
                .allSatisfy(word -> assertThat(stored.placesOf(word)).as(word).isEmpty());
    }

    private static List<JsonNode> history(LocalDaemon daemon, Chatd.Person person) {
        try (JsonSocket session = daemon.logInJson(JsonCarrier.LINES, person, "reads")) {
            session.send("{'type': 19, 'info': {'limit': 200}}");
            return session.skipTo(JsonType.PAGE)
                    .path("info")
                    .path("items")
                    .valueStream()
                    .toList();
        }
    }

    /** Has mia write wherever one can write; returns a receipt of what ben was sent. */
    private JsonNode plant(LocalDaemon daemon, Chatd.Person mia, Chatd.Person ben, Chatd.Person carol) {
        JsonNode receipt;
        try (JsonSocket m = daemon.logInJson(JsonCarrier.LINES, mia, planted(own));
                JsonSocket b = daemon.logInJson(JsonCarrier.LINES, ben, "d");
                JsonSocket c = daemon.logInJson(JsonCarrier.LINES, carol, "d")) {
            daemon.admin("", "user", "rename", mia.name(), planted(own)).exits(0);
            for (int i = 0; i < ROUNDS; i++) {
                long note = mid(m, to(m.user(), planted(own)));
                mid(m, GroupTestBase.correct(note, planted(own)));
                mid(m, GroupTestBase.takeBack(mid(m, to(b.user(), planted(own)))));
                mid(m, to(c.user(), planted(own)));
                mid(m, to(b.user(), planted(sent)));
            }
            long corrected = mid(m, to(b.user(), planted(sent)));
            receipt = b.skipTo(JsonType.TEXT);
            while (receipt.path("mid").asLong() != corrected) {
                receipt = b.skipTo(JsonType.TEXT);
            }
            mid(m, GroupTestBase.correct(corrected, planted(sent)));
            mid(c, to(m.user(), planted(carols)));
            GroupTestBase.answer(b, "'type': 34, 'info': {'user_id': '%s', 'on': true}".formatted(m.user()));
            for (int i = 0; i < ROUNDS; i++) {
                mid(m, to(b.user(), planted(own)));
            }
            GroupTestBase.answer(b, "'type': 34, 'info': {'user_id': '%s', 'on': false}".formatted(m.user()));
            GroupTestBase.answer(m, "'type': 9, 'receive': '%s', 'info': '%s'".formatted(b.user(), planted(own)));
            GroupTestBase.answer(m, "'type': 26, 'info': {'colour': '%s'}".formatted(planted(own)));
            GroupTestBase.answer(m, "'type': 36, 'info': {'mid': %d, 'text': '%s'}".formatted(corrected, planted(own)));
            GroupTestBase.answer(m, "'type': 39, 'info': {'avatar': '%s'}".formatted(picture(planted(own))));
            GroupTestBase.answer(m, "'type': 39, 'info': {'avatar': '%s'}".formatted(picture(planted(own))));
            String alone = group(m);
            mid(m, GroupTestBase.op("avatar", alone, "'avatar': '%s'".formatted(picture(planted(own)))));
            String both = group(m, b);
            mid(m, GroupTestBase.op("rename", alone, "'name': '%s'".formatted(planted(own))));
            mid(m, GroupTestBase.op("rename", alone, "'name': '%s'".formatted(planted(own))));
            mid(m, GroupTestBase.op("set", alone, "'topic': '%s'".formatted(planted(own))));
            mid(m, GroupTestBase.op("set", both, "'topic': '%s'".formatted(planted(sent))));
            mid(m, GroupTestBase.op("set", both, "'topic': '%s'".formatted(planted(sent))));
            for (int i = 0; i < ROUNDS; i++) {
                mid(m, GroupTestBase.text(alone, planted(own)));
                mid(m, GroupTestBase.text(both, planted(sent)));
            }
            // Whoever takes over her groups does not get this one.
            mid(m, GroupTestBase.op("leave", alone));
        }
        daemon.admin("", "report", "close", Long.toString(daemon.number("select number from report")))
                .exits(0);
        try (Chat1Socket m = daemon.logIn(new Chatd.Person(nameOf(daemon, mia), mia.password()))) {
            m.send(Wire.textToAll(planted(sent)));
            String name = nameOf(daemon, mia);
            for (int i = 0; i < ROUNDS; i++) {
                m.send(Wire.file(planted(own), Wire.utf8(planted(own)), name)).fence();
                m.send(Wire.file(planted(own), Wire.utf8(planted(own)), carol.name()))
                        .fence();
                m.send(Wire.file(planted(sent), Wire.utf8(planted(sent)), ben.name()))
                        .fence();
            }
        }
        // As if somebody had typed a password in the place of the name.
        try (JsonSocket stranger = JsonCarrier.LINES.connect(daemon)) {
            stranger.logIn(planted(own), mia.password(), "d");
        }
        daemon.admin("", "user", "note", nameOf(daemon, mia), planted(own)).exits(0);
        return receipt;
    }

    /** Returns a picture in which the word is, in base64. */
    private static String picture(String word) {
        return Base64.getEncoder().encodeToString(Pictures.pngOf(word));
    }

    private static String group(JsonSocket by, JsonSocket... members) {
        return GroupTestBase.answer(
                        by,
                        "'type': 23, 'info': {'op': 'create', 'name': 'Ops', 'members': [%s]}"
                                .formatted(members.length == 0 ? "" : "'" + members[0].user() + "'"))
                .path("info")
                .path("group_id")
                .asString();
    }

    private static String nameOf(LocalDaemon daemon, Chatd.Person renamed) {
        ProcessResult shown = daemon.admin("", "user", "list", "-o", "json").exits(0);
        for (JsonNode account : JsonMapper.shared().readTree(shown.out())) {
            String name = account.path("name").asString();
            if (name.equals(renamed.name()) || name.startsWith("pq")) {
                return name;
            }
        }
        throw new AssertionError("nobody was renamed: " + shown.out());
    }

    @Test
    void nothingIsLeftThatIsTheirsAloneAndTheLogVerifies() throws Exception {
        try (LocalDaemon daemon = LocalDaemon.start()) {
            Chatd.Person mia = daemon.person(planted(own));
            Chatd.Person ben = daemon.person();
            Chatd.Person carol = daemon.person();
            JsonNode receipt = plant(daemon, mia, ben, carol);
            String name = nameOf(daemon, mia);
            daemon.awaitIndexed();
            StoredBytes before = StoredBytes.of(daemon, false);
            assertThat(own.size() + sent.size()).isGreaterThan(200);
            assertThat(own.stream().filter(word -> before.placesOf(word).isEmpty()))
                    .as("what was taken back, a picture that was replaced, and a name that nobody has")
                    .hasSize(ROUNDS + 2);
            assertThat(daemon.admin("", "user", "erase", carol.name(), "--yes")
                            .exits(0)
                            .out())
                    .startsWith(carol.name() + " (U");
            // What only those two had is mia's still.
            assertThat(history(daemon, new Chatd.Person(name, mia.password()))).isNotEmpty();

            ProcessResult plan =
                    daemon.admin("", "user", "erase", mia.name(), "--dry-run").exits(0);
            assertThat(plan.out())
                    .contains(name + " (U", "Others keep ", "--everywhere takes them back", "this was a dry run");
            assertThat(daemon.admin("", "user", "erase", mia.name()).exits(2).err())
                    .contains("Type the name again to erase " + name, "use --yes");
            daemon.admin("", "user", "erase", mia.name(), "--yes").exits(0);

            StoredBytes after = StoredBytes.of(daemon, false);
            expectNothingOf(own, after);
            expectNothingOf(carols, after);
            assertThat(sent).allSatisfy(word -> assertThat(after.placesOf(word)).isNotEmpty());
            String number = receipt.path("send").asString();
            assertThat(history(daemon, ben).toString())
                    .contains(sent.get(1), "\"" + number + "\"")
                    .doesNotContain(mia.name(), name);
            assertThat(daemon.admin("", "log", "verify", "--messages").exits(3).out())
                    .contains("taken back or erased, as logged")
                    .doesNotContain("WRONG");
            Path kept = Files.writeString(elsewhere.resolve("receipt.json"), receipt.toString());
            assertThat(daemon.admin("", "log", "prove", kept.toString())
                            .exits(3)
                            .out())
                    .contains("is what " + number);
            assertThat(daemon.admin("", "log", "query", "--type", "account", "-o", "xml")
                            .exits(0)
                            .out())
                    .contains("detail=\"erase\"", "detail=\"erased\"");
            try (JsonSocket stranger = JsonCarrier.LINES.connect(daemon)) {
                assertThat(stranger.logIn(name, mia.password(), "d")
                                .path("code")
                                .asString())
                        .isEqualTo("no-such-user");
            }
            assertThat(daemon.number("select count(*) from group_member join chat_group on number = chat_group"
                            + " where role = 2 and until_mid is null"))
                    .isEqualTo(1);

            assertThat(StoredBytes.ofServer(daemon).placesOf(own.getFirst()))
                    .as("what MariaDB still has")
                    .isNotEmpty();
            assertThat(daemon.admin("", "user", "erase", number, "--everywhere", "--compact", "--yes")
                            .exits(0)
                            .err())
                    .isEmpty();
            StoredBytes raw = StoredBytes.ofServer(daemon);
            expectNothingOf(own, raw);
            expectNothingOf(sent, raw);
            StoredBytes everywhere = StoredBytes.of(daemon, false);
            expectNothingOf(sent, everywhere);
            assertThat(daemon.admin("", "log", "verify", "--messages").exits(3).out())
                    .doesNotContain("WRONG");
            // The name is free, the number is not.
            daemon.person(mia.name());
            assertThat(daemon.number("select number from account where name = '" + mia.name() + "'"))
                    .isGreaterThan(Long.parseLong(number.substring(1)));
            daemon.stop();
            daemon.begin();
            assertThat(history(daemon, ben).toString()).doesNotContain(sent.get(1));
            assertThat(daemon.admin("", "storage", "check").exits(0).out()).contains("everything is there");
        }
    }

    @Test
    void aLogOfNumbersForgetsTheirNamesToo() throws Exception {
        try (LocalDaemon daemon = LocalDaemon.start("CHATD_AUDIT_NAMES", "number")) {
            Chatd.Person mia = daemon.person(planted(own));
            Chatd.Person ben = daemon.person();
            plant(daemon, mia, ben, daemon.alice());
            String name = nameOf(daemon, mia);
            daemon.admin("", "user", "delete", name, "--heir", ben.name(), "--yes")
                    .exits(0);
            await().untilAsserted(() -> assertThat(daemon.read("log/names.xml")).contains(name));
            daemon.admin("", "user", "erase", name, "--everywhere", "--yes").exits(0);
            StoredBytes after = StoredBytes.of(daemon, true);
            expectNothingOf(own, after);
            expectNothingOf(sent, after);
            assertThat(daemon.read("log/names.xml")).contains(ben.name());
            // An auditor who has a copy of the log, and no daemon, sees the names that are left.
            assertThat(daemon.admin(
                                    "",
                                    "log",
                                    "query",
                                    "--user",
                                    ben.name(),
                                    daemon.auditLog().toString())
                            .exits(0)
                            .out())
                    .contains("(now " + ben.name() + ")");
            assertThat(daemon.admin("", "log", "verify", "--messages").exits(3).out())
                    .doesNotContain("WRONG");
        }
    }

    @Test
    void whoIsNotThereAndWhoseReportsAreOpenIsTold() {
        try (LocalDaemon daemon = LocalDaemon.start()) {
            Chatd.Person ben = daemon.person();
            assertThat(daemon.admin("", "user", "erase", "nobody", "--yes")
                            .exits(4)
                            .err())
                    .contains("There is no user called nobody, and there was none. Nothing was done.");
            try (JsonSocket b = daemon.logInJson(JsonCarrier.LINES, ben, "d")) {
                long mid = mid(b, to(b.user(), "to myself"));
                GroupTestBase.answer(b, "'type': 36, 'info': {'mid': %d, 'text': 'rude'}".formatted(mid));
            }
            assertThat(daemon.admin("", "user", "erase", ben.name(), "--yes")
                            .exits(3)
                            .err())
                    .contains("A report is open that " + ben.name() + " made", "chat-admin report list");
            assertThat(daemon.texts(ben)).containsExactly("to myself");
        }
    }

    @Test
    void aBackupThatIsRestoredHasThemNoMore() throws Exception {
        Path backups = Files.createDirectory(elsewhere.resolve("backups"));
        try (LocalDaemon daemon = LocalDaemon.start("CHATD_BACKUP_DIRECTORY", backups.toString())) {
            Chatd.Person mia = daemon.person(planted(own));
            Chatd.Person ben = daemon.person();
            plant(daemon, mia, ben, daemon.alice());
            String name = nameOf(daemon, mia);
            Path backup = Path.of(daemon.admin("", "backup", "--with-keys", "-o", "json")
                    .exits(0)
                    .out()
                    .replaceFirst("(?s).*\"file\" : \"([^\"]+)\".*", "$1"));
            Path list = backups.resolve("erased");
            assertThat(list).doesNotExist();
            daemon.admin("", "user", "erase", name, "--everywhere", "--yes").exits(0);
            assertThat(Files.readString(list)).containsPattern("(?m)^U\\d+ \\S+ \\S+ everywhere$");
            String written = Files.readString(list);
            daemon.admin("", "backup", "--with-keys", backups.toString()).exits(0);
            assertThat(Files.readString(list)).isEqualTo(written);

            LostMachine.lose(daemon);
            assertThat(ProcessResult.admin("", "restore", backup.toString())
                            .exits(0)
                            .out())
                    .contains("Erased again when the daemon starts", "1 user.");
            daemon.begin();
            StoredBytes after = StoredBytes.of(daemon, false);
            expectNothingOf(own, after);
            expectNothingOf(sent, after);
            assertThat(daemon.admin("", "log", "verify", "--messages").exits(3).out())
                    .doesNotContain("WRONG");
        }
    }

    @Test
    @Tag("processes")
    void killedAtAnyMomentItIsDoneOrNotBegunOnceTheDaemonIsThereAgain() throws Exception {
        try (SpawnedDaemon daemon = SpawnedDaemon.startWithDatabase()) {
            Chatd.Person alice = daemon.alice();
            for (int i = 0; i < KILLS; i++) {
                Chatd.Person mia = daemon.person();
                try (Chat1Socket m = daemon.logIn(mia)) {
                    for (int j = 0; j < MESSAGES; j++) {
                        m.send(Wire.text("text " + j, alice.name()));
                    }
                    m.fence();
                }
                long number = daemon.number("select number from account where name = '" + mia.name() + "'");
                String left = "select count(*) from message where salt is not null and sender = " + number;
                CompletableFuture<ProcessResult> erasing = CompletableFuture.supplyAsync(
                        () -> daemon.admin("", "user", "erase", mia.name(), "--everywhere", "--yes"));
                long until = random.nextInt(MESSAGES + 1);
                await().until(() -> erasing.isDone() || daemon.number(left) <= until);
                daemon.killDaemon();
                erasing.join();
                daemon.begin();
                boolean isErased = daemon.number("select count(*) from account where name = 'U" + number + "'") == 1;
                assertThat(daemon.number(left)).isEqualTo(isErased ? 0 : MESSAGES);
                assertThat(daemon.number("select count(*) from erasure where ended is null"))
                        .isZero();
                if (!isErased) {
                    daemon.admin("", "user", "erase", mia.name(), "--everywhere", "--yes")
                            .exits(0);
                }
                daemon.admin("", "user", "erase", "U" + number, "--yes").exits(0);
            }
            assertThat(daemon.admin("", "log", "verify", "--messages").exits(3).out())
                    .doesNotContain("WRONG");
        }
    }
}

package chatd.acceptance.person;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.groups.GroupTestBase;
import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.HttpClient;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.SpawnedDaemon;
import chatd.acceptance.kit.Wire;
import chatd.fixtures.Campaign;
import chatd.fixtures.TestClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** How long messages are kept: by rules, by group, by holds; and what is left of them afterwards. */
class RetentionIT {
    /** Lets the clock be moved by months. */
    private static final String[] JUMP = {"CHATD_AUDIT_CLOCK_JUMP", "0s"};

    private static final String RUN = "run";
    private static final int KILLS = Campaign.times(3, 40);
    private static final int MESSAGES = 600;

    private static final int MANY = Campaign.times(5_000, 200_000);

    /** What is done about one message: more than is deleted at once. */
    private static final int DONE = 5_000;

    private final Random random = Campaign.random();
    private final TestClock clock = TestClock.running();

    @TempDir
    private Path elsewhere;

    private String word() {
        byte[] unique = new byte[8];
        random.nextBytes(unique);
        return "pq" + HexFormat.of().formatHex(unique);
    }

    private LocalDaemon start(String... rules) {
        List<String> environment = new ArrayList<>(List.of(JUMP));
        environment.addAll(List.of(rules));
        return LocalDaemon.start(clock, environment.toArray(String[]::new));
    }

    private void pass(int days) {
        clock.advance(Duration.ofDays(days));
    }

    private static ProcessResult run(Chatd daemon, String... more) {
        List<String> command = new ArrayList<>(List.of("retention", RUN));
        command.addAll(List.of(more));
        return daemon.admin("", command.toArray(String[]::new)).exits(0);
    }

    private static JsonNode extent(Chatd daemon, String how) {
        return JsonMapper.shared().readTree(run(daemon, how, "-o", "json").out());
    }

    private static String to(String user, String text) {
        return "'type': 3, 'receive': '%s', 'info': '%s'".formatted(user, text);
    }

    private static String toEveryone(String text) {
        return "'type': 4, 'receive': '', 'info': '%s'".formatted(text);
    }

    private static String group(JsonSocket by, JsonSocket... members) {
        return GroupTestBase.answer(
                        by,
                        "'type': 23, 'info': {'op': 'create', 'name': 'Ops', 'members': ['%s']}"
                                .formatted(members[0].user()))
                .path("info")
                .path("group_id")
                .asString();
    }

    private static void sendFile(LocalDaemon daemon, Chatd.Person by, String name, String content, String to) {
        try (Chat1Socket socket = daemon.logIn(by)) {
            socket.send(Wire.file(name, Wire.utf8(content), to)).fence();
        }
    }

    /** Returns the texts of a person's history, without what was done to groups. */
    private static List<String> said(Chatd daemon, Chatd.Person person) {
        return daemon.texts(person).stream().filter(text -> !text.isEmpty()).toList();
    }

    private static void expectVerified(Chatd daemon) {
        assertThat(daemon.admin("", "log", "verify", "--messages").exits(3).out())
                .doesNotContain("WRONG");
    }

    @Test
    void eachGoesAfterItsTimeAndTheLogStillVerifies() throws Exception {
        try (LocalDaemon daemon = start(
                "CHATD_RETENTION_MESSAGES", "30d", "CHATD_RETENTION_FILES", "10d", "CHATD_RETENTION_GROUP", "60d")) {
            Chatd.Person ann = daemon.person();
            Chatd.Person ben = daemon.person();
            String direct = word();
            String corrected = word();
            String everyones = word();
            String inGroup = word();
            String inOwnGroup = word();
            String file = word();
            String content = word();
            Path receipt;
            String team;
            String own;
            long mid;
            try (JsonSocket a = daemon.logInJson(JsonCarrier.LINES, ann, "d");
                    JsonSocket b = daemon.logInJson(JsonCarrier.LINES, ben, "d")) {
                mid = GroupTestBase.perform(a, to(b.user(), direct));
                receipt = Files.writeString(
                        elsewhere.resolve("receipt.json"),
                        b.skipTo(JsonType.TEXT).toString());
                GroupTestBase.perform(a, GroupTestBase.correct(mid, corrected));
                GroupTestBase.perform(b, "'type': 33, 'info': {'mid': %d, 'code': '👍', 'on': true}".formatted(mid));
                GroupTestBase.perform(a, GroupTestBase.takeBack(GroupTestBase.perform(a, to(b.user(), word()))));
                GroupTestBase.perform(a, toEveryone(everyones));
                team = group(a, b);
                own = group(a, b);
                GroupTestBase.perform(a, GroupTestBase.text(team, inGroup));
                GroupTestBase.perform(a, GroupTestBase.text(own, inOwnGroup));
                assertThat(daemon.admin("", "group", "set", own, "--retention", "90d")
                                .exits(0)
                                .out())
                        .isEqualTo("Messages in Ops (" + own + ") are kept for 90 days.\n");
                JsonNode told = b.skipTo(JsonType.GROUP);
                while (!told.path("info").path("op").asString().equals("retention")) {
                    told = b.skipTo(JsonType.GROUP);
                }
                assertThat(told.path("info").path("days").asInt()).isEqualTo(90);
                assertThat(GroupTestBase.answer(b, GroupTestBase.op("members", own))
                                .path("info")
                                .path("retention")
                                .asInt())
                        .isEqualTo(90);
                assertThat(GroupTestBase.answer(b, GroupTestBase.op("members", team))
                                .path("info")
                                .path("retention")
                                .asInt())
                        .isEqualTo(60);
            }
            sendFile(daemon, ann, file, content, ben.name());
            daemon.awaitIndexed();
            assertThat(run(daemon, "--yes").out()).isEqualTo("Deleted: 0 texts and 0 files of 0 B.\n");

            pass(11);
            assertThat(run(daemon, "--dry-run").out())
                    .isEqualTo("Would be deleted: 0 texts and 1 file of 18 B. Nothing was done: this was a dry run.\n");
            assertThat(run(daemon, "--yes").out()).isEqualTo("Deleted: 0 texts and 1 file of 18 B.\n");
            assertThat(daemon.number("select count(*) from content")).isZero();
            assertThat(daemon.number("select sum(bytes) from account_storage")).isZero();
            expectVerified(daemon);

            pass(20);
            assertThat(daemon.unread(ben, number(daemon, ann))).isEqualTo(1);
            JsonNode planned = extent(daemon, "--dry-run");
            assertThat(extent(daemon, "--yes")).isEqualTo(planned);
            assertThat(planned.path("texts").asInt()).isEqualTo(3);
            assertThat(daemon.unread(ben, number(daemon, ann))).isZero();
            try (JsonSocket b = daemon.logInJson(JsonCarrier.LINES, ben, "d")) {
                assertThat(said(daemon, ben)).containsExactly(inGroup, inOwnGroup);
                for (String late : List.of(
                        "'type': 33, 'info': {'mid': %d, 'code': '👍', 'on': true}".formatted(mid),
                        "'type': 36, 'info': {'mid': %d, 'text': 'rude'}".formatted(mid))) {
                    assertThat(GroupTestBase.answer(b, late)
                                    .path("info")
                                    .path("code")
                                    .asString())
                            .isEqualTo("no-such-message");
                }
            }
            daemon.admin("", "search", "purge").exits(0);
            StoredBytes stored = StoredBytes.of(daemon, true);
            for (String gone : List.of(direct, corrected, everyones, file, content)) {
                assertThat(stored.placesOf(gone)).isEmpty();
            }
            assertThat(daemon.admin("", "log", "verify", "--messages").exits(3).out())
                    .contains("4 messages deleted after their time, as logged")
                    .doesNotContain("WRONG");
            assertThat(daemon.admin("", "log", "prove", receipt.toString())
                            .exits(3)
                            .out())
                    .contains("is what ");

            pass(30);
            assertThat(extent(daemon, "--yes").path("texts").asInt()).isEqualTo(1);
            assertThat(said(daemon, ben)).containsExactly(inOwnGroup);
            pass(30);
            assertThat(extent(daemon, "--yes").path("texts").asInt()).isEqualTo(1);
            assertThat(daemon.number("select count(*) from message where sender is not null"))
                    .isZero();
            assertThat(daemon.number("select (select count(*) from amendment) + (select count(*) from reaction)"
                            + " + (select count(*) from amendment_reader) + (select count(*) from file)"))
                    .isZero();
            expectVerified(daemon);

            // Nothing of the numbers is given again, neither now nor after a start with nothing left.
            daemon.stop();
            daemon.begin();
            try (JsonSocket a = daemon.logInJson(JsonCarrier.LINES, ann, "d")) {
                assertThat(GroupTestBase.perform(a, to(a.user(), "new")))
                        .isGreaterThan(daemon.number("select max(number) from expiry"));
            }
            sendFile(daemon, ann, "new", "new", ben.name());
            assertThat(daemon.number("select max(number) from file")).isEqualTo(2);
            assertThat(daemon.admin("", "storage", "check").exits(0).out()).contains("everything is there");
            expectVerified(daemon);
        }
    }

    private static String number(Chatd daemon, Chatd.Person person) {
        return "U" + daemon.number("select number from account where name = '" + person.name() + "'");
    }

    @Test
    void whatIsOnHoldStaysUntilThatEndsAndNobodyOnHoldIsErased() {
        try (LocalDaemon daemon = start("CHATD_RETENTION_MESSAGES", "7d")) {
            Chatd.Person ann = daemon.person();
            Chatd.Person ben = daemon.person();
            Chatd.Person eve = daemon.person();
            String team;
            try (JsonSocket a = daemon.logInJson(JsonCarrier.LINES, ann, "d");
                    JsonSocket b = daemon.logInJson(JsonCarrier.LINES, ben, "d");
                    JsonSocket e = daemon.logInJson(JsonCarrier.LINES, eve, "d")) {
                team = group(b, e);
                GroupTestBase.perform(a, to(b.user(), "by ann"));
                GroupTestBase.perform(b, to(a.user(), "to ann"));
                GroupTestBase.perform(b, to(e.user(), "of others"));
                GroupTestBase.perform(b, GroupTestBase.text(team, "in the group"));
                GroupTestBase.perform(b, toEveryone("to everyone"));
                GroupTestBase.perform(a, toEveryone("by ann to everyone"));
            }
            try (Chat1Socket socket = daemon.logIn(ben)) {
                socket.send(Wire.text("to several, ann too", eve.name(), ann.name()))
                        .fence();
                socket.send(Wire.text("to several", eve.name(), ben.name())).fence();
            }
            String until = clock.instant().plus(Duration.ofDays(20)).toString().substring(0, 10);
            assertThat(daemon.admin("", "hold", "add", ann.name(), "--until", until, "--why", "case 4711")
                            .exits(0)
                            .out())
                    .isEqualTo("The messages of %s (%s) are kept until %s (H1).\n"
                            .formatted(ann.name(), number(daemon, ann), until));
            daemon.admin("", "hold", "add", team, "--until", until, "--why", "case 4711")
                    .exits(0);
            pass(10);
            assertThat(run(daemon, "--dry-run").out()).contains("3 texts", "5 messages on hold stay.");
            assertThat(run(daemon, "--yes").out()).contains("3 texts", "5 messages on hold stay.");
            assertThat(said(daemon, eve))
                    .containsExactlyInAnyOrder("in the group", "by ann to everyone", "to several, ann too");
            assertThat(said(daemon, ann))
                    .containsExactlyInAnyOrder("by ann", "to ann", "by ann to everyone", "to several, ann too");
            expectVerified(daemon);
            assertThat(daemon.admin("", "user", "erase", ann.name(), "--yes")
                            .exits(3)
                            .err())
                    .contains(ann.name() + " is on hold (H1, case 4711)");
            assertThat(daemon.admin("", "hold", "list").exits(0).out())
                    .contains("H1", ann.name(), until, "case 4711", team);
            assertThat(daemon.admin("", "hold", "remove", "H2").exits(0).out())
                    .isEqualTo("The messages of Ops (" + team + ") are kept no longer than others'.\n");
            assertThat(run(daemon, "--yes").out()).contains("1 text ", "4 messages on hold stay.");

            // A restart does not forget a hold; its end does.
            daemon.stop();
            daemon.begin();
            assertThat(run(daemon, "--yes").out()).contains("4 messages on hold stay.");
            pass(11);
            assertThat(daemon.admin("", "hold", "list").exits(0).out()).contains(until + " (over)");
            assertThat(run(daemon, "--yes").out()).isEqualTo("Deleted: 4 texts and 0 files of 0 B.\n");
            assertThat(said(daemon, ann)).isEmpty();
            expectVerified(daemon);
            daemon.admin("", "user", "erase", ann.name(), "--yes").exits(0);
        }
    }

    @Test
    void whatIsNotUnderstoodIsSaidSoAndDoesNothing() throws Exception {
        try (LocalDaemon daemon = start()) {
            Chatd.Person ann = daemon.person();
            try (JsonSocket a = daemon.logInJson(JsonCarrier.LINES, ann, "d")) {
                GroupTestBase.perform(a, to(a.user(), "a note"));
            }
            pass(400);
            assertThat(run(daemon, "--yes").out()).isEqualTo("Deleted: 0 texts and 0 files of 0 B.\n");
            assertThat(daemon.admin("", "retention", "show").exits(0).out())
                    .contains("to users", "forever", "holds", "last looked");
            // What the file says is told before it is in force.
            Path file = daemon.directory.resolve("chatd.toml");
            Files.writeString(file, Files.readString(file) + "\n[retention]\nmessages = \"90d\"\n");
            assertThat(run(daemon, "--dry-run").out()).contains("1 text ");
            assertThat(run(daemon, "--yes").out()).contains("0 texts ");
            Files.writeString(file, Files.readString(file).replace("90d", "90 days"));
            assertThat(daemon.admin("", "retention", RUN, "--dry-run").exits(1).err())
                    .contains("expected 7d to 30000d, or \"forever\", not \"90 days\"");
            assertThat(daemon.admin("", "retention", RUN).exits(2).err()).contains("--yes");
            String later = clock.instant().plus(Duration.ofDays(2)).toString().substring(0, 10);
            for (List<String> wrong : List.of(
                    List.of("nobody", "--until", later, "--why", "x", "There is no user called nobody"),
                    List.of("G999", "--until", later, "--why", "x", "no such group"),
                    List.of(ann.name(), "--until", "2020-01-01", "--why", "x", "That day is over"),
                    List.of(ann.name(), "--until", "soon", "--why", "x", "such as 2027-06-30"),
                    List.of(ann.name(), "--until", later, "--why", "x".repeat(201), "1 to 200 characters"))) {
                List<String> command = new ArrayList<>(List.of("hold", "add"));
                command.addAll(wrong.subList(0, wrong.size() - 1));
                ProcessResult refused = daemon.admin("", command.toArray(String[]::new));
                assertThat(refused.exit()).as(refused.toString()).isPositive();
                assertThat(refused.err()).containsIgnoringCase(wrong.getLast());
            }
            assertThat(daemon.admin("", "hold", "remove", "H9").exits(4).err()).contains("There is no hold H9");
            assertThat(daemon.admin("", "group", "set", "G1", "--retention", "3d")
                            .exits(2)
                            .err())
                    .contains("--retention takes 7d to 30000d, forever or default, and not 3d.");
            assertThat(daemon.number("select count(*) from hold")).isZero();
        }
    }

    @Test
    void theDaemonDeletesByItselfOnceARuleIsInForce() throws Exception {
        try (LocalDaemon daemon = start()) {
            Chatd.Person ann = daemon.person();
            try (JsonSocket a = daemon.logInJson(JsonCarrier.LINES, ann, "d")) {
                GroupTestBase.perform(a, to(a.user(), "old"));
                pass(10);
                GroupTestBase.perform(a, to(a.user(), "young"));
            }
            Path file = daemon.directory.resolve("chatd.toml");
            Files.writeString(file, Files.readString(file) + "\n[retention]\nmessages = \"7d\"\n");
            daemon.admin("", "config", "reload").exits(0);
            await().until(() -> said(daemon, ann).equals(List.of("young")));
            expectVerified(daemon);
        }
    }

    @Test
    void nothingIsDeletedByAClockThatMayBeWrong() {
        try (LocalDaemon daemon = LocalDaemon.start(clock, "CHATD_RETENTION_MESSAGES", "7d")) {
            Chatd.Person ann = daemon.person();
            try (JsonSocket a = daemon.logInJson(JsonCarrier.LINES, ann, "d")) {
                GroupTestBase.perform(a, to(a.user(), "a note"));
            }
            pass(100);
            assertThat(daemon.admin("", "retention", RUN, "--yes").exits(1).err())
                    .contains("Nothing is deleted by a clock that may be wrong.", "timedatectl");
            assertThat(said(daemon, ann)).containsExactly("a note");
        }
    }

    @Test
    void whatSomebodyElseDeletesOrBringsBackIsFound() {
        try (LocalDaemon daemon = start("CHATD_RETENTION_MESSAGES", "7d")) {
            Chatd.Person ann = daemon.person();
            long old;
            long corrected;
            long young;
            long kept;
            try (JsonSocket a = daemon.logInJson(JsonCarrier.LINES, ann, "d");
                    JsonSocket b = daemon.logInJson(JsonCarrier.LINES, daemon.alice(), "d")) {
                String team = group(a, b);
                daemon.admin("", "group", "set", team, "--retention", "forever").exits(0);
                GroupTestBase.perform(a, to(a.user(), "very old"));
                kept = GroupTestBase.perform(a, GroupTestBase.text(team, "kept for ever"));
                old = GroupTestBase.perform(a, to(a.user(), "old"));
                corrected = GroupTestBase.perform(a, to(a.user(), "old, too"));
                GroupTestBase.perform(a, GroupTestBase.correct(corrected, "corrected"));
                pass(10);
                young = GroupTestBase.perform(a, to(a.user(), "young"));
            }
            daemon.execute("create table copied as select * from message");
            // Somebody deletes it just before: that others around it are deleted does not hide that.
            daemon.execute("delete from message where number = " + kept);
            run(daemon, "--yes");
            assertThat(daemon.admin("", "log", "verify", "--messages").exits(1).out())
                    .containsPattern("WRONG: message " + kept + " is logged \\(seq \\d+\\), but not stored");
            daemon.execute("insert into message select * from copied where number = " + kept);
            expectVerified(daemon);
            daemon.execute("insert into message select * from copied where number = " + old);
            assertThat(daemon.admin("", "log", "verify", "--messages").exits(1).out())
                    .contains("WRONG: message " + old
                            + " was deleted after its time, according to the log, but is still stored");
            daemon.execute("delete from message where number = " + old);
            daemon.execute("delete from message where number = " + young);
            assertThat(daemon.admin("", "log", "verify", "--messages").exits(1).out())
                    .containsPattern("WRONG: message " + young + " is logged \\(seq \\d+\\), but not stored");
            daemon.execute("insert into message select * from copied where number = " + young);
            expectVerified(daemon);
            // An expiry that the log does not have, and one that says something else.
            daemon.execute("update expiry set messages = messages + 1");
            assertThat(daemon.admin("", "log", "verify", "--messages").exits(1).out())
                    .contains("is not stored as it was logged");
            daemon.execute("drop table copied");
        }
    }

    @Test
    void whatWasDoneWithoutEndAboutAMessageGoesInSmallSteps() {
        try (LocalDaemon daemon = start("CHATD_RETENTION_MESSAGES", "7d")) {
            Chatd.Person ann = daemon.person();
            long mid;
            try (JsonSocket a = daemon.logInJson(JsonCarrier.LINES, ann, "d")) {
                mid = GroupTestBase.perform(a, to(a.user(), "liked"));
            }
            daemon.execute("insert into amendment (number, message, kind, time, sender) select 1000 + seq, " + mid
                    + ", 3, now(), 1 from seq_1_to_" + DONE);
            daemon.execute("insert into amendment_reader (account, amendment, conversation) select 1, 1000 + seq, 1"
                    + " from seq_1_to_" + DONE);
            daemon.execute("insert into reaction (message, account, code, amendment, hidden) select " + mid
                    + ", seq, 'x', 1000 + seq, false from seq_1_to_" + DONE);
            pass(10);
            run(daemon, "--yes");
            for (String table : List.of("message", "amendment", "amendment_reader", "reaction")) {
                assertThat(daemon.number("select count(*) from " + table))
                        .as(table)
                        .isZero();
            }
        }
    }

    @Test
    void whoResumesIsSentWhatIsLeftAndNothingTwice() {
        try (LocalDaemon daemon = start("CHATD_RETENTION_DIRECT", "7d")) {
            Chatd.Person ann = daemon.person();
            Chatd.Person ben = daemon.person();
            String token;
            try (JsonSocket b = JsonCarrier.LINES.connect(daemon)) {
                token = b.logIn(ben.name(), ben.password(), "d").path("token").asString();
            }
            String number = number(daemon, ben);
            try (JsonSocket a = daemon.logInJson(JsonCarrier.LINES, ann, "d")) {
                GroupTestBase.perform(a, to(number, "missed for ever"));
                GroupTestBase.perform(a, toEveryone("to everyone"));
            }
            // A session is kept for fifteen minutes, from the start on.
            daemon.stop();
            pass(10);
            daemon.begin();
            try (JsonSocket a = daemon.logInJson(JsonCarrier.LINES, ann, "d")) {
                GroupTestBase.perform(a, to(number, "young"));
            }
            run(daemon, "--yes");
            try (JsonSocket b = JsonCarrier.LINES.connect(daemon)) {
                b.send("{'type': 1, 'info': {'token': '%s', 'after': 0}}".formatted(token));
                assertThat(List.of(
                                b.skipTo(JsonType.TEXT_TO_ALL).path("info").asString(),
                                b.skipTo(JsonType.TEXT).path("info").asString()))
                        .containsExactly("to everyone", "young");
                b.fence();
            }
        }
    }

    /** What a message is, as far as it decides how long it is kept. */
    private record Sent(long mid, long day, String kind, boolean isFile, String sender, String receiver) {}

    @Test
    void whatIsLeftIsWhatAModelSays() throws IOException {
        Map<String, Integer> days = Map.of("direct", 40, "group", 20, "own", 80, "everyone", 30);
        int files = 25;
        try (LocalDaemon daemon = start(
                "CHATD_RETENTION_DIRECT", "40d",
                "CHATD_RETENTION_GROUP", "20d",
                "CHATD_RETENTION_EVERYONE", "30d",
                "CHATD_RETENTION_FILES", "25d")) {
            List<Chatd.Person> people = List.of(daemon.person(), daemon.person(), daemon.person());
            List<String> numbers =
                    people.stream().map(person -> number(daemon, person)).toList();
            String team;
            String own;
            try (JsonSocket a = daemon.logInJson(JsonCarrier.LINES, people.get(0), "d");
                    JsonSocket b = daemon.logInJson(JsonCarrier.LINES, people.get(1), "d")) {
                team = group(a, b);
                own = group(a, b);
            }
            daemon.admin("", "group", "set", own, "--retention", "80d").exits(0);
            String held = numbers.get(random.nextInt(2));
            List<Sent> all = new ArrayList<>();
            String stored = "select group_concat(number order by number) from message where sender is not null";
            for (long day = 0; day < 120; ) {
                for (int i = 0; i < 1 + random.nextInt(6); i++) {
                    all.add(sendAny(daemon, people, numbers, team, own, day));
                }
                if (random.nextInt(3) == 0) {
                    String until =
                            clock.instant().plus(Duration.ofDays(1)).toString().substring(0, 10);
                    boolean isHeld = random.nextBoolean();
                    if (isHeld) {
                        daemon.admin("", "hold", "add", held, "--until", until, "--why", "model")
                                .exits(0);
                    }
                    run(daemon, "--yes");
                    long today = day;
                    all.removeIf(sent -> {
                        int kept = days.getOrDefault(sent.kind(), 0);
                        boolean isOld = today - sent.day() >= (sent.isFile() ? Math.min(kept, files) : kept);
                        boolean isOnHold = isHeld
                                && (sent.sender().equals(held)
                                        || sent.receiver().equals(held));
                        return isOld && !isOnHold;
                    });
                    assertThat(text(daemon, stored))
                            .as("day " + day)
                            .isEqualTo(all.stream()
                                    .map(sent -> Long.toString(sent.mid()))
                                    .collect(Collectors.joining(",")));
                    expectVerified(daemon);
                    if (isHeld) {
                        String hold = "H" + daemon.number("select max(number) from hold");
                        daemon.admin("", "hold", "remove", hold).exits(0);
                    }
                }
                int step = 1 + random.nextInt(9);
                pass(step);
                day += step;
            }
        }
    }

    private Sent sendAny(
            LocalDaemon daemon, List<Chatd.Person> people, List<String> numbers, String team, String own, long day)
            throws IOException {
        String kind = List.of("direct", "group", "own", "everyone").get(random.nextInt(4));
        int by = random.nextInt(kind.equals("direct") || kind.equals("everyone") ? 3 : 2);
        int other = random.nextInt(3);
        boolean isFile = random.nextInt(3) == 0;
        String receiver = switch (kind) {
            case "direct" -> numbers.get(other);
            case "group" -> team;
            case "own" -> own;
            default -> "";
        };
        try (JsonSocket socket = JsonCarrier.LINES.connect(daemon)) {
            String header = OwnExportIT.bearer(socket, people.get(by));
            long mid = isFile
                    ? uploaded(daemon, header, receiver)
                    : GroupTestBase.perform(
                            socket,
                            "'type': %d, 'receive': '%s', 'info': 'text'"
                                    .formatted(kind.equals("direct") ? 3 : 4, receiver));
            return new Sent(mid, day, kind, isFile, numbers.get(by), receiver);
        }
    }

    /** Sends a file over HTTP; returns the number of its message. */
    private long uploaded(LocalDaemon daemon, String header, String receiver) throws IOException {
        byte[] content = Wire.utf8(word());
        try (HttpClient http = HttpClient.connect(daemon)) {
            http.send("POST /files?to=%s&name=f&size=%d HTTP/1.1\r\nHost: localhost:%d\r\nContent-Length: %d\r\n%s\r\n"
                    .formatted(receiver, content.length, http.socket().getPort(), content.length, header));
            http.socket().getOutputStream().write(content);
            assertThat(http.readResponse(false).status()).isEqualTo(201);
        }
        return daemon.number("select max(number) from message where file is not null");
    }

    @Test
    void peopleTalkWhileMuchIsDeleted() {
        try (LocalDaemon daemon = start("CHATD_RETENTION_MESSAGES", "7d", "CHATD_RATES_TEXTS", "0")) {
            Chatd.Person ann = daemon.person();
            Chatd.Person ben = daemon.person();
            String account = number(daemon, ann).substring(1);
            daemon.stop();
            daemon.execute("insert into message (number, time, sender, receiver, conversation, text, salt)"
                    + " select 1000000 + seq, now() - interval 30 day, " + account
                    + ", 0, 0, repeat('old ', 20), repeat('s', 16)"
                    + " from seq_1_to_" + MANY);
            // They are logged now, and all that follows has higher numbers.
            daemon.begin();
            try (JsonSocket a = daemon.logInJson(JsonCarrier.LINES, ann, "d");
                    JsonSocket b = daemon.logInJson(JsonCarrier.LINES, ben, "d")) {
                List<Long> before = new ArrayList<>();
                for (int i = 0; i < 300; i++) {
                    before.add(delivery(a, b));
                }
                CompletableFuture<ProcessResult> running =
                        CompletableFuture.supplyAsync(() -> daemon.admin("", "retention", RUN, "--yes"));
                List<Long> during = new ArrayList<>();
                while (!running.isDone()) {
                    during.add(delivery(a, b));
                }
                assertThat(running.join().exits(0).out()).contains(" " + MANY + " texts ");
                assertThat(daemon.number("select count(*) from message where text like 'old%'"))
                        .isZero();
                expectVerified(daemon);
                Campaign.report(
                        "%,d messages deleted while two people talk: a text takes p50 %.1f ms, p99 %.1f ms; before, %.1f and %.1f ms"
                                .formatted(
                                        MANY,
                                        percentile(during, 50),
                                        percentile(during, 99),
                                        percentile(before, 50),
                                        percentile(before, 99)));
            }
        }
    }

    /** Returns how long a text takes from one person to another, in nanoseconds. */
    private static long delivery(JsonSocket from, JsonSocket to) {
        long begin = System.nanoTime();
        from.send("{%s}".formatted(to(to.user(), "ping")));
        to.skipTo(JsonType.TEXT);
        return System.nanoTime() - begin;
    }

    private static double percentile(List<Long> all, int percent) {
        List<Long> sorted = all.stream().sorted().toList();
        return sorted.get((sorted.size() - 1) * percent / 100) / 1e6;
    }

    @Test
    @Tag("processes")
    void killedAtAnyMomentTheLogVerifiesAndTheRestGoesNextTime() {
        try (SpawnedDaemon daemon = SpawnedDaemon.startWithDatabase("CHATD_RETENTION_MESSAGES", "30d")) {
            Chatd.Person alice = daemon.alice();
            Chatd.Person ben = daemon.person();
            for (int i = 0; i < KILLS; i++) {
                try (Chat1Socket socket = daemon.logIn(alice)) {
                    for (int j = 0; j < MESSAGES; j++) {
                        socket.send(Wire.text("text " + j, ben.name()));
                    }
                    socket.fence();
                }
                daemon.execute("update message set time = time - interval 31 day where sender is not null");
                String left = "select count(*) from message where sender is not null";
                CompletableFuture<ProcessResult> running =
                        CompletableFuture.supplyAsync(() -> daemon.admin("", "retention", RUN, "--yes"));
                long until = random.nextInt(MESSAGES + 1);
                await().until(() -> running.isDone() || daemon.number(left) <= until);
                daemon.killDaemon();
                running.join();
                daemon.begin();
                run(daemon, "--yes");
                assertThat(daemon.number(left)).isZero();
                assertThat(daemon.number("select sum(messages) from expiry")).isEqualTo((i + 1L) * MESSAGES);
                expectVerified(daemon);
            }
        }
    }

    private static String text(Chatd daemon, String query) {
        try (var connection = daemon.sql();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            rows.next();
            String text = rows.getString(1);
            return text == null ? "" : text;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}

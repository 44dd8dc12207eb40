package chatd.acceptance.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * Checks corrections, reactions and messages taken back against the log, and that nothing is left
 * of the latter.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("processes")
class AmendmentsProofIT {
    private static final String PLANTED = "zwiebelfisch";
    private static final Pattern NUMBER = Pattern.compile("#([a-z])");

    private final LocalDaemon chatd = LocalDaemon.start();
    private final Chatd.Person ann = chatd.person();
    private final Chatd.Person ben = chatd.person();
    private final List<AutoCloseable> open = new ArrayList<>();
    private JsonSocket writer;
    private JsonSocket reader;
    private String live = "";
    private Path key;

    /** A text (a), corrected (b, c), a reaction to it (d); a text (e), corrected (f), taken back (g). */
    private final List<Long> numbers = new ArrayList<>();

    @BeforeAll
    void talk() throws IOException {
        writer = logIn(ann);
        reader = logIn(ben);
        long text = done(writer, "'type': 3, 'receive': '%s', 'info': 'Lunh?'".formatted(reader.user()));
        numbers.add(text);
        numbers.add(done(writer, "'type': 32, 'info': {'mid': %d, 'text': 'Lunch?'}".formatted(text)));
        live = reader.skipTo(JsonType.CORRECTED).toString();
        numbers.add(done(writer, "'type': 32, 'info': {'mid': %d, 'text': 'Lunch at one?'}".formatted(text)));
        numbers.add(done(reader, "'type': 33, 'info': {'mid': %d, 'code': '👍', 'on': true}".formatted(text)));
        long other = done(writer, "'type': 3, 'receive': '%s', 'info': '%s'".formatted(reader.user(), PLANTED));
        numbers.add(other);
        numbers.add(done(writer, "'type': 32, 'info': {'mid': %d, 'text': '%s, too'}".formatted(other, PLANTED)));
        chatd.execute("create table kept as select number, text, salt from message where number = " + other);
        numbers.add(done(writer, "'type': 31, 'info': {'mid': %d}".formatted(other)));
        key = Files.writeString(
                chatd.directory.resolve("auditors.pem"),
                chatd.admin("", "log", "key").exits(0).out());
    }

    @AfterAll
    void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
        chatd.close();
    }

    private JsonSocket logIn(Chatd.Person person) {
        JsonSocket socket = chatd.logInJson(JsonCarrier.LINES, person, "");
        open.add(socket);
        return socket;
    }

    private static long done(JsonSocket by, String message) {
        by.send("{%s, 'id': '%s'}".formatted(message, Chatd.newName()));
        return by.skipTo(JsonType.DONE).path("info").path("mid").asLong();
    }

    private static JsonNode page(JsonSocket reader, int limit, String more) {
        reader.send("{'type': 19, 'info': {'limit': %d%s}}".formatted(limit, more));
        return reader.skipTo(JsonType.PAGE).path("info");
    }

    private long number(char name) {
        return numbers.get(name - 'a');
    }

    private String numbered(String text) {
        return NUMBER.matcher(text)
                .replaceAll(found -> Long.toString(number(found.group(1).charAt(0))));
    }

    private ProcessResult verify() {
        return chatd.admin("", "log", "verify", "--messages", "--key", key.toString());
    }

    @Test
    void theLogVerifiesAfterAllAmendments() {
        chatd.admin("", "log", "anchor").exits(0);
        assertThat(verify().exits(0).out())
                .startsWith("genuine up to the seal ")
                .containsPattern("[1-9]\\d* messages? taken back or erased, as logged");
        String log = chatd.admin("", "log", "query", "-o", "xml").exits(0).out();
        assertThat(log).contains("type=\"correction\"", "type=\"retraction\"", "type=\"reaction\"");
        assertThat(log).doesNotContain("Lunch", PLANTED, "👍");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            a correction | message #b is not stored as | update amendment set text = 'lunch?' where number = #b | update amendment set text = 'Lunch?' where number = #b
            its message  | message #b is not stored as | update amendment set message = #e where number = #b | update amendment set message = #a where number = #b
            its time     | message #b is not stored as | update amendment set time = time + interval 1 microsecond where number = #b | update amendment set time = time - interval 1 microsecond where number = #b
            its author   | message #b is not stored as | update amendment set sender = sender + 1 where number = #b | update amendment set sender = sender - 1 where number = #b
            removed      | message #c is logged        | update amendment set number = 1000003 where number = #c | update amendment set number = #c where number = 1000003
            added        | message 1000 is stored, but | insert into amendment select 1000, message, kind, time, sender, conversation, text, salt from amendment where number = #b | delete from amendment where number = 1000
            whose mark   | message #d is not stored as | update amendment set message = #e where number = #d | update amendment set message = #a where number = #d
            switched     | message #d is not stored as | update amendment set kind = 3 where number = #d | update amendment set kind = 2 where number = #d
            by nobody    | message #g is logged        | update amendment set number = 1000003 where number = #g | update amendment set number = #g where number = 1000003
            of another   | message #g is not stored as | update amendment set message = #a where number = #g | update amendment set message = #e where number = #g
            still there  | message #e was taken back   | update message m join kept k on k.number = m.number set m.text = k.text, m.salt = k.salt | update message set text = null, salt = null where number = #e
            """)
    void aChangeOfTheDatabaseIsFound(String what, String found, String change, String undo) {
        chatd.execute(numbered(change));
        try {
            assertThat(verify().exits(1).out()).as(what).contains("WRONG: " + numbered(found));
        } finally {
            chatd.execute(numbered(undo));
        }
        chatd.admin("", "log", "verify", "--messages").exits(3);
    }

    /** A message deleted by hand can't be passed off as taken back. */
    @Test
    void aMessageDeletedByHandIsMissed() throws IOException {
        long mid = done(writer, "'type': 3, 'receive': '%s', 'info': 'to be kept'".formatted(reader.user()));
        chatd.execute("insert into kept select number, text, salt from message where number = " + mid);
        chatd.execute("update message set text = null, salt = null where number = " + mid);
        assertThat(verify().exits(1).out()).contains("message " + mid + " is not stored as it was logged");
        chatd.execute("insert into amendment values (0, %d, 0, now(), 1, null, null, null)".formatted(mid));
        assertThat(verify().exits(1).out()).contains("message " + mid + " (seq ");
        chatd.execute("delete from amendment where message = " + mid);
        chatd.execute(
                "insert into amendment values (%d, %d, 0, now(), 1, null, null, null)".formatted(mid + 1_000_000, mid));
        assertThat(verify().exits(1).out()).contains("message " + (mid + 1_000_000) + " is stored, but not logged");
        chatd.execute("delete from amendment where message = " + mid);
        chatd.execute(
                "update message m join kept k on k.number = m.number and m.number = %d set m.text = k.text, m.salt = k.salt"
                        .formatted(mid));
        chatd.execute("delete from kept where number = " + mid);
    }

    @Test
    void allVersionsOfATextAreProved(@TempDir Path directory) throws Exception {
        chatd.admin("", "log", "anchor").exits(0);
        JsonNode item = page(reader, 1, ", 'before': " + (number('a') + 1))
                .path("items")
                .path(0);
        String all = prove(directory, item.toString()).exits(0).out();
        for (char version : new char[] {'a', 'b', 'c'}) {
            assertThat(all).contains("message " + number(version) + " is what U");
        }
        assertThat(prove(directory, live).exits(0).out())
                .contains(numbered("message #b is what "), " corrected message " + number('a') + " to ")
                .contains("it was corrected at ");
        assertThat(prove(directory, live.replace("Lunch?", "Lunh!")).exits(1).out())
                .contains(numbered("message #b was logged"));
        assertThat(prove(directory, live.replace("\"of\":" + number('a'), "\"of\":" + number('e')))
                        .exits(1)
                        .out())
                .as("a correction can't be moved")
                .contains(numbered("message #b was logged"));
    }

    @Test
    void theExistenceOfATextTakenBackIsProved(@TempDir Path directory) throws Exception {
        chatd.admin("", "log", "anchor").exits(0);
        JsonNode item = page(reader, 1, ", 'before': " + (number('e') + 1))
                .path("items")
                .path(0);
        assertThat(prove(directory, item.toString()).exits(0).out())
                .contains(numbered("message #e was sent by "), "nothing shows its content")
                .contains("it was taken back by " + writer.user());
    }

    @Test
    void nothingTakenBackIsLeftInTheDatabase() {
        long shared;
        byte[] content = (PLANTED + " in a file").getBytes(StandardCharsets.UTF_8);
        try (Chat1Socket sender = chatd.logIn(ann)) {
            sender.send(Wire.file(PLANTED + ".txt", content, ben.name()));
            sender.send(Wire.file("the same.txt", content, ben.name()));
            sender.fence();
        }
        JsonSocket phone = chatd.logInJson(JsonCarrier.LINES, ann, "phone");
        open.add(phone);
        JsonNode items = page(phone, 2, "").path("items");
        done(
                phone,
                "'type': 31, 'info': {'mid': %d}"
                        .formatted(items.path(0).path("mid").asLong()));
        assertThat(chatd.number("select count(*) from content_chunk where bytes like '%" + PLANTED + "%'"))
                .as("the other file needs it")
                .isEqualTo(1);
        shared = items.path(1).path("mid").asLong();
        done(phone, "'type': 31, 'info': {'mid': %d}".formatted(shared));
        await().untilAsserted(() -> assertThat(
                        chatd.number("select count(*) from content_chunk where bytes like '%" + PLANTED + "%'"))
                .isZero());
        assertThat(chatd.number("select count(*) from file where name like '%" + PLANTED + "%' or content is not null"))
                .isZero();
        assertThat(chatd.number("select count(*) from message where text like '%" + PLANTED + "%'"))
                .isZero();
        assertThat(chatd.number("select count(*) from amendment where text like '%" + PLANTED
                        + "%' or (salt is not null" + " and text is null)"))
                .isZero();
        chatd.admin("", "log", "verify", "--messages").exits(3);
        // The number of a file is not used again, and the same content can be sent anew.
        try (Chat1Socket sender = chatd.logIn(ann)) {
            sender.send(Wire.file("anew.txt", content, ben.name()));
            sender.fence();
        }
        JsonNode anew = page(phone, 1, "").path("items").path(0).path("info");
        assertThat(anew.path("file").asLong())
                .isGreaterThan(items.path(1).path("info").path("file").asLong());
        chatd.admin("", "log", "verify", "--messages").exits(3);
    }

    @Test
    void messagesThatAreTooOldCannotBeAmended() {
        long mid = done(writer, "'type': 3, 'receive': '%s', 'info': 'long ago'".formatted(reader.user()));
        chatd.execute("update message set time = time - interval 25 hour where number = " + mid);
        for (String late : List.of(
                "'type': 31, 'info': {'mid': %d}".formatted(mid),
                "'type': 32, 'info': {'mid': %d, 'text': 'now'}".formatted(mid))) {
            writer.send("{" + late + "}");
            JsonNode refused = writer.skipTo(JsonType.REFUSED).path("info");
            assertThat(refused.path("code").asString()).isEqualTo("too-late");
            assertThat(refused.path("text").asString()).contains("24 hours");
        }
        chatd.execute("update message set time = time + interval 25 hour where number = " + mid);
    }

    private ProcessResult prove(Path directory, String message) throws IOException {
        Path receipt = Files.writeString(directory.resolve("receipt.json"), message);
        return chatd.admin(
                "",
                "log",
                "prove",
                "--key",
                key.toString(),
                receipt.toString(),
                chatd.directory.resolve("log").toString());
    }
}

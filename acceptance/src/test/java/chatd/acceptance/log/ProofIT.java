package chatd.acceptance.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checks stored messages against the log after someone changes the database by hand, and proves
 * single messages by the log.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("processes")
class ProofIT {
    private static final byte[] FILE = new byte[600_000];
    private static final Pattern NUMBER = Pattern.compile("#([1-5])");

    private final LocalDaemon chatd = LocalDaemon.start();
    private final Chatd.Person sender = chatd.person();
    private final Chatd.Person receiver = chatd.person();
    private Path key;
    private long first;

    @BeforeAll
    void talk(@TempDir Path directory) throws IOException {
        try (Chat1Socket one = chatd.logIn(sender);
                Chat1Socket two = chatd.logIn(receiver);
                Chat1Socket three = chatd.newcomer()) {
            one.send(Wire.text("to one", two.name()));
            one.send(Wire.text("to two", two.name(), three.name()));
            one.send(Wire.textToAll("to all"));
            one.send(Wire.file("three chunks.bin", FILE, two.name()));
            one.send(Wire.text("grüß dich 🎉", two.name()));
            one.fence();
        }
        first = chatd.number("select min(number) from message");
        key = Files.writeString(
                chatd.directory.resolve("auditors.pem"),
                chatd.admin("", "log", "key").exits(0).out());
    }

    private long number(int message) {
        return first + message - 1;
    }

    /** Replaces {@code #1} with the number of the first message, and so on. */
    private String numbered(String text) {
        return NUMBER.matcher(text).replaceAll(found -> Long.toString(number(Integer.parseInt(found.group(1)))));
    }

    @AfterAll
    void close() {
        chatd.close();
    }

    @Test
    void storedMessagesAreAsLogged() {
        chatd.admin("", "log", "anchor").exits(0);
        ProcessResult run = chatd.admin("", "log", "verify", "--messages", "--key", key.toString())
                .exits(0);
        assertThat(run.out()).startsWith("genuine up to the seal ").contains(", 5 messages as logged");
        run = chatd.admin("", "-o", "json", "log", "verify", "--messages").exits(3);
        assertThat(run.out()).contains("\"messages\" : 5");
    }

    @ParameterizedTest(name = "{1}: {0}")
    @CsvSource(delimiter = '|', textBlock = """
            a text       | message #1 is not stored as | update message set text = 'to 0ne' where number = #1 | update message set text = 'to one' where number = #1
            its case     | message #1 is not stored as | update message set text = 'To one' where number = #1 | update message set text = 'to one' where number = #1
            a space      | message #1 is not stored as | update message set text = 'to one ' where number = #1 | update message set text = 'to one' where number = #1
            sender       | message #1 is not stored as | update message set sender = sender + 1 where number = #1 | update message set sender = sender - 1 where number = #1
            receiver     | message #1 is not stored as | update message set receiver = receiver + 1 where number = #1 | update message set receiver = receiver - 1 where number = #1
            everyone     | message #5 is not stored as | update message set receiver = 0 where number = #5 | update message set receiver = (select m.receiver from (select receiver from message where number = #1) m) where number = #5
            time         | message #3 is not stored as | update message set time = time + interval 1 microsecond where number = #3 | update message set time = time - interval 1 microsecond where number = #3
            salt         | message #3 is not stored as | update message set salt = reverse(salt) where number = #3 | update message set salt = reverse(salt) where number = #3
            added to two | message #2 is not stored as | insert into receiver (message, account, conversation) values (#2, 99, 0) | delete from receiver where account = 99
            added to one | message #1 is not stored as | insert into receiver (message, account, conversation) values (#1, 99, 0) | delete from receiver where account = 99
            added to all | message #3 is not stored as | insert into receiver (message, account, conversation) values (#3, 99, 0) | delete from receiver where account = 99
            file's name  | message #4 is not stored as | update file set name = '3 chunks.bin' | update file set name = 'three chunks.bin'
            file's size  | message #4 is not stored as | update file set size = size - 1 | update file set size = size + 1
            content      | message #4 is not stored as | update content_chunk set bytes = insert(bytes, 7, 1, 'x') where position = 1 | update content_chunk set bytes = insert(bytes, 7, 1, char(0)) where position = 1
            chunk lost   | message #4 is not stored as | update content_chunk set position = 9 where position = 2 | update content_chunk set position = 2 where position = 9
            other file   | message #4 is not stored as | update file set message = #1 | update file set message = #4
            text added   | message #4 is not stored as | update message set text = '' where number = #4 | update message set text = null where number = #4
            file added   | message #1 is not stored as | update message set file = 1 where number = #1; update file set message = #1 | update message set file = null where number = #1; update file set message = #4
            other file   | message #1 is not stored as | update message set file = 1 where number = #1 | update message set file = null where number = #1
            longer salt  | message #3 is not stored as | alter table message modify salt varbinary(99) not null; update message set salt = concat(salt, 'x') where number = #3 | update message set salt = left(salt, 16) where number = #3; alter table message modify salt binary(16) null
            number 0     | message 0 is stored, but not logged | insert into message (number, time, sender, receiver, text, file, salt) select 0, time, sender, receiver, text, file, salt from message where number = #1 | delete from message where number = 0
            other chunks | message #4 is not stored as | update content_chunk a join content_chunk b on b.position = 1 and a.position = 0 set b.bytes = concat(right(a.bytes, 1), b.bytes), a.bytes = left(a.bytes, length(a.bytes) - 1) | update content_chunk a join content_chunk b on b.position = 1 and a.position = 0 set a.bytes = concat(a.bytes, left(b.bytes, 1)), b.bytes = substr(b.bytes, 2)
            deleted      | message #3 is logged        | update message set number = 1000003 where number = #3 | update message set number = #3 where number = 1000003
            added        | message 1000 is stored, but not logged | insert into message (number, time, sender, receiver, text, file, salt) select 1000, time, sender, receiver, text, file, salt from message where number = #1 | delete from message where number = 1000
            swapped      | message #1 is not stored as | update message set number = 77 where number = #1; update message set number = #1 where number = #5; update message set number = #5 where number = 77 | update message set number = 77 where number = #1; update message set number = #1 where number = #5; update message set number = #5 where number = 77
            """)
    void aChangeOfTheDatabaseIsFound(String what, String found, String change, String undo) {
        sql(numbered(change));
        try {
            ProcessResult run = chatd.admin("", "log", "verify", "--messages", "--key", key.toString())
                    .exits(1);
            assertThat(run.out()).as(what).contains("WRONG: " + numbered(found));
        } finally {
            sql(numbered(undo));
        }
        chatd.admin("", "log", "verify", "--messages").exits(3);
    }

    @Test
    void oneMessageIsProvedByItsSalt(@TempDir Path directory) throws Exception {
        chatd.admin("", "log", "anchor").exits(0);
        Path log = chatd.directory.resolve("log");
        Path receipt = Files.writeString(directory.resolve("5.json"), receipt(chatd, number(5), "\"grüß dich 🎉\""));
        ProcessResult run = prove(receipt, log).exits(0);
        assertThat(run.out())
                .startsWith("message " + number(5) + " is what U")
                .contains("the log is genuine up to the seal")
                .doesNotContain("grüß");
        run = chatd.admin("", "log", "prove", receipt.toString(), log.toString())
                .exits(3);
        assertThat(run.out()).contains("not authenticated");

        Files.writeString(receipt, receipt(chatd, number(5), "\"grüß Dich 🎉\""));
        assertThat(prove(receipt, log).exits(1).out()).startsWith("WRONG: message " + number(5) + " was logged (seq ");
        Files.writeString(receipt, receipt(chatd, number(4), "\"grüß dich 🎉\""));
        assertThat(prove(receipt, log).exits(1).out()).startsWith("WRONG: message " + number(4) + " was logged (seq ");
        Files.writeString(receipt, receipt(chatd, number(5), "\"x\"").replace("\"mid\":" + number(5), "\"mid\":6000"));
        assertThat(prove(receipt, log).exits(1).out()).contains("message 6000 is not in the log");
        Files.writeString(receipt, receipt(chatd, number(5), "\"x\"").replace("\"salt\":\"", "\"salt\":\"AA"));
        assertThat(prove(receipt, log).exits(2).err()).contains("its salt is not");
        Files.writeString(receipt, "grüß dich");
        assertThat(prove(receipt, log).exits(2).err()).contains("it is not JSON");
        assertThat(prove(directory.resolve("none"), log).exits(4).err()).contains("There is no file");
    }

    @Test
    void aFileIsProvedByItsSaltAndItsContent(@TempDir Path directory) throws Exception {
        chatd.admin("", "log", "anchor").exits(0);
        Path log = chatd.directory.resolve("log");
        Path content = Files.write(directory.resolve("copy.bin"), FILE);
        String sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(FILE));
        Path receipt = Files.writeString(directory.resolve("4.json"), receipt(chatd, number(4), """
                {"op":"offer","file":1,"name":"three chunks.bin","size":600000,"sha256":"%s"}""".formatted(sha256)));
        assertThat(prove(receipt, log, "--content", content.toString()).exits(0).out())
                .startsWith("message " + number(4) + " is what");
        Files.write(content, new byte[] {1});
        assertThat(prove(receipt, log, "--content", content.toString()).exits(1).out())
                .contains("copy.bin is not the file that was sent");
    }

    /** {@code log prove} accepts what {@code chat-client receipt} prints for a message's sender and its receivers. */
    @ParameterizedTest(name = "message {0}, by its sender: {1}")
    @CsvSource({"1, true", "1, false", "2, true", "2, false", "3, true", "3, false", "4, true", "4, false", "5, false"})
    void whatTheClientPrintsCanBeProved(int message, boolean bySender, @TempDir Path directory) throws Exception {
        ProcessResult run = receipt(bySender ? sender : receiver, directory, Long.toString(number(message)))
                .exits(0);
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).startsWith("{\"send\":\"U").matches("\\p{ASCII}+").hasLineCount(1);
        Path printed = Files.writeString(directory.resolve("message.json"), run.out());
        chatd.admin("", "log", "anchor").exits(0);
        assertThat(prove(printed, chatd.directory.resolve("log")).exits(0).out())
                .startsWith("message " + number(message) + " is what U");
    }

    @Test
    void theClientListsTheMessagesThatHaveReceipts(@TempDir Path directory) throws Exception {
        try (Chat1Socket terminal = chatd.logIn(sender)) {
            String time = "  \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d  " + sender.name() + " to ";
            List<String> lines =
                    receipt(sender, directory).exits(0).out().lines().toList();
            assertThat(lines).hasSize(5);
            assertThat(lines.get(0)).matches(" +" + number(1) + time + receiver.name() + ": to one");
            assertThat(lines.get(1)).matches(" +" + number(2) + time + receiver.name() + ", \\w+: to two");
            assertThat(lines.get(2)).matches(" +" + number(3) + time + "\\(everyone\\): to all");
            assertThat(lines.get(3)).matches(" +" + number(4) + time + receiver.name() + ": file 1: three chunks.bin");
            assertThat(lines.get(4)).matches(" +" + number(5) + time + receiver.name() + ": grüß dich 🎉");
            assertThat(receipt(receiver, directory, "-n", "1").exits(0).out()).isEqualTo(lines.get(4) + "\n");
            // The sender's other session is not disturbed.
            terminal.fenceWithNothing();
        }
    }

    @Test
    void thereIsNoReceiptForThoseWhomAMessageDoesNotConcern(@TempDir Path directory) throws Exception {
        Chatd.Person other = chatd.person();
        for (String number : List.of(numbered("#1"), numbered("#2"), numbered("#3"), numbered("#4"), "99999")) {
            assertThat(receipt(other, directory, number).exits(4).err())
                    .isEqualTo("chat-client: No message " + number + " was sent or received by " + other.name()
                            + ". Without a number, `receipt` lists those that were.\n");
        }
        assertThat(receipt(other, directory).exits(0).out()).isEmpty();
        assertThat(receipt(other, directory, "0").exits(2).err()).contains("a message's number is 1 or more");
        assertThat(receipt(other, directory, "-n", "0").exits(2).err()).contains("-n is 1 to ");
        assertThat(receipt(new Chatd.Person(other.name(), "not-the-password"), directory, numbered("#1"))
                        .exits(77)
                        .err())
                .isEqualTo("chat-client: The password is wrong.\n");
    }

    /** A server that knows only chat/1 shows it in the handshake, by an alert or by selecting no protocol. */
    @ParameterizedTest
    @ValueSource(strings = {"-alpn chat/1", ""})
    void aServerWithoutTheDialectIsReported(String alpn, @TempDir Path directory) throws Exception {
        Path said = directory.resolve("openssl.out");
        Process server = new ProcessBuilder(
                        "sh",
                        "-c",
                        "sleep 600 | exec openssl s_server -accept 0 %s -cert '%s' -key '%s'"
                                .formatted(
                                        alpn,
                                        chatd.directory.resolve("server.pem"),
                                        chatd.directory.resolve("server.key")))
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            Pattern accepts = Pattern.compile("ACCEPT .*:([0-9]+)\n");
            await().until(() -> accepts.matcher(Files.readString(said)).find());
            int port = accepts.matcher(Files.readString(said))
                    .results()
                    .map(line -> Integer.parseInt(line.group(1)))
                    .findFirst()
                    .orElseThrow();
            assertThat(receipt(sender, port, directory).exits(69).err())
                    .isEqualTo("chat-client: The server at localhost:" + port
                            + " does not speak chat-json/1: it is older, or not a chatd.\n");
        } finally {
            server.descendants().forEach(ProcessHandle::destroyForcibly);
            server.destroyForcibly();
        }
    }

    private ProcessResult receipt(Chatd.Person of, Path directory, String... more) throws IOException {
        return receipt(of, chatd.port(), directory, more);
    }

    private ProcessResult receipt(Chatd.Person of, int port, Path directory, String... more) throws IOException {
        Path password = Files.writeString(directory.resolve("password"), of.password() + "\n");
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
        var all = new ArrayList<>(List.of(
                "--password-file",
                password.toString(),
                "--ca",
                chatd.ca().toString(),
                of.name() + "@localhost:" + port,
                "receipt"));
        all.addAll(List.of(more));
        return ProcessResult.client("", Map.of(), all.toArray(String[]::new));
    }

    private ProcessResult prove(Path receipt, Path log, String... more) {
        String[] all = new String[6 + more.length];
        System.arraycopy(
                new String[] {"log", "prove", "--key", key.toString(), receipt.toString(), log.toString()},
                0,
                all,
                0,
                6);
        System.arraycopy(more, 0, all, 6, more.length);
        return chatd.admin("", all);
    }

    /** Returns the message as a JSON client would receive it, with this {@code info}. */
    private static String receipt(Chatd chatd, long number, String info) throws SQLException {
        try (Connection connection = chatd.sql();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select sender, receiver, date_format(time, '%Y-%m-%dT%H:%i:%s.%f'), salt from message where number = "
                                + number)) {
            assertThat(row.next()).isTrue();
            String time = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'")
                    .format(LocalDateTime.parse(row.getString(3)));
            return """
                    {"send":"U%d","receive":"U%d","type":3,"info":%s,"mid":%d,"time":"%s","salt":"%s"}
                    """.formatted(
                            row.getLong(1),
                            row.getLong(2),
                            info,
                            number,
                            time,
                            Base64.getUrlEncoder().withoutPadding().encodeToString(row.getBytes(4)));
        }
    }

    private void sql(String statements) {
        for (String one : statements.split(";", -1)) {
            chatd.execute(one);
        }
    }
}

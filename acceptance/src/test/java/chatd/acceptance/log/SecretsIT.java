package chatd.acceptance.log;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.DemoProcess;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.Wire;
import chatd.fixtures.Campaign;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Secrets in every field, whole and truncated at every byte: none is in any log afterwards. CI truncates at every
 * seventh byte, from a random start.
 */
@Tag("processes")
class SecretsIT {

    private static final String MARK = "hunter2Zq";
    private static final String BEGINNING = "hunter2";
    private static final byte[] SECRET = Wire.utf8(MARK + "-" + MARK + "\n" + MARK);
    private static final byte[] BROKEN = Arrays.copyOf(Wire.utf8("x\0" + MARK + "-" + MARK), 32);

    private final Random random = Campaign.random();

    /** Returns frames that a stranger may send; names of registered accounts are not secret. */
    private static List<byte[]> framesBeforeLogin(String account) {
        return List.of(
                Wire.logIn(MARK + "-as-name", MARK + "-as-password"),
                Wire.logIn(account, MARK + "-wrong"),
                Wire.register(Chatd.newName(), MARK + "-as-password"),
                Wire.register(account, MARK + "-as-password"),
                Wire.change(MARK + "-as-name", MARK + "-old", MARK + "-new"),
                Wire.frame(Wire.LOG_IN, BROKEN, BROKEN),
                Wire.utf8("GET / HTTP/1.1\r\nAuthorization: Bearer " + MARK + "\r\n\r\n"));
    }

    private static List<byte[]> framesAfterLogin(String account) {
        return List.of(
                Wire.frame(Wire.TEXT_TO_SOME, Wire.to(account), SECRET),
                Wire.frame(Wire.TEXT_TO_ALL, SECRET),
                Wire.frame(Wire.TEXT_TO_ALL, SECRET, new byte[] {(byte) 0xff}),
                Wire.file(MARK + ".txt", SECRET, account),
                Wire.fileToAll(MARK + ".txt", SECRET),
                Wire.fileToAll(MARK + "/" + MARK, SECRET),
                Wire.store(SECRET),
                Wire.frame(Wire.TEXT_TO_SOME, Wire.number(1), BROKEN, SECRET),
                Wire.frame(0x0014_0000, SECRET));
    }

    /** Returns JSON messages that have a secret in them. */
    private static List<byte[]> jsonMessages(String account, String token, String key) {
        return Stream.of(
                        "{'type':1,'info':{'user_id':'%s','user_pwd':'hunter2Zq-wrong'}}".formatted(account),
                        "{'type':1,'info':{'user_id':'%s','key':'hunter2Zq','device':'laptop'}}".formatted(account),
                        "{'type':1,'info':{'user_id':'%s','key':'%s','device':'another'}}".formatted(account, key),
                        "{'type':1,'info':{'token':'hunter2Zq','after':0}}",
                        "{'type':1,'info':{'token':'%s','after':0}}".formatted(token),
                        "{'type':11,'send':'%s','info':{'PU':0,'NewInf':'hunter2Zq-new','OldPwd':'hunter2Zq'}}"
                                .formatted(account),
                        "{'type':13,'info':{'user_name':'%s','user_pwd':'hunter2Zq-other'}}".formatted(account),
                        "{'type':3,'receive':'%s','info':'hunter2Zq','id':'hunter2Zq'}".formatted(account))
                .map(message -> Wire.utf8(message.replace('\'', '"') + '\n'))
                .toList();
    }

    /** Sends secrets over both carriers of JSON; returns those that the daemon issued. */
    private List<String> sendInJson(DemoProcess demo, Chatd.Person person) {
        try (JsonSocket remembered = JsonCarrier.LINES.connect(demo)) {
            remembered.send("{'type':1,'info':{'user_id':'%s','user_pwd':'%s','device':'laptop','remember':true}}"
                    .formatted(person.name(), person.password()));
            JsonNode welcome = remembered.expect(JsonType.LOGGED_IN).path("info");
            String token = welcome.path("token").asString();
            String key = welcome.path("key").asString();
            for (byte[] message : jsonMessages(person.name(), token, key)) {
                write(demo, "chat-json/1", message);
                truncations(message).forEach(cut -> {
                    write(demo, "chat-json/1", cut);
                    write(demo, "chat-json/1", Wire.join(cut, Wire.utf8("\n")));
                });
            }
            for (String path : List.of("/ws?token=", "/?key=")) {
                write(demo, "http/1.1", Wire.utf8("GET %s%s HTTP/1.1\r\n\r\n".formatted(path, token)));
                write(demo, "http/1.1", Wire.utf8("GET %s%s HTTP/1.1\r\nHost: h\r\n\r\n".formatted(path, key)));
            }
            write(
                    demo,
                    "http/1.1",
                    Wire.utf8("GET / HTTP/1.1\r\nAuthorization: Bearer %s\r\nCookie: a=%s\r\n\r\n"
                            .formatted(token, key)));
            return List.of(token, key);
        }
    }

    /** Sends bytes, and waits until the daemon has read them. */
    private static void write(Chatd to, String protocol, byte[] bytes) {
        try (SSLSocket socket = to.tls().connect(to.host(), to.port(), protocol)) {
            socket.getOutputStream().write(bytes);
            socket.shutdownOutput();
            while (socket.getInputStream().read() >= 0) {
                // Discarded.
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void noSecretIsInAnyLogAfterwards() throws IOException {
        var demo = new DemoProcess(Map.of());
        try (demo) {
            demo.prepared().begin("--port", "0");
            Chatd.Person person = demo.person();
            for (byte[] frame : framesBeforeLogin(person.name())) {
                truncatedFrames(frame).forEach(cut -> sendAndClose(demo.connect(), cut));
                try (Chat1Socket socket = demo.connect()) {
                    socket.send(frame, Wire.frame(0)); // malformed, so that the daemon closes the connection
                    socket.untilClosed();
                }
            }
            for (byte[] frame : framesAfterLogin(person.name())) {
                truncatedFrames(frame).forEach(cut -> sendAndClose(demo.logIn(person), cut));
                try (Chat1Socket socket = demo.logIn(person)) {
                    socket.send(frame, Wire.frame(0));
                    socket.untilClosed();
                }
            }
            List<String> issued = sendInJson(demo, person);
            try (Socket plain = new Socket(demo.host(), demo.port())) {
                plain.getOutputStream().write(SECRET);
            }
            String added = Chatd.newName();
            demo.admin(MARK + "-given\n", "user", "add", added, "--password-stdin")
                    .exits(0);
            demo.admin(MARK + "-again\n", "user", "reset", added, "--password-stdin")
                    .exits(0);
            demo.stop();
            Map<String, String> logs = logs(demo);
            assertThat(logs.values()).as("public names are found").anyMatch(log -> log.contains(person.name()));
            String hex = HexFormat.of().formatHex(Wire.utf8(BEGINNING));
            logs.forEach((file, log) -> assertThat(log).as(file).doesNotContainIgnoringCase(BEGINNING, hex));
            assertThat(issued).hasSize(2).allSatisfy(secret -> {
                assertThat(secret).hasSizeGreaterThan(40);
                logs.forEach((file, log) -> assertThat(log).as(file).doesNotContain(secret.substring(0, 20)));
            });
        }
    }

    /** Returns truncations of the frame: as sent and broken off, and as a whole frame of that length. */
    private Stream<byte[]> truncatedFrames(byte[] frame) {
        return truncations(frame).flatMap(cut -> {
            if (cut.length < 8) {
                return Stream.of(cut);
            }
            byte[] whole = cut.clone();
            ByteBuffer.wrap(whole).putInt(4, cut.length - 8);
            return Stream.of(cut, whole);
        });
    }

    private Stream<byte[]> truncations(byte[] message) {
        int step = Campaign.times(7, 1);
        return Stream.iterate(1 + random.nextInt(step), length -> length < message.length, length -> length + step)
                .map(length -> Arrays.copyOf(message, length));
    }

    private static void sendAndClose(Chat1Socket socket, byte[] bytes) {
        socket.send(bytes).close();
    }

    /** Returns the audit log's files, the service logs and the demo's output, each as a text of its bytes. */
    private static Map<String, String> logs(DemoProcess demo) throws IOException {
        try (Stream<Path> audit = Files.walk(demo.auditLog());
                Stream<Path> others = Files.walk(demo.directory)) {
            Map<String, String> logs = Stream.concat(
                            audit, others.filter(file -> file.toString().endsWith(".log")))
                    .filter(Files::isRegularFile)
                    .distinct()
                    .collect(Collectors.toMap(Path::toString, SecretsIT::bytes));
            logs.put("output", demo.output());
            return logs;
        }
    }

    private static String bytes(Path file) {
        try {
            return Files.readString(file, ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package chatd.acceptance;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

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

    /** Returns what a stranger may send; names of registered accounts are not secret. */
    private static List<byte[]> beforeLogIn(String account) {
        return List.of(
                Wire.logIn(MARK + "-as-name", MARK + "-as-password"),
                Wire.logIn(account, MARK + "-wrong"),
                Wire.register(Chatd.newName(), MARK + "-as-password"),
                Wire.register(account, MARK + "-as-password"),
                Wire.change(MARK + "-as-name", MARK + "-old", MARK + "-new"),
                Wire.frame(Wire.LOG_IN, BROKEN, BROKEN),
                Wire.utf8("GET / HTTP/1.1\r\nAuthorization: Bearer " + MARK + "\r\n\r\n"));
    }

    private static List<byte[]> afterLogIn(String account) {
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

    @Test
    void noSecretIsInAnyLogAfterwards() throws IOException {
        var demo = new DemoProcess(Map.of());
        try (demo) {
            demo.prepared().begin("--port", "0");
            Chatd.Person person = demo.person();
            for (byte[] frame : beforeLogIn(person.name())) {
                truncations(frame).forEach(cut -> sendAndClose(demo.connect(), cut));
                try (Chat1Socket socket = demo.connect()) {
                    socket.send(frame, Wire.frame(0)); // malformed, so that it is closed when it is done
                    socket.untilClosed();
                }
            }
            for (byte[] frame : afterLogIn(person.name())) {
                truncations(frame).forEach(cut -> sendAndClose(demo.logIn(person), cut));
                try (Chat1Socket socket = demo.logIn(person)) {
                    socket.send(frame, Wire.frame(0));
                    socket.untilClosed();
                }
            }
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
        }
    }

    /** Returns truncations of the frame: as sent and broken off, and as a whole frame of that length. */
    private Stream<byte[]> truncations(byte[] frame) {
        int apart = Campaign.times(7, 1);
        return Stream.iterate(1 + random.nextInt(apart), length -> length < frame.length, length -> length + apart)
                .flatMap(length -> {
                    byte[] cut = Arrays.copyOf(frame, length);
                    if (length < 8) {
                        return Stream.of(cut);
                    }
                    byte[] whole = cut.clone();
                    ByteBuffer.wrap(whole).putInt(4, length - 8);
                    return Stream.of(cut, whole);
                });
    }

    private static void sendAndClose(Chat1Socket socket, byte[] bytes) {
        socket.send(bytes).close();
    }

    /** Returns the audit log's files, the operational logs and the demo's output, each as a text of its bytes. */
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

package chatd.acceptance.direct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.SharedChatd;
import chatd.acceptance.kit.Writer;
import chatd.fixtures.Campaign;
import chatd.fixtures.TestTimeout;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Files that scripts send directly, each side from a home network of its own. */
@ExtendWith(SharedChatd.class)
@Tag("processes")
@Tag("homes")
public class ClientDirectScriptIT {

    @TempDir
    private Path directory;

    private final Chatd chatd;
    private final Chatd.Person ann;
    private final Chatd.Person ben;
    private final List<Process> started = new ArrayList<>();
    private HomeNetworks homes;
    private List<String> first;
    private List<String> second;

    ClientDirectScriptIT(Chatd chatd) {
        this.chatd = chatd;
        this.ann = chatd.person();
        this.ben = chatd.person();
    }

    @BeforeAll
    static void assumePossible(TestInfo tests) {
        HomeNetworks.assumePossible(tests);
    }

    @BeforeEach
    void homes() {
        // The smallest MTU that IPv6 allows, behind links with larger ones.
        homes = new HomeNetworks(1_280);
        first = homes.add(HomeNetworks.Kind.IPV6);
        second = homes.add(HomeNetworks.Kind.IPV6);
        acceptCalls(ann);
        acceptCalls(ben);
    }

    /** Lets everybody call this person. */
    private void acceptCalls(Chatd.Person person) {
        try (Writer writer = new Writer(chatd, person)) {
            writer.sendCommand(35, Map.of("calls", "everyone"));
        }
    }

    @AfterEach
    void cleanUp() {
        started.forEach(process -> {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        });
        homes.close();
    }

    private Path out(Chatd.Person person, String what) {
        return directory.resolve(person.name() + "." + what);
    }

    private Process start(List<String> home, Chatd.Person person, String what, String... arguments) throws IOException {
        Path password = Files.writeString(directory.resolve(person.name()), person.password() + "\n");
        List<String> command = new ArrayList<>(home);
        command.addAll(ProcessResult.command(
                "client",
                "--ca",
                chatd.ca().toString(),
                "--password-file",
                password.toString(),
                person.name() + "@localhost:" + chatd.port(),
                "direct"));
        command.addAll(List.of(arguments));
        Process process = ProcessResult.start(out(person, what), command);
        started.add(process);
        return process;
    }

    private Process accept(List<String> home, Path into, String what, String... more) throws IOException {
        List<String> all = new ArrayList<>(List.of("accept", "--from", ann.name(), "--into", into.toString()));
        all.addAll(List.of(more));
        Process process = start(home, ben, what, all.toArray(String[]::new));
        // Waits until it is online, so that the call reaches somebody.
        try (Writer writer = new Writer(chatd, ben)) {
            await().until(() -> {
                assertThat(process.isAlive())
                        .as(Files.readString(out(ben, what)))
                        .isTrue();
                return writer.sessions() > 1;
            });
        }
        return process;
    }

    private void ends(Process process, int exit, Chatd.Person person, String what) throws Exception {
        assertThat(process.waitFor(TestTimeout.LONG)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(out(person, what))).isEqualTo(exit);
    }

    private Path file(String name, int mebibytes) throws IOException {
        Path file = directory.resolve(name);
        Random random = Campaign.random();
        byte[] piece = new byte[1 << 20];
        try (OutputStream to = Files.newOutputStream(file)) {
            for (int i = 0; i < mebibytes; i++) {
                random.nextBytes(piece);
                to.write(piece);
            }
        }
        return file;
    }

    /** Returns how many bytes have arrived of the files that are being received. */
    static long receivedBytes(Path into) throws IOException {
        if (!Files.exists(into)) {
            return 0;
        }
        try (Stream<Path> all = Files.list(into)) {
            return all.filter(path -> path.getFileName().toString().startsWith(".receiving-"))
                    .mapToLong(path -> path.toFile().length())
                    .sum();
        }
    }

    @Test
    void filesAreSentAndAccepted() throws Exception {
        Path into = directory.resolve("in");
        Path one = file("one 一.bin", 3);
        Path none = Files.createFile(directory.resolve("none"));
        Process accepting = accept(second, into, "accept", "-o", "jsonl");
        Process sending = start(
                first, ann, "send", "send", ben.name(), one.toString(), none.toString(), one.toString(), "-o", "jsonl");
        ends(sending, 0, ann, "send");
        ends(accepting, 0, ben, "accept");
        List<JsonNode> received = lines(out(ben, "accept"));
        assertThat(received.stream().map(line -> line.path("type").asString()))
                .containsOnly("received")
                .hasSize(3);
        assertThat(received.stream().map(line -> Path.of(line.path("path").asString())))
                .containsExactly(into.resolve("one 一.bin"), into.resolve("none"), into.resolve("one 一 (1).bin"));
        JsonNode whole = received.getFirst();
        assertThat(whole.path("from").asString()).isEqualTo(ann.name());
        assertThat(whole.path("name").asString()).isEqualTo("one 一.bin");
        assertThat(whole.path("size").asLong()).isEqualTo(3 << 20);
        assertThat(lines(out(ann, "send")).stream()
                        .map(line -> line.path("type").asString() + " "
                                + line.path("name").asString()))
                .containsExactly("sent one 一.bin", "sent none", "sent one 一.bin");
        assertThat(Files.mismatch(one, into.resolve("one 一.bin"))).isEqualTo(-1);
        assertThat(Files.mismatch(one, into.resolve("one 一 (1).bin"))).isEqualTo(-1);
        assertThat(into.resolve("none")).isEmptyFile();
    }

    private static List<JsonNode> lines(Path out) throws IOException {
        return Files.readAllLines(out).stream()
                .map(line -> JsonMapper.shared().readTree(line))
                .toList();
    }

    @Test
    void errorsAreReported() throws Exception {
        Path one = file("one.bin", 1);
        ends(start(first, ann, "1", "send", ben.name(), one.toString()), 75, ann, "1");
        assertThat(out(ann, "1")).content().contains(ben.name() + " is not online with a client that can take calls.");
        ends(start(first, ann, "2", "send", "nobody-at-all", one.toString()), 4, ann, "2");
        assertThat(out(ann, "2")).content().contains("There is no user called nobody-at-all.");
        ends(
                start(
                        first,
                        ann,
                        "3",
                        "send",
                        ben.name(),
                        directory.resolve("none").toString()),
                1,
                ann,
                "3");
        assertThat(out(ann, "3")).content().contains("There is no file " + directory.resolve("none"));
        ends(start(first, ann, "4", "send", ben.name()), 2, ann, "4");
        assertThat(out(ann, "4")).content().contains("usage: direct send USER FILE...");
        ends(start(first, ann, "5", "accept", "--from", ben.name()), 2, ann, "5");
        assertThat(out(ann, "5")).content().contains("usage: direct accept --from USER --into DIR");
        ends(start(first, ann, "6", "fetch"), 2, ann, "6");
        assertThat(out(ann, "6")).content().contains("there is no direct fetch; it is accept or send");
    }

    @Test
    void aWaitingClientIsToldThatItsSessionHasEnded() throws Exception {
        Process waiting = accept(second, directory.resolve("in"), "waits");
        try (Writer writer = new Writer(chatd, ben)) {
            writer.sendCommand(30, Map.of("op", "end-others"));
        }
        ends(waiting, 69, ben, "waits");
        assertThat(out(ben, "waits")).content().startsWith("chat-client: ").containsOnlyOnce("\n");
    }

    @Test
    void anInterruptedTransferIsResumedLater() throws Exception {
        Path into = directory.resolve("in");
        int size = Campaign.times(48, 4 << 10);
        Path file = file("large.bin", size);
        homes.limit(1, Campaign.times(8, 100));
        long at = Campaign.random().nextLong(1 << 20, (long) (size / 4) << 20);
        Process accepting = accept(second, into, "1");
        Process sending = start(first, ann, "1", "send", ben.name(), file.toString());
        await().until(() -> receivedBytes(into) > at);
        accepting.descendants().forEach(process -> ProcessResult.signal("TERM", process.pid()));
        ProcessResult.signal("TERM", accepting.pid());
        ends(sending, 75, ann, "1");
        assertThat(out(ann, "1")).content().contains("large.bin was not sent: The connection was interrupted");
        long before = receivedBytes(into);
        assertThat(before).isBetween(at, ((long) size << 20) - 1);
        accepting = accept(second, into, "2");
        ends(start(first, ann, "2", "send", ben.name(), file.toString()), 0, ann, "2");
        ends(accepting, 0, ben, "2");
        assertThat(out(ben, "2")).hasContent(into.resolve("large.bin").toString());
        assertThat(Files.mismatch(file, into.resolve("large.bin"))).isEqualTo(-1);
        assertThat(receivedBytes(into)).isZero();
        Campaign.report(size + " MiB sent directly, cut at " + (before >> 20));
    }

    /** A file in flight, of which the receiver has a part. */
    private record Transfer(Path file, Path into, Process sending, Process accepting) {}

    /** Begins to send a file, slowly. */
    private Transfer send(int mebibytes) throws IOException {
        Path into = directory.resolve("in");
        Path file = file("large.bin", mebibytes);
        homes.limit(1, 8);
        Process accepting = accept(second, into, "accept");
        Process sending = start(first, ann, "send", "send", ben.name(), file.toString());
        await().until(() -> receivedBytes(into) > 1 << 20);
        return new Transfer(file, into, sending, accepting);
    }

    private void arrives(Transfer sent) throws Exception {
        ends(sent.sending(), 0, ann, "send");
        ends(sent.accepting(), 0, ben, "accept");
        assertThat(Files.mismatch(sent.file(), sent.into().resolve("large.bin")))
                .isEqualTo(-1);
    }

    /** Long enough to be noticed, and too short for the connection to be given up. */
    @Test
    void aCutOf20SecondsIsWaitedOut() throws Exception {
        Transfer sent = send(32);
        homes.cut(1, true);
        TimeUnit.SECONDS.sleep(20);
        assertThat(receivedBytes(sent.into())).isLessThan(32L << 20);
        homes.cut(1, false);
        arrives(sent);
    }

    @Test
    void aPeerWhoseAddressChangesIsIntroducedAgain() throws Exception {
        Transfer sent = send(48);
        // First that of the side that dialed, then that of the other.
        homes.move(1);
        long moved = receivedBytes(sent.into());
        await().until(() -> receivedBytes(sent.into()) > moved + (4 << 20));
        homes.move(2);
        arrives(sent);
    }
}

package chatd.acceptance.files;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.Frame;
import chatd.acceptance.kit.SharedChatd;
import chatd.acceptance.kit.Wire;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Rules 6, 7 and 11 for files: announced, and fetched on demand only by their sender and receivers.
 */
@ExtendWith(SharedChatd.class)
class FileRulesIT {

    private static final byte[] SMALL = Wire.utf8("what is in it\0\n");
    private final Chatd chatd;
    private final Chat1Socket ann;
    private final Chat1Socket ben;
    private final Chat1Socket cid;

    FileRulesIT(Chatd chatd) {
        this.chatd = chatd;
        ann = chatd.newcomer();
        ben = chatd.newcomer();
        cid = chatd.newcomer();
    }

    @AfterEach
    void close() {
        Stream.of(ann, ben, cid).forEach(Chat1Socket::close);
    }

    private static byte[] noise(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private static void expectContent(Chat1Socket by, Frame announced, byte[] content) {
        by.send(Wire.fetch(announced.fileId()));
        Frame frame = by.expect(Wire.CONTENT);
        assertThat(Arrays.equals(frame.content(), content)).as("same content").isTrue();
        assertThat(Arrays.copyOf(frame.body(), 119)).isEqualTo(announced.body());
    }

    @Test
    void fileIsAnnouncedAndFetchedByItsReceiverAndItsSender() {
        ann.send(Wire.file("notes é.txt", SMALL, ben.name()));
        Frame announced = ben.expect(Wire.FILE);
        assertThat(announced.name()).isEqualTo(ann.name());
        assertThat(announced.fileName()).isEqualTo("notes é.txt");
        assertThat(announced.body()).hasSize(119);
        ann.fenceWithNothing();
        expectContent(ben, announced, SMALL);
        Frame own = ann.replay(1).getFirst();
        assertThat(own.body()).isEqualTo(announced.body());
        expectContent(ann, own, SMALL);
        assertThat(ben.replay(1).getFirst().code()).isEqualTo(Wire.FILE);
    }

    @Test
    void strangersRequestIsAnsweredAsIfTheFileDidNotExist() {
        ann.send(Wire.file("private", SMALL, ben.name()));
        int id = ben.expect(Wire.FILE).fileId();
        cid.send(Wire.fetch(id));
        String refused = cid.expectServerText();
        cid.send(Wire.fetch(-7));
        String missing = cid.expectServerText();
        assertThat(refused.replace(Integer.toUnsignedString(id), "N"))
                .isEqualTo(missing.replace(Integer.toUnsignedString(-7), "N"));
        cid.fenceWithNothing();
        assertThat(cid.history(10)).isEmpty();
    }

    @Test
    void emptyFileIsAFile() {
        ann.send(Wire.file("empty", new byte[0], ben.name()));
        expectContent(ben, ben.expect(Wire.FILE), new byte[0]);
    }

    static Stream<byte[]> waysToAddressAll() {
        return Stream.of(
                Wire.fileToAll("for all", SMALL),
                Wire.file("for all", SMALL),
                Wire.frame(Wire.FILE_TO_SOME, Wire.to(""), Wire.padded("for all", 64), SMALL));
    }

    @ParameterizedTest
    @MethodSource("waysToAddressAll")
    void fileToAllIsForExistingAccountsButNotForLaterOnes(byte[] packet) {
        ann.send(packet);
        for (Chat1Socket each : List.of(ann, ben, cid)) {
            Frame announced = each.expect(Wire.FILE);
            assertThat(announced.fileName()).isEqualTo("for all");
            assertThat(each.history(10)).containsExactly("for all");
            expectContent(each, announced, SMALL);
        }
        try (Chat1Socket later = chatd.newcomer()) {
            assertThat(later.history(10)).isEmpty();
            later.send(Wire.fetch(ann.replay(1).getFirst().fileId()));
            later.expectServerText();
        }
    }

    @Test
    void fileAtTheLimitIsKeptByteForByteAndOneByteMoreIsRefused() {
        byte[] full = noise(16 << 20);
        ann.send(Wire.file("full", full, ben.name()));
        expectContent(ben, ben.expect(Wire.FILE), full);
        ann.send(Wire.file("more", Arrays.copyOf(full, full.length + 1), ben.name()));
        ann.expectServerText();
        ben.fenceWithNothing();
        assertThat(ann.history(10)).containsExactly("full");
    }

    @Test
    void unknownReceiverOfAFileIsReportedAndTheKnownOnesGetIt() {
        String unknown = Chatd.newName();
        ann.send(Wire.file("partly", SMALL, unknown, ben.name()), Wire.file("nobody", SMALL, unknown));
        assertThat(ann.expectServerText()).contains(unknown);
        ann.expectServerText();
        assertThat(ben.expect(Wire.FILE).fileName()).isEqualTo("partly");
        assertThat(ann.history(10)).containsExactly("partly");
    }

    @Test
    void largeFilesFromTwoSendersAtOnceStayApart() throws Exception {
        byte[] first = noise(6_000_001);
        byte[] second = noise(7_000_003);
        Thread sending = Thread.startVirtualThread(() -> ann.send(Wire.file("first", first, cid.name())));
        ben.send(Wire.file("second", second, cid.name()));
        sending.join();
        for (Frame announced : List.of(cid.expect(Wire.FILE), cid.expect(Wire.FILE))) {
            expectContent(cid, announced, announced.fileName().equals("first") ? first : second);
        }
    }

    @Test
    void nameThatFillsItsFieldIsAccepted() {
        String name = "ü".repeat(32);
        ann.send(Wire.file(name, SMALL, ben.name()));
        assertThat(ben.expect(Wire.FILE).fileName()).isEqualTo(name);
    }
}

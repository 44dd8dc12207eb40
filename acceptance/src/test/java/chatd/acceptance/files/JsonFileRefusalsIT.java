package chatd.acceptance.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Chunked uploads that are refused, or left unfinished, on each carrier. */
class JsonFileRefusalsIT extends FileTestBase {
    JsonFileRefusalsIT(JsonCarrier carrier, Chatd chatd) {
        super(carrier, chatd);
    }

    /** A refused chunk has no effect: the right ones can still be sent after it. */
    @Test
    void aWrongChunkIsRefusedAndTheUploadContinues() {
        JsonSocket sender = logIn(ann, "");
        JsonSocket receiver = logIn(ben, "");
        byte[] content = noise(150_000);
        long upload = beginUpload(sender, start(FILE, ben.name(), "right", content.length));
        byte[] first = Arrays.copyOf(content, 60_000);
        assertThat(refusalCode(sender, chunk(FILE, upload, 1, first))).isEqualTo("malformed");
        assertThat(refusalCode(sender, chunk(FILE, upload, -1, first))).isEqualTo("malformed");
        sender.send("{" + chunk(FILE, upload, 0, first) + "}");
        assertThat(refusalCode(sender, chunk(FILE, upload, 0, first))).isEqualTo("malformed");
        assertThat(refusalCode(sender, chunk(FILE, upload, 59_999, first))).isEqualTo("malformed");
        assertThat(refusalCode(sender, chunk(FILE, upload, 60_001, first))).isEqualTo("malformed");
        assertThat(refusalCode(sender, chunk(FILE, upload, 60_000, noise(PIECE + 1))))
                .isEqualTo("malformed");
        for (String data : List.of("'%%%%'", "'AAAAA'", "'AA=A'", "'A'", "5", "null", "['AAAA']", "'\\u00e9AAA'")) {
            String piece = "'type': 6, 'info': {'op': 'chunk', 'file': %d, 'offset': 60000, 'data': %s}"
                    .formatted(upload, data);
            assertThat(refusalCode(sender, piece)).as(data).isEqualTo("malformed");
        }
        sender.fence();
        sendPieces(sender, FILE, upload, content, first.length, PIECE);
        assertThat(refusalCode(sender, chunk(FILE, upload, content.length, new byte[1])))
                .isEqualTo("malformed");
        long file = accepted(sender, end(FILE, upload, sha256(content)))
                .path("file")
                .asLong();
        receiver.expect(FILE);
        assertThat(fetchFile(receiver, FILE, file)).isEqualTo(content);
    }

    @Test
    void anEndBeforeTheLastByteOrWithAWrongDigestOffersNothing() {
        JsonSocket sender = logIn(ann, "");
        JsonSocket receiver = logIn(ben, "");
        byte[] content = noise(1_000);
        long early = beginUpload(sender, start(FILE, ben.name(), "early", content.length + 1));
        assertThat(refusalCode(sender, end(FILE, early))).isEqualTo("malformed");
        long tooLittle = beginUpload(sender, start(FILE, ben.name(), "little", content.length + 1));
        sendPieces(sender, FILE, tooLittle, content, 0, PIECE);
        assertThat(refusalCode(sender, end(FILE, tooLittle, sha256(content)))).isEqualTo("malformed");
        long tooMuch = beginUpload(sender, start(FILE, ben.name(), "much", content.length - 1));
        assertThat(refusalCode(sender, chunk(FILE, tooMuch, 0, content))).isEqualTo("malformed");
        for (String wrong : List.of(sha256(new byte[0]), "", "00", "x".repeat(64))) {
            try (JsonSocket other = logIn(ann, "other")) {
                long upload = beginUpload(other, start(FILE, ben.name(), "wrong", content.length));
                sendPieces(other, FILE, upload, content, 0, PIECE);
                assertThat(refusalCode(other, end(FILE, upload, wrong)))
                        .as(wrong)
                        .isEqualTo("malformed");
                logOut(other);
            }
        }
        receiver.fence();
        assertThat(newestItems(sender, ben.name())).isEmpty();
    }

    @Test
    void aFileNameHasNoPathAndNoInvisibleCharacters() {
        JsonSocket sender = logIn(ann, "");
        for (String bad : List.of(
                "",
                ".",
                "..",
                "a/b",
                "../a",
                "a\\\\b",
                "a\\nb",
                "a\\u0000b",
                "a\\u007fb",
                "a\\u0085b",
                "exe\\u202egpj",
                "in\\u200bvisible",
                "x".repeat(256),
                "王".repeat(86))) {
            assertThat(refusalCode(sender, start(FILE, ben.name(), bad, 5)))
                    .as(bad)
                    .isEqualTo("bad-name");
        }
        for (String good : List.of(
                "x".repeat(255),
                "王".repeat(85),
                "a b",
                "...",
                "-rf",
                "é|5",
                "<b>'&amp;",
                "🙂.png",
                "نمی\u200cخواهم.txt",
                "I ❤\ufe0f you.txt")) {
            try (JsonSocket socket = logIn(ann, "good")) {
                String name = good.replace('\'', '`');
                long upload = beginUpload(socket, start(FILE, ann.name(), name, 0));
                JsonNode stored = accepted(socket, end(FILE, upload));
                sender.expect(FILE);
                assertThat(item(socket, ann.name(), stored.path("mid").asLong())
                                .path("info")
                                .path("name")
                                .asString())
                        .isEqualTo(name);
            }
        }
    }

    @Test
    void aFileTooLargeIsRefusedBeforeItIsSent() {
        JsonSocket sender = connect();
        long limit = sender.logIn(ann.name(), ann.password(), "")
                .path("limits")
                .path("file")
                .asLong();
        for (long size : List.of(limit + 1, 1L << 40, Long.MAX_VALUE)) {
            assertThat(refusalCode(sender, start(FILE, ben.name(), "large", size)))
                    .as("%d", size)
                    .isEqualTo("too-large");
        }
        beginUpload(sender, start(FILE, ben.name(), "just", limit));
        for (String bad : List.of("-1", "1.5", "'5'", "null", "9223372036854775808", "1e3000")) {
            String start = "'type': 6, 'receive': '%s', 'info': {'op': 'start', 'name': 'a', 'size': %s}"
                    .formatted(ben.name(), bad);
            assertThat(refusalCode(sender, start)).as(bad).isIn("malformed", "too-large");
        }
        sender.fence();
    }

    @Test
    void malformedInfosAreRefused() {
        JsonSocket sender = logIn(ann, "");
        for (int type : List.of(FILE, PICTURE)) {
            for (String info : List.of(
                    "{}",
                    "null",
                    "5",
                    "[]",
                    "true",
                    "{'op': 'steal', 'file': 1}",
                    "{'op': 5}",
                    "{'op': 'start', 'size': 5}",
                    "{'op': 'start', 'name': 'a'}",
                    "{'op': 'start', 'name': 5, 'size': 5}",
                    "{'op': 'chunk', 'file': 1, 'offset': 0}",
                    "{'op': 'chunk', 'file': '1', 'offset': 0, 'data': ''}",
                    "{'op': 'chunk', 'file': 1.5, 'offset': 0, 'data': ''}",
                    "{'op': 'end'}",
                    "{'op': 'get'}",
                    "{'op': 'get', 'file': null}",
                    "{'op': 'again'}",
                    "{'op': 'offer', 'file': 1}")) {
                assertThat(refusalCode(
                                sender, "'type': %d, 'receive': '%s', 'info': %s".formatted(type, ben.name(), info)))
                        .as(info)
                        .isEqualTo("malformed");
            }
        }
        // An info of the wrong shape does not count towards the malformed messages that end a connection.
        sender.fence();
    }

    @Test
    void anAccountHasAtMostFourUploadsAtOnce() {
        JsonSocket one = logIn(ann, "laptop");
        JsonSocket other = logIn(ann, "phone");
        List<Long> open = new ArrayList<>();
        for (JsonSocket by : List.of(one, other, one, other)) {
            open.add(beginUpload(by, start(FILE, ben.name(), "open", 1)));
        }
        for (JsonSocket by : List.of(one, other)) {
            assertThat(refusalCode(by, start(FILE, ben.name(), "fifth", 1))).isEqualTo("too-many");
        }
        beginUpload(logIn(ben, ""), start(FILE, ann.name(), "of another", 1));
        one.send("{" + chunk(FILE, open.getFirst(), 0, new byte[1]) + "}");
        accepted(one, end(FILE, open.getFirst()));
        beginUpload(one, start(FILE, ben.name(), "fourth again", 1));
        assertThat(refusalCode(one, start(FILE, ben.name(), "fifth", 1))).isEqualTo("too-many");
        // A session's open uploads end with it.
        logOut(other);
        other.close();
        await().until(() ->
                answer(one, start(FILE, ben.name(), "after it", 1)).path("type").asInt() == JsonType.DONE);
    }

    @Test
    void anUploadBelongsToItsSessionAlone() {
        JsonSocket sender = logIn(ann, "");
        JsonSocket other = logIn(ben, "");
        byte[] content = noise(2_000);
        long upload = beginUpload(sender, start(FILE, carol.name(), "mine", content.length));
        for (long number : List.of(upload, upload + 1_000, 0L, Long.MAX_VALUE)) {
            assertThat(refusalCode(other, chunk(FILE, number, 0, content)))
                    .as("%d", number)
                    .isEqualTo("no-such-file");
            assertThat(refusalCode(other, end(FILE, number))).as("%d", number).isEqualTo("no-such-file");
        }
        sendPieces(sender, FILE, upload, content, 0, PIECE);
        long file = accepted(sender, end(FILE, upload)).path("file").asLong();
        assertThat(fetchFile(sender, FILE, file)).isEqualTo(content);
        assertThat(refusalCode(sender, chunk(FILE, upload, 2_000, content))).isEqualTo("no-such-file");
        assertThat(refusalCode(sender, end(FILE, upload))).isEqualTo("no-such-file");
    }

    @Test
    void aSenderWithoutPermissionIsRefusedAtTheStart() {
        JsonSocket sender = logIn(ann, "");
        JsonSocket member = logIn(ben, "");
        assertThat(refusalCode(sender, start(FILE, "U999999999", "a", 5))).isEqualTo("no-such-user");
        assertThat(refusalCode(sender, start(FILE, Chatd.newName(), "a", 5))).isEqualTo("no-such-user");
        assertThat(refusalCode(sender, start(FILE, NO_GROUP, "a", 5))).isEqualTo("no-such-group");
        String group = create(member, "'open': true");
        String closed = create(member, "", sender);
        change(member, op("close", closed), sender);
        assertThat(refusalCode(sender, start(FILE, group, "a", 5))).isEqualTo("not-a-member");
        assertThat(refusalCode(sender, start(FILE, closed, "a", 5))).isEqualTo("closed");
        assertThat(refusalCode(connect(), start(FILE, ben.name(), "a", 5))).isEqualTo("not-logged-in");
        assertThat(refusalCode(connect(), get(1))).isEqualTo("not-logged-in");
    }

    /** What was allowed when an upload began may no longer be when it ends. */
    @Test
    void aMemberRemovedDuringAnUploadSendsNothing() {
        JsonSocket sender = logIn(ann, "");
        JsonSocket owner = logIn(ben, "");
        String group = create(owner, "", sender);
        long upload = beginUpload(sender, start(FILE, group, "late", 1));
        sender.send("{" + chunk(FILE, upload, 0, new byte[1]) + "}");
        change(owner, op("remove", group, "'user': '%s'".formatted(sender.user())), sender);
        assertThat(refusalCode(sender, end(FILE, upload))).isEqualTo("not-a-member");
        owner.fence();
    }

    @Test
    void filesThatOneMayNotReadLookMissing() {
        JsonSocket sender = logIn(ann, "");
        JsonSocket stranger = logIn(carol, "");
        long file = sendFile(sender, FILE, ben.name(), "private", noise(100))
                .path("file")
                .asLong();
        for (long number : List.of(file, file + 1_000_000, 0L, -1L, 4_294_967_295L, 4_294_967_296L + file)) {
            assertThat(refusalCode(stranger, get(number))).as("%d", number).isIn("no-such-file", "malformed");
            assertThat(refusalCode(stranger, again(FILE, number, ben.name())))
                    .as("%d", number)
                    .isIn("no-such-file", "malformed");
        }
        assertThat(refusalCode(stranger, get(file))).isEqualTo("no-such-file");
        assertThat(refusalCode(sender, get(4_294_967_296L + file))).isIn("no-such-file", "malformed");
        stranger.fence();
    }

    @Test
    void anUploadWhoseSessionEndsLeavesNothing() {
        long before = contents(chatd);
        JsonSocket sender = logIn(ann, "");
        long upload = beginUpload(sender, start(FILE, ben.name(), "unfinished", 2_000_000));
        sendPieces(sender, FILE, upload, noise(1_900_000), 0, PIECE);
        sender.fence();
        logOut(sender);
        sender.close();
        // Nor does a refused upload.
        JsonSocket again = logIn(ann, "");
        assertThat(refusedAtTheEnd(again, PICTURE, ben.name(), brokenPicture())).isEqualTo("malformed");
        logOut(again);
        await().untilAsserted(() -> assertThat(contents(chatd)).isEqualTo(before));
        assertThat(newestItems(logIn(ben, ""), ann.name())).isEmpty();
    }

    /** Returns bytes that begin like a JPEG, and go on as noise. */
    private static byte[] brokenPicture() {
        byte[] bytes = noise(100_000);
        System.arraycopy(new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xe0, 0, 16}, 0, bytes, 0, 6);
        return bytes;
    }
}

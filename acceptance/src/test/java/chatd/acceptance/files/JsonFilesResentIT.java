package chatd.acceptance.files;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.Frame;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.Wire;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Files that are sent again, to others or because the answer was lost, and files between JSON and {@code chat/1}; on
 * each carrier.
 */
class JsonFilesResentIT extends FileTestBase {
    JsonFilesResentIT(JsonCarrier carrier, Chatd chatd) {
        super(carrier, chatd);
    }

    /** Sends a whole file, with this id in its last message; returns the answer, a message of type 17 or 18. */
    private static JsonNode sendAs(String id, JsonSocket by, int type, String to, String name, byte[] content) {
        long upload = beginUpload(by, start(type, to, name, content.length));
        sendPieces(by, type, upload, content, 0, PIECE);
        by.send("{%s, 'id': '%s'}".formatted(end(type, upload), id));
        JsonNode next = by.next();
        while (!next.path("info").path("id").asString("").equals(id)) {
            next = by.next();
        }
        return next;
    }

    @Test
    void aFileIsSentAgainWithoutItsBytes() {
        JsonSocket sender = logIn(ann, "");
        JsonSocket receiver = logIn(ben, "");
        JsonSocket third = logIn(carol, "");
        byte[] content = noise(100_000);
        JsonNode first = sendFile(sender, FILE, ben.name(), "news.bin", content);
        receiver.expect(FILE);
        long stored = contents(chatd);
        JsonNode again = accepted(receiver, again(FILE, first.path("file").asLong(), carol.name()));
        JsonNode offer = third.expect(FILE);
        checkOffer(offer, "news.bin", SAVED, content);
        assertThat(offer.path("send").asString()).isEqualTo(receiver.user());
        assertThat(offer.path("mid")).isEqualTo(again.path("mid"));
        assertThat(offer.path("info").path("file")).isEqualTo(again.path("file"));
        assertThat(contents(chatd)).isEqualTo(stored);
        // The new receiver keeps it, whatever becomes of the first message.
        perform(sender, takeBack(first.path("mid").asLong()));
        assertThat(fetchFile(third, FILE, file(offer))).isEqualTo(content);
        assertThat(refusalCode(receiver, again(FILE, first.path("file").asLong(), carol.name())))
                .isEqualTo("no-such-file");
        perform(receiver, takeBack(again.path("mid").asLong()));
        assertThat(refusalCode(third, get(file(offer)))).isEqualTo("no-such-file");
    }

    @Test
    void aFileIsSentAgainToAGroupAndToEveryone() {
        JsonSocket sender = logIn(ann, "");
        JsonSocket member = logIn(ben, "");
        String group = create(sender, "", member);
        byte[] content = noise(1_000);
        long file = sendFile(sender, FILE, sender.user(), "mine.bin", content)
                .path("file")
                .asLong();
        assertThat(refusalCode(member, again(FILE, file, group))).isEqualTo("no-such-file");
        accepted(sender, again(FILE, file, group));
        JsonNode offer = member.expect(FILE);
        assertThat(offer.path("receive").asString()).isEqualTo(group);
        assertThat(fetchFile(member, FILE, file(offer))).isEqualTo(content);
        accepted(member, again(FILE, file(offer), ""));
        JsonNode toAll = sender.expect(FILE);
        assertThat(toAll.path("receive").asString()).isEmpty();
        assertThat(fetchFile(logIn(carol, ""), FILE, file(toAll))).isEqualTo(content);
        assertThat(refusalCode(sender, again(FILE, file, "U999999999"))).isEqualTo("no-such-user");
        assertThat(refusalCode(sender, again(FILE, file, NO_GROUP))).isEqualTo("no-such-group");
    }

    @Test
    void aRetriedFileIsStoredOnce() {
        JsonSocket sender = logIn(ann, "");
        JsonSocket receiver = logIn(ben, "");
        byte[] content = noise(70_000);
        String id = Chatd.newName();
        JsonNode first = sendAs(id, sender, FILE, ben.name(), "once.bin", content);
        assertThat(first.path("type").asInt()).isEqualTo(JsonType.DONE);
        receiver.expect(FILE);
        // On another connection, as after losing the first.
        JsonSocket later = logIn(ann, "later");
        for (JsonSocket by : List.of(sender, later)) {
            assertThat(sendAs(id, by, FILE, ben.name(), "once.bin", content)).isEqualTo(first);
        }
        receiver.fence();
        assertThat(newestItems(receiver, ann.name())).containsExactly("[once.bin]");
        for (JsonNode other : List.of(
                sendAs(id, later, FILE, ben.name(), "once.bin", noise(70_000)),
                sendAs(id, later, FILE, ben.name(), "twice.bin", content),
                sendAs(id, later, FILE, carol.name(), "once.bin", content),
                sendAs(id, later, PICTURE, ben.name(), "once.bin", content))) {
            assertThat(other.path("type").asInt()).as("%s", other).isEqualTo(JsonType.REFUSED);
            assertThat(other.path("info").path("code").asString()).isEqualTo("malformed");
        }
        later.send("{'type': 3, 'receive': '%s', 'info': 'a text', 'id': '%s'}".formatted(ben.name(), id));
        assertThat(later.refusal()).isEqualTo("malformed");
        receiver.fence();
    }

    @Test
    void aRepeatedAgainRequestTakesEffectOnce() {
        JsonSocket sender = logIn(ann, "");
        JsonSocket receiver = logIn(ben, "");
        long file = sendFile(sender, FILE, ann.name(), "mine.bin", noise(10))
                .path("file")
                .asLong();
        String again = "{%s, 'id': 'again'}".formatted(again(FILE, file, ben.name()));
        sender.send(again, again);
        JsonNode first = sender.expect(JsonType.DONE);
        assertThat(sender.expect(JsonType.DONE)).isEqualTo(first);
        receiver.expect(FILE);
        receiver.fence();
        sender.send("{%s, 'id': 'again'}".formatted(again(FILE, file, carol.name())));
        assertThat(sender.refusal()).isEqualTo("malformed");
    }

    @Test
    void aChat1ClientIsToldOfTheFileAndFetchesIt() {
        JsonSocket sender = logIn(ann, "");
        byte[] content = noise(100_000);
        try (Chat1Socket receiver = chatd.logIn(ben)) {
            long file = sendFile(sender, FILE, ben.name(), "plan é.bin", content)
                    .path("file")
                    .asLong();
            Frame announced = receiver.expect(Wire.FILE);
            assertThat(announced.name()).isEqualTo(ann.name());
            assertThat(announced.fileName()).isEqualTo("plan é.bin");
            assertThat(announced.fileId()).isEqualTo((int) file);
            receiver.send(Wire.fetch(announced.fileId()));
            assertThat(receiver.expect(Wire.CONTENT).content()).isEqualTo(content);
            assertThat(receiver.history(9)).containsExactly("plan é.bin");
        }
    }

    @Test
    void filesFromChat1AreOfferedUnchanged() {
        JsonSocket receiver = logIn(ben, "");
        byte[] content = noise(100_000);
        byte[] picture = Pictures.withExif(Pictures.encoded("jpg"));
        try (Chat1Socket sender = chatd.logIn(ann)) {
            sender.send(Wire.file("plan.bin", content, ben.name()), Wire.file("sunset.jpg", picture, ben.name()));
            sender.fence();
        }
        JsonNode offer = receiver.expect(FILE);
        JsonNode shown = receiver.expect(PICTURE);
        checkOffer(offer, "plan.bin", SAVED, content);
        assertThat(fetchFile(receiver, FILE, file(offer))).isEqualTo(content);
        checkOffer(shown, "sunset.jpg", "image/jpeg", picture);
        assertThat(fetchFile(receiver, PICTURE, file(shown))).isEqualTo(picture);
        assertThat(item(receiver, ann.name(), shown.path("mid").asLong())).isEqualTo(shown);
    }
}

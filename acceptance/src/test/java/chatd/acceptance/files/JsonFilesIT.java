package chatd.acceptance.files;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.fixtures.Campaign;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Files in JSON messages, on each carrier: sent in pieces, offered, and fetched ({@code chat-json-1.md}). */
class JsonFilesIT extends FileTestBase {
    JsonFilesIT(JsonCarrier carrier, Chatd chatd) {
        super(carrier, chatd);
    }

    @Test
    void filesOfAnySizeArriveAsTheyAre() {
        JsonSocket sender = logIn(ann, "");
        JsonSocket receiver = logIn(ben, "");
        for (int size : List.of(0, 1, 65_535, 65_536, 65_537, 262_143, 262_144, 262_145, 1_048_583)) {
            byte[] content = noise(size);
            JsonNode stored = sendFile(sender, FILE, ben.name(), "of " + size, content);
            JsonNode offer = receiver.expect(FILE);
            checkOffer(offer, "of " + size, SAVED, content);
            assertThat(offer.path("send").asString()).isEqualTo(sender.user());
            assertThat(offer.path("receive").asString()).isEqualTo(receiver.user());
            assertThat(offer.path("name").asString()).isEqualTo(ann.name());
            assertThat(offer.path("mid")).isEqualTo(stored.path("mid"));
            assertThat(offer.path("time")).isEqualTo(stored.path("time"));
            assertThat(offer.path("info").path("file")).isEqualTo(stored.path("file"));
            for (JsonSocket one : List.of(sender, receiver)) {
                assertThat(fetchFile(one, FILE, file(offer))).isEqualTo(content);
            }
            assertThat(item(receiver, sender.user(), offer.path("mid").asLong()))
                    .isEqualTo(offer);
            assertThat(item(sender, receiver.user(), offer.path("mid").asLong()))
                    .isEqualTo(offer);
        }
        // The sending session got only the 17.
        sender.fence();
    }

    @Test
    void piecesMayBeOfAnySize() {
        Random random = Campaign.random();
        JsonSocket sender = logIn(ann, "");
        byte[] content = noise(200_000);
        long upload = beginUpload(sender, start(FILE, sender.user(), "pieces", content.length));
        for (int at = 0; at < content.length; ) {
            int next = Math.min(content.length, at + 1 + random.nextInt(random.nextBoolean() ? 100 : PIECE));
            sender.send("{" + chunk(FILE, upload, at, Arrays.copyOfRange(content, at, next)) + "}");
            at = next;
        }
        JsonNode stored = accepted(sender, end(FILE, upload));
        assertThat(fetchFile(sender, FILE, stored.path("file").asLong())).isEqualTo(content);
    }

    /**
     * The number of an upload is told even without an {@code id}; pieces are not answered; the 17
     * of a start has no mid.
     */
    @Test
    void aStartIsAnsweredAndPiecesAreNot() {
        JsonSocket sender = logIn(ann, "");
        byte[] content = noise(100_000);
        sender.send("{" + start(FILE, ben.name(), "quietly", content.length) + "}");
        JsonNode begun = sender.expect(JsonType.DONE).path("info");
        assertThat(begun.has("mid")).isFalse();
        assertThat(begun.has("id")).isFalse();
        long upload = begun.path("file").asLong();
        sendPieces(sender, FILE, upload, content, 0, 10_000);
        sender.fence();
        sender.send("{" + end(FILE, upload) + "}");
        sender.fence();
        checkOffer(page(sender, ben.name(), "").path("items").path(0), "quietly", SAVED, content);
    }

    @Test
    void nothingIsOfferedBeforeTheEnd() {
        JsonSocket sender = logIn(ann, "");
        JsonSocket receiver = logIn(ben, "");
        byte[] content = noise(1_000);
        long upload = beginUpload(sender, start(FILE, ben.name(), "later", content.length));
        sendPieces(sender, FILE, upload, content, 0, PIECE);
        sender.fence();
        receiver.fence();
        assertThat(newestItems(receiver, sender.user())).isEmpty();
        long mid = send(sender, ben.name(), "before the file");
        assertThat(accepted(sender, end(FILE, upload)).path("mid").asLong()).isGreaterThan(mid);
        receiver.expect(JsonType.TEXT);
        receiver.expect(FILE);
    }

    @Test
    void allSessionsOfBothHaveTheOfferAndNobodyElse() {
        JsonSocket sender = logIn(ann, "laptop");
        JsonSocket phone = logIn(ann, "phone");
        JsonSocket receiver = logIn(ben, "laptop");
        JsonSocket tablet = logIn(ben, "tablet");
        JsonSocket stranger = logIn(carol, "");
        byte[] content = noise(3_000);
        sendFile(sender, FILE, receiver.user(), "for ben.txt", content);
        JsonNode offer = receiver.expect(FILE);
        assertThat(tablet.expect(FILE)).isEqualTo(offer);
        assertThat(phone.expect(FILE)).isEqualTo(offer);
        sender.fence();
        stranger.fence();
        assertThat(stranger.history(1, "").path("items")).isEmpty();
        assertThat(refusalCode(stranger, get(file(offer)))).isEqualTo("no-such-file");
        assertThat(fetchFile(phone, FILE, file(offer))).isEqualTo(content);
        assertThat(unread(ben, sender.user()).path("count").asInt()).isEqualTo(1);
    }

    @Test
    void aFileForOneselfIsKept() {
        JsonSocket sender = logIn(ann, "laptop");
        JsonSocket phone = logIn(ann, "phone");
        byte[] content = noise(3_000);
        sendFile(sender, FILE, sender.user(), "note.bin", content);
        JsonNode offer = phone.expect(FILE);
        assertThat(offer.path("receive").asString()).isEqualTo(sender.user());
        assertThat(fetchFile(phone, FILE, file(offer))).isEqualTo(content);
        assertThat(newestItems(sender, sender.user())).containsExactly("[note.bin]");
    }

    @Test
    void aFileForEveryoneIsForExistingAccountsAndNoLaterOnes() {
        JsonSocket sender = logIn(ann, "");
        JsonSocket receiver = logIn(ben, "");
        byte[] content = noise(3_000);
        sendFile(sender, FILE, "", "for all.bin", content);
        JsonNode offer = receiver.expect(FILE);
        assertThat(offer.path("receive").asString()).isEmpty();
        checkOffer(offer, "for all.bin", SAVED, content);
        assertThat(fetchFile(receiver, FILE, file(offer))).isEqualTo(content);
        assertThat(fetchFile(logIn(carol, ""), FILE, file(offer))).isEqualTo(content);
        JsonSocket later = logIn(chatd.person(), "");
        assertThat(refusalCode(later, get(file(offer)))).isEqualTo("no-such-file");
    }

    @Test
    void aFileForAGroupIsForItsMembersAndThoseWhoMayReadItsHistory() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket member = logIn(ben, "");
        JsonSocket third = logIn(carol, "");
        String whole = create(owner, "'history': 'all'", member);
        String joined = create(owner, "'history': 'joined'", member);
        byte[] content = noise(3_000);
        sendFile(owner, FILE, whole, "whole.bin", content);
        JsonNode inWhole = member.expect(FILE);
        assertThat(inWhole.path("receive").asString()).isEqualTo(whole);
        sendFile(member, FILE, joined, "joined.bin", content);
        JsonNode inJoined = owner.expect(FILE);
        assertThat(refusalCode(third, get(file(inWhole)))).isEqualTo("no-such-file");
        change(owner, add(whole, carol), member, third);
        change(owner, add(joined, carol), member, third);
        assertThat(fetchFile(third, FILE, file(inWhole))).isEqualTo(content);
        assertThat(refusalCode(third, get(file(inJoined)))).isEqualTo("no-such-file");
        change(member, op("leave", joined), owner, third);
        assertThat(fetchFile(logIn(ben, "phone"), FILE, file(inJoined))).isEqualTo(content);
    }

    @Test
    void anUploadBeginsWithNameAndSizeInOneStringAndEndsWithAWord() {
        JsonSocket sender = logIn(ann, "");
        JsonSocket receiver = logIn(ben, "");
        byte[] content = noise(70_000);
        for (String end : List.of("end", "")) {
            long upload = beginUpload(
                    sender,
                    "'type': 6, 'receive': '%s', 'info': 'plan b.pdf|%d'".formatted(ben.name(), content.length));
            sendPieces(sender, FILE, upload, content, 0, PIECE);
            JsonNode stored = accepted(sender, "'type': 6, 'info': '%s'".formatted(end));
            JsonNode offer = receiver.expect(FILE);
            checkOffer(offer, "plan b.pdf", SAVED, content);
            assertThat(offer.path("mid")).isEqualTo(stored.path("mid"));
        }
        // With two uploads open, or none, the word ends nothing.
        assertThat(refusalCode(sender, "'type': 6, 'info': 'end'")).isIn("no-such-file", "malformed");
        beginUpload(sender, start(FILE, ben.name(), "one", 0));
        beginUpload(sender, start(FILE, ben.name(), "two", 0));
        assertThat(refusalCode(sender, "'type': 6, 'info': 'end'")).isIn("no-such-file", "malformed");
        for (String bad : List.of("|5", "plan", "plan|", "plan|x", "plan|-1", "plan|1.5", "a/b|5")) {
            assertThat(refusalCode(sender, "'type': 6, 'receive': '%s', 'info': '%s'".formatted(ben.name(), bad)))
                    .as(bad)
                    .isIn("malformed", "bad-name");
        }
        receiver.fence();
    }

    @Test
    void aFileMayAnswerAMessage() {
        JsonSocket sender = logIn(ann, "");
        JsonSocket receiver = logIn(ben, "");
        long asked = send(receiver, ann.name(), "Where is the plan?");
        long upload = beginUpload(sender, start(FILE, ben.name(), "plan", 0, ", 're': " + asked));
        accepted(sender, end(FILE, upload));
        JsonNode offer = receiver.expect(FILE);
        assertThat(offer.path("re").asLong()).isEqualTo(asked);
        assertThat(item(sender, ben.name(), offer.path("mid").asLong())
                        .path("re")
                        .asLong())
                .isEqualTo(asked);
        long elsewhere = send(sender, carol.name(), "between others");
        // Checked at the end of the upload, as for texts when they are sent.
        long wrong = beginUpload(sender, start(FILE, ben.name(), "plan", 0, ", 're': " + elsewhere));
        assertThat(refusalCode(sender, end(FILE, wrong))).isEqualTo("no-such-message");
        receiver.fence();
    }

    @Test
    void theRestIsFetchedFromAnOffset() {
        JsonSocket sender = logIn(ann, "");
        byte[] content = noise(300_000);
        long file = sendFile(sender, FILE, sender.user(), "rest", content)
                .path("file")
                .asLong();
        for (int offset : List.of(1, 65_535, 65_536, 200_001, 299_999, 300_000)) {
            sender.send("{" + get(file, ", 'offset': " + offset) + "}");
            assertThat(readRest(sender, FILE, file, offset))
                    .as("from %d", offset)
                    .isEqualTo(Arrays.copyOfRange(content, offset, content.length));
        }
        for (String bad : List.of("-1", "300001", "1.5", "9223372036854775807", "9223372036854775808", "'0'")) {
            assertThat(refusalCode(sender, get(file, ", 'offset': " + bad)))
                    .as(bad)
                    .isEqualTo("malformed");
        }
        assertThat(fetchFile(sender, FILE, file)).isEqualTo(content);
    }

    @Test
    void severalFilesAreFetchedOneAfterAnotherWhileTalking() {
        JsonSocket sender = logIn(ann, "");
        JsonSocket other = logIn(ben, "");
        byte[] first = noise(500_000);
        byte[] second = noise(400_000);
        long one =
                sendFile(sender, FILE, ben.name(), "first", first).path("file").asLong();
        long two = sendFile(sender, FILE, ben.name(), "second", second)
                .path("file")
                .asLong();
        sender.send("{" + get(one) + "}", "{" + get(two) + "}");
        send(other, ann.name(), "meanwhile");
        assertThat(readRest(sender, FILE, one, 0)).isEqualTo(first);
        assertThat(readRest(sender, FILE, two, 0)).isEqualTo(second);
        send(sender, ann.name(), "still there");
    }

    @Test
    void aFileTakenBackIsFetchedByNobody() {
        JsonSocket sender = logIn(ann, "");
        JsonSocket receiver = logIn(ben, "");
        JsonNode stored = sendFile(sender, FILE, ben.name(), "mistake", noise(1_000));
        receiver.expect(FILE);
        perform(sender, takeBack(stored.path("mid").asLong()));
        receiver.expect(JsonType.TAKEN_BACK);
        for (JsonSocket one : List.of(sender, receiver)) {
            assertThat(refusalCode(one, get(stored.path("file").asLong()))).isEqualTo("no-such-file");
        }
        JsonNode item = item(receiver, ann.name(), stored.path("mid").asLong());
        assertThat(item.path("type").asInt()).isEqualTo(FILE);
        assertThat(item.path("info").isNull()).isTrue();
        assertThat(item.toString()).doesNotContain("mistake");
    }

    @Test
    void filesOfABlockedUserNeverArrive() {
        JsonSocket blocked = logIn(ann, "");
        JsonSocket blocker = logIn(ben, "");
        accepted(blocker, "'type': 34, 'info': {'user_id': '%s', 'on': true}".formatted(blocked.user()));
        byte[] content = noise(1_000);
        long file = sendFile(blocked, FILE, ben.name(), "withheld", content)
                .path("file")
                .asLong();
        assertThat(fetchFile(blocked, FILE, file)).isEqualTo(content);
        assertThat(refusalCode(blocker, get(file))).isEqualTo("no-such-file");
        assertThat(refusalCode(blocker, again(FILE, file, carol.name()))).isEqualTo("no-such-file");
        accepted(blocker, "'type': 34, 'info': {'user_id': '%s', 'on': false}".formatted(blocked.user()));
        assertThat(refusalCode(blocker, get(file))).isEqualTo("no-such-file");
        blocker.fence();
    }
}

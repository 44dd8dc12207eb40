package chatd.acceptance.files;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.Wire;
import chatd.fixtures.Campaign;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Pictures in JSON messages, on each carrier: shown in place, and stripped of metadata such as
 * where they were taken.
 */
class JsonPicturesIT extends FileTestBase {
    JsonPicturesIT(JsonCarrier carrier, Chatd chatd) {
        super(carrier, chatd);
    }

    /** Sends a picture to ben; returns the offer, whose content is checked. */
    private JsonNode sendPicture(String name, String media, byte[] picture) {
        JsonSocket sender = logIn(ann, "");
        JsonSocket receiver = logIn(ben, "");
        JsonNode stored = sendFile(sender, PICTURE, ben.name(), name, picture);
        JsonNode offer = receiver.expect(PICTURE);
        assertThat(offer.path("info").path("file")).isEqualTo(stored.path("file"));
        checkOffer(offer, name, media, content(offer));
        return offer;
    }

    /** Returns what is fetched by another session of ben's. */
    private byte[] content(JsonNode offer) {
        try (JsonSocket reader = logIn(ben, "reader")) {
            assertThat(item(reader, ann.name(), offer.path("mid").asLong())).isEqualTo(offer);
            return fetchFile(reader, PICTURE, file(offer));
        }
    }

    private static void checkSize(JsonNode offer, int width, int height) {
        assertThat(offer.path("info").path("width").asInt()).isEqualTo(width);
        assertThat(offer.path("info").path("height").asInt()).isEqualTo(height);
    }

    private static void checkMetadataRemoved(byte[] cleaned, byte[] withMetadata) {
        assertThat(Pictures.contains(withMetadata, Pictures.SECRET)).isTrue();
        assertThat(Pictures.contains(cleaned, Pictures.SECRET)).isFalse();
        assertThat(Pictures.contains(cleaned, "PK\3\4")).isFalse();
        assertThat(cleaned.length).isLessThan(withMetadata.length);
    }

    @Test
    void aJpegKeepsItsPixelsItsOrientationAndItsColoursAndNothingElse() {
        byte[] withMetadata = Pictures.jpegWithMetadata();
        assertThat(Pictures.orientation(withMetadata)).isEqualTo(6);
        JsonNode offer = sendPicture("sunset.jpg", "image/jpeg", withMetadata);
        // The size is that displayed, after a quarter turn.
        assertThat(List.of(
                        offer.path("info").path("width").asInt(),
                        offer.path("info").path("height").asInt()))
                .containsExactly(Pictures.HEIGHT, Pictures.WIDTH);
        byte[] cleaned = content(offer);
        checkMetadataRemoved(cleaned, withMetadata);
        assertThat(Pictures.pixels(cleaned)).isEqualTo(Pictures.pixels(withMetadata));
        assertThat(Pictures.orientation(cleaned)).isEqualTo(6);
        assertThat(Pictures.contains(cleaned, Pictures.colourProfile())).isTrue();
    }

    @Test
    void aPngKeepsItsPixelsAndItsColoursAndNothingElse() {
        byte[] withMetadata = Pictures.pngWithMetadata();
        JsonNode offer = sendPicture("drawing.png", "image/png", withMetadata);
        assertThat(List.of(
                        offer.path("info").path("width").asInt(),
                        offer.path("info").path("height").asInt()))
                .containsExactlyInAnyOrder(Pictures.WIDTH, Pictures.HEIGHT);
        byte[] cleaned = content(offer);
        checkMetadataRemoved(cleaned, withMetadata);
        assertThat(Pictures.pixels(cleaned)).isEqualTo(Pictures.pixels(withMetadata));
        assertThat(Pictures.contains(cleaned, "iCCP")).isTrue();
        for (String part : List.of("tEXt", "zTXt", "iTXt", "prVt")) {
            assertThat(Pictures.contains(cleaned, part)).as(part).isFalse();
        }
    }

    @Test
    void aGifKeepsItsPixelsAndNothingElse() {
        byte[] withMetadata = Pictures.gifWithMetadata();
        JsonNode offer = sendPicture("cat.gif", "image/gif", withMetadata);
        checkSize(offer, Pictures.WIDTH, Pictures.HEIGHT);
        byte[] cleaned = content(offer);
        checkMetadataRemoved(cleaned, withMetadata);
        assertThat(Pictures.pixels(cleaned)).isEqualTo(Pictures.pixels(withMetadata));
    }

    @Test
    void aWebPKeepsItsPixelsAndItsColoursAndNothingElse() {
        byte[] withMetadata = Pictures.webPWithMetadata();
        JsonNode offer = sendPicture("dot.webp", "image/webp", withMetadata);
        checkSize(offer, 1, 1);
        byte[] cleaned = content(offer);
        checkMetadataRemoved(cleaned, withMetadata);
        assertThat(Pictures.contains(cleaned, Pictures.webPPixel())).isTrue();
        assertThat(Pictures.contains(cleaned, Pictures.colourProfile())).isTrue();
    }

    @Test
    void anAnimatedGifKeepsItsFrames() {
        byte[] animated = Pictures.animatedGif(1_000);
        JsonNode offer = sendPicture("moving.gif", "image/gif", animated);
        checkSize(offer, 1, 1);
        assertThat(content(offer)).isEqualTo(animated);
    }

    @Test
    void aPictureIsRecognizedByContentNotByName() {
        checkSize(sendPicture("letter.txt", "image/png", Pictures.encoded("png")), Pictures.WIDTH, Pictures.HEIGHT);
        checkSize(sendPicture("page.html", "image/jpeg", Pictures.encoded("jpg")), Pictures.WIDTH, Pictures.HEIGHT);
        checkSize(sendPicture("large.png", "image/png", Pictures.blackPng(7_071, 7_071)), 7_071, 7_071);
    }

    @Test
    void anythingButAPictureIsOfferedAsAFile() {
        JsonSocket sender = logIn(ann, "");
        JsonSocket receiver = logIn(ben, "");
        for (Map.Entry<String, String> other : Map.of(
                        "drawing.svg",
                        "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
                        "page.png",
                        "<!doctype html><script>alert(1)</script>",
                        "notes.jpg",
                        "JFIF, said nobody",
                        "empty.gif",
                        "",
                        "paper.webp",
                        "%PDF-1.7\n1 0 obj")
                .entrySet()) {
            byte[] content = Wire.utf8(other.getValue());
            long file = sendFile(sender, PICTURE, ben.name(), other.getKey(), content)
                    .path("file")
                    .asLong();
            JsonNode offer = receiver.expect(FILE);
            checkOffer(offer, other.getKey(), SAVED, content);
            assertThat(fetchFile(receiver, FILE, file)).isEqualTo(content);
        }
    }

    /** Sent as type 6, a picture is stored as it is, with its metadata. */
    @Test
    void aPictureSentAsAFileStaysAsItIs() {
        JsonSocket sender = logIn(ann, "");
        JsonSocket receiver = logIn(ben, "");
        for (byte[] withMetadata : List.of(
                Pictures.jpegWithMetadata(),
                Pictures.pngWithMetadata(),
                Pictures.gifWithMetadata(),
                Pictures.webPWithMetadata())) {
            sendFile(sender, FILE, ben.name(), "as it is", withMetadata);
            JsonNode offer = receiver.expect(FILE);
            assertThat(offer.path("info").path("media").asString()).startsWith("image/");
            checkOffer(offer, "as it is", offer.path("info").path("media").asString(), withMetadata);
            assertThat(fetchFile(receiver, FILE, file(offer))).isEqualTo(withMetadata);
        }
    }

    @Test
    void aDamagedPictureIsRefusedAndMayBeSentAsAFile() {
        JsonSocket sender = logIn(ann, "");
        JsonSocket receiver = logIn(ben, "");
        for (String format : List.of("jpg", "png", "gif")) {
            byte[] whole = Pictures.encoded(format);
            byte[] half = Arrays.copyOf(whole, whole.length / 2);
            assertThat(refusedAtTheEnd(sender, PICTURE, ben.name(), half))
                    .as(format)
                    .isEqualTo("malformed");
            receiver.fence();
            sendFile(sender, FILE, ben.name(), "half", half);
            assertThat(fetchFile(receiver, FILE, file(receiver.expect(FILE)))).isEqualTo(half);
        }
        byte[] webP = Pictures.webPWithMetadata();
        assertThat(refusedAtTheEnd(sender, PICTURE, ben.name(), Arrays.copyOf(webP, 100)))
                .isEqualTo("malformed");
    }

    @Test
    void aPictureOfTooManyPixelsOrFramesIsRefused() {
        JsonSocket sender = logIn(ann, "");
        for (byte[] large : List.of(
                Pictures.pngClaimingSize(50_000, 50_000),
                Pictures.pngClaimingSize(Integer.MAX_VALUE, Integer.MAX_VALUE),
                Pictures.pngClaimingSize(-1, -1),
                Pictures.pngClaimingSize(0, 10),
                Pictures.blackPng(7_072, 7_072),
                Pictures.animatedGif(1_001))) {
            assertThat(refusedAtTheEnd(sender, PICTURE, ben.name(), large)).isEqualTo("malformed");
        }
        assertThat(newestItems(logIn(ben, ""), ann.name())).isEmpty();
    }

    /** A picture is sent again as a picture, and fetched by its own type. */
    @Test
    void aPictureIsSentAgainAndFetchedAsAPicture() {
        JsonNode offer = sendPicture("sunset.jpg", "image/jpeg", Pictures.jpegWithMetadata());
        JsonSocket receiver = logIn(ben, "again");
        JsonSocket third = logIn(carol, "");
        accepted(receiver, again(PICTURE, file(offer), carol.name()));
        JsonNode again = third.expect(PICTURE);
        checkOffer(again, "sunset.jpg", "image/jpeg", content(offer));
        assertThat(fetchFile(third, PICTURE, file(again))).isEqualTo(content(offer));
        try (Chat1Socket old = chatd.logIn(carol)) {
            old.send(Wire.fetch((int) file(again)));
            assertThat(old.expect(Wire.CONTENT).content()).isEqualTo(content(offer));
        }
    }

    /** However a picture is damaged, it is either accepted or refused as malformed. */
    @Test
    void damagedPicturesAreAcceptedOrRefused() {
        Random random = Campaign.random();
        JsonSocket sender = logIn(ann, "");
        List<byte[]> pictures = List.of(
                Pictures.jpegWithMetadata(),
                Pictures.pngWithMetadata(),
                Pictures.gifWithMetadata(),
                Pictures.webPWithMetadata());
        for (int i = 0; i < Campaign.times(60, 5_000); i++) {
            byte[] damaged = pictures.get(i % pictures.size()).clone();
            for (int n = 1 + random.nextInt(4); n > 0; n--) {
                damaged[random.nextInt(Math.min(damaged.length, 1_000))] = (byte) random.nextInt(256);
            }
            damaged = Arrays.copyOf(damaged, damaged.length - random.nextInt(3) * random.nextInt(200));
            long upload = beginUpload(sender, start(PICTURE, sender.user(), "damaged", damaged.length));
            sendPieces(sender, PICTURE, upload, damaged, 0, PIECE);
            JsonNode answer = answer(sender, end(PICTURE, upload));
            if (answer.path("type").asInt() == JsonType.REFUSED) {
                assertThat(answer.path("info").path("code").asString()).isEqualTo("malformed");
            }
        }
        sender.fence();
    }
}

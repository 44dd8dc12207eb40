package chatd.acceptance.files;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.groups.GroupTestBase;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.fixtures.Campaign;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import tools.jackson.databind.JsonNode;

/** The base of tests of files and pictures in pieces, on each carrier. */
public abstract class FileTestBase extends GroupTestBase {
    static final int FILE = JsonType.FILE;
    static final int PICTURE = JsonType.PICTURE;
    static final int PIECE = 65_536;
    static final String SAVED = "application/octet-stream";

    private static final Random NOISE = Campaign.random();

    FileTestBase(JsonCarrier carrier, Chatd chatd) {
        super(carrier, chatd);
    }

    /** Returns bytes that nobody has sent before. */
    public static byte[] noise(int size) {
        byte[] bytes = new byte[size];
        NOISE.nextBytes(bytes);
        return bytes;
    }

    static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Returns a message, without braces, that begins an upload; {@code more} goes next to
     * {@code info}.
     */
    static String start(int type, String to, String name, long size, String... more) {
        return "'type': %d, 'receive': '%s', 'info': {'op': 'start', 'name': '%s', 'size': %d}%s"
                .formatted(type, to, name, size, String.join("", more));
    }

    static String chunk(int type, long upload, long offset, byte[] bytes) {
        return "'type': %d, 'info': {'op': 'chunk', 'file': %d, 'offset': %d, 'data': '%s'}"
                .formatted(type, upload, offset, Base64.getEncoder().encodeToString(bytes));
    }

    static String end(int type, long upload) {
        return "'type': %d, 'info': {'op': 'end', 'file': %d}".formatted(type, upload);
    }

    static String end(int type, long upload, String sha256) {
        return "'type': %d, 'info': {'op': 'end', 'file': %d, 'sha256': '%s'}".formatted(type, upload, sha256);
    }

    static String get(long file, String... more) {
        return get(FILE, file, more);
    }

    static String get(int type, long file, String... more) {
        return "'type': %d, 'info': {'op': 'get', 'file': %d%s}".formatted(type, file, String.join("", more));
    }

    static String again(int type, long file, String to) {
        return "'type': %d, 'receive': '%s', 'info': {'op': 'again', 'file': %d}".formatted(type, to, file);
    }

    /** Logs out, and waits until that has happened; what came before is discarded. */
    static void logOut(JsonSocket one) {
        one.send("{'type': 5, 'info': 'logout'}", "{'type': 19, 'info': {}}");
        assertThat(one.skipTo(JsonType.REFUSED).path("info").path("code").asString())
                .isEqualTo("not-logged-in");
    }

    /** Sends a message that must be answered by a 17; returns the answer's {@code info}. */
    static JsonNode accepted(JsonSocket by, String message) {
        JsonNode answer = answer(by, message);
        assertThat(answer.path("type").asInt()).as("%s", answer).isEqualTo(JsonType.DONE);
        return answer.path("info");
    }

    /** Begins an upload, and returns its number. */
    static long beginUpload(JsonSocket by, String start) {
        return accepted(by, start).path("file").asLong();
    }

    /** Sends pieces in order, from {@code from} on. */
    static void sendPieces(JsonSocket by, int type, long upload, byte[] content, int from, int length) {
        for (int at = from; at < content.length; at += length) {
            byte[] piece = Arrays.copyOfRange(content, at, Math.min(at + length, content.length));
            by.send("{" + chunk(type, upload, at, piece) + "}");
        }
    }

    /** Sends a file, and returns the {@code info} of its 17. */
    public static JsonNode sendFile(JsonSocket by, int type, String to, String name, byte[] content) {
        long upload = beginUpload(by, start(type, to, name, content.length));
        sendPieces(by, type, upload, content, 0, PIECE);
        return accepted(by, end(type, upload, sha256(content)));
    }

    /** Sends a file that is refused once all of it is there; returns the code. */
    static String refusedAtTheEnd(JsonSocket by, int type, String to, byte[] content) {
        long upload = beginUpload(by, start(type, to, "refused", content.length));
        sendPieces(by, type, upload, content, 0, PIECE);
        return refusalCode(by, end(type, upload));
    }

    static long file(JsonNode offer) {
        return offer.path("info").path("file").asLong();
    }

    /** Returns the content of a file, from its beginning. */
    static byte[] fetchFile(JsonSocket by, int type, long file) {
        by.send("{" + get(type, file) + "}");
        return readRest(by, type, file, 0);
    }

    /** Reads what answers a {@code get}: pieces in order, in the type of the request, and an end. */
    static byte[] readRest(JsonSocket by, int type, long file, long offset) {
        var content = new ByteArrayOutputStream();
        while (true) {
            JsonNode next = by.next();
            JsonNode info = next.path("info");
            assertThat(next.path("type").asInt()).as("%s", next).isNotEqualTo(JsonType.REFUSED);
            if (info.path("file").asLong() != file
                    || info.path("op").asString("").equals("offer")) {
                continue;
            }
            assertThat(next.path("type").asInt()).as("type of an answer to get").isEqualTo(type);
            if (info.path("op").asString("").equals("chunk")) {
                assertThat(info.path("offset").asLong()).isEqualTo(offset + content.size());
                byte[] piece = Base64.getDecoder().decode(info.path("data").asString());
                assertThat(piece.length).isBetween(1, PIECE);
                content.writeBytes(piece);
            } else if (info.path("op").asString("").equals("end")) {
                if (offset == 0) {
                    assertThat(info.path("sha256").asString()).isEqualTo(sha256(content.toByteArray()));
                }
                return content.toByteArray();
            }
        }
    }

    /** Checks an offer of this content, under this name. */
    static void checkOffer(JsonNode offer, String name, String media, byte[] content) {
        JsonNode info = offer.path("info");
        assertThat(info.path("op").asString()).isEqualTo("offer");
        assertThat(info.path("name").asString()).isEqualTo(name);
        assertThat(info.path("size").asInt()).isEqualTo(content.length);
        assertThat(info.path("media").asString()).isEqualTo(media);
        assertThat(info.path("sha256").asString()).isEqualTo(sha256(content));
        assertThat(info.has("width")).isEqualTo(media.startsWith("image/"));
        assertThat(info.has("height")).isEqualTo(media.startsWith("image/"));
        assertThat(offer.path("salt").asString()).hasSize(22);
        assertThat(offer.path("time").asString()).endsWith("Z");
        assertThat(offer.path("mid").asLong()).isPositive();
    }

    /** Returns the number of stored contents, whole or not. */
    static long contents(Chatd chatd) {
        return chatd.number("select count(*) from content");
    }
}

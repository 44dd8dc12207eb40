package chatd.admin.log;

import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import chatd.audit.SaltedDigest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A message with its salt, as a JSON client gets it (page {@code chat-json-1.md}, "Types"): {@code {"send": "U1",
 * "receive": "U2", "type": 3, "info": TEXT, "mid": N, "time": T, "salt": S}}, where a group is {@code "receive": "G7"};
 * for a file, {@code info} is an object with {@code file}, {@code name}, {@code size} and {@code sha256}; for a
 * correction (32), with {@code of} and {@code text}. In a history, a corrected text has all its {@link Version}s, and a
 * message that was taken back has none.
 *
 * @param message the number of the message; of a correction, that of the message corrected
 * @param versions what can be proved, the oldest first
 */
record Receipt(long message, String sender, String receiver, List<Version> versions) {
    private static final int MAX_BYTES = 2 << 20;
    private static final Pattern USER = Pattern.compile("U\\d{1,10}");

    /**
     * A message as it was sent, or a correction.
     *
     * @param sha256 in hexadecimal; null for a text
     */
    record Version(
            long number,
            Instant time,
            byte[] salt,
            String text,
            long file,
            long size,
            @Nullable String sha256) {}

    /** @throws CommandFailure if the file is not such a message; the text says what is wrong with it */
    static Receipt read(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw notAReceipt(file, "it is too large");
        }
        try {
            JsonNode node = JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build()
                    .readTree(Files.readAllBytes(file));
            if (!node.path("mid").isIntegralNumber()) {
                throw notAReceipt(file, "it has no mid, a message's number");
            }
            String sender = node.path("send").asString("");
            if (!USER.matcher(sender).matches() && !sender.equals("server")) {
                throw notAReceipt(file, "send is not a user's number, U and digits");
            }
            JsonNode info = node.path("info");
            boolean isCorrection = info.path("of").isIntegralNumber();
            return new Receipt(
                    (isCorrection ? info.path("of") : node.path("mid")).asLong(),
                    sender,
                    node.path("receive").asString(""),
                    node.has("taken_back") ? List.of() : versions(node, file));
        } catch (JacksonException e) {
            throw notAReceipt(file, "it is not JSON, or has a key twice");
        } catch (DateTimeException e) {
            throw notAReceipt(file, "its time is not like 2026-11-20T06:15:00.123Z");
        } catch (IllegalArgumentException e) {
            throw notAReceipt(file, "its salt is not base64url");
        }
    }

    private static List<Version> versions(JsonNode node, Path file) {
        List<Version> versions = new ArrayList<>();
        // In the history, the newest correction comes first.
        node.path("corrected").forEach(before -> versions.addFirst(version(before, before.path("text"), before, file)));
        JsonNode info = node.path("info");
        versions.add(version(
                node.has("version") ? node.path("version") : node,
                info.path("of").isIntegralNumber() ? info.path("text") : info,
                node,
                file));
        return versions;
    }

    /**
     * @param numbered has the number and the time
     * @param info the text or the file
     */
    private static Version version(JsonNode numbered, JsonNode info, JsonNode salted, Path file) {
        String sha256 = info.isObject() ? info.path("sha256").asString("") : null;
        if (!info.isObject() && !info.isString()) {
            throw notAReceipt(file, "it has no info, the text or the file");
        }
        if (sha256 != null && !sha256.matches("[0-9a-f]{64}")) {
            throw notAReceipt(file, "the file's sha256 is not 64 hexadecimal digits");
        }
        byte[] salt = Base64.getUrlDecoder().decode(salted.path("salt").asString(""));
        if (salt.length != 16) {
            throw notAReceipt(file, "its salt is not 16 bytes");
        }
        return new Version(
                numbered.path("mid").asLong(0),
                Instant.parse(numbered.path("time").asString("")),
                salt,
                info.isObject() ? info.path("name").asString("") : info.asString(),
                info.path("file").asLong(0),
                info.path("size").asLong(0),
                sha256);
    }

    private static CommandFailure notAReceipt(Path file, String what) {
        return new CommandFailure(Exit.USAGE, file + " is not a message with its salt: " + what + ".");
    }

    /** Returns whether this belongs to the message that was logged, by its sender and receiver. */
    boolean isOf(SentLine logged) {
        List<String> to = logged.receivers();
        return sender.equals(logged.user() == null ? "server" : logged.user())
                && (to == null ? receiver.isEmpty() || receiver.equals("everyone") : to.contains(receiver));
    }

    /**
     * Returns whether this is what was logged.
     *
     * @param version one of these
     * @param logged the event with the same number
     */
    boolean isOf(Version version, SentLine logged) {
        if (!isOf(logged) || (version.sha256() != null) != logged.isFile()) {
            return false;
        }
        List<String> to = logged.receivers();
        SaltedDigest digest = new SaltedDigest(
                version.salt(),
                version.number(),
                logged.user() == null ? 0 : number(sender),
                to == null ? null : to.stream().map(Receipt::number).toList(),
                version.time());
        String computed = version.sha256() != null
                ? digest.ofFile(
                        version.file(),
                        version.text(),
                        version.size(),
                        HexFormat.of().parseHex(version.sha256()))
                : version.number() == message
                        ? digest.ofText(version.text())
                        : digest.ofCorrection(message, version.text());
        return computed.equals(logged.digest());
    }

    /** Returns a user's number, or a group's negated, as {@link SaltedDigest} expects it. */
    private static long number(String userOrGroup) {
        long number = Long.parseLong(userOrGroup.substring(1));
        return userOrGroup.startsWith("G") ? -number : number;
    }
}

package chatd.acceptance.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.groups.GroupTestBase;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonTestBase;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.SpawnedDaemon;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The files of the index: what is in them, and what happens when they are gone or damaged. */
@Tag("processes")
class SearchFilesIT {
    /** No word of any language, and no part of one. */
    private static final String PLANTED = "qzvxjwkplanted";

    private final SpawnedDaemon chatd = SpawnedDaemon.start("CHATD_AUDIT_FIND", "true");
    private final Path directory = chatd.directory.resolve("search");

    @AfterEach
    void close() {
        chatd.close();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(file -> file.getFileName().toString().startsWith("_"))
                    .toList();
        }
    }

    /**
     * Returns whether the end of a word is in a file; only the beginning of a word is compressed.
     */
    private boolean isInFiles(String word) throws IOException {
        for (Path file : files()) {
            String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
            if (bytes.contains(word.substring(word.length() - 8))) {
                return true;
            }
        }
        return false;
    }

    private static int found(JsonSocket by, String word) {
        by.send("{'type': 27, 'info': {'text': '%s'}}".formatted(word));
        JsonNode answer = by.next();
        while (answer.path("type").asInt() != JsonType.PAGE) {
            if (answer.path("type").asInt() == JsonType.REFUSED) {
                // The index is just being opened.
                return -1;
            }
            answer = by.next();
        }
        return answer.path("info").path("items").size();
    }

    private void purge() {
        assertThat(chatd.admin("", "search", "purge").exits(0).out()).contains("up to date");
    }

    @Test
    void textsTakenBackOrCorrectedLeaveTheFiles() throws IOException {
        try (JsonSocket alice = chatd.logInJson(JsonCarrier.LINES, chatd.alice(), "")) {
            assertThat(Files.getPosixFilePermissions(directory))
                    .isEqualTo(PosixFilePermissions.fromString("rwx------"));
            long taken = JsonTestBase.send(alice, alice.user(), "first" + PLANTED + "one");
            long corrected = JsonTestBase.send(alice, alice.user(), "second" + PLANTED + "two");
            JsonTestBase.send(alice, alice.user(), "third" + PLANTED + "kept");
            await().until(() -> found(alice, "first" + PLANTED) == 1);
            purge();
            assertThat(isInFiles("first" + PLANTED + "one")).isTrue();
            assertThat(isInFiles("second" + PLANTED + "two")).isTrue();
            GroupTestBase.perform(alice, GroupTestBase.takeBack(taken));
            GroupTestBase.perform(alice, GroupTestBase.correct(corrected, "nothing to see"));
            purge();
            assertThat(isInFiles("first" + PLANTED + "one")).isFalse();
            assertThat(isInFiles("second" + PLANTED + "two")).isFalse();
            assertThat(isInFiles("third" + PLANTED + "kept")).isTrue();
            await().until(() -> found(alice, "third" + PLANTED) == 1);
        }
    }

    @Test
    void anIndexThatIsGoneOrDamagedIsBuiltAnew() throws IOException {
        try (JsonSocket alice = chatd.logInJson(JsonCarrier.LINES, chatd.alice(), "")) {
            for (int i = 0; i < 300; i++) {
                JsonTestBase.send(alice, alice.user(), "number " + i + " of the " + PLANTED);
            }
            await().until(() -> found(alice, PLANTED + " 299") == 1);
            purge();
        }
        chatd.killDaemon();
        for (Path file : files()) {
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length / 2] ^= 0x55;
            Files.write(file, bytes);
        }
        expectFoundAgain();
        assertThat(chatd.read("chatd.log")).contains("is rebuilt: ");
        purge();
        chatd.killDaemon();
        for (Path file : files()) {
            Files.write(file, new byte[] {0});
        }
        expectFoundAgain();
        purge();
        chatd.killDaemon();
        for (Path file : files()) {
            Files.delete(file);
        }
        expectFoundAgain();
        purge();
        chatd.killDaemon();
        try (Stream<Path> all = Files.list(directory)) {
            for (Path file : all.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
        expectFoundAgain();
        // And on command, while it is in use.
        chatd.admin("", "search", "rebuild").exits(0);
        try (JsonSocket alice = chatd.logInJson(JsonCarrier.LINES, chatd.alice(), "")) {
            await().until(() -> found(alice, PLANTED) == 50);
        }
    }

    private void expectFoundAgain() {
        chatd.begin();
        try (JsonSocket alice = chatd.logInJson(JsonCarrier.LINES, chatd.alice(), "")) {
            await().until(() -> found(alice, PLANTED + " 299") == 1);
            assertThat(found(alice, PLANTED)).isEqualTo(50);
            assertThat(found(alice, "\\\"number 7 of\\\" " + PLANTED)).isEqualTo(1);
        }
    }

    @Test
    void searchesAreLoggedIfConfigured() throws IOException {
        try (JsonSocket alice = chatd.logInJson(JsonCarrier.LINES, chatd.alice(), "")) {
            JsonTestBase.send(alice, alice.user(), "about " + PLANTED);
            await().until(() -> found(alice, PLANTED) == 1);
            found(alice, "nothing" + PLANTED);
        }
        String log = chatd.admin("", "log", "query", "--type", "find").exits(0).out();
        assertThat(log).contains("1 hit", "0 hits", "alice").doesNotContain(PLANTED);
        chatd.admin("", "log", "publish").exits(0);
        assertThat(Files.readString(chatd.auditLog().resolve("audit.xml"))).doesNotContain(PLANTED);
        chatd.admin("", "log", "verify").exits(3);
    }

    /** A failure of the index keeps nobody from talking. */
    @Test
    void withoutAnIndexEverythingElseWorks() throws IOException {
        chatd.stop();
        try (Stream<Path> all = Files.list(directory)) {
            for (Path file : all.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
        Files.writeString(directory, "in the way");
        chatd.begin();
        try (JsonSocket alice = chatd.logInJson(JsonCarrier.LINES, chatd.alice(), "")) {
            JsonTestBase.send(alice, alice.user(), "about " + PLANTED);
            assertThat(found(alice, PLANTED)).isEqualTo(-1);
            await().until(() ->
                    chatd.admin("", "stats", "--check").exits(1).out().contains("Search is not available"));
            assertThat(chatd.admin("", "search", "status").exits(0).out()).contains("not available: ");
            chatd.admin("", "search", "rebuild").exits(1);
            Files.delete(directory);
            await().until(() -> found(alice, PLANTED) == 1);
        }
    }
}

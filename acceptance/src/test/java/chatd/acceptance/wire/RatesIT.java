package chatd.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.Wire;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/**
 * What one account may send in a period, however many sessions it has ({@code rates} in
 * {@code chatd.toml}).
 */
class RatesIT {
    private static final int BLANKS = 200 << 10;

    private static String text(String id, String to, String text) {
        return "{'type': 3, 'id': '%s', 'receive': '%s', 'info': '%s'}".formatted(id, to, text);
    }

    private static void send(JsonSocket by, String id, String to, String text) {
        by.send(text(id, to, text));
    }

    private static void sendToMany(JsonSocket by, String id, String to, String text) {
        by.send("{'type': 4, 'id': '%s', 'receive': '%s', 'info': '%s'}".formatted(id, to, text));
    }

    private static boolean isThrottled(JsonSocket by, String message) {
        by.send(message);
        JsonNode answer = by.next();
        while (answer.path("type").asInt() != JsonType.DONE
                && answer.path("type").asInt() != JsonType.REFUSED) {
            answer = by.next();
        }
        return answer.path("info").path("code").asString("").equals("throttled");
    }

    private static String upload(String to) {
        return "{'type': 6, 'receive': '%s', 'info': 'a.txt|1'}".formatted(to);
    }

    @Test
    void textsAndFilesOfOneAccountAreLimited() {
        try (LocalDaemon chatd = LocalDaemon.start("CHATD_RATES_TEXTS", "1")) {
            Chatd.Person ann = chatd.person();
            Chatd.Person ben = chatd.person();
            try (JsonSocket laptop = chatd.logInJson(JsonCarrier.LINES, ann, "laptop");
                    Chat1Socket old = chatd.logIn(ann);
                    JsonSocket phone = chatd.logInJson(JsonCarrier.WEB_SOCKET, ann, "phone");
                    JsonSocket other = chatd.logInJson(JsonCarrier.LINES, ben, "")) {
                for (int i = 0; i < 60; i++) {
                    send(laptop, "t" + i, laptop.user(), "text");
                    laptop.skipTo(JsonType.DONE);
                }
                // Each minute one more is accepted, on a slow machine too.
                await().until(() -> isThrottled(phone, text("late", other.user(), "one too many")));
                await().until(() -> isThrottled(phone, upload(other.user())));
                await().until(() -> {
                    old.send(Wire.text("by the other protocol", ben.name()));
                    return old.fence().stream()
                            .anyMatch(frame -> frame.code() == Wire.TEXT
                                    && frame.name().equals("server")
                                    && frame.text().contains("At most 60 texts and files an hour"));
                });
                send(other, "t", laptop.user(), "from somebody else");
                other.skipTo(JsonType.DONE);
            }
            assertThat(chatd.number("select count(*) from message")).isBetween(61L, 70L);
        }
    }

    @Test
    void bytesOfTextsPerDayAreLimited() {
        try (LocalDaemon chatd = LocalDaemon.start("CHATD_RATES_TEXT_BYTES", "1000")) {
            Chatd.Person ann = chatd.person();
            try (JsonSocket laptop = chatd.logInJson(JsonCarrier.LINES, ann, "laptop")) {
                send(laptop, "a", laptop.user(), "ä".repeat(450));
                laptop.skipTo(JsonType.DONE);
                send(laptop, "b", laptop.user(), "x".repeat(150));
                assertThat(laptop.skipTo(JsonType.REFUSED)
                                .path("info")
                                .path("text")
                                .asString())
                        .contains("At most 1000 bytes of texts a day");
                send(laptop, "c", laptop.user(), "x".repeat(100));
                laptop.skipTo(JsonType.DONE);
            }
        }
    }

    /** Strangers can make many accounts; those that an administrator has made are exempt. */
    @Test
    void selfRegisteredUsersShareADailyLimit() {
        try (LocalDaemon chatd = LocalDaemon.start("CHATD_RATES_REGISTERED_TEXT_BYTES", "1000")) {
            Chatd.Person ann = chatd.person();
            Chatd.Person ben = chatd.person();
            String shared = "At most 1000 bytes of texts a day are accepted from all self-registered users together";
            try (JsonSocket by = chatd.logInJson(JsonCarrier.LINES, ann, "");
                    JsonSocket other = chatd.logInJson(JsonCarrier.LINES, ben, "")) {
                send(by, "a", by.user(), "x".repeat(600));
                by.skipTo(JsonType.DONE);
                send(other, "b", by.user(), "x".repeat(600));
                assertThat(other.skipTo(JsonType.REFUSED)
                                .path("info")
                                .path("text")
                                .asString())
                        .contains(shared);
                send(other, "c", by.user(), "x".repeat(300));
                other.skipTo(JsonType.DONE);
            }
            chatd.stop();
            chatd.begin();
            try (JsonSocket by = chatd.logInJson(JsonCarrier.LINES, ann, "");
                    JsonSocket made = chatd.logInJson(JsonCarrier.LINES, chatd.alice(), "")) {
                send(by, "d", by.user(), "x".repeat(1_001));
                assertThat(by.skipTo(JsonType.REFUSED).path("info").path("text").asString())
                        .contains(shared);
                send(made, "e", made.user(), "x".repeat(1_001));
                made.skipTo(JsonType.DONE);
            }
        }
    }

    /** Blanks cost a processor as much as anything else, and a compressed frame has 200 KiB of them in a few bytes. */
    @ParameterizedTest
    @EnumSource(JsonCarrier.class)
    void decompressedBytesOfOneAccountAreThrottledOverAllItsSessions(JsonCarrier carrier) {
        try (LocalDaemon chatd = LocalDaemon.start("CHATD_RATES_ACCOUNT_BYTES", "64 KiB")) {
            Chatd.Person ann = chatd.person();
            Chatd.Person ben = chatd.person();
            try (JsonSocket laptop = chatd.logInJson(carrier, ann, "laptop");
                    JsonSocket phone = chatd.logInJson(carrier, ann, "phone");
                    JsonSocket other = chatd.logInJson(carrier, ben, "")) {
                long start = System.nanoTime();
                for (JsonSocket by : new JsonSocket[] {laptop, phone}) {
                    by.send("{'type': 19,%s 'info': {'before': 1, 'limit': 1}}".formatted(" ".repeat(BLANKS)));
                    by.expect(JsonType.PAGE);
                }
                other.fence();
                phone.fence();
                // 400 KiB, of which 128 KiB were free.
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofSeconds(4));
            }
        }
    }

    /** Mentions and changes of a group alert users who did not ask for it. */
    @Test
    void alertsOfOthersAreLimited() {
        try (LocalDaemon chatd = LocalDaemon.start("CHATD_RATES_MENTIONS", "2", "CHATD_GROUPS_RENAMES", "2")) {
            Chatd.Person ann = chatd.person();
            Chatd.Person ben = chatd.person();
            try (JsonSocket by = chatd.logInJson(JsonCarrier.LINES, ann, "");
                    JsonSocket other = chatd.logInJson(JsonCarrier.LINES, ben, "")) {
                by.send("{'type': 23, 'id': 'g', 'info': {'op': 'create', 'name': 'Ops', 'members': ['%s']}}"
                        .formatted(other.user()));
                String group =
                        by.skipTo(JsonType.DONE).path("info").path("group_id").asString();
                for (int i = 0; i < 3; i++) {
                    sendToMany(by, "m" + i, "", "@" + ben.name() + " look");
                    by.skipTo(JsonType.DONE);
                    assertThat(other.skipTo(JsonType.TEXT_TO_ALL).has("mentions"))
                            .isEqualTo(i < 2);
                }
                // A mention of all of a group counts as one; each target is counted by itself.
                for (int i = 0; i < 3; i++) {
                    sendToMany(by, "a" + i, group, "@all look");
                    by.skipTo(JsonType.DONE);
                    assertThat(other.skipTo(JsonType.TEXT_TO_ALL).has("mentions"))
                            .isEqualTo(i < 2);
                }
                sendToMany(other, "b", "", "@" + ann.name() + " stop it");
                other.skipTo(JsonType.DONE);
                JsonNode answer = by.skipTo(JsonType.TEXT_TO_ALL);
                while (!answer.path("send").asString().equals(other.user())) {
                    answer = by.skipTo(JsonType.TEXT_TO_ALL);
                }
                assertThat(answer.has("mentions")).isTrue();
                String change = "{'type': 23, 'id': 'c%d', 'info': {'op': '%s', 'group_id': '" + group + "', %s}}";
                assertThat(isThrottled(by, change.formatted(1, "rename", "'name': 'Opps'")))
                        .isFalse();
                assertThat(isThrottled(by, change.formatted(2, "set", "'topic': 'what we do'")))
                        .isFalse();
                assertThat(isThrottled(by, change.formatted(3, "rename", "'name': 'Ops'")))
                        .isTrue();
                assertThat(isThrottled(by, change.formatted(4, "set", "'topic': ''")))
                        .isTrue();
                assertThat(isThrottled(by, change.formatted(5, "set", "'open': true")))
                        .isFalse();
                // Changes by admins are counted apart from the owner's, who can thus have the last
                // word.
                by.send(
                        "{'type': 23, 'id': 'r', 'info': {'op': 'role', 'group_id': '%s', 'user': '%s', 'role': 'admin'}}"
                                .formatted(group, other.user()));
                by.skipTo(JsonType.DONE);
                assertThat(isThrottled(other, change.formatted(6, "rename", "'name': 'Mine'")))
                        .isFalse();
            }
        }
    }

    @Test
    void theSameUserCanBeAskedThreeTimesADay() {
        try (LocalDaemon chatd = LocalDaemon.start()) {
            Chatd.Person ann = chatd.person();
            try (JsonSocket by = chatd.logInJson(JsonCarrier.LINES, ann, "");
                    JsonSocket other = chatd.logInJson(JsonCarrier.LINES, chatd.person(), "")) {
                String ask = "{'type': 9, 'id': 'ask%d', 'receive': '%s', 'info': 'please'}";
                for (int i = 0; i < 3; i++) {
                    assertThat(isThrottled(by, ask.formatted(i, other.user()))).isFalse();
                    other.skipTo(JsonType.FRIEND_ASKED);
                    by.send("{'type': 25, 'id': 'back', 'receive': '%s', 'info': {}}".formatted(other.user()));
                    by.skipTo(JsonType.DONE);
                    other.skipTo(JsonType.FRIEND_REMOVED);
                }
                assertThat(isThrottled(by, ask.formatted(3, other.user()))).isTrue();
                try (JsonSocket third = chatd.logInJson(JsonCarrier.LINES, chatd.person(), "")) {
                    assertThat(isThrottled(by, ask.formatted(4, third.user()))).isFalse();
                }
            }
        }
    }
}

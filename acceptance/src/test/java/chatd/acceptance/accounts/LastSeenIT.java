package chatd.acceptance.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.LocalDaemon;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** When users were online last outlives the daemon, if they tell it. */
class LastSeenIT {
    private static void tell(LocalDaemon chatd, Chatd.Person who, boolean isTold) {
        try (JsonSocket socket = chatd.logInJson(JsonCarrier.LINES, who, "laptop")) {
            socket.send("{'type': 35, 'info': {'last_seen': %s}, 'id': 's'}".formatted(isTold));
            assertThat(socket.skipTo(JsonType.DONE).path("info").path("id").asString())
                    .isEqualTo("s");
        }
    }

    private static JsonNode seen(LocalDaemon chatd, Chatd.Person by, Chatd.Person who) {
        try (JsonSocket socket = chatd.logInJson(JsonCarrier.LINES, by, "laptop")) {
            socket.send("{'type': 28, 'info': {'text': '%s'}}".formatted(who.name()));
            JsonNode users = socket.skipTo(JsonType.USERS).path("info").path("users");
            return users.valueStream()
                    .filter(user -> user.path("user_name").asString().equals(who.name()))
                    .findFirst()
                    .orElseThrow()
                    .path("seen");
        }
    }

    @Test
    void aRestartKeepsIt() {
        try (LocalDaemon chatd = LocalDaemon.start()) {
            Chatd.Person ann = chatd.person();
            Chatd.Person ben = chatd.person();
            Chatd.Person cat = chatd.person();
            tell(chatd, ben, true);
            tell(chatd, cat, true);
            tell(chatd, cat, false);
            chatd.stop();
            chatd.begin();
            String kept = seen(chatd, ann, ben).asString();
            assertThat(kept).isNotEmpty();
            assertThat(seen(chatd, ann, cat).isMissingNode()).isTrue();
            // A second restart, in which nobody left, too.
            chatd.stop();
            chatd.begin();
            assertThat(seen(chatd, ann, ben).asString()).isEqualTo(kept);
        }
    }
}

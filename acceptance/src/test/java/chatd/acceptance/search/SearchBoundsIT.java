package chatd.acceptance.search;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.LocalDaemon;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** How often an account may search, and what is logged of it. */
class SearchBoundsIT {
    private static JsonNode find(JsonSocket by) {
        by.send("{'type': 27, 'info': {'text': 'anything'}}");
        return by.next();
    }

    @Test
    void searchesPerMinuteAreLimitedAndCountedInTheLog() {
        try (LocalDaemon chatd = LocalDaemon.start("CHATD_RATES_SEARCHES", "3")) {
            chatd.awaitIndexed();
            Chatd.Person ann = chatd.person();
            Chatd.Person ben = chatd.person();
            try (JsonSocket laptop = chatd.logInJson(JsonCarrier.LINES, ann, "laptop");
                    JsonSocket phone = chatd.logInJson(JsonCarrier.LINES, ann, "phone");
                    JsonSocket other = chatd.logInJson(JsonCarrier.LINES, ben, "")) {
                laptop.fence();
                phone.fence();
                other.fence();
                for (JsonSocket by : List.of(laptop, phone, laptop)) {
                    assertThat(find(by).path("type").asInt()).isEqualTo(JsonType.PAGE);
                }
                JsonNode refused = find(phone);
                assertThat(refused.path("type").asInt()).isEqualTo(JsonType.REFUSED);
                assertThat(refused.path("info").path("code").asString()).isEqualTo("throttled");
                assertThat(find(other).path("type").asInt()).isEqualTo(JsonType.PAGE);
            }
            chatd.stop();
            List<String> searches = chatd.admin(
                            "", "log", "query", chatd.auditLog().toString(), "--type", "find", "-o", "xml")
                    .out()
                    .lines()
                    .filter(line -> line.contains("type=\"find\""))
                    .toList();
            // The first search of each account, and those after it coalesced into one event.
            assertThat(searches).hasSize(3);
            assertThat(searches)
                    .filteredOn(line -> line.contains("count=\"2\""))
                    .hasSize(1);
        }
    }
}

package chatd.acceptance.messages;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.TwoDialectsTestBase;
import chatd.acceptance.kit.Wire;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Texts as JSON messages (page {@code chat-json-1.md}), on each carrier: receivers, references to
 * other messages, the history.
 */
class JsonTextsIT extends TwoDialectsTestBase {
    JsonTextsIT(JsonCarrier carrier, Chatd chatd) {
        super(carrier, chatd);
    }

    @Test
    void aTextSentInChat1ArrivesWithItsNumberAndSalt() {
        JsonSocket json = logIn(ann, "laptop");
        ben.send(Wire.text("hello ann 你好", ann.name()));
        JsonNode message = json.expect(JsonType.TEXT);
        assertThat(text(message, "send")).isEqualTo(number(ben));
        assertThat(text(message, "receive")).isEqualTo(json.user());
        assertThat(text(message, "info")).isEqualTo("hello ann 你好");
        assertThat(message.path("mid").asLong()).isPositive();
        assertThat(text(message, "salt")).matches("[\\w-]{22}");
        ben.send(Wire.textToAll("hello all"));
        message = json.expect(JsonType.TEXT_TO_ALL);
        assertThat(text(message, "receive")).isEmpty();
        ben.send(Wire.file("计划.txt", Wire.utf8("content"), ann.name()));
        message = json.expect(JsonType.FILE);
        assertThat(text(message, "info", "op")).isEqualTo("offer");
        assertThat(text(message, "info", "name")).isEqualTo("计划.txt");
        assertThat(message.path("info").path("size").asLong()).isEqualTo(7);
        assertThat(text(message, "info", "sha256"))
                .isEqualTo("ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73");
        // The history has the same, byte for byte.
        assertThat(json.history(1, "").path("items").path(0)).isEqualTo(message);
    }

    @Test
    void oneOfSeveralReceiversDoesNotLearnOfTheOthers() {
        JsonSocket json = logIn(ann, "laptop");
        Chat1Socket cid = chatd.newcomer();
        closeAfterTest(cid);
        JsonSocket cids = logIn(cid.person(), "phone");
        ben.send(Wire.text("to both", ann.name(), cid.name()));
        for (JsonSocket one : List.of(json, cids)) {
            JsonNode message = one.expect(JsonType.TEXT);
            assertThat(text(message, "receive")).isEqualTo(one.user());
            assertThat(message.has("receivers")).isFalse();
            JsonNode page = one.history(1, "");
            assertThat(page.path("items").path(0)).isEqualTo(message);
            assertThat(page.path("names").size()).isEqualTo(2);
        }
    }

    @Test
    void textsSentFromAnotherSessionAreShownToo() {
        JsonSocket json = logIn(ann, "laptop");
        Chat1Socket own = chat1(ann);
        own.send(Wire.text("from my terminal", ben.name()));
        JsonNode message = json.expect(JsonType.TEXT);
        assertThat(text(message, "send")).isEqualTo(json.user());
        assertThat(text(message, "receive")).isEqualTo(number(ben));
        own.send(Wire.text("to two", ben.name(), ann.name()));
        message = json.expect(JsonType.TEXT);
        assertThat(message.path("receivers").valueStream().map(JsonNode::asString))
                .containsExactlyInAnyOrder(number(ben), json.user());
        own.expectText(ann.name(), "to two");
        own.fenceWithNothing();
        json.fence();
    }

    @Test
    void theHistoryComesInPages() {
        for (int i = 1; i <= 5; i++) {
            ben.send(i == 3 ? Wire.textToAll("3") : Wire.text(Integer.toString(i), ann.name()));
        }
        ben.fence();
        JsonSocket json = logIn(ann, "laptop");
        JsonNode newest = json.history(2, "");
        assertThat(texts(newest)).containsExactly("4", "5");
        assertThat(newest.path("more").asBoolean()).isTrue();
        assertThat(newest.has("with")).isFalse();
        assertThat(newest.path("names").path(number(ben)).asString()).isEqualTo(ben.name());
        long mid = newest.path("items").path(0).path("mid").asLong();
        JsonNode before = json.history(200, ", 'before': " + mid);
        assertThat(texts(before)).containsExactly("1", "2", "3");
        assertThat(before.path("more").asBoolean()).isFalse();
        long first = before.path("items").path(0).path("mid").asLong();
        JsonNode after = json.history(2, ", 'after': " + first);
        assertThat(texts(after)).containsExactly("2", "3");
        assertThat(after.path("more").asBoolean()).isTrue();
        assertThat(texts(json.history(2, ", 'after': 0"))).containsExactly("1", "2");
        assertThat(texts(json.history(9, ", 'after': %d, 'before': %d".formatted(first, mid))))
                .containsExactly("2", "3");
        JsonNode everyones = json.history(1, ", 'with': ''");
        assertThat(texts(everyones)).containsExactly("3");
        assertThat(text(everyones, "with")).isEmpty();
        assertThat(texts(json.history(1, ", 'after': " + Long.MAX_VALUE))).isEmpty();
        assertThat(texts(json.history(1, ", 'before': 0"))).isEmpty();
        json.send("{'type': 19, 'info': {'with': 'nobody-at-all'}}");
        assertThat(json.refusal()).isEqualTo("no-such-user");
    }

    @Test
    void aConversationIsRequestedByTheNameOrNumberOfTheOther() {
        JsonSocket json = logIn(ann, "laptop");
        Chat1Socket cid = chatd.newcomer();
        closeAfterTest(cid);
        ben.send(Wire.text("from ben", ann.name()));
        cid.send(Wire.text("to both", ann.name(), ben.name()));
        json.expect(JsonType.TEXT);
        json.expect(JsonType.TEXT);
        json.send("{'type': 3, 'receive': '%s', 'id': 'x', 'info': 'to ben'}".formatted(number(ben)));
        json.expect(JsonType.DONE);
        for (String with : List.of(ben.name(), number(ben), number(ben).substring(1))) {
            JsonNode page = json.history(9, ", 'with': '" + with + "'");
            assertThat(texts(page)).containsExactly("from ben", "to ben");
            assertThat(text(page, "with")).isEqualTo(number(ben));
        }
        assertThat(texts(json.history(9, ", 'with': '" + cid.name() + "'"))).containsExactly("to both");
        assertThat(texts(json.history(9, ", 'with': '" + ann.name() + "'"))).isEmpty();
        json.send("{'type': 19}");
        assertThat(texts(json.expect(JsonType.PAGE).path("info"))).containsExactly("from ben", "to both", "to ben");
    }

    @Test
    void aTextGoesToItsReceiverAndToTheSendersOtherDevices() {
        JsonSocket laptop = logIn(ann, "laptop");
        JsonSocket phone = logIn(ann, "phone");
        JsonSocket bens = logIn(ben.person(), "phone");
        laptop.send("{'type': 3, 'send': 'U1', 'receive': '%s', 'id': 'a', 'info': 'hello 你好'}".formatted(ben.name()));
        ben.expectText(ann.name(), "hello 你好");
        JsonNode heard = bens.expect(JsonType.TEXT);
        assertThat(text(heard, "send")).isEqualTo(laptop.user());
        assertThat(text(heard, "name")).isEqualTo(ann.name());
        assertThat(text(heard, "receive")).isEqualTo(bens.user());
        assertThat(phone.expect(JsonType.TEXT)).isEqualTo(heard);
        JsonNode accepted = laptop.expect(JsonType.DONE).path("info");
        assertThat(text(accepted, "id")).isEqualTo("a");
        assertThat(accepted.path("mid")).isEqualTo(heard.path("mid"));
        assertThat(accepted.path("time")).isEqualTo(heard.path("time"));
        laptop.fence();
    }

    @Test
    void aTextToEveryoneIsNotSentBack() {
        JsonSocket laptop = logIn(ann, "laptop");
        JsonSocket phone = logIn(ann, "phone");
        laptop.send("{'type': 4, 'receive': '', 'info': 'to all'}", "{'type': 4, 'id': 'b', 'info': 'to all again'}");
        assertThat(text(phone.expect(JsonType.TEXT_TO_ALL), "info")).isEqualTo("to all");
        JsonNode again = phone.expect(JsonType.TEXT_TO_ALL);
        assertThat(text(again, "receive")).isEmpty();
        assertThat(laptop.expect(JsonType.DONE).path("info").path("mid")).isEqualTo(again.path("mid"));
        laptop.fence();
    }

    @Test
    void aNoteToOneselfReachesTheOtherDevices() {
        JsonSocket laptop = logIn(ann, "laptop");
        JsonSocket phone = logIn(ann, "phone");
        Chat1Socket terminal = chat1(ann);
        laptop.send("{'type': 3, 'receive': '%s', 'id': 'c', 'info': 'buy milk'}".formatted(laptop.user()));
        assertThat(text(phone.expect(JsonType.TEXT), "info")).isEqualTo("buy milk");
        terminal.expectText(ann.name(), "buy milk");
        laptop.expect(JsonType.DONE);
        laptop.fence();
        assertThat(texts(laptop.history(9, ", 'with': '" + laptop.user() + "'")))
                .containsExactly("buy milk");
    }

    @Test
    void invalidTextsAreRefused() {
        JsonSocket json = logIn(ann, "laptop");
        json.send("{'type': 3, 'receive': 'nobody-at-all', 'id': 'd', 'info': 'x'}");
        JsonNode refused = json.expect(JsonType.REFUSED).path("info");
        assertThat(text(refused, "code")).isEqualTo("no-such-user");
        assertThat(text(refused, "id")).isEqualTo("d");
        assertThat(refused.path("type").asInt()).isEqualTo(JsonType.TEXT);
        json.send("{'type': 3, 'receive': 'U999999999', 'info': 'x'}");
        assertThat(json.refusal()).isEqualTo("no-such-user");
        json.send("{'type': 4, 'info': ''}");
        assertThat(json.refusal()).isEqualTo("malformed");
        json.send("{'type': 4, 'info': '" + "x".repeat((64 << 10) + 1) + "'}");
        assertThat(json.refusal()).isEqualTo("too-large");
        json.send("{'type': 3, 'receive': '%s', 're': 999999999, 'info': 'x'}".formatted(ben.name()));
        assertThat(json.refusal()).isEqualTo("no-such-message");
        assertThat(json.history(9, ", 'with': '" + ben.name() + "'").path("items"))
                .isEmpty();
    }

    @Test
    void theSameIdIsTheSameMessage() {
        JsonSocket laptop = logIn(ann, "laptop");
        JsonSocket bens = logIn(ben.person(), "phone");
        String to = "'type': 3, 'receive': '%s', ".formatted(ben.name());
        String message = "{" + to + "'id': 'once', 'info': 'hello'}";
        laptop.send(message, message);
        JsonNode first = laptop.expect(JsonType.DONE);
        assertThat(laptop.expect(JsonType.DONE)).isEqualTo(first);
        // On another device, by another form of the receiver's name.
        JsonSocket phone = logIn(ann, "phone");
        phone.send(message.replace(ben.name(), bens.user()));
        assertThat(phone.expect(JsonType.DONE)).isEqualTo(first);
        for (String other : List.of(
                message.replace("hello", "hello!"),
                message.replace(ben.name(), ann.name()),
                "{'type': 4, 'id': 'once', 'info': 'hello'}")) {
            phone.send(other);
            assertThat(phone.refusal()).isEqualTo("malformed");
        }
        // Another account's identifiers are its own.
        bens.send("{'type': 3, 'receive': '%s', 'id': 'once', 'info': 'hello'}".formatted(ann.name()));
        assertThat(text(bens.expect(JsonType.TEXT), "info")).isEqualTo("hello");
        assertThat(bens.expect(JsonType.DONE).path("info").path("mid"))
                .isNotEqualTo(first.path("info").path("mid"));
        // A message that was refused is judged anew.
        String name = Chatd.newName();
        laptop.send("{'type': 3, 'receive': '%s', 'id': 'later', 'info': 'x'}".formatted(name));
        assertThat(text(laptop.expect(JsonType.TEXT), "info")).isEqualTo("hello");
        assertThat(laptop.refusal()).isEqualTo("no-such-user");
        chatd.admin("made-by-an-admin-7\n", "user", "add", name, "--password-stdin")
                .exits(0);
        laptop.send("{'type': 3, 'receive': '%s', 'id': 'later', 'info': 'x'}".formatted(name));
        laptop.expect(JsonType.DONE);
        assertThat(texts(laptop.history(9, ""))).containsExactly("hello", "hello", "x");
    }

    @Test
    void anAnswerNamesWhatItAnswers() {
        JsonSocket json = logIn(ann, "laptop");
        ben.send(Wire.text("question", ann.name()));
        long question = json.expect(JsonType.TEXT).path("mid").asLong();
        JsonSocket bens = logIn(ben.person(), "phone");
        json.send(
                "{'type': 3, 'receive': '%s', 're': %d, 'id': 'e', 'info': 'answer'}".formatted(ben.name(), question));
        JsonNode answer = bens.expect(JsonType.TEXT);
        assertThat(answer.path("re").asLong()).isEqualTo(question);
        assertThat(bens.history(1, "").path("items").path(0)).isEqualTo(answer);
        // In another conversation, an answer would reveal what was said in this one.
        json.expect(JsonType.DONE);
        json.send("{'type': 4, 're': %d, 'info': 'answer'}".formatted(question));
        assertThat(json.refusal()).isEqualTo("no-such-message");
    }

    @Test
    void mentionsAreListed() {
        JsonSocket json = logIn(ann, "laptop");
        JsonSocket bens = logIn(ben.person(), "phone");
        String to = "{'type': 3, 'receive': '" + ben.name() + "', 'info': '%s'}";
        json.send(to.formatted("@" + ben.name() + ": look, @" + ann.name()), to.formatted("mail@" + ben.name()));
        JsonNode first = bens.expect(JsonType.TEXT);
        assertThat(first.path("mentions").valueStream().map(JsonNode::asString)).containsExactly(bens.user());
        assertThat(bens.expect(JsonType.TEXT).has("mentions")).isFalse();
        // In scripts without spaces, in another case, in full width.
        for (String text : List.of("谢谢@%s你好", "ありがとう＠%s さん")) {
            for (String name : List.of(ben.name(), ben.name().toUpperCase(Locale.ROOT))) {
                json.send(to.formatted(text.formatted(name)));
                assertThat(bens.expect(JsonType.TEXT)
                                .path("mentions")
                                .valueStream()
                                .map(JsonNode::asString))
                        .containsExactly(bens.user());
            }
        }
        json.send(to.formatted("@" + ben.name() + "x"));
        assertThat(bens.expect(JsonType.TEXT).has("mentions")).isFalse();
        ben.send(Wire.textToAll("(@" + ann.name() + ") @" + ben.name() + " @" + ann.name()));
        JsonNode all = json.expect(JsonType.TEXT_TO_ALL);
        assertThat(all.path("mentions").valueStream().map(JsonNode::asString))
                .containsExactly(json.user(), bens.user());
        // A later renaming does not change it; in a page they are sorted by number.
        chatd.admin("", "user", "rename", ben.name(), Chatd.newName()).exits(0);
        assertThat(json.history(1, ", 'with': ''")
                        .path("items")
                        .path(0)
                        .path("mentions")
                        .valueStream()
                        .map(JsonNode::asString))
                .containsExactlyInAnyOrder(json.user(), bens.user());
    }

    /** A page of large messages holds fewer of them and says that there are more, whichever end it begins at. */
    @Test
    void aPageOfLargeTextsIsShort() {
        String large = "x".repeat(60_000);
        for (int i = 0; i < 12; i++) {
            ben.send(Wire.text(i + large, ann.name()));
        }
        ben.fence();
        JsonSocket json = logIn(ann, "laptop");
        JsonNode page = json.history(200, "");
        assertThat(page.path("items").size()).isBetween(2, 11);
        assertThat(page.path("more").asBoolean()).isTrue();
        assertThat(text(page.path("items").path(page.path("items").size() - 1), "info"))
                .startsWith("11x");
        JsonNode forward = json.history(200, ", 'after': 1");
        assertThat(text(forward.path("items").path(0), "info")).startsWith("0x");
        assertThat(forward.path("more").asBoolean()).isTrue();
    }
}

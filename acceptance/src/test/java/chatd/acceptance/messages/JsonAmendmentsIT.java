package chatd.acceptance.messages;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonTestBase;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.Wire;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Taking back, correcting and reacting in JSON messages, on each carrier. */
class JsonAmendmentsIT extends JsonTestBase {
    JsonAmendmentsIT(JsonCarrier carrier, Chatd chatd) {
        super(carrier, chatd);
    }

    /** Sends something with an id, and returns the number that it got. */
    private static long perform(JsonSocket by, String message) {
        by.send("{%s, 'id': '%s'}".formatted(message, Chatd.newName()));
        return by.skipTo(JsonType.DONE).path("info").path("mid").asLong();
    }

    private static String takeBack(long mid) {
        return "'type': 31, 'info': {'mid': %d}".formatted(mid);
    }

    private static String correct(long mid, String text) {
        return "'type': 32, 'info': {'mid': %d, 'text': '%s'}".formatted(mid, text);
    }

    private static String react(long mid, String code, boolean on) {
        return "'type': 33, 'info': {'mid': %d, 'code': '%s', 'on': %b}".formatted(mid, code, on);
    }

    private static String refusalCode(JsonSocket by, String message) {
        by.send("{" + message + "}");
        return by.skipTo(JsonType.REFUSED).path("info").path("code").asString();
    }

    private static JsonNode item(JsonSocket reader, long mid) {
        return reader.history(1, ", 'before': " + (mid + 1)).path("items").path(0);
    }

    private static List<Integer> types(JsonNode page) {
        List<Integer> types = new ArrayList<>();
        page.path("items").forEach(item -> types.add(item.path("type").asInt()));
        return types;
    }

    @Test
    void aCorrectedTextIsShownAsItIsNow() {
        JsonSocket writer = logIn(ann, "");
        JsonSocket phone = logIn(ann, "phone");
        JsonSocket reader = logIn(ben, "");
        long mid = send(writer, reader.user(), "Lunh?");
        String salt = reader.expect(JsonType.TEXT).path("salt").asString();
        phone.expect(JsonType.TEXT);
        long first = perform(writer, correct(mid, "Lunch?"));
        assertThat(first).isGreaterThan(mid);
        for (JsonSocket told : List.of(reader, phone)) {
            JsonNode correction = told.expect(JsonType.CORRECTED);
            assertThat(correction.path("info").toString()).isEqualTo("{\"of\":%d,\"text\":\"Lunch?\"}".formatted(mid));
            assertThat(correction.path("mid").asLong()).isEqualTo(first);
            assertThat(correction.path("send").asString()).isEqualTo(writer.user());
            assertThat(correction.path("salt").asString()).hasSize(22);
        }
        long second = perform(writer, correct(mid, "Lunch today?"));
        reader.expect(JsonType.CORRECTED);
        phone.expect(JsonType.CORRECTED);
        for (JsonSocket any : List.of(reader, phone, writer)) {
            JsonNode item = item(any, mid);
            assertThat(item.path("info").asString()).isEqualTo("Lunch today?");
            assertThat(item.path("version").path("mid").asLong()).isEqualTo(second);
            assertThat(item.path("corrected")).hasSize(2);
            assertThat(item.path("corrected").path(0).path("text").asString()).isEqualTo("Lunch?");
            assertThat(item.path("corrected").path(0).path("mid").asLong()).isEqualTo(first);
            assertThat(item.path("corrected").path(1).path("text").asString()).isEqualTo("Lunh?");
            assertThat(item.path("corrected").path(1).path("salt").asString()).isEqualTo(salt);
        }
        // A page that begins after the text has its corrections as items; one that begins before it
        // has the text as it is now.
        String with = ", 'with': '%s'".formatted(reader.user());
        assertThat(types(writer.history(9, with + ", 'after': " + mid))).containsExactly(32, 32);
        assertThat(types(writer.history(9, with + ", 'after': " + first))).containsExactly(32);
        assertThat(types(writer.history(9, with + ", 'after': " + (mid - 1)))).containsExactly(3);
        assertThat(types(writer.history(9, with))).containsExactly(3);
    }

    @Test
    void aMessageThatIsTakenBackIsGone() {
        JsonSocket writer = logIn(ann, "");
        JsonSocket reader = logIn(ben, "");
        long mid = send(writer, reader.user(), "a mistake");
        reader.expect(JsonType.TEXT);
        perform(writer, correct(mid, "another mistake"));
        reader.expect(JsonType.CORRECTED);
        perform(reader, react(mid, "👀", true));
        writer.expect(JsonType.REACTION);
        long back = perform(writer, takeBack(mid));
        JsonNode told = reader.expect(JsonType.TAKEN_BACK);
        assertThat(told.path("info").toString()).isEqualTo("{\"mid\":%d,\"by\":\"%s\"}".formatted(mid, writer.user()));
        assertThat(told.path("mid").asLong()).isEqualTo(back);
        for (JsonSocket any : List.of(reader, writer)) {
            JsonNode item = item(any, mid);
            assertThat(item.path("info").isNull()).isTrue();
            assertThat(item.path("taken_back").path("by").asString()).isEqualTo(writer.user());
            assertThat(item.toString()).doesNotContain("mistake", "salt", "👀");
        }
        // Of all its amendments, only that it was taken back is sent later.
        assertThat(types(reader.history(9, ", 'with': '%s', 'after': %d".formatted(writer.user(), mid))))
                .containsExactly(31);
        assertThat(perform(writer, takeBack(mid))).isEqualTo(back);
        for (String no :
                List.of(correct(mid, "again"), react(mid, "👀", true), takeBack(back), react(back, "👀", true))) {
            assertThat(refusalCode(writer, no)).as(no).isEqualTo("no-such-message");
        }
        assertThat(refusalCode(
                        reader, "'type': 3, 'receive': '%s', 'info': 'to it', 're': %d".formatted(writer.user(), mid)))
                .isEqualTo("no-such-message");
        assertThat(refusalCode(reader, takeBack(mid))).isEqualTo("no-such-message");
        // It remains visible that there was a message.
        assertThat(reader.history(1, "").path("items")).hasSize(1);
    }

    @Test
    void anUnreadMessageTakenBackIsNoLongerUnread() {
        JsonSocket writer = logIn(ann, "");
        String name = logIn(ben, "").user();
        String with = writer.user();
        long first = send(writer, name, "one");
        assertThat(chatd.unread(ben, with)).isEqualTo(1);
        long second = send(writer, name, "two @" + ben.name());
        assertThat(chatd.unread(ben, with)).isEqualTo(2);
        assertThat(loginAnswer(ben, "")
                        .path("unread")
                        .path(with)
                        .path("mentions")
                        .asInt())
                .isEqualTo(1);
        perform(writer, takeBack(second));
        assertThat(loginAnswer(ben, "").path("unread").path(with).toString())
                .isEqualTo("{\"count\":1,\"mentions\":0,\"first\":%1$d,\"last\":%1$d}".formatted(first));
        perform(writer, takeBack(first));
        assertThat(loginAnswer(ben, "").path("unread").path(with).isMissingNode())
                .isTrue();
        try (Chat1Socket several = chatd.newcomer();
                JsonSocket sender = chatd.logInJson(carrier, several.person(), "json")) {
            several.send(Wire.text("to two", ann.name(), ben.name()));
            long mid = sender.expect(JsonType.TEXT).path("mid").asLong();
            assertThat(chatd.unread(ben, sender.user())).isEqualTo(1);
            perform(sender, takeBack(mid));
            assertThat(chatd.unread(ben, sender.user())).isZero();
        }
    }

    @Test
    void reactionsAreCounted() {
        JsonSocket writer = logIn(ann, "");
        JsonSocket reader = logIn(ben, "");
        JsonSocket tablet = logIn(ben, "tablet");
        long mid = send(writer, reader.user(), "good news");
        reader.expect(JsonType.TEXT);
        tablet.expect(JsonType.TEXT);
        long number = perform(reader, react(mid, "👍", true));
        assertThat(number).isGreaterThan(mid);
        for (JsonSocket told : List.of(writer, tablet)) {
            JsonNode reaction = told.expect(JsonType.REACTION);
            assertThat(reaction.path("info").toString())
                    .isEqualTo("{\"mid\":%d,\"code\":\"👍\",\"on\":true,\"by\":\"%s\"}".formatted(mid, reader.user()));
        }
        assertThat(perform(reader, react(mid, "👍", true)))
                .as("there is nothing to do")
                .isZero();
        perform(writer, react(mid, "👍", true));
        reader.expect(JsonType.REACTION);
        tablet.expect(JsonType.REACTION);
        assertThat(item(writer, mid).path("reactions").toString())
                .isEqualTo("{\"👍\":{\"n\":2,\"by\":[\"%s\",\"%s\"]}}".formatted(reader.user(), writer.user()));
        perform(reader, react(mid, "👍", false));
        assertThat(writer.expect(JsonType.REACTION).path("info").path("on").asBoolean())
                .isFalse();
        tablet.expect(JsonType.REACTION);
        assertThat(item(reader, mid).path("reactions").toString())
                .isEqualTo("{\"👍\":{\"n\":1,\"by\":[\"%s\"]}}".formatted(writer.user()));
        for (String bad : List.of("x", "👍👍", "", "1")) {
            assertThat(refusalCode(writer, react(mid, bad, true))).as(bad).isEqualTo("malformed");
        }
    }

    @Test
    void kindsOfReactionsAndCorrectionsAreBounded() {
        JsonSocket writer = logIn(ann, "");
        JsonSocket reader = logIn(ben, "");
        long mid = send(writer, reader.user(), "popular");
        for (int i = 0; i < 20; i++) {
            perform(reader, react(mid, Character.toString(0x1F600 + i), true));
        }
        assertThat(refusalCode(reader, react(mid, "🐢", true))).isEqualTo("too-many");
        assertThat(refusalCode(writer, react(mid, "🐢", true))).isEqualTo("too-many");
        perform(writer, react(mid, "😀", true));
        for (int i = 0; i < 10; i++) {
            perform(writer, correct(mid, "popular " + i));
        }
        assertThat(refusalCode(writer, correct(mid, "once more"))).isEqualTo("too-many");
    }

    @Test
    void messagesOfOthersCannotBeAmended() {
        JsonSocket writer = logIn(ann, "");
        JsonSocket reader = logIn(ben, "");
        JsonSocket stranger = logIn(chatd.person(), "");
        long mid = send(writer, reader.user(), "between us");
        for (String what : List.of(takeBack(mid), correct(mid, "not mine"), react(mid, "👍", true))) {
            assertThat(refusalCode(stranger, what)).as(what).isEqualTo("no-such-message");
        }
        assertThat(refusalCode(reader, takeBack(mid))).isEqualTo("not-allowed");
        assertThat(refusalCode(reader, correct(mid, "not mine"))).isEqualTo("not-allowed");
        assertThat(refusalCode(writer, correct(mid, ""))).isEqualTo("malformed");
        for (long no : List.of(0L, Long.MAX_VALUE, mid + 1_000_000)) {
            assertThat(refusalCode(writer, takeBack(no))).isEqualTo("no-such-message");
        }
    }

    @Test
    void aRepeatedRequestIsDoneOnce() {
        JsonSocket writer = logIn(ann, "");
        JsonSocket reader = logIn(ben, "");
        long mid = send(writer, reader.user(), "once");
        reader.expect(JsonType.TEXT);
        String correction = "{%s, 'id': 'c'}".formatted(correct(mid, "corrected once"));
        writer.send(correction, correction);
        JsonNode first = writer.skipTo(JsonType.DONE);
        assertThat(writer.skipTo(JsonType.DONE)).isEqualTo(first);
        String answer =
                "{'type': 3, 'receive': '%s', 'info': 'an answer', 're': %d, 'id': 'a'}".formatted(writer.user(), mid);
        reader.send(answer);
        JsonNode answered = reader.skipTo(JsonType.DONE);
        writer.send("{%s, 'id': 'b'}".formatted(takeBack(mid)));
        JsonNode back = writer.skipTo(JsonType.DONE);
        // Even now that there is nothing to correct or to answer any more.
        writer.send(correction, "{%s, 'id': 'b'}".formatted(takeBack(mid)));
        assertThat(writer.skipTo(JsonType.DONE)).isEqualTo(first);
        assertThat(writer.skipTo(JsonType.DONE)).isEqualTo(back);
        reader.send(answer);
        assertThat(reader.skipTo(JsonType.DONE)).isEqualTo(answered);
        assertThat(refusalCode(writer, correct(mid, "other") + ", 'id': 'c'")).isEqualTo("malformed");
    }

    @Test
    void receiversOfTheSameMessageLearnNothingOfOneAnother() {
        JsonSocket reader = logIn(ben, "");
        Chatd.Person third = chatd.person();
        JsonSocket other = logIn(third, "");
        long mid;
        try (Chat1Socket sender = chatd.logIn(ann)) {
            sender.send(Wire.text("to both", ben.name(), third.name()));
            sender.fence();
        }
        mid = reader.expect(JsonType.TEXT).path("mid").asLong();
        other.expect(JsonType.TEXT);
        JsonSocket writer = logIn(ann, "phone");
        perform(reader, react(mid, "👍", true));
        assertThat(writer.expect(JsonType.REACTION).path("info").path("by").asString())
                .isEqualTo(reader.user());
        perform(writer, react(mid, "🎉", true));
        other.fence();
        reader.fence();
        assertThat(item(writer, mid).path("reactions")).hasSize(2);
        assertThat(item(other, mid).has("reactions")).isFalse();
        assertThat(item(reader, mid).path("reactions").propertyNames()).containsExactly("👍");
        perform(writer, correct(mid, "to both of you"));
        for (JsonSocket told : List.of(reader, other)) {
            assertThat(told.expect(JsonType.CORRECTED).path("receive").asString())
                    .isEqualTo(told.user());
            assertThat(item(told, mid).path("info").asString()).isEqualTo("to both of you");
        }
        perform(writer, takeBack(mid));
        for (JsonSocket told : List.of(reader, other)) {
            assertThat(told.expect(JsonType.TAKEN_BACK).path("info").path("mid").asLong())
                    .isEqualTo(mid);
            assertThat(types(told.history(9, ", 'with': '%s', 'after': %d".formatted(writer.user(), mid))))
                    .containsExactly(31);
        }
        for (JsonSocket told : List.of(reader, other)) {
            assertThat(types(writer.history(9, ", 'with': '%s', 'after': %d".formatted(told.user(), mid))))
                    .containsExactly(31);
        }
    }

    /**
     * A blocked user does not notice the block: everything looks as before. Of what they do, only
     * taking back reaches the blocker.
     */
    @Test
    void correctionsAndReactionsOfABlockedUserAreWithheld() {
        JsonSocket blocked = logIn(ann, "");
        JsonSocket blocker = logIn(ben, "");
        long seen = send(blocked, blocker.user(), "seen");
        long own = send(blocker, blocked.user(), "own");
        blocked.expect(JsonType.TEXT);
        blocker.send("{'type': 34, 'info': {'user_id': '%s', 'on': true}, 'id': 'b'}".formatted(blocked.user()));
        blocker.skipTo(JsonType.DONE);
        perform(blocked, correct(seen, "corrected unseen"));
        perform(blocked, react(own, "👎", true));
        perform(blocked, react(seen, "👀", true));
        long withheld = send(blocked, blocker.user(), "withheld");
        perform(blocked, correct(withheld, "withheld, too"));
        blocker.fence();
        assertThat(item(blocker, seen).path("info").asString()).isEqualTo("seen");
        assertThat(item(blocker, seen).has("version")).isFalse();
        assertThat(item(blocker, seen).has("reactions")).isFalse();
        assertThat(item(blocker, own).has("reactions")).isFalse();
        assertThat(item(blocked, seen).path("info").asString()).isEqualTo("corrected unseen");
        assertThat(item(blocked, own).path("reactions").path("👎").path("n").asInt())
                .isEqualTo(1);
        assertThat(item(blocked, withheld).path("info").asString()).isEqualTo("withheld, too");
        assertThat(refusalCode(blocker, react(withheld, "👍", true))).isEqualTo("no-such-message");
        // They stay withheld after the block; and the removal of a withheld reaction is not sent either.
        blocker.send("{'type': 34, 'info': {'user_id': '%s', 'on': false}, 'id': 'u'}".formatted(blocked.user()));
        blocker.skipTo(JsonType.DONE);
        assertThat(item(blocker, seen).path("info").asString()).isEqualTo("seen");
        perform(blocked, react(own, "👎", false));
        blocker.fence();
        perform(blocked, react(own, "👎", true));
        blocker.expect(JsonType.REACTION);
        // What is taken back disappears for both.
        blocker.send("{'type': 34, 'info': {'user_id': '%s', 'on': true}, 'id': 'b2'}".formatted(blocked.user()));
        blocker.skipTo(JsonType.DONE);
        perform(blocked, takeBack(seen));
        assertThat(blocker.expect(JsonType.TAKEN_BACK).path("info").path("mid").asLong())
                .isEqualTo(seen);
        perform(blocked, takeBack(withheld));
        blocker.fence();
    }

    @Test
    void aMessageToEveryoneIsAmendedForEveryone() {
        JsonSocket writer = logIn(ann, "");
        JsonSocket reader = logIn(ben, "");
        long mid = perform(writer, "'type': 4, 'info': 'to all of %s'".formatted(ann.name()));
        reader.skipTo(JsonType.TEXT_TO_ALL);
        Chatd.Person later = chatd.person();
        JsonSocket late = logIn(later, "");
        perform(writer, correct(mid, "to everybody of " + ann.name()));
        assertThat(reader.skipTo(JsonType.CORRECTED).path("receive").asString()).isEmpty();
        perform(reader, react(mid, "🎉", true));
        assertThat(writer.skipTo(JsonType.REACTION).path("info").path("mid").asLong())
                .isEqualTo(mid);
        assertThat(refusalCode(late, react(mid, "🎉", true))).isEqualTo("no-such-message");
        JsonNode item = writer.history(1, ", 'with': '', 'before': " + (mid + 1))
                .path("items")
                .path(0);
        assertThat(item.path("info").asString()).isEqualTo("to everybody of " + ann.name());
        assertThat(item.path("reactions").path("🎉").path("by").path(0).asString())
                .isEqualTo(reader.user());
        assertThat(types(reader.history(9, ", 'with': '', 'after': " + mid))).contains(32, 33);
        perform(writer, takeBack(mid));
        assertThat(reader.skipTo(JsonType.TAKEN_BACK).path("info").path("mid").asLong())
                .isEqualTo(mid);
        // Nothing of it is sent to those who registered later.
        assertThat(types(late.history(50, ", 'with': '', 'after': " + (mid - 1))))
                .doesNotContain(31, 32, 33);
    }

    @Test
    void missedAmendmentsFollowWhenASessionIsResumed() {
        JsonSocket writer = logIn(ann, "");
        JsonSocket first = connect();
        String token =
                first.logIn(ben.name(), ben.password(), "phone").path("token").asString();
        long one = send(writer, first.user(), "one");
        long two = send(writer, first.user(), "two");
        first.expect(JsonType.TEXT);
        first.expect(JsonType.TEXT);
        first.close();
        long corrected = perform(writer, correct(one, "one, corrected"));
        long three = send(writer, first.user(), "three");
        perform(writer, correct(three, "three, corrected"));
        long back = perform(writer, takeBack(two));
        long four = send(writer, first.user(), "four");
        long last = perform(writer, takeBack(four));
        JsonSocket again = connect();
        again.send("{'type': 1, 'info': {'token': '%s', 'after': %d}}".formatted(token, two));
        assertThat(again.expect(JsonType.LOGGED_IN).path("info").path("code").asString())
                .isEqualTo("ok");
        assertThat(again.expect(JsonType.CORRECTED).path("mid").asLong()).isEqualTo(corrected);
        JsonNode third = again.expect(JsonType.TEXT);
        assertThat(third.path("info").asString()).isEqualTo("three, corrected");
        assertThat(third.path("mid").asLong()).isEqualTo(three);
        assertThat(again.expect(JsonType.TAKEN_BACK).path("mid").asLong()).isEqualTo(back);
        JsonNode fourth = again.expect(JsonType.TEXT);
        assertThat(fourth.path("mid").asLong()).isEqualTo(four);
        assertThat(fourth.path("info").isNull()).isTrue();
        again.fence();
        again.close();
        // The same again, with nothing missed.
        JsonSocket idle = connect();
        idle.send("{'type': 1, 'info': {'token': '%s', 'after': %d}}".formatted(token, last));
        idle.expect(JsonType.LOGGED_IN);
        idle.fence();
    }

    /** The log and the list of the largest files have the numbers of files. */
    @Test
    void anAdministratorRemovesAFileByItsNumber() {
        JsonSocket reader = logIn(ben, "");
        try (Chat1Socket sender = chatd.logIn(ann)) {
            sender.send(Wire.file("plan.txt", Wire.utf8("not here"), ben.name()));
            sender.fence();
        }
        reader.expect(JsonType.FILE);
        String logged = chatd.admin("", "log", "query", "--type", "file", "--from", ann.name())
                .exits(0)
                .out();
        Matcher file = Pattern.compile(" message=(\\d+) .* file=(\\d+) ").matcher(logged);
        assertThat(file.find()).as(logged).isTrue();
        assertThat(chatd.admin("", "log", "query", "--type", "file", "--from", ben.name())
                        .exits(0)
                        .out())
                .isEmpty();
        assertThat(chatd.admin("", "log", "query", "--type", "file", "--user", ben.name())
                        .exits(0)
                        .out())
                .isEqualTo(logged);
        assertThat(chatd.admin("", "message", "show", "--file", file.group(2))
                        .exits(0)
                        .out())
                .contains("message      " + file.group(1) + ", a file");
        assertThat(chatd.admin("", "message", "remove", "--file", file.group(2), "--dry-run")
                        .exits(0)
                        .out())
                .contains(file.group(1), ann.name(), ben.name(), "Nothing was removed");
        chatd.admin("", "message", "remove", "--file", file.group(2), "--yes").exits(0);
        for (String command : List.of("show", "remove")) {
            assertThat(chatd.admin("", "message", command, "--file", file.group(2))
                            .exits(4)
                            .err())
                    .contains("There is no file " + file.group(2) + ", or it has been removed.");
            assertThat(chatd.admin("", "message", command).exits(2).err()).contains("--file with the number of a file");
        }
        assertThat(chatd.admin("", "log", "query", "--from", "nobody-at-all")
                        .exits(4)
                        .err())
                .contains("No user is called nobody-at-all");
    }

    @Test
    void anAdministratorRemovesAnyMessage() {
        JsonSocket writer = logIn(ann, "");
        JsonSocket reader = logIn(ben, "");
        long mid = send(writer, reader.user(), "not here");
        reader.expect(JsonType.TEXT);
        chatd.admin("", "message", "remove", Long.toString(mid), "--yes").exits(0);
        for (JsonSocket told : List.of(writer, reader)) {
            JsonNode back = told.expect(JsonType.TAKEN_BACK);
            assertThat(back.path("send").asString()).isEqualTo("server");
            assertThat(back.path("info").toString()).isEqualTo("{\"mid\":%d,\"by\":\"server\"}".formatted(mid));
            JsonNode item = item(told, mid);
            assertThat(item.path("info").isNull()).isTrue();
            assertThat(item.path("taken_back").path("by").asString()).isEqualTo("server");
        }
        assertThat(chatd.admin("", "message", "remove", Long.toString(mid), "--yes")
                        .exits(4)
                        .err())
                .contains("There is no such message.");
        assertThat(chatd.admin("", "log", "query", "--type", "admin", "--last", "9")
                        .exits(0)
                        .out())
                .contains("message remove");
    }

    @Test
    void chat1SessionsSeeCorrectionsAsTexts() {
        JsonSocket writer = logIn(ann, "");
        try (Chat1Socket reader = chatd.logIn(ben)) {
            long mid = send(writer, ben.name(), "Lunh?");
            reader.awaitText(ann.name(), "Lunh?");
            perform(writer, react(mid, "👍", true));
            perform(writer, correct(mid, "Lunch?"));
            reader.expectText(ann.name(), "✎ Lunch?");
            long other = send(writer, ben.name(), "taken back");
            reader.expectText(ann.name(), "taken back");
            perform(writer, takeBack(other));
            reader.fenceWithNothing();
        }
        try (Chat1Socket again = chatd.logIn(ben)) {
            assertThat(again.history(9)).containsExactly("Lunch?");
        }
    }

    @Test
    void aFileThatWasTakenBackCantBeFetched() {
        JsonSocket reader = logIn(ben, "");
        JsonSocket writer = logIn(ann, "phone");
        byte[] content = ("secret plan of " + ann.name()).getBytes(StandardCharsets.UTF_8);
        try (Chat1Socket sender = chatd.logIn(ann)) {
            sender.send(Wire.file("plan.txt", content, ben.name()));
            sender.fence();
        }
        JsonNode offer = reader.expect(JsonType.FILE);
        long mid = offer.path("mid").asLong();
        assertThat(refusalCode(writer, correct(mid, "not a text"))).isEqualTo("not-allowed");
        perform(writer, takeBack(mid));
        reader.expect(JsonType.TAKEN_BACK);
        JsonNode item = item(reader, mid);
        assertThat(item.path("type").asInt()).isEqualTo(JsonType.FILE);
        assertThat(item.path("info").isNull()).isTrue();
        try (Chat1Socket receiver = chatd.logIn(ben)) {
            receiver.send(Wire.fetch(offer.path("info").path("file").asInt()));
            assertThat(receiver.expectServerText()).contains("no file");
        }
    }
}

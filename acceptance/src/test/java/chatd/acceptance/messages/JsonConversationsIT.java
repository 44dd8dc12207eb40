package chatd.acceptance.messages;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonTestBase;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.Wire;
import chatd.acceptance.kit.Writer;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Unread messages, read marks, typing, and the list of conversations in JSON messages, on each
 * carrier.
 */
class JsonConversationsIT extends JsonTestBase {
    /** How many times a hundred texts are sent while pages are read. */
    private static final int ROUNDS = 30;

    JsonConversationsIT(JsonCarrier carrier, Chatd chatd) {
        super(carrier, chatd);
    }

    private static JsonNode conversations(JsonSocket of, String info) {
        of.send("{'type': 37, 'info': {%s}}".formatted(info));
        return of.skipTo(JsonType.CONVERSATIONS).path("info");
    }

    private static void mark(JsonSocket reader, String with, long mid) {
        reader.send("{'type': 21, 'info': {'with': '%s', 'mid': %d}, 'id': 'read'}".formatted(with, mid));
        assertThat(reader.skipTo(JsonType.DONE).path("info").path("id").asString())
                .isEqualTo("read");
    }

    /**
     * Returns the {@code info} of the next message of a type; {@code seen[0]} becomes the highest
     * number that arrived before it.
     */
    private static JsonNode skipTo(int type, JsonSocket of, long[] seen) {
        JsonNode message = of.next();
        while (message.path("type").asInt() != type) {
            seen[0] = Math.max(seen[0], message.path("mid").asLong());
            message = of.next();
        }
        return message.path("info");
    }

    private static String unread(int count, int mentions, long first, long last) {
        return "{\"count\":%d,\"mentions\":%d,\"first\":%d,\"last\":%d}".formatted(count, mentions, first, last);
    }

    @Test
    void messagesOfOthersAreUnreadUntilMarked() {
        JsonSocket writer = logIn(ann, "");
        JsonSocket reader = logIn(ben, "");
        long first = send(writer, reader.user(), "one");
        long second = send(writer, reader.user(), "two @" + ben.name());
        long own = send(reader, writer.user(), "my own");
        assertThat(own).isGreaterThan(second);
        assertThat(loginAnswer(ben, "later").path("unread").path(writer.user()).toString())
                .isEqualTo(unread(2, 1, first, second));
        assertThat(loginAnswer(ann, "later").path("unread").path(reader.user()).toString())
                .isEqualTo(unread(1, 0, own, own));
        mark(reader, ann.name(), first);
        assertThat(loginAnswer(ben, "later").path("unread").path(writer.user()).toString())
                .isEqualTo(unread(1, 1, second, second));
        // A mark never moves back, and one above the newest message means the newest.
        mark(reader, writer.user(), 0);
        assertThat(loginAnswer(ben, "later")
                        .path("unread")
                        .path(writer.user())
                        .path("count")
                        .asInt())
                .isEqualTo(1);
        mark(reader, writer.user(), Long.MAX_VALUE);
        assertThat(loginAnswer(ben, "later").path("unread").has(writer.user())).isFalse();
        long third = send(writer, reader.user(), "three");
        assertThat(loginAnswer(ben, "later").path("unread").path(writer.user()).toString())
                .isEqualTo(unread(1, 0, third, third));
    }

    @Test
    void aMarkReachesOnesOtherDevicesAndTheOtherUser() {
        JsonSocket writer = logIn(ann, "");
        JsonSocket reader = logIn(ben, "");
        JsonSocket phone = logIn(ben, "phone");
        long mid = send(writer, reader.user(), "read me");
        phone.expect(JsonType.TEXT);
        reader.expect(JsonType.TEXT);
        mark(reader, writer.user(), mid);
        JsonNode own = phone.expect(JsonType.READ);
        assertThat(own.path("send").asString()).isEqualTo(reader.user());
        assertThat(own.path("info").toString()).isEqualTo("{\"with\":\"%s\",\"mid\":%d}".formatted(writer.user(), mid));
        JsonNode told = writer.expect(JsonType.READ);
        assertThat(told.path("send").asString()).isEqualTo(reader.user());
        assertThat(told.path("info").toString())
                .isEqualTo("{\"with\":\"%s\",\"mid\":%d}".formatted(reader.user(), mid));
        assertThat(writer.history(1, ", 'with': '%s'".formatted(reader.user()))
                        .path("read")
                        .toString())
                .isEqualTo("{\"%s\":0,\"%s\":%d}".formatted(writer.user(), reader.user(), mid));
        reader.fence();
        // Read marks and typing are mutual: whoever hides their own does not receive those of
        // others.
        writer.send("{'type': 35, 'info': {'read_marks': false}}");
        writer.expect(JsonType.PREFERENCES);
        long next = send(writer, reader.user(), "and me");
        phone.expect(JsonType.TEXT);
        reader.expect(JsonType.TEXT);
        mark(reader, writer.user(), next);
        phone.expect(JsonType.READ);
        writer.fence();
        assertThat(reader.history(1, ", 'with': '%s'".formatted(writer.user()))
                        .path("read")
                        .toString())
                .isEqualTo("{\"%s\":%d}".formatted(reader.user(), next));
        writer.send("{'type': 22, 'receive': '%s', 'info': {}}".formatted(reader.user()));
        writer.fence();
        reader.fence();
    }

    /**
     * A blocked user sees the blocker's marks as before; the blocker sees none of the blocked
     * user's.
     */
    @Test
    void marksDoNotRevealABlock() {
        JsonSocket blocked = logIn(ann, "");
        JsonSocket blocker = logIn(ben, "");
        blocker.send("{'type': 34, 'info': {'user_id': '%s', 'on': true}, 'id': 'b'}".formatted(blocked.user()));
        blocker.skipTo(JsonType.DONE);
        long withheld = send(blocked, blocker.user(), "withheld");
        mark(blocker, blocked.user(), withheld);
        assertThat(readMarks(blocked, blocker.user()))
                .as("of what one does not see, nothing can be marked")
                .isEqualTo("{\"%s\":0,\"%s\":0}".formatted(blocked.user(), blocker.user()));
        long own = send(blocker, blocked.user(), "from the blocker");
        blocked.expect(JsonType.TEXT);
        mark(blocker, blocked.user(), own);
        assertThat(blocked.expect(JsonType.READ).path("info").path("mid").asLong())
                .isEqualTo(own)
                .isGreaterThan(withheld);
        mark(blocked, blocker.user(), own);
        blocked.fence();
        blocker.fence();
        assertThat(readMarks(blocked, blocker.user()))
                .isEqualTo("{\"%s\":%d,\"%s\":%d}".formatted(blocked.user(), own, blocker.user(), own));
        assertThat(readMarks(blocker, blocked.user())).isEqualTo("{\"%s\":%d}".formatted(blocker.user(), own));
    }

    private static String readMarks(JsonSocket of, String with) {
        return of.history(1, ", 'with': '%s'".formatted(with)).path("read").toString();
    }

    @Test
    void aMarkOfADeletedUserChangesNothing() {
        JsonSocket writer = logIn(ann, "");
        JsonSocket reader = logIn(ben, "");
        long mid = send(writer, reader.user(), "the last");
        reader.expect(JsonType.TEXT);
        reader.send("{'type': 21, 'info': {'with': '%s', 'mid': %d}}".formatted(writer.user(), mid));
        chatd.admin("", "user", "delete", ben.name(), "--yes").exits(0);
        reader.untilClosed();
        mark(writer, reader.user(), mid);
    }

    @Test
    void typingIsAnnouncedOnceInAWhile() {
        JsonSocket writer = logIn(ann, "");
        JsonSocket reader = logIn(ben, "");
        for (int i = 0; i < 5; i++) {
            writer.send("{'type': 22, 'receive': '%s', 'info': {}}".formatted(reader.user()));
        }
        writer.fence();
        JsonNode typing = reader.expect(JsonType.TYPING);
        assertThat(typing.path("send").asString()).isEqualTo(writer.user());
        assertThat(typing.path("receive").asString()).isEqualTo(reader.user());
        writer.send("{'type': 22, 'receive': '', 'info': {}}");
        assertThat(writer.refusal()).isEqualTo("no-such-user");
        writer.send("{'type': 22, 'receive': '%s', 'info': {}, 'id': 't'}".formatted(writer.user()));
        assertThat(writer.expect(JsonType.DONE).path("info").path("id").asString())
                .isEqualTo("t");
        writer.fence();
    }

    @Test
    void conversationsAreListedByTheirLastMessage() {
        Chatd.Person carl = chatd.person();
        JsonSocket one = logIn(ann, "");
        JsonSocket other = logIn(ben, "");
        JsonSocket third = logIn(carl, "");
        assertThat(conversations(one, "").path("items")).isEmpty();
        send(one, other.user(), "to ben");
        long toCarl = send(one, carl.name(), "to carl");
        long fromBen = send(other, one.user(), "from @%s".formatted(ben.name()));
        send(one, one.user(), "a note");
        JsonNode all = conversations(one, "");
        assertThat(all.path("more").booleanValue()).isFalse();
        assertThat(all.path("items").valueStream().map(item -> item.path("with").asString()))
                .containsExactly(one.user(), other.user(), third.user());
        JsonNode withBen = all.path("items").path(1);
        assertThat(withBen.path("name").asString()).isEqualTo(ben.name());
        assertThat(withBen.path("last").path("mid").asLong()).isEqualTo(fromBen);
        assertThat(withBen.path("unread").asInt()).isEqualTo(1);
        assertThat(withBen.path("mentions").asInt()).isZero();
        assertThat(all.path("names").path(other.user()).asString()).isEqualTo(ben.name());
        JsonNode page = conversations(one, "'limit': 1, 'before': %d".formatted(fromBen));
        assertThat(page.path("items").path(0).path("last").path("mid").asLong()).isEqualTo(toCarl);
        assertThat(page.path("more").booleanValue()).isFalse();
        assertThat(conversations(one, "'limit': 1").path("more").booleanValue()).isTrue();
        assertThat(conversations(third, "")
                        .path("items")
                        .path(0)
                        .path("last")
                        .path("info")
                        .asString())
                .isEqualTo("to carl");
    }

    @Test
    void messagesToEveryoneAreAConversation() {
        JsonSocket one = logIn(ann, "");
        JsonSocket other = logIn(ben, "");
        other.send("{'type': 4, 'info': 'to all @%s', 'id': 'a'}".formatted(ann.name()));
        long mid = other.expect(JsonType.DONE).path("info").path("mid").asLong();
        JsonNode unread = loginAnswer(ann, "later").path("unread").path("");
        assertThat(unread.path("count").asInt()).isPositive();
        assertThat(unread.path("mentions").asInt()).isEqualTo(1);
        assertThat(unread.path("last").asLong()).isGreaterThanOrEqualTo(mid);
        assertThat(conversations(one, "")
                        .path("items")
                        .valueStream()
                        .map(item -> item.path("with").asString()))
                .containsExactly("");
        mark(one, "", Long.MAX_VALUE);
        assertThat(conversations(one, "").path("items").path(0).path("unread").asInt())
                .isZero();
        // Mentioning oneself does not count.
        one.send("{'type': 4, 'info': 'I, @%s', 'id': 'self'}".formatted(ann.name()));
        one.skipTo(JsonType.DONE);
        other.send("{'type': 4, 'info': 'plain', 'id': 'plain'}");
        other.skipTo(JsonType.DONE);
        assertThat(loginAnswer(ann, "later")
                        .path("unread")
                        .path("")
                        .path("mentions")
                        .asInt())
                .isZero();
        // A new user has none of it.
        JsonSocket third = logIn(chatd.person(), "");
        assertThat(conversations(third, "").path("items")).isEmpty();
    }

    /** A {@code chat/1} message to several users is in the conversation with each of them. */
    @Test
    void aMessageToSeveralCountsForEachOfThem() {
        Chatd.Person carl = chatd.person();
        JsonSocket reader = logIn(ben, "");
        try (Chat1Socket writer = chatd.newcomer()) {
            writer.send(Wire.text("to two", ben.name(), carl.name()));
            JsonNode message = reader.expect(JsonType.TEXT);
            String from = message.path("send").asString();
            long mid = message.path("mid").asLong();
            for (Chatd.Person one : List.of(ben, carl)) {
                assertThat(loginAnswer(one, "later").path("unread").path(from).toString())
                        .isEqualTo(unread(1, 0, mid, mid));
            }
            assertThat(conversations(reader, "")
                            .path("items")
                            .path(0)
                            .path("with")
                            .asString())
                    .isEqualTo(from);
            mark(reader, from, mid);
            assertThat(loginAnswer(ben, "later").path("unread").has(from)).isFalse();
            assertThat(loginAnswer(carl, "later").path("unread").has(from)).isTrue();
        }
    }

    @Test
    void unreadMessagesAreCountedUpToAHundred() {
        JsonSocket writer = logIn(ann, "");
        JsonSocket reader = logIn(ben, "");
        long first = send(writer, reader.user(), "first");
        for (int i = 0; i < 120; i++) {
            writer.send("{'type': 3, 'receive': '%s', 'info': 'more'}".formatted(reader.user()));
        }
        long last = send(writer, reader.user(), "last");
        assertThat(loginAnswer(ben, "later").path("unread").path(writer.user()).toString())
                .isEqualTo(unread(100, 0, first, last));
    }

    /**
     * Marks are stored in batches, but requests after a mark do not wait for its batch; if they
     * did, they always would.
     */
    @Test
    void requestsAfterAMarkDoNotWaitForIt() {
        JsonSocket writer = logIn(ann, "");
        JsonSocket reader = logIn(ben, "");
        int stored = 0;
        boolean isOvertaken = false;
        for (int round = 1; round <= 10; round++) {
            long mid = send(writer, reader.user(), "read me");
            reader.send(
                    "{'type': 21, 'info': {'with': '%s', 'mid': %d}, 'id': 'mark'}".formatted(writer.user(), mid),
                    "{'type': 30, 'info': {'op': 'list'}}");
            JsonNode next = reader.next();
            while (next.path("type").asInt() != JsonType.SESSIONS) {
                stored += next.path("type").asInt() == JsonType.DONE ? 1 : 0;
                next = reader.next();
            }
            isOvertaken |= stored < round;
        }
        assertThat(isOvertaken).isTrue();
        for (; stored < 10; stored++) {
            reader.skipTo(JsonType.DONE);
        }
    }

    @Test
    void marksInAConversationThatDoesNotExistChangeNothing() {
        JsonSocket one = logIn(ann, "");
        mark(one, ben.name(), 1_000);
        one.send("{'type': 21, 'info': {'with': 'nobody-at-all', 'mid': 1}}");
        assertThat(one.refusal()).isEqualTo("no-such-user");
        assertThat(conversations(one, "").path("items")).isEmpty();
    }

    /** A page and the messages that arrive after it are together complete and up to date. */
    @Test
    void pagesAndListsHaveWhatArrivedBeforeThemAndNothingLater() throws InterruptedException {
        JsonSocket reader = logIn(ben, "");
        // Bounds how far the writer is ahead, so that the reader is not disconnected as too slow.
        var rounds = new Semaphore(2);
        try (Writer writer = new Writer(chatd, ann)) {
            long[] seen = {writer.says(ben, "the first")};
            Thread talk = Thread.ofVirtual().start(() -> {
                for (int round = 0; round < ROUNDS; round++) {
                    rounds.acquireUninterruptibly();
                    writer.saysLines(ben, 1, 100);
                }
            });
            for (int round = 0; round < ROUNDS; round++) {
                for (int i = 0; i < 4; i++) {
                    reader.send("{'type': 19, 'info': {'with': '%s', 'limit': 1}}".formatted(writer.user()));
                    JsonNode newest =
                            skipTo(JsonType.PAGE, reader, seen).path("items").path(0);
                    assertThat(newest.path("mid").asLong()).as("page").isEqualTo(seen[0]);
                    reader.send("{'type': 37, 'info': {'limit': 1}}");
                    JsonNode listed = skipTo(JsonType.CONVERSATIONS, reader, seen)
                            .path("items")
                            .path(0);
                    assertThat(listed.path("last").path("mid").asLong())
                            .as("list")
                            .isEqualTo(seen[0]);
                }
                rounds.release();
            }
            talk.join();
        }
    }
}

package chatd.acceptance.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonTestBase;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.Wire;
import chatd.fixtures.TestTimeout;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Friends, blocks, preferences and presence in JSON messages, on each carrier. */
class JsonContactsIT extends JsonTestBase {
    JsonContactsIT(JsonCarrier carrier, Chatd chatd) {
        super(carrier, chatd);
    }

    private static void accepted(JsonSocket socket, String id) {
        assertThat(socket.expect(JsonType.DONE).path("info").path("id").asString())
                .isEqualTo(id);
    }

    private void befriend(JsonSocket one, JsonSocket other) {
        one.send("{'type': 9, 'receive': '%s', 'info': 'hi', 'id': 'ask'}".formatted(other.user()));
        accepted(one, "ask");
        other.expect(JsonType.FRIEND_ASKED);
        other.send("{'type': 10, 'receive': '%s', 'info': true, 'id': 'yes'}".formatted(one.user()));
        accepted(other, "yes");
        assertThat(one.expect(JsonType.FRIEND_ANSWERED).path("info").booleanValue())
                .isTrue();
    }

    @Test
    void aRequestWaitsUntilItIsAnswered() {
        JsonSocket asker = logIn(ann, "laptop");
        JsonSocket askersPhone = logIn(ann, "phone");
        JsonSocket asked = logIn(ben, "laptop");
        asker.send("{'type': 9, 'receive': '%s', 'info': '你好, may I?', 'id': '1'}".formatted(ben.name()));
        accepted(asker, "1");
        for (JsonSocket told : List.of(asked, askersPhone)) {
            JsonNode request = told.expect(JsonType.FRIEND_ASKED);
            assertThat(request.path("send").asString()).isEqualTo(asker.user());
            assertThat(request.path("receive").asString()).isEqualTo(asked.user());
            assertThat(request.path("name").asString()).isEqualTo(ann.name());
            assertThat(request.path("info").asString()).isEqualTo("你好, may I?");
        }
        // It is in the answer to the next login, and is sent again after it.
        JsonSocket later = connect();
        JsonNode lists = later.logIn(ben.name(), ben.password(), "later");
        assertThat(lists.path("requests").toString())
                .isEqualTo("{\"received\":[{\"user_id\":\"%s\",\"text\":\"你好, may I?\"}],\"sent\":[]}"
                        .formatted(asker.user()));
        assertThat(lists.path("names").path(asker.user()).asString()).isEqualTo(ann.name());
        assertThat(later.expect(JsonType.FRIEND_ASKED).path("info").asString()).isEqualTo("你好, may I?");
        assertThat(loginAnswer(ann, "third").path("requests").toString())
                .isEqualTo("{\"received\":[],\"sent\":[\"%s\"]}".formatted(asked.user()));
        // The same id again is the same request; another one is refused while it is open.
        asker.send("{'type': 9, 'receive': '%s', 'info': '你好, may I?', 'id': '1'}".formatted(ben.name()));
        accepted(asker, "1");
        asker.send("{'type': 9, 'receive': '%s', 'info': 'again', 'id': '2'}".formatted(ben.name()));
        assertThat(asker.refusal()).isEqualTo("not-allowed");

        asked.send("{'type': 10, 'receive': '%s', 'info': true, 'id': '3'}".formatted(asker.user()));
        accepted(asked, "3");
        for (JsonSocket told : List.of(asker, askersPhone, later)) {
            JsonNode answer = told.expect(JsonType.FRIEND_ANSWERED);
            assertThat(answer.path("send").asString()).isEqualTo(asked.user());
            assertThat(answer.path("receive").asString()).isEqualTo(asker.user());
            assertThat(answer.path("info").booleanValue()).isTrue();
        }
        JsonNode after = loginAnswer(ann, "third");
        assertThat(after.path("friends").toString())
                .isEqualTo("[{\"user_id\":\"%s\",\"user_name\":\"%s\",\"online\":true}]"
                        .formatted(asked.user(), ben.name()));
        assertThat(after.path("friends_total").asInt()).isEqualTo(1);
        assertThat(after.path("strangers")
                        .valueStream()
                        .map(one -> one.path("user_id").asString()))
                .doesNotContain(asked.user());
        assertThat(after.path("requests").path("sent")).isEmpty();
        // There is nothing left to answer, and nothing to ask.
        asked.send("{'type': 10, 'receive': '%s', 'info': true}".formatted(asker.user()));
        assertThat(asked.refusal()).isEqualTo("no-such-request");
        asker.send("{'type': 9, 'receive': '%s', 'info': ''}".formatted(ben.name()));
        assertThat(asker.refusal()).isEqualTo("not-allowed");
        asker.send("{'type': 9, 'receive': '%s', 'info': ''}".formatted(ann.name()));
        assertThat(asker.refusal()).isEqualTo("not-allowed");
        asker.send("{'type': 9, 'receive': 'nobody-at-all', 'info': ''}");
        assertThat(asker.refusal()).isEqualTo("no-such-user");
    }

    @Test
    void askingBackAcceptsAPendingRequest() {
        JsonSocket one = logIn(ann, "");
        JsonSocket other = logIn(ben, "");
        one.send("{'type': 9, 'receive': '%s', 'info': ''}".formatted(other.user()));
        other.expect(JsonType.FRIEND_ASKED);
        other.send("{'type': 9, 'receive': '%s', 'info': 'me too', 'id': 'x'}".formatted(one.user()));
        assertThat(one.expect(JsonType.FRIEND_ANSWERED).path("send").asString()).isEqualTo(other.user());
        assertThat(other.expect(JsonType.FRIEND_ANSWERED).path("send").asString())
                .isEqualTo(one.user());
        accepted(other, "x");
        other.send("{'type': 28, 'info': {'friends': true}}");
        JsonNode found = other.expect(JsonType.USERS).path("info");
        assertThat(found.path("users").toString())
                .isEqualTo("[{\"user_id\":\"%s\",\"user_name\":\"%s\",\"online\":true,\"friend\":true}]"
                        .formatted(one.user(), ann.name()));
        assertThat(found.has("more")).isFalse();
    }

    @Test
    void aDeclinedRequestIsNotDeliveredAgain() {
        JsonSocket asker = logIn(ann, "");
        JsonSocket asked = logIn(ben, "");
        asker.send("{'type': 9, 'receive': '%s', 'info': ''}".formatted(asked.user()));
        asked.expect(JsonType.FRIEND_ASKED);
        asked.send("{'type': 10, 'receive': '%s', 'info': false}".formatted(asker.user()));
        assertThat(asker.expect(JsonType.FRIEND_ANSWERED).path("info").booleanValue())
                .isFalse();
        asker.send("{'type': 9, 'receive': '%s', 'info': 'please', 'id': 'again'}".formatted(asked.user()));
        accepted(asker, "again");
        asked.fence();
        assertThat(loginAnswer(ben, "later").path("requests").path("received")).isEmpty();
        assertThat(loginAnswer(ann, "later").path("requests").path("sent")).hasSize(1);
        // The asker can't tell that it was declined, and the other is not told when it is
        // withdrawn.
        asker.send("{'type': 25, 'receive': '%s', 'info': {}, 'id': 'back'}".formatted(asked.user()));
        accepted(asker, "back");
        asker.send("{'type': 25, 'receive': '%s', 'info': {}}".formatted(asked.user()));
        assertThat(asker.refusal()).isEqualTo("no-such-request");
        asked.fence();
        // Whoever declined may still ask.
        asked.send("{'type': 9, 'receive': '%s', 'info': 'sorry'}".formatted(asker.user()));
        assertThat(asker.expect(JsonType.FRIEND_ASKED).path("info").asString()).isEqualTo("sorry");
    }

    @Test
    void aFriendIsRemovedAndARequestWithdrawnOnBothSides() {
        JsonSocket one = logIn(ann, "");
        JsonSocket other = logIn(ben, "");
        one.send("{'type': 9, 'receive': '%s', 'info': ''}".formatted(other.user()));
        other.expect(JsonType.FRIEND_ASKED);
        one.send("{'type': 25, 'receive': '%s', 'info': {}}".formatted(other.user()));
        assertThat(other.expect(JsonType.FRIEND_REMOVED).path("send").asString())
                .isEqualTo(one.user());
        befriend(one, other);
        other.send("{'type': 25, 'receive': '%s', 'info': {}}".formatted(one.user()));
        JsonNode removed = one.expect(JsonType.FRIEND_REMOVED);
        assertThat(removed.path("send").asString()).isEqualTo(other.user());
        assertThat(removed.path("info").toString()).isEqualTo("{}");
        assertThat(loginAnswer(ann, "later").path("friends")).isEmpty();
        assertThat(loginAnswer(ben, "later").path("friends")).isEmpty();
    }

    @Test
    void friendsAreToldThatAFriendIsOnline() {
        JsonSocket one = logIn(ann, "");
        try (JsonSocket other = chatd.logInJson(carrier, ben, "")) {
            befriend(one, other);
        }
        one.expectPresence(JsonType.OFFLINE, "logout");
        JsonSocket third = logIn(chatd.person(), "");
        JsonSocket again = logIn(ben, "");
        assertThat(one.expectPresence(JsonType.ONLINE, again.user())
                        .path("info")
                        .path("type")
                        .asString())
                .isEqualTo("friend");
        assertThat(third.expectPresence(JsonType.ONLINE, again.user())
                        .path("info")
                        .path("type")
                        .asString())
                .isEqualTo("stranger");
    }

    @Test
    void aQuietSessionDoesNotMakeItsUserOnline() {
        JsonSocket one = logIn(ann, "");
        JsonSocket bot = connect();
        bot.send("{'type': 1, 'info': {'user_id': '%s', 'user_pwd': '%s', 'device': 'cron', 'quiet': true}}"
                .formatted(ben.name(), ben.password()));
        String number =
                bot.expect(JsonType.LOGGED_IN).path("info").path("user_id").asString();
        one.send("{'type': 28, 'info': {'users': ['%s']}}".formatted(number));
        assertThat(one.expect(JsonType.USERS)
                        .path("info")
                        .path("users")
                        .path(0)
                        .path("online")
                        .booleanValue())
                .isFalse();
        one.send("{'type': 3, 'receive': '%s', 'info': 'to the bot'}".formatted(number));
        assertThat(bot.expect(JsonType.TEXT).path("info").asString()).isEqualTo("to the bot");
        // Another session brings the user online and offline; the quiet one stays, and is told of
        // neither.
        JsonSocket loud = chatd.logInJson(carrier, ben, "laptop");
        one.expectPresence(JsonType.ONLINE, number);
        loud.close();
        one.expectPresence(JsonType.OFFLINE, number);
        bot.send("{'type': 30, 'info': {'op': 'list'}}");
        JsonNode next = bot.next();
        while (next.path("type").asInt() != JsonType.SESSIONS) {
            assertThat(next.toString()).doesNotContain('"' + number + '"');
            next = bot.next();
        }
    }

    @Test
    void messagesOfABlockedUserNeverArrive() {
        JsonSocket one = logIn(ann, "");
        JsonSocket other = logIn(ben, "");
        JsonSocket othersPhone = logIn(ben, "phone");
        befriend(one, other);
        othersPhone.expect(JsonType.FRIEND_ASKED);
        othersPhone.expect(JsonType.FRIEND_ANSWERED);
        one.send("{'type': 34, 'info': {'user_id': '%s', 'on': true}, 'id': 'b'}".formatted(ben.name()));
        accepted(one, "b");
        other.send("{'type': 3, 'receive': '%s', 'info': 'secretly @%s', 'id': 't'}".formatted(one.user(), ann.name()));
        long mid = other.expect(JsonType.DONE).path("info").path("mid").asLong();
        assertThat(mid).isPositive();
        assertThat(othersPhone.expect(JsonType.TEXT).path("info").asString()).startsWith("secretly");
        other.send("{'type': 22, 'receive': '%s', 'info': {}}".formatted(one.user()));
        other.fence();
        one.fence();
        // In the sender's history alone, and in the sender's list of conversations.
        JsonNode own = other.history(10, ", 'with': '%s'".formatted(one.user())).path("items");
        assertThat(own).hasSize(1);
        assertThat(own.path(0).path("mentions").toString())
                .as("the sender learns nothing by mentioning")
                .isEqualTo("[\"%s\"]".formatted(one.user()));
        assertThat(other.history(10, "").path("items").path(0).path("mid").asLong())
                .isEqualTo(mid);
        other.send("{'type': 37, 'info': {}}");
        assertThat(other.expect(JsonType.CONVERSATIONS)
                        .path("info")
                        .path("items")
                        .path(0)
                        .path("last")
                        .path("mid")
                        .asLong())
                .isEqualTo(mid);
        assertThat(one.history(10, ", 'with': '%s'".formatted(other.user())).path("items"))
                .isEmpty();
        assertThat(one.history(10, "").path("items")).isEmpty();
        JsonNode lists = loginAnswer(ann, "later");
        assertThat(lists.path("blocked").toString()).isEqualTo("[\"%s\"]".formatted(other.user()));
        assertThat(lists.path("unread").has(other.user())).isFalse();
        assertThat(lists.path("friends")).hasSize(1);
        // Nor does it arrive once the block is lifted; what is sent after that does.
        one.send("{'type': 34, 'info': {'user_id': '%s', 'on': false}}".formatted(ben.name()));
        one.fence();
        assertThat(one.history(10, "").path("items")).isEmpty();
        other.send("{'type': 3, 'receive': '%s', 'info': 'openly', 're': %d, 'id': 'u'}".formatted(one.user(), mid));
        other.expect(JsonType.DONE);
        JsonNode openly = one.expect(JsonType.TEXT);
        assertThat(openly.path("info").asString()).isEqualTo("openly");
        assertThat(openly.path("re").asLong()).isEqualTo(mid);
        assertThat(other.history(1, "").path("items").path(0).path("re").asLong())
                .as("the sender learns nothing by answering what was withheld")
                .isEqualTo(mid);
        other.send("{'type': 31, 'info': {'mid': %d}, 'id': 'back'}".formatted(mid));
        accepted(other, "back");
        other.send("{'type': 3, 'receive': '%s', 'info': 'so?', 're': %d}".formatted(one.user(), mid));
        assertThat(other.refusal())
                .as("taken back, whether it was withheld or not")
                .isEqualTo("no-such-message");
        // What one can't see, one can't answer.
        one.send("{'type': 3, 'receive': '%s', 'info': 'what?', 're': %d}".formatted(other.user(), mid));
        assertThat(one.refusal()).isEqualTo("no-such-message");
        one.send("{'type': 34, 'info': {'user_id': '%s', 'on': true}}".formatted(ann.name()));
        assertThat(one.refusal()).isEqualTo("not-allowed");
    }

    /** Sent to several users, a text is a separate message to each of them. */
    @Test
    void aBlockedUsersTextToSeveralReachesTheOthers() {
        JsonSocket one = logIn(ann, "");
        JsonSocket other = logIn(ben, "");
        try (Chat1Socket blocked = chatd.newcomer()) {
            one.send("{'type': 34, 'info': {'user_id': '%s', 'on': true}, 'id': 'b'}".formatted(blocked.name()));
            accepted(one, "b");
            blocked.send(Wire.text("to two @" + ann.name(), ann.name(), ben.name()));
            blocked.send(Wire.text("to two with myself", ann.name(), blocked.name()));
            JsonNode heard = other.expect(JsonType.TEXT);
            assertThat(heard.path("info").asString()).startsWith("to two @");
            assertThat(heard.has("mentions")).isFalse();
            blocked.expectText(blocked.name(), "to two with myself");
            one.fence();
            assertThat(one.history(10, "").path("items")).isEmpty();
            assertThat(loginAnswer(ann, "later")
                            .path("unread")
                            .has(heard.path("send").asString()))
                    .isFalse();
            assertThat(other.history(10, "").path("items")).hasSize(1);
            // The sender has both, with both receivers.
            try (JsonSocket sender = chatd.logInJson(carrier, blocked.person(), "json")) {
                JsonNode items = sender.history(10, "").path("items");
                assertThat(items).hasSize(2);
                assertThat(items.path(0).path("receivers")).hasSize(2);
                assertThat(sender.history(10, ", 'with': '%s'".formatted(one.user()))
                                .path("items"))
                        .hasSize(2);
                // The sender's own message is not unread.
                assertThat(loginAnswer(blocked.person(), "later").path("unread").has(sender.user()))
                        .isFalse();
            }
        }
        assertThat(chatd.admin("", "log", "verify", "--messages").exits(3).out())
                .contains("consistent");
    }

    private static JsonNode seen(JsonSocket asker, String user) {
        asker.send("{'type': 28, 'info': {'users': ['%s']}}".formatted(user));
        return asker.skipTo(JsonType.USERS).path("info").path("users").path(0).path("seen");
    }

    /** Ends somebody's only session; returns when the other one was told. */
    private static void leave(JsonSocket who, JsonSocket told) {
        String user = who.user();
        // By then it was told that they came: what is still to be told of somebody who comes and goes cancels out.
        told.fence();
        who.close();
        JsonNode event;
        do {
            event = told.skipTo(JsonType.OFFLINE);
        } while (!event.path("send").asString().equals(user));
    }

    @Test
    void othersSeeWhenSomebodyWasOnlineLastIfTheyTellIt() {
        JsonSocket asker = logIn(ann, "laptop");
        JsonSocket other = logIn(ben, "laptop");
        String user = other.user();
        leave(other, asker);
        assertThat(seen(asker, user).isMissingNode()).isTrue();

        other = logIn(ben, "laptop");
        other.send("{'type': 35, 'info': {'last_seen': true}, 'id': 's'}");
        assertThat(other.skipTo(JsonType.DONE).path("info").path("id").asString())
                .isEqualTo("s");
        assertThat(seen(asker, user).isMissingNode()).as("online").isTrue();
        Instant before = Instant.now();
        leave(other, asker);
        assertThat(Instant.parse(seen(asker, user).asString()))
                .isBetween(before.minusSeconds(1), Instant.now().plusSeconds(1));

        // Not whom one has blocked, and not any more when one has thought better of it.
        other = logIn(ben, "laptop");
        other.send("{'type': 34, 'info': {'user_id': '%s', 'on': true}}".formatted(asker.user()));
        other.send("{'type': 28, 'info': {'users': ['%s']}}".formatted(asker.user()));
        other.skipTo(JsonType.USERS);
        leave(other, asker);
        assertThat(seen(asker, user).isMissingNode()).as("blocked").isTrue();
        other = logIn(ben, "laptop");
        other.send("{'type': 34, 'info': {'user_id': '%s', 'on': false}}".formatted(asker.user()));
        other.send("{'type': 35, 'info': {'last_seen': false}, 'id': 't'}");
        other.send("{'type': 28, 'info': {'users': ['%s']}}".formatted(asker.user()));
        other.skipTo(JsonType.USERS);
        leave(other, asker);
        assertThat(seen(asker, user).isMissingNode()).as("switched off").isTrue();
    }

    @Test
    void preferencesAreKeptAndReachEveryDevice() {
        JsonSocket one = logIn(ann, "");
        JsonSocket phone = logIn(ann, "phone");
        JsonSocket other = logIn(ben, "");
        one.send("{'type': 35, 'info': {'read_marks': false, 'requests': 'nobody'}, 'id': 'p'}");
        String told = "{\"read_marks\":false,\"calls\":\"friends\",\"requests\":\"nobody\",\"groups\":\"everyone\","
                + "\"texts\":\"everyone\"}";
        assertThat(one.expect(JsonType.PREFERENCES).path("info").toString()).isEqualTo(told);
        accepted(one, "p");
        assertThat(phone.expect(JsonType.PREFERENCES).path("info").toString()).isEqualTo(told);
        one.send("{'type': 35, 'info': {'conversations': {'%s': {'pinned': true, 'notify': 'mentions'}}}}"
                .formatted(ben.name()));
        String pinned = "{\"conversations\":{\"%s\":{\"notify\":\"mentions\",\"pinned\":true,\"unread\":false}}}"
                .formatted(other.user());
        assertThat(phone.expect(JsonType.PREFERENCES).path("info").toString()).isEqualTo(pinned);
        JsonNode kept = loginAnswer(ann, "later").path("preferences");
        assertThat(kept.path("requests").asString()).isEqualTo("nobody");
        assertThat(kept.path("conversations").path(other.user()).path("pinned").booleanValue())
                .isTrue();
        other.send("{'type': 9, 'receive': '%s', 'info': ''}".formatted(one.user()));
        assertThat(other.refusal()).isEqualTo("not-allowed");
        one.send("{'type': 35, 'info': {'requests': 'sometimes'}}");
        one.expect(JsonType.PREFERENCES);
        assertThat(one.refusal()).isEqualTo("malformed");
    }

    private static void acceptTextsFrom(JsonSocket by, String whom) {
        by.send("{'type': 35, 'info': {'texts': '%s'}, 'id': 'p'}".formatted(whom));
        by.expect(JsonType.PREFERENCES);
        accepted(by, "p");
    }

    @Test
    void strangersMustAskAUserWhoAcceptsTextsFromFriendsOnly() {
        JsonSocket one = logIn(ann, "");
        JsonSocket other = logIn(ben, "");
        acceptTextsFrom(one, "friends");
        String toOne = "{'type': 3, 'receive': '%s', 'info': '%s', 'id': '%s'}";
        other.send(toOne.formatted(one.user(), "hello", "1"));
        JsonNode refused = other.expect(JsonType.REFUSED).path("info");
        assertThat(refused.path("code").asString()).isEqualTo("not-allowed");
        assertThat(refused.path("text").asString())
                .isEqualTo(
                        ann.name() + " accepts no texts from people they do not know. Send a friend request, and say in"
                                + " it what it is about. Nothing was sent.");
        other.send("{'type': 6, 'receive': '%s', 'info': {'op': 'start', 'name': 'a.txt', 'size': 1}}"
                .formatted(one.user()));
        assertThat(other.refusal()).isEqualTo("not-allowed");
        // In chat/1, too, and with several receivers. Whoever ann has written to may answer her.
        try (Chat1Socket client = chatd.logIn(ben)) {
            client.send(Wire.text("hello", ann.name(), ben.name()));
            assertThat(client.expectServerText()).startsWith(ann.name() + " accepts no texts");
        }
        other.send("{'type': 9, 'receive': '%s', 'info': 'may I ask you something?'}".formatted(one.user()));
        assertThat(one.expect(JsonType.FRIEND_ASKED).path("info").asString()).isEqualTo("may I ask you something?");
        send(one, other.user(), "what is it?");
        other.expect(JsonType.TEXT);
        other.send(toOne.formatted(one.user(), "this", "2"));
        accepted(other, "2");
        assertThat(one.expect(JsonType.TEXT).path("info").asString()).isEqualTo("this");
        one.fence();
        // The preference is in the answer to each login.
        assertThat(loginAnswer(ann, "later").path("preferences").path("texts").asString())
                .isEqualTo("friends");
    }

    @Test
    void aUserWhoAcceptsTextsFromNobodyIsReachedOnlyByThoseTheyWroteTo() {
        JsonSocket one = logIn(ann, "");
        JsonSocket other = logIn(ben, "");
        befriend(one, other);
        acceptTextsFrom(one, "nobody");
        String text = "{'type': 3, 'receive': '%s', 'info': 'hello', 'id': '1'}";
        other.send(text.formatted(one.user()));
        assertThat(other.refusal()).isEqualTo("not-allowed");
        // Notes to oneself are always allowed.
        one.send(text.formatted(one.user()));
        accepted(one, "1");
    }

    @Test
    void moreChangesInAMinuteThanAllowedAreRefused() {
        JsonSocket one = logIn(ann, "");
        JsonSocket phone = logIn(ann, "phone");
        String change = "{'type': 35, 'info': {'calls': 'nobody'}, 'id': 'c'}";
        // A burst of sixty, and then one a second; the time measured here is at least the daemon's.
        long begin = System.nanoTime();
        long sent = 0;
        long refused = 0;
        while (refused == 0) {
            assertThat(System.nanoTime() - begin).as("nothing is refused").isLessThan(TestTimeout.LONG.toNanos());
            IntStream.range(0, 120).forEach(i -> (i % 2 == 0 ? one : phone).send(change));
            refused += IntStream.range(0, 60).filter(i -> answer(one) == 18).count()
                    + IntStream.range(0, 60).filter(i -> answer(phone) == 18).count();
            sent += 120;
        }
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin) + 1;
        assertThat(sent - refused).isBetween(60L, 60 + seconds);
    }

    /** Returns the type of the next answer to a change. */
    private static int answer(JsonSocket socket) {
        JsonNode next = socket.next();
        while (next.path("type").asInt() != JsonType.DONE && next.path("type").asInt() != JsonType.REFUSED) {
            next = socket.next();
        }
        return next.path("type").asInt();
    }

    @Test
    void aDeletedAccountIsNobodysFriend() {
        JsonSocket one = logIn(ann, "");
        JsonSocket other = logIn(ben, "");
        befriend(one, other);
        chatd.admin("", "user", "delete", ben.name(), "--yes").exits(0);
        one.send("{'type': 28, 'info': {'friends': true}}");
        assertThat(one.expect(JsonType.USERS).path("info").path("users")).isEmpty();
    }
}

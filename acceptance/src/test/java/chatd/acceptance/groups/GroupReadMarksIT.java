package chatd.acceptance.groups;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What is unread in groups, how far one has read, who is typing, and groups in the list of conversations. */
class GroupReadMarksIT extends GroupTestBase {
    GroupReadMarksIT(JsonCarrier carrier, Chatd chatd) {
        super(carrier, chatd);
    }

    private static JsonNode conversations(JsonSocket of, String info) {
        of.send("{'type': 37, 'info': {%s}}".formatted(info));
        return of.skipTo(JsonType.CONVERSATIONS).path("info");
    }

    private static JsonNode conversation(JsonSocket of, String with) {
        return conversations(of, "")
                .path("items")
                .valueStream()
                .filter(item -> item.path("with").asString().equals(with))
                .findFirst()
                .orElseThrow();
    }

    private static void mark(JsonSocket reader, String with, long mid) {
        reader.send("{'type': 21, 'info': {'with': '%s', 'mid': %d}, 'id': 'read'}".formatted(with, mid));
        assertThat(reader.skipTo(JsonType.DONE).path("info").path("id").asString())
                .isEqualTo("read");
    }

    private static void notifyTyping(JsonSocket writer, String group) {
        writer.send("{'type': 22, 'receive': '%s', 'info': {}}".formatted(group));
        writer.fence();
    }

    @Test
    void textsOfOthersAreUnreadUntilMarked() {
        JsonSocket writer = logIn(ann, "");
        JsonSocket reader = logIn(ben, "");
        String group = create(writer, "", reader);
        change(writer, op("rename", group, "'name': 'Operations'"), reader);
        assertThat(unread(ben, group).isMissingNode())
                .as("changes are not counted")
                .isTrue();
        long first = say(writer, group, "one", reader);
        long second = say(writer, group, "two @" + ben.name(), reader);
        perform(writer, correct(first, "one @" + ben.name()));
        perform(reader, react(first, "👍"));
        change(writer, op("set", group, "'topic': 'numbers'"));
        say(reader, group, "my own");
        JsonNode welcome = loginAnswer(ben, "later");
        assertThat(welcome.path("unread").path(group)).isEqualTo(unread(2, 1, first, second));
        assertThat(welcome.path("names").path(group).asString()).isEqualTo("Operations");
        perform(writer, takeBack(first));
        assertThat(unread(ben, group)).isEqualTo(unread(1, 1, second, second));
        mark(reader, group, first);
        assertThat(unread(ben, group)).isEqualTo(unread(1, 1, second, second));
        JsonNode listed = conversation(reader, group);
        assertThat(listed.path("unread").asInt()).isEqualTo(1);
        assertThat(listed.path("mentions").asInt()).isEqualTo(1);
        assertThat(listed.path("read").asLong()).isEqualTo(first);
        // A mark never moves back; one above the newest means the newest.
        mark(reader, group, 0);
        assertThat(unread(ben, group)).isEqualTo(unread(1, 1, second, second));
        mark(reader, group, Long.MAX_VALUE);
        assertThat(unread(ben, group).isMissingNode()).isTrue();
        long third = say(writer, group, "three");
        assertThat(unread(ben, group)).isEqualTo(unread(1, 0, third, third));
    }

    @Test
    void textsOfABlockedUserAreNeitherUnreadNorMentions() {
        JsonSocket writer = logIn(ann, "");
        JsonSocket other = logIn(carol, "");
        JsonSocket reader = logIn(ben, "");
        String group = create(writer, "", reader, other);
        perform(reader, "'type': 34, 'info': {'user_id': '%s', 'on': true}".formatted(writer.user()));
        say(writer, group, "one @" + ben.name(), reader, other);
        say(writer, group, "two @all", reader, other);
        assertThat(unread(ben, group).isMissingNode()).isTrue();
        assertThat(conversation(reader, group).path("mentions").asInt()).isZero();
        assertThat(unread(carol, group).path("count").asInt()).isEqualTo(2);
        assertThat(newestItems(reader, group)).contains("one @" + ben.name(), "two @all");
        long third = say(other, group, "three @" + ben.name(), reader, writer);
        say(writer, group, "four", reader, other);
        assertThat(unread(ben, group)).isEqualTo(unread(1, 1, third, third));
        JsonNode listed = conversation(reader, group);
        assertThat(listed.path("unread").asInt()).isEqualTo(1);
        assertThat(listed.path("mentions").asInt()).isEqualTo(1);
        perform(reader, "'type': 34, 'info': {'user_id': '%s', 'on': false}".formatted(writer.user()));
        assertThat(unread(ben, group).path("count").asInt()).isEqualTo(4);
        assertThat(unread(ben, group).path("mentions").asInt()).isEqualTo(3);
    }

    @Test
    void aReadMarkReachesOnlyOnesOwnDevices() {
        JsonSocket writer = logIn(ann, "");
        JsonSocket reader = logIn(ben, "");
        JsonSocket phone = logIn(ben, "phone");
        JsonSocket third = logIn(carol, "");
        String group = create(writer, "", third);
        change(writer, add(group, ben), reader, phone, third);
        long mid = say(writer, group, "read me", reader, phone, third);
        mark(reader, group, mid);
        JsonNode told = phone.expect(JsonType.READ);
        assertThat(told.path("send").asString()).isEqualTo(reader.user());
        assertThat(told.path("info")).isEqualTo(json("{'with': '%s', 'mid': %d}".formatted(group, mid)));
        writer.fence();
        third.fence();
    }

    @Test
    void nothingIsUnreadForANewMember() {
        JsonSocket writer = logIn(ann, "");
        JsonSocket member = logIn(ben, "");
        String group = create(writer, "'history': 'all', 'open': true");
        long before = say(writer, group, "before, @" + ben.name());
        long joined = change(writer, add(group, ben), member);
        assertThat(newestItems(member, group)).contains("before, @" + ben.name());
        assertThat(unread(ben, group).isMissingNode()).isTrue();
        assertThat(conversation(member, group).path("unread").asInt()).isZero();
        assertThat(conversation(member, group).path("read").asLong())
                .isEqualTo(joined)
                .isGreaterThan(before);
        long first = say(writer, group, "unread", member);
        assertThat(unread(ben, group)).isEqualTo(unread(1, 0, first, first));
        // And again, when coming back.
        change(member, op("leave", group));
        say(writer, group, "meanwhile");
        long back = change(member, op("join", group));
        assertThat(unread(ben, group).isMissingNode()).isTrue();
        assertThat(conversation(member, group).path("read").asLong()).isEqualTo(back);
        long last = say(writer, group, "unread, too", member);
        assertThat(unread(ben, group)).isEqualTo(unread(1, 0, last, last));
    }

    @Test
    void typingIsSentToTheOtherMembersAndThrottled() {
        JsonSocket writer = logIn(ann, "");
        JsonSocket reader = logIn(ben, "");
        JsonSocket phone = logIn(ben, "phone");
        JsonSocket left = logIn(carol, "");
        JsonSocket stranger = logIn(chatd.person(), "");
        String group = create(writer, "", left);
        change(writer, add(group, ben), reader, phone, left);
        change(left, op("leave", group), writer, reader, phone);
        for (int i = 0; i < 5; i++) {
            notifyTyping(writer, group);
        }
        for (JsonSocket told : List.of(reader, phone)) {
            JsonNode typing = told.expect(JsonType.TYPING);
            assertThat(typing.path("send").asString()).isEqualTo(writer.user());
            assertThat(typing.path("receive").asString()).isEqualTo(group);
            assertThat(typing.path("info").toString()).isEqualTo("{}");
        }
        left.fence();
        stranger.fence();
        // Whoever does not share read marks sends no typing notifications either.
        reader.send("{'type': 35, 'info': {'read_marks': false}}");
        reader.expect(JsonType.PREFERENCES);
        notifyTyping(reader, group);
        writer.fence();
        assertThat(newestItems(reader, group)).containsExactly("(add)", "(leave)");
    }

    @Tag("slow")
    @Test
    void typingIsSentToAHundredAndNotToMore() {
        JsonSocket writer = logIn(ann, "");
        JsonSocket reader = logIn(ben, "");
        String group = create(writer, "'open': true", reader);
        for (int online = 2; online < 100; online++) {
            perform(logIn(chatd.person(), ""), op("join", group));
        }
        JsonSocket last = logIn(carol, "");
        // Discards the notices about those who joined.
        newestItems(reader, group);
        newestItems(writer, group);
        notifyTyping(writer, group);
        assertThat(reader.expect(JsonType.TYPING).path("send").asString()).isEqualTo(writer.user());
        change(last, op("join", group), reader);
        notifyTyping(last, group);
        reader.fence();
    }

    @Test
    void groupsAreListedAmongTheConversations() {
        JsonSocket one = logIn(ann, "");
        JsonSocket other = logIn(ben, "");
        String quiet = create(one, "", other);
        String group = create(one, "", other);
        send(other, one.user(), "between us");
        assertThat(conversationPartners(conversations(one, ""))).containsExactly(other.user(), group, quiet);
        JsonNode made = conversation(one, quiet);
        assertThat(made.path("last").path("type").asInt()).isEqualTo(JsonType.GROUP);
        assertThat(made.path("last").path("info").path("op").asString()).isEqualTo("create");
        assertThat(made.path("unread").asInt()).isZero();
        long mid = say(other, group, "in the group, @" + ann.name());
        JsonNode all = conversations(one, "");
        assertThat(conversationPartners(all)).containsExactly(group, other.user(), quiet);
        assertThat(all.path("names").path(group).asString()).isEqualTo("Ops");
        JsonNode first = all.path("items").path(0);
        assertThat(first.path("name").asString()).isEqualTo("Ops");
        assertThat(first.path("last").path("mid").asLong()).isEqualTo(mid);
        assertThat(first.path("last").path("info").asString()).startsWith("in the group");
        assertThat(first.path("unread").asInt()).isEqualTo(1);
        assertThat(first.path("mentions").asInt()).isEqualTo(1);
        JsonNode page = conversations(one, "'limit': 1, 'before': " + mid);
        assertThat(conversationPartners(page)).containsExactly(other.user());
        assertThat(page.path("more").booleanValue()).isTrue();
        // A group that one has left stays listed, with the last item that one can see.
        long left = change(other, op("leave", group));
        say(one, group, "without you");
        assertThat(conversationPartners(conversations(other, ""))).containsExactly(group, one.user(), quiet);
        assertThat(conversation(other, group).path("last").path("mid").asLong()).isEqualTo(left);
        assertThat(conversation(one, group).path("last").path("info").asString())
                .isEqualTo("without you");
    }

    private static List<String> conversationPartners(JsonNode list) {
        return list.path("items")
                .valueStream()
                .map(item -> item.path("with").asString())
                .toList();
    }

    @Test
    void preferencesOfAGroupAreKept() {
        JsonSocket one = logIn(ann, "");
        JsonSocket phone = logIn(ann, "phone");
        JsonSocket other = logIn(ben, "");
        String group = create(one, "", phone, other);
        one.send("{'type': 35, 'info': {'conversations': {'%s': {'pinned': true, 'notify': 'mentions'}}}}"
                .formatted(group));
        JsonNode told = json(
                "{'conversations': {'%s': {'notify': 'mentions', 'pinned': true, 'unread': false}}}".formatted(group));
        assertThat(one.expect(JsonType.PREFERENCES).path("info")).isEqualTo(told);
        assertThat(phone.expect(JsonType.PREFERENCES).path("info")).isEqualTo(told);
        assertThat(loginAnswer(ann, "later").path("preferences").path("conversations"))
                .isEqualTo(told.path("conversations"));
        assertThat(conversation(one, group).path("notify").asString()).isEqualTo("mentions");
        assertThat(conversation(one, group).path("pinned").booleanValue()).isTrue();
        assertThat(conversation(other, group).path("pinned").booleanValue()).isFalse();
        other.fence();
    }
}

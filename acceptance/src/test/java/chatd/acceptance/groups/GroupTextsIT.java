package chatd.acceptance.groups;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What members of a group write, answer, correct, take back and react to, and who sees it. */
class GroupTextsIT extends GroupTestBase {
    GroupTextsIT(JsonCarrier carrier, Chatd chatd) {
        super(carrier, chatd);
    }

    private static List<String> mentions(JsonNode message) {
        return message.path("mentions").valueStream().map(JsonNode::asString).toList();
    }

    private static void makeAdmin(JsonSocket owner, String group, JsonSocket whom, JsonSocket... told) {
        change(owner, op("role", group, "'user': '%s', 'role': 'admin'".formatted(whom.user())), told);
    }

    private static JsonNode conversation(JsonSocket of, String with) {
        of.send("{'type': 37, 'info': {}}");
        return of.skipTo(JsonType.CONVERSATIONS)
                .path("info")
                .path("items")
                .valueStream()
                .filter(item -> item.path("with").asString().equals(with))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aTextReachesEveryMemberOnceAndNobodyElse() {
        JsonSocket writer = logIn(ann, "");
        JsonSocket phone = logIn(ann, "phone");
        JsonSocket reader = logIn(ben, "");
        JsonSocket stranger = logIn(carol, "");
        String group = create(writer, "", phone, reader);
        writer.send("{%s, 'id': 't'}".formatted(text(group.replace('G', 'g'), "hello, 大家")));
        JsonNode accepted = writer.expect(JsonType.DONE).path("info");
        JsonNode text = reader.expect(JsonType.TEXT_TO_ALL);
        assertThat(text.path("send").asString()).isEqualTo(writer.user());
        assertThat(text.path("receive").asString()).isEqualTo(group);
        assertThat(text.path("name").asString()).isEqualTo(ann.name());
        assertThat(text.path("info").asString()).isEqualTo("hello, 大家");
        assertThat(text.path("mid")).isEqualTo(accepted.path("mid"));
        assertThat(text.path("time").asString()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
        assertThat(text.path("salt").asString()).hasSize(22);
        assertThat(text.has("receivers")).isFalse();
        assertThat(phone.expect(JsonType.TEXT_TO_ALL)).isEqualTo(text);
        for (JsonSocket any : List.of(writer, phone, reader)) {
            any.fence();
            JsonNode page = page(any, group, "");
            assertThat(items(page)).containsExactly("(create)", "hello, 大家");
            assertThat(page.path("items").path(1)).isEqualTo(text);
            assertThat(page.path("with").asString()).isEqualTo(group);
            assertThat(page.path("names").path(group).asString()).isEqualTo("Ops");
            assertThat(page.path("names").path(writer.user()).asString()).isEqualTo(ann.name());
            // The whole history has it, too.
            assertThat(items(any.history(9, ""))).containsExactly("(create)", "hello, 大家");
        }
        stranger.fence();
        assertThat(stranger.history(9, "").path("items")).isEmpty();
        assertThat(refusalCode(writer, "'type': 3, 'receive': '%s', 'info': 'to one'".formatted(group)))
                .isEqualTo("no-such-user");
        reader.fence();
    }

    @Test
    void onlyMembersWriteAndNobodyInAClosedGroup() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket member = logIn(ben, "");
        JsonSocket third = logIn(carol, "");
        String group = create(owner, "'open': true", member);
        assertThat(refusalCode(third, text(group, "from outside"))).isEqualTo("not-a-member");
        change(third, op("join", group), owner, member);
        say(third, group, "from within", owner, member);
        change(third, op("leave", group), owner, member);
        assertThat(refusalCode(third, text(group, "from outside again"))).isEqualTo("not-a-member");
        assertThat(refusalCode(third, "'type': 22, 'receive': '%s', 'info': {}".formatted(group)))
                .isEqualTo("not-a-member");
        change(owner, op("close", group), member);
        assertThat(refusalCode(member, text(group, "too late"))).isEqualTo("closed");
        assertThat(refusalCode(owner, text(group, "too late"))).isEqualTo("closed");
        owner.fence();
        member.fence();
        assertThat(newestItems(member, group))
                .containsExactly("(create)", "(join)", "from within", "(leave)", "(close)");
        assertThat(newestItems(third, group)).containsExactly("(join)", "from within", "(leave)");
    }

    @Test
    void anAnswerNamesAMessageOfTheSameGroup() {
        JsonSocket one = logIn(ann, "");
        JsonSocket other = logIn(ben, "");
        String group = create(one, "", other);
        long made = page(one, group, "").path("items").path(0).path("mid").asLong();
        String second = create(one, "", other);
        long question = say(one, group, "what?", other);
        long elsewhere = say(one, second, "elsewhere", other);
        long between = send(one, other.user(), "between us");
        other.expect(JsonType.TEXT);
        perform(other, text(group, "that") + ", 're': " + question);
        JsonNode answer = one.expect(JsonType.TEXT_TO_ALL);
        assertThat(answer.path("re").asLong()).isEqualTo(question);
        assertThat(item(other, group, answer.path("mid").asLong())).isEqualTo(answer);
        for (long no : List.of(made, elsewhere, between)) {
            assertThat(refusalCode(other, text(group, "that") + ", 're': " + no))
                    .isEqualTo("no-such-message");
        }
        assertThat(refusalCode(
                        other, "'type': 3, 'receive': '%s', 'info': 'that', 're': %d".formatted(one.user(), question)))
                .isEqualTo("no-such-message");
        one.fence();
    }

    @Test
    void anyMemberMentionsMembersButOnlyOwnersAndAdminsMentionAll() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket admin = logIn(ben, "");
        JsonSocket member = logIn(carol, "");
        Chatd.Person stranger = chatd.person();
        String group = create(owner, "", admin, member);
        makeAdmin(owner, group, admin, admin, member);
        long first = perform(member, text(group, "@all, @%s: does @%s know?".formatted(stranger.name(), ann.name())));
        assertThat(mentions(owner.expect(JsonType.TEXT_TO_ALL))).containsExactly(owner.user());
        admin.expect(JsonType.TEXT_TO_ALL);
        long second = perform(admin, text(group, "@all and @%s".formatted(carol.name())));
        assertThat(mentions(owner.expect(JsonType.TEXT_TO_ALL))).containsExactly(group);
        JsonNode all = member.expect(JsonType.TEXT_TO_ALL);
        assertThat(mentions(all)).containsExactly(group);
        assertThat(item(member, group, second)).isEqualTo(all);
        long third = perform(owner, text(group, "mail@all @allx (@all)"));
        assertThat(mentions(member.expect(JsonType.TEXT_TO_ALL))).containsExactly(group);
        assertThat(mentions(admin.expect(JsonType.TEXT_TO_ALL))).containsExactly(group);
        long last = say(owner, group, "mail@all @allx", admin, member);
        assertThat(item(member, group, last).has("mentions")).isFalse();
        assertThat(unread(ann, group)).isEqualTo(unread(2, 2, first, second));
        assertThat(unread(ben, group)).isEqualTo(unread(3, 1, first, last));
        // Each text counts once, and one's own do not.
        assertThat(unread(carol, group)).isEqualTo(unread(3, 2, second, last));
        assertThat(third).isBetween(second, last);
        // Former members are not mentioned.
        change(member, op("leave", group), owner, admin);
        perform(owner, text(group, "bye @%s".formatted(carol.name())));
        assertThat(admin.expect(JsonType.TEXT_TO_ALL).has("mentions")).isFalse();
    }

    @Test
    void aTextIsCorrectedForEveryMember() {
        JsonSocket writer = logIn(ann, "");
        JsonSocket phone = logIn(ann, "phone");
        JsonSocket admin = logIn(ben, "");
        JsonSocket member = logIn(carol, "");
        JsonSocket stranger = logIn(chatd.person(), "");
        String group = create(writer, "", phone, admin, member);
        makeAdmin(writer, group, admin, phone, admin, member);
        long mid = say(writer, group, "Lunh?", phone, admin, member);
        long corrected = perform(writer, correct(mid, "Lunch, @%s?".formatted(ben.name())));
        JsonNode told = member.expect(JsonType.CORRECTED);
        assertThat(told.path("mid").asLong()).isEqualTo(corrected);
        assertThat(told.path("receive").asString()).isEqualTo(group);
        assertThat(told.path("name").asString()).isEqualTo(ann.name());
        assertThat(told.path("info").path("of").asLong()).isEqualTo(mid);
        assertThat(phone.expect(JsonType.CORRECTED)).isEqualTo(told);
        assertThat(admin.expect(JsonType.CORRECTED)).isEqualTo(told);
        for (JsonSocket any : List.of(writer, admin, member)) {
            JsonNode item = item(any, group, mid);
            assertThat(item.path("info").asString()).isEqualTo("Lunch, @%s?".formatted(ben.name()));
            assertThat(item.path("version").path("mid").asLong()).isEqualTo(corrected);
            assertThat(item.path("corrected").path(0).path("text").asString()).isEqualTo("Lunh?");
            assertThat(items(page(any, group, ", 'after': " + mid))).containsExactly("✎ Lunch, @" + ben.name() + "?");
        }
        assertThat(unread(ben, group)).isEqualTo(unread(1, 0, mid, mid));
        assertThat(refusalCode(admin, correct(mid, "not mine"))).isEqualTo("not-allowed");
        assertThat(refusalCode(member, correct(mid, "not mine"))).isEqualTo("not-allowed");
        assertThat(refusalCode(stranger, correct(mid, "not mine"))).isEqualTo("no-such-message");
        assertThat(refusalCode(writer, correct(corrected, "of a correction"))).isEqualTo("no-such-message");
        stranger.fence();
    }

    @Test
    void membersTakeBackTheirOwnTextsAndAdminsAndOwnersAnyText() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket admin = logIn(ben, "");
        JsonSocket member = logIn(carol, "");
        String group = create(owner, "", admin, member);
        makeAdmin(owner, group, admin, admin, member);
        long byOwner = say(owner, group, "by the owner", admin, member);
        long byAdmin = say(admin, group, "by the admin", owner, member);
        long byMember = say(member, group, "by the member", owner, admin);
        long another = say(member, group, "another", owner, admin);
        assertThat(refusalCode(member, takeBack(byOwner))).isEqualTo("not-allowed");
        assertThat(refusalCode(member, takeBack(byAdmin))).isEqualTo("not-allowed");
        expectTakenBack(member, byMember, group, owner, admin);
        expectTakenBack(owner, byAdmin, group, admin, member);
        expectTakenBack(admin, byOwner, group, owner, member);
        expectTakenBack(admin, another, group, owner, member);
        for (JsonSocket any : List.of(owner, admin, member)) {
            assertThat(newestItems(any, group))
                    .containsExactly(
                            "(create)", "(role)", "(taken back)", "(taken back)", "(taken back)", "(taken back)");
        }
        assertThat(unread(ann, group).isMissingNode())
                .as("nothing is left to read")
                .isTrue();
        assertThat(refusalCode(member, text(group, "what was it?") + ", 're': " + byOwner))
                .isEqualTo("no-such-message");
        long back = perform(admin, takeBack(another));
        for (String no : List.of(
                takeBack(back), correct(back, "x"), react(back, "👍"), correct(byMember, "x"), react(byMember, "👍"))) {
            assertThat(refusalCode(member, no)).as(no).isEqualTo("no-such-message");
        }
        long role = page(owner, group, "").path("items").path(1).path("mid").asLong();
        for (String no : List.of(takeBack(role), correct(role, "x"), react(role, "👍"))) {
            assertThat(refusalCode(owner, no)).as(no).isEqualTo("no-such-message");
        }
    }

    private static void expectTakenBack(JsonSocket by, long mid, String group, JsonSocket... told) {
        long number = perform(by, takeBack(mid));
        for (JsonSocket one : told) {
            JsonNode back = one.expect(JsonType.TAKEN_BACK);
            assertThat(back.path("mid").asLong()).isEqualTo(number);
            assertThat(back.path("receive").asString()).isEqualTo(group);
            assertThat(back.path("send").asString()).isEqualTo(by.user());
            assertThat(back.path("info")).isEqualTo(json("{'mid': %d, 'by': '%s'}".formatted(mid, by.user())));
        }
        assertThat(item(by, group, mid).path("taken_back").path("by").asString())
                .isEqualTo(by.user());
        assertThat(perform(by, takeBack(mid))).as("once").isEqualTo(number);
    }

    @Test
    void aFormerMemberTakesBackTheirOwnTextsAndDoesNothingElse() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket left = logIn(ben, "");
        String group = create(owner, "", left);
        long others = say(owner, group, "by the owner", left);
        long own = say(left, group, "my own", owner);
        long kept = say(left, group, "kept", owner);
        makeAdmin(owner, group, left, left);
        change(left, op("leave", group), owner);
        for (String no : List.of(correct(own, "corrected"), react(own, "👍"), react(others, "👍"))) {
            assertThat(refusalCode(left, no)).as(no).isEqualTo("not-a-member");
        }
        assertThat(refusalCode(left, takeBack(others))).isIn("not-allowed", "not-a-member");
        owner.fence();
        expectTakenBack(left, own, group, owner);
        // Former members are not told what others do, but no longer see what was taken back.
        perform(owner, takeBack(kept));
        perform(owner, correct(others, "corrected"));
        left.fence();
        assertThat(newestItems(left, group))
                .containsExactly("(create)", "by the owner", "(taken back)", "(taken back)", "(role)", "(leave)");
        assertThat(newestItems(owner, group))
                .containsExactly("(create)", "corrected", "(taken back)", "(taken back)", "(role)", "(leave)");
    }

    @Test
    void inAClosedGroupOnlyTakingBackIsLeft() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket member = logIn(ben, "");
        String group = create(owner, "", member);
        long own = say(member, group, "my own", owner);
        long other = say(member, group, "another", owner);
        long kept = say(member, group, "kept", owner);
        change(owner, op("close", group), member);
        assertThat(refusalCode(member, correct(own, "corrected"))).isEqualTo("closed");
        assertThat(refusalCode(member, react(own, "👍"))).isEqualTo("closed");
        owner.fence();
        expectTakenBack(member, own, group, owner);
        expectTakenBack(owner, other, group, member);
        assertThat(item(member, group, kept).path("info").asString()).isEqualTo("kept");
        assertThat(newestItems(member, group))
                .containsExactly("(create)", "(taken back)", "(taken back)", "kept", "(close)");
    }

    @Test
    void reactionsAreToldToEveryMember() {
        JsonSocket writer = logIn(ann, "");
        JsonSocket reader = logIn(ben, "");
        JsonSocket third = logIn(carol, "");
        JsonSocket stranger = logIn(chatd.person(), "");
        String group = create(writer, "", reader, third);
        long mid = say(writer, group, "good news", reader, third);
        long number = perform(reader, react(mid, "👍"));
        JsonNode told = writer.expect(JsonType.REACTION);
        assertThat(told.path("receive").asString()).isEqualTo(group);
        assertThat(told.path("mid").asLong()).isEqualTo(number);
        assertThat(told.path("info"))
                .isEqualTo(json("{'mid': %d, 'code': '👍', 'on': true, 'by': '%s'}".formatted(mid, reader.user())));
        assertThat(third.expect(JsonType.REACTION)).isEqualTo(told);
        assertThat(perform(reader, react(mid, "👍"))).as("it is so already").isZero();
        perform(third, react(mid, "👍"));
        for (JsonSocket any : List.of(writer, reader, third)) {
            assertThat(item(any, group, mid).path("reactions"))
                    .isEqualTo(json("{'👍': {'n': 2, 'by': ['%s', '%s']}}".formatted(reader.user(), third.user())));
        }
        assertThat(refusalCode(stranger, react(mid, "👍"))).isEqualTo("no-such-message");
        assertThat(refusalCode(writer, react(number, "👍"))).isEqualTo("no-such-message");
        assertThat(unread(ann, group).isMissingNode()).isTrue();
        stranger.fence();
    }

    /**
     * In groups, hiding what a blocked member writes is left to the client; it does not count as
     * unread.
     */
    @Test
    void messagesOfABlockedMemberAreDeliveredInAGroup() {
        JsonSocket blocker = logIn(ann, "");
        JsonSocket blocked = logIn(ben, "");
        String group = create(blocker, "", blocked);
        perform(blocker, "'type': 34, 'info': {'user_id': '%s', 'on': true}".formatted(blocked.user()));
        long own = say(blocker, group, "my own", blocked);
        long mid = say(blocked, group, "still here, @%s".formatted(ann.name()), blocker);
        perform(blocked, correct(mid, "still here"));
        blocker.expect(JsonType.CORRECTED);
        perform(blocked, react(own, "👎"));
        blocker.expect(JsonType.REACTION);
        blocked.send("{'type': 22, 'receive': '%s', 'info': {}}".formatted(group));
        assertThat(blocker.expect(JsonType.TYPING).path("send").asString()).isEqualTo(blocked.user());
        assertThat(unread(ann, group).isMissingNode()).isTrue();
        assertThat(newestItems(blocker, group)).containsExactly("(create)", "my own", "still here");
        assertThat(conversation(blocker, group).path("unread").asInt()).isZero();
    }
}

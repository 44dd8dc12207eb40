package chatd.acceptance.groups;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.Frame;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.Wire;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Members of groups who speak {@code chat/1}: what they get and send there, and what they replay. */
class GroupChat1IT extends GroupTestBase {
    private static final byte[] CONTENT = Wire.utf8("what is in it\0\n");

    /** Ben, with {@code chat/1}. */
    private final Chat1Socket old;

    GroupChat1IT(JsonCarrier carrier, Chatd chatd) {
        super(carrier, chatd);
        old = chatd.logIn(ben);
    }

    @AfterEach
    void closeOld() {
        old.close();
    }

    /** Makes a group of Ann, who owns it, and of those named. */
    private String group(JsonSocket owner, String more, Chatd.Person... members) {
        String group = create(owner, more);
        for (Chatd.Person member : members) {
            change(owner, add(group, member));
        }
        return group;
    }

    private static String remove(String group, Chatd.Person member) {
        return op("remove", group, "'user': '%s'".formatted(member.name()));
    }

    @Test
    void textsComeFromTheGroupWithTheNameOfWhoWroteThem() {
        JsonSocket owner = logIn(ann, "");
        String group = group(owner, "", ben);
        say(owner, group, "hello\\n大家");
        old.expectText(group, ann.name() + ": hello\n大家");
        old.fenceWithNothing();
        assertThat(old.replay(9)).singleElement().satisfies(item -> {
            assertThat(item.name()).isEqualTo(group);
            assertThat(item.text()).isEqualTo(ann.name() + ": hello\n大家");
        });
    }

    @Test
    void theNumberOfAGroupAsTheOnlyNameSendsToIt() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket phone = logIn(ben, "phone");
        String group = group(owner, "", ben);
        phone.skipTo(JsonType.GROUP);
        old.send(Wire.text("hello from before, @" + ann.name(), group));
        JsonNode text = owner.expect(JsonType.TEXT_TO_ALL);
        assertThat(text.path("send").asString()).isEqualTo(phone.user());
        assertThat(text.path("receive").asString()).isEqualTo(group);
        assertThat(text.path("name").asString()).isEqualTo(ben.name());
        assertThat(text.path("info").asString()).isEqualTo("hello from before, @" + ann.name());
        assertThat(text.path("mentions").toString()).isEqualTo("[\"%s\"]".formatted(owner.user()));
        assertThat(phone.expect(JsonType.TEXT_TO_ALL)).isEqualTo(text);
        // As with other names, the sender gets no copy, but an item in the history.
        old.fenceWithNothing();
        assertThat(old.history(9)).containsExactly(ben.name() + ": hello from before, @" + ann.name());
        assertThat(item(owner, group, text.path("mid").asLong())).isEqualTo(text);
        long mid = text.path("mid").asLong();
        assertThat(unread(ann, group)).isEqualTo(unread(1, 1, mid, mid));
    }

    @Test
    void twoChat1ClientsTalkInAGroup() {
        JsonSocket owner = logIn(ann, "");
        String group = group(owner, "", ben, carol);
        try (Chat1Socket other = chatd.logIn(carol)) {
            old.send(Wire.text("one", group), Wire.text("two", group));
            other.expectText(group, ben.name() + ": one");
            other.expectText(group, ben.name() + ": two");
            other.send(Wire.text("three", group));
            old.expectText(group, carol.name() + ": three");
            other.fenceWithNothing();
            for (Chat1Socket each : List.of(old, other)) {
                assertThat(each.history(9))
                        .containsExactly(ben.name() + ": one", ben.name() + ": two", carol.name() + ": three");
            }
        }
        assertThat(newestItems(owner, group)).containsExactly("(create)", "(add)", "(add)", "one", "two", "three");
    }

    @Test
    void amongOtherNamesAGroupIsAnUnknownRecipient() {
        JsonSocket owner = logIn(ann, "");
        String group = group(owner, "", ben);
        old.send(Wire.text("to both", group, ann.name()));
        assertThat(old.expectServerText()).contains(group);
        assertThat(owner.expect(JsonType.TEXT).path("info").asString()).isEqualTo("to both");
        old.send(Wire.file("both.txt", CONTENT, ann.name(), group));
        assertThat(old.expectServerText()).contains(group);
        owner.expect(JsonType.FILE);
        owner.fence();
        assertThat(newestItems(owner, group)).containsExactly("(create)", "(add)");
    }

    /** In the same words as where there is no such group. */
    @Test
    void aNonMemberIsToldThatThereIsNoSuchRecipient() {
        JsonSocket owner = logIn(ann, "");
        String group = group(owner, "");
        old.send(Wire.text("from outside", group));
        String refused = old.expectServerText();
        old.send(Wire.text("from outside", NO_GROUP));
        assertThat(refused.replace(group, "G")).isEqualTo(old.expectServerText().replace(NO_GROUP, "G"));
        old.send(Wire.file("outside.txt", CONTENT, group));
        String file = old.expectServerText();
        old.send(Wire.file("outside.txt", CONTENT, NO_GROUP));
        assertThat(file.replace(group, "G")).isEqualTo(old.expectServerText().replace(NO_GROUP, "G"));
        owner.fence();
        assertThat(newestItems(owner, group)).containsExactly("(create)");
        assertThat(old.history(9)).isEmpty();
    }

    @Test
    void aFormerMemberAndAMemberOfAClosedGroupAreRefused() {
        JsonSocket owner = logIn(ann, "");
        String left = group(owner, "", ben);
        String closed = group(owner, "", ben);
        change(owner, remove(left, ben));
        change(owner, op("close", closed));
        old.send(Wire.text("too late", left), Wire.text("too late", closed));
        old.expectServerText();
        old.expectServerText();
        say(owner, left, "behind ben");
        old.fenceWithNothing();
        assertThat(old.history(9)).isEmpty();
        assertThat(newestItems(owner, left)).containsExactly("(create)", "(add)", "(remove)", "behind ben");
        assertThat(newestItems(owner, closed)).containsExactly("(create)", "(add)", "(close)");
    }

    @Test
    void onlyTextsAndFilesAreDelivered() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket third = logIn(carol, "");
        String group = group(owner, "'open': true", ben);
        change(owner, op("rename", group, "'name': 'Operations'"));
        change(owner, op("role", group, "'user': '%s', 'role': 'admin'".formatted(ben.name())));
        change(owner, op("set", group, "'topic': 'numbers'"));
        change(third, op("join", group));
        third.send("{'type': 22, 'receive': '%s', 'info': {}}".formatted(group));
        long mid = say(third, group, "hello");
        perform(owner, react(mid, "👍"));
        old.expectText(group, carol.name() + ": hello");
        perform(third, takeBack(mid));
        change(third, op("leave", group));
        change(owner, op("close", group));
        old.fenceWithNothing();
        assertThat(old.history(9)).isEmpty();
    }

    @Test
    void aCorrectionIsATextAndAReplayHasItInPlaceOfTheOriginal() {
        JsonSocket owner = logIn(ann, "");
        String group = group(owner, "", ben);
        long mid = say(owner, group, "Lunh?");
        say(owner, group, "At noon.");
        old.expectText(group, ann.name() + ": Lunh?");
        old.expectText(group, ann.name() + ": At noon.");
        perform(owner, correct(mid, "Lunch?"));
        old.expectText(group, ann.name() + ": ✎ Lunch?");
        old.fenceWithNothing();
        assertThat(old.history(9)).containsExactly(ann.name() + ": Lunch?", ann.name() + ": At noon.");
    }

    @Test
    void aReplayIncludesTheVisibleTextsOfGroups() {
        JsonSocket owner = logIn(ann, "");
        String group = group(owner, "");
        say(owner, group, "before ben");
        send(owner, ben.name(), "to ben");
        change(owner, add(group, ben));
        say(owner, group, "to the group");
        send(owner, ben.name(), "to ben again");
        change(owner, remove(group, ben));
        say(owner, group, "behind ben");
        change(owner, add(group, ben));
        say(owner, group, "back again");
        old.expectText(ann.name(), "to ben");
        old.expectText(group, ann.name() + ": to the group");
        old.expectText(ann.name(), "to ben again");
        old.expectText(group, ann.name() + ": back again");
        old.fenceWithNothing();
        assertThat(old.history(9))
                .containsExactly("to ben", ann.name() + ": to the group", "to ben again", ann.name() + ": back again");
        assertThat(old.history(2)).containsExactly("to ben again", ann.name() + ": back again");
    }

    @Test
    void aFileGoesToEveryMemberAndToNobodyElse() {
        JsonSocket owner = logIn(ann, "");
        Chatd.Person late = chatd.person();
        Chatd.Person stranger = chatd.person();
        String group = group(owner, "", ben, carol);
        try (Chat1Socket other = chatd.logIn(carol);
                Chat1Socket latecomer = chatd.logIn(late);
                Chat1Socket outside = chatd.logIn(stranger)) {
            old.send(Wire.file("plan é.txt", CONTENT, group));
            JsonNode offer = owner.expect(JsonType.FILE);
            assertThat(offer.path("receive").asString()).isEqualTo(group);
            assertThat(offer.path("name").asString()).isEqualTo(ben.name());
            assertThat(offer.path("info").path("op").asString()).isEqualTo("offer");
            assertThat(offer.path("info").path("name").asString()).isEqualTo("plan é.txt");
            assertThat(offer.path("info").path("size").asInt()).isEqualTo(CONTENT.length);
            long mid = offer.path("mid").asLong();
            assertThat(item(owner, group, mid)).isEqualTo(offer);
            assertThat(unread(ann, group)).isEqualTo(unread(1, 0, mid, mid));
            Frame announced = other.expect(Wire.FILE);
            // The sender is only the group: a file's name has no room for who sent it.
            assertThat(announced.name()).isEqualTo(group);
            assertThat(announced.fileName()).isEqualTo("plan é.txt");
            int file = announced.fileId();
            assertThat(offer.path("info").path("file").asInt()).isEqualTo(file);
            old.fenceWithNothing();
            assertThat(old.replay(9))
                    .singleElement()
                    .satisfies(item -> assertThat(item.fileId()).isEqualTo(file));
            change(owner, add(group, late));
            change(owner, remove(group, carol));
            for (Chat1Socket reader : List.of(old, other)) {
                Frame content = reader.send(Wire.fetch(file)).expect(Wire.CONTENT);
                assertThat(content.content()).isEqualTo(CONTENT);
                assertThat(content.name()).isEqualTo(group);
            }
            outside.send(Wire.fetch(file));
            String refused = outside.expectServerText();
            latecomer.send(Wire.fetch(file));
            assertThat(latecomer.expectServerText()).isEqualTo(refused);
            outside.fenceWithNothing();
            assertThat(latecomer.history(9)).isEmpty();
            // An owner takes a file back; then nobody has it.
            perform(owner, takeBack(mid));
            assertThat(newestItems(owner, group))
                    .containsExactly("(create)", "(add)", "(add)", "(taken back)", "(add)", "(remove)");
            old.send(Wire.fetch(file));
            assertThat(old.expectServerText()).isEqualTo(refused);
            assertThat(old.history(9)).isEmpty();
        }
    }

    @Test
    void withFullHistoryALatecomerFetchesEarlierFiles() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket third = logIn(carol, "");
        String group = group(owner, "'history': 'all'", ben);
        old.send(Wire.file("early.txt", CONTENT, group));
        int file = owner.expect(JsonType.FILE).path("info").path("file").asInt();
        change(owner, add(group, carol), third);
        assertThat(newestItems(third, group)).containsExactly("(create)", "(add)", "[early.txt]", "(add)");
        try (Chat1Socket latecomer = chatd.logIn(carol)) {
            latecomer.send(Wire.fetch(file));
            assertThat(latecomer.expect(Wire.CONTENT).content()).isEqualTo(CONTENT);
        }
    }

    /** Reactions to a file are sent in JSON only; answers are texts like any other. */
    @Test
    void filesAreAnsweredAndReactedTo() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket phone = logIn(ben, "phone");
        String group = group(owner, "", ben);
        phone.skipTo(JsonType.GROUP);
        old.send(Wire.file("plan.txt", CONTENT, group));
        long mid = owner.expect(JsonType.FILE).path("mid").asLong();
        phone.expect(JsonType.FILE);
        perform(owner, react(mid, "👍"));
        assertThat(phone.expect(JsonType.REACTION).path("info").path("mid").asLong())
                .isEqualTo(mid);
        perform(owner, text(group, "thanks") + ", 're': " + mid);
        assertThat(phone.expect(JsonType.TEXT_TO_ALL).path("re").asLong()).isEqualTo(mid);
        old.expectText(group, ann.name() + ": thanks");
        assertThat(refusalCode(phone, correct(mid, "not a text"))).isEqualTo("not-allowed");
        old.fenceWithNothing();
    }
}

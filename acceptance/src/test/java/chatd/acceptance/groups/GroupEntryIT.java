package chatd.acceptance.groups;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * How users enter groups: they find and join them, or are added if they allow it. Each request takes effect once,
 * and their number is limited.
 */
class GroupEntryIT extends GroupTestBase {
    GroupEntryIT(JsonCarrier carrier, Chatd chatd) {
        super(carrier, chatd);
    }

    private static JsonNode found(JsonSocket by, String text) {
        by.send("{'type': 28, 'info': {'text': '%s', 'limit': 50}}".formatted(text));
        return by.skipTo(JsonType.USERS).path("info").path("groups");
    }

    private static JsonNode found(String group, String name, int members, boolean isMember) {
        return json("[{'group_id': '%s', 'group_name': '%s', 'members': %d, 'member': %b}]"
                .formatted(group, name, members, isMember));
    }

    private static void prefer(JsonSocket by, String groups) {
        by.send("{'type': 35, 'info': {'groups': '%s'}}".formatted(groups));
        by.skipTo(JsonType.PREFERENCES);
    }

    private static void block(JsonSocket by, JsonSocket whom, boolean on) {
        perform(by, "'type': 34, 'info': {'user_id': '%s', 'on': %b}".formatted(whom.user(), on));
    }

    private static void befriend(JsonSocket one, JsonSocket other) {
        perform(one, "'type': 9, 'receive': '%s', 'info': 'hi'".formatted(other.user()));
        other.expect(JsonType.FRIEND_ASKED);
        perform(other, "'type': 10, 'receive': '%s', 'info': true".formatted(one.user()));
        one.expect(JsonType.FRIEND_ANSWERED);
    }

    private static String create(String name, String... members) {
        String list =
                String.join(", ", Stream.of(members).map(one -> "'" + one + "'").toList());
        return "'type': 23, 'info': {'op': 'create', 'name': '%s', 'members': [%s]}".formatted(name, list);
    }

    private static String setOpen(String group, boolean open) {
        return op("set", group, "'open': %b".formatted(open));
    }

    private JsonNode groups(Chatd.Person person) {
        return loginAnswer(person, "later").path("groups");
    }

    @Test
    void anOpenGroupIsFoundByTheBeginningOfAnyWordOfItsName() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket seeker = logIn(carol, "");
        String word = Chatd.newName();
        String other = Chatd.newName();
        String name = "The %s and %s".formatted(word, other);
        String group = create(owner, "'open': true");
        change(owner, op("rename", group, "'name': '%s'".formatted(name)));
        // Nobody finds what is not open, not even its members.
        perform(owner, create(name));
        JsonNode expected = found(group, name, 1, false);
        for (String text :
                List.of(word, word.substring(0, 8), word.substring(0, 8).toUpperCase(Locale.ROOT), other)) {
            assertThat(found(seeker, text)).as(text).isEqualTo(expected);
        }
        assertThat(found(owner, word)).isEqualTo(found(group, name, 1, true));
        assertThat(found(seeker, word.substring(1))).isEmpty();
        assertThat(found(seeker, word + "x")).isEmpty();
        change(seeker, op("join", group), owner);
        assertThat(found(seeker, word)).isEqualTo(found(group, name, 2, true));
        change(seeker, op("leave", group), owner);
        assertThat(found(seeker, word)).isEqualTo(expected);
        change(owner, op("rename", group, "'name': '%s'".formatted(other)));
        assertThat(found(seeker, word)).isEmpty();
        assertThat(found(seeker, other)).isEqualTo(found(group, other, 1, false));
        change(owner, setOpen(group, false));
        assertThat(found(seeker, other)).isEmpty();
        change(owner, setOpen(group, true));
        assertThat(found(seeker, other)).hasSize(1);
        change(owner, op("close", group));
        assertThat(found(seeker, other)).isEmpty();
        assertThat(found(owner, other)).isEmpty();
    }

    @Test
    void whoeverJoinsAnOpenGroupIsAMember() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket member = logIn(ben, "");
        String group = create(owner, "'open': true");
        assertThat(refusalCode(member, text(group, "not yet"))).isEqualTo("not-a-member");
        long mid = perform(member, op("join", group));
        JsonNode joined = owner.expect(JsonType.GROUP);
        assertThat(joined.path("mid").asLong()).isEqualTo(mid);
        assertThat(joined.path("name").asString()).isEqualTo(ben.name());
        assertThat(joined.path("info"))
                .isEqualTo(json("{'group_id': '%s', 'group_name': 'Ops', 'op': 'join', 'by': '%s'}"
                        .formatted(group, member.user())));
        say(member, group, "here I am", owner);
        say(owner, group, "welcome", member);
        assertThat(groups(ben).path(0).path("role").asString()).isEqualTo("member");
    }

    @Test
    void groupsOfTheSameNameAreDistinct() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket member = logIn(ben, "");
        JsonSocket other = logIn(carol, "");
        String name = Chatd.newName();
        String first = create(owner, "'open': true", member);
        String second = create(member, "'open': true", other);
        assertThat(first).isNotEqualTo(second);
        change(owner, op("rename", first, "'name': '%s'".formatted(name)), member);
        change(member, op("rename", second, "'name': '%s'".formatted(name)), other);
        say(owner, first, "in the first", member);
        say(member, second, "in the second", other);
        owner.fence();
        other.fence();
        assertThat(newestItems(member, first)).containsExactly("(create)", "(rename)", "in the first");
        assertThat(newestItems(member, second)).containsExactly("(create)", "(rename)", "in the second");
        assertThat(found(owner, name)
                        .valueStream()
                        .map(one -> one.path("group_id").asString()))
                .containsExactlyInAnyOrder(first, second);
    }

    @Test
    void preferencesDecideWhoMayAddAUser() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket asked = logIn(ben, "");
        JsonSocket third = logIn(carol, "");
        String group = create(owner, "");
        prefer(asked, "friends");
        assertThat(refusalCode(owner, add(group, ben))).isEqualTo("not-allowed");
        assertThat(refusalCode(owner, create("Without friends", ben.name()))).isEqualTo("not-allowed");
        // All or none.
        assertThat(refusalCode(owner, op("add", group, "'users': ['%s', '%s']".formatted(carol.name(), ben.name()))))
                .isEqualTo("not-allowed");
        third.fence();
        asked.fence();
        assertThat(groups(carol)).isEmpty();
        assertThat(groups(ann)).hasSize(1);
        befriend(asked, owner);
        change(owner, add(group, ben), asked);
        change(asked, op("leave", group), owner);
        prefer(asked, "nobody");
        assertThat(refusalCode(owner, add(group, ben))).isEqualTo("not-allowed");
        prefer(asked, "everyone");
        change(owner, add(group, ben), asked);
        // Users may always join on their own initiative, whatever their preference.
        change(asked, op("leave", group), owner);
        prefer(asked, "nobody");
        change(owner, setOpen(group, true));
        change(asked, op("join", group), owner);
    }

    @Test
    void aBlockedUserCannotAddTheBlocker() {
        JsonSocket blocked = logIn(ann, "");
        JsonSocket blocker = logIn(ben, "");
        JsonSocket third = logIn(carol, "");
        String group = create(blocked, "", third);
        change(blocked, op("role", group, "'user': '%s', 'role': 'admin'".formatted(carol.name())), third);
        block(blocker, blocked, true);
        assertThat(refusalCode(blocked, add(group, ben))).isEqualTo("not-allowed");
        assertThat(refusalCode(blocked, create("Of us", ben.name()))).isEqualTo("not-allowed");
        blocker.fence();
        // The other way round, and by others, it is allowed.
        String other = create(blocker, "", blocked);
        assertThat(other).isNotEqualTo(group);
        change(third, add(group, ben), blocker, blocked);
        change(blocker, op("leave", group), blocked, third);
        block(blocker, blocked, false);
        change(blocked, add(group, ben), blocker, third);
    }

    @Test
    void repeatedRequestsTakeEffectOnce() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket phone = logIn(ann, "phone");
        JsonSocket member = logIn(ben, "");
        String creating = "{%s, 'id': 'c'}".formatted(create("Once", ben.name()));
        owner.send(creating);
        JsonNode created = owner.skipTo(JsonType.DONE);
        member.expect(JsonType.GROUP);
        phone.send(creating);
        assertThat(phone.skipTo(JsonType.DONE)).isEqualTo(created);
        member.fence();
        assertThat(groups(ann)).hasSize(1);
        owner.send("{%s, 'id': 'c'}".formatted(create("Twice", ben.name())));
        assertThat(owner.skipTo(JsonType.REFUSED).path("info").path("code").asString())
                .isEqualTo("malformed");
        String group = created.path("info").path("group_id").asString();
        // A refused request is evaluated anew.
        String adding = "{%s, 'id': 'a'}".formatted(add(group, carol));
        member.send(adding);
        assertThat(member.skipTo(JsonType.REFUSED).path("info").path("code").asString())
                .isEqualTo("not-allowed");
        change(owner, op("role", group, "'user': '%s', 'role': 'admin'".formatted(ben.name())), member);
        member.send(adding);
        JsonNode added = member.skipTo(JsonType.DONE);
        member.send("{%s, 'id': 't'}".formatted(text(group, "once")), "{%s, 'id': 't'}".formatted(text(group, "once")));
        JsonNode said = member.skipTo(JsonType.DONE);
        assertThat(member.skipTo(JsonType.DONE)).isEqualTo(said);
        // A repeated request gets the first answer even if it would now be refused: that answer may have been lost.
        String leaving = "{%s, 'id': 'l'}".formatted(op("leave", group));
        member.send(leaving);
        JsonNode left = member.skipTo(JsonType.DONE);
        member.send(leaving, adding);
        assertThat(member.skipTo(JsonType.DONE)).isEqualTo(left);
        assertThat(member.skipTo(JsonType.DONE)).isEqualTo(added);
        assertThat(newestItems(owner, group)).containsExactly("(create)", "(role)", "(add)", "once", "(leave)");
    }

    @Test
    void atMostTwentyGroupsAreMadeInADay() {
        JsonSocket owner = logIn(ann, "");
        IntStream.rangeClosed(1, 20).forEach(i -> perform(owner, create("Number " + i)));
        assertThat(refusalCode(owner, create("Number 21"))).isEqualTo("too-many");
        assertThat(groups(ann)).hasSize(20);
    }

    @Test
    void atMostAThousandMembersAreAddedAtOnce() {
        JsonSocket owner = logIn(ann, "");
        String group = create(owner, "");
        assertThat(refusalCode(owner, op("add", group, unknownUsers(1_000)))).isEqualTo("no-such-user");
        assertThat(refusalCode(owner, op("add", group, unknownUsers(1_001)))).isEqualTo("malformed");
    }

    /** Returns the field {@code users} with the numbers of this many users that do not exist. */
    private static String unknownUsers(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> "'" + (900_000_000L + i) + "'")
                .collect(Collectors.joining(", ", "'users': [", "]"));
    }

    @Tag("slow")
    @Test
    void aUserIsInAtMostFiveHundredGroups() {
        List<String> groups = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            JsonSocket owner = logIn(chatd.person(), "");
            for (int j = 0; j < 20; j++) {
                groups.add(answer(owner, create("Of %d".formatted(j), ben.name()))
                        .path("info")
                        .path("group_id")
                        .asString());
            }
        }
        assertThat(groups).doesNotContain("").doesNotHaveDuplicates();
        JsonSocket owner = logIn(ann, "");
        String open = create(owner, "'open': true");
        JsonSocket member = logIn(ben, "");
        assertThat(refusalCode(owner, add(open, ben))).isEqualTo("too-many");
        assertThat(refusalCode(owner, create("More", carol.name(), ben.name()))).isEqualTo("too-many");
        assertThat(refusalCode(member, op("join", open))).isEqualTo("too-many");
        assertThat(refusalCode(member, create("My own"))).isEqualTo("too-many");
        change(member, op("leave", groups.getFirst()));
        change(member, op("join", open), owner);
    }
}

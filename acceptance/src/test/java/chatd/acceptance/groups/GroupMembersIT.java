package chatd.acceptance.groups;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Groups are made, changed, left and closed, and their members are told. */
class GroupMembersIT extends GroupTestBase {
    GroupMembersIT(JsonCarrier carrier, Chatd chatd) {
        super(carrier, chatd);
    }

    /**
     * Changes a group, of which all of these must be told the same; {@code info} is the rest of
     * what they are told.
     */
    private static JsonNode told(JsonSocket by, String group, String message, String info, JsonSocket... told) {
        long mid = perform(by, message);
        assertThat(mid).isPositive();
        JsonNode first = told[0].expect(JsonType.GROUP);
        assertThat(first.path("mid").asLong()).isEqualTo(mid);
        assertThat(first.path("send").asString()).isEqualTo(by.user());
        assertThat(first.path("receive").asString()).isEqualTo(group);
        assertThat(first.path("info"))
                .isEqualTo(json("{'group_id': '%s', 'by': '%s', %s}".formatted(group, by.user(), info)));
        for (JsonSocket other : List.of(told).subList(1, told.length)) {
            assertThat(other.expect(JsonType.GROUP)).isEqualTo(first);
        }
        return first;
    }

    private JsonNode groups(Chatd.Person person) {
        return loginAnswer(person, "later").path("groups");
    }

    private static String leave(String group) {
        return op("leave", group);
    }

    private static String remove(String group, JsonSocket whom) {
        return op("remove", group, "'user': '%s'".formatted(whom.user()));
    }

    private static String role(String group, JsonSocket whose, String role) {
        return op("role", group, "'user': '%s', 'role': '%s'".formatted(whose.user(), role));
    }

    @Test
    void theMakerOwnsTheGroupAndItsMembersAreTold() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket phone = logIn(ann, "phone");
        JsonSocket member = logIn(ben, "");
        JsonSocket stranger = logIn(carol, "");
        owner.send("{'type': 23, 'id': 'c', 'info': {'op': 'create', 'name': 'Ops 大家', 'members': ['%s', '%s', '%s'],"
                        .formatted(ben.name(), member.user(), ann.name())
                + " 'history': 'all', 'open': true}}");
        JsonNode told = member.expect(JsonType.GROUP);
        String group = told.path("receive").asString();
        assertThat(group).matches("G[1-9]\\d*");
        assertThat(told.path("info"))
                .isEqualTo(
                        json("{'group_id': '%s', 'group_name': 'Ops 大家', 'op': 'create', 'by': '%s', 'users': ['%s'],"
                                        .formatted(group, owner.user(), member.user())
                                + " 'history': 'all', 'open': true}"));
        assertThat(told.path("send").asString()).isEqualTo(owner.user());
        assertThat(told.path("name").asString()).isEqualTo(ann.name());
        assertThat(told.has("salt")).isFalse();
        assertThat(phone.expect(JsonType.GROUP)).isEqualTo(told);
        assertThat(owner.expect(JsonType.GROUP)).isEqualTo(told);
        JsonNode accepted = owner.expect(JsonType.DONE).path("info");
        assertThat(accepted.path("id").asString()).isEqualTo("c");
        assertThat(accepted.path("group_id").asString()).isEqualTo(group);
        assertThat(accepted.path("mid")).isEqualTo(told.path("mid"));
        stranger.fence();
        assertThat(groups(ann))
                .isEqualTo(json("[{'group_id': '%s', 'group_name': 'Ops 大家', 'role': 'owner'}]".formatted(group)));
        assertThat(groups(ben))
                .isEqualTo(json("[{'group_id': '%s', 'group_name': 'Ops 大家', 'role': 'member'}]".formatted(group)));
        assertThat(groups(carol)).isEmpty();
        assertThat(page(member, group, "").path("items").path(0)).isEqualTo(told);
    }

    @Test
    void aGroupMayHaveOnlyItsMakerAndIsAnsweredWithoutAnIdToo() {
        JsonSocket owner = logIn(ann, "");
        owner.send("{'type': 23, 'info': {'op': 'create', 'name': 'Alone'}}");
        JsonNode told = owner.expect(JsonType.GROUP);
        JsonNode accepted = owner.expect(JsonType.DONE).path("info");
        assertThat(accepted.has("id")).isFalse();
        String group = accepted.path("group_id").asString();
        assertThat(told.path("info"))
                .isEqualTo(json("{'group_id': '%s', 'group_name': 'Alone', 'op': 'create', 'by': '%s',"
                                .formatted(group, owner.user())
                        + " 'history': 'joined', 'open': false}"));
        assertThat(roles(owner, group)).containsExactly(owner.user() + " owner");
    }

    @Test
    void everyChangeIsToldToAllMembers() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket phone = logIn(ann, "phone");
        JsonSocket member = logIn(ben, "");
        JsonSocket third = logIn(carol, "");
        String group = create(owner, "'open': true", phone, member);
        String ops = "'group_name': 'Ops', ";
        JsonNode added = told(
                owner,
                group,
                add(group.replace('G', 'g'), carol),
                ops + "'op': 'add', 'users': ['%s']".formatted(third.user()),
                phone,
                member,
                third);
        assertThat(added.path("name").asString()).isEqualTo(ann.name());
        told(
                owner,
                group,
                op("rename", group, "'name': 'Operations'"),
                "'group_name': 'Operations', 'op': 'rename', 'was': 'Ops'",
                phone,
                member,
                third);
        ops = "'group_name': 'Operations', ";
        told(
                owner,
                group,
                role(group, third, "admin"),
                ops + "'op': 'role', 'user': '%s', 'role': 'admin'".formatted(third.user()),
                phone,
                member,
                third);
        told(
                owner,
                group,
                op("set", group, "'topic': 'Who is on call', 'history': 'all', 'open': true"),
                ops + "'op': 'set', 'topic': 'Who is on call', 'history': 'all'",
                phone,
                member,
                third);
        String user = ops + "'op': '%s', 'user': '%s'";
        told(third, group, remove(group, member), user.formatted("remove", member.user()), owner, phone, member);
        told(third, group, leave(group), user.formatted("leave", third.user()), owner, phone);
        told(third, group, op("join", group), ops + "'op': 'join'", owner, phone);
        told(owner, group, op("close", group), ops + "'op': 'close'", phone, third);
        // Whoever was removed hears no more of it.
        member.fence();
        assertThat(newestItems(member, group))
                .containsExactly("(create)", "(add)", "(rename)", "(role)", "(set)", "(remove)");
        assertThat(groups(ann).path(0).path("closed").booleanValue()).isTrue();
        assertThat(groups(ben)).isEmpty();
    }

    @Test
    void aChangeWithoutEffectIsNotAnnounced() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket member = logIn(ben, "");
        String group = create(owner, "", member);
        change(owner, op("set", group, "'topic': 'as it is'"), member);
        for (String same : List.of(
                add(group, ben),
                op("rename", group, "'name': 'Ops'"),
                role(group, member, "member"),
                role(group, owner, "owner"),
                op("join", group),
                op("set", group, "'topic': 'as it is', 'history': 'joined', 'open': false"))) {
            assertThat(perform(owner, same)).as(same).isZero();
        }
        member.fence();
        assertThat(newestItems(owner, group)).containsExactly("(create)", "(set)");
        // Of several users, only the new ones are announced.
        JsonSocket third = logIn(carol, "");
        told(
                owner,
                group,
                op("add", group, "'users': ['%s', '%s', '%s']".formatted(ben.name(), carol.name(), third.user())),
                "'group_name': 'Ops', 'op': 'add', 'users': ['%s']".formatted(third.user()),
                member,
                third);
    }

    @Test
    void membersAreListedInPages() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket member = logIn(ben, "");
        JsonSocket third = logIn(carol, "");
        String group = create(owner, "'history': 'all'", third, member);
        change(owner, role(group, third, "admin"), third, member);
        change(owner, op("set", group, "'topic': 'On call'"), third, member);
        String head = "'op': 'members', 'group_id': '%s', 'group_name': 'Ops', 'topic': 'On call', 'history': 'all',"
                        .formatted(group)
                + " 'open': false, 'closed': false, 'total': 3, 'more': %b, 'members': [%s]";
        String one = "{'user_id': '%s', 'user_name': '%s', 'role': '%s', 'online': %b}";
        third.close();
        owner.expectPresence(JsonType.OFFLINE, third.user());
        String first = one.formatted(owner.user(), ann.name(), "owner", true) + ", "
                + one.formatted(member.user(), ben.name(), "member", true);
        JsonNode list = answer(member, op("members", group, "'limit': 2"));
        assertThat(list.path("send").asString()).isEqualTo("server");
        assertThat(list.has("time")).isFalse();
        assertThat(list.path("info")).isEqualTo(json("{" + head.formatted(true, first) + "}"));
        assertThat(members(member, group, "'after': '%s'".formatted(member.user())))
                .isEqualTo(json(
                        "{" + head.formatted(false, one.formatted(third.user(), carol.name(), "admin", false)) + "}"));
        assertThat(members(member, group).path("members")).hasSize(3);
    }

    @Test
    void theLastOwnerIsSucceededByTheLongestStandingMember() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket member = logIn(ben, "");
        JsonSocket third = logIn(carol, "");
        JsonSocket late = logIn(chatd.person(), "");
        // Both joined at once: the lower number succeeds first.
        String group = create(owner, "'open': true", third, member);
        change(owner, op("add", group, "'users': ['%s']".formatted(late.user())), third, member, late);
        change(owner, role(group, late, "admin"), third, member, late);
        String left = "'group_name': 'Ops', 'op': 'leave', 'user': '%s', 'next': '%s'";
        told(owner, group, leave(group), left.formatted(owner.user(), member.user()), member, third, late);
        assertThat(roles(third, group))
                .containsExactly(member.user() + " owner", third.user() + " member", late.user() + " admin");
        // Whoever comes back joins anew, and as a member.
        change(owner, op("join", group), third, member, late);
        told(member, group, leave(group), left.formatted(member.user(), third.user()), third, late, owner);
        assertThat(roles(third, group))
                .containsExactly(owner.user() + " member", third.user() + " owner", late.user() + " admin");
    }

    @Test
    void theLastOwnerNamesASuccessor() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket member = logIn(ben, "");
        JsonSocket third = logIn(carol, "");
        String group = create(owner, "", member, third);
        assertThat(refusalCode(owner, op("leave", group, "'next': 'nobody-at-all'")))
                .isEqualTo("no-such-user");
        assertThat(refusalCode(
                        owner,
                        op(
                                "leave",
                                group,
                                "'next': '%s'".formatted(chatd.person().name()))))
                .isEqualTo("not-a-member");
        told(
                owner,
                group,
                op("leave", group, "'next': '%s'".formatted(carol.name())),
                "'group_name': 'Ops', 'op': 'leave', 'user': '%s', 'next': '%s'".formatted(owner.user(), third.user()),
                member,
                third);
        assertThat(roles(member, group)).containsExactly(member.user() + " member", third.user() + " owner");
        // Whoever is not an owner, or not the last one, has no successor.
        change(third, add(group, ann), member, owner);
        change(third, role(group, member, "owner"), member, owner);
        told(
                member,
                group,
                op("leave", group, "'next': '%s'".formatted(ann.name())),
                "'group_name': 'Ops', 'op': 'leave', 'user': '%s'".formatted(member.user()),
                owner,
                third);
        assertThat(roles(third, group)).containsExactly(owner.user() + " member", third.user() + " owner");
    }

    @Test
    void whenTheLastMemberLeavesTheGroupIsClosed() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket other = logIn(ben, "");
        String group = create(owner, "'open': true");
        change(owner, leave(group));
        assertThat(newestItems(owner, group)).containsExactly("(create)", "(leave)");
        assertThat(refusalCode(other, op("join", group))).isEqualTo("closed");
        assertThat(refusalCode(owner, op("join", group))).isEqualTo("closed");
        assertThat(groups(ann)).isEmpty();
    }

    @Test
    void aRemovedMemberCanBeAddedAgainAndThenLeaveAndJoin() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket member = logIn(ben, "");
        String group = create(owner, "'open': true", member);
        change(owner, remove(group, member), member);
        assertThat(refusalCode(member, op("join", group))).isEqualTo("not-allowed");
        change(owner, add(group, ben), member);
        change(member, leave(group), owner);
        change(member, op("join", group), owner);
        assertThat(roles(member, group)).containsExactly(owner.user() + " owner", member.user() + " member");
    }

    /** Whoever leaves wants to be gone: only friends may bring them back again and again. */
    @Test
    void aUserWhoLeftTwiceCanBeAddedOnlyByAFriend() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket member = logIn(ben, "");
        String group = create(owner, "'history': 'all'", member);
        change(member, leave(group), owner);
        change(owner, add(group, ben), member);
        change(member, leave(group), owner);
        assertThat(refusalCode(owner, add(group, ben))).isEqualTo("not-allowed");
        accepted(owner, "'type': 9, 'receive': '%s', 'info': 'come back'".formatted(member.user()));
        accepted(member, "'type': 10, 'receive': '%s', 'info': true".formatted(owner.user()));
        change(owner, add(group, ben));
        assertThat(roles(owner, group)).containsExactly(owner.user() + " owner", member.user() + " member");
    }

    private static void accepted(JsonSocket by, String message) {
        by.send("{%s, 'id': 'friends'}".formatted(message));
        by.skipTo(JsonType.DONE);
    }

    @Test
    void anAccountEntersOneGroupAtMostEightTimes() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket member = logIn(ben, "");
        String group = create(owner, "'open': true", member);
        for (int times = 2; times <= 8; times++) {
            change(member, leave(group));
            change(member, op("join", group));
        }
        change(member, leave(group));
        assertThat(refusalCode(member, op("join", group))).isEqualTo("too-many");
        assertThat(refusalCode(owner, add(group, ben))).isEqualTo("too-many");
    }

    @Test
    void aDeletedAccountHasLeftItsGroups() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket member = logIn(ben, "");
        String group = create(owner, "", member);
        String other = create(member, "", owner);
        say(owner, group, "the last words", member);
        assertThat(chatd.admin("", "user", "delete", ann.name(), "--yes")
                        .exits(1)
                        .err())
                .contains(
                        ann.name() + " is the only owner of Ops (" + group + "): name the next owner with --heir USER");
        chatd.admin("", "user", "delete", ann.name(), "--heir-longest", "--yes").exits(0);
        JsonNode first = member.expect(JsonType.GROUP);
        JsonNode second = member.expect(JsonType.GROUP);
        JsonNode left = first.path("receive").asString().equals(group) ? first : second;
        JsonNode leftOther = first.path("receive").asString().equals(group) ? second : first;
        assertThat(left.path("send").asString()).isEqualTo("server");
        assertThat(left.has("name")).isFalse();
        assertThat(left.path("info"))
                .isEqualTo(json("{'group_id': '%s', 'group_name': 'Ops', 'op': 'leave', 'by': 'server', 'user': '%s',"
                                .formatted(group, owner.user())
                        + " 'next': '%s'}".formatted(member.user())));
        assertThat(leftOther.path("receive").asString()).isEqualTo(other);
        assertThat(leftOther.path("info").has("next")).isFalse();
        for (String each : List.of(group, other)) {
            assertThat(roles(member, each)).containsExactly(member.user() + " owner");
        }
        assertThat(newestItems(member, group)).containsExactly("(create)", "the last words", "(leave)");
        assertThat(refusalCode(member, op("add", group, "'users': ['%s']".formatted(owner.user()))))
                .isEqualTo("no-such-user");
    }
}

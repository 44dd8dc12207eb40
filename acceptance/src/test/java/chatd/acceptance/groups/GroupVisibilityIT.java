package chatd.acceptance.groups;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What one sees of a group: from joining to leaving, or from the beginning; in pages, and when a session is resumed. */
class GroupVisibilityIT extends GroupTestBase {
    GroupVisibilityIT(JsonCarrier carrier, Chatd chatd) {
        super(carrier, chatd);
    }

    private static String leave(String group) {
        return op("leave", group);
    }

    /**
     * Reads all pages in one direction, two items at a time, and checks that they are in order.
     * Leaves out corrections, reactions and retractions, which only forward pages list.
     */
    private static List<String> paged(JsonSocket reader, String group, boolean isForward) {
        List<String> all = new ArrayList<>();
        long bound = isForward ? 0 : Long.MAX_VALUE;
        boolean more = true;
        while (more) {
            JsonNode page =
                    page(reader, group, ", 'limit': 2, '%s': %d".formatted(isForward ? "after" : "before", bound));
            JsonNode items = page.path("items");
            assertThat(items).isNotEmpty().hasSizeLessThanOrEqualTo(2);
            long first = items.path(0).path("mid").asLong();
            long last = items.path(items.size() - 1).path("mid").asLong();
            assertThat(isForward ? first > bound : last < bound).as("%s", page).isTrue();
            all.addAll(
                    isForward ? all.size() : 0,
                    items.valueStream()
                            .filter(item -> item.path("type").asInt() < JsonType.TAKEN_BACK)
                            .map(GroupTestBase::describe)
                            .toList());
            bound = isForward ? last : first;
            more = page.path("more").booleanValue();
        }
        return all;
    }

    private static void expectHistory(JsonSocket reader, String group, String... items) {
        assertThat(paged(reader, group, true)).as("forward").containsExactly(items);
        assertThat(paged(reader, group, false)).as("backward").containsExactly(items);
        assertThat(newestItems(reader, group)).as("the newest").containsExactly(items);
        // The whole history shows the same, since there is nothing else in it here.
        assertThat(items(reader.history(200, ""))).as("without with").containsExactly(items);
    }

    @Test
    void eachMemberSeesMessagesFromJoiningOn() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket member = logIn(ben, "");
        JsonSocket third = logIn(carol, "");
        String group = create(owner, "'open': true");
        say(owner, group, "one");
        change(owner, add(group, ben), member);
        say(owner, group, "two", member);
        change(third, op("join", group), owner, member);
        say(member, group, "three", owner, third);
        expectHistory(owner, group, "(create)", "one", "(add)", "two", "(join)", "three");
        expectHistory(member, group, "(add)", "two", "(join)", "three");
        expectHistory(third, group, "(join)", "three");
    }

    @Test
    void withFullHistoryEachMemberSeesEarlierMessages() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket member = logIn(ben, "");
        String group = create(owner, "'history': 'all'");
        long first = say(owner, group, "one");
        perform(owner, correct(first, "one, corrected"));
        perform(owner, react(first, "👍"));
        change(owner, add(group, ben), member);
        say(owner, group, "two", member);
        member.fence();
        expectHistory(member, group, "(create)", "one, corrected", "(add)", "two");
        assertThat(item(member, group, first)).isEqualTo(item(owner, group, first));
        perform(member, text(group, "an answer") + ", 're': " + first);
        perform(member, react(first, "🎉"));
        assertThat(item(owner, group, first).path("reactions")).hasSize(2);
    }

    @Test
    void theVisibleHistoryIsFixedAtJoining() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket member = logIn(ben, "");
        JsonSocket third = logIn(carol, "");
        String group = create(owner, "");
        say(owner, group, "one");
        change(owner, add(group, ben), member);
        change(owner, op("set", group, "'history': 'all'"), member);
        change(owner, add(group, carol), member, third);
        change(owner, op("set", group, "'history': 'joined'"), member, third);
        JsonSocket fourth = logIn(chatd.person(), "");
        change(owner, op("add", group, "'users': ['%s']".formatted(fourth.user())), member, third, fourth);
        expectHistory(member, group, "(add)", "(set)", "(add)", "(set)", "(add)");
        expectHistory(third, group, "(create)", "one", "(add)", "(set)", "(add)", "(set)", "(add)");
        expectHistory(fourth, group, "(add)");
    }

    @Test
    void aReturningMemberSeesBothPeriods() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket member = logIn(ben, "");
        String group = create(owner, "", member);
        long kept = say(owner, group, "one", member);
        change(member, leave(group), owner);
        long missed = say(owner, group, "missed");
        member.fence();
        expectHistory(member, group, "(create)", "one", "(leave)");
        change(owner, add(group, ben), member);
        long back = say(owner, group, "two", member);
        expectHistory(member, group, "(create)", "one", "(leave)", "(add)", "two");
        JsonNode around = page(member, group, ", 'after': %d, 'before': %d".formatted(kept, back));
        assertThat(items(around)).containsExactly("(leave)", "(add)");
        assertThat(around.path("more").booleanValue()).isFalse();
        for (String no : List.of(react(missed, "👍"), takeBack(missed), text(group, "to it") + ", 're': " + missed)) {
            assertThat(refusalCode(member, no)).as(no).isEqualTo("no-such-message");
        }
        perform(member, text(group, "to it") + ", 're': " + kept);
        perform(member, react(kept, "👍"));
        // A removed member still sees the same; one who returns with the whole history sees everything.
        change(owner, op("remove", group, "'user': '%s'".formatted(ben.name())), member);
        say(owner, group, "missed, too");
        member.fence();
        expectHistory(member, group, "(create)", "one", "(leave)", "(add)", "two", "to it", "(remove)");
        change(owner, op("set", group, "'history': 'all'"));
        change(owner, add(group, ben), member);
        String[] whole = {
            "(create)", "one", "(leave)", "missed", "(add)", "two", "to it", "(remove)", "missed, too", "(set)", "(add)"
        };
        expectHistory(member, group, whole);
        expectHistory(owner, group, whole);
    }

    /** Corrections and reactions are shown only if made while the reader was a member; retractions always. */
    @Test
    void changesToAMessageDuringAnAbsenceAreNotShown() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket member = logIn(ben, "");
        String group = create(owner, "", member);
        long mid = say(owner, group, "first", member);
        long gone = say(owner, group, "taken back later", member);
        change(member, leave(group), owner);
        perform(owner, correct(mid, "unseen"));
        perform(owner, react(mid, "👀"));
        perform(owner, takeBack(gone));
        for (int round = 0; round < 2; round++) {
            member.fence();
            JsonNode item = item(member, group, mid);
            assertThat(item.path("info").asString()).isEqualTo("first");
            assertThat(item.has("version")).isFalse();
            assertThat(item.has("corrected")).isFalse();
            assertThat(item.has("reactions")).isFalse();
            assertThat(item(member, group, gone).path("info").isNull()).isTrue();
            assertThat(items(page(member, group, ", 'after': " + gone))).doesNotContain("✎ unseen", "👀");
            if (round == 0) {
                change(owner, add(group, ben), member);
            }
        }
        long seen = perform(owner, correct(mid, "second"));
        assertThat(member.expect(JsonType.CORRECTED).path("mid").asLong()).isEqualTo(seen);
        JsonNode item = item(member, group, mid);
        assertThat(item.path("info").asString()).isEqualTo("second");
        assertThat(item.path("version").path("mid").asLong()).isEqualTo(seen);
        assertThat(item.toString()).doesNotContain("unseen");
        assertThat(item(owner, group, mid)
                        .path("corrected")
                        .path(0)
                        .path("text")
                        .asString())
                .isEqualTo("unseen");
    }

    /** Corrections, reactions and retractions of a message that one can't see are not sent. */
    @Test
    void changesToInvisibleMessagesAreNotSent() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket member = logIn(ben, "");
        JsonSocket third = logIn(carol, "");
        String group = create(owner, "", third);
        long before = say(owner, group, "before", third);
        long other = say(owner, group, "other", third);
        change(owner, add(group, ben), member, third);
        perform(owner, correct(before, "corrected"));
        third.expect(JsonType.CORRECTED);
        perform(third, react(before, "👍"));
        perform(owner, takeBack(other));
        member.fence();
        third.expect(JsonType.TAKEN_BACK);
        expectHistory(member, group, "(add)");
        assertThat(newestItems(owner, group)).containsExactly("(create)", "corrected", "(taken back)", "(add)");
    }

    private record Resumable(JsonSocket socket, String token) {}

    private Resumable resumable(Chatd.Person person) {
        JsonSocket socket = connect();
        String token = socket.logIn(person.name(), person.password(), "phone")
                .path("token")
                .asString();
        return new Resumable(socket, token);
    }

    private JsonSocket resume(Resumable lost, long after) {
        JsonSocket again = connect();
        again.send("{'type': 1, 'info': {'token': '%s', 'after': %d}}".formatted(lost.token(), after));
        assertThat(again.expect(JsonType.LOGGED_IN).path("info").path("code").asString())
                .isEqualTo("ok");
        return again;
    }

    @Test
    void missedGroupMessagesFollowInOrder() {
        JsonSocket owner = logIn(ann, "");
        Resumable lost = resumable(ben);
        String group = create(owner, "", lost.socket());
        String other = create(owner, "", lost.socket());
        long seen = say(owner, group, "seen", lost.socket());
        lost.socket().close();
        List<Long> expected = new ArrayList<>();
        expected.add(say(owner, group, "one"));
        expected.add(say(owner, other, "two"));
        expected.add(perform(owner, correct(seen, "seen, corrected")));
        expected.add(send(owner, ben.name(), "three"));
        expected.add(perform(owner, react(seen, "👍")));
        expected.add(change(owner, op("rename", other, "'name': 'Others'")));
        expected.add(say(owner, group, "four"));
        expected.add(perform(owner, takeBack(seen)));
        JsonSocket again = resume(lost, seen);
        List<Long> mids = new ArrayList<>();
        // Of a message that was taken back, only the retraction is sent.
        List<Long> about = List.of(expected.get(2), expected.get(4));
        expected.removeAll(about);
        while (mids.size() < expected.size()) {
            JsonNode next = again.next();
            if (next.has("mid")) {
                mids.add(next.path("mid").asLong());
            }
        }
        assertThat(mids).isEqualTo(expected);
        again.fence();
        say(owner, group, "live", again);
    }

    @Test
    void missedCorrectionsAndReactionsInGroupsFollow() {
        JsonSocket owner = logIn(ann, "");
        Resumable lost = resumable(ben);
        String group = create(owner, "", lost.socket());
        long seen = say(owner, group, "seen", lost.socket());
        lost.socket().close();
        long corrected = perform(owner, correct(seen, "seen, corrected"));
        long reacted = perform(owner, react(seen, "👍"));
        long later = say(owner, group, "later");
        perform(owner, correct(later, "later, corrected"));
        JsonSocket again = resume(lost, seen);
        JsonNode correction = again.expect(JsonType.CORRECTED);
        assertThat(correction.path("mid").asLong()).isEqualTo(corrected);
        assertThat(correction.path("receive").asString()).isEqualTo(group);
        assertThat(again.expect(JsonType.REACTION).path("mid").asLong()).isEqualTo(reacted);
        JsonNode text = again.expect(JsonType.TEXT_TO_ALL);
        assertThat(text.path("mid").asLong()).isEqualTo(later);
        assertThat(text.path("info").asString()).isEqualTo("later, corrected");
        again.fence();
    }

    @Test
    void onlyVisibleMessagesOfGroupsJoinedOrLeftMeanwhileFollow() {
        JsonSocket owner = logIn(ann, "");
        Resumable lost = resumable(ben);
        String left = create(owner, "", lost.socket());
        String joined = create(owner, "'history': 'all'");
        long seen = say(owner, left, "seen", lost.socket());
        lost.socket().close();
        say(owner, joined, "before one was there");
        long one = say(owner, left, "one");
        long removed = change(owner, op("remove", left, "'user': '%s'".formatted(ben.name())));
        say(owner, left, "behind one");
        perform(owner, correct(one, "one, corrected behind one"));
        long added = change(owner, add(joined, ben));
        long two = say(owner, joined, "two");
        JsonSocket again = resume(lost, seen);
        JsonNode first = again.expect(JsonType.TEXT_TO_ALL);
        assertThat(first.path("mid").asLong()).isEqualTo(one);
        assertThat(first.path("info").asString()).isEqualTo("one");
        assertThat(again.expect(JsonType.GROUP).path("mid").asLong()).isEqualTo(removed);
        assertThat(again.expect(JsonType.GROUP).path("mid").asLong()).isEqualTo(added);
        assertThat(again.expect(JsonType.TEXT_TO_ALL).path("mid").asLong()).isEqualTo(two);
        again.fence();
        // The pages contain everything that the member may see.
        assertThat(newestItems(again, joined)).containsExactly("(create)", "before one was there", "(add)", "two");
        assertThat(newestItems(again, left)).containsExactly("(create)", "seen", "one", "(remove)");
    }
}

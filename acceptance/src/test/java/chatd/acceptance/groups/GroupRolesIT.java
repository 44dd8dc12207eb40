package chatd.acceptance.groups;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Who may do what in a group, and what the others are answered. */
class GroupRolesIT extends GroupTestBase {
    GroupRolesIT(JsonCarrier carrier, Chatd chatd) {
        super(carrier, chatd);
    }

    /**
     * What each is answered: {@code ok} where it is done, {@code same} where nothing had to be done, {@code list} for
     * the list of members, or the code of the refusal.
     */
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            # group        operation         owner    admin         member        who left       who was removed  stranger
            not open     | leave           | ok     | ok          | ok          | not-a-member | not-a-member   | no-such-group
            not open     | members         | list   | list        | list        | not-a-member | not-a-member   | no-such-group
            not open     | add             | ok     | ok          | not-allowed | not-a-member | not-a-member   | no-such-group
            not open     | remove a member | ok     | ok          | not-allowed | not-a-member | not-a-member   | no-such-group
            not open     | remove an admin | ok     | not-allowed | not-allowed | not-a-member | not-a-member   | no-such-group
            not open     | remove an owner | ok     | not-allowed | not-allowed | not-a-member | not-a-member   | no-such-group
            not open     | rename          | ok     | ok          | not-allowed | not-a-member | not-a-member   | no-such-group
            not open     | role            | ok     | not-allowed | not-allowed | not-a-member | not-a-member   | no-such-group
            not open     | set             | ok     | not-allowed | not-allowed | not-a-member | not-a-member   | no-such-group
            not open     | join            | same   | same        | same        | not-a-member | not-a-member   | no-such-group
            not open     | close           | ok     | not-allowed | not-allowed | not-a-member | not-a-member   | no-such-group
            open         | leave           | ok     | ok          | ok          | not-a-member | not-a-member   | not-a-member
            open         | members         | list   | list        | list        | not-a-member | not-a-member   | not-a-member
            open         | add             | ok     | ok          | not-allowed | not-a-member | not-a-member   | not-a-member
            open         | remove a member | ok     | ok          | not-allowed | not-a-member | not-a-member   | not-a-member
            open         | remove an admin | ok     | not-allowed | not-allowed | not-a-member | not-a-member   | not-a-member
            open         | remove an owner | ok     | not-allowed | not-allowed | not-a-member | not-a-member   | not-a-member
            open         | rename          | ok     | ok          | not-allowed | not-a-member | not-a-member   | not-a-member
            open         | role            | ok     | not-allowed | not-allowed | not-a-member | not-a-member   | not-a-member
            open         | set             | ok     | not-allowed | not-allowed | not-a-member | not-a-member   | not-a-member
            open         | join            | same   | same        | same        | ok           | not-allowed    | ok
            open         | close           | ok     | not-allowed | not-allowed | not-a-member | not-a-member   | not-a-member
            closed       | leave           | ok     | ok          | ok          | not-a-member | not-a-member   | no-such-group
            closed       | members         | list   | list        | list        | not-a-member | not-a-member   | no-such-group
            closed       | add             | closed | closed      | closed      | not-a-member | not-a-member   | no-such-group
            closed       | remove a member | closed | closed      | closed      | not-a-member | not-a-member   | no-such-group
            closed       | rename          | closed | closed      | closed      | not-a-member | not-a-member   | no-such-group
            closed       | role            | closed | closed      | closed      | not-a-member | not-a-member   | no-such-group
            closed       | set             | closed | closed      | closed      | not-a-member | not-a-member   | no-such-group
            closed       | join            | closed | closed      | closed      | closed       | closed         | no-such-group
            closed       | close           | closed | closed      | closed      | not-a-member | not-a-member   | no-such-group
            closed, open | leave           | ok     | ok          | ok          | not-a-member | not-a-member   | not-a-member
            closed, open | members         | list   | list        | list        | not-a-member | not-a-member   | not-a-member
            closed, open | add             | closed | closed      | closed      | not-a-member | not-a-member   | not-a-member
            closed, open | remove a member | closed | closed      | closed      | not-a-member | not-a-member   | not-a-member
            closed, open | rename          | closed | closed      | closed      | not-a-member | not-a-member   | not-a-member
            closed, open | role            | closed | closed      | closed      | not-a-member | not-a-member   | not-a-member
            closed, open | set             | closed | closed      | closed      | not-a-member | not-a-member   | not-a-member
            closed, open | join            | closed | closed      | closed      | closed       | closed         | closed
            closed, open | close           | closed | closed      | closed      | not-a-member | not-a-member   | not-a-member
            """)
    void eachOperationIsRestrictedByRole(
            String kind,
            String operation,
            String owner,
            String admin,
            String member,
            String left,
            String removed,
            String stranger) {
        Map<String, JsonSocket> people = people();
        Deque<String> targets = new ArrayDeque<>();
        String group = prepare(kind, operation, people, targets);
        int before = changes(people, group);
        Map<String, String> answers = new LinkedHashMap<>();
        people.forEach((role, socket) -> {
            String message = message(operation, group, targets.getFirst());
            JsonNode answer = answer(socket, message);
            answers.put(role, outcome(answer));
            if (outcome(answer).equals("no-such-group")) {
                assertThat(unnumbered(answer, group))
                        .isEqualTo(unnumbered(answer(socket, message.replace(group, NO_GROUP)), NO_GROUP));
            }
            if (outcome(answer).equals("ok") && targets.size() > 1) {
                targets.removeFirst();
            }
        });
        Map<String, String> expected = new LinkedHashMap<>();
        expected.put("stranger", stranger);
        expected.put("removed", removed);
        expected.put("left", left);
        expected.put("member", member);
        expected.put("admin", admin);
        expected.put("owner", owner);
        assertThat(answers).isEqualTo(expected);
        // What was refused is not in the history either.
        assertThat(changes(people, group) - before)
                .isEqualTo((int) expected.values().stream().filter("ok"::equals).count());
    }

    /**
     * Logs in one person of each role, the least powerful first, so that none prevents what the
     * next ones do.
     */
    private Map<String, JsonSocket> people() {
        Map<String, JsonSocket> people = new LinkedHashMap<>();
        for (String role : List.of("stranger", "removed", "left", "member", "admin")) {
            people.put(role, logIn(chatd.person(), ""));
        }
        people.put("owner", logIn(ann, ""));
        return people;
    }

    private static JsonSocket socketOf(Map<String, JsonSocket> people, String role) {
        return requireNonNull(people.get(role));
    }

    /**
     * Makes a group of them, and the targets of the operation: two, since at most two roles may do
     * it.
     */
    private String prepare(String kind, String operation, Map<String, JsonSocket> people, Deque<String> targets) {
        JsonSocket owner = socketOf(people, "owner");
        JsonSocket[] members = Stream.of("admin", "member", "left", "removed")
                .map(role -> socketOf(people, role))
                .toArray(JsonSocket[]::new);
        String group = create(owner, "'open': " + kind.matches("(closed, )?open"), members);
        targets.add(ben.name());
        targets.add(carol.name());
        if (operation.startsWith("remove") || operation.equals("role")) {
            change(owner, add(group, ben));
            change(owner, add(group, carol));
        }
        String role = operation.replaceFirst("remove an? ", "");
        if (role.equals("admin") || role.equals("owner")) {
            change(owner, role(group, ben.name(), role));
            change(owner, role(group, carol.name(), role));
        }
        change(owner, role(group, socketOf(people, "admin").user(), "admin"));
        change(
                owner,
                op(
                        "remove",
                        group,
                        "'user': '%s'".formatted(socketOf(people, "removed").user())));
        change(socketOf(people, "left"), op("leave", group));
        if (kind.startsWith("closed")) {
            change(owner, op("close", group));
        }
        return group;
    }

    private static String role(String group, String user, String role) {
        return op("role", group, "'user': '%s', 'role': '%s'".formatted(user, role));
    }

    private static String message(String operation, String group, String target) {
        return switch (operation) {
            case "leave", "members", "join", "close" -> op(operation, group);
            case "add" -> op("add", group, "'users': ['%s']".formatted(target));
            case "rename" -> op("rename", group, "'name': 'Friends of %s'".formatted(target));
            case "role" -> role(group, target, "admin");
            case "set" -> op("set", group, "'topic': 'what %s said'".formatted(target));
            case "remove a member", "remove an admin", "remove an owner" ->
                op("remove", group, "'user': '%s'".formatted(target));
            default -> throw new IllegalArgumentException(operation);
        };
    }

    private static String outcome(JsonNode answer) {
        return switch (answer.path("type").asInt()) {
            case JsonType.DONE -> answer.path("info").has("mid") ? "ok" : "same";
            case JsonType.GROUP -> "list";
            default -> answer.path("info").path("code").asString();
        };
    }

    /** Returns the refusal without its id, and without the number of what it is about. */
    private static String unnumbered(JsonNode refusal, String number) {
        assertThat(refusal.path("type").asInt()).as("%s", refusal).isEqualTo(JsonType.REFUSED);
        return refusal.toString().replaceFirst("\"id\":\"\\w+\",?", "").replaceAll("\\b" + number + "\\b", "(number)");
    }

    /** Returns the number of changes in the group's history, as its owner has it. */
    private static int changes(Map<String, JsonSocket> people, String group) {
        JsonNode page = page(socketOf(people, "owner"), group, ", 'limit': 200");
        return (int) page.path("items")
                .valueStream()
                .filter(item -> item.path("type").asInt() == JsonType.GROUP)
                .count();
    }

    /**
     * What even an owner is refused, whose role allows it; others learn only that they may not do
     * it.
     */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            add    | 'users': ['nobody-at-all']             | no-such-user
            add    | 'users': ['CID', 'nobody-at-all']      | no-such-user
            add    | 'users': ['U999999999']                | no-such-user
            remove | 'user': 'nobody-at-all'                | no-such-user
            remove | 'user': 'CID'                          | not-a-member
            remove | 'user': 'ANN'                          | not-allowed
            role   | 'user': 'nobody-at-all', 'role': 'admin' | no-such-user
            role   | 'user': 'CID', 'role': 'admin'         | not-a-member
            role   | 'user': 'ANN', 'role': 'admin'         | not-allowed
            role   | 'user': 'ANN', 'role': 'member'        | not-allowed
            rename | 'name': ''                             | bad-name
            """)
    void impossibleOperationsAreRefusedAfterTheRoleCheck(String op, String keys, String code) {
        JsonSocket owner = logIn(ann, "");
        JsonSocket member = logIn(ben, "");
        JsonSocket stranger = logIn(carol, "");
        String group = create(owner, "", member);
        String message = op(op, group, keys.replace("ANN", ann.name()).replace("CID", carol.name()));
        assertThat(refusalCode(owner, message)).isEqualTo(code);
        assertThat(refusalCode(member, message)).isEqualTo("not-allowed");
        assertThat(refusalCode(stranger, message)).isEqualTo("no-such-group");
        member.fence();
        stranger.fence();
        assertThat(newestItems(owner, group)).containsExactly("(create)");
    }

    @Test
    void wrongShapesAreMalformed() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket member = logIn(ben, "");
        String group = create(owner, "", member);
        List<String> wrong = List.of(
                "'type': 23, 'info': 'leave'",
                "'type': 23, 'info': {'group_id': '%s'}".formatted(group),
                "'type': 23, 'info': {'op': 'leave'}",
                "'type': 23, 'info': {'op': 'create'}",
                "'type': 23, 'info': {'op': 'create', 'name': 'x', 'history': 'none'}",
                "'type': 23, 'info': {'op': 'create', 'name': 'x', 'open': 'yes'}",
                "'type': 23, 'info': {'op': 'create', 'name': 'x', 'members': '%s'}".formatted(ben.name()),
                op("fly", group),
                op("add", group),
                op("add", group, "'users': '%s'".formatted(carol.name())),
                op("remove", group),
                op("rename", group),
                op("rename", group, "'name': 7"),
                op("role", group, "'user': '%s'".formatted(ben.name())),
                op("role", group, "'user': '%s', 'role': 'boss'".formatted(ben.name())),
                op("set", group),
                op("set", group, "'history': 'some'"),
                op("set", group, "'open': 'yes'"),
                op("set", group, "'topic': 7"));
        for (String message : wrong) {
            assertThat(refusalCode(owner, message)).as(message).isEqualTo("malformed");
        }
        member.fence();
        assertThat(newestItems(owner, group)).containsExactly("(create)");
    }

    /** The same as if there were no such group, in every word. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "'type': 4, 'receive': '%s', 'info': 'hello'",
                "'type': 19, 'info': {'with': '%s'}",
                "'type': 21, 'info': {'with': '%s', 'mid': 1}",
                "'type': 22, 'receive': '%s', 'info': {}",
                "'type': 35, 'info': {'conversations': {'%s': {'pinned': true}}}"
            })
    void aGroupThatOneMayNotSeeDoesNotExist(String message) {
        JsonSocket owner = logIn(ann, "");
        JsonSocket stranger = logIn(carol, "");
        String group = create(owner, "");
        JsonNode refusal = answer(stranger, message.formatted(group));
        assertThat(refusal.path("info").path("code").asString()).isEqualTo("no-such-group");
        assertThat(unnumbered(refusal, group))
                .isEqualTo(unnumbered(answer(stranger, message.formatted(NO_GROUP)), NO_GROUP));
        owner.fence();
        assertThat(newestItems(owner, group)).containsExactly("(create)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'type': 31, 'info': {'mid': %d}",
                "'type': 32, 'info': {'mid': %d, 'text': 'corrected'}",
                "'type': 33, 'info': {'mid': %d, 'code': '👍', 'on': true}"
            })
    void aMessageThatOneMayNotSeeDoesNotExist(String message) {
        JsonSocket owner = logIn(ann, "");
        JsonSocket late = logIn(ben, "");
        JsonSocket stranger = logIn(carol, "");
        String group = create(owner, "'open': true");
        long mid = say(owner, group, "among us");
        change(owner, add(group, ben), late);
        long none = mid + 1_000_000;
        for (JsonSocket who : List.of(late, stranger)) {
            JsonNode refusal = answer(who, message.formatted(mid));
            assertThat(refusal.path("info").path("code").asString()).isEqualTo("no-such-message");
            assertThat(unnumbered(refusal, Long.toString(mid)))
                    .isEqualTo(unnumbered(answer(who, message.formatted(none)), Long.toString(none)));
        }
        owner.fence();
        assertThat(newestItems(owner, group)).containsExactly("(create)", "among us", "(add)");
    }
}

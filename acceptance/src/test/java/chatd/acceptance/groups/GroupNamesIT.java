package chatd.acceptance.groups;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What groups may be called, and what their topic may be. */
class GroupNamesIT extends GroupTestBase {
    GroupNamesIT(JsonCarrier carrier, Chatd chatd) {
        super(carrier, chatd);
    }

    private JsonNode groups(Chatd.Person person) {
        return loginAnswer(person, "later").path("groups");
    }

    private static String topic(JsonSocket by, String group) {
        return answer(by, op("members", group)).path("info").path("topic").asString();
    }

    /** Names may be the same as other groups' names, and contain spaces. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "Ops",
                "who is on call?",
                "大家 2",
                "Zoë & Jürgen",
                "123456789 123456789 123456789 123456789 123456789 123456789 1234"
            })
    void aDisplayableNameIsAccepted(String name) {
        JsonSocket owner = logIn(ann, "");
        String group = create(owner, "");
        if (!name.equals("Ops")) {
            change(owner, op("rename", group, "'name': '%s'".formatted(name)));
        }
        perform(owner, "'type': 23, 'info': {'op': 'create', 'name': '%s'}".formatted(name));
        assertThat(groups(ann).valueStream().map(one -> one.path("group_name").asString()))
                .containsExactly(name, name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                " leading",
                "trailing ",
                "a\\nb",
                "a\\tb",
                "a\\u0000b",
                "a\\u007fb",
                "turned\\u202eabc",
                "zero\\u200bwidth",
                "selector\\u2063x",
                "123456789 123456789 123456789 123456789 123456789 123456789 12345",
                "大家大家大家大家大家大家大家大家大家大家大家大"
            })
    void anUndisplayableNameIsRefused(String name) {
        JsonSocket owner = logIn(ann, "");
        JsonSocket member = logIn(ben, "");
        String group = create(owner, "", member);
        assertThat(refusalCode(owner, op("rename", group, "'name': '%s'".formatted(name))))
                .isEqualTo("bad-name");
        assertThat(refusalCode(owner, "'type': 23, 'info': {'op': 'create', 'name': '%s'}".formatted(name)))
                .isEqualTo("bad-name");
        member.fence();
        assertThat(groups(ann)).hasSize(1);
    }

    @Test
    void aTopicHasAtMostAThousandBytes() {
        JsonSocket owner = logIn(ann, "");
        String group = create(owner, "");
        change(owner, op("set", group, "'topic': '%s'".formatted("é".repeat(500))));
        assertThat(refusalCode(owner, op("set", group, "'topic': '%s'".formatted("é".repeat(500) + "x"))))
                .isEqualTo("malformed");
        assertThat(topic(owner, group)).isEqualTo("é".repeat(500));
        change(owner, op("set", group, "'topic': ''"));
        assertThat(topic(owner, group)).isEmpty();
    }
}

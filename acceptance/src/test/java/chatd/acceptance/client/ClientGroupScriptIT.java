package chatd.acceptance.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.SharedChatd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The client's {@code group} command for scripts, and the other commands when given a group. */
@ExtendWith(SharedChatd.class)
@Tag("processes")
class ClientGroupScriptIT {
    /** A number that no group has. */
    private static final String NO_GROUP = "G999999999";

    @TempDir
    private Path directory;

    private final Chatd chatd;
    private final Chatd.Person ann;
    private final Chatd.Person ben;
    private final String ops = Chatd.newName();

    ClientGroupScriptIT(Chatd chatd) {
        this.chatd = chatd;
        this.ann = chatd.person();
        this.ben = chatd.person();
    }

    private ProcessResult client(Chatd.Person person, String... arguments) throws IOException {
        Path file = Files.writeString(directory.resolve(person.name()), person.password() + "\n");
        var all = new ArrayList<>(List.of(
                "--ca",
                chatd.ca().toString(),
                "--password-file",
                file.toString(),
                person.name() + "@localhost:" + chatd.port()));
        all.addAll(List.of(arguments));
        return ProcessResult.client("", Map.of(), all.toArray(String[]::new));
    }

    /** Runs {@code group …}; returns the objects that it prints, one a line. */
    private List<JsonNode> group(Chatd.Person by, String... arguments) throws IOException {
        var all = new ArrayList<>(List.of("group", "-o", "jsonl"));
        all.addAll(List.of(arguments));
        return lines(client(by, all.toArray(String[]::new)).exits(0).out());
    }

    private static List<JsonNode> lines(String out) {
        return out.lines().map(line -> JsonMapper.shared().readTree(line)).toList();
    }

    /** Makes a group; returns its number, such as G7. */
    private String make(String name, String... more) throws IOException {
        var all = new ArrayList<>(List.of("create", name));
        all.addAll(List.of(more));
        return group(ann, all.toArray(String[]::new)).getFirst().path("group").asString();
    }

    /** Runs a {@code group} command that stores a change; returns the change's number. */
    private long done(Chatd.Person by, String... arguments) throws IOException {
        List<JsonNode> lines = group(by, arguments);
        assertThat(lines)
                .singleElement()
                .satisfies(line -> assertThat(line.path("type").asString()).isEqualTo("sent"));
        return lines.getFirst().path("mid").asLong();
    }

    private List<JsonNode> history(Chatd.Person of, String with) throws IOException {
        return lines(
                client(of, "history", "-o", "jsonl", "--with", with).exits(0).out());
    }

    /** Runs a command that must fail and print nothing; returns the error message. */
    private String errorOf(int exit, Chatd.Person by, String... arguments) throws IOException {
        ProcessResult run = client(by, arguments).exits(exit);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).doesNotContain("\tat ", "Exception");
        return run.err();
    }

    @Test
    void aGroupIsMadeListedAndItsMembersNamed() throws IOException {
        ProcessResult made = client(ann, "group", "create", ops, ben.name()).exits(0);
        assertThat(made.out()).matches("G\\d+  " + ops + "\n");
        String group = made.out().split(" ", 2)[0];
        assertThat(client(ben, "group", "list").exits(0).out()).isEqualTo(group + "  " + ops + "  member\n");
        assertThat(group(ann, "list")).singleElement().satisfies(line -> {
            assertThat(line.path("type").asString()).isEqualTo("group");
            assertThat(line.path("group").asString()).isEqualTo(group);
            assertThat(line.path("name").asString()).isEqualTo(ops);
            assertThat(line.path("role").asString()).isEqualTo("owner");
            assertThat(line.path("closed").isBoolean()).isTrue();
            assertThat(line.path("closed").asBoolean()).isFalse();
        });
        // A script's own session does not make its user online.
        assertThat(client(ann, "group", "members", ops).exits(0).out())
                .isEqualTo(ann.name() + "  owner   offline\n" + ben.name() + "  member  offline\n");
        assertThat(group(ben, "members", group))
                .extracting(
                        line -> line.path("type").asString(),
                        line -> line.path("name").asString(),
                        line -> line.path("role").asString(),
                        line -> line.path("online").asBoolean())
                .containsExactly(
                        tuple("member", ann.name(), "owner", false), tuple("member", ben.name(), "member", false));
    }

    @Test
    void changesToAGroupAreInItsHistory() throws IOException {
        Chatd.Person cid = chatd.person();
        String group = make(ops, ben.name());
        done(ann, "add", group, cid.name());
        assertThat(group(ann, "add", group, cid.name()))
                .singleElement()
                .satisfies(line -> assertThat(line.has("mid")).isFalse());
        done(ann, "role", group, ben.name(), "admin");
        done(ann, "topic", group, "Who is on call");
        done(ben, "remove", group, cid.name());
        done(ann, "history", group, "all");
        done(ann, "open", group, "on");
        String other = Chatd.newName();
        done(ben, "rename", group, other);
        assertThat(client(ben, "group", "leave", other).exits(0).out()).isEmpty();
        done(ann, "close", group);
        assertThat(group(ann, "list").getFirst().path("closed").asBoolean()).isTrue();
        List<JsonNode> all = history(ann, group);
        assertThat(all).allSatisfy(line -> {
            assertThat(line.path("type").asString()).isEqualTo("group");
            assertThat(line.path("mid").asLong()).isPositive();
            assertThat(line.path("to").path(0).asString()).isEqualTo(other + " (" + group + ")");
            assertThat(line.path("text").asString()).isNotEmpty();
        });
        assertThat(all)
                .extracting(line -> line.path("op").asString())
                .containsExactly("create", "add", "role", "set", "remove", "set", "set", "rename", "leave", "close");
        assertThat(all.get(1).path("users").toString()).isEqualTo("[\"" + cid.name() + "\"]");
        assertThat(all.get(3).path("text").asString()).contains("Who is on call");
        assertThat(client(ann, "history", "--with", group).exits(0).out())
                .contains(ann.name() + ": closed " + other + ": from now on it can only be read");
        assertThat(group(ben, "list")).isEmpty();
    }

    @Test
    void anOpenGroupIsFoundAndJoinedAndReadFromItsBeginning() throws IOException {
        String hidden = make(ops);
        String group = make(ops + " Open", "--open", "--history", "all");
        client(ann, "send", group, "--", "before").exits(0);
        assertThat(client(ben, "group", "find", ops).exits(0).out()).isEqualTo(group + "  " + ops + " Open  1\n");
        assertThat(group(ben, "find", "open").stream()
                        .filter(line -> line.path("group").asString().equals(group)))
                .singleElement()
                .satisfies(line -> {
                    assertThat(line.path("type").asString()).isEqualTo("group");
                    assertThat(line.path("members").asInt()).isEqualTo(1);
                    assertThat(line.path("member").isBoolean()).isTrue();
                });
        assertThat(errorOf(4, ben, "group", "join", hidden)).contains("There is no such group");
        done(ben, "join", group);
        String spoken = ops + " spoken";
        make(spoken, "--open");
        done(ben, "join", spoken);
        make(spoken, "--open");
        Chatd.Person cid = chatd.person();
        assertThat(errorOf(4, cid, "group", "join", spoken)).contains("Several groups are called " + spoken);
        assertThat(history(ben, group))
                .extracting(line -> line.path("text").asString())
                .contains("before");
        assertThat(group(ben, "find", ops).getFirst().path("member").asBoolean())
                .isTrue();
    }

    @Test
    void aTextGoesToAGroupByNumberAndByName() throws IOException {
        String group = make(ops, ben.name());
        JsonNode sent = lines(client(ann, "send", "-o", "jsonl", group, "--", "The build is red")
                        .exits(0)
                        .out())
                .getFirst();
        client(ben, "send", ops, "--", "I see").exits(0);
        client(ben, "react", sent.path("mid").asString(), "👍").exits(0);
        for (String with : new String[] {group, ops}) {
            List<JsonNode> texts = history(ben, with).stream()
                    .filter(line -> line.path("type").asString().equals("text"))
                    .toList();
            assertThat(texts)
                    .extracting(line -> line.path("text").asString())
                    .containsExactly("The build is red", "I see");
            assertThat(texts)
                    .allSatisfy(line ->
                            assertThat(line.path("to").toString()).isEqualTo("[\"" + ops + " (" + group + ")\"]"));
            assertThat(texts.getFirst().path("mid")).isEqualTo(sent.path("mid"));
            assertThat(texts.getFirst().path("reactions").toString()).contains("1");
        }
        assertThat(client(ben, "conversations").exits(0).out()).containsPattern("(?m)^" + ops + " ");
        done(ann, "close", group);
        assertThat(errorOf(1, ben, "send", group, "--", "x")).contains("This group is closed");
    }

    @Test
    void aTextToAnUnknownGroupExitsWith4() throws IOException {
        assertThat(errorOf(4, ann, "send", NO_GROUP, "--", "x")).contains("There is no such group");
    }

    @Test
    void aNameThatSeveralGroupsHaveIsRefusedWithTheirNumbers() throws IOException {
        String first = make(ops);
        String second = make(ops);
        assertThat(errorOf(4, ann, "send", ops, "--", "x")).contains(first, second);
        assertThat(errorOf(4, ann, "group", "members", ops)).contains(first, second);
        assertThat(errorOf(4, ann, "history", "--with", ops)).contains(first, second);
        client(ann, "send", second, "--", "for the second").exits(0);
        assertThat(history(ann, first)).hasSize(1);
        assertThat(history(ann, second)).hasSize(2);
    }

    @Test
    void mistakesSayWhatIsWrongAndHaveTheirExitCodes() throws IOException {
        String group = make(ops, ben.name());
        assertThat(errorOf(2, ann, "group")).contains("WHAT");
        assertThat(errorOf(2, ann, "group", "dance")).contains("group has no command dance", "group --help");
        assertThat(errorOf(2, ann, "group", "members")).contains("usage: group members GROUP");
        assertThat(errorOf(2, ann, "group", "add", group)).contains("usage: group add GROUP USER...");
        assertThat(errorOf(2, ann, "group", "role", group, ben.name(), "king")).contains("owner|admin|member");
        assertThat(errorOf(2, ann, "group", "role", group)).contains("usage: group role");
        assertThat(errorOf(2, ann, "group", "open", group, "perhaps")).contains("on or off, not perhaps");
        assertThat(errorOf(2, ann, "group", "create", "x", "--history", "some")).contains("all or joined");
        assertThat(errorOf(4, ann, "group", "members", NO_GROUP)).contains("There is no such group");
        assertThat(errorOf(4, ann, "group", "add", group, "nobody-at-all")).contains("There is no user called");
        assertThat(errorOf(1, ben, "group", "close", group)).contains("Only the owners");
        assertThat(errorOf(1, ben, "group", "add", group, ann.name())).contains("Only the owners and admins");
        assertThat(errorOf(1, ann, "--protocol", "chat/1", "group", "list")).contains("needs chat-json/1");
        done(ann, "close", group);
        assertThat(errorOf(1, ann, "group", "rename", group, "x")).contains("This group is closed");
    }

    @Test
    void anUnknownNameIsAnsweredForScripts() throws IOException {
        assertThat(errorOf(4, ann, "group", "members", ops))
                .contains("There is no group called " + ops)
                .as("the commands of the terminal are of no use here")
                .doesNotContain("/group");
    }

    @Test
    void extraArgumentsAreRefusedRatherThanDropped() throws IOException {
        String group = make(ops);
        String other = make(Chatd.newName());
        errorOf(2, ann, "group", "topic", group, "Who", "is", "on", "call");
        errorOf(2, ann, "group", "rename", group, "Two", "words");
        errorOf(2, ann, "group", "close", group, other);
        errorOf(2, ann, "group", "list", "of", "mine");
        errorOf(2, ann, "group", "members", group, "--open");
    }

    @Test
    void aGroupNamedLikeAUserDoesNotGetTheUsersTexts() throws IOException {
        Chatd.Person mallory = chatd.person();
        group(mallory, "create", ben.name(), ann.name());
        client(ann, "send", ben.name(), "--", "for you alone").exits(0);
        assertThat(client(mallory, "history").exits(0).out()).doesNotContain("for you alone");
        assertThat(client(ben, "history").exits(0).out()).contains("for you alone");
    }

    @Test
    void aFileGoesToAGroupByItsName() throws IOException {
        String group = make(ops, ben.name());
        client(ann, "send", "--file", ProcessResult.ROOT.resolve("LICENSE").toString(), ops)
                .exits(0);
        assertThat(history(ben, group))
                .filteredOn(line -> line.path("type").asString().equals("file"))
                .singleElement()
                .satisfies(line -> assertThat(line.path("name").asString()).isEqualTo("LICENSE"));
    }
}

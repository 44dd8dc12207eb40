package chatd.acceptance.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.CutProxy;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.SharedChatd;
import chatd.acceptance.kit.Wire;
import chatd.fixtures.TestTimeout;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The client's commands for scripts that need {@code chat-json/1}. */
@ExtendWith(SharedChatd.class)
@Tag("processes")
class ClientScriptIT {
    @TempDir
    private Path directory;

    private final Chatd chatd;
    private final Chatd.Person ann;

    ClientScriptIT(Chatd chatd) {
        this.chatd = chatd;
        this.ann = chatd.person();
    }

    private List<String> as(Chatd.Person person, String... arguments) throws IOException {
        Path file = Files.writeString(directory.resolve(person.name()), person.password() + "\n");
        var all = new ArrayList<>(List.of(
                "--ca",
                chatd.ca().toString(),
                "--password-file",
                file.toString(),
                "--downloads",
                directory.resolve("in").toString(),
                person.name() + "@localhost:" + chatd.port()));
        all.addAll(List.of(arguments));
        return all;
    }

    private ProcessResult client(Chatd.Person person, String... arguments) throws IOException {
        return ProcessResult.client("", Map.of(), as(person, arguments).toArray(String[]::new));
    }

    private Process start(Path out, Chatd.Person person, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(as(person, arguments));
        command.addFirst("client");
        return ProcessResult.start(out, command.toArray(String[]::new));
    }

    private static List<JsonNode> lines(String out) {
        return out.lines().map(line -> JsonMapper.shared().readTree(line)).toList();
    }

    @Test
    void findPrintsMessagesWithTheWords() throws IOException {
        String word = Chatd.newName();
        Chatd.Person ben = chatd.person();
        client(ann, "send", ben.name(), "--", "The " + word + " is red").exits(0);
        client(ann, "send", ben.name(), "--", "The " + word + " is green").exits(0);
        await().untilAsserted(() -> assertThat(
                        lines(client(ben, "find", "-o", "jsonl", word).exits(0).out()))
                .extracting(line -> line.path("text").asString())
                .containsExactly("The " + word + " is green", "The " + word + " is red"));
        JsonNode hit = lines(
                        client(ben, "find", "-o", "jsonl", word, "RE").exits(0).out())
                .getFirst();
        assertThat(hit.path("at").toString()).isEqualTo("[[4,%d],[%d,3]]".formatted(word.length(), word.length() + 8));
        assertThat(client(ben, "find", "--from", ann.name(), "-n", "1", word)
                        .exits(0)
                        .out())
                .endsWith(" " + ann.name() + ": The " + word + " is green\n")
                .hasLineCount(1);
        for (String[] none : new String[][] {
            {"--from", ben.name(), word},
            {"--with", "*", word},
            {"--until", "2026-01-01", word},
            {"--media", "file", word},
            {"\"is " + word + "\""}
        }) {
            var command = new ArrayList<>(List.of("find"));
            command.addAll(List.of(none));
            ProcessResult run = client(ben, command.toArray(String[]::new)).exits(1);
            assertThat(run.out()).as("%s", command).isEmpty();
            assertThat(run.err()).isEqualTo("chat-client: Nothing was found.\n");
        }
        assertThat(client(ben, "find", "--with", ann.name(), "--since", "2026-01-01", "--media", "text", word)
                        .exits(0)
                        .out())
                .hasLineCount(2);
        assertThat(client(ben, "find", "--media", "song", word).exits(2).err()).contains("text or file");
        assertThat(client(ben, "find", "--since", "12", word).exits(2).err()).contains("takes a time");
        assertThat(client(ben, "find", "--with", "nobody-at-all", word).exits(4).err())
                .contains("nobody-at-all");
        assertThat(client(ben, "find", "?!").exits(1).err()).contains("There is no word to search for.");
    }

    @Test
    void aTextSentTwiceWithOneIdIsStoredOnce() throws IOException {
        Chatd.Person ben = chatd.person();
        client(ann, "send", "--id", "backup-1", ben.name(), "--", "The backup is done")
                .exits(0);
        client(ann, "send", "--id", "backup-1", ben.name(), "--", "The backup is done")
                .exits(0);
        assertThat(client(ann, "send", "--id", "backup-1", ben.name(), "--", "Something else")
                        .exits(1)
                        .err())
                .contains("Something else was sent with this id before.");
        assertThat(lines(client(ben, "history", "-o", "jsonl").exits(0).out()))
                .singleElement()
                .satisfies(item -> assertThat(item.path("text").asString()).isEqualTo("The backup is done"));
        assertThat(client(ann, "--protocol", "chat/1", "send", "--id", "x", ben.name(), "--", "x")
                        .exits(1)
                        .err())
                .contains("need chat-json/1");
    }

    @Test
    void textsAreCorrectedTakenBackAndReactedTo() throws IOException {
        Chatd.Person ben = chatd.person();
        String mid = lines(client(ann, "send", "-o", "jsonl", ben.name(), "--", "Lunh?")
                        .exits(0)
                        .out())
                .getFirst()
                .path("mid")
                .asString();
        JsonNode done = lines(client(ann, "correct", "-o", "jsonl", mid, "--", "Lunch?")
                        .exits(0)
                        .out())
                .getFirst();
        assertThat(done.path("type").asString()).isEqualTo("sent");
        assertThat(done.path("mid").asLong()).isGreaterThan(Long.parseLong(mid));
        client(ben, "react", mid, "🌹").exits(0);
        client(ben, "react", mid, "/wx").exits(0);
        client(ben, "react", "--off", mid, "/wx").exits(0);
        assertThat(client(ben, "react", mid, "nice").exits(1).err()).contains("This is neither.");
        assertThat(client(ben, "correct", mid, "--", "Dinner?").exits(1).err()).contains("is not yours");
        assertThat(client(ben, "back", "99999999").exits(4).err()).contains("There is no such message.");
        assertThat(client(ann, "correct", "x", "--", "y").exits(2).err()).contains("NUMBER");
        JsonNode item =
                lines(client(ben, "history", "-o", "jsonl").exits(0).out()).getFirst();
        assertThat(item.path("text").asString()).isEqualTo("Lunch?");
        assertThat(item.path("corrected").path(0).path("text").asString()).isEqualTo("Lunh?");
        assertThat(item.path("reactions").toString()).isEqualTo("{\"/mg\":1}");
        List<JsonNode> after = lines(
                client(ben, "history", "-o", "jsonl", "--since", mid).exits(0).out());
        assertThat(after)
                .extracting(each -> each.path("type").asString())
                .containsExactly("corrected", "reaction", "reaction", "reaction");
        client(ann, "back", mid).exits(0);
        after = lines(
                client(ben, "history", "-o", "jsonl", "--since", mid).exits(0).out());
        assertThat(after).extracting(each -> each.path("type").asString()).containsExactly("taken-back");
        assertThat(lines(client(ben, "history", "-o", "jsonl").exits(0).out())
                        .getFirst()
                        .path("taken_back")
                        .asBoolean())
                .isTrue();
        assertThat(client(ben, "history").exits(0).out()).contains(": (taken back)");
    }

    @Test
    void conversationsFriendsUsersAndSessionsAreListed() throws IOException {
        Chatd.Person ben = chatd.person();
        client(ben, "send", ann.name(), "--", "first").exits(0);
        client(ben, "send", ann.name(), "--", "Hello @" + ann.name()).exits(0);
        JsonNode conversation = lines(client(ann, "conversations", "--unread", "-o", "jsonl")
                        .exits(0)
                        .out())
                .getFirst();
        assertThat(conversation.path("with").asString()).isEqualTo(ben.name());
        assertThat(conversation.path("unread").asInt()).isEqualTo(2);
        assertThat(conversation.path("mentions").asInt()).isEqualTo(1);
        assertThat(conversation.path("last").path("text").asString()).isEqualTo("Hello @" + ann.name());
        assertThat(client(ann, "conversations").exits(0).out())
                .containsPattern(ben.name() + "  2@  .*  " + ben.name() + ": Hello @" + ann.name());
        client(ann, "send", "--re", conversation.path("last").path("mid").asString(), ben.name(), "--", "Hi")
                .exits(0);
        assertThat(lines(client(ben, "history", "-n", "1", "-o", "jsonl", "--with", ann.name())
                                .exits(0)
                                .out())
                        .getFirst()
                        .path("re")
                        .asLong())
                .isEqualTo(conversation.path("last").path("mid").asLong());
        try (JsonSocket a = chatd.logInJson(JsonCarrier.LINES, ann, "one");
                JsonSocket b = chatd.logInJson(JsonCarrier.LINES, ben, "two")) {
            a.send("{'type': 9, 'receive': '%s', 'info': 'me', 'id': 'f'}".formatted(ben.name()));
            a.skipTo(JsonType.DONE);
            assertThat(client(ben, "friends").exits(0).out()).contains(ann.name() + "  asks: me");
            b.send("{'type': 10, 'receive': '%s', 'info': true, 'id': 'y'}".formatted(ann.name()));
            b.skipTo(JsonType.DONE);
            assertThat(lines(client(ben, "friends", "-o", "jsonl").exits(0).out()))
                    .singleElement()
                    .satisfies(friend -> {
                        assertThat(friend.path("name").asString()).isEqualTo(ann.name());
                        assertThat(friend.path("online").asBoolean()).isTrue();
                    });
            assertThat(client(ann, "who", ben.name().substring(0, 6)).exits(0).out())
                    .containsPattern(ben.name() + " +online +friend");
            assertThat(client(ann, "sessions").exits(0).out().lines()).hasSize(2);
            client(ann, "sessions", "--end-others").exits(0);
            a.untilClosed();
        }
        assertThat(client(ann, "--protocol", "chat/1", "friends").exits(1).err())
                .contains("needs chat-json/1");
    }

    @Test
    void tailStartsAtTheGivenNumberWhileOtherCommandsSend() throws Exception {
        Chatd.Person ben = chatd.person();
        for (int i = 1; i <= 3; i++) {
            client(ben, "send", ann.name(), "--", "text " + i).exits(0);
        }
        long first = lines(client(ann, "history", "-o", "jsonl").exits(0).out())
                .getFirst()
                .path("mid")
                .asLong();
        Path out = directory.resolve("out");
        Process tail = start(out, ann, "tail", "-o", "jsonl", "--since", Long.toString(first));
        try {
            await().untilAsserted(() -> assertThat(Files.readString(out)).contains("text 3"));
            client(ann, "send", ben.name(), "--", "beside it").exits(0);
            client(ben, "send", ann.name(), "--", "text 4").exits(0);
            await().untilAsserted(() -> assertThat(Files.readString(out)).contains("text 4"));
            assertThat(lines(Files.readString(out)).stream()
                            .filter(line -> line.has("text"))
                            .map(line -> line.path("text").asString()))
                    .containsExactly("text 2", "text 3", "beside it", "text 4");
            assertThat(tail.isAlive()).isTrue();
        } finally {
            tail.destroyForcibly();
        }
    }

    @Test
    void sendReceiptAndFetchPrintJson() throws IOException {
        Path file = Files.writeString(directory.resolve("plan.txt"), "a plan");
        JsonNode sent = only("send", "-o", "jsonl", ann.name(), "--", "to myself");
        assertThat(sent.path("type").asString()).isEqualTo("sent");
        JsonNode first = only("receipt", "-o", "jsonl");
        assertThat(first.path("mid")).isEqualTo(sent.path("mid"));
        assertThat(first.path("to").path(0).asString()).isEqualTo(ann.name());
        assertThat(only("receipt", first.path("mid").asString()).path("salt").asString())
                .isNotEmpty();
        only("send", "-o", "jsonl", "--file", file.toString(), ann.name());
        JsonNode offer = history("-n", "1").getFirst();
        JsonNode fetched = only("fetch", "-o", "jsonl", offer.path("file").asString());
        assertThat(fetched.path("size").asLong()).isEqualTo(6);
        assertThat(Path.of(fetched.path("path").asString())).hasContent("a plan");
    }

    private JsonNode only(String... arguments) throws IOException {
        List<JsonNode> lines = lines(client(ann, arguments).exits(0).out());
        assertThat(lines).hasSize(1);
        return lines.getFirst();
    }

    @Test
    void historyIsReadByTimeAndByNumber() throws IOException {
        try (Chat1Socket ben = chatd.newcomer()) {
            for (int i = 1; i <= 230; i++) {
                ben.send(Wire.text("text " + i, ann.name()));
            }
            ben.fence();
        }
        List<JsonNode> all = lines(
                client(ann, "history", "-n", "1000", "-o", "jsonl").exits(0).out());
        assertThat(all).hasSize(230);
        for (int from : new int[] {0, 1, 100, 228, 229}) {
            Instant time = Instant.parse(all.get(from).path("time").asString());
            assertThat(history(
                            "--since",
                            time.toString(),
                            "--with",
                            all.get(0).path("from").asString()))
                    .as("since %s", time)
                    .isEqualTo(all.stream()
                            .filter(one -> !time(one).isBefore(time))
                            .toList());
            assertThat(history("--until", time.toString(), "-n", "1000"))
                    .as("until %s", time)
                    .isEqualTo(
                            all.stream().filter(one -> time(one).isBefore(time)).toList());
        }
        String fifth = all.get(4).path("mid").asString();
        String last = all.get(229).path("mid").asString();
        assertThat(history("--since", fifth, "--until", last)).isEqualTo(all.subList(5, 229));
        assertThat(history("--since", fifth, "-n", "3")).isEqualTo(all.subList(5, 8));
        assertThat(history("--until", last, "-n", "3")).isEqualTo(all.subList(226, 229));
        assertThat(history("--since", "2999-01-01")).isEmpty();
        assertThat(history("--until", "2001-01-01")).isEmpty();
        assertThat(client(ann, "history", "--since", "noon").exits(2).err())
                .contains("--since", "\"noon\" is neither a message's number nor a time");
    }

    private List<JsonNode> history(String... options) throws IOException {
        var arguments = new ArrayList<>(List.of("history", "-o", "jsonl"));
        arguments.addAll(List.of(options));
        return lines(client(ann, arguments.toArray(String[]::new)).exits(0).out());
    }

    private static Instant time(JsonNode item) {
        return Instant.parse(item.path("time").asString());
    }

    @Test
    void pipeStartsAtTheGivenNumberAndReadsTheHistoryInParts() throws Exception {
        Chatd.Person ben = chatd.person();
        for (int i = 1; i <= 3; i++) {
            client(ben, "send", ann.name(), "--", "text " + i).exits(0);
        }
        long first = history("-n", "3").getFirst().path("mid").asLong();
        Path out = directory.resolve("out");
        Process pipe = start(out, ann, "pipe", "--since", Long.toString(first));
        try (BufferedWriter to = pipe.outputWriter()) {
            await().untilAsserted(() -> assertThat(Files.readString(out)).contains("text 3"));
            client(ben, "send", ann.name(), "--", "text 4").exits(0);
            to.write("{\"do\":\"history\",\"since\":" + first + ",\"n\":1}\n");
            to.write("{\"do\":\"history\",\"until\":\"yesterday\"}\n{\"do\":\"history\",\"since\":{}}\n");
            to.write("{\"do\":\"history\",\"with\":{},\"n\":[]}\n{\"do\":\"history\",\"since\":\"noon\"}\n");
            to.flush();
            await().untilAsserted(() -> assertThat(Files.readString(out)).contains("text 4", "noon"));
            to.close();
            assertThat(pipe.waitFor(TestTimeout.LONG)).isTrue();
            List<JsonNode> events = lines(Files.readString(out));
            assertThat(events.stream()
                            .filter(event -> event.path("type").asString().equals("text")))
                    .extracting(event -> event.path("text").asString())
                    .containsExactly("text 2", "text 3", "text 4");
            assertThat(events.stream()
                            .filter(event -> event.path("type").asString().equals("history")))
                    .extracting(event -> event.path("items").toString())
                    .satisfiesExactly(
                            page -> assertThat(page).contains("text 2").doesNotContain("text 1", "text 3"),
                            page -> assertThat(page).isEqualTo("[]"));
        } finally {
            pipe.destroyForcibly();
        }
    }

    @Test
    void invalidCommandsAreRefusedBeforeAnythingIsSent() throws IOException {
        Path file = Files.writeString(directory.resolve("plan.txt"), "a plan");
        assertThat(client(ann, "send", "--id", "x".repeat(65), ann.name(), "--", "x")
                        .exits(1)
                        .err())
                .contains("An id has at most 64 bytes");
        assertThat(client(ann, "send", "--id", "x", "--file", file.toString(), "--file", file.toString(), ann.name())
                        .exits(2)
                        .err())
                .contains("--id is for a single file");
        assertThat(client(ann, "send", "--re", "1", "--file", file.toString(), ann.name())
                        .exits(2)
                        .err())
                .contains("--file and --picture can't be combined with --re or a text");
        assertThat(client(ann, "--protocol", "chat/1", "send", "--re", "1", ann.name(), "--", "x")
                        .exits(1)
                        .err())
                .startsWith("chat-client: ")
                .contains("need chat-json/1")
                .doesNotContain("\tat ");
        assertThat(history()).isEmpty();
    }

    @Test
    void commandsGivenWhileDisconnectedAreSentOnceReconnected() throws Exception {
        Path out = directory.resolve("out");
        try (CutProxy proxy = CutProxy.onPort(chatd.port())) {
            List<String> command = new ArrayList<>(as(ann, "pipe"));
            command.replaceAll(word -> word.replace("@localhost:" + chatd.port(), "@localhost:" + proxy.port()));
            command.addFirst("client");
            Process pipe = ProcessResult.start(out, command.toArray(String[]::new));
            try (BufferedWriter to = pipe.outputWriter()) {
                await().untilAsserted(() -> assertThat(Files.readString(out)).contains("ready"));
                proxy.goAway();
                await().untilAsserted(() -> assertThat(Files.readString(out)).contains("\"lost\""));
                for (int i = 1; i <= 3; i++) {
                    to.write("{\"do\":\"send\",\"to\":[\"" + ann.name() + "\"],\"text\":\"text " + i + "\"}\n");
                }
                to.write("{\"do\":\"read\",\"with\":\"" + ann.name() + "\",\"id\":\"r\"}\n");
                to.write("{\"do\":\"who\",\"text\":\"" + ann.name() + "\",\"id\":\"w\"}\n");
                to.close();
                proxy.forwardToPort(chatd.port());
                assertThat(pipe.waitFor(TestTimeout.LONG)).isTrue();
                assertThat(pipe.exitValue()).isZero();
            } finally {
                pipe.destroyForcibly();
            }
        }
        List<JsonNode> events = lines(Files.readString(out));
        assertThat(events.stream().filter(event -> event.path("type").asString().equals("sent")))
                .hasSize(3);
        assertThat(events)
                .anySatisfy(event -> {
                    assertThat(event.path("type").asString()).isEqualTo("refused");
                    assertThat(event.path("id").asString()).isEqualTo("r");
                    assertThat(event.path("text").asString()).contains("needs \"with\" and \"mid\"");
                })
                .anySatisfy(event -> {
                    assertThat(event.path("type").asString()).isEqualTo("who");
                    assertThat(event.path("id").asString()).isEqualTo("w");
                });
        assertThat(history())
                .extracting(item -> item.path("text").asString())
                .containsExactly("text 1", "text 2", "text 3");
    }

    @Test
    void pipeTakesCommandsAndPrintsEventsInOneSession() throws Exception {
        Path out = directory.resolve("out");
        Process pipe = start(out, ann, "pipe");
        try (Chat1Socket ben = chatd.newcomer();
                BufferedWriter to = pipe.outputWriter()) {
            to.write("{\"do\":\"send\",\"to\":[\"" + ben.name() + "\"],\"text\":\"from a bot\",\"id\":\"7\"}\n");
            to.write("not json\n{\"do\":\"dance\"}\n{\"do\":\"send\",\"to\":[\"nobody-at-all\"],\"text\":\"x\"}\n");
            to.write("{\"do\":\"history\",\"with\":\"" + ben.name() + "\",\"n\":5}\n");
            to.write("{\"do\":\"who\",\"text\":\"" + ben.name() + "\"}\n");
            to.flush();
            ben.awaitText(ann.name(), "from a bot");
            ben.send(Wire.text("to a bot", ann.name()));
            await().untilAsserted(() -> assertThat(Files.readString(out)).contains("to a bot", "\"who\""));
            to.close();
            assertThat(pipe.waitFor(TestTimeout.LONG)).isTrue();
            assertThat(pipe.exitValue()).isZero();
            List<JsonNode> events = lines(Files.readString(out));
            assertThat(events.getFirst().path("type").asString()).isEqualTo("ready");
            assertThat(events.stream()
                            .filter(event -> event.path("type").asString().equals("refused")))
                    .extracting(event -> event.path("text").asString())
                    .satisfiesExactly(
                            text -> assertThat(text).contains("not JSON"),
                            text -> assertThat(text).contains("\"do\""),
                            text -> assertThat(text).contains("nobody-at-all"));
            assertThat(events)
                    .anySatisfy(event -> {
                        assertThat(event.path("type").asString()).isEqualTo("sent");
                        assertThat(event.path("id").asString()).isEqualTo("7");
                        assertThat(event.path("mid").asLong()).isPositive();
                    })
                    .anySatisfy(event -> assertThat(
                                    event.path("items").path(0).path("text").asString())
                            .isEqualTo("from a bot"));
        } finally {
            pipe.destroyForcibly();
        }
    }
}

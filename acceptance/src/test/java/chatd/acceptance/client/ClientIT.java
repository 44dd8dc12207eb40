package chatd.acceptance.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.SharedChatd;
import chatd.acceptance.kit.Wire;
import chatd.fixtures.TestTimeout;
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

/** The client's commands for scripts: what they do, and their exit codes. */
@ExtendWith(SharedChatd.class)
@Tag("processes")
class ClientIT {

    @TempDir
    private Path directory;

    private final Chatd chatd;

    ClientIT(Chatd chatd) {
        this.chatd = chatd;
    }

    /** Returns the client's options, whom to log in as, and further arguments. */
    private List<String> as(Chatd.Person person, String... arguments) throws IOException {
        Path file = Files.writeString(directory.resolve("password"), person.password() + "\n");
        var all =
                new ArrayList<>(List.of("--ca", chatd.ca().toString(), "--password-file", file.toString(), at(person)));
        all.addAll(List.of(arguments));
        return all;
    }

    /** Returns the same arguments, for {@code ./chat}. */
    private String[] program(Chatd.Person person, String... arguments) throws IOException {
        List<String> all = as(person, arguments);
        all.addFirst("client");
        return all.toArray(String[]::new);
    }

    private ProcessResult client(Chatd.Person person, String... arguments) throws IOException {
        return ProcessResult.client("", Map.of(), as(person, arguments).toArray(String[]::new));
    }

    @Test
    void sendSendsATextToOneAndToSeveral() throws IOException {
        Chatd.Person ann = chatd.person();
        try (Chat1Socket ben = chatd.newcomer();
                Chat1Socket cid = chatd.newcomer()) {
            ProcessResult.chat(program(ann, "send", ben.name(), "--", "hello", "there"))
                    .exits(0);
            ben.expectText(ann.name(), "hello there");
            client(ann, "send", ben.name(), cid.name(), "--", "both of you").exits(0);
            ben.expectText(ann.name(), "both of you");
            cid.expectText(ann.name(), "both of you");
        }
    }

    private ProcessResult client(String input, String... arguments) {
        var all = new ArrayList<>(List.of("--ca", chatd.ca().toString()));
        all.addAll(List.of(arguments));
        return ProcessResult.client(input, Map.of("XDG_STATE_HOME", directory.toString()), all.toArray(String[]::new));
    }

    private String at(Chatd.Person person) {
        return person.name() + "@localhost:" + chatd.port();
    }

    @Test
    void sendReadsStandardInputSendsFilesAndWritesToAll() throws IOException {
        Chatd.Person ann = chatd.person();
        Path file = Files.writeString(directory.resolve("plan.txt"), "the plan");
        try (Chat1Socket ben = chatd.newcomer()) {
            client(ann.password() + "\nfirst\n  second\n", "--password-stdin", at(ann), "send", ben.name())
                    .exits(0);
            ben.awaitText(ann.name(), "first\n  second");
            client(
                            "",
                            "--password-command",
                            "echo " + ann.password(),
                            at(ann),
                            "send",
                            "--file",
                            file.toString(),
                            ben.name())
                    .exits(0);
            client("", "--password-command", "echo " + ann.password(), at(ann), "send", "--all", "--", "to all")
                    .exits(0);
            ben.fence();
            assertThat(ben.history(3)).containsExactly("first\n  second", "plan.txt", "to all");
        }
        assertThat(client("", "--password-command", "echo x", at(ann), "send", "--", "to whom?")
                        .exits(2)
                        .err())
                .contains("--all");
    }

    @Test
    void sendToAnUnknownUserFailsAndSaysWhoAndTheOthersGetIt() throws IOException {
        Chatd.Person ann = chatd.person();
        String unknown = Chatd.newName();
        try (Chat1Socket ben = chatd.newcomer()) {
            ProcessResult run =
                    client(ann, "send", unknown, ben.name(), "--", "anyone?").exits(4);
            assertThat(run.err())
                    .contains("There is no user called " + unknown + ".", "It was sent to " + ben.name() + ".");
            ben.awaitText(ann.name(), "anyone?");
        }
        assertThat(client(ann, "send", unknown, "--", "anyone?").exits(4).err()).contains(unknown, "Nothing was sent");
    }

    @Test
    void aTextThatTheServerRefusesFails() throws IOException {
        Chatd.Person ann = chatd.person();
        ProcessResult empty = client(ann.password() + "\n", "--password-stdin", at(ann), "send", ann.name())
                .exits(1);
        assertThat(empty.err()).contains("An empty text is not sent.");
        ProcessResult large = client(
                        ann.password() + "\n" + "x".repeat(66_000), "--password-stdin", at(ann), "send", ann.name())
                .exits(1);
        assertThat(large.err()).contains("66000 bytes");
    }

    @Test
    void aRefusedLoginExitsWith77AndShowsNoPassword() throws IOException {
        ProcessResult run = client(
                        new Chatd.Person(chatd.person().name(), "not-the-password"), "send", "alice", "--", "x")
                .exits(77);
        assertThat(run.err()).contains("The password is wrong.").doesNotContain("not-the-password", "\tat ");
        Chatd.Person nobody = new Chatd.Person(Chatd.newName(), "whatever-it-is");
        assertThat(client(nobody, "history").exits(77).err()).contains("There is no user called " + nobody.name());
        assertThat(client("", at(chatd.person()), "send", "alice", "--", "x")
                        .exits(77)
                        .err())
                .as("no prompt without a terminal")
                .contains("--password-file");
        assertThat(client("", at(chatd.person())).exits(77).err()).contains("--password-file");
    }

    @Test
    void aMissingServerExitsWith69() {
        assertThat(ProcessResult.chat("pw\n", Map.of(), "client", "--password-stdin", "x@localhost:1", "history")
                        .exits(69)
                        .err())
                .contains("Nobody answers at localhost port 1");
        assertThat(client("pw\n", "--password-stdin", "x@no-such-host.invalid", "history")
                        .exits(69)
                        .err())
                .contains("There is no host called no-such-host.invalid");
    }

    @Test
    void historyFetchAndTailSayTheSameAsText() throws IOException {
        Chatd.Person ann = chatd.person();
        try (Chat1Socket ben = chatd.newcomer()) {
            ben.send(
                    Wire.text("one\ntwo \u001b[31m\"", ann.name()),
                    Wire.file("plan.txt", "the plan".getBytes(java.nio.charset.StandardCharsets.UTF_8), ann.name()));
            ben.fence();
            String text = client(ann, "history", "-n", "5").exits(0).out();
            assertThat(text)
                    .matches("(?s)\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d " + ben.name()
                            + ": one\n    two ␛\\[31m\"\n.*" + ben.name() + ": file \\d+: plan.txt\n");
            String json = client(ann, "history", "-o", "jsonl").exits(0).out();
            assertThat(json.lines()).hasSize(2);
            assertThat(json.lines().findFirst().orElseThrow())
                    .matches("\\{\"type\":\"text\",\"time\":\"[^\"]*Z\",\"mid\":\\d+,\"from\":\"" + ben.name()
                            + "\",\"to\":\\[\"" + ann.name() + "\"\\],\"text\":\"one\\\\ntwo \\\\u001B\\[31m\\\\\"\"}");
            String id = json.replaceAll("(?s).*\"file\":(\\d+),\"size\":8[,}].*", "$1");
            Path in = directory.resolve("in");
            assertThat(client(ann, "--downloads", in.toString(), "fetch", id)
                            .exits(0)
                            .out()
                            .strip())
                    .isEqualTo(in.resolve("plan.txt").toString());
            assertThat(in.resolve("plan.txt")).hasContent("the plan");
            assertThat(client(ann, "fetch", "4000000000").exits(4).err())
                    .contains("There is no file 4000000000 that you may fetch.");
        }
    }

    @Test
    void registerCreatesAnAccountAndPasswdChangesItsPassword() {
        Chatd.Person dora = new Chatd.Person(Chatd.newName(), "sturdy-enough-7");
        client(dora.password() + "\n", "--password-stdin", at(dora), "register").exits(0);
        assertThat(client(dora.password() + "\n", "--password-stdin", at(dora), "register")
                        .exits(5)
                        .err())
                .contains("is taken");
        assertThat(client("short\n", "--password-stdin", Chatd.newName() + "@localhost:" + chatd.port(), "register")
                        .exits(1)
                        .err())
                .contains("at least 8 characters");
        assertThat(client("wrong-one\nsturdy-enough-8\n", "--password-stdin", at(dora), "passwd")
                        .exits(77)
                        .err())
                .contains("The old password is wrong.");
        client(dora.password() + "\nsturdy-enough-8\n", "--password-stdin", at(dora), "passwd")
                .exits(0);
        chatd.logIn(new Chatd.Person(dora.name(), "sturdy-enough-8")).close();
        String once =
                chatd.admin("", "user", "reset", dora.name()).exits(0).out().strip();
        once = once.substring(once.lastIndexOf(' ') + 1);
        assertThat(client(once + "\n", "--password-stdin", at(dora), "history")
                        .exits(77)
                        .err())
                .contains("must be changed first", "passwd");
        client(once + "\nsturdy-enough-9\n", "--password-stdin", at(dora), "passwd")
                .exits(0);
        chatd.logIn(new Chatd.Person(dora.name(), "sturdy-enough-9")).close();
    }

    @Test
    void anUnknownCertificateIsRefusedUnlessItsFingerprintIsNamed() {
        Chatd.Person ann = chatd.person();
        Map<String, String> nobody = Map.of("XDG_STATE_HOME", directory.toString(), "CHAT_CA", "", "CHAT_PORT", "1");
        String shown = chatd.admin("", "-o", "json", "cert", "show").exits(0).out();
        String fingerprint = shown.replaceAll("(?s).*\"fingerprint\" *: *\"([0-9a-f]{64})\".*", "$1");
        String[] send = {"--password-stdin", at(ann), "send", ann.name(), "--", "x"};
        assertThat(ProcessResult.client(ann.password() + "\n", nobody, send)
                        .exits(69)
                        .err()
                        .replaceAll("\\s", ""))
                .contains(fingerprint, "--fingerprint");
        var named = new ArrayList<>(List.of(send));
        named.addAll(0, List.of("--fingerprint", fingerprint));
        ProcessResult.client(ann.password() + "\n", nobody, named.toArray(String[]::new))
                .exits(0);
        named.set(1, (fingerprint.startsWith("0") ? "1" : "0") + fingerprint.substring(1));
        assertThat(ProcessResult.client(ann.password() + "\n", nobody, named.toArray(String[]::new))
                        .exits(69)
                        .err())
                .contains("not the one named");
    }

    @Test
    void helpAndMistakesSayWhatToDo() {
        for (String command : List.of("send", "tail", "history", "fetch", "passwd", "register")) {
            assertThat(client("", at(chatd.person()), command, "--help")
                            .exits(0)
                            .out())
                    .contains("Usage: chat-client [OPTION...] [USER@]HOST[:PORT] " + command)
                    .containsPattern("Example(s?):\n  chat-client ");
        }
        assertThat(client("", "--help").exits(0).out().replaceAll("\\s+", " "))
                .contains("Give scripts accounts of their own", "77 login refused");
        assertThat(client("", "alice@").exits(2).err()).contains("expected [USER@]HOST[:PORT]");
        assertThat(client("", at(chatd.person()), "sned").exits(2).err())
                .contains("There is no command sned; did you mean send?");
        assertThat(client("", "--password-file", directory.toString(), at(chatd.person()), "history")
                        .exits(1)
                        .err())
                .contains("No password can be read from the file " + directory);
        assertThat(client("", "--wire-zone", "Moon/Crater", at(chatd.person()))
                        .exits(2)
                        .err())
                .contains("there is no time zone Moon/Crater");
    }

    @Test
    void tailShowsArrivingMessages() throws IOException {
        Chatd.Person ann = chatd.person();
        Path out = directory.resolve("out");
        try (Chat1Socket ben = chatd.newcomer()) {
            Process tail = ProcessResult.start(out, program(ann, "tail", "-o", "jsonl"));
            try {
                // Its session is quiet: nobody is told when it begins.
                await().untilAsserted(() -> {
                    ben.send(Wire.text("look \u001b[31mhere", ann.name()));
                    ben.fence();
                    assertThat(out).content().contains("\"from\":\"" + ben.name() + "\"", "look", "here");
                });
                assertThat(out).content().as("no terminal control sequence").doesNotContain("\u001b");
            } finally {
                tail.destroy();
            }
        }
    }

    @Test
    void tailEndsWithItsReader() throws Exception {
        Chatd.Person ann = chatd.person();
        List<String> piped = new ArrayList<>(List.of("sh", "-c", "\"$@\" | head -n 1", "sh"));
        piped.addAll(ProcessResult.command(program(ann, "tail")));
        Process tail =
                new ProcessBuilder(piped).directory(ProcessResult.ROOT.toFile()).start();
        try (Chat1Socket ben = chatd.newcomer()) {
            await().until(() -> {
                ben.send(Wire.text("are you there?", ann.name()));
                return !tail.isAlive() || tail.getInputStream().available() > 0;
            });
            // It ends although it has nothing more to write, which would fail.
            assertThat(tail.waitFor(TestTimeout.LONG)).isTrue();
        } finally {
            tail.destroyForcibly();
        }
    }
}

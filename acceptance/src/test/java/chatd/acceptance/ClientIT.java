package chatd.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The client's two commands for scripts. */
@ExtendWith(SharedDemo.class)
class ClientIT {

    @TempDir
    private Path directory;

    private final Demo demo;

    ClientIT(Demo demo) {
        this.demo = demo;
    }

    private String[] command(Demo.Person person, String password, String... arguments) throws IOException {
        Path file = Files.writeString(directory.resolve("password"), password + "\n");
        String host = demo.host().contains(":") ? "[" + demo.host() + "]" : demo.host();
        var all = new ArrayList<>(List.of("client", "--ca", demo.fact("CHAT_CA"), "--password-file", file.toString()));
        all.add(person.name() + "@" + host + ":" + demo.port());
        all.addAll(List.of(arguments));
        return all.toArray(String[]::new);
    }

    @Test
    void sendSaysATextToOneAndToSeveral() throws IOException {
        Demo.Person ann = demo.person();
        try (Chat1Socket ben = demo.newcomer();
                Chat1Socket cid = demo.newcomer()) {
            Run.chat(command(ann, ann.password(), "send", ben.name(), "--", "hello", "there"))
                    .exits(0);
            ben.expectText(ann.name(), "hello there");
            Run.chat(command(ann, ann.password(), "send", ben.name(), cid.name(), "--", "both of you"))
                    .exits(0);
            ben.expectText(ann.name(), "both of you");
            cid.expectText(ann.name(), "both of you");
        }
    }

    @Test
    void sendToAnUnknownUserFailsAndSaysWho() throws IOException {
        Demo.Person ann = demo.person();
        String unknown = Demo.newName();
        Run run = Run.chat(command(ann, ann.password(), "send", unknown, "--", "anyone?"));
        assertThat(run.exit()).isNotZero();
        assertThat(run.out() + run.err()).contains(unknown);
    }

    @Test
    void wrongPasswordFailsAndIsNotShown() throws IOException {
        Run run = Run.chat(command(demo.person(), "not-the-password", "send", "alice", "--", "x"));
        assertThat(run.exit()).isNotZero();
        assertThat(run.out() + run.err()).containsIgnoringCase("password").doesNotContain("not-the-password", "\tat ");
    }

    @Test
    void unknownCertificateIsRefused() throws IOException {
        Demo.Person ann = demo.person();
        String[] command = command(ann, ann.password(), "send", "alice", "--", "x");
        List<String> withoutCa = new ArrayList<>(List.of(command));
        withoutCa.subList(1, 3).clear();
        Run run = Run.chat("", Map.of("HOME", directory.toString()), withoutCa.toArray(String[]::new));
        assertThat(run.exit()).isNotZero();
        assertThat(run.out() + run.err()).containsIgnoringCase("certificate").doesNotContain("\tat ");
    }

    @Test
    void tailShowsWhatComes() throws IOException {
        Demo.Person ann = demo.person();
        Path out = directory.resolve("out");
        try (Chat1Socket ben = demo.newcomer()) {
            Process tail = Run.start(out, command(ann, ann.password(), "tail"));
            try {
                ben.expectPresence(Wire.ONLINE, ann.name());
                ben.send(Wire.text("look \u001b[31mhere", ann.name()));
                ben.fence();
                await().untilAsserted(() -> assertThat(out).content().contains(ben.name(), "look", "here"));
                assertThat(out).content().as("no control of the terminal").doesNotContain("\u001b");
            } finally {
                tail.destroy();
            }
        }
    }
}

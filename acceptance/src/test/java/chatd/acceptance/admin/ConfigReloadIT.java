package chatd.acceptance.admin;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Reloading the configuration while users are connected. */
@Tag("slow")
class ConfigReloadIT {

    private static void append(Chatd chatd, String toml) throws IOException {
        Files.writeString(chatd.directory.resolve("chatd.toml"), toml, StandardOpenOption.APPEND);
    }

    @Test
    void changesApplyToExistingAndNewConnections() throws IOException {
        try (LocalDaemon chatd = LocalDaemon.start();
                Chat1Socket one = chatd.newcomer();
                Chat1Socket two = chatd.newcomer()) {
            one.send(Wire.text("x".repeat(200), two.name()));
            two.awaitText(one.name(), "x".repeat(200));
            append(chatd, """
                    [limits]
                    text = "100 B"
                    replay = 1
                    recipients = 1
                    uploads = 3
                    [accounts]
                    conceal-users = true
                    [everyone]
                    write = "granted"
                    [chat1]
                    wire-zone = "Asia/Shanghai"
                    [hashing]
                    threads = 1
                    """);
            Path config = chatd.directory.resolve("chatd.toml");
            Files.writeString(config, Files.readString(config).replace("mode = \"open\"", "mode = \"closed\""));
            assertThat(chatd.admin("", "config", "check").exits(0).out()).contains("is valid");
            assertThat(chatd.admin("", "config", "reload").exits(0).out()).isEqualTo("""
                            In force now: registration.mode, accounts.conceal-users, everyone.write, limits.text, limits.recipients, limits.replay
                            For new connections: chat1.wire-zone
                            At the next start: limits.uploads, hashing.threads
                            """);
            one.send(Wire.text("x".repeat(101), two.name()));
            assertThat(one.expectServerText()).contains("the limit is 100");
            one.send(Wire.textToAll("to all"));
            assertThat(one.expectServerText()).contains("You are not allowed to write to everyone");
            one.send(Wire.text("short", two.name()));
            two.awaitText(one.name(), "short");
            assertThat(two.history(10)).containsExactly("short");
            try (Chat1Socket stranger = chatd.connect()) {
                stranger.send(Wire.logIn("nobodyatall", "a-password-1"));
                assertThat(stranger.next().code()).isEqualTo(Wire.WRONG_PASSWORD);
                stranger.send(Wire.register("newperson", Chatd.PASSWORD));
                assertThat(stranger.next().code()).isEqualTo(Wire.BAD_NAME);
            }
            chatd.admin("", "log", "publish").exits(0);
            assertThat(Files.readString(chatd.auditLog().resolve("audit.xml")))
                    .contains("type=\"reload\" outcome=\"ok\" detail=\"in force: registration.mode ");
        }
    }

    @Test
    void errorsAreNamedAndNothingChanges() throws IOException {
        try (LocalDaemon chatd = LocalDaemon.start();
                Chat1Socket socket = chatd.newcomer()) {
            append(chatd, "[limits]\ntext = \"many\"\n[nonsense]\n");
            ProcessResult check = chatd.admin("", "config", "check").exits(1);
            assertThat(check.out()).contains("limits.text: expected a size").contains("unknown section [nonsense]");
            ProcessResult reload = chatd.admin("", "config", "reload").exits(1);
            assertThat(reload.err()).contains("limits.text: expected a size", "stays in force");
            socket.send(Wire.text("as before", socket.name()));
            socket.expectText(socket.name(), "as before");
        }
    }

    @Test
    void aLogoThatCanNotBeUsedIsNamedBeforeTheNextStart() throws IOException {
        try (LocalDaemon chatd = LocalDaemon.start()) {
            Path config = chatd.directory.resolve("chatd.toml");
            String before = Files.readString(config);
            Path large = Files.write(chatd.directory.resolve("large.png"), new byte[(64 << 10) + 1]);
            Map<String, String> faults = Map.of(
                    "/nowhere/logo.png",
                    "http.logo: No such file or directory (/nowhere/logo.png)",
                    large.toString(),
                    "http.logo: " + large + " is larger than 64 KiB",
                    "/etc/passwd",
                    "http.logo: /etc/passwd is no picture whose name ends in .svg, .png, .jpg or .webp");
            for (Map.Entry<String, String> fault : faults.entrySet()) {
                Files.writeString(config, before + "\n[http]\nlogo = \"" + fault.getKey() + "\"\n");
                ProcessResult check = chatd.admin("", "config", "check").exits(1);
                assertThat(check.out() + check.err()).contains(fault.getValue());
            }
            Files.writeString(config, before + "\n[http]\ntitle = \"" + "x".repeat(65) + "\"\n");
            assertThat(chatd.admin("", "config", "check").exits(1).out())
                    .contains("http.title: expected at most 64 characters on one line");
        }
    }

    @Test
    void registrationStopsAtTheLimitOfAccounts() throws IOException {
        try (LocalDaemon chatd = LocalDaemon.start()) {
            Chatd.Person last = chatd.person();
            Path config = chatd.directory.resolve("chatd.toml");
            // alice, bob, and that one.
            Files.writeString(config, Files.readString(config).replace("mode = \"open\"", "mode = \"open\"\nmost = 3"));
            assertThat(chatd.admin("", "config", "reload").exits(0).out()).contains("registration.most");
            try (Chat1Socket stranger = chatd.connect()) {
                stranger.send(Wire.register("onetoomany", Chatd.PASSWORD));
                assertThat(stranger.next().code()).isEqualTo(Wire.BAD_NAME);
                assertThat(stranger.expectServerText()).contains("its limit of accounts");
            }
            chatd.admin("", "user", "add", "onetoomany").exits(0);
            chatd.logIn(last).close();
        }
    }

    @Test
    void anOptionIsSetInTheFileAndAppliedAndItsCommentsStay() throws IOException {
        try (LocalDaemon chatd = LocalDaemon.start("CHATD_LIMITS_REPLAY", "7")) {
            Path config = chatd.directory.resolve("chatd.toml");
            append(chatd, "# ours\n[limits]\ntext = \"1 KiB\" # short\n");
            chatd.admin("", "config", "reload").exits(0);
            String before = Files.readString(config);
            PosixFileAttributes owned = Files.readAttributes(config, PosixFileAttributes.class);
            assertThat(chatd.admin("", "config", "get", "limits.text").exits(0).out())
                    .isEqualTo("1 KiB\n");
            assertThat(chatd.admin("", "config", "set", "limits.text", "2 KiB", "limits.replay", "9")
                            .exits(0)
                            .out())
                    .isEqualTo("""
                            limits.replay is written, but stays 7: the environment CHATD_LIMITS_REPLAY takes precedence.
                            In force now: limits.text
                            """);
            assertThat(config)
                    .content()
                    .isEqualTo(before.replace("1 KiB\" # short\n", "2 KiB\" # short\nreplay = 9\n"));
            PosixFileAttributes now = Files.readAttributes(config, PosixFileAttributes.class);
            assertThat(List.of(now.owner(), now.group(), now.permissions()))
                    .isEqualTo(List.of(owned.owner(), owned.group(), owned.permissions()));
            String written = Files.readString(config);
            assertThat(chatd.admin("", "config", "set", "limits.text", "many")
                            .exits(1)
                            .err())
                    .contains("limits.text: expected a size", "stays in force");
            // An invalid value is refused even where the environment overrides it.
            assertThat(chatd.admin("", "config", "set", "limits.replay", "many")
                            .exits(1)
                            .err())
                    .contains("limits.replay: expected a whole number");
            // The value is valid, but the file that it names does not exist.
            assertThat(chatd.admin("", "config", "set", "tls.certificate", "/nowhere.pem", "tls.key", "/nowhere.key")
                            .exits(1)
                            .err())
                    .contains("/nowhere.pem");
            assertThat(config).content().isEqualTo(written);
            chatd.admin("", "config", "unset", "limits.text", "limits.replay").exits(0);
            assertThat(config).content().isEqualTo(before.replace("text = \"1 KiB\" # short\n", ""));
            assertThat(chatd.admin("", "config", "get", "limits.text").exits(0).out())
                    .isEqualTo("64 KiB\n");
            assertThat(chatd.admin("", "config", "get", "text").exits(4).err())
                    .contains("There is no option text; did you mean: limits.text, ");
            try (Stream<Path> files = Files.list(chatd.directory)) {
                assertThat(files.map(file -> file.getFileName().toString()))
                        .noneMatch(name -> name.contains("chatd.toml") && !name.equals("chatd.toml"));
            }
            chatd.admin("", "log", "publish").exits(0);
            assertThat(Files.readString(chatd.auditLog().resolve("audit.xml")))
                    .contains("<argument name=\"options\" value=\"limits.text=2 KiB, limits.replay=9\"/>")
                    .contains("<argument name=\"options\" value=\"limits.text=(default), limits.replay=(default)\"/>");
        }
    }
}

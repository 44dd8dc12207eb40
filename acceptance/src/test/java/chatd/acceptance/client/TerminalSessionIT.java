package chatd.acceptance.client;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.CutProxy;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.Terminal;
import chatd.acceptance.kit.Wire;
import chatd.fixtures.Campaign;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The terminal client while it is offline: cut off, displaced, without a server, or not running. */
public class TerminalSessionIT extends TerminalTestBase {

    @TempDir
    private Path directory;

    TerminalSessionIT(Chatd chatd) {
        super(chatd, "--protocol", "chat/1");
    }

    private static List<Integer> upTo(int last) {
        return IntStream.rangeClosed(1, last).boxed().toList();
    }

    @Test
    void despiteRandomCutsEachTextIsShownOnceInOrderAndTheFateOfEachSentOneIsClear() throws Exception {
        try (CutProxy proxy = CutProxy.onPort(chatd.port());
                Chat1Socket ben = chatd.newcomer()) {
            Terminal a = clients.logIn(ann, proxy.port(), "--to", ben.name());
            a.enter("/history").shows("there is nothing in your history");
            Random random = Campaign.random();
            int texts = Campaign.times(250, 3_000);
            List<String> typed = new ArrayList<>();
            for (int i = 1; i <= texts; i++) {
                ben.send(Wire.text("count " + i, ann.name()));
                if (i % 25 == 0) {
                    typed.add("typed " + i);
                    // What could not be sent is still in the line.
                    a.press("C-u").enter("typed " + i);
                }
                if (random.nextInt(25) == 0) {
                    proxy.cut();
                }
                Campaign.reached(i, texts, "texts");
                Thread.sleep(random.nextInt(40));
            }
            ben.send(Wire.text("the last one", ann.name()));
            a.shows(": the last one");
            assertThat(a.numbers("count ")).isEqualTo(upTo(texts));
            // Once this is shown, everything typed before it has been answered.
            a.press("C-u").enter("settled").shows(": settled");
            ben.fence();
            List<String> stored = chatd.texts(ben.person()).stream()
                    .filter(text -> text.startsWith("typed"))
                    .toList();
            assertThat(stored).as("nothing is stored twice").doesNotHaveDuplicates();
            for (String text : typed) {
                boolean isStored = stored.contains(text);
                a.showsLine((isStored ? "→ .*: " : "(NOT SENT to .*: |Not sent; |nothing was sent)")
                        + (isStored ? text : "")
                        + (isStored ? "$" : ""));
            }
            assertThat(a.numbers("typed ")).hasSize(stored.size());
            a.shows("broke off. Trying again…", "Connected again.", "while the connection was down");
        }
    }

    @Test
    void aUserWithAnEmptyHistoryMissesNothing() {
        try (CutProxy proxy = CutProxy.onPort(chatd.port());
                Chat1Socket ben = chatd.newcomer()) {
            Terminal a = clients.logIn(ann, proxy.port());
            a.enter("/history").shows("there is nothing in your history");
            proxy.goAway();
            a.shows("Trying again…");
            for (int i = 1; i <= 120; i++) {
                ben.send(Wire.text("count " + i, ann.name()));
            }
            ben.fence();
            proxy.forwardToPort(chatd.port());
            a.shows("while the connection was down", "count 120");
            assertThat(a.numbers("count ")).isEqualTo(upTo(120));
            a.neverShows("There may be more");
        }
    }

    @Test
    void missedTextsAreShownOnceAtTheNextStart() {
        try (Chat1Socket ben = chatd.newcomer()) {
            for (int i = 1; i <= 60; i++) {
                ben.send(Wire.text("count " + i, ann.name()));
            }
            ben.fence();
            Terminal a = clients.logIn(ann, "--to", ben.name()).shows("the last of your history", "count 60");
            assertThat(a.numbers("count "))
                    .isEqualTo(IntStream.rangeClosed(11, 60).boxed().toList());
            a.enter("mine").shows(": mine");
            a.press("C-d");
            assertThat(a.awaitEnd()).isZero();
            Terminal none = clients.logIn(ann).prompts("(nobody)>");
            none.enter("/who").shows("Online: ");
            none.promptsWithout("(nobody)>", "count", "mine", "away");
            none.press("C-d").awaitEnd();
            for (int i = 61; i <= 400; i++) {
                ben.send(Wire.text("count " + i, ann.name()));
            }
            ben.fence();
            Terminal b = clients.logIn(ann).shows("while you were away", "count 400");
            assertThat(b.numbers("count "))
                    .isEqualTo(IntStream.rangeClosed(61, 400).boxed().toList());
            b.neverShows("There may be more", "mine");
        }
    }

    @Test
    void textsBeyondTheReplayLimitAreReported() {
        try (LocalDaemon small = LocalDaemon.start("CHATD_LIMITS_REPLAY", "30");
                ClientTerminal there = new ClientTerminal(small, "--protocol", "chat/1")) {
            Chatd.Person cid = small.person();
            try (Chat1Socket ben = small.newcomer()) {
                ben.send(Wire.text("count 0", cid.name()));
                ben.fence();
                Terminal a = there.logIn(cid).shows("count 0");
                a.press("C-d").awaitEnd();
                for (int i = 1; i <= 100; i++) {
                    ben.send(Wire.text("count " + i, cid.name()));
                }
                ben.fence();
                Terminal b =
                        there.logIn(cid).shows("while you were away", "There may be more before this", "count 100");
                assertThat(b.numbers("count "))
                        .isEqualTo(IntStream.rangeClosed(71, 100).boxed().toList());
            }
        }
    }

    @Test
    void aDisplacedClientSaysSoAndReconnectsOnlyWhenAKeyIsPressed() throws Exception {
        Terminal a = clients.logIn(ann);
        Terminal b = clients.logIn(ann).shows("The session that you had elsewhere was ended.");
        a.shows("The account was logged in elsewhere. Press Enter to log in again");
        a.enter("/to " + ann.name())
                .shows("Not sent, since the session has ended; ↑ brings it back. Press Enter alone to log in again.");
        // A client that is going to reconnect by itself says so at once.
        a.promptsWithout(">", "Trying again");
        b.neverShows("logged in elsewhere");
        a.press("Enter").shows("The session that you had elsewhere was ended.");
        b.shows("The account was logged in elsewhere.");
        b.enter("/quit");
        assertThat(b.awaitEnd()).isZero();
        a.enter("/to " + ann.name()).enter("here I am").shows(": here I am");
    }

    @Test
    void aServerThatGoesAwayAndComesBackIsFoundAgain() {
        try (LocalDaemon other = LocalDaemon.start();
                ClientTerminal there = new ClientTerminal(other, "--protocol", "chat/1")) {
            Chatd.Person cid = other.person();
            Terminal a = there.logIn(cid, "--to", cid.name());
            a.enter("before").shows(": before");
            other.stop();
            a.shows("Trying again…").shows("Nobody answers at localhost port " + other.port());
            a.enter("in between").shows("There is no connection at the moment; nothing was sent.");
            other.begin();
            a.shows("Connected again.");
            a.prompts("> in between").press("Enter").shows(": in between");
            assertThat(a.all().lines().filter(line -> line.endsWith(": before")))
                    .hasSize(1);
            a.press("C-d");
            assertThat(a.awaitEnd()).isZero();
        }
    }

    @Test
    void anUntrustedServerKeyIsConfirmedOnceAndAnotherIsRefused() throws IOException {
        String fingerprint = chatd.admin("", "cert", "show").exits(0).out();
        Terminal a = clients.start(ann.name(), chatd.port()).shows("The fingerprint of its key (SHA-256) is");
        String shown = a.all()
                .lines()
                .filter(line -> line.strip().matches("([0-9a-f]{4} ){7}[0-9a-f]{4}"))
                .map(String::strip)
                .reduce("", (one, two) -> one + " " + two)
                .strip();
        assertThat(fingerprint.replaceAll("\\s+", " ")).contains(shown);
        a.prompts("[y/N]").enter("n");
        assertThat(a.awaitEnd()).isEqualTo(69);
        a.shows("Not connected: the server's key was not accepted.");
        a = clients.start(ann.name(), chatd.port()).prompts("[y/N]").enter("y");
        a.prompts("Password of " + ann.name() + ":")
                .enter(ann.password())
                .shows("Welcome")
                .press("C-d");
        a.awaitEnd();
        a = clients.start(ann.name(), chatd.port()).promptsWithout("Password of " + ann.name() + ":", "fingerprint");
        a.press("C-d").awaitEnd();
        var known = clients.state(ann.name()).resolve("known-hosts");
        Files.writeString(known, "localhost:" + chatd.port() + " " + "ab".repeat(32) + "\n");
        a = clients.start(ann.name(), chatd.port()).shows("The server's key differs from the one you accepted");
        assertThat(a.awaitEnd()).isEqualTo(69);
        a.shows("remove the line of localhost:" + chatd.port());
    }

    @Test
    void settingsAreSharedAndForeignOnesAreReplacedOnlyAfterAsking() throws IOException {
        byte[] foreign = "color red\n".getBytes(StandardCharsets.UTF_8);
        try (Chat1Socket old = chatd.logIn(ann)) {
            old.send(Wire.store(foreign)).fence();
        }
        Terminal a = clients.logIn(ann);
        a.enter("/set time iso").prompts("Replace them? [y/N]").enter("n").shows("Nothing was changed.");
        assertThat(settings()).isEqualTo(foreign);
        a = clients.logIn(ann);
        a.enter("/set time iso").prompts("Replace them? [y/N]").enter("y").shows("Set: time is iso.");
        assertThat(new String(settings(), StandardCharsets.UTF_8)).isEqualTo("{\"common\":{\"time\":\"iso\"}}");
        try (Chat1Socket web = chatd.logIn(ann)) {
            web.send(Wire.store("{\"web\":{\"x\":1},\"common\":{\"time\":\"12h\"}}".getBytes(StandardCharsets.UTF_8)))
                    .fence();
        }
        a.shows("logged in elsewhere").press("Enter");
        a.enter("/set theme dark").shows("Set: theme is dark.");
        assertThat(new String(settings(), StandardCharsets.UTF_8))
                .isEqualTo("{\"web\":{\"x\":1},\"common\":{\"time\":\"12h\"},\"terminal\":{\"theme\":\"dark\"}}");
        Terminal elsewhere = clients.logIn(ann);
        elsewhere
                .enter("/to " + ann.name())
                .enter("what time is it")
                .showsLine("^\\d{1,2}:\\d\\d [AP]M .*what time is it$");
    }

    private byte[] settings() {
        try (Chat1Socket socket = chatd.connect()) {
            socket.send(Wire.logIn(ann.name(), ann.password())).next();
            return socket.expect(Wire.SETTINGS).body();
        }
    }

    @Test
    void ignoredUsersAreHiddenNowAndInTheHistory() {
        try (Chat1Socket mallory = chatd.newcomer()) {
            Terminal a = clients.logIn(ann);
            a.enter("/ignore " + mallory.name()).shows("Messages from " + mallory.name() + " are hidden.");
            mallory.send(Wire.text("noise", ann.name())).fence();
            a.enter("/history").shows("1 from people whom you ignore");
            a.neverShows(": noise");
            a.enter("/ignore " + mallory.name()).shows("are shown again.");
            a.enter("/history").shows(": noise");
        }
    }

    @Test
    void aSessionEndedByAResetShowsTheReasonAndDoesNotReconnect() {
        Terminal a = clients.logIn(ann);
        chatd.admin("", "user", "reset", ann.name()).exits(0);
        a.shows("server:").shows("This session was ended by the server. Press Enter to log in again");
        a.press("Enter").shows("The password is wrong.").prompts("Password of " + ann.name() + ":");
    }

    @Test
    void aForcedPasswordChangeIsADialogueThatStatesItsRules() {
        String name = Chatd.newName();
        String once = chatd.admin("", "user", "add", name).exits(0).out().strip();
        once = once.substring(once.lastIndexOf(' ') + 1);
        Terminal a = clients.start(name, chatd.port(), "--ca", chatd.ca().toString());
        a.prompts("Password of " + name + ":").enter("not-the-password").shows("The password is wrong.");
        a.prompts("Password of " + name + ":").enter(once).shows("choose your own", "at least 8 characters");
        a.prompts("New password:").enter("short").shows("That has 5 characters; at least 8 are needed.");
        a.prompts("New password:").enter(once).shows("That is the old password.");
        a.prompts("New password:").enter("password").prompts("Repeat it:").enter("password");
        a.shows("The server does not accept it: it is one of the most common");
        a.prompts("New password:").enter(Chatd.PASSWORD).prompts("Repeat it:").enter("another-one");
        a.shows("The passwords do not match.");
        a.prompts("New password:").enter(Chatd.PASSWORD).prompts("Repeat it:").enter(Chatd.PASSWORD);
        a.shows("The password has been changed.", "Welcome, " + name);
        a.loggedInAs(name).neverWrites(Chatd.PASSWORD, once, "short\n", "another-one");
        a.enter("/password").prompts("Old password:").enter("wrong-old-one");
        a.prompts("New password:")
                .enter("sturdy-enough-10")
                .prompts("Repeat it:")
                .enter("sturdy-enough-10");
        a.shows("That was not your old password");
        a.enter("/password").prompts("Old password:").enter(Chatd.PASSWORD);
        a.prompts("New password:")
                .enter("sturdy-enough-10")
                .prompts("Repeat it:")
                .enter("sturdy-enough-10");
        a.prompts("(nobody)>");
        chatd.logIn(new Chatd.Person(name, "sturdy-enough-10")).close();
        a.shows("logged in elsewhere").press("Enter").prompts("(nobody)>");
    }

    @Test
    void anUnknownUserIsOfferedAnAccount() {
        String name = Chatd.newName();
        Terminal a = clients.start(name, chatd.port(), "--ca", chatd.ca().toString());
        a.prompts("Password of " + name + ":").enter("whatever-it-is");
        a.prompts("There is no user called " + name + ". Create this account? [y/N]")
                .enter("y");
        a.prompts("New password:").enter(Chatd.PASSWORD).prompts("Repeat it:").enter(Chatd.PASSWORD);
        a.shows("The account " + name + " has been created.", "Welcome, " + name);
        String another = Chatd.newName();
        a.enter("/register " + another).prompts("New password:").enter(Chatd.PASSWORD);
        a.prompts("Repeat it:").enter(Chatd.PASSWORD).shows("The account " + another + " has been created.");
        a.enter("/register " + name).prompts("New password:").enter(Chatd.PASSWORD);
        a.prompts("Repeat it:").enter(Chatd.PASSWORD).shows("The name " + name + " is taken");
        chatd.logIn(new Chatd.Person(another, Chatd.PASSWORD)).close();
    }

    @Test
    void transfersShowAProgressBarAndCanBeCancelled() throws IOException {
        byte[] content = new byte[8 << 20];
        new Random(1).nextBytes(content);
        Path file = Files.write(directory.resolve("big.bin"), content);
        Path in = directory.resolve("in");
        try (CutProxy proxy = CutProxy.onPort(chatd.port());
                Chat1Socket ben = chatd.newcomer()) {
            Terminal a = clients.logIn(ann, proxy.port(), "--to", ben.name(), "--downloads", in.toString());
            a.enter("/file " + ben.name() + " " + file).shows(": file big.bin");
            a.enter("/history 1").showsLine("file big\\.bin  \\(/fetch \\d+\\)$");
            var number = Pattern.compile("/fetch (\\d+)").matcher(a.all());
            assertThat(number.find()).isTrue();
            a.enter("/fetch " + number.group(1)).shows("Saved as " + in.resolve("big.bin"));
            a.enter("/fetch " + number.group(1)).shows("Saved as " + in.resolve("big (1).bin"));
            assertThat(in.resolve("big.bin")).hasBinaryContent(content);
            proxy.slow(Duration.ofMillis(200));
            a.enter("/fetch " + number.group(1)).hasOnScreen("/cancel 1").enter("/cancel");
            a.shows("Cancelled by closing the connection. Trying again…");
            proxy.slow(Duration.ZERO);
            a.shows("Connected again.");
            assertThat(in.toFile().list()).containsExactlyInAnyOrder("big.bin", "big (1).bin");
            proxy.slow(Duration.ofMillis(200));
            a.enter("/file " + ben.name() + " " + file).hasOnScreen("/cancel 1").enter("/cancel");
            a.shows("NOT SENT to " + ben.name() + ": big.bin");
            proxy.slow(Duration.ZERO);
            a.enter("and a text").shows(": and a text");
            ben.fence();
            assertThat(ben.history(10)).containsExactly("big.bin", "and a text");
        }
    }
}

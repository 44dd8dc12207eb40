package chatd.acceptance.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.CutProxy;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.Terminal;
import chatd.acceptance.kit.Wire;
import chatd.acceptance.kit.Writer;
import chatd.fixtures.Campaign;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The terminal client on {@code chat-json/1}: what it can do there, and that nothing is lost or
 * shown twice.
 */
public class TerminalJsonIT extends TerminalTestBase {
    @TempDir
    private Path directory;

    TerminalJsonIT(Chatd chatd) {
        super(chatd);
    }

    private static long count(String all, String part) {
        return Pattern.compile(Pattern.quote(part)).matcher(all).results().count();
    }

    @Test
    void despiteRandomCutsEachTextIsShownOnceInOrderAndStoredOnceOrStaysInTheLine() throws Exception {
        Random random = Campaign.random();
        int texts = Campaign.times(200, 3_000);
        try (CutProxy proxy = CutProxy.onPort(chatd.port());
                Chat1Socket ben = chatd.newcomer()) {
            Terminal a = clients.logIn(ann, proxy.port(), "--to", ben.name()).prompts(ben.name() + ">");
            int typed = 0;
            for (int i = 1; i <= texts; i++) {
                ben.send(Wire.text("count " + i, ann.name()));
                if (i % 10 == 0) {
                    typed++;
                    a.press("C-u").enter("typed " + i);
                }
                if (random.nextInt(20) == 0) {
                    proxy.cut();
                }
                Campaign.reached(i, texts, "texts");
                Thread.sleep(random.nextInt(40));
            }
            ben.send(Wire.text("the last one", ann.name()));
            a.shows(": the last one");
            assertThat(a.numbers("count ")).isEqualTo(numbers(1, texts));
            // Once this is shown, everything typed before it has been answered.
            a.press("C-u").enter("settled").shows(": settled");
            ben.fence();
            List<Integer> stored = chatd.texts(ben.person()).stream()
                    .filter(text -> text.startsWith("typed "))
                    .map(text -> Integer.parseInt(text.substring("typed ".length())))
                    .toList();
            assertThat(stored).as("nothing is stored twice").doesNotHaveDuplicates();
            assertThat(a.numbers("typed ")).isEqualTo(stored);
            assertThat(count(a.all(), "There is no connection at the moment; nothing was sent.") + stored.size())
                    .isEqualTo(typed);
            a.shows("Connected again.").neverShows("NOT SENT");
        }
    }

    @Test
    void unreadMessagesAreShownAtLoginAndNextStepsThroughThem() {
        Chatd.Person ben = chatd.person();
        Chatd.Person cid = chatd.person();
        try (Chat1Socket b = chatd.logIn(ben);
                Chat1Socket c = chatd.logIn(cid)) {
            try (Chat1Socket a = chatd.logIn(ann)) {
                a.send(Wire.text("from ann", ben.name())).fence();
            }
            for (int i = 1; i <= 3; i++) {
                b.send(Wire.text("from ben " + i, ann.name()));
            }
            b.fence();
            c.send(Wire.text("Look, @" + ann.name(), ann.name())).fence();
        }
        Terminal a = clients.logIn(ann).shows("—— unread ——", "/next shows them");
        a.showsLine("^" + ben.name() + " +3 +\\d\\d:\\d\\d " + ben.name() + ": from ben 3");
        a.showsLine("^" + cid.name() + " +1 @ +\\d\\d:\\d\\d " + cid.name() + ": Look, @" + ann.name());
        a.enter("/next").shows("from ben 1", "from ben 2", "from ben 3").prompts(ben.name() + ">");
        // What one wrote oneself is not unread.
        a.promptsWithout(ben.name() + ">", "from ann");
        a.enter("/next").shows(": Look, @").prompts(cid.name() + ">");
        a.enter("/next").shows("Nothing is unread.");
        a.type("word").press("C-a").press("C-d").prompts(cid.name() + "> ord").press("C-u");
        a.press("C-d").awaitEnd();
        Terminal again = clients.logIn(ann).prompts("(nobody)>");
        again.enter("/unread").shows("Nothing is unread.").promptsWithout("(nobody)>", "from ben");
        again.enter("/history " + ben.name() + " 2").shows("from ben 2", "from ben 3", "end of the history");
        again.neverShows("from ben 1", "Look");
    }

    @Test
    void historyIsReadInPagesAndByTime() {
        Chatd.Person ben = chatd.person();
        try (Chat1Socket b = chatd.logIn(ben)) {
            for (int i = 1; i <= 50; i++) {
                b.send(Wire.text("count " + i, ann.name()));
            }
            b.fence();
        }
        Terminal a = clients.logIn(ann).prompts("(nobody)>");
        a.enter("/older").shows("Begin with /history");
        a.enter("/history " + ben.name()).shows("end of the history; /older shows what was before");
        assertThat(a.numbers("count ")).isEqualTo(numbers(31, 50));
        a.enter("/older 25").shows("—— /older shows what was before; /newer shows what came after ——");
        assertThat(a.numbers("count ").subList(20, 45)).isEqualTo(numbers(6, 30));
        a.enter("/older").showsLine("^—— /newer shows what came after ——");
        assertThat(a.numbers("count ").subList(45, 50)).isEqualTo(numbers(1, 5));
        a.enter("/older").shows("there is nothing before that");
        a.enter("/history " + ben.name() + " yesterday 3").prompts("(nobody)>");
        a.enter("/newer 2");
        await().untilAsserted(() -> assertThat(a.numbers("count "))
                .hasSize(55)
                .endsWith(numbers(1, 5).toArray(Integer[]::new)));
        a.enter("/history * yesterday").shows("there is nothing in your history");
        a.enter("/older").shows("there is nothing in your history");
        a.enter("/newer").shows("there is nothing in your history");
        a.enter("/history 2999-01-01").shows("there is nothing after that; /older shows what was before");
        a.enter("/older 1").shows("end of the history; /older");
        a.enter("/history 2026-02-30").shows("is neither a message's number nor a time");
        a.enter("/history nobody-at-all today").shows("There is no user called nobody-at-all");
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).boxed().toList();
    }

    @Test
    void messagesAreMarkedReadWhenTheirConversationIsSelected() {
        Chatd.Person watcher = chatd.person();
        try (JsonSocket ben = chatd.logInJson(JsonCarrier.LINES, watcher, "watches");
                JsonSocket cid = chatd.logInJson(JsonCarrier.LINES, chatd.person(), "")) {
            Terminal a = clients.logIn(ann).prompts("(nobody)>");
            cid.send("{'type': 3, 'receive': '%s', 'info': 'and from me', 'id': 'one'}".formatted(ann.name()));
            ben.send("{'type': 3, 'receive': '%s', 'info': 'are you there?', 'id': 'one'}".formatted(ann.name()));
            a.shows(": and from me", ": are you there?").press("Enter");
            a.enter("/to " + watcher.name()).prompts(watcher.name() + ">").press("Enter");
            assertThat(ben.skipTo(JsonType.READ).path("info").path("mid").asLong())
                    .isPositive();
            // What was shown of other conversations stays unread.
            assertThat(chatd.unread(ann, cid.user())).isEqualTo(1);
            ben.send("{'type': 22, 'receive': '%s', 'info': {}}".formatted(ann.name()));
            a.shows("is writing…");
        }
    }

    @Test
    void aMessageNumberStaysValidHoweverOld() {
        Chatd.Person ben = chatd.person();
        try (JsonSocket b = chatd.logInJson(JsonCarrier.LINES, ben, "writes")) {
            b.send("{'type': 3, 'receive': '%s', 'info': 'the old one', 'id': 'old'}".formatted(ann.name()));
            long old = b.skipTo(JsonType.DONE).path("info").path("mid").asLong();
            for (int i = 0; i < 60; i++) {
                b.send("{'type': 3, 'receive': '%s', 'info': 'and %d', 'id': 'n%d'}".formatted(ann.name(), i, i));
                b.skipTo(JsonType.DONE);
            }
            Terminal a = clients.logIn(ann).prompts("(nobody)>");
            a.enter("/re #" + old + " an answer").shows(": (to “the old one”) an answer");
            assertThat(b.skipTo(JsonType.TEXT).path("re").asLong()).isEqualTo(old);
            a.enter("/react #" + old + " 👍").shows("👍 to “the old one”");
            a.enter("/history #" + old).shows("#" + old + " " + ben.name());
            a.enter("/correct #" + old + " mine").shows("Message #" + old + " is not yours. Nothing was done.");
            a.enter("/back #4000000000").shows("You have no message #4000000000; /history and /find show the numbers.");
            b.send("{'type': 31, 'info': {'mid': %d}, 'id': 'back'}".formatted(old));
            a.shows("took back");
            a.enter("/re #" + old + " too late").shows("You have no message #" + old);
        }
    }

    @Test
    void ctrlCStopsLoadingTheHistoryAndNothingElse() throws IOException {
        Chatd.Person ben = chatd.person();
        try (Writer writer = new Writer(chatd, ben);
                CutProxy proxy = CutProxy.onPort(chatd.port())) {
            writer.saysLines(ann, 1, 1_000);
            Terminal a = clients.logIn(ann, proxy.port(), "--to", ben.name()).prompts(ben.name() + ">");
            proxy.slow(Duration.ofMillis(300));
            a.enter("/history 5000").hasOnScreen("Ctrl-C stops").press("C-c");
            a.shows("/older shows what was before").prompts(ben.name() + ">");
            proxy.slow(Duration.ZERO);
            a.enter("still here").shows(": still here");
            a.neverShows("Trying again", "Cancelled");
        }
    }

    @Test
    void theSelectedUserMayBeRenamed() {
        Chatd.Person ben = chatd.person();
        String other = Chatd.newName();
        try (JsonSocket b = chatd.logInJson(JsonCarrier.LINES, ben, "")) {
            Terminal a = clients.logIn(ann, "--to", ben.name()).prompts(ben.name() + ">");
            b.send("{'type': 11, 'info': {'PU': 1, 'NewInf': '%s'}}".formatted(other));
            a.shows(ben.name() + " is now called " + other + ".").prompts(other + ">");
            a.enter("the same as before").shows(": the same as before");
            assertThat(b.skipTo(JsonType.TEXT).path("info").asString()).isEqualTo("the same as before");
            // Names match in any case.
            a.enter("/to " + ann.name().toUpperCase(Locale.ROOT)).prompts(ann.name() + ">");
        }
    }

    @Test
    void aDumbTerminalIsSentNoControlSequences() {
        clients.set("TERM=dumb");
        Chatd.Person ben = chatd.person();
        try (Chat1Socket b = chatd.logIn(ben)) {
            Terminal a = clients.logIn(ann, "--to", ben.name()).prompts(ben.name() + ">");
            a.type("half typed");
            b.send(Wire.text("an arrival", ann.name()));
            a.shows(": an arrival").prompts("> half typed");
            a.press("BSpace").prompts("> half type").press("C-c").prompts(ben.name() + ">");
            a.enter("all of 你好").shows(": all of 你好");
            b.expectText(ann.name(), "all of 你好");
            a.press("C-d");
            assertThat(a.awaitEnd()).isZero();
            a.neverWrites("\u001B");
        }
    }

    @Test
    void graphemesOfSeveralCharactersAreEditedAsOneAndLeaveThePromptIntact() {
        Chatd.Person ben = chatd.person();
        try (Chat1Socket b = chatd.logIn(ben)) {
            Terminal a = clients.logIn(ann, "--to", ben.name()).prompts(ben.name() + ">");
            a.type("👨‍👩‍👧 and 🇩🇪 and 👍🏽");
            await().untilAsserted(() -> assertThat(a.lastLine())
                    .startsWith(ben.name() + "> ")
                    .contains(" and ")
                    .endsWith("👍"));
            a.press("BSpace");
            await().untilAsserted(() ->
                    assertThat(a.lastLine()).startsWith(ben.name() + "> ").endsWith("and"));
            a.type("❤️!").press("Left", "Left", "Left", "BSpace", "End");
            await().untilAsserted(() ->
                    assertThat(a.lastLine()).startsWith(ben.name() + "> ").endsWith("!"));
            a.press("Enter");
            b.expectText(ann.name(), "👨‍👩‍👧 and 🇩🇪 an ❤️!");
        }
    }

    @Test
    void commandsAboutFriendsAnswersBlocksNamesAndSessionsWork() {
        Chatd.Person ben = chatd.person();
        try (JsonSocket b = chatd.logInJson(JsonCarrier.LINES, ben, "watches")) {
            Terminal a = clients.logIn(ann).prompts("(nobody)>");
            a.enter("/friend " + ben.name() + " it's me");
            assertThat(b.skipTo(JsonType.FRIEND_ASKED).path("info").asString()).isEqualTo("it's me");
            b.send("{'type': 10, 'receive': '%s', 'info': true}".formatted(ann.name()));
            a.shows(ben.name() + " is your friend now.");
            a.enter("/friends").shows("Friends online: " + ben.name());
            b.send("{'type': 3, 'receive': '%s', 'info': 'question?', 'id': 'q'}".formatted(ann.name()));
            long asked = b.skipTo(JsonType.DONE).path("info").path("mid").asLong();
            a.shows("→ you: question?").enter("/re an answer");
            assertThat(b.skipTo(JsonType.TEXT).path("re").asLong()).isEqualTo(asked);
            a.shows("(to “question?”) an answer").enter("/r and more");
            assertThat(b.skipTo(JsonType.TEXT).path("info").asString()).isEqualTo("and more");
            a.enter("/block " + b.user()).shows("Nothing that " + b.user());
            b.send("{'type': 3, 'receive': '%s', 'info': 'unheard', 'id': 'u'}".formatted(ann.name()));
            b.skipTo(JsonType.DONE);
            b.send("{'type': 4, 'receive': '', 'info': 'loud words', 'id': 'e'}");
            b.skipTo(JsonType.DONE);
            a.enter("/history").shows("1 from people whom you ignore or have blocked");
            a.neverShows("loud words");
            a.enter("/unblock " + ben.name()).shows("arrives again");
            a.enter("/history").shows(": loud words");
            b.send("{'type': 3, 'receive': '%s', 'info': 'heard', 'id': 'h'}".formatted(ann.name()));
            a.shows(": heard");
            a.neverShows("unheard");
            a.enter("/notify " + ben.name() + " none").shows("does not alert you");
            a.enter("/sessions").shows("chat-json/1, this one");
            a.enter("/unfriend " + ben.name()).shows("isn't your friend any more");
            b.skipTo(JsonType.FRIEND_REMOVED);
            String other = Chatd.newName();
            a.enter("/name " + other).shows(ann.name() + " is now called " + other);
            assertThat(b.skipTo(JsonType.RENAMED).path("info").path("user_name").asString())
                    .isEqualTo(other);
            a.enter("/msg " + ben.name() + ", nobody-of-that-name to one of two")
                    .shows("There is no user called nobody-of-that-name", "Sending only to " + ben.name() + ".");
            assertThat(b.skipTo(JsonType.TEXT).path("info").asString()).isEqualTo("to one of two");
        }
    }

    @Test
    void aRememberedDeviceNeedsNoPasswordAndItsKeyIsRenewedAtEachUse() throws IOException {
        Path key = clients.state(ann.name()).resolve("keys").resolve(ann.name() + "@localhost:" + chatd.port());
        clients.logIn(ann, "--remember").prompts("(nobody)>").enter("/quit").awaitEnd();
        String first = Files.readString(key);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");
        String[] options = {"--ca", chatd.ca().toString()};
        Terminal a = clients.start(ann.name(), chatd.port(), options).shows("Welcome, " + ann.name());
        a.loggedInAs(ann.name()).neverShows("Password of");
        await().untilAsserted(() -> assertThat(Files.readString(key)).isNotEqualTo(first));
        Terminal b = clients.start(ann.name(), chatd.port(), options).prompts("Password of " + ann.name() + ":");
        b.enter(ann.password()).shows("Welcome").enter("/to " + ann.name()).enter("from the one");
        a.shows(": from the one");
        // It was killed, but the key that it stored is valid.
        clients.close(a);
        Terminal c = clients.start(ann.name(), chatd.port(), options).shows("Welcome, " + ann.name());
        c.prompts("(nobody)>").enter("/logout").awaitEnd();
        assertThat(key).doesNotExist();
        clients.start(ann.name(), chatd.port(), options).prompts("Password of " + ann.name() + ":");
    }

    @Test
    void aServerThatGoesAwayAndComesBackIsFoundAgainAndNothingIsMissed() {
        try (LocalDaemon other = LocalDaemon.start();
                ClientTerminal there = new ClientTerminal(other)) {
            Chatd.Person cid = other.person();
            Chatd.Person dan = other.person();
            Terminal a = there.logIn(cid, "--to", cid.name());
            a.enter("before").shows(": before");
            other.stop();
            a.shows("Trying again…").shows("[offline");
            a.enter("in between").shows("There is no connection at the moment; nothing was sent.");
            other.begin();
            try (Chat1Socket d = other.logIn(dan)) {
                d.send(Wire.text("meanwhile", cid.name())).fence();
            }
            a.press("C-u", "Enter").shows("Connected again.", ": meanwhile").prompts(cid.name() + ">");
            a.hasNoLonger("[offline");
            a.enter("after").shows(": after");
            List<String> ends = new ArrayList<>(a.all().lines().toList());
            assertThat(ends.stream().filter(line -> line.endsWith(": before"))).hasSize(1);
            assertThat(ends.stream().filter(line -> line.endsWith(": meanwhile")))
                    .hasSize(1);
        }
    }

    @Test
    void privacySettingsApplyToAllDevices() {
        Chatd.Person ben = chatd.person();
        try (JsonSocket stranger = chatd.logInJson(JsonCarrier.LINES, ben, "laptop");
                JsonSocket phone = chatd.logInJson(JsonCarrier.LINES, ann, "phone")) {
            Terminal a = clients.logIn(ann).prompts("(nobody)>");
            a.enter("/set texts").showsLine("^ +texts +everyone +who may write to you");
            a.enter("/set texts strangers").shows("texts is one of: everyone, friends, nobody.");
            a.type("/set te")
                    .press("Tab")
                    .type("f")
                    .press("Tab")
                    .prompts("> /set texts friends")
                    .press("Enter");
            a.shows("Set: texts is friends, on all your devices.");
            assertThat(phone.skipTo(JsonType.PREFERENCES)
                            .path("info")
                            .path("texts")
                            .asString())
                    .isEqualTo("friends");
            stranger.send("{'type': 3, 'receive': '%s', 'info': 'hello', 'id': '1'}".formatted(ann.name()));
            assertThat(stranger.skipTo(JsonType.REFUSED)
                            .path("info")
                            .path("code")
                            .asString())
                    .isEqualTo("not-allowed");
            phone.send("{'type': 35, 'info': {'read_marks': false, 'calls': 'nobody'}, 'id': '2'}");
            phone.skipTo(JsonType.DONE);
            a.enter("/msg " + ann.name() + " seen").shows(": seen");
            a.enter("/set").showsLine("^ +calls +nobody ").showsLine("^ +marks +off ");
            a.enter("/set marks on").shows("Set: marks is on");
            assertThat(phone.skipTo(JsonType.PREFERENCES)
                            .path("info")
                            .path("read_marks")
                            .asBoolean())
                    .isTrue();
        }
    }

    /** As with a daemon that hangs: what was typed is kept, and the connection is soon given up. */
    @Test
    void aTextWithoutAnAnswerIsShownAboveThePromptUntilItIsStored() throws IOException {
        try (CutProxy proxy = CutProxy.onPort(chatd.port())) {
            Terminal a = clients.logIn(ann, proxy.port(), "--to", ann.name()).prompts(ann.name() + ">");
            a.enter("before").shows(": before");
            proxy.swallowAnswers();
            a.enter("first of all").enter("second").type("half a");
            a.showsLine("sending to you( for \\d+ s)?: first of all")
                    .showsLine("sending to you for \\d+ s: second")
                    .prompts(ann.name() + "> half a");
            a.shows("The server does not answer. Trying again…");
            proxy.cut();
            a.shows("Connected again.");
            a.showsLine(".* → you: second").prompts(ann.name() + "> half a");
            a.hasNoLonger("sending to");
            List<String> ends = a.all().lines().toList();
            assertThat(ends.stream().filter(line -> line.endsWith(": first of all")))
                    .hasSize(1);
            assertThat(ends.stream().filter(line -> line.endsWith(": second"))).hasSize(1);
        }
    }

    /** Returns a shell with a client in it that has logged in. */
    private Terminal inAShell(String... environment) {
        List<String> all = new ArrayList<>(List.of("PS1=shell> ", "LC_ALL=C.UTF-8", "XDG_STATE_HOME=" + directory));
        all.addAll(List.of(environment));
        Terminal shell = new Terminal(all, List.of("bash", "--norc", "--noprofile", "-i"));
        shell.prompts("shell>");
        shell.enter(String.join(" ", ProcessResult.command("client")) + " --ca " + chatd.ca() + " " + ann.name()
                + "@localhost:" + chatd.port());
        return shell.prompts("Password of " + ann.name() + ":")
                .enter(ann.password())
                .prompts("(nobody)>");
    }

    @Test
    void shellKeysWorkAsInTheShellOrDoNothing() {
        try (Terminal shell = inAShell("EDITOR=sed -i s/half/whole/")) {
            shell.type("half a line").prompts("> half a line").press("C-x", "C-e");
            shell.prompts("> whole a line").type(" more").prompts("> whole a line more");
            shell.press("C-\\", "C-]").type(" of it").prompts("of it");
            shell.promptsWithout("of it", "thread dump", "No such widget", "at org.", "at java.", "at chatd.");
            shell.press("C-u", "C-d").prompts("shell>");
        }
    }

    @Test
    void ctrlZGivesTheTerminalBackToTheShellUntilItIsContinued() {
        try (Terminal shell = inAShell()) {
            shell.type("half a li")
                    .prompts("> half a li")
                    .press("C-z")
                    .shows("Stopped")
                    .prompts("shell>");
            shell.enter("echo still $((40 + 2))").shows("still 42");
            shell.enter("fg").prompts("(nobody)> half a li").type("ne").prompts("> half a line");
            shell.press("C-u", "C-d").prompts("shell>");
        }
    }
}

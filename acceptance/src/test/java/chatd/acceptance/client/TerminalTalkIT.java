package chatd.acceptance.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.Terminal;
import chatd.acceptance.kit.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The terminal client as people see it: what they type, and what the screen shows. */
public class TerminalTalkIT extends TerminalTestBase {

    TerminalTalkIT(Chatd chatd) {
        super(chatd);
    }

    @Test
    void twoClientsTalk() {
        Chatd.Person ben = chatd.person();
        Terminal a = clients.logIn(ann).prompts("(nobody)>");
        Terminal b = clients.logIn(ben, "--to", ann.name()).prompts(ann.name() + ">");
        a.enter("/all nothing for anybody");
        b.shows(": nothing for anybody");
        b.neverWrites("\u0007");
        a.enter("/to " + ben.name()).prompts(ben.name() + ">").enter("hello Ben");
        a.showsLine("^\\d\\d:\\d\\d " + ann.name() + " → " + ben.name() + ": hello Ben$");
        b.showsLine("^\\d\\d:\\d\\d " + ann.name() + " → you: hello Ben$");
        b.enter("Hi, " + ann.name().toUpperCase(java.util.Locale.ROOT) + "!");
        a.showsLine("^\\d\\d:\\d\\d " + ben.name() + " → you: Hi, " + ann.name().toUpperCase(java.util.Locale.ROOT));
        assertThat(a.coloured())
                .as("one's own name stands out")
                .containsPattern("\u001b\\[[0-9;]*7m" + ann.name().toUpperCase(java.util.Locale.ROOT));
        await().untilAsserted(() -> assertThat(a.raw()).as("and rings").contains("\u0007"));
        await().untilAsserted(() ->
                assertThat(b.raw()).as("so does what is for him alone").contains("\u0007"));
        a.enter("/quit");
        assertThat(a.awaitEnd()).isZero();
        b.shows("· " + ann.name() + " is offline");
    }

    @Test
    void arrivingTextsDoNotDisturbTheLineAndItGoesWhereThePromptSays() {
        try (Chat1Socket ben = chatd.newcomer();
                Chat1Socket cid = chatd.newcomer()) {
            Terminal a = clients.logIn(ann, "--to", ben.name()).prompts(ben.name() + ">");
            a.type("half a li");
            for (int i = 0; i < 20; i++) {
                cid.send(Wire.text("interruption " + i, ann.name()));
            }
            a.shows("interruption 19").prompts(ben.name() + "> half a li");
            a.type("ne").press("Enter");
            ben.awaitText(ann.name(), "half a line");
        }
    }

    @Test
    void searchHitsAreMarkedAndLeadIntoTheHistory() {
        String word = Chatd.newName();
        Chatd.Person ben = chatd.person();
        Terminal a = clients.logIn(ann, "--to", ben.name()).prompts(ben.name() + ">");
        a.enter("/find").shows("/find WORDS");
        a.enter("/find " + word).shows("nothing was found");
        a.enter("before it").shows(": before it");
        a.enter("Café " + word + ", bring the plan").shows("bring the plan");
        a.enter("after it").shows(": after it");
        await().untilAsserted(() -> {
            a.enter("/find CAFE \"" + word + " bring\"");
            assertThat(a.all()).containsPattern("#\\d+ " + ann.name() + " → " + ben.name() + ": Café " + word);
        });
        a.shows("shows what is around the last one");
        assertThat(a.coloured()).containsPattern("\u001b\\[[0-9;]*4m(\u001b\\[[0-9;]*m)*" + word + ", bring");
        var number = Pattern.compile("#(\\d+) " + ann.name() + " → " + ben.name() + ": Café")
                .matcher(a.all());
        assertThat(number.find()).isTrue();
        a.enter("/find").shows("nothing older was found");
        a.enter("/history #" + number.group(1)).shows("end of the history");
        a.showsLine("#\\d+ " + ann.name() + " → " + ben.name() + ": before it$");
        a.showsLine("#\\d+ " + ann.name() + " → " + ben.name() + ": after it$");
        a.enter("/find ,;").shows("There is no word to search for");
        a.enter("/find from:" + ann.name() + " " + word + " with:" + ben.name() + " since:today media:text");
        a.showsLine("found: from:" + ann.name())
                .showsLine("#\\d+ " + ann.name() + " → " + ben.name() + ": Café " + word);
        for (String bounds : List.of("until:today", "media:file", "from:" + ben.name(), "with:*", "\"media:text\"")) {
            a.enter("/find " + word + " " + bounds);
            a.showsLine("found: " + word + " " + Pattern.quote(bounds) + "[^\\n]*\\n[^\\n]*nothing was found");
        }
        a.enter("/find " + word + " since:").shows("Nothing follows since:; give a value, as in since:yesterday.");
        a.enter("/find " + word + " since:#7").shows("take a time");
        a.enter("/find " + word + " media:film").shows("text or file, not film");
        a.enter("/find " + word + " since:never").shows("\"never\" is neither");
        a.enter("/history #999999").shows("You have no message #999999;");
    }

    @Test
    void aPasteOfSeveralLinesIsOneTextAndALongOneIsConfirmed() throws IOException {
        try (Chat1Socket ben = chatd.newcomer()) {
            Terminal a = clients.logIn(ann, "--to", ben.name()).prompts(ben.name() + ">");
            a.paste("one\n  two\nthree");
            a.hasOnScreen("three").press("Enter");
            ben.awaitText(ann.name(), "one\n  two\nthree");
            String many =
                    IntStream.rangeClosed(1, 300).mapToObj(i -> "line " + i).collect(Collectors.joining("\n"));
            a.paste(many);
            a.hasOnScreen("line 300").press("Enter");
            a.prompts("Send these 300 lines to " + ben.name() + " as one text? [y/N]");
            a.enter("n").shows("Not sent; ↑ brings it back.");
            a.press("Up").hasOnScreen("line 300").press("Enter");
            a.prompts("as one text? [y/N]").enter("y");
            ben.awaitText(ann.name(), many);
        }
    }

    @Test
    void fastTypingIsShownAndSentWhole() {
        try (Chat1Socket ben = chatd.newcomer()) {
            Terminal a = clients.logIn(ann, "--to", ben.name()).prompts(ben.name() + ">");
            String text =
                    IntStream.rangeClosed(1, 1_000).mapToObj(i -> "word" + i).collect(Collectors.joining(" "));
            a.type(text).hasOnScreen("word999 word1000").press("Enter");
            ben.awaitText(ann.name(), text);
        }
    }

    @Test
    void aTextThatWasNotSentIsNotLeftInTheLineForSomebodyElse() {
        try (Chat1Socket ben = chatd.newcomer()) {
            Terminal a = clients.logIn(ann).prompts("(nobody)>");
            a.enter("to whom?").shows("Nothing was sent; ↑ brings it back.").enter("/to " + ben.name());
            a.prompts(ben.name() + ">")
                    .enter("/msg nobody-at-all a secret")
                    .shows("There is no user called nobody-at-all");
            a.enter("hello");
            ben.awaitText(ann.name(), "hello");
            assertThat(ben.history(10)).containsExactly("hello");
        }
    }

    @Test
    void sentTextsAreCorrectedTakenBackAndReactedTo() {
        Chatd.Person ben = chatd.person();
        Terminal a = clients.logIn(ann, "--to", ben.name()).prompts(ben.name() + ">");
        Terminal b = clients.logIn(ben, "--to", ann.name()).prompts(ann.name() + ">");
        a.enter("/back").shows("You have sent nothing to " + ben.name());
        a.enter("Lunh").shows(": Lunh");
        b.shows(": Lunh").enter("/react 👍").shows(ben.name() + " 👍 to “Lunh”");
        a.shows(ben.name() + " 👍 to “Lunh”");
        a.press("Up").prompts(" Lunh").press("BSpace").type("ch?").press("Enter");
        a.shows("(✎ “Lunh”) Lunch?");
        b.shows("(✎ “Lunh”) Lunch?");
        b.enter("/unreact 👍").shows("removed 👍 from “Lunch?”").enter("/react /mg");
        a.shows(ben.name() + " 🌹 to “Lunch?”");
        b.enter("/react /mg").shows("You have reacted with that already.");
        b.enter("/correct not mine").shows("You have sent nothing to " + ann.name());
        a.enter("Oops, the wrong window").shows(": Oops");
        b.shows(": Oops");
        // The commands mean the conversation of the prompt, even if a text elsewhere is newer.
        String other = chatd.person().name();
        a.enter("/to " + other).prompts(other + ">").enter("/back").shows("You have sent nothing to " + other);
        a.enter("for another").shows(": for another");
        a.enter("/to " + ben.name()).prompts(ben.name() + ">").enter("/back");
        a.showsLine(ann.name() + " took back “Oops, the wrong window” → " + ben.name() + "$");
        b.showsLine(ann.name() + " took back what was sent at \\d\\d:\\d\\d$");
        b.enter("/history").shows(": Lunch? (corrected)  🌹").shows(": (taken back)");
        a.enter("hello @" + ben.name()).shows(": hello");
        // Pressed twice, ↑ brings back what was typed, as in any line.
        a.press("Up").hasOnScreen("> /correct #").press("Up").prompts("> hello @" + ben.name());
    }

    @Test
    void emoticonsAreSentAsCodesShownAsEmojiAndCompleted() {
        try (Chat1Socket ben = chatd.newcomer()) {
            Terminal a = clients.logIn(ann, "--to", ben.name()).prompts(ben.name() + ">");
            a.type("/wx for you /mg").press("Enter").showsLine(": 🙂 for you 🌹$");
            ben.awaitText(ann.name(), "/wx for you /mg");
            ben.send(Wire.text("/tmp/mg and /mg", ann.name()));
            a.shows(": /tmp/mg and 🌹");
            a.type("/msg " + ben.name() + " bye /pc")
                    .press("Tab")
                    .prompts(" bye /pch")
                    .press("Enter");
            a.shows(": bye 🐞");
        }
    }

    @Test
    void aResizeKeepsTheInputAndRewrapsWhatArrives() {
        try (Chat1Socket ben = chatd.newcomer()) {
            Terminal a = clients.logIn(ann, "--to", ben.name()).prompts(ben.name() + ">");
            a.type("typed before and after");
            for (int columns : new int[] {50, 132, 38, 80}) {
                a.resize(columns, 24);
                String words = "word ".repeat(20) + columns;
                ben.send(Wire.text(words, ann.name()));
                a.shows(words).hasOnScreen("typed before and after");
                String last = a.all().substring(a.all().lastIndexOf(ben.name() + " → you: word"));
                assertThat(last.lines().filter(line -> line.contains("word")))
                        .allMatch(line -> line.length() < columns)
                        .allMatch(line -> line.matches("(" + ben.name() + " → you:| {6})( ?word)*( \\d+)?"));
            }
            a.press("Enter");
            ben.awaitText(ann.name(), "typed before and after");
        }
    }

    @Test
    void wideAndJoinedCharactersAreEditedAsOneSeesThem() {
        try (Chat1Socket ben = chatd.newcomer()) {
            Terminal a = clients.logIn(ann, "--to", ben.name()).prompts(ben.name() + ">");
            a.type("你好嗎")
                    .press("BSpace", "Left")
                    .type("们")
                    .press("End")
                    .type(" Grüße 🎉")
                    .press("Enter");
            ben.awaitText(ann.name(), "你们好 Grüße 🎉");
            ben.send(Wire.text("早上好，王芳 👩‍👩‍👧 é हिन्दी", ann.name()));
            a.shows("早上好，王芳 👩‍👩‍👧 é हिन्दी");
            a.type("中".repeat(60)).press("Home").type("从").press("Enter");
            ben.awaitText(ann.name(), "从" + "中".repeat(60));
        }
    }

    @Test
    void textsOfOthersCannotControlTheTerminal() {
        try (Chat1Socket mallory = chatd.newcomer()) {
            Terminal a = clients.logIn(ann);
            String[] texts = {
                "\u001b[2J\u001b[31mred",
                "\u009b31mcsi",
                "\u001b]0;title\u0007osc",
                "\u001b]52;c;AAAA\u0007clipboard",
                "\u202Ekcab\u202C",
                "zero\u200Bwidth\u2060\uFEFF",
                "a\r" + ann.name() + ": lies",
                "a\n12:00 " + ann.name() + ": lies",
                "x" + " ".repeat(74) + "12:00 " + ann.name() + ": lies",
                "a\u0008\u0008\u0008b",
                "\u000e\u000f\u0000",
                "z" + "\u0301".repeat(100)
            };
            for (String text : texts) {
                mallory.send(Wire.text(text.replace("\u0000", ""), ann.name()));
            }
            // What is invisible is refused by the daemon; a pile of marks is not.
            mallory.send(Wire.file("m" + "\u0301".repeat(14) + ".exe", new byte[1], ann.name()));
            mallory.send(Wire.text("the end", ann.name()));
            a.shows("the end").shows("␛[2J␛[31mred").shows("m" + "\u0301".repeat(6) + ".exe");
            String raw = a.raw();
            assertThat(raw)
                    .doesNotContain(
                            "\u001b[31mred", "\u009b", "\u001b]0", "\u001b]52", "\u202E", "\u200B", "\uFEFF", "\u000e");
            assertThat(a.all().lines())
                    .as("no line pretends to be another's")
                    .noneMatch(line -> line.matches("\\d\\d:\\d\\d " + ann.name() + ": lies.*"));
            a.type("still here").prompts("(nobody)> still here");
        }
    }

    @Test
    void aWrongCommandIsReportedAndNeverSentAndTwoSlashesSendOne() {
        try (Chat1Socket ben = chatd.newcomer()) {
            Terminal a = clients.logIn(ann, "--to", ben.name()).prompts(ben.name() + ">");
            a.enter("/qiut").shows("There is no command /qiut; did you mean /quit?");
            a.enter("/etc/passwd is a file").shows("There is no command /etc/passwd");
            a.enter("/msg , to nobody").shows("Usage: /msg NAME[,NAME…] TEXT");
            a.enter("/to nobody-of-that-name").shows("There is no user called nobody-of-that-name");
            a.prompts("(nobody)>").enter("to those before?").shows("To whom?", "Nothing was sent.");
            a.press("C-u").enter("/to " + ben.name()).prompts(ben.name() + ">");
            a.enter("/fetch 4000000000").shows("There is no file 4000000000 that you may fetch.");
            a.enter("//etc/passwd is a file");
            ben.awaitText(ann.name(), "/etc/passwd is a file");
        }
    }

    @Test
    void tabCompletesNamesAndCommandsAndUpFindsWhatWasTypedBefore() {
        try (Chat1Socket ben = chatd.newcomer()) {
            Terminal a = clients.logIn(ann);
            a.type("/hist").press("Tab").prompts("(nobody)> /history").press("C-u");
            a.type("/to " + ben.name().substring(0, ben.name().length() - 1)).press("Tab");
            a.prompts("> /to " + ben.name()).press("Enter").prompts(ben.name() + ">");
            a.enter("first").enter("second").shows(": second");
            // First, ↑ corrects what was sent last.
            a.press("Up")
                    .hasOnScreen("> /correct #")
                    .press("Up")
                    .prompts("> second")
                    .press("Up")
                    .prompts("> first");
            a.press("C-c").prompts(ben.name() + ">");
        }
    }

    /** A terminal sends this form until it is asked for the other one, and again between two lines. */
    @Test
    void arrowsInTheirPlainFormMoveToo() {
        Terminal a = clients.logIn(ann);
        a.enter("/to " + ann.name()).enter("13").shows(": 13");
        a.type("\u001b[A").hasOnScreen("> /correct #").type("\u001b[A").prompts("> 13");
        a.type("\u001b[B").prompts(ann.name() + ">");
        a.type("\u001b[A").hasOnScreen("> /correct #").type("\u001b[A").prompts("> 13");
        a.type("\u001b[D").type("2").prompts("> 123");
        a.type("\u001b[C").type("4").prompts("> 1234");
    }

    @Test
    void typedLinesAreKeptPrivatelyForTheNextStartWithoutSecrets() throws IOException {
        Terminal a = clients.logIn(ann);
        a.enter("/to " + ann.name()).enter("a note to myself").shows(": a note to myself");
        a.enter("/password " + ann.password()).shows("Type /password alone");
        a.press("C-d");
        assertThat(a.awaitEnd()).isZero();
        var history = clients.state(ann.name()).resolve("typed").resolve(ann.name() + "@localhost:" + chatd.port());
        assertThat(Files.readString(history)).contains("a note to myself").doesNotContain(ann.password());
        assertThat(java.nio.file.attribute.PosixFilePermissions.toString(Files.getPosixFilePermissions(history)))
                .isEqualTo("rw-------");
        a.neverWrites("Password of " + ann.name() + ": " + ann.password());
        Terminal again = clients.logIn(ann);
        again.press("Up").prompts("> a note to myself").press("C-u");
        again.enter("/set history off").shows("Set: history is off.");
        again.enter("only for now").shows("To whom?");
        again.press("C-u", "C-d").awaitEnd();
        assertThat(Files.readString(history)).doesNotContain("only for now");
    }

    @Test
    void thereIsNoColourWhereNoneIsWanted() throws IOException {
        try (Chat1Socket ben = chatd.newcomer()) {
            Terminal a = clients.logIn(ann);
            ben.send(Wire.text("in colour", ann.name()));
            a.shows(": in colour");
            assertThat(a.coloured()).containsPattern("\u001b\\[38;5;[0-9]+m(\u001b\\[49m)?" + ben.name());
            a.enter("/set theme none").shows("Set: theme is none.");
            ben.send(Wire.text("without", ann.name()));
            a.shows(": without");
            assertThat(a.coloured().lines().filter(line -> line.contains(": without")))
                    .noneMatch(line -> line.contains("38;5"));
        }
    }
}

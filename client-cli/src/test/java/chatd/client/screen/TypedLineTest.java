package chatd.client.screen;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.client.talk.item.HistoryScope;
import chatd.text.Emoticon;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jline.reader.Candidate;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;
import org.jline.terminal.impl.DumbTerminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TypedLineTest {
    @TempDir
    private Path directory;

    @Test
    void plainInputIsAText() {
        assertThat(TypedLine.of("hello  there ")).isEqualTo(new TypedLine.Say("hello  there"));
        assertThat(TypedLine.of("one\n/two")).isEqualTo(new TypedLine.Say("one\n/two"));
        assertThat(TypedLine.of("//etc/passwd")).isEqualTo(new TypedLine.Say("/etc/passwd"));
        assertThat(TypedLine.of("  /quit")).isEqualTo(new TypedLine.Quit());
        assertThat(TypedLine.of(" /nope")).isInstanceOf(TypedLine.ParseError.class);
        assertThat(TypedLine.of("  ")).isEqualTo(new TypedLine.Blank());
    }

    @Test
    void commandsAreParsedWithTheirArguments() {
        assertThat(TypedLine.of("/to bob,carol")).isEqualTo(new TypedLine.SetTarget(List.of("bob", "carol")));
        assertThat(TypedLine.of("/to *")).isEqualTo(new TypedLine.SetTarget(List.of()));
        assertThat(TypedLine.of("/all")).isEqualTo(new TypedLine.SetTarget(List.of()));
        assertThat(TypedLine.of("/all one  two\nthree")).isEqualTo(new TypedLine.Send(List.of(), "one  two\nthree"));
        assertThat(TypedLine.of("/msg bob one  two")).isEqualTo(new TypedLine.Send(List.of("bob"), "one  two"));
        assertThat(TypedLine.of("/file bob,bob My Plan.pdf"))
                .isEqualTo(new TypedLine.SendFiles(List.of("bob"), List.of(Path.of("My Plan.pdf")), false));
        assertThat(TypedLine.of("/file * ~/x"))
                .isEqualTo(new TypedLine.SendFiles(
                        List.of(), List.of(Path.of(System.getProperty("user.home"), "x")), false));
        assertThat(TypedLine.of("/fetch 4294967295")).isEqualTo(new TypedLine.Fetch(4294967295L));
        assertThat(TypedLine.of("/history"))
                .isEqualTo(new TypedLine.History(new HistoryScope.All(), Optional.empty(), 20));
        assertThat(TypedLine.of("/history 5"))
                .isEqualTo(new TypedLine.History(new HistoryScope.All(), Optional.empty(), 5));
        assertThat(TypedLine.of("/history bob 5"))
                .isEqualTo(new TypedLine.History(new HistoryScope.With("bob"), Optional.empty(), 5));
        assertThat(TypedLine.of("/history *"))
                .isEqualTo(new TypedLine.History(new HistoryScope.Everyone(), Optional.empty(), 20));
        assertThat(TypedLine.of("/history yesterday"))
                .isEqualTo(new TypedLine.History(new HistoryScope.All(), Optional.of("yesterday"), 20));
        assertThat(TypedLine.of("/history bob 2026-11-20 14:05 7"))
                .isEqualTo(new TypedLine.History(new HistoryScope.With("bob"), Optional.of("2026-11-20 14:05"), 7));
        assertThat(TypedLine.of("/history * 14:05"))
                .isEqualTo(new TypedLine.History(new HistoryScope.Everyone(), Optional.of("14:05"), 20));
        assertThat(TypedLine.of("/older")).isEqualTo(new TypedLine.HistoryPage(true, 20));
        assertThat(TypedLine.of("/newer 100")).isEqualTo(new TypedLine.HistoryPage(false, 100));
        assertThat(TypedLine.of("/re yes, at 5")).isEqualTo(new TypedLine.Answer(0, "yes, at 5"));
        assertThat(TypedLine.of("/re 12 yes")).isEqualTo(new TypedLine.Answer(12, "yes"));
        assertThat(TypedLine.of("/friend bob it's me")).isEqualTo(new TypedLine.Friend("bob", "it's me"));
        assertThat(TypedLine.of("/notify * none")).isEqualTo(new TypedLine.Notify("", "none"));
        assertThat(TypedLine.of("/sessions end others")).isEqualTo(new TypedLine.OwnSessions("others"));
        assertThat(TypedLine.of("/set time 12h")).isEqualTo(new TypedLine.Set(List.of("time", "12h")));
        assertThat(TypedLine.of("/password")).isEqualTo(new TypedLine.Password());
        assertThat(TypedLine.of("/quit")).isEqualTo(new TypedLine.Quit());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/nope",
                "/qiut",
                "/etc/passwd",
                "/to",
                "/to ,",
                "/to bob,",
                "/to bob,*",
                "/to bob hello",
                "/msg",
                "/msg bob",
                "/msg , hello",
                "/msg bob,, hello",
                "/file bob",
                "/fetch",
                "/fetch x",
                "/fetch -1",
                "/fetch 1 2",
                "/history 0",
                "/history x y",
                "/password secret",
                "/quit now",
                "/register",
                "/ignore a b",
                "/to bob\nhello"
            })
    void invalidInputIsAnErrorThatSaysWhatToDo(String line) {
        assertThat(TypedLine.of(line))
                .isInstanceOfSatisfying(
                        TypedLine.ParseError.class,
                        error -> assertThat(error.text()).isNotBlank());
    }

    @Test
    void aTypingErrorIsAnsweredWithTheNearestCommand() {
        assertThat(TypedLine.of("/fiel bob x").toString()).contains("/file?");
        assertThat(TypedLine.of("/xyzzyxyzzy").toString()).doesNotContain("did you mean");
    }

    @Test
    void commandNamesOfOtherProgramsAreAnsweredWithTheNameHere() {
        assertThat(TypedLine.of("/edit hello").toString())
                .contains("There is no command /edit; here it is /correct. Nothing was sent.");
        for (String elsewhere : SlashCommand.ELSEWHERE.keySet()) {
            // Even if it is the prefix of exactly one command.
            assertThat(TypedLine.of(elsewhere + " hello"))
                    .as(elsewhere)
                    .isInstanceOf(TypedLine.ParseError.class)
                    .asString()
                    .contains(SlashCommand.ELSEWHERE.get(elsewhere));
        }
    }

    @Test
    void aCommandToEveryoneMustBeWrittenInFull() {
        assertThat(TypedLine.of("/a hi").toString()).contains("; it could be /all. Nothing was sent.");
        assertThat(TypedLine.of("/al hi")).isInstanceOf(TypedLine.ParseError.class);
        assertThat(TypedLine.of("/ALL hi")).isEqualTo(new TypedLine.Send(List.of(), "hi"));
    }

    @Test
    void hastyInputIsUnderstood() {
        assertThat(TypedLine.of("/MSG bob hi, you")).isEqualTo(new TypedLine.Send(List.of("bob"), "hi, you"));
        assertThat(TypedLine.of("/to bob, carol")).isEqualTo(new TypedLine.SetTarget(List.of("bob", "carol")));
        assertThat(TypedLine.of("/msg bob, carol hi, you"))
                .isEqualTo(new TypedLine.Send(List.of("bob", "carol"), "hi, you"));
        assertThat(TypedLine.of("/he")).isInstanceOf(TypedLine.Help.class);
        assertThat(TypedLine.of("/h").toString()).contains("/history, /help.");
        assertThat(TypedLine.of("/help nope").toString()).contains("There is no command nope");
        assertThat(TypedLine.of("/help").toString().lines().filter(line -> line.contains("  /")))
                .hasSizeBetween(10, 12);
        assertThat(TypedLine.of("/help all").toString()).contains("/unreact", "/sessions");
        assertThat(TypedLine.of("/files")).isEqualTo(new TypedLine.Files());
        assertThat(TypedLine.of("/cancel 3")).isEqualTo(new TypedLine.Cancel(3));
        assertThat(TypedLine.of("/cancel")).isEqualTo(new TypedLine.Cancel(0));
        assertThat(TypedLine.of("/qut").toString()).contains("did you mean /quit? Nothing was sent.");
        assertThat(TypedLine.of("/file bob 'My Plan.pdf'"))
                .isEqualTo(new TypedLine.SendFiles(List.of("bob"), List.of(Path.of("My Plan.pdf")), false));
    }

    private List<String> completed(String typed) throws java.io.IOException {
        LineCompleter words = new LineCompleter(
                () -> List.of("alice", "bob", "王芳"), () -> List.of(new LineCompleter.File("17", "plan.pdf")));
        LineReader reader = LineReaderBuilder.builder()
                .terminal(new DumbTerminal(
                        java.io.InputStream.nullInputStream(), java.io.OutputStream.nullOutputStream()))
                .build();
        ParsedLine line = words.parse(typed, typed.length(), Parser.ParseContext.COMPLETE);
        List<Candidate> candidates = new ArrayList<>();
        words.complete(reader, line, candidates);
        return candidates.stream()
                .map(Candidate::value)
                .filter(value -> value.startsWith(line.word()))
                .toList();
    }

    @Test
    void tabCompletesCommandsNamesFilesAndSettings() throws java.io.IOException {
        assertThat(completed("/hi")).containsExactly("/history");
        assertThat(completed("/to b")).containsExactly("bob");
        assertThat(completed("/to bob,a")).containsExactly("bob,alice");
        assertThat(completed("/msg 王")).containsExactly("王芳");
        assertThat(completed("hello @bo")).containsExactly("@bob");
        assertThat(completed("hello al")).containsExactly("alice");
        assertThat(completed("hello ")).isEmpty();
        assertThat(completed("谢谢@al")).containsExactly("谢谢@alice");
        assertThat(completed("/msg bob 请@王")).containsExactly("请@王芳");
        assertThat(completed("/direct bob,a")).containsExactly("bob,alice");
        assertThat(completed("/notify bob m")).containsExactly("mentions");
        assertThat(completed("/notify a")).containsExactly("alice");
        assertThat(completed("/find plan fr")).containsExactly("from:");
        assertThat(completed("/find plan from:b")).containsExactly("from:bob");
        assertThat(completed("/find with:a")).containsExactly("with:alice");
        assertThat(completed("/fetch 1")).containsExactly("17");
        assertThat(completed("/open 1")).containsExactly("17");
        assertThat(completed("/set th")).containsExactly("theme");
        assertThat(completed("/set theme d")).containsExactly("dark");
        java.nio.file.Files.createFile(directory.resolve("my plan.pdf"));
        java.nio.file.Files.createDirectory(directory.resolve("more"));
        java.nio.file.Files.createFile(directory.resolve(".hidden"));
        assertThat(completed("/file bob " + directory + "/m"))
                .containsExactlyInAnyOrder(directory + "/my plan.pdf", directory + "/more/");
        assertThat(completed("/file bob " + directory + "/my pl")).containsExactly(directory + "/my plan.pdf");
        assertThat(completed("/picture bob " + directory + "/my pl")).containsExactly(directory + "/my plan.pdf");
        assertThat(completed("/send " + directory + "/my pl")).containsExactly(directory + "/my plan.pdf");
        assertThat(completed("/file bob " + directory + "/")).doesNotContain(directory + "/.hidden");
    }

    @Test
    void aTextThatBeginsWithAnEmoticonIsATextAndNoEmoticonIsACommand() {
        assertThat(TypedLine.of("/wx hello")).isEqualTo(new TypedLine.Say("/wx hello"));
        assertThat(Emoticon.all())
                .allSatisfy(one ->
                        assertThat(SlashCommand.of(one.code())).as(one.code()).isEmpty());
    }

    @Test
    void aHelpEntryHasTwoLinesIfItsUsageIsLong() {
        for (SlashCommand command : SlashCommand.values()) {
            List<String> lines = command.line().lines().toList();
            boolean isShort = command.usage().length() <= 24;
            assertThat(lines).as(command.word()).hasSize(isShort ? 1 : 2);
            assertThat(lines.getFirst()).startsWith("  " + command.usage());
            assertThat(lines.getLast().substring(27)).isEqualTo(command.help()).isNotEmpty();
        }
        assertThat(TypedLine.of("/help quit")).isEqualTo(new TypedLine.Help("  /quit                    leave"));
        assertThat(TypedLine.of("/help /quit")).isEqualTo(TypedLine.of("/help quit"));
    }

    @Test
    void listsOfNamesMayHaveSpacesAfterCommas() {
        List<String> both = List.of("bob", "carol");
        assertThat(TypedLine.of("/to bob, carol")).isEqualTo(new TypedLine.SetTarget(both));
        assertThat(TypedLine.of("/msg bob, carol one, two")).isEqualTo(new TypedLine.Send(both, "one, two"));
        assertThat(TypedLine.of("/direct bob, carol")).isEqualTo(new TypedLine.Direct(both));
        assertThat(TypedLine.of("/file bob, carol x"))
                .isEqualTo(new TypedLine.SendFiles(both, List.of(Path.of("x")), false));
        assertThat(TypedLine.of("/picture bob, carol x"))
                .isEqualTo(new TypedLine.SendFiles(both, List.of(Path.of("x")), true));
        assertThat(TypedLine.of("/friend bob, carol")).isEqualTo(new TypedLine.Friend("bob,", "carol"));
        assertThat(TypedLine.of("/all one, two")).isEqualTo(new TypedLine.Send(List.of(), "one, two"));
    }

    @Test
    void eachArgumentIsKnownToBeATextOrNot() {
        assertThat(SlashCommand.ALL.isText(1)).isTrue();
        assertThat(SlashCommand.MSG.isText(1)).isFalse();
        assertThat(SlashCommand.MSG.isText(2)).isTrue();
        assertThat(SlashCommand.REPORT.isText(1)).isFalse();
        assertThat(SlashCommand.TO.isText(2)).isFalse();
    }

    @Test
    void aMistypedCommandIsGuessed() {
        assertThat(TypedLine.of("/qiut")).asString().contains("did you mean /quit?");
        assertThat(TypedLine.of("/qu")).isEqualTo(new TypedLine.Quit());
        assertThat(TypedLine.of("/xyzzy")).asString().doesNotContain("did you mean");
    }

    @Test
    void severalPathsAreSeveralFilesIfAllExist() throws Exception {
        Path one = java.nio.file.Files.createFile(directory.resolve("one"));
        Path two = java.nio.file.Files.createFile(directory.resolve("two words"));
        assertThat(LineParser.paths(one.toString())).containsExactly(one);
        assertThat(LineParser.paths(two.toString())).containsExactly(two);
        assertThat(LineParser.paths(one + " '" + two + "'")).containsExactly(one, two);
        Path none = directory.resolve("none");
        assertThat(LineParser.paths(one + " " + none)).containsExactly(Path.of(one + " " + none));
        assertThat(LineParser.path("'")).isEqualTo(Path.of("'"));
        assertThat(LineParser.path("'a\"")).isEqualTo(Path.of("'a\""));
        assertThat(LineParser.path("\"a b\"")).isEqualTo(Path.of("a b"));
    }
}

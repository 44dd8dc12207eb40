package chatd.client.screen;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

class TypedTest {
    @TempDir
    private Path directory;

    @Test
    void whatIsTypedPlainlyIsSaid() {
        assertThat(Typed.of("hello  there ")).isEqualTo(new Typed.Say("hello  there"));
        assertThat(Typed.of("one\n/two")).isEqualTo(new Typed.Say("one\n/two"));
        assertThat(Typed.of("//etc/passwd")).isEqualTo(new Typed.Say("/etc/passwd"));
        assertThat(Typed.of("  /quit")).isEqualTo(new Typed.Quit());
        assertThat(Typed.of(" /nope")).isInstanceOf(Typed.Mistake.class);
        assertThat(Typed.of("  ")).isEqualTo(new Typed.Nothing());
    }

    @Test
    void commandsHaveTheirArguments() {
        assertThat(Typed.of("/to bob,carol")).isEqualTo(new Typed.Turn(List.of("bob", "carol")));
        assertThat(Typed.of("/to *")).isEqualTo(new Typed.Turn(List.of()));
        assertThat(Typed.of("/all")).isEqualTo(new Typed.Turn(List.of()));
        assertThat(Typed.of("/all one  two\nthree")).isEqualTo(new Typed.Send(List.of(), "one  two\nthree"));
        assertThat(Typed.of("/msg bob one  two")).isEqualTo(new Typed.Send(List.of("bob"), "one  two"));
        assertThat(Typed.of("/file bob,bob My Plan.pdf"))
                .isEqualTo(new Typed.SendFile(List.of("bob"), Path.of("My Plan.pdf")));
        assertThat(Typed.of("/file * ~/x"))
                .isEqualTo(new Typed.SendFile(List.of(), Path.of(System.getProperty("user.home"), "x")));
        assertThat(Typed.of("/fetch 4294967295")).isEqualTo(new Typed.Fetch(4294967295L));
        assertThat(Typed.of("/history")).isEqualTo(new Typed.History(20));
        assertThat(Typed.of("/history 5")).isEqualTo(new Typed.History(5));
        assertThat(Typed.of("/set time 12h")).isEqualTo(new Typed.Set(List.of("time", "12h")));
        assertThat(Typed.of("/password")).isEqualTo(new Typed.Password());
        assertThat(Typed.of("/quit")).isEqualTo(new Typed.Quit());
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
                "/history x",
                "/password secret",
                "/quit now",
                "/register",
                "/ignore a b",
                "/TO bob",
                "/to bob\nhello"
            })
    void whatCanNotBeDoneIsAMistakeAndSaysWhatToDo(String line) {
        assertThat(Typed.of(line))
                .isInstanceOfSatisfying(
                        Typed.Mistake.class,
                        mistake -> assertThat(mistake.text()).isNotBlank());
    }

    @Test
    void aSlipIsAnsweredWithTheNearestCommand() {
        assertThat(Typed.of("/fiel bob x").toString()).contains("/file?");
        assertThat(Typed.of("/xyzzyxyzzy").toString()).doesNotContain("is it");
    }

    private List<String> completed(String typed) throws java.io.IOException {
        Words words = new Words(() -> List.of("alice", "bob", "王芳"));
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
        assertThat(completed("/set th")).containsExactly("theme");
        assertThat(completed("/set theme d")).containsExactly("dark");
        java.nio.file.Files.createFile(directory.resolve("my plan.pdf"));
        java.nio.file.Files.createDirectory(directory.resolve("more"));
        java.nio.file.Files.createFile(directory.resolve(".hidden"));
        assertThat(completed("/file bob " + directory + "/m"))
                .containsExactlyInAnyOrder(directory + "/my plan.pdf", directory + "/more/");
        assertThat(completed("/file bob " + directory + "/my pl")).containsExactly(directory + "/my plan.pdf");
        assertThat(completed("/file bob " + directory + "/")).doesNotContain(directory + "/.hidden");
    }
}

package chatd.acceptance.packages;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.ProcessResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The man pages, as {@code man} reads them. */
@Tag("processes")
class ManPagesIT {
    @ParameterizedTest
    @CsvSource({"admin-cli, 36", "client-cli, 14"})
    void manHasNoWarningsAboutAnyPage(String module, int fewest) throws IOException {
        try (var pages = Files.list(ProcessResult.ROOT.resolve(module + "/src/main/man"))) {
            List<Path> all = pages.sorted().toList();
            assertThat(all).hasSizeGreaterThanOrEqualTo(fewest);
            for (Path page : all) {
                assertThat(shown(page)).as("%s", page).contains("NAME", "SYNOPSIS", "DESCRIPTION", "EXAMPLE");
            }
        }
    }

    /** Returns a page as it is read in a terminal; man must have no warnings about it. */
    private static String shown(Path page) {
        ProcessResult run = ProcessResult.program(List.of(
                        "env",
                        "LC_ALL=C.UTF-8",
                        "MANROFFSEQ=",
                        "MANWIDTH=80",
                        "man",
                        "--warnings",
                        "-E",
                        "UTF-8",
                        "-P",
                        "cat",
                        "-l",
                        page.toString()))
                .exits(0);
        assertThat(run.err()).as("%s", page).isEmpty();
        return run.out();
    }

    @Test
    void everyOptionIsOnTheConfigurationPage() throws IOException {
        String page =
                shown(ProcessResult.ROOT.resolve("systemd/target/archive/chatd-0.1.0/share/man/man5/chatd.toml.5"));
        List<String> lines = Files.readAllLines(
                ProcessResult.ROOT.resolve("daemon/src/main/resources/chatd/daemon/config/chatd.toml"));
        assertThat(lines.stream().filter(line -> line.startsWith("[")))
                .isNotEmpty()
                .allMatch(line -> page.contains("\n   " + line + "\n"));
        assertThat(lines.stream().filter(line -> line.matches("[a-z-]+ = .*")))
                .isNotEmpty()
                .allMatch(line -> page.contains("\n              " + line.substring(0, line.indexOf('=') + 1)));
        assertThat(page).contains("chatd(8)", "must begin with a PROXY").doesNotContain("# ", "`");
    }

    @ParameterizedTest
    @CsvSource({"admin-cli, chat-admin", "client-cli, chat-client"})
    void helpHasAnExampleForEachCommand(String module, String program) throws IOException {
        try (var pages = Files.list(ProcessResult.ROOT.resolve(module + "/src/main/man"))) {
            for (Path page : pages.sorted().toList()) {
                List<String> command = command(page, program);
                var line = new ArrayList<>(command);
                line.add("--help");
                String[] arguments = line.toArray(String[]::new);
                ProcessResult help = program.equals("chat-admin")
                        ? ProcessResult.admin("", arguments)
                        : ProcessResult.client("", Map.of(), arguments);
                assertThat(help.exits(0).out())
                        .as("%s", line)
                        .contains("Example")
                        .contains(program)
                        .contains(String.join(" ", command));
                if (program.equals("chat-admin") && !command.isEmpty()) {
                    assertThat(help.out()).contains("Also: --help, --output,").doesNotContain("Output format:");
                }
            }
        }
    }

    /**
     * Returns the command that a page is about: of {@code chat-admin} as its synopsis has it, since the name of a page does
     * not tell "log key" from "log-key"; no command of {@code chat-client} has a dash.
     */
    private static List<String> command(Path page, String program) throws IOException {
        String name = page.getFileName().toString().replaceFirst("^" + program + "-?(.*)\\.1$", "$1");
        if (name.isEmpty()) {
            return List.of();
        }
        if (!program.equals("chat-admin")) {
            return List.of(name.split("-", -1));
        }
        Matcher synopsis = Pattern.compile("(?m)^\\\\fB" + program + " ([a-z -]+)\\\\fP")
                .matcher(Files.readString(page).replace("\\-", "-"));
        assertThat(synopsis.find()).as("%s has a synopsis", page).isTrue();
        return List.of(synopsis.group(1).split(" ", -1));
    }
}

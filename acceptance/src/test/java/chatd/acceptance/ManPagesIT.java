package chatd.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The man pages, as {@code man} reads them. */
@Tag("processes")
class ManPagesIT {
    @Test
    void manHasNothingToSayAgainstAnyOfThem() throws IOException {
        try (var pages = Files.list(Run.ROOT.resolve("admin-cli/src/main/man"))) {
            List<Path> all = pages.sorted().toList();
            assertThat(all).hasSizeGreaterThan(35);
            for (Path page : all) {
                Run run = Run.program(List.of(
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
                assertThat(run.out()).as("%s", page).contains("NAME", "SYNOPSIS", "DESCRIPTION", "EXAMPLE");
            }
        }
    }

    @Test
    void helpHasAnExampleForEachCommand() throws IOException {
        try (var pages = Files.list(Run.ROOT.resolve("admin-cli/src/main/man"))) {
            for (Path page : pages.sorted().toList()) {
                String name = page.getFileName().toString().replaceFirst("^chat-admin-?(.*)\\.1$", "$1");
                // The name of a page does not tell "log key" from "log-key"; no command has a dash.
                List<String> command = name.isEmpty() ? List.of() : List.of(name.split("-", -1));
                var line = new ArrayList<>(command);
                line.add("--help");
                assertThat(Run.admin("", line.toArray(String[]::new)).exits(0).out())
                        .as("%s", line)
                        .contains("Example")
                        .contains("chat-admin " + String.join(" ", command));
            }
        }
    }
}

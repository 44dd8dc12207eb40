package chatd.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Completion as the shells do it: commands, options, their values, and the names of accounts. */
@ExtendWith(SharedDemo.class)
class CompletionIT {
    private final Demo demo;

    @TempDir
    private Path directory;

    CompletionIT(Demo demo) {
        this.demo = demo;
    }

    @ParameterizedTest
    @ValueSource(strings = {"bash --norc --noprofile -i", "zsh -f -i"})
    void commandsOptionsAndNamesAreCompleted(String shell) throws Exception {
        Page bin = new Page(Run.ROOT.resolve("docs/chat-admin.md"), directory);
        bin.program("chat-admin", "admin", "CHAT_ADMIN_SOCKET=" + demo.fact("CHAT_ADMIN_SOCKET"));
        Demo.Person person = demo.person();
        demo.admin("", "user", "add", "completa").exits(0);
        demo.admin("", "user", "add", "复旦").exits(0);
        String path = directory.resolve("bin") + ":" + System.getenv("PATH");
        try (Terminal terminal =
                new Terminal(List.of("PATH=" + path, "PS1=> ", "LC_ALL=C.UTF-8"), List.of(shell.split(" ", -1)))) {
            terminal.prompts(">");
            String name = shell.substring(0, shell.indexOf(' '));
            terminal.enter("eval \"$(chat-admin completion " + name + ")\"; echo rea''dy")
                    .showsLine("^ready$");
            terminal.type("chat-admin bro").press("Tab").showsLine("^> chat-admin broadcast");
            terminal.press("C-u").type("chat-admin user dis").press("Tab").showsLine("^> chat-admin user disable");
            terminal.press("C-u").type("chat-admin user list --never").press("Tab");
            terminal.showsLine("^> chat-admin user list --never-logged-in");
            terminal.press("C-u").type("chat-admin user list --state dis").press("Tab");
            terminal.showsLine("^> chat-admin user list --state disabled");
            terminal.press("C-u").type("chat-admin user show compl").press("Tab");
            terminal.showsLine("^> chat-admin user show completa");
            terminal.press("C-u").type("chat-admin user disable 复").press("Tab");
            terminal.showsLine("^> chat-admin user disable 复旦");
            terminal.press("C-u")
                    .type("chat-admin session kick "
                            + person.name().substring(0, person.name().length() - 1));
            terminal.press("Tab").showsLine("^> chat-admin session kick " + person.name());
            terminal.press("C-u").enter("exit");
        }
        demo.admin("", "user", "delete", "completa", "--yes").exits(0);
        demo.admin("", "user", "delete", "复旦", "--yes").exits(0);
        assertThat(person.name()).isNotBlank();
    }
}

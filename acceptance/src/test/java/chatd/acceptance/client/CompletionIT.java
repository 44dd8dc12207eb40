package chatd.acceptance.client;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.SharedChatd;
import chatd.acceptance.kit.Terminal;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Completion as the shells do it: commands, options, their values, and the names of accounts. */
@ExtendWith(SharedChatd.class)
@Tag("processes")
class CompletionIT {
    private final Chatd chatd;

    @TempDir
    private Path directory;

    CompletionIT(Chatd chatd) {
        this.chatd = chatd;
    }

    @ParameterizedTest
    @CsvSource({"bash --norc --noprofile -i, completa, 复旦", "zsh -f -i, completo, 同济"})
    void commandsOptionsAndNamesAreCompleted(String shell, String latin, String chinese) throws Exception {
        Chatd.Person person = chatd.person();
        chatd.admin("", "user", "add", latin).exits(0);
        chatd.admin("", "user", "add", chinese).exits(0);
        String path = chatd.programs(directory) + ":" + System.getenv("PATH");
        try (Terminal terminal =
                new Terminal(List.of("PATH=" + path, "PS1=> ", "LC_ALL=C.UTF-8"), List.of(shell.split(" ", -1)))) {
            terminal.prompts(">");
            String name = shell.substring(0, shell.indexOf(' '));
            terminal.enter("source <(chat-admin completion " + name + "); echo rea''dy")
                    .showsLine("^ready$");
            terminal.type("chat-admin bro").press("Tab").showsLine("^> chat-admin broadcast");
            terminal.press("C-u").type("chat-admin user dis").press("Tab").showsLine("^> chat-admin user disable");
            terminal.press("C-u").type("chat-admin user list --never").press("Tab");
            terminal.showsLine("^> chat-admin user list --never-logged-in");
            terminal.press("C-u").type("chat-admin user list --state dis").press("Tab");
            terminal.showsLine("^> chat-admin user list --state disabled");
            terminal.press("C-u").type("chat-admin config get everyone.").press("Tab");
            terminal.showsLine("^> chat-admin config get everyone.write");
            terminal.press("C-u").type("chat-admin user show compl").press("Tab");
            terminal.showsLine("^> chat-admin user show " + latin);
            terminal.press("C-u")
                    .type("chat-admin user disable " + chinese.charAt(0))
                    .press("Tab");
            terminal.showsLine("^> chat-admin user disable " + chinese);
            terminal.press("C-u")
                    .type("chat-admin session kick "
                            + person.name().substring(0, person.name().length() - 1));
            terminal.press("Tab").showsLine("^> chat-admin session kick " + person.name());
            terminal.press("C-u");
            terminal.enter("source <(chat-client completion " + name + "); echo do''ne")
                    .showsLine("^done$");
            terminal.type("chat-client conv").press("Tab").showsLine("^> chat-client conversations");
            terminal.press("C-u").type("chat-client --rem").press("Tab").showsLine("^> chat-client --remember");
            terminal.press("C-u").enter("exit");
        }
        chatd.admin("", "user", "delete", latin, "--yes").exits(0);
        chatd.admin("", "user", "delete", chinese, "--yes").exits(0);
    }
}

package chatd.admin.system;

import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Program;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code chat-admin completion}. */
@Command(
        name = "completion",
        description = {"Prints the script that lets bash or zsh complete commands, options and the names of accounts."},
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLES,
        footer = {"  source <(chat-admin completion bash)", "  source <(chat-admin completion zsh)"})
public final class CompletionCommand implements Callable<Integer> {
    /** The supported shells. */
    enum Shell {
        bash,
        zsh
    }

    @ParentCommand
    private Program program;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "One of: ${COMPLETION-CANDIDATES}.")
    private Shell shell;

    @Override
    public Integer call() {
        // The same script serves both: in zsh it first loads zsh's support for bash completions.
        Objects.requireNonNull(shell);
        program.out()
                .print(new OptionNames()
                        .replacePlaceholder(new AccountNames()
                                .replacePlaceholder(AutoComplete.bash(
                                        "chat-admin", spec.root().commandLine()))));
        program.out().flush();
        return Exit.OK;
    }
}

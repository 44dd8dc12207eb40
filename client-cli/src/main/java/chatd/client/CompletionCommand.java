package chatd.client;

import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code completion}. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = "Prints the script that lets bash or zsh complete commands and options.",
        footerHeading = Main.EXAMPLE,
        footer = "  source <(chat-client completion bash)")
final class CompletionCommand implements Callable<Integer> {
    /** The supported shells. */
    enum Shell {
        bash,
        zsh
    }

    @ParentCommand
    private Main main;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "One of: ${COMPLETION-CANDIDATES}.")
    private Shell shell;

    @Override
    public Integer call() {
        // The same script serves both: in zsh it first loads zsh's support for bash completions.
        Objects.requireNonNull(shell);
        main.out().print(AutoComplete.bash("chat-client", spec.root().commandLine()));
        main.out().flush();
        return 0;
    }
}

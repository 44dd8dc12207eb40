package chatd.client.command;

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
        footerHeading = ScriptCommand.EXAMPLE,
        footer = "  source <(chat-client completion bash)")
public final class CompletionCommand implements Callable<Integer> {
    /** The supported shells. */
    enum Shell {
        bash,
        zsh
    }

    @ParentCommand
    private Context context;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "One of: ${COMPLETION-CANDIDATES}.")
    private Shell shell;

    @Override
    public Integer call() {
        // The same script serves both: in zsh it first loads zsh's support for bash completions.
        Objects.requireNonNull(shell);
        context.out().print(AutoComplete.bash("chat-client", spec.root().commandLine()));
        context.out().flush();
        return 0;
    }
}

package chatd.admin.user;

import chatd.admin.system.AccountNames;
import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Confirmation;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Program;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The users that a command is about: those that are named, or all that are selected. */
final class SelectedUsers {
    @Parameters(
            paramLabel = "USER",
            arity = "0..*",
            completionCandidates = AccountNames.class,
            description = "Names, or U and a number.")
    private @Nullable List<String> named;

    @Mixin
    private Selection selection;

    @Option(names = "--dry-run", description = "Only print which users would be affected.")
    private boolean dry;

    @Option(names = "--yes", description = "Do not ask for confirmation, which is needed only for selected users.")
    private boolean yes;

    boolean isDryRun() {
        return dry;
    }

    boolean isConfirmed() {
        return yes;
    }

    /** Returns whether users were named or selected. */
    boolean isGiven() {
        return named != null || !selection.isEmpty();
    }

    /** Returns whether it may be more than one user: several names, or a selection, even if it matches only one. */
    boolean mayBeSeveral() {
        return named == null || named.size() > 1;
    }

    /**
     * Returns the users, each once.
     *
     * @throws CommandFailure if there are neither names nor options, or both, or nobody is selected
     */
    List<String> names(Program program) {
        if ((named == null) == selection.isEmpty()) {
            throw new CommandFailure(
                    Exit.USAGE,
                    (named == null ? "Name the users, or" : "Either name the users, or")
                            + " select them with --class or --state.");
        }
        return named == null ? selection.names(program) : List.copyOf(new LinkedHashSet<>(named));
    }

    /**
     * Returns the users, after asking for confirmation if they were selected rather than named; none for a dry run.
     *
     * @param doing what is done to them, as the beginning of a question
     * @throws CommandFailure as {@link #names} does, or if the answer is not yes
     */
    List<String> confirmed(Program program, String doing) {
        List<String> names = names(program);
        if (dry) {
            if (program.isJson()) {
                Format.json(program.out(), names);
            } else {
                names.forEach(program.out()::println);
                program.out().println("Nothing was done: this was a dry run.");
            }
            return List.of();
        }
        if (named == null && !yes) {
            Confirmation.ask(
                    doing + " " + Format.count(names.size(), "user") + ": " + Format.summarizeNames(names) + "?");
        }
        return names;
    }
}

package chatd.admin.user;

import chatd.admin.api.UserCalls;
import chatd.admin.system.AccountNames;
import chatd.admin.terminal.Attempts;
import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Confirmation;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Program;
import chatd.text.SafeText;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code chat-admin user delete}. */
@Command(
        name = "delete",
        description = {"Deletes users for good. Asks first.", DeleteCommand.REMOVED},
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLE,
        footer = "  chat-admin user delete alice")
final class DeleteCommand implements Callable<Integer> {
    static final String REMOVED =
            "Removed: the password, the settings, the note. Kept: what was written, in other users' histories; the log of logins"
                    + " and changes with their addresses; the name and number, which are never reused.";

    @ParentCommand
    private UserCommand user;

    @Mixin
    private SelectedUsers users;

    @Option(
            names = "--heir",
            paramLabel = "USER",
            completionCandidates = AccountNames.class,
            description = "The next owner of the groups that the user alone owns; added to them if need be.")
    private @Nullable String heir;

    @Option(
            names = "--heir-longest",
            description = "Whoever has been in each of these groups longest becomes its owner.")
    private boolean longest;

    @Override
    public Integer call() {
        Program program = user.program;
        List<String> names = users.names(program);
        if (users.isDryRun() || !users.isConfirmed()) {
            List<UserCalls.Details> planned = names.stream()
                    .map(name ->
                            program.daemon().call(UserCalls.DELETE, new UserCalls.Deletion(name, heir, longest, true)))
                    .toList();
            if (users.isDryRun() && program.isJson()) {
                Format.json(program.out(), users.mayBeSeveral() ? planned : planned.getFirst());
                return Exit.OK;
            }
            PrintStream out = users.isDryRun() ? program.out() : System.err;
            planned.forEach(each -> {
                show(each, heir, longest, out);
                if (planned.size() > 1) {
                    out.println();
                }
            });
            out.println(REMOVED);
            if (users.isDryRun()) {
                return Exit.OK;
            }
            if (heir == null
                    && !longest
                    && planned.stream().anyMatch(each -> !each.onlyOwnerOf().isEmpty())) {
                throw new CommandFailure(
                        Exit.FAILED, "Name the next owner with --heir USER, or use --heir-longest. Nothing was done.");
            }
            Confirmation.ask("Delete "
                    + (names.size() == 1
                            ? Format.userLabel(planned.getFirst().account())
                            : "these " + names.size() + " users")
                    + " for good?");
        }
        List<UserCalls.Account> deleted = new ArrayList<>();
        int exit = Attempts.each(names, name -> {
            deleted.add(program.daemon()
                    .call(UserCalls.DELETE, new UserCalls.Deletion(name, heir, longest, false))
                    .account());
            if (!program.isJson()) {
                program.out().println(Format.userLabel(deleted.getLast()) + " deleted.");
            }
        });
        if (program.isJson() && !deleted.isEmpty()) {
            Format.json(program.out(), users.mayBeSeveral() ? deleted : deleted.getFirst());
        }
        return exit;
    }

    /** Shows who would be deleted, and who would own their groups. */
    private static void show(UserCalls.Details user, @Nullable String heir, boolean longest, PrintStream out) {
        UserFacts.print(user, out);
        if (!user.onlyOwnerOf().isEmpty()) {
            out.println(
                    longest
                            ? "Whoever has been in each of these groups longest will own it."
                            : heir != null
                                    ? SafeText.line(heir) + " will own these groups."
                                    : "Name the next owner of these groups with --heir USER.");
        }
    }
}

package chatd.admin.user;

import chatd.admin.api.UserCalls;
import chatd.admin.backup.Source;
import chatd.admin.system.AccountNames;
import chatd.admin.terminal.Confirmation;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Program;
import chatd.admin.terminal.Progress;
import chatd.audit.FileFailure;
import chatd.backup.Compaction;
import chatd.backup.directory.ErasedList;
import chatd.text.SafeText;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code chat-admin user erase}. */
@Command(
        name = "erase",
        description = {
            "Erases a user, who may have been deleted before: account, settings, contacts, memberships, addresses, devices, and all"
                    + " names that they had, which may then be given to others. Asks for the name again.",
            "Of what they wrote, others keep what they were sent, from a user without a name (U and the number);"
                    + " --everywhere takes that back, too. What nobody else was sent goes in any case.",
            "The log still verifies, and goes on naming the user for as long as it is kept: see `man chat-admin` and"
                    + " docs/personal-data.md, which also says what MariaDB's files and backups have, and until when."
        },
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLES,
        footer = {"  chat-admin user erase --dry-run alice", "  chat-admin user erase --everywhere alice"})
final class EraseCommand implements Callable<Integer> {
    @ParentCommand
    private UserCommand user;

    @Parameters(
            paramLabel = "USER",
            completionCandidates = AccountNames.class,
            description = "A name, also of a user who was deleted, or U and the number.")
    private String name;

    @Option(names = "--everywhere", description = "Also take back what others were sent.")
    private boolean everywhere;

    @Option(
            names = "--compact",
            description = {
                "Also rewrite MariaDB's files, which otherwise have what was erased until they need the room: all tables, and the redo"
                        + " log. Needs root, and room for the largest table once more; users go on meanwhile."
            })
    private boolean compacts;

    @Option(names = "--dry-run", description = "Only print what would be erased.")
    private boolean isDry;

    @Option(names = "--yes", description = "Do not ask.")
    private boolean isConfirmed;

    @Override
    public Integer call() throws IOException {
        Program program = user.program;
        if (isDry || !isConfirmed) {
            UserCalls.Erased plan =
                    program.daemon().call(UserCalls.ERASE, new UserCalls.Erasure(name, everywhere, true));
            if (isDry && program.isJson()) {
                Format.json(program.out(), plan);
                return Exit.OK;
            }
            show(plan, isDry ? program.out() : System.err);
            if (isDry) {
                program.out().println("Nothing was done: this was a dry run.");
                return Exit.OK;
            }
            Confirmation.requireTyped(
                    "Type the name again to erase " + SafeText.line(plan.name()) + " for good:", plan.name());
        }
        UserCalls.Erased erased;
        try (Progress progress = new Progress()) {
            erased = program.daemon()
                    .call(
                            UserCalls.ERASE,
                            new UserCalls.Erasure(name, everywhere, false),
                            part -> progress.show("%d of %d messages erased".formatted(part.erased(), part.all())));
        }
        addToList(erased);
        if (compacts) {
            compact();
        }
        if (program.isJson()) {
            Format.json(program.out(), erased);
            return Exit.OK;
        }
        program.out()
                .println(SafeText.line(erased.name()) + " (U" + erased.number() + ") erased, with " + written(erased)
                        + ".");
        if (!erased.indexPurged()) {
            Program.printError("The files of the search index may have some of the words for a day:"
                    + " `chat-admin search purge` rewrites them now.");
        }
        return Exit.OK;
    }

    /** Rewrites the database's files; tells what may still have something. */
    private void compact() throws IOException {
        Program program = user.program;
        List<String> left;
        try (Progress progress = new Progress()) {
            left = Compaction.run(Source.running(program), progress::show);
        }
        left.forEach(each -> Program.printError("What was erased may still be in " + each + "."));
    }

    /** Adds the user to the list beside the backups, so that restoring one of them does not bring them back. */
    private void addToList(UserCalls.Erased erased) {
        if (erased.backups().isEmpty()) {
            return;
        }
        Path directory = Path.of(erased.backups());
        try {
            ErasedList.add(
                    directory,
                    List.of(new ErasedList.Person(
                            erased.number(),
                            Instant.parse(erased.created()),
                            Instant.parse(erased.erased()),
                            everywhere)));
        } catch (IOException e) {
            Program.printError("The list " + directory.resolve(ErasedList.NAME) + " can't be written ("
                    + FileFailure.describe(e)
                    + "): the next backup does that, if it is made by somebody who can. A backup"
                    + " that is restored before has the user again.");
        }
    }

    private static String written(UserCalls.Erased what) {
        return Format.count(what.texts(), "text") + " and " + Format.count(what.files(), "file") + " of "
                + Format.bytes(what.bytes());
    }

    private void show(UserCalls.Erased plan, PrintStream out) {
        out.println(SafeText.line(plan.name()) + " (U" + plan.number()
                + "): account, settings, contacts, memberships, addresses, devices, names; with " + written(plan)
                + ".");
        if (plan.kept() > 0) {
            out.println("Others keep " + Format.count(plan.kept(), "message")
                    + " that they were sent, from somebody without a name; --everywhere takes them back.");
        }
        plan.handedOver()
                .forEach(group -> out.println("Their only owner, the user leaves " + UserFacts.describeGroup(group)
                        + ": its longest-serving admin, or else member, becomes its owner."));
    }
}

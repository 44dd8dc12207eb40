package chatd.admin.user;

import chatd.admin.api.NotDone;
import chatd.admin.api.OneTimePassword;
import chatd.admin.api.Password;
import chatd.admin.api.UserCalls;
import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Program;
import chatd.admin.terminal.Progress;
import chatd.admin.terminal.Question;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code chat-admin user import}. */
@Command(
        name = "import",
        description = {
            "Adds the users in a list, all of them or none.",
            "The list is a CSV file in UTF-8, one name[,note] per line. A first line \"name,note\" is a header; empty"
                    + " lines and lines that begin with # are ignored.",
            "Each user gets a one-time password, which is written to the file given with --passwords."
        },
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLES,
        footer = {
            "  chat-admin user import pupils.csv --dry-run",
            "  chat-admin user import pupils.csv --passwords /root/passwords.csv",
            "  chat-admin user import pupils.csv --sync --disable-missing --passwords /root/passwords.csv",
            "",
            "A list:",
            "",
            "  name,note",
            "  mia.keller,class 4b",
            "  王芳,\"class 4b, speaks Mandarin\""
        })
final class ImportCommand implements Callable<Integer> {
    /** Maximum number of names listed for each kind of change. */
    private static final int SHOWN = 20;

    @ParentCommand
    private UserCommand user;

    @Parameters(paramLabel = "FILE", description = "The list.")
    private Path file;

    @Option(names = "--dry-run", description = "Say what would be done, and do nothing.")
    private boolean dryRun;

    @Option(names = "--sync", description = "Leave existing users as they are; without it they are errors.")
    private boolean sync;

    @Option(names = "--disable-missing", description = "Disable everyone who is not in the list. Asks first.")
    private boolean disableMissing;

    @Option(
            names = "--passwords",
            paramLabel = "PASSWORDS",
            description = "A new file for the passwords, readable only by you.")
    private @Nullable Path passwords;

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    @Override
    public Integer call() {
        List<AccountList.Row> rows = AccountList.read(file);
        UserCalls.Imported plan = ask(rows, Map.of(), 0, true);
        Set<String> added = Set.copyOf(plan.added());
        int disabled = plan.disabled().size();
        if (dryRun) {
            print(plan, "would be ");
            return Exit.OK;
        }
        if (!added.isEmpty() && passwords == null) {
            throw new CommandFailure(Exit.USAGE, "Where do the passwords go? Name a new file with --passwords FILE.");
        }
        if (disabled > 0 && !yes) {
            Question.ask("Disable " + Format.count(disabled, "user") + " who are not in the list?");
        }
        if (passwords == null || added.isEmpty()) {
            print(ask(rows, Map.of(), disabled, false), "");
            return Exit.OK;
        }
        SecureRandom random = new SecureRandom();
        Map<String, String> made = new LinkedHashMap<>();
        rows.stream()
                .map(AccountList.Row::name)
                .filter(added::contains)
                .forEach(name -> made.put(name, OneTimePassword.make(random)));
        PasswordsFile kept = PasswordsFile.create(passwords, made);
        try {
            UserCalls.Imported done = ask(rows, made, disabled, false);
            kept.keep(Set.copyOf(done.added()));
            print(done, "");
        } catch (NotDone e) {
            if (!e.isUndecided()) {
                kept.keep(Set.of());
            }
            throw e;
        }
        return Exit.OK;
    }

    private UserCalls.Imported ask(
            List<AccountList.Row> rows, Map<String, String> made, int disabling, boolean planned) {
        List<UserCalls.ImportRow> accounts = rows.stream()
                .map(row -> new UserCalls.ImportRow(
                        Math.toIntExact(row.line()), row.name(), row.note(), password(made.get(row.name()))))
                .toList();
        try (Progress progress = new Progress()) {
            return user.program
                    .daemon()
                    .call(
                            UserCalls.IMPORT,
                            new UserCalls.ImportList(accounts, sync, disableMissing, disabling, planned),
                            part -> progress.show("%d of %d passwords hashed".formatted(part.ready(), part.all())));
        } catch (NotDone e) {
            // The daemon knows the lines, not the file.
            String text = String.valueOf(e.getMessage()).replaceAll("(?m)^line (\\d+): ", file + ":$1: ");
            throw e.saying(text);
        }
    }

    private static @Nullable Password password(@Nullable String made) {
        return made == null ? null : new Password(made);
    }

    private void print(UserCalls.Imported plan, String would) {
        Program program = user.program;
        if (program.json()) {
            Format.json(program.out(), plan);
            return;
        }
        program.out().println(line(plan.added(), would + "added"));
        if (sync) {
            program.out().println(line(plan.left(), "there already, left as they are"));
        }
        if (disableMissing) {
            program.out().println(line(plan.disabled(), would + "disabled"));
        }
        if (would.isEmpty() && !plan.added().isEmpty()) {
            program.out().println("The passwords are in " + passwords + ".");
        }
    }

    private static String line(List<String> names, String what) {
        String listed = names.stream().limit(SHOWN).collect(Collectors.joining(", "));
        String more = names.size() > SHOWN ? " and " + (names.size() - SHOWN) + " more" : "";
        return names.size() + " " + what + (names.isEmpty() ? "" : ": " + listed + more);
    }
}

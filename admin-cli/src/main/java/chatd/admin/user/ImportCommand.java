package chatd.admin.user;

import chatd.admin.api.CallFailure;
import chatd.admin.api.OneTimePassword;
import chatd.admin.api.Password;
import chatd.admin.api.UserCalls;
import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Confirmation;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Program;
import chatd.admin.terminal.Progress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
            "The list is a CSV file in UTF-8, with commas, semicolons or tabs. A first line with a column called name is"
                    + " a heading; it names the columns, name and note, in any order. Without one they are in this order."
                    + " Empty lines and columns, and lines that begin with # are ignored.",
            "Each user gets a one-time password, which is written to the file given with --passwords."
        },
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLES,
        footer = {
            "  chat-admin user import pupils.csv --dry-run",
            "  chat-admin user import pupils.csv --passwords /root/passwords.csv",
            "  chat-admin user import export.csv --columns Klasse=note --make-names vorname.nachname --dry-run",
            "  chat-admin user import class-4b.csv --sync --disable-missing --class 4b --passwords /root/4b.csv",
            "",
            "A list:",
            "",
            "  name,note",
            "  mia.keller,class 4b",
            "  王芳,\"class 4b, speaks Mandarin\""
        })
final class ImportCommand implements Callable<Integer> {
    /** The daemon's error for a line of the list. */
    private static final Pattern LINE = Pattern.compile("line (\\d+): (.*)", Pattern.DOTALL);

    /** What the columns of a list can contain. */
    enum Column {
        name,
        note
    }

    @ParentCommand
    private UserCommand user;

    /** When each user was created; empty until first needed. */
    private final Map<String, Instant> created = new HashMap<>();

    @Parameters(paramLabel = "FILE", description = "The list; - is standard input.")
    private String file = "";

    @Option(
            names = "--no-heading",
            description = "The first line is a user, although it looks like a heading: name, then note.")
    private boolean noHeading;

    @Option(
            names = "--delimiter",
            paramLabel = "CHARACTER",
            description = "The separator between columns, such as ';' or tab; default: the one in the first line.")
    private @Nullable String delimiter;

    @Option(
            names = "--columns",
            paramLabel = "HEADING=COLUMN",
            split = ",",
            description = "Which of the list's own columns are name and note, as in Login=name,Klasse=note; others are"
                    + " ignored.")
    private @Nullable Map<String, Column> columns;

    @Option(
            names = "--make-names",
            paramLabel = "HEADINGS",
            description = "Make the names from columns, as in vorname.nachname: in lower case, ä as ae, spaces as"
                    + " hyphens, without other characters; duplicate names get a number.")
    private @Nullable String makeNames;

    @Option(names = "--dry-run", description = "Say what would be done, and do nothing.")
    private boolean dryRun;

    @Option(
            names = "--sync",
            description = "Leave existing users as they are, except for their notes; without it they are errors.")
    private boolean sync;

    @Option(names = "--similar", description = UserCommand.SIMILAR)
    private boolean similar;

    @Option(names = "--disable-missing", description = "Disable everyone who is not in the list. Asks first.")
    private boolean disableMissing;

    @Option(
            names = "--class",
            paramLabel = "TEXT",
            description = "With --disable-missing: only those whose note has these words, e.g. 4b.")
    private @Nullable String ofClass;

    @Option(
            names = "--at-most",
            paramLabel = "N",
            description =
                    "With --disable-missing: disable no more users than this; default: a tenth of the enabled ones.")
    private @Nullable Integer atMost;

    @Option(
            names = "--passwords",
            paramLabel = "FILE",
            description = "A new file for the passwords, readable only by you.")
    private @Nullable Path passwords;

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    @Override
    public Integer call() {
        checkUsage();
        AccountList list = AccountList.read(file, layout());
        if (passwords != null && !dryRun) {
            String settled = PendingPasswords.resolve(passwords, this::wasAdded);
            if (settled != null) {
                Program.printError(settled);
            }
        }
        if (sync && makeNames != null) {
            checkMadeNames(list);
        }
        list.numberedNames().forEach(Program::printError);
        UserCalls.Imported plan = plan(list);
        int disabled = plan.disabled().size();
        boolean isOverLimit = disabled > plan.atMost();
        if (dryRun) {
            if (!list.hasHeading() && !noHeading) {
                Program.printError("The first line is not a header, since it has no column called name: it is read as a"
                        + " user, and the columns as name, then note.");
            }
            print(plan, "would be ");
            if (isOverLimit) {
                Program.printError(overLimit(plan));
            }
            return isOverLimit ? Exit.FAILED : Exit.OK;
        }
        if (isOverLimit) {
            throw new CommandFailure(Exit.FAILED, overLimit(plan));
        }
        if (disabled > 0 && !yes) {
            Confirmation.ask("Disable " + Format.count(disabled, "user") + " who are not in the list?");
        }
        if (passwords == null || plan.added().isEmpty()) {
            print(callImport(list, Map.of(), disabled, false), "");
            return Exit.OK;
        }
        SecureRandom random = new SecureRandom();
        Map<String, String> made = new LinkedHashMap<>();
        plan.added().forEach(name -> made.put(name, OneTimePassword.generate(random)));
        try (PendingPasswords pending = PendingPasswords.create(passwords, made)) {
            UserCalls.Imported done;
            try {
                done = callImport(list, made, disabled, false);
            } catch (CallFailure e) {
                if (e.isUndecided()) {
                    throw e.withText(e.getMessage() + "\nIf the users were added, their passwords are in "
                            + pending.path() + ": run the same command again to find out.");
                }
                pending.discard();
                throw e;
            }
            pending.publish();
            print(done, "");
        }
        return Exit.OK;
    }

    private void checkUsage() {
        if (!disableMissing && (ofClass != null || atMost != null)) {
            throw new CommandFailure(Exit.USAGE, "--class and --at-most are for --disable-missing.");
        }
        if (ofClass != null && ofClass.isBlank()) {
            throw new CommandFailure(Exit.USAGE, "--class must be words of a note, not empty.");
        }
        if (atMost != null && atMost < 0) {
            throw new CommandFailure(Exit.USAGE, "--at-most must be 0 or more, not " + atMost + ".");
        }
    }

    /**
     * Checks that generated names are unambiguous: with --sync they refer to existing accounts, and of two people with
     * the same name, nobody knows who has which number.
     *
     * @throws CommandFailure naming the users who can't be told apart
     */
    private void checkMadeNames(AccountList list) {
        Set<String> existingNames = Selection.all(user.program).stream()
                .map(UserCalls.Account::name)
                .collect(Collectors.toSet());
        List<String> ambiguous = Stream.concat(
                        list.numberedNames().stream(),
                        list.rows().stream()
                                .filter(row -> existingNames.contains(row.name() + "2"))
                                .map(row -> file + ":" + row.line() + ": is " + row.name() + ", and there is a "
                                        + row.name() + "2 already"))
                .toList();
        if (!ambiguous.isEmpty()) {
            throw new CommandFailure(
                    Exit.FAILED,
                    String.join("\n", ambiguous)
                            + "\nWith --sync, each name must identify one person: give these people a column with their names"
                            + " (--columns Login=name). Nothing was done.");
        }
    }

    private AccountList.Layout layout() {
        Map<String, String> mapped = new HashMap<>();
        if (columns != null) {
            columns.forEach((heading, column) -> mapped.put(heading.toLowerCase(Locale.ROOT), column.name()));
        }
        NameMaker maker = makeNames == null ? null : new NameMaker(makeNames);
        if (noHeading && (maker != null || !mapped.isEmpty())) {
            throw new CommandFailure(
                    Exit.USAGE, "--columns and --make-names need a header line: they can't be used with --no-heading.");
        }
        if (maker != null && mapped.containsValue(Column.name.name())) {
            throw new CommandFailure(Exit.USAGE, "Either a column has the names, or --make-names makes them.");
        }
        return new AccountList.Layout(!noHeading, delimiter(), mapped, maker);
    }

    private @Nullable Character delimiter() {
        String given = "tab".equals(delimiter) || "\\t".equals(delimiter) ? "\t" : delimiter;
        if (given != null && (given.length() != 1 || given.isBlank() != given.equals("\t") || given.equals("\""))) {
            throw new CommandFailure(Exit.USAGE, "--delimiter must be one character, or tab; not '" + given + "'.");
        }
        return given == null ? null : (Character) given.charAt(0);
    }

    private static String overLimit(UserCalls.Imported plan) {
        int disabled = plan.disabled().size();
        return "%s would be disabled; the limit is %d. Nothing was done; if it is right, allow it with --at-most %d."
                .formatted(Format.count(disabled, "user"), plan.atMost(), disabled);
    }

    /** Returns whether a user of this name was created at this time or later. */
    private boolean wasAdded(String name, Instant since) {
        if (created.isEmpty()) {
            Selection.all(user.program)
                    .forEach(account -> created.put(account.name(), Instant.parse(account.created())));
        }
        Instant time = created.get(name);
        return time != null && !time.isBefore(since);
    }

    /**
     * Has the daemon validate the list.
     *
     * @throws CommandFailure with all that is wrong, in the list and with the options
     */
    private UserCalls.Imported plan(AccountList list) {
        UserCalls.Imported plan = null;
        if (!list.hasErrors() || !list.rows().isEmpty()) {
            try {
                plan = callImport(list, Map.of(), 0, true);
            } catch (CallFailure e) {
                if (!addErrors(list, e)) {
                    throw e;
                }
            }
        }
        List<String> wrong = new ArrayList<>();
        if (list.hasErrors()) {
            wrong.add(list.errors());
        }
        boolean needsPasswords = plan == null || !plan.added().isEmpty();
        int exit = Exit.FAILED;
        if (!dryRun && needsPasswords && passwords == null) {
            exit = list.hasErrors() ? Exit.FAILED : Exit.USAGE;
            wrong.add("Nowhere to write the passwords: name a new file with --passwords FILE.");
        } else if (!dryRun && needsPasswords && passwords != null) {
            try {
                PasswordsFile.checkNew(passwords);
            } catch (CommandFailure e) {
                exit = list.hasErrors() ? Exit.FAILED : e.exit();
                wrong.add(String.valueOf(e.getMessage()));
            }
        }
        if (plan == null || !wrong.isEmpty()) {
            if (list.hasErrors()) {
                wrong.add("Nothing was done.");
            }
            throw new CommandFailure(exit, String.join("\n", wrong));
        }
        return plan;
    }

    /** Adds the errors of lines that the daemon has found; returns whether there are any. */
    private static boolean addErrors(AccountList list, CallFailure refused) {
        boolean hasFound = false;
        for (String error : String.valueOf(refused.getMessage()).split("\n", -1)) {
            Matcher matcher = LINE.matcher(error);
            if (matcher.matches()) {
                hasFound = true;
                list.addError(Long.parseLong(matcher.group(1)), matcher.group(2));
            } else if (hasFound && error.startsWith("and ")) {
                list.addRemark(error);
            }
        }
        return hasFound;
    }

    private UserCalls.Imported callImport(AccountList list, Map<String, String> made, int disabling, boolean isPlan) {
        List<UserCalls.ImportRow> accounts = list.rows().stream()
                .map(row -> new UserCalls.ImportRow(
                        Math.toIntExact(row.line()), row.name(), row.note(), password(made.get(row.name()))))
                .toList();
        try (Progress progress = new Progress()) {
            return user.program
                    .daemon()
                    .call(
                            UserCalls.IMPORT,
                            new UserCalls.ImportList(
                                    accounts, sync, similar, disableMissing, ofClass, atMost, disabling, isPlan),
                            part -> progress.show("%d of %d passwords hashed".formatted(part.ready(), part.all())));
        }
    }

    private static @Nullable Password password(@Nullable String made) {
        return made == null ? null : new Password(made);
    }

    private void print(UserCalls.Imported plan, String prefix) {
        Program program = user.program;
        if (program.isJson()) {
            Format.json(program.out(), plan);
            return;
        }
        program.out().println(line(plan.added(), prefix + "added"));
        if (sync) {
            program.out().println(line(plan.left(), "there already, left as they are"));
            if (!plan.noted().isEmpty()) {
                program.out().println(line(plan.noted(), prefix + "given another note"));
            }
        }
        if (disableMissing) {
            program.out().println(line(plan.disabled(), prefix + "disabled"));
        }
        if (prefix.isEmpty() && !plan.added().isEmpty()) {
            program.out().println("The passwords are in " + passwords + ".");
        }
    }

    private static String line(List<String> names, String what) {
        return names.size() + " " + what + (names.isEmpty() ? "" : ": " + Format.summarizeNames(names));
    }
}

package chatd.admin.user;

import chatd.admin.api.AdminCall;
import chatd.admin.api.AdminCall.Nothing;
import chatd.admin.api.NotDone;
import chatd.admin.api.OneTimePassword;
import chatd.admin.api.Password;
import chatd.admin.api.UserCalls;
import chatd.admin.system.AccountNames;
import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Input;
import chatd.admin.terminal.Program;
import chatd.admin.terminal.Question;
import chatd.admin.terminal.Size;
import chatd.admin.terminal.Timestamp;
import chatd.text.SafeText;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.io.PrintStream;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code chat-admin user}. */
@Command(
        name = "user",
        description = "Adds, shows and changes users.",
        mixinStandardHelpOptions = true,
        subcommands = {UserListCommand.class, ImportCommand.class},
        footerHeading = Program.EXAMPLE,
        footer = "  chat-admin user add alice")
public final class UserCommand implements Runnable {
    private static final String REMOVED =
            "Removed: the password, the settings, the note. Kept: what was written, in other users' histories; the log of logins"
                    + " and changes with their addresses; the name and number, which are never reused.";

    /** Describes {@code --similar}. */
    static final String SIMILAR =
            "Take a name even if it looks like that of another account, such as Stern beside Stem.";

    @ParentCommand
    Program program;

    @Spec
    private CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        throw Program.missingSubcommand(spec);
    }

    /** Options for giving passwords, and for where generated ones are written. */
    static final class PasswordOptions {
        @Option(
                names = "--password-stdin",
                description = "Read the password from standard input, one line; otherwise one is generated.")
        private boolean stdin;

        @Option(
                names = "--passwords",
                paramLabel = "FILE",
                description = "Write the generated passwords to a new file, readable only by you; required for"
                        + " several users.")
        private @Nullable Path file;

        @Option(names = "--no-change", description = "The password need not be changed at the first login.")
        private boolean noChange;

        private void check(Set<String> names) {
            if (stdin && (file != null || names.size() > 1)) {
                throw new CommandFailure(Exit.USAGE, "--password-stdin is for one user, and excludes --passwords.");
            }
            if (names.size() > 1 && file == null) {
                throw new CommandFailure(
                        Exit.USAGE,
                        "The passwords of several users are not shown: name a new file with --passwords FILE.");
            }
        }
    }

    /**
     * Sets passwords: writes them to the file before they are sent to the daemon, and removes those of users that it
     * refuses.
     */
    private int set(
            AdminCall<UserCalls.Setting, Nothing, UserCalls.Account> call,
            List<String> given,
            PasswordOptions options,
            BiFunction<String, Password, UserCalls.Setting> request,
            String how) {
        Set<String> names = new LinkedHashSet<>(given);
        options.check(names);
        SecureRandom random = new SecureRandom();
        Map<String, String> passwords = new LinkedHashMap<>();
        names.forEach(name -> passwords.put(name, options.stdin ? Input.password() : OneTimePassword.make(random)));
        PasswordsFile file = options.file == null ? null : PasswordsFile.create(options.file, passwords);
        Map<String, UserCalls.Account> done = new LinkedHashMap<>();
        Set<String> kept = new LinkedHashSet<>(names);
        boolean isShown = !options.stdin && file == null;
        int exit = Exit.OK;
        for (String name : names) {
            Password password = new Password(passwords.getOrDefault(name, ""));
            try {
                done.put(name, program.daemon().call(call, request.apply(name, password)));
            } catch (NotDone e) {
                exit = Exit.of(e.code());
                Program.printError((names.size() > 1 ? name + ": " : "") + e.getMessage());
                if (!e.isUndecided()) {
                    kept.remove(name);
                } else if (isShown) {
                    System.err.println("If the change was made, the password is: " + passwords.get(name));
                }
            }
        }
        print(done, names.size() > 1, isShown ? passwords : Map.of(), how);
        if (file != null) {
            file.keep(kept);
        }
        if (file != null && !kept.isEmpty() && !program.json()) {
            program.out()
                    .println(
                            "The " + (kept.size() == 1 ? "password is" : Format.count(kept.size(), "password") + " are")
                                    + " in " + file.path() + ".");
        }
        return exit;
    }

    /** An account, and its new password if that is shown. */
    private record WithPassword(
            @JsonUnwrapped UserCalls.Account account,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String password) {}

    /** @param accounts by the names given on the command line */
    private void print(
            Map<String, UserCalls.Account> accounts, boolean several, Map<String, String> passwords, String how) {
        if (program.json()) {
            List<WithPassword> all = new ArrayList<>();
            accounts.forEach((name, account) -> all.add(new WithPassword(account, passwords.get(name))));
            if (several) {
                Format.json(program.out(), all);
            } else {
                all.forEach(account -> Format.json(program.out(), account));
            }
            return;
        }
        accounts.forEach((name, account) -> {
            String password = passwords.get(name);
            String ends = account.passwordEnds();
            String by = "to be changed at the first login" + (ends == null ? "" : ", by " + Timestamp.shown(ends));
            program.out().println(Format.who(account) + " " + how + ".");
            if (password != null) {
                program.out()
                        .println((account.mustChange() ? "One-time password, " + by : "Password") + ": " + password);
            } else if (account.mustChange()) {
                program.out().println("A one-time password, " + by + ".");
            }
        });
    }

    @Command(
            name = "add",
            description = "Adds users.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLES,
            footer = {"  chat-admin user add alice", "  chat-admin user add bob carol --passwords /root/new-users.csv"})
    int add(
            @Parameters(
                            paramLabel = "NAME",
                            arity = "1..*",
                            description = "1 to 32 bytes; letters, digits, '.', '_' and '-'.")
                    List<String> names,
            @Option(
                            names = "--note",
                            paramLabel = "TEXT",
                            description = "Seen only by those who manage users; at most 200 characters.")
                    @Nullable
                    String note,
            @Option(names = "--similar", description = SIMILAR) boolean similar,
            @Mixin PasswordOptions password) {
        return set(
                UserCalls.ADD,
                names,
                password,
                (name, fresh) -> new UserCalls.Setting(name, note, !password.noChange, similar, fresh),
                "added");
    }

    @Command(
            name = "reset",
            description = "Gives users new passwords, and ends their sessions.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin user reset alice")
    int reset(
            @Parameters(paramLabel = "NAME", arity = "1..*", completionCandidates = AccountNames.class)
                    List<String> names,
            @Mixin PasswordOptions password) {
        return set(
                UserCalls.RESET,
                names,
                password,
                (name, fresh) -> new UserCalls.Setting(name, null, !password.noChange, false, fresh),
                "has a new password");
    }

    @Command(
            name = "show",
            description = "Shows everything known about a user.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin user show alice")
    int show(@Parameters(paramLabel = "NAME", completionCandidates = AccountNames.class) String name) {
        UserCalls.Details user = program.daemon().call(UserCalls.SHOW, new UserCalls.Named(name));
        if (program.json()) {
            Format.json(program.out(), user);
            return Exit.OK;
        }
        UserFacts.print(user, program.out());
        return Exit.OK;
    }

    @Command(
            name = "disable",
            description = {
                "Bars users from logging in, and ends their sessions.",
                "Says of which groups with others in them they are the only owner: `group owner` makes another one."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin user disable alice bob")
    int disable(
            @Parameters(paramLabel = "NAME", arity = "1..*", completionCandidates = AccountNames.class)
                    List<String> names) {
        return change(UserCalls.DISABLE, named(names), "disabled", "is disabled already");
    }

    @Command(
            name = "enable",
            description = "Lets disabled users log in again.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin user enable alice")
    int enable(
            @Parameters(paramLabel = "NAME", arity = "1..*", completionCandidates = AccountNames.class)
                    List<String> names) {
        return change(UserCalls.ENABLE, named(names), "enabled", "is not disabled");
    }

    @Command(
            name = "unlock",
            description = {
                "Lets users log in again who were throttled, or whose one-time password has expired.",
                "Clears failed-login counts and renews an expired one-time password."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin user unlock alice")
    int unlock(
            @Parameters(paramLabel = "NAME", arity = "1..*", completionCandidates = AccountNames.class)
                    List<String> names) {
        return change(UserCalls.UNLOCK, named(names), "unlocked", "is neither locked nor throttled");
    }

    @Command(
            name = "mute",
            description = {
                "Has users write nothing that others can read, for a time.",
                "They can log in and read; what they send is refused, and they are told until when."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLES,
            footer = {"  chat-admin user mute alice --for 7d", "  chat-admin user mute alice bob --for 30m"})
    int mute(
            @Parameters(paramLabel = "NAME", arity = "1..*", completionCandidates = AccountNames.class)
                    List<String> names,
            @Option(
                            names = "--for",
                            paramLabel = "TIME",
                            required = true,
                            converter = Timestamp.Span.class,
                            description = "How long, such as 30m, 12h, 7d or 2w.")
                    Duration time) {
        Map<String, UserCalls.Muting> requests = new LinkedHashMap<>();
        names.forEach(name -> requests.put(name, new UserCalls.Muting(name, time.toSeconds())));
        return change(UserCalls.MUTE, requests, "is muted", "is muted until then already");
    }

    @Command(
            name = "unmute",
            description = "Lets muted users write again.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin user unmute alice")
    int unmute(
            @Parameters(paramLabel = "NAME", arity = "1..*", completionCandidates = AccountNames.class)
                    List<String> names) {
        return change(UserCalls.UNMUTE, named(names), "may write again", "is not muted");
    }

    @Command(
            name = "set",
            description = "Sets how much the files of users may have together.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLES,
            footer = {"  chat-admin user set alice --quota 2GiB", "  chat-admin user set alice --quota default"})
    int set(
            @Parameters(paramLabel = "NAME", arity = "1..*", completionCandidates = AccountNames.class)
                    List<String> names,
            @Option(
                            names = "--quota",
                            paramLabel = "SIZE",
                            required = true,
                            converter = Size.Converter.class,
                            description = "How much, such as 500MiB or 2GiB; none for no limit, default for what the"
                                    + " configuration says (quota.account).")
                    Size quota) {
        Map<String, UserCalls.Quota> requests = new LinkedHashMap<>();
        Long bytes = quota.bytes() == Size.CONFIGURED ? null : (Long) quota.bytes();
        names.forEach(name -> requests.put(name, new UserCalls.Quota(name, bytes)));
        String how = bytes == null
                ? "may store what is configured"
                : bytes == Size.UNLIMITED ? "may store any amount" : "may store " + Format.bytes(bytes);
        return change(UserCalls.QUOTA, requests, how, how + " already");
    }

    @Command(
            name = "note",
            description = "Replaces the note on a user.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLES,
            footer = {"  chat-admin user note alice \"class 4b, left in June\"", "  chat-admin user note alice \"\""})
    int note(
            @Parameters(paramLabel = "NAME", completionCandidates = AccountNames.class) String name,
            @Parameters(paramLabel = "TEXT", description = "At most 200 characters; an empty one removes the note.")
                    String text) {
        return change(
                UserCalls.NOTE,
                Map.of(name, new UserCalls.Note(name, text)),
                "has a new note",
                "has that note already");
    }

    @Command(
            name = "rename",
            description = {
                "Renames a user.",
                "Their history is shown under the new name from then on. The old name is never given to anyone else."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin user rename alice alice.liddell")
    int rename(
            @Parameters(paramLabel = "NAME", completionCandidates = AccountNames.class) String name,
            @Parameters(paramLabel = "NEW-NAME") String other,
            @Option(names = "--similar", description = SIMILAR) boolean similar) {
        return change(
                UserCalls.RENAME,
                Map.of(name, new UserCalls.Renaming(name, other, similar)),
                "renamed, was " + name,
                "has that name already");
    }

    /** The rights that can be granted. */
    enum Right {
        everyone
    }

    @Command(
            name = "grant",
            description = {
                "Lets a user write to everyone, if only some may.",
                "That is the case if the configuration has everyone.write = \"granted\"."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin user grant alice everyone")
    int grant(
            @Parameters(paramLabel = "NAME", completionCandidates = AccountNames.class) String name,
            @Parameters(paramLabel = "RIGHT", description = "One of: ${COMPLETION-CANDIDATES}.") Right right) {
        return change(
                UserCalls.GRANT, named(List.of(name)), "may write to " + right, "may write to " + right + " already");
    }

    @Command(
            name = "revoke",
            description = "Revokes a right that `user grant` gave.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin user revoke alice everyone")
    int revoke(
            @Parameters(paramLabel = "NAME", completionCandidates = AccountNames.class) String name,
            @Parameters(paramLabel = "RIGHT", description = "One of: ${COMPLETION-CANDIDATES}.") Right right) {
        return change(
                UserCalls.REVOKE, named(List.of(name)), "is no longer granted " + right, "was not granted " + right);
    }

    private static Map<String, UserCalls.Named> named(List<String> names) {
        Map<String, UserCalls.Named> requests = new LinkedHashMap<>();
        names.forEach(name -> requests.put(name, new UserCalls.Named(name)));
        return requests;
    }

    /** Returns until when an account is muted, as the end of a sentence. */
    private static String until(UserCalls.Account account) {
        String until = account.mutedUntil();
        return until == null ? "" : "; muted until " + Timestamp.shown(until);
    }

    /**
     * Changes users, one after another; one that can't be changed does not keep the others from it.
     *
     * @param requests by the names given on the command line
     * @return the exit code of the last one that could not be changed, if there is any
     */
    private <Q> int change(
            AdminCall<Q, Nothing, UserCalls.Changed> call, Map<String, Q> requests, String done, String already) {
        List<UserCalls.Changed> outcomes = new ArrayList<>();
        int exit = Exit.OK;
        for (Map.Entry<String, Q> request : requests.entrySet()) {
            try {
                UserCalls.Changed outcome = program.daemon().call(call, request.getValue());
                outcomes.add(outcome);
                if (!program.json()) {
                    program.out()
                            .println(Format.who(outcome.account()) + " " + (outcome.changed() ? done : already)
                                    + until(outcome.account()) + ".");
                    if (outcome.account().state().equals("disabled")) {
                        outcome.onlyOwnerOf()
                                .forEach(group -> program.out()
                                        .println("  the only owner " + UserFacts.group(group) + ": see `group owner G"
                                                + group.number() + " NAME`"));
                    }
                }
            } catch (NotDone e) {
                exit = Exit.of(e.code());
                Program.printError((requests.size() > 1 ? request.getKey() + ": " : "") + e.getMessage());
            }
        }
        if (program.json() && requests.size() > 1) {
            Format.json(program.out(), outcomes);
        } else if (program.json()) {
            outcomes.forEach(outcome -> Format.json(program.out(), outcome));
        }
        return exit;
    }

    @Command(
            name = "delete",
            description = {"Deletes a user for good. Asks first.", REMOVED},
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin user delete alice")
    int delete(
            @Parameters(paramLabel = "NAME", completionCandidates = AccountNames.class) String name,
            @Option(
                            names = "--heir",
                            paramLabel = "USER",
                            completionCandidates = AccountNames.class,
                            description =
                                    "The next owner of the groups of which the user is the only one; is added to them if need be.")
                    @Nullable
                    String heir,
            @Option(
                            names = "--heir-longest",
                            description = "Whoever has been in each of these groups longest becomes its owner.")
                    boolean longest,
            @Option(names = "--dry-run", description = "Only show who would be deleted, and what becomes of groups.")
                    boolean dry,
            @Option(names = "--yes", description = "Do not ask.") boolean yes) {
        if (dry || !yes) {
            UserCalls.Details deleted =
                    program.daemon().call(UserCalls.DELETE, new UserCalls.Deletion(name, heir, longest, true));
            if (dry && program.json()) {
                Format.json(program.out(), deleted);
                return Exit.OK;
            }
            show(deleted, heir, longest, dry ? program.out() : System.err);
            if (dry) {
                return Exit.OK;
            }
            if (!deleted.onlyOwnerOf().isEmpty() && heir == null && !longest) {
                throw new CommandFailure(
                        Exit.NO, "Name the next owner with --heir USER, or use --heir-longest. Nothing was done.");
            }
            Question.ask("Delete " + Format.who(deleted.account()) + " for good?");
        }
        UserCalls.Account deleted = program.daemon()
                .call(UserCalls.DELETE, new UserCalls.Deletion(name, heir, longest, false))
                .account();
        if (program.json()) {
            Format.json(program.out(), deleted);
        } else {
            program.out().println(Format.who(deleted) + " deleted.");
        }
        return Exit.OK;
    }

    /** Shows who would be deleted, and to whom its groups go. */
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
        out.println(REMOVED);
    }
}

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
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
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

        /** @throws CommandFailure if it is not said where the passwords come from and go to */
        private void check(boolean areSeveral) {
            if (stdin && (file != null || areSeveral)) {
                throw new CommandFailure(Exit.USAGE, "--password-stdin is for one user, and excludes --passwords.");
            }
            if (areSeveral && file == null) {
                throw new CommandFailure(
                        Exit.USAGE,
                        "The passwords of several users are not shown: name a new file with --passwords FILE.");
            }
        }

        /** Returns new passwords by the names of users. */
        private Map<String, String> make(Collection<String> names) {
            SecureRandom random = new SecureRandom();
            Map<String, String> passwords = new LinkedHashMap<>();
            names.forEach(name -> passwords.put(name, stdin ? Input.password() : OneTimePassword.make(random)));
            return passwords;
        }

        private @Nullable PasswordsFile write(Map<String, String> passwords) {
            return file == null ? null : PasswordsFile.create(file, passwords, PasswordsFile.CSV);
        }
    }

    /**
     * Sets passwords that have been written to the file, if there is one, before they are sent to the daemon; and removes
     * those of users that it refuses.
     *
     * @param areShown whether the passwords are printed
     * @param isList whether they are printed as a list in JSON, also if there is only one
     */
    private int set(
            AdminCall<UserCalls.Setting, Nothing, UserCalls.Account> call,
            Map<String, String> passwords,
            @Nullable PasswordsFile file,
            boolean areShown,
            boolean isList,
            BiFunction<String, Password, UserCalls.Setting> request,
            String how) {
        Map<String, UserCalls.Account> done = new LinkedHashMap<>();
        Set<String> kept = new LinkedHashSet<>(passwords.keySet());
        int exit = Exit.OK;
        for (Map.Entry<String, String> each : passwords.entrySet()) {
            String name = each.getKey();
            try {
                done.put(name, program.daemon().call(call, request.apply(name, new Password(each.getValue()))));
            } catch (NotDone e) {
                exit = Exit.of(e.code());
                Program.printError((passwords.size() > 1 ? name + ": " : "") + e.getMessage());
                if (!e.isUndecided()) {
                    kept.remove(name);
                } else if (areShown) {
                    System.err.println("If the change was made, the password is: " + each.getValue());
                }
            }
        }
        print(done, isList, areShown ? passwords : Map.of(), how);
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
        Set<String> each = new LinkedHashSet<>(names);
        password.check(each.size() > 1);
        Map<String, String> passwords = password.make(each);
        PasswordsFile file = password.write(passwords);
        return set(
                UserCalls.ADD,
                passwords,
                file,
                !password.stdin && file == null,
                each.size() > 1,
                (name, fresh) -> new UserCalls.Setting(name, note, !password.noChange, similar, fresh),
                "added");
    }

    @Command(
            name = "reset",
            description = "Gives users new passwords, and ends their sessions.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin user reset alice")
    int reset(@Mixin SelectedUsers users, @Mixin PasswordOptions password) {
        password.check(users.mayBeSeveral() && !users.isDry());
        List<String> names = users.confirmed(program, "Give new passwords to");
        Map<String, String> passwords = password.make(names);
        PasswordsFile file = names.isEmpty() ? null : password.write(passwords);
        return reset(passwords, file, !password.stdin && file == null, users.mayBeSeveral(), !password.noChange);
    }

    private int reset(
            Map<String, String> passwords,
            @Nullable PasswordsFile file,
            boolean areShown,
            boolean isList,
            boolean mustChange) {
        return set(
                UserCalls.RESET,
                passwords,
                file,
                areShown,
                isList,
                (name, fresh) -> new UserCalls.Setting(name, null, mustChange, false, fresh),
                "has a new password");
    }

    @Command(
            name = "slips",
            description = {
                "Writes a page to print: for each user a slip with the server's address, the name, a one-time password, and"
                        + " a QR code of the address.",
                "The users get new passwords, as by `user reset`, which ends their sessions. With --passwords they keep those"
                        + " that `user import`, `add` or `reset` wrote to a file."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLES,
            footer = {
                "  chat-admin user slips --class 4b --out slips-4b.html",
                "  chat-admin user slips --passwords passwords-4b.csv --out slips-4b.html"
            })
    int slips(
            @Mixin SelectedUsers users,
            @Option(
                            names = "--out",
                            paramLabel = "FILE",
                            required = true,
                            description = "A new file for the page, readable only by you: print it, and delete it.")
                    Path out,
            @Option(
                            names = "--passwords",
                            paramLabel = "FILE",
                            description = "Slips for the users in this file, with the passwords that it has.")
                    @Nullable
                    Path passwords,
            @Option(
                            names = "--address",
                            paramLabel = "HOST[:PORT]",
                            description = "Where people reach the server; default: the first name in its certificate,"
                                    + " and the port on which it listens.")
                    @Nullable
                    String address) {
        if (passwords != null) {
            if (users.isAny()) {
                throw new CommandFailure(Exit.USAGE, "With --passwords, the users are those in the file.");
            }
            Slips slips = slips(address);
            Map<String, String> given = PasswordsFile.read(passwords);
            PasswordsFile.create(out, given, slips);
            if (program.json()) {
                Format.json(
                        program.out(), new SlipsMade(given.size(), slips.url().toString(), out.toString()));
            } else {
                program.out().println(Format.count(given.size(), "slip") + " for " + slips.url() + ": " + out);
            }
            return Exit.OK;
        }
        Slips slips = null;
        if (!users.isDry()) {
            PasswordsFile.checkNew(out);
            slips = slips(address);
        }
        List<String> names = users.confirmed(program, "Give new passwords to");
        if (names.isEmpty() || slips == null) {
            return Exit.OK;
        }
        Map<String, String> made = new PasswordOptions().make(names);
        return reset(made, PasswordsFile.create(out, made, slips), false, users.mayBeSeveral(), true);
    }

    /** What was made of a file of passwords. */
    private record SlipsMade(int slips, String address, String file) {}

    private Slips slips(@Nullable String address) {
        return address == null ? Slips.of(program.daemon()) : new Slips(address);
    }

    @Command(
            name = "show",
            description = "Shows everything known about a user.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin user show alice")
    int show(@Parameters(paramLabel = "USER", completionCandidates = AccountNames.class) String name) {
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
    int disable(@Mixin SelectedUsers users) {
        return change(users, "Disable", UserCalls.DISABLE, UserCalls.Named::new, "disabled", "is disabled already");
    }

    @Command(
            name = "enable",
            description = "Lets disabled users log in again.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin user enable alice")
    int enable(@Mixin SelectedUsers users) {
        return change(users, "Enable", UserCalls.ENABLE, UserCalls.Named::new, "enabled", "is not disabled");
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
    int unlock(@Mixin SelectedUsers users) {
        return change(
                users, "Unlock", UserCalls.UNLOCK, UserCalls.Named::new, "unlocked", "is neither locked nor throttled");
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
            @Mixin SelectedUsers users,
            @Option(
                            names = "--for",
                            paramLabel = "DURATION",
                            required = true,
                            converter = Timestamp.Span.class,
                            description = "How long, such as 30m, 12h, 7d or 2w.")
                    Duration time) {
        return change(
                users,
                "Mute",
                UserCalls.MUTE,
                name -> new UserCalls.Muting(name, time.toSeconds()),
                "is muted",
                "is muted until then already");
    }

    @Command(
            name = "unmute",
            description = "Lets muted users write again.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin user unmute alice")
    int unmute(@Mixin SelectedUsers users) {
        return change(users, "Unmute", UserCalls.UNMUTE, UserCalls.Named::new, "may write again", "is not muted");
    }

    @Command(
            name = "set",
            description = "Sets how much the files of users may have together.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLES,
            footer = {"  chat-admin user set alice --quota 2GiB", "  chat-admin user set alice --quota default"})
    int set(
            @Mixin SelectedUsers users,
            @Option(
                            names = "--quota",
                            paramLabel = "SIZE",
                            required = true,
                            converter = Size.Converter.class,
                            description = "How much, such as 500MiB or 2GiB; none for no limit, default for what the"
                                    + " configuration says (quota.account).")
                    Size quota) {
        Long bytes = quota.bytes() == Size.CONFIGURED ? null : (Long) quota.bytes();
        String how = bytes == null
                ? "may store what is configured"
                : bytes == Size.UNLIMITED ? "may store any amount" : "may store " + Format.bytes(bytes);
        return change(
                users,
                "Change what may be stored by",
                UserCalls.QUOTA,
                name -> new UserCalls.Quota(name, bytes),
                how,
                how + " already");
    }

    @Command(
            name = "note",
            description = "Replaces the note on a user.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLES,
            footer = {"  chat-admin user note alice \"class 4b, left in June\"", "  chat-admin user note alice \"\""})
    int note(
            @Parameters(paramLabel = "USER", completionCandidates = AccountNames.class) String name,
            @Parameters(paramLabel = "TEXT", description = "At most 200 characters; an empty one removes the note.")
                    String text) {
        return change(UserCalls.NOTE, name, new UserCalls.Note(name, text), "has a new note", "has that note already");
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
            @Parameters(paramLabel = "USER", completionCandidates = AccountNames.class) String name,
            @Parameters(paramLabel = "NAME") String other,
            @Option(names = "--similar", description = SIMILAR) boolean similar) {
        return change(
                UserCalls.RENAME,
                name,
                new UserCalls.Renaming(name, other, similar),
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
            @Parameters(paramLabel = "USER", completionCandidates = AccountNames.class) String name,
            @Parameters(paramLabel = "RIGHT", description = "One of: ${COMPLETION-CANDIDATES}.") Right right) {
        return change(
                UserCalls.GRANT,
                name,
                new UserCalls.Named(name),
                "may write to " + right,
                "may write to " + right + " already");
    }

    @Command(
            name = "revoke",
            description = "Revokes a right that `user grant` gave.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin user revoke alice everyone")
    int revoke(
            @Parameters(paramLabel = "USER", completionCandidates = AccountNames.class) String name,
            @Parameters(paramLabel = "RIGHT", description = "One of: ${COMPLETION-CANDIDATES}.") Right right) {
        return change(
                UserCalls.REVOKE,
                name,
                new UserCalls.Named(name),
                "is no longer granted " + right,
                "was not granted " + right);
    }

    /** Returns until when an account is muted, as the end of a sentence. */
    private static String until(UserCalls.Account account) {
        String until = account.mutedUntil();
        return until == null ? "" : "; muted until " + Timestamp.shown(until);
    }

    private <Q> int change(
            AdminCall<Q, Nothing, UserCalls.Changed> call, String name, Q request, String done, String already) {
        return change(call, Map.of(name, request), false, done, already);
    }

    /** @param doing what is done, as the beginning of a question */
    private <Q> int change(
            SelectedUsers users,
            String doing,
            AdminCall<Q, Nothing, UserCalls.Changed> call,
            Function<String, Q> request,
            String done,
            String already) {
        Map<String, Q> requests = new LinkedHashMap<>();
        users.confirmed(program, doing).forEach(name -> requests.put(name, request.apply(name)));
        return change(call, requests, users.mayBeSeveral() && !users.isDry(), done, already);
    }

    /**
     * Changes users, one after another; one that can't be changed does not keep the others from it.
     *
     * @param requests by the names given on the command line
     * @param isList whether the outcome is a list in JSON, also if there is only one
     * @return the exit code of the last one that could not be changed, if there is any
     */
    private <Q> int change(
            AdminCall<Q, Nothing, UserCalls.Changed> call,
            Map<String, Q> requests,
            boolean isList,
            String done,
            String already) {
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
        if (program.json() && isList) {
            Format.json(program.out(), outcomes);
        } else if (program.json()) {
            outcomes.forEach(outcome -> Format.json(program.out(), outcome));
        }
        return exit;
    }

    @Command(
            name = "delete",
            description = {"Deletes users for good. Asks first.", REMOVED},
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin user delete alice")
    int delete(
            @Mixin SelectedUsers users,
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
                    boolean longest) {
        List<String> names = users.names(program);
        if (users.isDry() || !users.isConfirmed()) {
            List<UserCalls.Details> planned = names.stream()
                    .map(name ->
                            program.daemon().call(UserCalls.DELETE, new UserCalls.Deletion(name, heir, longest, true)))
                    .toList();
            if (users.isDry() && program.json()) {
                Format.json(program.out(), users.mayBeSeveral() ? planned : planned.getFirst());
                return Exit.OK;
            }
            PrintStream out = users.isDry() ? program.out() : System.err;
            planned.forEach(user -> {
                show(user, heir, longest, out);
                if (planned.size() > 1) {
                    out.println();
                }
            });
            out.println(REMOVED);
            if (users.isDry()) {
                return Exit.OK;
            }
            if (heir == null
                    && !longest
                    && planned.stream().anyMatch(user -> !user.onlyOwnerOf().isEmpty())) {
                throw new CommandFailure(
                        Exit.NO, "Name the next owner with --heir USER, or use --heir-longest. Nothing was done.");
            }
            Question.ask("Delete "
                    + (names.size() == 1
                            ? Format.who(planned.getFirst().account())
                            : "these " + names.size() + " users")
                    + " for good?");
        }
        List<UserCalls.Account> deleted = new ArrayList<>();
        int exit = Exit.OK;
        for (String name : names) {
            try {
                deleted.add(program.daemon()
                        .call(UserCalls.DELETE, new UserCalls.Deletion(name, heir, longest, false))
                        .account());
                if (!program.json()) {
                    program.out().println(Format.who(deleted.getLast()) + " deleted.");
                }
            } catch (NotDone e) {
                exit = Exit.of(e.code());
                Program.printError((names.size() > 1 ? name + ": " : "") + e.getMessage());
            }
        }
        if (program.json() && !deleted.isEmpty()) {
            Format.json(program.out(), users.mayBeSeveral() ? deleted : deleted.getFirst());
        }
        return exit;
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
    }
}

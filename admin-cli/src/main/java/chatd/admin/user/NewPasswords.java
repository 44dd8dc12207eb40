package chatd.admin.user;

import chatd.admin.api.AdminCall;
import chatd.admin.api.AdminCall.Nothing;
import chatd.admin.api.NotDone;
import chatd.admin.api.OneTimePassword;
import chatd.admin.api.Password;
import chatd.admin.api.UserCalls;
import chatd.admin.terminal.Attempts;
import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Input;
import chatd.admin.terminal.Program;
import chatd.admin.terminal.Timestamp;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options for giving passwords, and for where generated ones are written; and how these get to the daemon. */
final class NewPasswords {

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
    void check(boolean areSeveral) {
        if (stdin && (file != null || areSeveral)) {
            throw new CommandFailure(Exit.USAGE, "--password-stdin is for one user, and excludes --passwords.");
        }
        if (areSeveral && file == null) {
            throw new CommandFailure(
                    Exit.USAGE, "The passwords of several users are not shown: name a new file with --passwords FILE.");
        }
    }

    /** Returns new passwords by the names of users. */
    Map<String, String> make(Collection<String> names) {
        SecureRandom random = new SecureRandom();
        Map<String, String> passwords = new LinkedHashMap<>();
        names.forEach(name -> passwords.put(name, stdin ? Input.password() : OneTimePassword.make(random)));
        return passwords;
    }

    @Nullable
    PasswordsFile write(Map<String, String> passwords) {
        return file == null ? null : PasswordsFile.create(file, passwords, PasswordsFile.CSV);
    }

    /** Returns whether generated passwords are printed, since there is no file for them. */
    boolean areShown() {
        return !stdin && file == null;
    }

    /** Returns whether the users have to choose another one at their first login. */
    boolean mustChange() {
        return !noChange;
    }

    /**
     * Sets passwords that have been written to the file, if there is one, before they are sent to the daemon; and removes
     * those of users that it refuses.
     *
     * @param areShown whether the passwords are printed
     * @param isList whether they are printed as a list in JSON, also if there is only one
     */
    static int set(
            Program program,
            AdminCall<UserCalls.Setting, Nothing, UserCalls.Account> call,
            Map<String, String> passwords,
            @Nullable PasswordsFile file,
            boolean areShown,
            boolean isList,
            BiFunction<String, Password, UserCalls.Setting> request,
            String how) {
        Map<String, UserCalls.Account> done = new LinkedHashMap<>();
        Set<String> kept = new LinkedHashSet<>(passwords.keySet());
        int exit = Attempts.each(passwords.keySet(), name -> {
            String password = Objects.requireNonNull(passwords.get(name));
            try {
                done.put(name, program.daemon().call(call, request.apply(name, new Password(password))));
            } catch (NotDone e) {
                if (!e.isUndecided()) {
                    kept.remove(name);
                } else if (areShown) {
                    System.err.println("If the change was made, the password is: " + password);
                }
                throw e;
            }
        });
        print(program, done, isList, areShown ? passwords : Map.of(), how);
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

    /** Gives users new passwords, as {@link #set}. */
    static int reset(
            Program program,
            Map<String, String> passwords,
            @Nullable PasswordsFile file,
            boolean areShown,
            boolean isList,
            boolean mustChange) {
        return set(
                program,
                UserCalls.RESET,
                passwords,
                file,
                areShown,
                isList,
                (name, fresh) -> new UserCalls.Setting(name, null, mustChange, false, fresh),
                "has a new password");
    }

    /** An account, and its new password if that is shown. */
    private record WithPassword(
            @JsonUnwrapped UserCalls.Account account,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String password) {}

    /** @param accounts by the names given on the command line */
    private static void print(
            Program program,
            Map<String, UserCalls.Account> accounts,
            boolean several,
            Map<String, String> passwords,
            String how) {
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
            program.out().println(Format.userLabel(account) + " " + how + ".");
            if (password != null) {
                program.out()
                        .println((account.mustChange() ? "One-time password, " + by : "Password") + ": " + password);
            } else if (account.mustChange()) {
                program.out().println("A one-time password, " + by + ".");
            }
        });
    }
}

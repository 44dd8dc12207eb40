package chatd.admin.user;

import chatd.admin.api.AdminCall;
import chatd.admin.api.AdminCall.Nothing;
import chatd.admin.api.CallFailure;
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

/**
 * The options for new passwords: where they come from, and where generated ones are written. Sends them to the daemon.
 */
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

    /** @throws CommandFailure if the options do not say where the passwords come from or go to */
    void checkUsage(boolean areSeveral) {
        if (stdin && (file != null || areSeveral)) {
            throw new CommandFailure(Exit.USAGE, "--password-stdin is for one user, and excludes --passwords.");
        }
        if (areSeveral && file == null) {
            throw new CommandFailure(
                    Exit.USAGE, "The passwords of several users are not shown: name a new file with --passwords FILE.");
        }
    }

    /** Returns new passwords by the names of users. */
    Map<String, String> generate(Collection<String> names) {
        SecureRandom random = new SecureRandom();
        Map<String, String> passwords = new LinkedHashMap<>();
        names.forEach(name -> passwords.put(name, stdin ? Input.password() : OneTimePassword.generate(random)));
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
     * Sends passwords to the daemon. If there is a file, it has them already; those that the daemon refuses are removed
     * from it.
     *
     * @param areShown whether the passwords are printed
     * @param isList whether they are printed as a list in JSON, even if there is only one
     */
    static int send(
            Program program,
            AdminCall<UserCalls.AddOrReset, Nothing, UserCalls.Account> call,
            Map<String, String> passwords,
            @Nullable PasswordsFile file,
            boolean areShown,
            boolean isList,
            BiFunction<String, Password, UserCalls.AddOrReset> request,
            String how) {
        Map<String, UserCalls.Account> done = new LinkedHashMap<>();
        Set<String> kept = new LinkedHashSet<>(passwords.keySet());
        int exit = Attempts.each(passwords.keySet(), name -> {
            String password = Objects.requireNonNull(passwords.get(name));
            try {
                done.put(name, program.daemon().call(call, request.apply(name, new Password(password))));
            } catch (CallFailure e) {
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
        if (file != null && !kept.isEmpty() && !program.isJson()) {
            program.out()
                    .println(
                            "The " + (kept.size() == 1 ? "password is" : Format.count(kept.size(), "password") + " are")
                                    + " in " + file.path() + ".");
        }
        return exit;
    }

    /** Gives users new passwords, as {@link #send}. */
    static int reset(
            Program program,
            Map<String, String> passwords,
            @Nullable PasswordsFile file,
            boolean areShown,
            boolean isList,
            boolean mustChange) {
        return send(
                program,
                UserCalls.RESET,
                passwords,
                file,
                areShown,
                isList,
                (name, fresh) -> new UserCalls.AddOrReset(name, null, mustChange, false, fresh),
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
            boolean isList,
            Map<String, String> passwords,
            String how) {
        if (program.isJson()) {
            List<WithPassword> all = new ArrayList<>();
            accounts.forEach((name, account) -> all.add(new WithPassword(account, passwords.get(name))));
            if (isList) {
                Format.json(program.out(), all);
            } else {
                all.forEach(account -> Format.json(program.out(), account));
            }
            return;
        }
        accounts.forEach((name, account) -> {
            String password = passwords.get(name);
            String ends = account.passwordEnds();
            String hint = "to be changed at the first login" + (ends == null ? "" : ", by " + Timestamp.format(ends));
            program.out().println(Format.userLabel(account) + " " + how + ".");
            if (password != null) {
                program.out()
                        .println((account.mustChange() ? "One-time password, " + hint : "Password") + ": " + password);
            } else if (account.mustChange()) {
                program.out().println("A one-time password, " + hint + ".");
            }
        });
    }
}

package chatd.admin.user;

import chatd.admin.api.AdminCall.Nothing;
import chatd.admin.api.UserCalls;
import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Program;
import chatd.text.WholeWords;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that select users by their note and their state. */
final class Selection {
    /** The states of an account. */
    enum State {
        active,
        disabled,
        locked
    }

    @Option(names = "--class", paramLabel = "TEXT", description = "Only users whose note has these words, e.g. 4b.")
    private @Nullable String ofClass;

    @Option(names = "--state", paramLabel = "STATE", description = "Only users who are: ${COMPLETION-CANDIDATES}.")
    private @Nullable State state;

    /** Returns all users. */
    static List<UserCalls.Account> all(Program program) {
        List<UserCalls.Account> all = new ArrayList<>();
        program.daemon().call(UserCalls.LIST, Nothing.NOTHING, part -> all.addAll(part.accounts()));
        return all;
    }

    boolean isEmpty() {
        return ofClass == null && state == null;
    }

    /** @throws CommandFailure if an option can select nobody */
    void checkUsage() {
        if (ofClass != null && ofClass.isBlank()) {
            throw new CommandFailure(Exit.USAGE, "--class must be words of a note, not empty.");
        }
    }

    boolean matches(UserCalls.Account account) {
        return (state == null || account.state().equals(state.name()))
                && (ofClass == null || WholeWords.of(ofClass).test(account.note()));
    }

    /**
     * Returns the names of all users that fit.
     *
     * @throws CommandFailure if there is none
     */
    List<String> names(Program program) {
        checkUsage();
        List<String> names = all(program).stream()
                .filter(this::matches)
                .map(UserCalls.Account::name)
                .toList();
        if (names.isEmpty()) {
            throw new CommandFailure(Exit.NOT_FOUND, "There is no such user: see `user list` with the same options.");
        }
        return names;
    }
}

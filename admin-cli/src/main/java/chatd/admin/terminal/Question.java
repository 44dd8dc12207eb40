package chatd.admin.terminal;

import java.io.Console;
import java.util.Locale;
import java.util.Optional;

/** Asks before something that can't be taken back. */
public final class Question {
    private Question() {}

    /**
     * Returns where it was answered with yes.
     *
     * @throws Failure where it was answered with no, or there is no terminal to ask at
     */
    public static void ask(String question) {
        Console console = Optional.ofNullable(System.console())
                .filter(Console::isTerminal)
                .orElseThrow(() -> new CommandFailure(
                        Exit.USAGE, question + "\nThere is no terminal to answer at: say --yes if you mean it."));
        String answer = console.readLine("%s [y/N] ", question);
        if (answer == null || !answer.strip().toLowerCase(Locale.ROOT).matches("y|yes")) {
            throw new CommandFailure(Exit.NO, "Nothing was done.");
        }
    }
}

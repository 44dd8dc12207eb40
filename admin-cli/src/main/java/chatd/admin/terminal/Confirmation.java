package chatd.admin.terminal;

import java.io.Console;
import java.util.Locale;
import java.util.Optional;

/** Asks for confirmation before something that can't be undone. */
public final class Confirmation {
    private Confirmation() {}

    /**
     * Asks a question and returns if the answer is yes.
     *
     * @throws CommandFailure if the answer is not yes, or there is no terminal to ask on
     */
    public static void ask(String question) {
        String answer = console(question).readLine("%s [y/N] ", question);
        if (answer == null || !answer.strip().toLowerCase(Locale.ROOT).matches("y|yes")) {
            throw new CommandFailure(Exit.FAILED, "Nothing was done.");
        }
    }

    /**
     * Asks to type something again, so that nobody confirms by habit.
     *
     * @param request what to type again
     * @throws CommandFailure if something else is typed, or there is no terminal to ask on
     */
    public static void requireTyped(String request, String expected) {
        String answer = console(request).readLine("%s ", request);
        if (answer == null || !answer.strip().equals(expected)) {
            throw new CommandFailure(Exit.FAILED, "That is not " + expected + ". Nothing was done.");
        }
    }

    private static Console console(String question) {
        return Optional.ofNullable(System.console())
                .filter(Console::isTerminal)
                .orElseThrow(() -> new CommandFailure(
                        Exit.USAGE, question + "\nThere is no terminal to ask on: use --yes to confirm."));
    }
}

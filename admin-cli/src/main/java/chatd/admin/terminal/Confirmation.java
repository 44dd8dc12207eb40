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
        Console console = Optional.ofNullable(System.console())
                .filter(Console::isTerminal)
                .orElseThrow(() -> new CommandFailure(
                        Exit.USAGE, question + "\nThere is no terminal to ask on: use --yes to confirm."));
        String answer = console.readLine("%s [y/N] ", question);
        if (answer == null || !answer.strip().toLowerCase(Locale.ROOT).matches("y|yes")) {
            throw new CommandFailure(Exit.FAILED, "Nothing was done.");
        }
    }
}

package chatd.admin.terminal;

import java.io.Console;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where a command writes what only its reader may see: a file that does not exist yet, or standard output. */
public final class NewFile {
    private static final String STANDARD_OUTPUT = "-";

    private NewFile() {}

    /** Returns whether standard output was typed in the place of a file. */
    public static boolean isStandardOutput(String typed) {
        return typed.equals(STANDARD_OUTPUT);
    }

    /**
     * Checks that it can be written to.
     *
     * @throws CommandFailure if the file exists, or standard output is a terminal
     */
    public static void require(String typed) {
        if (!isStandardOutput(typed)) {
            if (Files.exists(Path.of(typed))) {
                throw new CommandFailure(Exit.CONFLICT, typed + " exists already: name a new file.");
            }
        } else if (Optional.ofNullable(System.console())
                .filter(Console::isTerminal)
                .isPresent()) {
            throw new CommandFailure(Exit.USAGE, "Standard output is a terminal: redirect it, or name a file.");
        }
    }
}

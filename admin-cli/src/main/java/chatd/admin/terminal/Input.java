package chatd.admin.terminal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads standard input, and checks input files. */
public final class Input {
    private Input() {}

    /** Reads a password, which is one line. */
    public static String password() {
        try {
            String line = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
            if (line != null && !line.isEmpty()) {
                return line;
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
        throw new CommandFailure(Exit.USAGE, "There is no password on standard input: give it as one line.");
    }

    /** Reads all of standard input, without the final line terminator. */
    public static String text() {
        try {
            return new String(System.in.readAllBytes(), StandardCharsets.UTF_8).replaceFirst("\r?\n$", "");
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static CommandFailure unreadable(IOException e) {
        return new CommandFailure(Exit.USAGE, "Standard input can't be read: " + e.getMessage());
    }

    /**
     * Returns the path if it can be read.
     *
     * @throws CommandFailure if there is no such file, or it may not be read
     */
    public static Path requireReadable(Path path) {
        if (!Files.exists(path)) {
            throw new CommandFailure(Exit.NOT_FOUND, "There is no file " + path + ".");
        }
        if (!Files.isReadable(path)) {
            throw new CommandFailure(Exit.NOT_ALLOWED, "You may not read " + path + ".");
        }
        return path;
    }
}

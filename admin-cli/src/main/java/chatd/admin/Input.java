package chatd.admin;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** What comes by standard input. */
final class Input {
    private Input() {}

    /** The one line of a password. */
    static String password() {
        try {
            String line = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
            if (line != null && !line.isEmpty()) {
                return line;
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
        throw new Failure(Exit.USAGE, "There is no password on standard input: give it as one line.");
    }

    /** All of it, without its last line end. */
    static String text() {
        try {
            return new String(System.in.readAllBytes(), StandardCharsets.UTF_8).replaceFirst("\r?\n$", "");
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static Failure unreadable(IOException e) {
        return new Failure(Exit.USAGE, "Standard input can't be read: " + e.getMessage());
    }
}

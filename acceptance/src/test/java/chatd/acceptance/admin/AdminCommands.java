package chatd.acceptance.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import chatd.acceptance.kit.ProcessResult;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A program that runs many {@code chat-admin} commands, so that another user need start it only once. */
public final class AdminCommands {
    private AdminCommands() {}

    /**
     * Runs one command per line of standard input, its words separated by single spaces, and prints for each a line
     * that {@link #results} reads.
     *
     * @param arguments prepended to those of each line
     */
    public static void main(String[] arguments) throws IOException {
        var in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            var all = new ArrayList<>(List.of(arguments));
            all.addAll(List.of(line.split(" ", -1)));
            ProcessResult run = ProcessResult.admin("", all.toArray(String[]::new));
            System.out.println(run.exit() + " " + encoded(run.out()) + " " + encoded(run.err()));
        }
    }

    /** Parses the printed lines into the result of each command. */
    static List<ProcessResult> results(String printed) {
        return printed.lines()
                .map(line -> line.split(" ", -1))
                .map(parts -> new ProcessResult(Integer.parseInt(parts[0]), decoded(parts[1]), decoded(parts[2])))
                .toList();
    }

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    private static String decoded(String text) {
        return new String(Base64.getDecoder().decode(text), UTF_8);
    }
}

package chatd.admin.terminal;

import chatd.admin.api.AdminLink;
import chatd.text.SafeText;
import java.io.PrintStream;
import java.util.TreeSet;
import picocli.CommandLine;

/** {@code chat-admin} as its commands see it: the options that all share, and how they report. */
public interface Program {
    /** Heading above the example in a command's help. */
    String EXAMPLE = "%nExample:%n";

    /** Heading above several examples. */
    String EXAMPLES = "%nExamples:%n";

    /** Returns the link to the daemon that {@code --socket} or the environment names; connects on use. */
    AdminLink daemon();

    Output output();

    /**
     * Returns whether to print JSON, for commands that print a table otherwise.
     *
     * @throws CommandFailure for {@code -o xml} and {@code -o nagios}
     */
    default boolean isJson() {
        return switch (output()) {
            case table -> false;
            case json -> true;
            case xml -> throw new CommandFailure(Exit.USAGE, "-o xml is for `log tail` and `log query`.");
            case nagios -> throw new CommandFailure(Exit.USAGE, "-o nagios is for `stats --check`.");
        };
    }

    Display display();

    PrintStream out();

    /** Prints an error to standard error, without control characters. */
    static void printError(String text) {
        System.err.println("chat-admin: " + SafeText.text(text));
    }

    /** Returns this program's version. */
    static String version() {
        String version = Program.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** Returns the error for a command given without a subcommand. */
    static CommandLine.ParameterException missingSubcommand(CommandLine.Model.CommandSpec spec) {
        return new CommandLine.ParameterException(
                spec.commandLine(),
                "`" + spec.qualifiedName() + "` needs a command: "
                        + String.join(", ", new TreeSet<>(spec.subcommands().keySet())) + ".");
    }
}

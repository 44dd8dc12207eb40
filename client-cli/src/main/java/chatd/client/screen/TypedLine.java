package chatd.client.screen;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jline.utils.Levenshtein;
import org.jspecify.annotations.Nullable;

/** A typed line: a text, or a command with its arguments. */
public sealed interface TypedLine {
    /** The commands, in the order in which the help lists them. */
    enum Command {
        TO("NAME[,NAME…]", "what you type from now on goes to them"),
        MSG("NAME[,NAME…] TEXT", "one text to them"),
        ALL("[TEXT]", "one text to everyone; without a text, all you type"),
        FILE("NAME[,NAME…] PATH", "send a file; * for everyone"),
        FETCH("NUMBER", "fetch a file that was offered"),
        HISTORY("[N]", "the last N items, 20 by default"),
        WHO("[PART]", "list all users, or those whose name contains PART"),
        IGNORE("[NAME]", "hide somebody's messages, or show them again; else list"),
        SET("[KEY [VALUE]]", "your settings, kept on the server"),
        PASSWORD("", "change your password"),
        REGISTER("NAME", "make another account, where the server allows it"),
        HELP("[COMMAND]", "this"),
        QUIT("", "leave");

        private final String arguments;
        private final String help;

        Command(String arguments, String help) {
            this.arguments = arguments;
            this.help = help;
        }

        /** Returns the command as it is typed, with its slash. */
        String word() {
            return "/" + name().toLowerCase(Locale.ROOT);
        }

        String help() {
            return help;
        }

        String usage() {
            return (word() + " " + arguments).strip();
        }

        static Optional<Command> of(String word) {
            return Arrays.stream(values())
                    .filter(command -> command.word().equals(word))
                    .findFirst();
        }
    }

    record Nothing() implements TypedLine {}

    /** A text to the recipients named by the prompt. */
    record Say(String text) implements TypedLine {}

    /** @param names empty for everyone */
    record Turn(List<String> names) implements TypedLine {}

    /** One text to the users named. */
    record Send(List<String> names, String text) implements TypedLine {}

    record SendFile(List<String> names, Path path) implements TypedLine {}

    record Fetch(long file) implements TypedLine {}

    record History(long count) implements TypedLine {}

    record Who(String part) implements TypedLine {}

    record Ignore(Optional<String> name) implements TypedLine {}

    record Set(List<String> words) implements TypedLine {}

    record Password() implements TypedLine {}

    record Register(String name) implements TypedLine {}

    record Help(String text) implements TypedLine {}

    record Quit() implements TypedLine {}

    /** A line that can't be executed; {@code text} says why. No part of it is ever sent. */
    record Mistake(String text) implements TypedLine {}

    /** Parses typed input, which may have several lines. */
    static TypedLine of(String line) {
        if (line.isBlank()) {
            return new Nothing();
        }
        String typed = line.strip();
        if (!typed.startsWith("/")) {
            return new Say(typed);
        }
        if (typed.startsWith("//")) {
            return new Say(typed.substring(1));
        }
        String[] words = typed.split("\\s+", 2);
        Optional<Command> command = Command.of(words[0]);
        return command.isPresent()
                ? command(command.get(), words.length < 2 ? "" : words[1])
                : new Mistake("There is no command " + words[0] + nearest(words[0])
                        + ". Nothing was sent. /help lists the commands; to send a text that begins with a slash,"
                        + " begin it with two.");
    }

    private static String nearest(String word) {
        return Arrays.stream(Command.values())
                .map(Command::word)
                .filter(known -> Levenshtein.distance(known, word) <= 2)
                .min(Comparator.comparingInt(known -> Levenshtein.distance(known, word)))
                .map(known -> "; did you mean " + known + "?")
                .orElse("");
    }

    private static TypedLine command(Command command, String rest) {
        String[] words = rest.split("\\s+", 2);
        String first = words[0];
        String second = words.length < 2 ? "" : words[1].strip();
        Mistake usage = new Mistake("Usage: " + command.usage());
        List<String> names = names(first);
        return switch (command) {
            case TO -> names == null || !second.isEmpty() ? usage : new Turn(names);
            case MSG -> names == null || second.isEmpty() ? usage : new Send(names, second);
            case ALL -> rest.isEmpty() ? new Turn(List.of()) : new Send(List.of(), rest);
            case FILE -> names == null || second.isEmpty() ? usage : new SendFile(names, path(second));
            case FETCH -> first.matches("\\d{1,10}") && second.isEmpty() ? new Fetch(Long.parseLong(first)) : usage;
            case HISTORY ->
                rest.isEmpty()
                        ? new History(20)
                        : first.matches("[1-9]\\d{0,8}") && second.isEmpty()
                                ? new History(Long.parseLong(first))
                                : usage;
            case WHO -> new Who(rest);
            case IGNORE -> second.isEmpty() ? new Ignore(Optional.of(first).filter(name -> !name.isEmpty())) : usage;
            case SET -> new Set(rest.isEmpty() ? List.of() : List.of(rest.split("\\s+")));
            case PASSWORD ->
                rest.isEmpty()
                        ? new Password()
                        : new Mistake("Type /password alone: it prompts for the passwords without echo.");
            case REGISTER -> first.isEmpty() || !second.isEmpty() ? usage : new Register(first);
            case HELP -> new Help(help(first));
            case QUIT -> rest.isEmpty() ? new Quit() : usage;
        };
    }

    /**
     * Parses a list of names: empty for {@code *}, which no name contains and which means everyone; null if malformed.
     */
    private static @Nullable List<String> names(String word) {
        if (word.equals("*")) {
            return List.of();
        }
        List<String> names = Arrays.stream(word.split(",", -1)).distinct().toList();
        return names.contains("") || names.contains("*") ? null : names;
    }

    /** Parses a path, in which a leading {@code ~} is the home directory, as in a shell. */
    static Path path(String text) {
        String home = System.getProperty("user.home");
        return Path.of(text.equals("~") ? home : text.startsWith("~/") ? home + text.substring(1) : text);
    }

    private static String help(String which) {
        String word = which.startsWith("/") ? which : "/" + which;
        Stream<Command> commands = which.isEmpty()
                ? Arrays.stream(Command.values())
                : Command.of(word).map(Stream::of).orElseGet(() -> Arrays.stream(Command.values()));
        String lines = commands.map(command -> "  %-24s %s".formatted(command.usage(), command.help()))
                .collect(Collectors.joining("\n"));
        return which.isEmpty()
                ? lines
                        + "\n  //TEXT                   a text that begins with a slash\n\n"
                        + "Tab completes names, commands and files; ↑ and ↓ find what you typed before;\n"
                        + "Alt-Enter begins a new line in a text; Ctrl-C empties the line; Ctrl-D leaves."
                : lines;
    }
}

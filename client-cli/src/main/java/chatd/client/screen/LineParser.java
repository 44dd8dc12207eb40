package chatd.client.screen;

import chatd.client.net.PrivateFiles;
import chatd.client.talk.item.HistoryScope;
import chatd.client.talk.item.Place;
import chatd.text.Emoticon;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parses typed lines. Holds no state. */
final class LineParser {
    /** One path of several, as it is typed: in quotes, or without spaces. */
    private static final Pattern WORD_OR_QUOTED = Pattern.compile("'[^']*'|\"[^\"]*\"|\\S+");

    /** How many items of the history are shown if no number is typed. */
    private static final long DEFAULT_COUNT = 20;

    private LineParser() {}

    /** Parses typed input, which may have several lines. */
    static TypedLine of(String line) {
        if (line.isBlank()) {
            return new TypedLine.Blank();
        }
        String typed = line.strip();
        if (!typed.startsWith("/")) {
            return new TypedLine.Say(typed);
        }
        if (typed.startsWith("//")) {
            return new TypedLine.Say(typed.substring(1));
        }
        String[] words = typed.split("\\s+", 2);
        if (Emoticon.of(words[0]).isPresent()) {
            return new TypedLine.Say(typed);
        }
        Optional<SlashCommand> command = SlashCommand.of(words[0]);
        return command.isPresent()
                ? command(command.get(), words.length < 2 ? "" : words[1])
                : new TypedLine.ParseError("There is no command " + words[0] + SlashCommand.nearest(words[0])
                        + " Nothing was sent. /help all lists the commands; to send a text that begins with a slash,"
                        + " begin it with two.");
    }

    private static TypedLine command(SlashCommand command, String rest) {
        // A space after a comma is part of the list: /to bob, carol
        String listed = rest.replaceAll(",\\s+", ",");
        String[] words = (command.hasNames() ? listed : rest).split("\\s+", 2);
        String first = words[0];
        String second = words.length < 2 ? "" : words[1].strip();
        TypedLine.ParseError usage = new TypedLine.ParseError("Usage: " + command.usage());
        List<String> names = names(first);
        boolean isOne = !first.isEmpty() && second.isEmpty();
        return switch (command) {
            case TO ->
                names == null
                        ? usage
                        : second.isEmpty()
                                ? new TypedLine.SetTarget(names)
                                : new TypedLine.ParseError(usage.text()
                                        + "; for a group with spaces in its name, give its number, which /group shows");
            case MSG -> names == null || second.isEmpty() ? usage : new TypedLine.Send(names, text(rest));
            case ALL -> rest.isEmpty() ? new TypedLine.SetTarget(List.of()) : new TypedLine.Send(List.of(), rest);
            case R -> rest.isEmpty() ? usage : new TypedLine.Reply(rest);
            case RE -> numbered(first, second, rest, usage, TypedLine.Answer::new);
            case CORRECT -> numbered(first, second, rest, usage, TypedLine.Correct::new);
            case BACK ->
                rest.isEmpty() || isNumber(rest) ? new TypedLine.Back(rest.isEmpty() ? 0 : number(rest)) : usage;
            case REACT, UNREACT ->
                numbered(
                        first,
                        second,
                        rest,
                        usage,
                        (number, code) -> new TypedLine.React(number, emoji(code), command == SlashCommand.REACT));
            case UNREAD -> rest.isEmpty() ? new TypedLine.Unread() : usage;
            case NEXT -> rest.isEmpty() ? new TypedLine.Next() : usage;
            case HISTORY -> rest.matches("#\\d{1,18}") ? new TypedLine.Around(number(rest)) : history(rest, usage);
            case FIND -> new TypedLine.Find(rest);
            case OLDER, NEWER -> {
                Optional<Long> count = rest.isEmpty() ? Optional.of(DEFAULT_COUNT) : count(rest);
                yield count.isPresent() ? new TypedLine.HistoryPage(command == SlashCommand.OLDER, count.get()) : usage;
            }
            case FILE, PICTURE ->
                names == null || second.isEmpty()
                        ? usage
                        : new TypedLine.SendFiles(names, paths(second), command == SlashCommand.PICTURE);
            case FILES -> rest.isEmpty() ? new TypedLine.Files() : usage;
            case CANCEL ->
                rest.matches("[0-9]{0,4}") ? new TypedLine.Cancel(rest.isEmpty() ? 0 : Integer.parseInt(rest)) : usage;
            case FETCH -> isFile(first) && second.isEmpty() ? new TypedLine.Fetch(Long.parseLong(first)) : usage;
            case OPEN -> isFile(first) && second.isEmpty() ? new TypedLine.Open(Long.parseLong(first)) : usage;
            case GROUP -> new TypedLine.Group(first.toLowerCase(Locale.ROOT), second);
            case REPORT -> isNumber(first) && !second.isEmpty() ? new TypedLine.Report(number(first), second) : usage;
            case DIRECT ->
                listed.isEmpty()
                        ? new TypedLine.Direct(List.of())
                        : names == null || names.isEmpty() || !second.isEmpty() ? usage : new TypedLine.Direct(names);
            case SEND -> rest.isEmpty() ? usage : new TypedLine.SendDirectly(paths(rest));
            case END -> rest.isEmpty() ? new TypedLine.EndDirect() : usage;
            case WHO -> new TypedLine.Who(rest);
            case FRIENDS -> rest.isEmpty() ? new TypedLine.Friends() : usage;
            case FRIEND -> first.isEmpty() ? usage : new TypedLine.Friend(first, second);
            case UNFRIEND -> isOne ? new TypedLine.Unfriend(first) : usage;
            case IGNORE ->
                second.isEmpty() ? new TypedLine.Ignore(Optional.of(first).filter(name -> !name.isEmpty())) : usage;
            case BLOCK -> isOne ? new TypedLine.Block(first, true) : usage;
            case UNBLOCK -> isOne ? new TypedLine.Block(first, false) : usage;
            case NOTIFY ->
                first.isEmpty() || !List.of("all", "mentions", "none").contains(second)
                        ? usage
                        : new TypedLine.Notify(first.equals("*") ? "" : first, second);
            case SESSIONS ->
                rest.isEmpty()
                        ? new TypedLine.OwnSessions("")
                        : first.equals("end") && second.matches("\\d{1,3}|others")
                                ? new TypedLine.OwnSessions(second)
                                : usage;
            case SET -> new TypedLine.Set(rest.isEmpty() ? List.of() : List.of(rest.split("\\s+")));
            case NAME -> isOne ? new TypedLine.Rename(first) : usage;
            case PASSWORD ->
                rest.isEmpty()
                        ? new TypedLine.Password()
                        : new TypedLine.ParseError("Type /password alone: it prompts for the passwords without echo.");
            case REGISTER -> isOne ? new TypedLine.Register(first) : usage;
            case HELP -> help(first);
            case LOGOUT -> rest.isEmpty() ? new TypedLine.Logout() : usage;
            case QUIT -> rest.isEmpty() ? new TypedLine.Quit() : usage;
        };
    }

    /** Returns what follows a list of names, in which a space may follow a comma. */
    private static String text(String rest) {
        return rest.replaceFirst("^(?:[^\\s,]*,\\s*)*[^\\s,]+\\s+", "").strip();
    }

    /** Creates the command for a message and a text about it. */
    private interface About {
        TypedLine of(long number, String text);
    }

    private static TypedLine numbered(
            String first, String second, String rest, TypedLine.ParseError usage, About about) {
        if (rest.isEmpty()) {
            return usage;
        }
        return isNumber(first) && !second.isEmpty() ? about.of(number(first), second) : about.of(0, rest);
    }

    private static boolean isNumber(String word) {
        return word.matches("#?[1-9]\\d{0,17}");
    }

    private static long number(String word) {
        return Long.parseLong(word.replace("#", ""));
    }

    /** Returns the code of the emoticon that an emoji is, if it is one. */
    static String emoji(String typed) {
        return Emoticon.all().stream()
                .filter(one -> one.emoji().equals(typed))
                .map(Emoticon::code)
                .findFirst()
                .orElse(typed);
    }

    private static TypedLine history(String rest, TypedLine.ParseError usage) {
        Deque<String> words = new ArrayDeque<>(rest.isEmpty() ? List.of() : List.of(rest.split("\\s+")));
        Optional<Long> count = words.isEmpty() ? Optional.empty() : count(words.getLast());
        if (count.isPresent()) {
            words.removeLast();
        }
        // A time of day may follow its day.
        String since = "";
        while (!words.isEmpty() && Place.isTime(words.getLast() + (since.isEmpty() ? "" : " " + since))) {
            since = words.removeLast() + (since.isEmpty() ? "" : " " + since);
        }
        if (words.size() > 1 || (words.size() == 1 && words.getFirst().matches("\\d+"))) {
            return usage;
        }
        return new TypedLine.History(
                HistoryScope.named(words.peek()),
                Optional.of(since).filter(time -> !time.isEmpty()),
                count.orElse(DEFAULT_COUNT));
    }

    private static Optional<Long> count(String word) {
        return word.matches("[1-9]\\d{0,8}") ? Optional.of(Long.valueOf(word)) : Optional.empty();
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

    private static boolean isFile(String word) {
        return word.matches("\\d{1,10}");
    }

    /** Returns the paths in a text: one, which may have spaces, if there is a file of that name; else one per word. */
    static List<Path> paths(String text) {
        Path whole = path(text);
        if (java.nio.file.Files.exists(whole) || !text.contains(" ")) {
            return List.of(whole);
        }
        List<Path> paths = new ArrayList<>();
        Matcher word = WORD_OR_QUOTED.matcher(text);
        while (word.find()) {
            paths.add(path(word.group()));
        }
        return paths.stream().allMatch(java.nio.file.Files::exists) ? List.copyOf(paths) : List.of(whole);
    }

    /** Parses a path: without the quotes around it, and with a leading {@code ~} for the home directory. */
    static Path path(String text) {
        boolean isQuoted = text.length() > 1
                && (text.startsWith("'") || text.startsWith("\""))
                && text.charAt(0) == text.charAt(text.length() - 1);
        String bare = isQuoted ? text.substring(1, text.length() - 1) : text;
        Path home = PrivateFiles.home(System.getenv());
        return bare.equals("~") ? home : bare.startsWith("~/") ? home.resolve(bare.substring(2)) : Path.of(bare);
    }

    private static TypedLine help(String which) {
        Optional<SlashCommand> one = SlashCommand.of(which.startsWith("/") ? which : "/" + which);
        if (which.equals("all")) {
            return new TypedLine.Help(SlashCommand.helpOfAll());
        }
        if (!which.isEmpty()) {
            return one.isPresent()
                    ? new TypedLine.Help(
                            one.get().line() + (one.get() == SlashCommand.GROUP ? "\n" + GroupHelp.TEXT : ""))
                    : new TypedLine.ParseError("There is no command " + which + SlashCommand.nearest("/" + which)
                            + " /help all lists them.");
        }
        return new TypedLine.Help(SlashCommand.shortHelp());
    }
}

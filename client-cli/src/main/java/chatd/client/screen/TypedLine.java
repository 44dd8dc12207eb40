package chatd.client.screen;

import chatd.client.net.PrivateFiles;
import chatd.client.talk.item.Place;
import chatd.text.Emoticon;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jline.utils.Levenshtein;
import org.jspecify.annotations.Nullable;

/** A typed line: a text, or a command with its arguments. */
public sealed interface TypedLine {
    /** A path as it is typed among others: in quotes, or without a space but behind a backslash. */
    Pattern WORD_OR_QUOTED = Pattern.compile("'[^']*'|\"[^\"]*\"|\\S+");

    /** How many items of the history are shown if no number is typed. */
    long USUAL = 20;

    /** The widest usage that has its explanation beside it, in columns. */
    int USAGE = 24;

    /** The column at which the explanations of the help stand. */
    int HELP_INDENT = 2 + USAGE + 1;

    /** What people type in other programs, and what that is called here. */
    Map<String, String> ELSEWHERE = Map.ofEntries(
            Map.entry("/edit", "/correct"),
            Map.entry("/e", "/correct"),
            Map.entry("/delete", "/back"),
            Map.entry("/del", "/back"),
            Map.entry("/remove", "/back"),
            Map.entry("/undo", "/back"),
            Map.entry("/unsend", "/back"),
            Map.entry("/reply", "/re, or /r for who wrote to you last"),
            Map.entry("/answer", "/re"),
            Map.entry("/search", "/find"),
            Map.entry("/grep", "/find"),
            Map.entry("/join", "/group join GROUP"),
            Map.entry("/j", "/group join GROUP"),
            Map.entry("/part", "/group leave"),
            Map.entry("/leave", "/group leave, or /quit to leave the program"),
            Map.entry("/invite", "/group add"),
            Map.entry("/kick", "/group remove"),
            Map.entry("/topic", "/group topic"),
            Map.entry("/nick", "/name"),
            Map.entry("/query", "/to"),
            Map.entry("/q", "/quit, or /to NAME to talk to somebody"),
            Map.entry("/chat", "/to"),
            Map.entry("/w", "/msg"),
            Map.entry("/tell", "/msg"),
            Map.entry("/whisper", "/msg"),
            Map.entry("/dm", "/msg"),
            Map.entry("/m", "/msg"),
            Map.entry("/pm", "/msg"),
            Map.entry("/users", "/who"),
            Map.entry("/names", "/who"),
            Map.entry("/online", "/who"),
            Map.entry("/clear", "Ctrl-L"),
            Map.entry("/cls", "Ctrl-L"),
            Map.entry("/img", "/picture"),
            Map.entry("/image", "/picture"),
            Map.entry("/upload", "/file"),
            Map.entry("/attach", "/file"),
            Map.entry("/download", "/fetch"),
            Map.entry("/call", "/direct"),
            Map.entry("/mute", "/notify NAME none, or /ignore NAME"),
            Map.entry("/settings", "/set"),
            Map.entry("/passwd", "/password"),
            Map.entry("/exit", "/quit"),
            Map.entry("/bye", "/quit"));

    /** The commands, in the order in which the help lists them. */
    enum Command {
        TO("NAME[,NAME…]", "what you type from now on goes to them"),
        MSG("NAME[,NAME…] TEXT", "one text to them"),
        ALL("[TEXT]", "one text to everyone; without a text, all you type"),
        R("TEXT", "one text to who wrote to you last"),
        RE("[NUMBER] TEXT", "answer the last text you were sent here, or the one with this number"),
        CORRECT("[NUMBER] TEXT", "give your last text, or the one with this number, another text"),
        BACK(
                "[NUMBER]",
                "take your last text or file back, or the one with this number; admins of a group also others'"),
        REACT("[NUMBER] EMOJI", "react to the last text you were sent here, or to the one with this number"),
        UNREACT("[NUMBER] EMOJI", "no longer"),
        UNREAD("", "which conversations have something unread"),
        NEXT("", "show what is unread of the one that waits longest, and talk to them"),
        HISTORY("[NAME] [WHEN] [N]", "the last items, or those since a day or time, of all or of one conversation"),
        FIND(
                "[WORDS] [from:NAME] …",
                "what has these words, the newest 20; again: older ones; /history #12 shows what is around one"),
        OLDER("[N]", "what was before that"),
        NEWER("[N]", "what came after it"),
        GROUP("[WHAT [GROUP] …]", "your groups; /help group says what can be done with them"),
        FILE("NAME[,NAME…] PATH…", "send files, or those of a folder, byte for byte; * for everyone"),
        PICTURE(
                "NAME[,NAME…] PATH…",
                "send pictures, to be shown in place; where and with what they were taken is left out"),
        FETCH("NUMBER", "fetch a file that was offered"),
        FILES("", "the files that are being sent and fetched"),
        CANCEL("[NUMBER]", "give one of them up"),
        OPEN("NUMBER", "fetch a file and open it with this system's viewer"),
        DIRECT(
                "[NAME[,NAME…]]",
                "talk with them from machine to machine, not by the server; without a name, back to them"),
        SEND("PATH…", "send files directly, of any size; what was cut goes on where it was"),
        END("", "end or give up the direct session; a line that is just END asks the other first"),
        WHO("[PART]", "who is online, or the users with a part of their name that begins so"),
        FRIENDS("", "list your friends, and who asks to be one"),
        FRIEND("NAME [TEXT]", "ask somebody to be your friend, or agree"),
        UNFRIEND("NAME", "decline, withdraw a request, or end a friendship"),
        IGNORE("[NAME]", "hide somebody's messages, or show them again; else list"),
        REPORT("NUMBER WHY", "tell the administrators of a message"),
        BLOCK("NAME", "let nothing more of somebody arrive"),
        UNBLOCK("NAME", "end that"),
        NOTIFY("NAME all|mentions|none", "what alerts you in a conversation; * is everyone"),
        SESSIONS("[end NUMBER|end others]", "where you are logged in; end some of it"),
        SET("[KEY [VALUE]]", "your settings, kept on the server"),
        NAME("NAME", "give yourself another name"),
        PASSWORD("", "change your password"),
        REGISTER("NAME", "make another account, where the server allows it"),
        HELP("[COMMAND|all]", "what you need most; all of it; or a command"),
        LOGOUT("", "leave, and forget the key of this device"),
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

        /** Returns its line of the help. */
        String line() {
            return usage().length() <= USAGE
                    ? "  %-24s %s".formatted(usage(), help)
                    : "  " + usage() + "\n" + " ".repeat(HELP_INDENT) + help;
        }

        /** Returns whether its first argument is a list of names. */
        boolean hasNames() {
            return this == TO || this == DIRECT || this == MSG || this == FILE || this == PICTURE;
        }

        /** Returns whether its argument at an index, from 1 on, is a word of a text to people. */
        boolean isText(int index) {
            return switch (this) {
                case ALL, R, RE, CORRECT, REACT, UNREACT -> true;
                case MSG, FRIEND, REPORT -> index > 1;
                default -> false;
            };
        }

        String usage() {
            return (word() + " " + arguments).strip();
        }

        /**
         * Returns the command that a word names; upper case and what it begins with suffice if only one does, unless that is
         * called otherwise elsewhere. What goes to everyone is written out.
         */
        static Optional<Command> of(String word) {
            String lower = word.toLowerCase(Locale.ROOT);
            List<Command> begin = beginning(lower);
            return begin.stream()
                    .filter(command -> command.word().equals(lower))
                    .findFirst()
                    .or(() -> begin.size() == 1 && !begin.contains(ALL) && !ELSEWHERE.containsKey(lower)
                            ? Optional.of(begin.getFirst())
                            : Optional.empty());
        }

        static List<Command> beginning(String word) {
            return word.length() < 2
                    ? List.of()
                    : Arrays.stream(values())
                            .filter(command -> command.word().startsWith(word))
                            .toList();
        }
    }

    /** The commands of the short help. */
    List<Command> USED_MOST = List.of(
            Command.TO,
            Command.MSG,
            Command.RE,
            Command.NEXT,
            Command.HISTORY,
            Command.FIND,
            Command.FILE,
            Command.GROUP,
            Command.WHO,
            Command.QUIT);

    record Blank() implements TypedLine {}

    /** A text to the recipients named by the prompt. */
    record Say(String text) implements TypedLine {}

    /** @param names empty for everyone */
    record SetTarget(List<String> names) implements TypedLine {}

    /** One text to the users named. */
    record Send(List<String> names, String text) implements TypedLine {}

    /** @param picture whether they are to be shown in place */
    record SendFiles(List<String> names, List<Path> paths, boolean picture) implements TypedLine {}

    record Fetch(long file) implements TypedLine {}

    record Files() implements TypedLine {}

    /** @param number which transfer is given up; 0 for the only one */
    record Cancel(int number) implements TypedLine {}

    record Open(long file) implements TypedLine {}

    /** One text to who wrote last. */
    record Reply(String text) implements TypedLine {}

    /** @param number the message that it answers; 0 for the last one here */
    record Answer(long number, String text) implements TypedLine {}

    /** @param number the text that it corrects; 0 for the last one */
    record Correct(long number, String text) implements TypedLine {}

    /** @param number what is taken back; 0 for the last of the user's own */
    record Back(long number) implements TypedLine {}

    /** @param number what it reacts to; 0 for the last one here */
    record React(long number, String code, boolean on) implements TypedLine {}

    record Unread() implements TypedLine {}

    record Next() implements TypedLine {}

    /**
     * @param with whose conversation; empty for all, one that is empty for everyone
     * @param since the time from which on; empty for the last items
     */
    record History(Optional<String> with, Optional<String> since, long count) implements TypedLine {}

    /** The history around a message that was shown. */
    record Around(long number) implements TypedLine {}

    /** @param words what to search for; empty for what is older than what was found */
    record Find(String words) implements TypedLine {}

    /** More of the history, in the direction given, next to what was shown of it. */
    record More(boolean isOlder, long count) implements TypedLine {}

    /**
     * Something about groups.
     *
     * @param what a subcommand, such as {@code add}; empty to list the user's own
     */
    record Group(String what, String rest) implements TypedLine {}

    record Report(long number, String why) implements TypedLine {}

    /** @param names empty to go back to the direct session that there is */
    record Direct(List<String> names) implements TypedLine {}

    /** Files of this machine for the others in the direct session. */
    record SendDirectly(List<Path> paths) implements TypedLine {}

    record EndDirect() implements TypedLine {}

    record Friends() implements TypedLine {}

    record Friend(String name, String text) implements TypedLine {}

    record Unfriend(String name) implements TypedLine {}

    record Block(String name, boolean on) implements TypedLine {}

    /** @param with empty for everyone */
    record Notify(String with, String what) implements TypedLine {}

    /** @param end what to end: a number of the list, or {@code others}; empty to list them */
    record OwnSessions(String end) implements TypedLine {}

    record Rename(String name) implements TypedLine {}

    record Logout() implements TypedLine {}

    record Who(String part) implements TypedLine {}

    record Ignore(Optional<String> name) implements TypedLine {}

    record Set(List<String> words) implements TypedLine {}

    record Password() implements TypedLine {}

    record Register(String name) implements TypedLine {}

    record Help(String text) implements TypedLine {}

    record Quit() implements TypedLine {}

    /** A line that can't be executed; {@code text} says why. No part of it is ever sent. */
    record ParseError(String text) implements TypedLine {}

    /** Returns the line that corrects a text. */
    static String correcting(long number, String text) {
        return Command.CORRECT.word() + " #" + number + " " + text;
    }

    /** Parses typed input, which may have several lines. */
    static TypedLine of(String line) {
        if (line.isBlank()) {
            return new Blank();
        }
        String typed = line.strip();
        if (!typed.startsWith("/")) {
            return new Say(typed);
        }
        if (typed.startsWith("//")) {
            return new Say(typed.substring(1));
        }
        String[] words = typed.split("\\s+", 2);
        if (Emoticon.of(words[0]).isPresent()) {
            return new Say(typed);
        }
        Optional<Command> command = Command.of(words[0]);
        return command.isPresent()
                ? command(command.get(), words.length < 2 ? "" : words[1])
                : new ParseError("There is no command " + words[0] + nearest(words[0])
                        + " Nothing was sent. /help all lists the commands; to send a text that begins with a slash,"
                        + " begin it with two.");
    }

    private static String nearest(String word) {
        String here = ELSEWHERE.get(word.toLowerCase(Locale.ROOT));
        if (here != null) {
            return "; here it is " + here + ".";
        }
        List<Command> begin = Command.beginning(word.toLowerCase(Locale.ROOT));
        if (!begin.isEmpty()) {
            return "; it begins " + begin.stream().map(Command::word).collect(Collectors.joining(", ")) + ".";
        }
        return Arrays.stream(Command.values())
                .map(Command::word)
                .filter(known -> Levenshtein.distance(known, word) <= 2)
                .min(Comparator.comparingInt(known -> Levenshtein.distance(known, word)))
                .map(known -> "; did you mean " + known + "?")
                .orElse(".");
    }

    private static TypedLine command(Command command, String rest) {
        // A space after a comma is part of the list: /to bob, carol
        String listed = rest.replaceAll(",\\s+", ",");
        String[] words = (command.hasNames() ? listed : rest).split("\\s+", 2);
        String first = words[0];
        String second = words.length < 2 ? "" : words[1].strip();
        ParseError usage = new ParseError("Usage: " + command.usage());
        List<String> names = names(first);
        boolean isOne = !first.isEmpty() && second.isEmpty();
        return switch (command) {
            case TO ->
                names == null
                        ? usage
                        : second.isEmpty()
                                ? new SetTarget(names)
                                : new ParseError(
                                        usage.text()
                                                + "; a group with spaces in its name is named by its number, which /group shows");
            case MSG -> names == null || second.isEmpty() ? usage : new Send(names, text(rest));
            case ALL -> rest.isEmpty() ? new SetTarget(List.of()) : new Send(List.of(), rest);
            case R -> rest.isEmpty() ? usage : new Reply(rest);
            case RE -> numbered(first, second, rest, usage, Answer::new);
            case CORRECT -> numbered(first, second, rest, usage, Correct::new);
            case BACK -> rest.isEmpty() || isNumber(rest) ? new Back(rest.isEmpty() ? 0 : number(rest)) : usage;
            case REACT, UNREACT ->
                numbered(
                        first,
                        second,
                        rest,
                        usage,
                        (number, code) -> new React(number, emoji(code), command == Command.REACT));
            case UNREAD -> rest.isEmpty() ? new Unread() : usage;
            case NEXT -> rest.isEmpty() ? new Next() : usage;
            case HISTORY -> rest.matches("#\\d{1,18}") ? new Around(number(rest)) : history(rest, usage);
            case FIND -> new Find(rest);
            case OLDER, NEWER -> {
                Optional<Long> count = rest.isEmpty() ? Optional.of(USUAL) : count(rest);
                yield count.isPresent() ? new More(command == Command.OLDER, count.get()) : usage;
            }
            case FILE, PICTURE ->
                names == null || second.isEmpty()
                        ? usage
                        : new SendFiles(names, paths(second), command == Command.PICTURE);
            case FILES -> rest.isEmpty() ? new Files() : usage;
            case CANCEL -> rest.matches("[0-9]{0,4}") ? new Cancel(rest.isEmpty() ? 0 : Integer.parseInt(rest)) : usage;
            case FETCH -> isFile(first) && second.isEmpty() ? new Fetch(Long.parseLong(first)) : usage;
            case OPEN -> isFile(first) && second.isEmpty() ? new Open(Long.parseLong(first)) : usage;
            case GROUP -> new Group(first.toLowerCase(Locale.ROOT), second);
            case REPORT -> isNumber(first) && !second.isEmpty() ? new Report(number(first), second) : usage;
            case DIRECT ->
                listed.isEmpty()
                        ? new Direct(List.of())
                        : names == null || names.isEmpty() || !second.isEmpty() ? usage : new Direct(names);
            case SEND -> rest.isEmpty() ? usage : new SendDirectly(paths(rest));
            case END -> rest.isEmpty() ? new EndDirect() : usage;
            case WHO -> new Who(rest);
            case FRIENDS -> rest.isEmpty() ? new Friends() : usage;
            case FRIEND -> first.isEmpty() ? usage : new Friend(first, second);
            case UNFRIEND -> isOne ? new Unfriend(first) : usage;
            case IGNORE -> second.isEmpty() ? new Ignore(Optional.of(first).filter(name -> !name.isEmpty())) : usage;
            case BLOCK -> isOne ? new Block(first, true) : usage;
            case UNBLOCK -> isOne ? new Block(first, false) : usage;
            case NOTIFY ->
                first.isEmpty() || !List.of("all", "mentions", "none").contains(second)
                        ? usage
                        : new Notify(first.equals("*") ? "" : first, second);
            case SESSIONS ->
                rest.isEmpty()
                        ? new OwnSessions("")
                        : first.equals("end") && second.matches("\\d{1,3}|others") ? new OwnSessions(second) : usage;
            case SET -> new Set(rest.isEmpty() ? List.of() : List.of(rest.split("\\s+")));
            case NAME -> isOne ? new Rename(first) : usage;
            case PASSWORD ->
                rest.isEmpty()
                        ? new Password()
                        : new ParseError("Type /password alone: it prompts for the passwords without echo.");
            case REGISTER -> isOne ? new Register(first) : usage;
            case HELP -> help(first);
            case LOGOUT -> rest.isEmpty() ? new Logout() : usage;
            case QUIT -> rest.isEmpty() ? new Quit() : usage;
        };
    }

    /** Returns what follows a list of names, in which a space may follow a comma. */
    private static String text(String rest) {
        return rest.replaceFirst("^(?:[^\\s,]*,\\s*)*[^\\s,]+\\s+", "").strip();
    }

    /** Something about a message. */
    interface About {
        TypedLine of(long number, String text);
    }

    private static TypedLine numbered(String first, String second, String rest, ParseError usage, About about) {
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

    private static TypedLine history(String rest, ParseError usage) {
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
        return new History(
                Optional.ofNullable(words.peek()).map(name -> name.equals("*") ? "" : name),
                Optional.of(since).filter(time -> !time.isEmpty()),
                count.orElse(USUAL));
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

    /** Parses a path: without the quotes around it, and with a leading {@code ~} for the home directory. */
    private static boolean isFile(String word) {
        return word.matches("\\d{1,10}");
    }

    /** Returns the paths in a text: one, which may have spaces, if there is a file of that name; else one a word. */
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

    static Path path(String text) {
        boolean isQuoted = text.length() > 1
                && (text.startsWith("'") || text.startsWith("\""))
                && text.charAt(0) == text.charAt(text.length() - 1);
        String bare = isQuoted ? text.substring(1, text.length() - 1) : text;
        Path home = PrivateFiles.home(System.getenv());
        return bare.equals("~") ? home : bare.startsWith("~/") ? home.resolve(bare.substring(2)) : Path.of(bare);
    }

    private static TypedLine help(String which) {
        Optional<Command> one = Command.of(which.startsWith("/") ? which : "/" + which);
        if (which.equals("all")) {
            return new Help(all());
        }
        if (!which.isEmpty()) {
            return one.isPresent()
                    ? new Help(one.get().line() + (one.get() == Command.GROUP ? "\n" + GroupHelp.TEXT : ""))
                    : new ParseError("There is no command " + which + nearest("/" + which) + " /help all lists them.");
        }
        return new Help(lines(USED_MOST.stream())
                + "\n\nTab completes names, commands and files.\n/help all lists all %d commands, /help COMMAND one."
                        .formatted(Command.values().length));
    }

    private static String all() {
        return lines(Arrays.stream(Command.values()))
                + "\n  //TEXT                   a text that begins with a slash\n"
                + "  /wx, /xin, …             emoticons, anywhere in a text; Tab completes them\n\n"
                + "A command may be shortened as long as only one begins so. Tab completes names, commands and files.\n"
                + "↑ and ↓ find what you typed before. Alt-Enter begins a new line in a text; Ctrl-X Ctrl-E opens your\n"
                + "editor. Ctrl-C empties the line; Ctrl-D leaves.";
    }

    private static String lines(Stream<Command> commands) {
        return commands.map(Command::line).collect(Collectors.joining("\n"));
    }
}

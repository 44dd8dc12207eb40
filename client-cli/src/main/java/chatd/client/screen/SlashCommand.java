package chatd.client.screen;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jline.utils.Levenshtein;

/** The commands that are typed, in the order in which the help lists them. */
public enum SlashCommand {
    TO("NAME[,NAME…]", "what you type from now on goes to them"),
    MSG("NAME[,NAME…] TEXT", "one text to them"),
    ALL("[TEXT]", "one text to everyone; without a text, all you type"),
    R("TEXT", "send one text to whoever wrote to you last"),
    RE("[NUMBER] TEXT", "answer the last text you were sent here, or the one with this number"),
    CORRECT("[NUMBER] TEXT", "replace your last text, or the one with this number"),
    BACK("[NUMBER]", "take your last text or file back, or the one with this number; admins of a group also others'"),
    REACT("[NUMBER] EMOJI", "react to the last text you were sent here, or to the one with this number"),
    UNREACT("[NUMBER] EMOJI", "no longer"),
    UNREAD("", "which conversations have something unread"),
    NEXT("", "show what is unread of the one that waits longest, and talk to them"),
    HISTORY("[NAME] [WHEN] [N]", "the last items, or those since a day or time, of all or of one conversation"),
    FIND(
            "[WORDS] [from:NAME] …",
            "the newest 20 messages with these words; again: older ones; /history #12 shows what is around one"),
    OLDER("[N]", "what was before that"),
    NEWER("[N]", "what came after it"),
    GROUP("[WHAT [GROUP] …]", "your groups; /help group says what can be done with them"),
    FILE("NAME[,NAME…] PATH…", "send files, or those of a folder, byte for byte; * for everyone"),
    PICTURE(
            "NAME[,NAME…] PATH…",
            "send pictures, to be shown inline; metadata on where and how they were taken is removed"),
    FETCH("NUMBER", "fetch a file that was offered"),
    FILES("", "the files that are being sent and fetched"),
    CANCEL("[NUMBER]", "cancel one of them"),
    OPEN("NUMBER", "fetch a file and open it with this system's viewer"),
    DIRECT(
            "[NAME[,NAME…]]",
            "talk with them from machine to machine, not through the server; without a name, go back to them"),
    SEND("PATH…", "send files directly, of any size; an interrupted file resumes where it stopped"),
    END("", "end or cancel the direct session; a line that is just END asks the other side first"),
    WHO("[PART]", "who is online, or the users with a part of their name that begins with PART"),
    FRIENDS("", "list your friends, and who asks to be one"),
    FRIEND("NAME [TEXT]", "ask somebody to be your friend, or agree"),
    UNFRIEND("NAME", "decline, withdraw a request, or end a friendship"),
    IGNORE("[NAME]", "hide somebody's messages, or show them again; without a name, list whom you ignore"),
    REPORT("NUMBER WHY", "report a message to the administrators"),
    BLOCK("NAME", "let nothing more from somebody arrive"),
    UNBLOCK("NAME", "end that"),
    NOTIFY("NAME all|mentions|none", "what alerts you in a conversation; * is everyone"),
    SESSIONS("[end NUMBER|end others]", "where you are logged in; end a session"),
    SET("[KEY [VALUE]]", "your settings, kept on the server"),
    NAME("NAME", "give yourself another name"),
    PASSWORD("", "change your password"),
    REGISTER("NAME", "make another account, where the server allows it"),
    HELP("[COMMAND|all]", "the most useful commands; all of them; or one"),
    LOGOUT("", "leave, and forget the key of this device"),
    QUIT("", "leave");

    /** Maximum width of a usage whose explanation is on the same line, in columns. */
    private static final int USAGE = 24;

    /** The column at which the explanations in the help begin. */
    public static final int HELP_INDENT = 2 + USAGE + 1;

    /** What people type in other programs, and what that is called here. */
    static final Map<String, String> ELSEWHERE = Map.ofEntries(
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

    /** The commands of the short help. */
    private static final List<SlashCommand> USED_MOST =
            List.of(TO, MSG, RE, NEXT, HISTORY, FIND, FILE, GROUP, WHO, QUIT);

    private final String arguments;
    private final String help;

    SlashCommand(String arguments, String help) {
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

    /** Returns whether its argument at an index, from 1 on, is part of a text to people. */
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
     * Returns the command that a word names, ignoring case. A unique prefix suffices, unless it is a command of other
     * programs ({@link #ELSEWHERE}); only {@code /all} must be written out.
     */
    static Optional<SlashCommand> of(String word) {
        String lower = word.toLowerCase(Locale.ROOT);
        List<SlashCommand> begin = withPrefix(lower);
        return begin.stream()
                .filter(command -> command.word().equals(lower))
                .findFirst()
                .or(() -> begin.size() == 1 && !begin.contains(ALL) && !ELSEWHERE.containsKey(lower)
                        ? Optional.of(begin.getFirst())
                        : Optional.empty());
    }

    static List<SlashCommand> withPrefix(String word) {
        return word.length() < 2
                ? List.of()
                : Arrays.stream(values())
                        .filter(command -> command.word().startsWith(word))
                        .toList();
    }

    /** Returns a suggestion for a word that is no command, as the end of a sentence; a full stop if there is none. */
    static String nearest(String word) {
        String here = ELSEWHERE.get(word.toLowerCase(Locale.ROOT));
        if (here != null) {
            return "; here it is " + here + ".";
        }
        List<SlashCommand> begin = withPrefix(word.toLowerCase(Locale.ROOT));
        if (!begin.isEmpty()) {
            return "; it could be " + begin.stream().map(SlashCommand::word).collect(Collectors.joining(", ")) + ".";
        }
        return Arrays.stream(values())
                .map(SlashCommand::word)
                .filter(known -> Levenshtein.distance(known, word) <= 2)
                .min(Comparator.comparingInt(known -> Levenshtein.distance(known, word)))
                .map(known -> "; did you mean " + known + "?")
                .orElse(".");
    }

    /** Returns the help of the commands that are used most. */
    static String shortHelp() {
        return lines(USED_MOST.stream())
                + "\n\nTab completes names, commands and files.\n/help all lists all %d commands, /help COMMAND one."
                        .formatted(values().length);
    }

    /** Returns the help of all commands. */
    static String helpOfAll() {
        return lines(Arrays.stream(values()))
                + "\n  //TEXT                   a text that begins with a slash\n"
                + "  /wx, /xin, …             emoticons, anywhere in a text; Tab completes them\n\n"
                + "A command may be shortened as long as it is unambiguous. Tab completes names, commands and files.\n"
                + "↑ and ↓ find what you typed before. Alt-Enter begins a new line in a text; Ctrl-X Ctrl-E opens your\n"
                + "editor. Ctrl-C empties the line; Ctrl-D leaves.";
    }

    private static String lines(Stream<SlashCommand> commands) {
        return commands.map(SlashCommand::line).collect(Collectors.joining("\n"));
    }
}

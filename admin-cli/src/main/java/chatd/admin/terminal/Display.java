package chatd.admin.terminal;

import java.io.Console;
import java.util.Map;
import java.util.Optional;
import org.jline.nativ.CLibrary;
import org.jline.nativ.CLibrary.WinSize;
import org.jline.utils.WCWidth;

/** Describes standard output: a terminal of some width, with or without colours, or no terminal. */
public final class Display {
    private static final int STANDARD_OUTPUT = 1;
    private static final int MIN_WIDTH = 20;
    private static final int DEFAULT_WIDTH = 80;

    /** For a pipe or a file: nothing is truncated or coloured. */
    static final Display NONE = new Display(Integer.MAX_VALUE, false);

    private final int width;
    private final boolean coloured;

    private Display(int width, boolean coloured) {
        this.width = width;
        this.coloured = coloured;
    }

    /** Returns a terminal of the given width in columns. */
    public static Display of(int width, boolean coloured) {
        return new Display(Math.max(MIN_WIDTH, width), coloured);
    }

    /** Returns the display of this process: its standard output. */
    public static Display of(Map<String, String> environment) {
        boolean terminal = Optional.ofNullable(System.console())
                .filter(Console::isTerminal)
                .isPresent();
        if (!terminal) {
            return NONE;
        }
        boolean plain = !environment.getOrDefault("NO_COLOR", "").isEmpty()
                || "dumb".equals(environment.getOrDefault("TERM", "dumb"));
        return of(columns(), !plain);
    }

    /** Returns the terminal's width; the usual one if it can't be determined, e.g. because /tmp is mounted noexec. */
    private static int columns() {
        try {
            WinSize size = new WinSize();
            boolean known = CLibrary.ioctl(STANDARD_OUTPUT, CLibrary.TIOCGWINSZ, size) == 0 && size.ws_col > 0;
            return known ? size.ws_col : DEFAULT_WIDTH;
        } catch (LinkageError | RuntimeException e) {
            return DEFAULT_WIDTH;
        }
    }

    public boolean isTerminal() {
        return this != NONE;
    }

    /** Returns the width in columns. */
    int width() {
        return width;
    }

    public String bold(String text) {
        return coloured ? "\033[1m" + text + "\033[0m" : text;
    }

    /** Returns a text with line breaks between words, so that it fits beside so many columns, to which its lines are indented. */
    public String wrapped(String text, int indent) {
        int room = Math.max(MIN_WIDTH, width - indent);
        StringBuilder lines = new StringBuilder();
        int used = 0;
        for (String word : text.split(" ", -1)) {
            int columns = columns(word);
            if (used > 0 && used + 1L + columns > room) {
                lines.append('\n').append(" ".repeat(indent));
                used = 0;
            } else if (used > 0) {
                lines.append(' ');
                used++;
            }
            lines.append(word);
            used += columns;
        }
        return lines.toString();
    }

    /** Returns the number of columns that a text takes. */
    static int columns(String text) {
        return text.codePoints().map(c -> Math.max(0, WCWidth.wcwidth(c))).sum();
    }

    /** Truncates a text to a number of columns; a truncated one ends with …. */
    static String truncate(String text, int limit) {
        if (columns(text) <= limit) {
            return text;
        }
        StringBuilder cut = new StringBuilder();
        int used = 0;
        for (int c : text.codePoints().toArray()) {
            int columns = Math.max(0, WCWidth.wcwidth(c));
            if (used + columns > limit - 1) {
                break;
            }
            cut.appendCodePoint(c);
            used += columns;
        }
        return cut.append('…').toString();
    }
}

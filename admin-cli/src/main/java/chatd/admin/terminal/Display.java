package chatd.admin.terminal;

import java.io.Console;
import java.util.Map;
import java.util.Optional;
import org.jline.nativ.CLibrary;
import org.jline.nativ.CLibrary.WinSize;
import org.jline.utils.WCWidth;

/** What standard output is: a terminal of some width, which may have colours, or not. */
public final class Display {
    private static final int STANDARD_OUTPUT = 1;
    private static final int LEAST = 20;
    private static final int USUAL = 80;

    /** Into a pipe or a file: nothing is cut, nothing is coloured. */
    static final Display NONE = new Display(Integer.MAX_VALUE, false);

    private final int width;
    private final boolean coloured;

    private Display(int width, boolean coloured) {
        this.width = width;
        this.coloured = coloured;
    }

    /** A terminal. */
    public static Display of(int width, boolean coloured) {
        return new Display(Math.max(LEAST, width), coloured);
    }

    /** The screen of this process. */
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

    /** The terminal's width; that of most where it can't be asked for, as where nothing may be run in /tmp. */
    private static int columns() {
        try {
            WinSize size = new WinSize();
            boolean known = CLibrary.ioctl(STANDARD_OUTPUT, CLibrary.TIOCGWINSZ, size) == 0 && size.ws_col > 0;
            return known ? size.ws_col : USUAL;
        } catch (LinkageError | RuntimeException e) {
            return USUAL;
        }
    }

    public boolean isTerminal() {
        return this != NONE;
    }

    /** Columns. */
    int width() {
        return width;
    }

    String bold(String text) {
        return coloured ? "\033[1m" + text + "\033[0m" : text;
    }

    /** Columns that a text takes. */
    static int columns(String text) {
        return text.codePoints().map(c -> Math.max(0, WCWidth.wcwidth(c))).sum();
    }

    /** Cut to a number of columns, with … where something is missing. */
    static String cut(String text, int most) {
        if (columns(text) <= most) {
            return text;
        }
        StringBuilder cut = new StringBuilder();
        int used = 0;
        for (int c : text.codePoints().toArray()) {
            int columns = Math.max(0, WCWidth.wcwidth(c));
            if (used + columns > most - 1) {
                break;
            }
            cut.appendCodePoint(c);
            used += columns;
        }
        return cut.append('…').toString();
    }
}

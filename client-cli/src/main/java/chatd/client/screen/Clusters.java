package chatd.client.screen;

import java.io.IOException;
import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jline.terminal.Terminal;
import org.jline.utils.WCWidth;
import org.jspecify.annotations.Nullable;

/**
 * How wide a terminal draws a grapheme cluster: a sign made of several characters, such as a flag or a family.
 * Terminals differ, and a line editor that counts differently overwrites its own prompt: so the terminal is asked once,
 * and clusters that are not as wide there as JLine assumes are shown in the typed line as a simpler sign, with the same
 * meaning if possible. What is sent is what was typed.
 */
final class Clusters {
    /** How long the terminal may take to answer, in milliseconds. */
    private static final int TIMEOUT_MILLIS = 1_000;

    /** The regional indicator that stands for A. */
    private static final int REGIONAL_A = 0x1F1E6;

    /** The range of the skin-tone modifiers. */
    private static final int LIGHTEST = 0x1F3FB;

    private static final int DARKEST = 0x1F3FF;

    private static final Pattern ANSWER = Pattern.compile("\033\\[\\d+;(\\d+)R");

    /** Kinds of clusters, each with an example. */
    private enum Kind {
        FLAG("\uD83C\uDDE9\uD83C\uDDEA"),
        JOINED("\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67"),
        SKIN("\uD83D\uDC4D\uD83C\uDFFD"),
        SELECTED("\u2764\uFE0F"),
        KEYCAP("1\uFE0F\u20E3");

        private final String example;

        Kind(String example) {
            this.example = example;
        }

        /** Returns what kind of cluster this is; null if it is none of these. */
        private static @Nullable Kind of(String cluster) {
            int first = cluster.codePointAt(0);
            if (WCWidth.isRegionalIndicator(first)) {
                return FLAG;
            }
            if (cluster.length() == Character.charCount(first) || Character.isLetter(first)) {
                return null;
            }
            if (cluster.indexOf('\u200D') > 0) {
                return JOINED;
            }
            if (cluster.indexOf('\u20E3') > 0) {
                return KEYCAP;
            }
            if (cluster.codePoints().skip(1).anyMatch(c -> c >= LIGHTEST && c <= DARKEST)) {
                return SKIN;
            }
            return cluster.indexOf('\uFE0F') > 0 ? SELECTED : null;
        }
    }

    /** A syllable of several letters: a terminal that draws it as one cluster does so with all clusters. */
    private static final String SYLLABLE = "\u0915\u094D\u0937\u093F";

    /** The kinds that are shown as a simpler sign. */
    private final Set<Kind> simplified;

    private Clusters(Set<Kind> simplified) {
        this.simplified = simplified;
    }

    /**
     * Asks a terminal, in raw mode with the cursor on an empty line, and configures how JLine counts. Blocks briefly,
     * or for a second if the terminal does not answer.
     *
     * @param typed receives what was typed meanwhile
     */
    static Clusters of(Terminal terminal, StringBuilder typed) throws IOException {
        List<String> examples = Stream.concat(Stream.of(Kind.values()).map(kind -> kind.example), Stream.of(SYLLABLE))
                .toList();
        List<Integer> widths = widths(terminal, examples, typed);
        if (widths.size() < examples.size()) {
            return new Clusters(EnumSet.allOf(Kind.class));
        }
        boolean isByCluster = IntStream.range(0, examples.size())
                .allMatch(i -> WCWidth.wcwidthForGraphemeCluster(examples.get(i), 0) == widths.get(i));
        if (isByCluster && terminal.setGraphemeClusterMode(true, true)) {
            return new Clusters(EnumSet.noneOf(Kind.class));
        }
        Set<Kind> simplified = EnumSet.noneOf(Kind.class);
        for (Kind kind : Kind.values()) {
            if (jlineWidth(kind.example) != widths.get(examples.indexOf(kind.example))) {
                simplified.add(kind);
            }
        }
        return new Clusters(simplified);
    }

    /** Returns a text's width as JLine counts it if the terminal does not support clusters. */
    private static int jlineWidth(String text) {
        return text.codePoints().map(c -> Math.max(0, WCWidth.wcwidth(c))).sum();
    }

    /**
     * Measures texts: writes each at the beginning of the line, and asks where the cursor is then. Returns fewer widths
     * if the terminal does not answer.
     */
    private static List<Integer> widths(Terminal terminal, List<String> texts, StringBuilder typed) throws IOException {
        texts.forEach(text -> terminal.writer().print("\r" + text + "\033[6n"));
        terminal.writer().print("\r\033[K");
        terminal.flush();
        StringBuilder received = new StringBuilder();
        List<Integer> widths = new ArrayList<>();
        while (widths.size() < texts.size()) {
            int next = terminal.reader().read(TIMEOUT_MILLIS);
            if (next < 0) {
                break;
            }
            received.append((char) next);
            Matcher answer = ANSWER.matcher(received);
            if (answer.find()) {
                widths.add(Integer.parseInt(answer.group(1)) - 1);
                typed.append(received, 0, answer.start());
                received.setLength(0);
            }
        }
        typed.append(received);
        return widths;
    }

    boolean simplifies() {
        return !simplified.isEmpty();
    }

    /** Returns a text as it is shown while it is typed. */
    String shown(String text) {
        if (text.chars().noneMatch(c -> c == 0x200D || c == 0xFE0F || c == 0x20E3 || Character.isSurrogate((char) c))) {
            return text;
        }
        BreakIterator clusters = BreakIterator.getCharacterInstance(Locale.ROOT);
        clusters.setText(text);
        StringBuilder shown = new StringBuilder();
        for (int begin = 0, end = clusters.next(); end != BreakIterator.DONE; begin = end, end = clusters.next()) {
            String cluster = text.substring(begin, end);
            Kind kind = Kind.of(cluster);
            shown.append(kind == null || !simplified.contains(kind) ? cluster : simpler(kind, cluster));
        }
        return shown.toString();
    }

    private static String simpler(Kind kind, String cluster) {
        return kind == Kind.FLAG
                ? cluster.codePoints()
                        .filter(WCWidth::isRegionalIndicator)
                        .mapToObj(c -> Character.toString('A' + c - REGIONAL_A))
                        .collect(Collectors.joining("", "[", "]"))
                : Character.toString(cluster.codePointAt(0));
    }

    /** Returns the number of code points in the last cluster of a text; 0 if the text is empty. */
    static int lastLength(String text) {
        BreakIterator clusters = BreakIterator.getCharacterInstance(Locale.ROOT);
        clusters.setText(text);
        int end = clusters.last();
        return end == 0 ? 0 : text.codePointCount(clusters.previous(), end);
    }

    /** Returns the number of code points in the first cluster of a text; 0 if the text is empty. */
    static int firstLength(String text) {
        BreakIterator clusters = BreakIterator.getCharacterInstance(Locale.ROOT);
        clusters.setText(text);
        int end = clusters.next();
        return end == BreakIterator.DONE ? 0 : text.codePointCount(0, end);
    }
}

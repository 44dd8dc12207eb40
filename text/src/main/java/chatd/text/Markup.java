package chatd.text;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The formatting of texts, as people write it (page {@code chat-json-1.md}, "Formatting"): code, quotes, lists, bold and
 * italic. Only how a text is shown depends on it. The web client has the same rule in {@code markup.ts}; both are tested
 * with the table {@code markup.json}. Takes linear time.
 */
public final class Markup {
    /** What a line is. */
    public enum Kind {
        TEXT,
        QUOTE,
        ITEM,
        CODE
    }

    /** A piece of a line in one style. */
    public record Run(String text, boolean isBold, boolean isItalic, boolean isCode) {}

    /**
     * A line as it is shown.
     *
     * @param mark the bullet or number of an item; empty for others
     * @param level how far an item is indented, 0 to 3
     */
    public record Line(Kind kind, String mark, int level, List<Run> runs) {}

    private static final Pattern FENCE = Pattern.compile(" {0,3}```[A-Za-z0-9+#.-]{0,20}");
    private static final Pattern FENCE_END = Pattern.compile(" {0,3}```");
    private static final Pattern QUOTE = Pattern.compile("> .*|>");
    private static final Pattern ITEM = Pattern.compile("( {0,8})([-*•]|\\d{1,3}[.)]) +(?=\\S)");
    private static final int MAX_LEVEL = 3;

    /** Backticks, other marks, or an address, in which marks are no marks. */
    private static final Pattern PIECE = Pattern.compile("`+|\\*+|_+|(?:https?://|www\\.)[^\\s`]+");

    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{M}\\p{Nd}&&[^" + Mention.UNSPACED + "]]");

    private Markup() {}

    /** Splits a text into lines of code, quotes, lists and others. */
    public static List<Line> lines(String text) {
        List<String> rows = List.of(text.split("\n", -1));
        int lastEnd = -1;
        for (int i = 0; i < rows.size(); i++) {
            lastEnd = FENCE_END.matcher(rows.get(i)).matches() ? i : lastEnd;
        }
        List<Line> lines = new ArrayList<>();
        for (int at = 0; at < rows.size(); at++) {
            String row = rows.get(at);
            Matcher item = ITEM.matcher(row);
            if (at < lastEnd && FENCE.matcher(row).matches()) {
                for (at++; !FENCE_END.matcher(rows.get(at)).matches(); at++) {
                    lines.add(new Line(Kind.CODE, "", 0, List.of(new Run(rows.get(at), false, false, true))));
                }
            } else if (QUOTE.matcher(row).matches()) {
                lines.add(new Line(Kind.QUOTE, "", 0, new Row(row.substring(Math.min(2, row.length()))).runs()));
            } else if (item.lookingAt()) {
                String mark = Character.isDigit(item.group(2).charAt(0)) ? item.group(2) : "•";
                int level = Math.min(MAX_LEVEL, item.group(1).length() / 2);
                lines.add(new Line(Kind.ITEM, mark, level, new Row(row.substring(item.end())).runs()));
            } else {
                lines.add(new Line(Kind.TEXT, "", 0, new Row(row).runs()));
            }
        }
        return lines;
    }

    /** A mark that may begin or end a style, and does once its other end is found. */
    private static final class Mark {
        final String text;
        int step;

        Mark(String text) {
            this.text = text;
        }
    }

    /** A line that is being split into runs; its tokens are marks, and runs without a style. */
    private static final class Row {
        private final String row;
        private final List<Object> tokens = new ArrayList<>();
        private final Deque<Mark> open = new ArrayDeque<>();
        private final Map<String, Integer> counts = new HashMap<>();

        Row(String row) {
            this.row = row;
        }

        List<Run> runs() {
            tokenize();
            List<Run> runs = new ArrayList<>();
            int bold = 0;
            int italic = 0;
            for (Object token : tokens) {
                Run run = token instanceof Run plain ? plain : null;
                if (token instanceof Mark mark) {
                    bold += mark.text.length() == 2 ? mark.step : 0;
                    italic += mark.text.length() == 2 ? 0 : mark.step;
                    run = mark.step == 0 ? new Run(mark.text, false, false, false) : null;
                }
                if (run != null) {
                    add(runs, new Run(run.text(), bold > 0, italic > 0, run.isCode()));
                }
            }
            return runs;
        }

        /** Adds a run, to the last one if it has the same style. */
        private static void add(List<Run> runs, Run run) {
            Run last = runs.isEmpty() ? null : runs.getLast();
            if (last != null
                    && !run.isCode()
                    && !last.isCode()
                    && last.isBold() == run.isBold()
                    && last.isItalic() == run.isItalic()) {
                runs.set(runs.size() - 1, new Run(last.text() + run.text(), run.isBold(), run.isItalic(), false));
            } else if (!run.text().isEmpty()) {
                runs.add(run);
            }
        }

        private void tokenize() {
            Map<Integer, Integer> lastTicks = new HashMap<>();
            Matcher piece = PIECE.matcher(row);
            while (piece.find()) {
                if (row.charAt(piece.start()) == '`') {
                    lastTicks.put(piece.end() - piece.start(), piece.start());
                }
            }
            int from = 0;
            piece.reset();
            while (piece.find()) {
                String found = piece.group();
                addText(from, piece.start());
                from = piece.end();
                if (found.charAt(0) == '`') {
                    if (lastTicks.getOrDefault(found.length(), -1) > piece.start()) {
                        from = addCode(piece, found.length());
                    } else {
                        addText(piece.start(), piece.end());
                    }
                } else if (found.equals("*") || found.equals("**") || found.equals("_")) {
                    addMark(found, piece.start());
                } else {
                    addText(piece.start(), piece.end());
                }
            }
            addText(from, row.length());
        }

        private void addText(int from, int to) {
            if (from < to) {
                tokens.add(new Run(row.substring(from, to), false, false, false));
            }
        }

        /** Adds what is between two runs of as many backticks; returns where the second one ends. */
        private int addCode(Matcher piece, int length) {
            int begin = piece.end();
            do {
                if (!piece.find()) {
                    throw new IllegalStateException("there is no second run of backticks");
                }
            } while (row.charAt(piece.start()) != '`' || piece.end() - piece.start() != length);
            tokens.add(new Run(row.substring(begin, piece.start()), false, false, true));
            return piece.end();
        }

        private void addMark(String text, int at) {
            Mark mark = new Mark(text);
            tokens.add(mark);
            int end = at + text.length();
            int before = at == 0 ? ' ' : row.codePointBefore(at);
            int after = end == row.length() ? ' ' : row.codePointAt(end);
            if (counts.getOrDefault(text, 0) > 0 && !isBlank(before) && !isWord(after)) {
                Mark last;
                do {
                    last = open.pop();
                    counts.merge(last.text, -1, Integer::sum);
                } while (!last.text.equals(text));
                last.step = 1;
                mark.step = -1;
            } else if (!isWord(before) && !isBlank(after)) {
                open.push(mark);
                counts.merge(text, 1, Integer::sum);
            }
        }

        private static boolean isBlank(int character) {
            return Character.isWhitespace(character) || Character.isSpaceChar(character);
        }

        private static boolean isWord(int character) {
            return WORD.matcher(Character.toString(character)).matches();
        }
    }
}

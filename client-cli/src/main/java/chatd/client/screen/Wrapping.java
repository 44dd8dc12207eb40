package chatd.client.screen;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jline.utils.AttributedString;

/** Breaks texts into lines of a terminal's width, between words where that is possible. */
final class Wrapping {
    /** The smallest width used, in columns; a narrower terminal breaks the lines itself. */
    private static final int NARROWEST = 20;

    /** Addresses up to this length are not broken, in characters. */
    private static final int LONGEST_ADDRESS = 2_000;

    private static final Pattern ADDRESS =
            Pattern.compile("^[(\\[{\"'<]*(?:https?://|www\\.)", Pattern.CASE_INSENSITIVE);

    private Wrapping() {}

    /** @param indent columns by which all lines but the first are indented */
    static List<AttributedString> lines(AttributedString text, int columns, int indent) {
        // The last column stays free: terminals differ in what they do after it.
        int width = Math.max(NARROWEST, columns - 1);
        int by = Math.min(indent, width / 2);
        AttributedString margin = new AttributedString(" ".repeat(by));
        List<AttributedString> lines = new ArrayList<>();
        for (AttributedString line : split(text)) {
            AttributedString rest = line;
            while (true) {
                int room = lines.isEmpty() ? width : width - by;
                // A column rarely takes more than a few chars, so measuring 16 chars per column is enough.
                AttributedString near = rest.subSequence(0, Math.min(rest.length(), 16 * room));
                AttributedString head = near.columnLength() <= room ? near : near.columnSubSequence(0, room);
                boolean isAll = head.length() == rest.length();
                int end = isAll ? head.length() : end(rest, breakOf(head), width - by);
                AttributedString part = rest.subSequence(0, end);
                lines.add(lines.isEmpty() ? part : AttributedString.join(AttributedString.EMPTY, margin, part));
                int next = end;
                while (next < rest.length() && rest.charAt(next) == ' ') {
                    next++;
                }
                if (isAll || next == rest.length()) {
                    break;
                }
                rest = rest.subSequence(next, rest.length());
            }
        }
        return lines;
    }

    /**
     * Returns where to break a line that could be broken at a place: not within a web address, which goes whole to the
     * next line or, if it does not fit there either, is left to the terminal to break. An address is printable ASCII
     * without blanks, so that no part of it can pass for a line of its own.
     */
    private static int end(AttributedString text, int end, int room) {
        int begin = end;
        while (begin > 0 && !isBlank(text.charAt(begin - 1)) && end - begin <= LONGEST_ADDRESS) {
            begin--;
        }
        int next = end;
        while (next < text.length() && !isBlank(text.charAt(next)) && next - begin <= LONGEST_ADDRESS) {
            next++;
        }
        boolean isWithin = begin < end && next > end && next - begin <= LONGEST_ADDRESS;
        if (!isWithin
                || !ADDRESS.matcher(text.subSequence(begin, next).toString()).find()) {
            return end;
        }
        boolean fitsNext = text.subSequence(begin, next).columnLength() <= room;
        return fitsNext && begin > 0 ? begin : next;
    }

    private static boolean isBlank(char c) {
        return c <= ' ' || c > '~';
    }

    private static int breakOf(AttributedString head) {
        int space = head.toString().lastIndexOf(' ');
        return space > head.length() / 2 ? space : Math.max(1, head.length());
    }

    private static List<AttributedString> split(AttributedString text) {
        List<AttributedString> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\n') {
                lines.add(text.subSequence(start, i));
                start = i + 1;
            }
        }
        lines.add(text.subSequence(start, text.length()));
        return lines;
    }
}

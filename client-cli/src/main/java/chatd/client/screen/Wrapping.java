package chatd.client.screen;

import java.util.ArrayList;
import java.util.List;
import org.jline.utils.AttributedString;

/** Breaks texts into lines of a terminal's width, between words where that is possible. */
final class Wrapping {
    /** The smallest width used, in columns; a narrower terminal breaks the lines itself. */
    private static final int NARROWEST = 20;

    private Wrapping() {}

    /** @param indent columns by which all lines but the first are indented */
    static List<AttributedString> lines(AttributedString text, int columns, int indent) {
        // The last column stays free: terminals differ in what they do after it.
        int width = Math.max(NARROWEST, columns - 1);
        AttributedString margin = new AttributedString(" ".repeat(indent));
        List<AttributedString> lines = new ArrayList<>();
        for (AttributedString line : split(text)) {
            AttributedString rest = line;
            while (true) {
                int room = lines.isEmpty() ? width : width - indent;
                // A column rarely takes more than a few chars, so measuring 16 chars per column is enough.
                AttributedString near = rest.subSequence(0, Math.min(rest.length(), 16 * room));
                AttributedString head = near.columnLength() <= room ? near : near.columnSubSequence(0, room);
                boolean isAll = head.length() == rest.length();
                int end = isAll ? head.length() : breakOf(head);
                AttributedString now = rest.subSequence(0, end);
                lines.add(lines.isEmpty() ? now : AttributedString.join(AttributedString.EMPTY, margin, now));
                if (isAll) {
                    break;
                }
                int next = end;
                while (next < rest.length() && rest.charAt(next) == ' ') {
                    next++;
                }
                rest = rest.subSequence(next, rest.length());
            }
        }
        return lines;
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

package chatd.client.screen;

import chatd.client.talk.Preferences;
import chatd.client.talk.Setting;
import chatd.client.talk.item.ConversationSummary;
import chatd.client.talk.item.Item;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.value.Media;
import chatd.text.Emoticon;
import chatd.text.Markup;
import chatd.text.Mention;
import chatd.text.SafeText;
import chatd.text.Size;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;
import org.jspecify.annotations.Nullable;

/** Formats messages and notices as lines to show. Immutable. */
public final class LineFormatter {
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("EEEE, d MMMM uuuu", Locale.ENGLISH);

    /** Maximum number of characters quoted from a text that is answered. */
    private static final int MAX_QUOTED = 30;

    private final ZoneId zone;
    private final Palette palette;
    private final boolean isFormatted;
    private final DateTimeFormatter time;
    private final Pattern mention;
    private final String me;
    private final UnaryOperator<String> labels;

    /**
     * @param me the user's name, whose mentions are highlighted
     * @param zone the time zone of the times shown
     * @param mayColour whether colours are wanted at all
     * @param labels returns how a recipient is shown
     */
    public LineFormatter(
            String me, ZoneId zone, Preferences preferences, boolean mayColour, UnaryOperator<String> labels) {
        this.labels = labels;
        this.zone = zone;
        this.me = me;
        this.palette = Palette.of(preferences.get(Setting.THEME), mayColour);
        // Without styles, the marks say what was meant.
        this.isFormatted = palette != Palette.NONE && preferences.is(Setting.FORMATTING, "on");
        this.time = DateTimeFormatter.ofPattern(
                        switch (preferences.get(Setting.TIME)) {
                            case "12h" -> "h:mm a";
                            case "iso" -> "uuuu-MM-dd HH:mm:ss";
                            default -> "HH:mm";
                        },
                        Locale.ENGLISH)
                .withZone(zone);
        this.mention = Pattern.compile(
                Mention.patternOf(me) + "|(?<![\\p{L}\\p{M}\\p{Nd}_])" + Pattern.quote(me)
                        + "(?![\\p{L}\\p{M}\\p{Nd}_])",
                Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
    }

    /** Returns whether an item from somebody else mentions the user, as the server says, or by name. */
    boolean mentions(Item item) {
        return !item.isMine()
                && (item.mentionsMe() || mention.matcher(item.text()).find());
    }

    LocalDate day(Item item) {
        return LocalDate.ofInstant(item.time(), zone);
    }

    /**
     * Formats an item, as {@code 14:05 alice → you: Lunch?}; with its recipients only if they are known.
     *
     * @param isNumbered whether its number is shown, too
     * @param other the item that it answers or is about; null if that is not known
     */
    AttributedString format(Item item, boolean isNumbered, @Nullable Item other) {
        return format(item, isNumbered, other, List.of());
    }

    /**
     * Describes what was taken back: to the user who did it, by its text and recipients; to others, only by its time.
     */
    private String takenBack(Item item, @Nullable Item other, String what) {
        if (other == null) {
            return what;
        }
        if (!item.isMine()) {
            return "what was sent at " + time.format(other.time());
        }
        String named = other.isFile() ? "the file " + SafeText.line(other.text()) : what;
        return named
                + other.to().map(to -> " → " + SafeText.line(receivers(to))).orElse("");
    }

    /** @param places where the search matches in its text or its file's name, in order */
    AttributedString format(Item item, boolean isNumbered, @Nullable Item other, List<MessageEvent.Place> places) {
        AttributedStringBuilder line = new AttributedStringBuilder();
        line.styled(palette.quiet(), time.format(item.time()) + " ");
        if (isNumbered && item.number() > 0) {
            line.styled(palette.quiet(), "#" + item.number() + " ");
        }
        line.styled(palette.name(item.sender()), SafeText.line(item.sender()));
        String what = other == null
                ? "#" + (item.of() + item.answered())
                : "“" + SafeText.line(beginning(other.text(), MAX_QUOTED)) + "”";
        switch (item.action()) {
            case REACTED -> {
                return line.append(" " + reaction(item.text()))
                        .styled(palette.quiet(), " to " + what)
                        .toAttributedString();
            }
            case REACTION_REMOVED -> {
                return line.styled(palette.quiet(), " removed " + reaction(item.text()) + " from " + what)
                        .toAttributedString();
            }
            case TAKEN_BACK -> {
                return line.styled(palette.quiet(), " took back " + takenBack(item, other, what))
                        .toAttributedString();
            }
            case GROUP -> {
                return line.styled(palette.quiet(), " " + SafeText.line(item.text()))
                        .toAttributedString();
            }
            case SENT, ERASED, CORRECTED -> {}
        }
        item.to().ifPresent(to -> line.styled(palette.quiet(), " → " + SafeText.line(receivers(to))));
        line.append(": ");
        if (item.action() == Item.Action.ERASED) {
            return line.styled(palette.quiet(), item.isFile() ? "(file taken back)" : "(taken back)")
                    .toAttributedString();
        }
        if (item.action() == Item.Action.CORRECTED) {
            line.styled(palette.quiet(), "(✎ " + what + ") ");
        }
        if (item.answered() > 0) {
            line.styled(palette.quiet(), "(to " + what + ") ");
        }
        Long file = item.file();
        if (file != null) {
            line.append("file ").append(marked(item.text(), places, palette.loud(), SafeText::line));
            if (item.size() >= 0) {
                line.styled(palette.quiet(), ", " + kind(item.media()) + Size.of(item.size()));
            }
            if (file >= 0) {
                line.styled(palette.quiet(), "  (/fetch " + file + ")");
            }
            return amended(line, item).toAttributedString();
        }
        AttributedString text = isFormatted && places.isEmpty()
                ? formatted(SafeText.text(item.text()))
                : marked(
                        item.text(),
                        places,
                        AttributedStyle.DEFAULT,
                        part -> Emoticon.replaceCodes(SafeText.text(part)));
        return amended(line.append(item.isMine() ? text : text.styleMatches(mention, palette.mention())), item)
                .toAttributedString();
    }

    /** Returns a text with its formatting; where it begins with a block of lines, that begins a line. */
    private AttributedString formatted(String text) {
        List<Markup.Line> lines = Markup.lines(text);
        AttributedStringBuilder shown = new AttributedStringBuilder();
        if (lines.size() > 1 && lines.getFirst().kind() != Markup.Kind.TEXT) {
            shown.append("\n");
        }
        for (int i = 0; i < lines.size(); i++) {
            Markup.Line line = lines.get(i);
            shown.append(i == 0 ? "" : "\n");
            switch (line.kind()) {
                case QUOTE, CODE -> shown.styled(palette.quiet(), "│ ");
                case ITEM -> shown.append("  ".repeat(line.level()) + line.mark() + " ");
                case TEXT -> {}
            }
            for (Markup.Run run : line.runs()) {
                AttributedStyle style = run.isCode() ? palette.code() : AttributedStyle.DEFAULT;
                style = run.isBold() ? style.bold() : style;
                style = run.isItalic() ? style.italic() : style;
                shown.styled(style, run.isCode() ? run.text() : Emoticon.replaceCodes(run.text()));
            }
        }
        return shown.toAttributedString();
    }

    /** Returns a text with the matches marked. */
    private AttributedString marked(
            String text, List<MessageEvent.Place> places, AttributedStyle style, UnaryOperator<String> shown) {
        AttributedStringBuilder marked = new AttributedStringBuilder();
        int end = 0;
        for (MessageEvent.Place place : places) {
            // The server may have counted in another version of the text.
            int start = Math.clamp(place.start(), end, text.length());
            int next = Math.clamp((long) place.start() + place.length(), start, text.length());
            marked.styled(style, shown.apply(text.substring(end, start)));
            marked.styled(palette.found(), shown.apply(text.substring(start, next)));
            end = next;
        }
        return marked.styled(style, shown.apply(text.substring(end))).toAttributedString();
    }

    /** Appends that a message was corrected, if so, and the reactions to it. */
    private AttributedStringBuilder amended(AttributedStringBuilder line, Item item) {
        if (item.amended().shown() != null) {
            line.styled(palette.quiet(), " (corrected)");
        }
        item.amended().reactions().forEach((code, reactions) -> {
            String count = reactions.count() == 1 ? "" : " " + reactions.count();
            line.append("  " + reaction(code)).styled(palette.quiet(), count);
        });
        return line;
    }

    private static String reaction(String code) {
        return Emoticon.of(code).map(Emoticon::emoji).orElse(SafeText.line(code));
    }

    private static String kind(Media media) {
        if (media.width() > 0) {
            return media.width() + " × " + media.height() + " pixels, ";
        }
        return media.type().equals(Media.OTHER) ? "" : SafeText.line(media.type()) + ", ";
    }

    /** Lists receivers, the user as {@code you}; an empty list means everyone. */
    String receivers(List<String> to) {
        return to.isEmpty()
                ? "(everyone)"
                : to.stream()
                        .map(name -> name.equals(me) ? "you" : labels.apply(name))
                        .collect(Collectors.joining(", "));
    }

    /** Formats one unread conversation: {@code   bob           3  14:05 bob → you: Lunch?} */
    AttributedString unreadLine(ConversationSummary summary, String with) {
        String mentions = summary.conversation().unread().mentions() > 0 ? " @" : "  ";
        AttributedStringBuilder line = new AttributedStringBuilder();
        AttributedString name = new AttributedString(SafeText.line(with), palette.name(with));
        line.append(name).append(" ".repeat(Math.max(1, 14 - name.columnLength())));
        line.styled(palette.loud(), "%4s".formatted(summary.count())).append(mentions + " ");
        Item last = summary.last();
        String text = SafeText.line(last.text());
        String what = last.action() == Item.Action.ERASED
                ? "(taken back)"
                : last.isFile() ? "file " + text : Emoticon.replaceCodes(text);
        String shown = SafeText.line(last.sender()) + ": " + what;
        line.styled(palette.quiet(), time.format(last.time()) + " " + beginning(shown, 48));
        return line.toAttributedString();
    }

    /** Returns a text, cut after a number of characters. */
    static String beginning(String text, int limit) {
        return text.codePointCount(0, text.length()) <= limit
                ? text
                : text.substring(0, text.offsetByCodePoints(0, limit - 1)) + "…";
    }

    /** Formats a separating line: a day, or a heading. */
    AttributedString heading(String text) {
        return new AttributedString("—— " + text + " ——", palette.quiet());
    }

    AttributedString day(LocalDate day) {
        return heading(DAY.format(day));
    }

    /** Formats a line of little importance. */
    AttributedString quiet(String text) {
        return new AttributedString("· " + SafeText.line(text), palette.quiet());
    }

    /** Formats a warning that must not be overlooked. */
    AttributedString warning(String text) {
        return new AttributedString("* " + SafeText.text(text), palette.loud());
    }

    /** Formats a notice of the client itself. */
    AttributedString notice(String text) {
        return new AttributedStringBuilder()
                .styled(palette.loud(), "* ")
                .append(SafeText.text(text))
                .toAttributedString();
    }

    String dateAndTime(Instant instant) {
        return DateTimeFormatter.ofPattern("d MMMM uuuu, HH:mm", Locale.ENGLISH)
                .withZone(zone)
                .format(instant);
    }
}

package chatd.client.screen;

import chatd.client.talk.Item;
import chatd.client.talk.Preferences;
import chatd.client.talk.Setting;
import chatd.text.SafeText;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;

/** Formats messages and notices as lines to show. Immutable. */
public final class LineFormatter {
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("EEEE, d MMMM uuuu", Locale.ENGLISH);

    private final ZoneId zone;
    private final Palette palette;
    private final DateTimeFormatter time;
    private final Pattern mention;

    /**
     * @param me the user's name, whose mentions are highlighted
     * @param zone the time zone of the times shown
     * @param mayColour whether colours are wanted at all
     */
    public LineFormatter(String me, ZoneId zone, Preferences preferences, boolean mayColour) {
        this.zone = zone;
        this.palette = Palette.of(preferences.get(Setting.THEME), mayColour);
        this.time = DateTimeFormatter.ofPattern(
                        switch (preferences.get(Setting.TIME)) {
                            case "12h" -> "h:mm a";
                            case "iso" -> "uuuu-MM-dd HH:mm:ss";
                            default -> "HH:mm";
                        },
                        Locale.ENGLISH)
                .withZone(zone);
        this.mention = Pattern.compile(
                "(?<![\\p{L}\\p{M}\\p{Nd}_])" + Pattern.quote(me) + "(?![\\p{L}\\p{M}\\p{Nd}_])",
                Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
    }

    /** Returns whether an item from somebody else mentions the user's name. */
    boolean mentions(Item item) {
        return !item.isMine() && mention.matcher(item.text()).find();
    }

    LocalDate day(Item item) {
        return LocalDate.ofInstant(item.time(), zone);
    }

    /** Formats an item, as {@code 14:05 alice: Lunch?}; with its recipients only if they are known. */
    AttributedString said(Item item) {
        AttributedStringBuilder line = new AttributedStringBuilder();
        line.styled(palette.quiet(), time.format(item.time()) + " ");
        line.styled(palette.name(item.sender()), SafeText.line(item.sender()));
        item.to().ifPresent(to -> line.styled(palette.quiet(), " → " + SafeText.line(receivers(to))));
        line.append(": ");
        Long file = item.file();
        if (file != null) {
            line.append("file ").styled(palette.loud(), SafeText.line(item.text()));
            if (file >= 0) {
                line.styled(palette.quiet(), "  (/fetch " + file + ")");
            }
            return line.toAttributedString();
        }
        AttributedString text = new AttributedString(SafeText.text(item.text()));
        return line.append(item.isMine() ? text : text.styleMatches(mention, palette.mention()))
                .toAttributedString();
    }

    static String receivers(List<String> to) {
        return to.isEmpty() ? "(everyone)" : String.join(", ", to);
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

    String whole(Instant instant) {
        return DateTimeFormatter.ofPattern("d MMMM uuuu, HH:mm", Locale.ENGLISH)
                .withZone(zone)
                .format(instant);
    }
}

package chatd.client.talk.item;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.time.temporal.TemporalAccessor;
import java.util.regex.Pattern;

/** A place in a history. */
public sealed interface Place {
    /** The message with a number. */
    record Message(long number) implements Place {}

    /** A time, which lies between two messages. */
    record Time(Instant time) implements Place {}

    Pattern NUMBER = Pattern.compile("#?(\\d{1,18})");

    DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("H:mm[:ss]").withResolverStyle(ResolverStyle.STRICT);

    Pattern TIME =
            Pattern.compile("(?:today|yesterday|\\d{4}-\\d\\d-\\d\\d)(?:[T ]\\d\\S*)?|\\d{1,2}:\\d\\d(?::\\d\\d)?");

    /** Returns whether a text looks like a time: whether {@link #of} is to parse it. */
    static boolean isTime(String text) {
        return TIME.matcher(text).matches();
    }

    /**
     * Parses a message's number, or a time as a person types it: a day, a day and a time of day, or
     * a time today, in the zone of {@code now} unless it names its own.
     *
     * @throws IllegalArgumentException if it is neither; its text says so
     */
    static Place of(String text, ZonedDateTime now) {
        var number = NUMBER.matcher(text);
        if (number.matches()) {
            return new Message(Long.parseLong(number.group(1)));
        }
        try {
            return new Time(time(text, now));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "\"" + text
                            + "\" is neither a message's number nor a time, such as 2026-11-20, \"2026-11-20 14:05\","
                            + " 14:05, today or yesterday.",
                    e);
        }
    }

    private static Instant time(String text, ZonedDateTime now) {
        LocalDate today = now.toLocalDate();
        String dated = text.replaceFirst("^today", today.toString())
                .replaceFirst("^yesterday", today.minusDays(1).toString())
                .replace(' ', 'T');
        return switch (parsed(dated)) {
            case OffsetDateTime exact -> exact.toInstant();
            case LocalDateTime local -> local.atZone(now.getZone()).toInstant();
            case LocalDate day -> day.atStartOfDay(now.getZone()).toInstant();
            case TemporalAccessor clock ->
                LocalTime.from(clock).atDate(today).atZone(now.getZone()).toInstant();
        };
    }

    private static TemporalAccessor parsed(String text) {
        if (text.contains("T")) {
            return DateTimeFormatter.ISO_DATE_TIME.parseBest(text, OffsetDateTime::from, LocalDateTime::from);
        }
        return text.contains("-") ? LocalDate.parse(text) : LocalTime.parse(text, CLOCK);
    }
}

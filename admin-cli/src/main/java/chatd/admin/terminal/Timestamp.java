package chatd.admin.terminal;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses and formats times for people; always in UTC, as in the log. */
public final class Timestamp implements ITypeConverter<Instant> {
    /** The forms in which a time can be given, for help texts and messages. */
    public static final String FORMS = "2026-11-20, 2026-11-20T06:15:00Z, or 2h for two hours ago (s, m, h, d, w)";

    private static final Pattern AGO = Pattern.compile("(\\d{1,9})([smhdw])");

    /** Parses a date, which means its start; an instant; or a duration, which means so long ago. */
    @Override
    public Instant convert(String text) {
        Matcher ago = AGO.matcher(text);
        if (ago.matches()) {
            return Instant.now().minus(unit(ago.group(2)).multipliedBy(Long.parseLong(ago.group(1))));
        }
        try {
            return text.length() == 10
                    ? LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC)
                    : Instant.parse(text);
        } catch (DateTimeException e) {
            throw new TypeConversionException("expected " + FORMS + "; not " + text);
        }
    }

    /** Parses a duration, such as {@code 7d}. */
    public static final class Span implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            Matcher span = AGO.matcher(text);
            if (!span.matches()) {
                throw new TypeConversionException("expected a duration such as 30m, 12h, 7d or 2w; not " + text);
            }
            return unit(span.group(2)).multipliedBy(Long.parseLong(span.group(1)));
        }
    }

    private static Duration unit(String letter) {
        return switch (letter) {
            case "s" -> Duration.ofSeconds(1);
            case "m" -> Duration.ofMinutes(1);
            case "h" -> Duration.ofHours(1);
            case "d" -> Duration.ofDays(1);
            default -> Duration.ofDays(7);
        };
    }

    /**
     * Verifies the range given by {@code --since} and {@code --until}.
     *
     * @throws CommandFailure if it is empty
     */
    public static void checkRange(@Nullable Instant since, @Nullable Instant until) {
        if (since != null && until != null && !since.isBefore(until)) {
            throw new CommandFailure(
                    Exit.USAGE,
                    "--since must be earlier than --until: the range from " + since + " to " + until + " is empty.");
        }
    }

    /** Formats a time from the daemon as {@code 2026-11-20 06:15:00 UTC}; an empty one, meaning never, as –. */
    public static String format(String instant) {
        return instant.isEmpty()
                ? "–"
                : Instant.parse(instant)
                        .truncatedTo(ChronoUnit.SECONDS)
                        .toString()
                        .replace("T", " ")
                        .replace("Z", " UTC");
    }
}

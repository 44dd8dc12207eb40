package chatd.admin.terminal;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses and formats times for people; always in UTC, as in the log. */
public final class Timestamp implements ITypeConverter<Instant> {
    /** Parses a date, which means its start, or an instant. */
    @Override
    public Instant convert(String text) {
        try {
            return text.length() == 10
                    ? LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC)
                    : Instant.parse(text);
        } catch (DateTimeException e) {
            throw new TypeConversionException("expected 2026-11-20 or 2026-11-20T06:15:00Z, not " + text);
        }
    }

    /** Formats a time from the daemon as {@code 2026-11-20 06:15:00 UTC}; an empty one, meaning never, as –. */
    public static String shown(String instant) {
        return instant.isEmpty()
                ? "–"
                : Instant.parse(instant)
                        .truncatedTo(ChronoUnit.SECONDS)
                        .toString()
                        .replace("T", " ")
                        .replace("Z", " UTC");
    }
}

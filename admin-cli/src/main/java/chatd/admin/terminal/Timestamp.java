package chatd.admin.terminal;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Moments as people type and read them; all of them UTC, as in the log. */
public final class Timestamp implements ITypeConverter<Instant> {
    /** A day, which is its beginning, or a moment. */
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

    /** {@code 2026-11-20 06:15:00 UTC}, of what the daemon says; – for never. */
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

package chatd.backup.directory;

import chatd.backup.archive.BackupFailure;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.IsoFields;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many backups are kept of one kind of period: the last one of each of the last {@code count} hours, days, weeks,
 * months or years that have any, in UTC.
 *
 * @param unit h, d, w, m or y
 */
public record Keep(int count, char unit) {
    private static final Pattern FORM = Pattern.compile("([1-9]\\d{0,4})([hdwmy])");

    /**
     * Parses a number with its unit, such as {@code 7d}.
     *
     * @throws BackupFailure if it is none
     */
    public static Keep parse(String text) throws BackupFailure {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches()) {
            throw new BackupFailure("\"" + text + "\" does not say what to keep: expected hours, days, weeks, months or"
                    + " years, such as 7d,4w,12m");
        }
        return new Keep(Integer.parseInt(form.group(1)), form.group(2).charAt(0));
    }

    /** Returns the times of the backups that are kept; always with the newest. */
    public static Set<Instant> kept(Collection<Instant> backups, List<Keep> rules) {
        List<Instant> newestFirst =
                backups.stream().sorted(Comparator.reverseOrder()).toList();
        Set<Instant> kept = new HashSet<>(newestFirst.isEmpty() ? List.of() : List.of(newestFirst.getFirst()));
        for (Keep rule : rules) {
            Set<String> periods = new HashSet<>();
            for (Instant backup : newestFirst) {
                if (periods.size() < rule.count && periods.add(rule.period(backup))) {
                    kept.add(backup);
                }
            }
        }
        return kept;
    }

    private String period(Instant time) {
        ZonedDateTime at = time.atZone(ZoneOffset.UTC);
        return switch (unit) {
            case 'h' -> at.toLocalDate() + "T" + at.getHour();
            case 'd' -> at.toLocalDate().toString();
            case 'w' -> at.get(IsoFields.WEEK_BASED_YEAR) + "-W" + at.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR);
            case 'm' -> at.getYear() + "-" + at.getMonthValue();
            default -> Integer.toString(at.getYear());
        };
    }
}

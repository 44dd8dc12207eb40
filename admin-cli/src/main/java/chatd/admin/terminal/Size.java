package chatd.admin.terminal;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A size as it is typed, such as {@code 500MiB} or {@code 2 GiB}.
 *
 * @param bytes {@link #UNLIMITED} for no limit, {@link #CONFIGURED} for the configured one
 */
public record Size(long bytes) {
    public static final long UNLIMITED = Long.MAX_VALUE;
    public static final long CONFIGURED = -1;

    private static final Pattern FORM =
            Pattern.compile("([0-9]{1,15})\\s*(?:([KMGT])i?B?|B)?", Pattern.CASE_INSENSITIVE);
    private static final List<String> UNITS = List.of("K", "M", "G", "T");

    /** Converts an option's value. */
    public static final class Converter implements ITypeConverter<Size> {
        @Override
        public Size convert(String text) {
            if (text.equalsIgnoreCase("none")) {
                return new Size(UNLIMITED);
            }
            if (text.equalsIgnoreCase("default")) {
                return new Size(CONFIGURED);
            }
            Matcher size = FORM.matcher(text.strip());
            if (!size.matches()) {
                throw new TypeConversionException(
                        "expected a size such as 500MiB or 2GiB, none or default; not " + text);
            }
            int shift = size.group(2) == null
                    ? 0
                    : 10 * (1 + UNITS.indexOf(size.group(2).toUpperCase(Locale.ROOT)));
            long count = Long.parseLong(size.group(1));
            if (count > Long.MAX_VALUE >> (shift + 1)) {
                throw new TypeConversionException("that is too much: " + text);
            }
            return new Size(count << shift);
        }
    }
}

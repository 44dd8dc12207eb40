package chatd.text;

import java.util.Locale;

/** Formats sizes for people, in the largest unit of which there is at least one. */
public final class Size {
    private static final String UNITS = "KMGTPE";

    private Size() {}

    /** Returns a size such as {@code 512 bytes} or {@code 1.5 GiB}. */
    public static String of(long bytes) {
        if (bytes < 1_024) {
            return bytes == 1 ? "1 byte" : bytes + " bytes";
        }
        int unit = Math.min(UNITS.length(), (63 - Long.numberOfLeadingZeros(bytes)) / 10);
        double amount = bytes / (double) (1L << (10 * unit));
        String number = amount >= 100 || amount == Math.rint(amount)
                ? String.format(Locale.ROOT, "%.0f", amount)
                : String.format(Locale.ROOT, "%.1f", amount);
        return number + " " + UNITS.charAt(unit - 1) + "iB";
    }
}

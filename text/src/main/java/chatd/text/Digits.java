package chatd.text;

import java.time.LocalDateTime;

/**
 * Writes decimal numbers as ASCII bytes, without a formatter, for text that every message needs.
 */
public final class Digits {
    private Digits() {}

    /**
     * Writes a number so that its last digit is just before an offset; bytes before its first digit
     * stay as they are.
     *
     * @param number 0 or more
     */
    public static void writeBefore(byte[] text, int end, long number) {
        int at = end;
        long rest = number;
        do {
            text[--at] = (byte) ('0' + rest % 10);
            rest /= 10;
        } while (rest > 0);
    }

    /**
     * Writes a date and a time of day over the zeros of a text that begins with {@code 0000-00-00}, any one character, and
     * {@code 00:00:00}.
     *
     * @param at of the years 0 to 9999
     */
    public static void writeDateAndTime(byte[] text, LocalDateTime at) {
        writeBefore(text, 4, at.getYear());
        writeBefore(text, 7, at.getMonthValue());
        writeBefore(text, 10, at.getDayOfMonth());
        writeBefore(text, 13, at.getHour());
        writeBefore(text, 16, at.getMinute());
        writeBefore(text, 19, at.getSecond());
    }
}

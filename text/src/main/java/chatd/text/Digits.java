package chatd.text;

import java.time.LocalDateTime;

/** Writes decimal numbers into bytes of ASCII, for what is written once a message. */
public final class Digits {
    private Digits() {}

    /**
     * Writes a number so that its last digit is before an offset; bytes before its first digit stay as they are.
     *
     * @param number 0 or more
     */
    public static void before(byte[] text, int end, long number) {
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
    public static void dateAndTime(byte[] text, LocalDateTime at) {
        before(text, 4, at.getYear());
        before(text, 7, at.getMonthValue());
        before(text, 10, at.getDayOfMonth());
        before(text, 13, at.getHour());
        before(text, 16, at.getMinute());
        before(text, 19, at.getSecond());
    }
}

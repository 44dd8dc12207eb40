package chatd.text;

/** Writes decimal numbers into bytes of ASCII, for what is written once a message. */
public final class Digits {
    private Digits() {}

    /**
     * Writes a number so that its last digit is before an offset; bytes before its first digit stay as they are.
     *
     * @param number 0 or more; of 0 nothing is written
     */
    public static void before(byte[] text, int end, int number) {
        int at = end;
        for (int rest = number; rest > 0; rest /= 10) {
            text[--at] = (byte) ('0' + rest % 10);
        }
    }
}

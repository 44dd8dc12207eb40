package chatd.audit;

import chatd.fixtures.Campaign;
import java.util.Random;
import java.util.stream.IntStream;

/** Chooses the bytes of a log that a test changes one at a time. */
public final class LogBytes {
    private LogBytes() {}

    /** Returns all offsets in a full campaign; in CI those next to line ends, and one in sixteen of the others. */
    public static int[] chosen(byte[] log) {
        Random random = Campaign.random();
        int[] chosen = IntStream.range(0, log.length)
                .filter(at -> Campaign.WHOLE || isAtLineEnd(log, at) || random.nextInt(16) == 0)
                .toArray();
        Campaign.report(chosen.length + " of " + log.length + " bytes");
        return chosen;
    }

    private static boolean isAtLineEnd(byte[] log, int at) {
        return IntStream.rangeClosed(at - 1, at + 1).anyMatch(i -> i >= 0 && i < log.length && log[i] == '\n');
    }
}

package chatd.audit;

import java.util.Random;
import java.util.stream.IntStream;

/**
 * What is too long for every run of CI: there it is done in a short form, and whole by {@code .ci/long}, which keeps what
 * each said in {@code docs/long-runs.md}.
 */
final class Campaign {
    /** Whether campaigns are done whole. */
    static final boolean WHOLE = Boolean.getBoolean("chatd.whole");

    private Campaign() {}

    /** How often: by CI, and in a whole campaign. */
    static int times(int brief, int whole) {
        return WHOLE ? whole : brief;
    }

    /** Begins what depends on chance; the seed is printed, and may be given by the system property {@code chatd.seed}. */
    static Random random() {
        long seed = Long.getLong("chatd.seed", System.nanoTime());
        tell("seed " + seed);
        return new Random(seed);
    }

    /** Prints what goes into the record. */
    static void tell(String what) {
        System.out.println("campaign: " + what);
    }

    /** Every byte of a log; in the short form those beside the ends of its lines, and one of sixteen of the others. */
    static int[] bytesOf(byte[] log) {
        Random random = random();
        int[] chosen = IntStream.range(0, log.length)
                .filter(at -> WHOLE || isAtALineEnd(log, at) || random.nextInt(16) == 0)
                .toArray();
        tell(chosen.length + " of " + log.length + " bytes");
        return chosen;
    }

    private static boolean isAtALineEnd(byte[] log, int at) {
        return IntStream.rangeClosed(at - 1, at + 1).anyMatch(i -> i >= 0 && i < log.length && log[i] == '\n');
    }
}

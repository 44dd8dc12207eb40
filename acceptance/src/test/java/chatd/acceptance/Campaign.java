package chatd.acceptance;

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
    static long seed() {
        long seed = Long.getLong("chatd.seed", System.nanoTime());
        tell("seed " + seed);
        return seed;
    }

    /** Prints what goes into the record. */
    static void tell(String what) {
        System.out.println("campaign: " + what);
    }
}

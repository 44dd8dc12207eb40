package chatd.daemon;

import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** Which version of the program this is, as the build wrote it into its jar; and on which Java it runs. */
final class Version {
    /** Java's security fixes come every three. */
    private static final int OLD_MONTHS = 4;

    private Version() {}

    static String current() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** The Java that runs, whose it is, where, and of when. */
    static String java() {
        return "Java " + Runtime.version() + " (" + System.getProperty("java.vendor") + ", of "
                + System.getProperty("java.version.date") + ") in " + System.getProperty("java.home");
    }

    /**
     * What is to be said of a Java that is over four months old.
     *
     * @param released as the property {@code java.version.date} has it
     */
    static Optional<String> warning(String released, LocalDate today) {
        try {
            long months = Period.between(LocalDate.parse(released), today).toTotalMonths();
            return months >= OLD_MONTHS
                    ? Optional.of(
                            "This Java is " + months + " months old, and security fixes come every three: upgrade the"
                                    + " package that it came with (openjdk-25-jre-headless, temurin-25-jre or chatd-runtime).")
                    : Optional.empty();
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** The same, of the Java that runs. */
    static Optional<String> warning() {
        return warning(System.getProperty("java.version.date", ""), LocalDate.now(ZoneOffset.UTC));
    }
}

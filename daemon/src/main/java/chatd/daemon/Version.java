package chatd.daemon;

import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** The program's version, as the build recorded it in the jar, and the version of the Java it runs on. */
final class Version {
    /**
     * Age in months from which a Java release is outdated: security fixes are released every three.
     */
    private static final int OLD_MONTHS = 4;

    private Version() {}

    static String current() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** Returns the running Java's version, vendor, release date and directory. */
    static String java() {
        return "Java " + Runtime.version() + " (" + System.getProperty("java.vendor") + ", of "
                + System.getProperty("java.version.date") + ") in " + System.getProperty("java.home");
    }

    /**
     * Returns a warning if the Java is at least four months old.
     *
     * @param released the release date, in the form of the property {@code java.version.date}
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

    /** Returns a warning if the running Java is at least four months old. */
    static Optional<String> warning() {
        return warning(System.getProperty("java.version.date", ""), LocalDate.now(ZoneOffset.UTC));
    }
}

package chatd.daemon;

/** Which version of the program this is, as the build wrote it into its jar. */
final class Version {
    private Version() {}

    static String current() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}

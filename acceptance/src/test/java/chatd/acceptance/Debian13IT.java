package chatd.acceptance;

/** Debian 13, with its own Java 25. */
class Debian13IT extends BootedStory {
    Debian13IT() {
        super("trixie", new String[] {"openjdk-25-jre-headless"}, "/ci/chatd_0*.deb");
    }
}

package chatd.acceptance;

/** Debian 12, which has no Java 25: with ours. */
class Debian12IT extends BootedStory {
    Debian12IT() {
        super("bookworm", new String[0], "/ci/chatd_0*.deb /ci/chatd-runtime_0*.deb");
    }
}

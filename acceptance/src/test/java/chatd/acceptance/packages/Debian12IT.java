package chatd.acceptance.packages;

import org.junit.jupiter.api.Tag;

/** Debian 12, which has no Java 25: with our own runtime, which {@link PackageIT} tests in every run of CI. */
@Tag("processes")
@Tag("whole")
class Debian12IT extends BootedSystemTestBase {
    Debian12IT() {
        super("bookworm", new String[0], "/ci/chatd_0*_amd64.deb /ci/chatd-runtime_0*_amd64.deb");
    }
}

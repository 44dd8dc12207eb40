package chatd.acceptance;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/** How long tests wait for an event that must occur: on a busy machine it may be late, and that is no failure. */
public final class TestTimeouts implements LauncherSessionListener {
    static final Duration LONG = Duration.ofMinutes(3);
    static final int MILLIS = (int) LONG.toMillis();

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        Awaitility.setDefaultTimeout(LONG);
    }
}

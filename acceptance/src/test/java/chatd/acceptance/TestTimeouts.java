package chatd.acceptance;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/** How long tests wait for what must come: what comes late, since the machine has much else to do, comes nevertheless. */
public final class TestTimeouts implements LauncherSessionListener {
    static final Duration LONG = Duration.ofMinutes(3);
    static final int MILLIS = (int) LONG.toMillis();

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        Awaitility.setDefaultTimeout(LONG);
    }
}

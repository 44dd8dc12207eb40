package chatd.daemon.systemd;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The sockets that systemd holds for the daemon, and hands to it at its start (sd_listen_fds(3)). */
public final class InheritedSockets {
    private static final int FIRST = 3;
    private static final int MOST = 64;

    private InheritedSockets() {}

    /**
     * Their descriptors, in the order of {@code chatd.socket}; none where they are for another process, or there are none.
     *
     * @param environment {@code LISTEN_FDS} and {@code LISTEN_PID}
     */
    public static List<Integer> of(Map<String, String> environment, long pid) {
        String count = environment.getOrDefault("LISTEN_FDS", "");
        boolean isOurs = environment.getOrDefault("LISTEN_PID", "").equals(Long.toString(pid));
        return isOurs && count.matches("\\d{1,2}")
                ? IntStream.range(FIRST, FIRST + Math.min(MOST, Integer.parseInt(count)))
                        .boxed()
                        .toList()
                : List.of();
    }
}

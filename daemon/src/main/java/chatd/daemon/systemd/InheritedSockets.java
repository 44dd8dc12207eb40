package chatd.daemon.systemd;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Listening sockets passed by systemd at startup (socket activation, sd_listen_fds(3)). */
public final class InheritedSockets {
    private static final int FIRST = 3;
    private static final int MAX = 64;

    private InheritedSockets() {}

    /**
     * Returns the sockets' descriptors, in the order of {@code chatd.socket}; empty if there are none or they are for
     * another process.
     *
     * @param environment the process environment, with {@code LISTEN_FDS} and {@code LISTEN_PID}
     * @param pid this process's id
     */
    public static List<Integer> of(Map<String, String> environment, long pid) {
        String count = environment.getOrDefault("LISTEN_FDS", "");
        boolean isOurs = environment.getOrDefault("LISTEN_PID", "").equals(Long.toString(pid));
        return isOurs && count.matches("\\d{1,2}")
                ? IntStream.range(FIRST, FIRST + Math.min(MAX, Integer.parseInt(count)))
                        .boxed()
                        .toList()
                : List.of();
    }
}

package chatd.daemon.direct;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The UDP addresses from which clients asked for their own address, by the session that they named.
 * They are kept for a minute, for at most {@value #MAX_SESSIONS} sessions, 4 addresses each, which
 * is 4 MiB. Anybody can send such datagrams, and so evict what was seen of others, who are then
 * left with the addresses of their network; that is all the harm they can do. Any thread; does not
 * block.
 */
public final class SeenAddresses {
    private static final int MAX_SESSIONS = 8_192;
    private static final int MAX_ADDRESSES = 4;

    private final Cache<String, List<InetSocketAddress>> bySession = Caffeine.newBuilder()
            .maximumSize(MAX_SESSIONS)
            .expireAfterWrite(Duration.ofMinutes(1))
            .build();

    /**
     * Remembers where a session's number was sent from.
     *
     * @param session 16 bytes
     */
    public void remember(byte[] session, InetSocketAddress from) {
        bySession.asMap().compute(HexFormat.of().formatHex(session), (_, before) -> {
            if (before != null && before.contains(from)) {
                return before;
            }
            List<InetSocketAddress> addresses = new ArrayList<>(before == null ? List.of() : before);
            if (addresses.size() == MAX_ADDRESSES) {
                addresses.removeFirst();
            }
            addresses.add(from);
            return List.copyOf(addresses);
        });
    }

    /** @param session in hexadecimal */
    boolean has(String session, InetSocketAddress from) {
        List<InetSocketAddress> seen = bySession.getIfPresent(session);
        return seen != null && seen.contains(from);
    }

    /** Returns the number of sessions for which addresses are remembered. */
    long size() {
        bySession.cleanUp();
        return bySession.estimatedSize();
    }
}

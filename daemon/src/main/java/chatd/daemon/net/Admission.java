package chatd.daemon.net;

import chatd.daemon.config.Config;
import chatd.daemon.config.Network;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Limits the number of connections: in total and per network, and of those that have not logged in.
 * Of the latter, no network has more than are left free, and no address more than are left free to
 * its network. A newcomer without room takes the place of the oldest handshake of the address in
 * its network that has the most handshakes. Any thread.
 */
final class Admission {
    private final Supplier<Config> config;

    @GuardedBy("this")
    private int connections;

    /** How many more connections that have not logged in are admitted. */
    @GuardedBy("this")
    private int free;

    @GuardedBy("this")
    private long admissions;

    @GuardedBy("this")
    private final Map<Network, Neighbours> networks = new HashMap<>();

    /** The connections of one network; guarded by the lock of the admission. */
    private static final class Neighbours {
        private int connections;
        private int strangers;
        private final Map<InetAddress, Stranger> byAddress = new HashMap<>();
    }

    /**
     * The connections of one address that have not logged in, and those of them whose handshake is
     * in progress, oldest first.
     */
    private static final class Stranger {
        private int connections;
        private final Set<Admitted> handshaking = new LinkedHashSet<>();
    }

    /** @param config supplies the current configuration; the maximum of those not logged in is that of the start */
    Admission(Supplier<Config> config) {
        this.config = config;
        this.free = config.get().limits().connectionsBeforeLogin();
    }

    /** A connection that was admitted. Any thread. */
    final class Admitted {
        private final InetAddress address;
        private final Network network;
        private final Runnable close;

        /** How many were admitted before it. */
        private long sequence;

        private boolean isStranger = true;
        private boolean hasLeft;

        private Admitted(InetAddress address, Network network, Runnable close) {
            this.address = address;
            this.network = network;
            this.close = close;
        }

        /** Records that its handshake is complete. */
        void handshakeCompleted() {
            synchronized (Admission.this) {
                Neighbours neighbours = networks.get(network);
                Stranger stranger = neighbours == null ? null : neighbours.byAddress.get(address);
                if (stranger != null) {
                    stranger.handshaking.remove(this);
                }
            }
        }

        /** Records that it has logged in. */
        void loggedIn() {
            synchronized (Admission.this) {
                forgetStranger(this);
            }
        }

        /** Records that it is closed. */
        void closed() {
            synchronized (Admission.this) {
                forget(this);
            }
        }
    }

    /**
     * Admits a connection whose handshake begins, if there is room.
     *
     * @param close closes it, if another one takes its place; called by any thread
     * @return null if there is no room
     */
    @Nullable
    Admitted admit(InetAddress address, Runnable close) {
        Config now = config.get();
        Admitted admitted = new Admitted(address, Network.ofClient(address), close);
        Admitted displaced = null;
        synchronized (this) {
            if (!isRoom(admitted, now)) {
                displaced = now.isExempt(address) ? null : oldest(admitted);
                if (displaced == null) {
                    return null;
                }
                forget(displaced);
            }
            add(admitted);
        }
        if (displaced != null) {
            displaced.close.run();
        }
        return admitted;
    }

    /** Returns the number of networks that are remembered. */
    synchronized int networks() {
        return networks.size();
    }

    @GuardedBy("this")
    private boolean isRoom(Admitted newcomer, Config now) {
        if (connections >= now.limits().connections() || free == 0) {
            return false;
        }
        Neighbours neighbours = networks.get(newcomer.network);
        if (neighbours == null || now.isExempt(newcomer.address)) {
            return true;
        }
        Stranger same = neighbours.byAddress.get(newcomer.address);
        return neighbours.connections < now.limits().connectionsPerAddress()
                && neighbours.strangers < free
                && (same == null || hasShareLeft(same, neighbours));
    }

    /**
     * Returns the oldest handshake of the newcomer's address, if that has used up its share, or of
     * the address that has the most in its network; null if there is none.
     */
    @GuardedBy("this")
    private @Nullable Admitted oldest(Admitted newcomer) {
        Neighbours neighbours = networks.get(newcomer.network);
        if (neighbours == null) {
            return null;
        }
        Stranger same = neighbours.byAddress.get(newcomer.address);
        Stranger most = same != null && !hasShareLeft(same, neighbours)
                ? same
                : neighbours.byAddress.values().stream()
                        .max(Comparator.comparingInt((Stranger stranger) -> stranger.handshaking.size())
                                .thenComparing(Comparator.comparingLong(Admission::oldestOf)
                                        .reversed()))
                        .orElse(null);
        return most == null ? null : most.handshaking.stream().findFirst().orElse(null);
    }

    private static long oldestOf(Stranger stranger) {
        return stranger.handshaking.stream()
                .mapToLong(admitted -> admitted.sequence)
                .findFirst()
                .orElse(Long.MAX_VALUE);
    }

    /** Returns whether an address may have one more connection that has not logged in. */
    @GuardedBy("this")
    private boolean hasShareLeft(Stranger stranger, Neighbours neighbours) {
        return stranger.connections < free - neighbours.strangers;
    }

    @GuardedBy("this")
    private void add(Admitted admitted) {
        admitted.sequence = admissions++;
        connections++;
        free--;
        Neighbours neighbours = networks.computeIfAbsent(admitted.network, _ -> new Neighbours());
        neighbours.connections++;
        neighbours.strangers++;
        Stranger stranger = neighbours.byAddress.computeIfAbsent(admitted.address, _ -> new Stranger());
        stranger.connections++;
        stranger.handshaking.add(admitted);
    }

    @GuardedBy("this")
    private void forget(Admitted admitted) {
        Neighbours neighbours = networks.get(admitted.network);
        if (admitted.hasLeft || neighbours == null) {
            return;
        }
        forgetStranger(admitted);
        admitted.hasLeft = true;
        connections--;
        if (--neighbours.connections == 0) {
            networks.remove(admitted.network);
        }
    }

    @GuardedBy("this")
    private void forgetStranger(Admitted admitted) {
        Neighbours neighbours = networks.get(admitted.network);
        Stranger stranger = neighbours == null ? null : neighbours.byAddress.get(admitted.address);
        if (!admitted.isStranger || neighbours == null || stranger == null) {
            return;
        }
        admitted.isStranger = false;
        free++;
        neighbours.strangers--;
        stranger.handshaking.remove(admitted);
        if (--stranger.connections == 0) {
            neighbours.byAddress.remove(admitted.address);
        }
    }
}

package chatd.daemon.session;

import chatd.daemon.config.Network;
import chatd.daemon.model.Origin;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who asks for something: from where, and as which account. A {@link Session} is one. Any thread. */
public interface Caller {
    /** Where it comes from, as the log names it. */
    Origin origin();

    InetAddress address();

    /** The name in the client's certificate, its subject's CN; null where it has shown none, or one without. */
    @Nullable
    String certified();

    /** Whether it asks as an account. */
    boolean isLoggedIn();

    /**
     * The number of that account.
     *
     * @throws IllegalStateException where there is none: the gate of the command should not have let it through
     */
    long account();

    /** The present name of that account, or null. */
    @Nullable
    String name();

    /** Whether it has gone, and waits for nothing any more. */
    boolean hasEnded();

    /**
     * Who holds what this caller takes of what {@linkplain Shares all share}: its account, and its network.
     *
     * @param isExempt whether the limits by address do not hold for it
     */
    default List<Object> holders(boolean isExempt) {
        List<Object> holders = new ArrayList<>();
        if (isLoggedIn()) {
            holders.add(account());
        }
        if (!isExempt) {
            holders.add(Network.ofClient(address()));
        }
        return holders;
    }
}

package chatd.daemon.session;

import chatd.daemon.config.Network;
import chatd.daemon.limit.Holder;
import chatd.daemon.limit.Shares;
import chatd.daemon.model.entry.Origin;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The originator of a command: its address and account. {@link Session} implements it. Any thread. */
public interface Caller {
    /** Returns the origin as recorded in the log. */
    Origin origin();

    InetAddress address();

    /** Returns the CN of the client certificate's subject; null without a certificate or CN. */
    @Nullable
    String certificateName();

    /** Returns whether it is logged in to an account. */
    boolean isLoggedIn();

    /**
     * Returns the account's number.
     *
     * @throws IllegalStateException if not logged in: the command's gate should have refused it
     */
    long account();

    /** Returns the account's current name, or null if not logged in. */
    @Nullable
    String name();

    /** Counts a password that was tried over its connection; returns how many were tried before. */
    int countPasswordAttempt();

    /** Resets the count, since a password was right. */
    void resetPasswordAttempts();

    /** Returns whether it has ended and no longer waits for an answer. */
    boolean hasEnded();

    /**
     * Returns the holders charged for this caller's use of {@linkplain Shares shared resources}: its account and its
     * network.
     *
     * @param isExempt whether it is exempt from the limits per address, and its network therefore not charged
     */
    default List<Holder> holders(boolean isExempt) {
        List<Holder> holders = new ArrayList<>();
        if (isLoggedIn()) {
            holders.add(new Holder.OfAccount(account()));
        }
        if (!isExempt) {
            holders.add(new Holder.OfNetwork(Network.ofClient(address())));
        }
        return holders;
    }
}

package chatd.daemon.limit;

import chatd.daemon.config.Network;

/** Who is charged for a share of a resource. */
public sealed interface Holder {
    /** @param account the number of an account */
    record OfAccount(long account) implements Holder {}

    /** All connections of a network together. */
    record OfNetwork(Network network) implements Holder {}

    /** An administrator, on the admin sockets. */
    record OfAdministrator() implements Holder {}
}

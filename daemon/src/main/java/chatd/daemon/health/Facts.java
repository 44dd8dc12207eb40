package chatd.daemon.health;

import chatd.certs.ChainFacts;
import chatd.daemon.forward.Forwarder;
import java.util.function.Supplier;

/**
 * Facts about this daemon, which it reports.
 *
 * @param tls supplies which implementation of TLS is used
 * @param transport the socket transport in use
 * @param certificate supplies the facts of the certificate now presented to clients
 * @param clock supplies what is suspicious about the machine's clock, as a sentence; empty if nothing is
 * @param forwarding supplies how far the log was sent to another machine
 */
public record Facts(
        String version,
        Supplier<String> tls,
        String transport,
        Supplier<ChainFacts> certificate,
        Supplier<String> clock,
        Supplier<Forwarder.Status> forwarding) {}

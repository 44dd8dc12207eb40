package chatd.doctor.machine;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.List;

/** The addresses of this machine's network interfaces. */
public record OwnAddresses(List<InetAddress> all) {
    /** Reads them. */
    public static OwnAddresses read() throws IOException {
        List<InetAddress> all = new ArrayList<>();
        for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
            if (each.isUp()) {
                each.inetAddresses().forEach(all::add);
            }
        }
        return new OwnAddresses(List.copyOf(all));
    }

    /** Returns those at which others can reach this machine. */
    public List<InetAddress> outside() {
        return all.stream()
                .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                .toList();
    }

    public boolean isOwn(InetAddress address) {
        // The scope of an IPv6 address counts for equals() of an own one alone.
        return address.isLoopbackAddress()
                || all.stream()
                        .anyMatch(own -> own.getHostAddress()
                                .replaceFirst("%.*", "")
                                .equals(address.getHostAddress().replaceFirst("%.*", "")));
    }

    /** Returns whether one of them is an IPv6 address that is not for a local network only (fc00::/7). */
    public boolean hasGlobalIpv6() {
        return outside().stream()
                .anyMatch(address -> address instanceof Inet6Address && (address.getAddress()[0] & 0xfe) != 0xfc);
    }
}

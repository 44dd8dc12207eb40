package chatd.daemon.config;

import java.net.InetAddress;
import java.util.Arrays;

/** A network of IPv4 or IPv6 addresses: {@code 192.0.2.0/24}, {@code 2001:db8::/32}. */
public record Network(InetAddress address, int prefix) {

    /**
     * Parses a network; without a prefix length it is a single address.
     *
     * @throws IllegalArgumentException if the text is not a network
     */
    public static Network parse(String text) {
        int slash = text.indexOf('/');
        InetAddress address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
        int bits = address.getAddress().length * 8;
        int prefix = slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1));
        if (prefix < 0 || prefix > bits) {
            throw new IllegalArgumentException("a prefix is 0 to " + bits);
        }
        return new Network(masked(address, prefix), prefix);
    }

    /** Returns the network that counts as one address in limits: the address itself, or the /64 of an IPv6 address. */
    public static Network ofClient(InetAddress client) {
        int prefix = client.getAddress().length == 4 ? 32 : 64;
        return new Network(masked(client, prefix), prefix);
    }

    /**
     * Returns the network by which log events are coalesced: the /24 of an IPv4, or the /64 of an
     * IPv6 address.
     */
    public static Network around(InetAddress client) {
        int prefix = client.getAddress().length == 4 ? 24 : 64;
        return new Network(masked(client, prefix), prefix);
    }

    public boolean contains(InetAddress other) {
        return other.getAddress().length == address.getAddress().length
                && masked(other, prefix).equals(address);
    }

    private static InetAddress masked(InetAddress address, int prefix) {
        byte[] bytes = address.getAddress();
        for (int bit = prefix; bit < bytes.length * 8; bit++) {
            bytes[bit / 8] &= (byte) ~(0x80 >>> (bit % 8));
        }
        try {
            return InetAddress.getByAddress(Arrays.copyOf(bytes, bytes.length));
        } catch (java.net.UnknownHostException e) {
            throw new IllegalStateException("an address of " + bytes.length + " bytes", e);
        }
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + prefix;
    }
}

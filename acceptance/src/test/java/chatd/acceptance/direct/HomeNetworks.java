package chatd.acceptance.direct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.TestInfo;

/**
 * Homes of people in network namespaces: each a machine behind its own router, with a firewall that
 * lets in only replies, and address translation if the kind has it. The routers are connected by a
 * carrier's router, which also leads to this machine, where the daemon is: in a home,
 * {@code localhost} is the daemon's machine. Needs root, iproute2 and nftables. Closing it removes
 * everything.
 */
final class HomeNetworks implements AutoCloseable {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    /** A namespace's name; the group is the number of the process that added it. */
    private static final Pattern NAMESPACE = Pattern.compile("cd(\\d+)[a-z](?:r|[fm]\\d+)");

    /** What a home's router does. */
    enum Kind {
        /** IPv6 alone, with global addresses. */
        IPV6,
        /** IPv6 alone, with private addresses that the router translates. */
        NAT66,
        /** IPv4 alone, with a global address. */
        IPV4,
        /** IPv4 alone, with private addresses that the router translates, keeping ports. */
        NAT44,
        /** As {@link #NAT44}, with another port for each destination. */
        NAT44_RANDOM,
        /** As {@link #IPV6}, without UDP. */
        NO_UDP;

        boolean isV6() {
            return this == IPV6 || this == NAT66 || this == NO_UDP;
        }
    }

    /**
     * Why there can be no homes on this machine, empty if there can; null before
     * {@link #assumePossible}.
     */
    private static @Nullable String obstacle;

    private final int count = NUMBER.incrementAndGet();

    /** 1 to 250: the part of the addresses that differs between processes and instances. */
    private final int number = (int) ((ProcessHandle.current().pid() + 37L * count) % 250) + 1;

    private final String hex = "%02x".formatted(number);
    private final String prefix = "cd" + ProcessHandle.current().pid() + (char) ('a' + count % 26);
    private final String carrier = prefix + "r";
    private final List<String> namespaces = new ArrayList<>();
    private int homes;
    private final int mtu;

    /** @param mtu that of the routers' outer links, in bytes */
    HomeNetworks(int mtu) {
        assertThat(obstacle).as("HomeNetworks.assumePossible comes first").isEmpty();
        this.mtu = mtu;
        try {
            connect();
        } catch (RuntimeException | AssertionError e) {
            close();
            throw e;
        }
    }

    private void connect() {
        add(carrier);
        run("ip link add " + prefix + "d type veth peer name wan netns " + carrier);
        run("ip addr add " + daemon6() + "/64 dev " + prefix + "d nodad");
        run("ip addr add " + daemon4() + "/24 dev " + prefix + "d");
        run("ip link set " + prefix + "d up");
        in(carrier, "ip addr add fd7a:c4a7:" + hex + "::2/64 dev wan nodad");
        in(carrier, "ip addr add 198.18." + number + ".2/24 dev wan");
        in(carrier, "ip link set wan up");
        run("ip route replace 2001:db8:" + hex + "00::/40 via fd7a:c4a7:" + hex + "::2 dev " + prefix + "d");
        run("ip route replace 198.19." + number + ".0/24 via 198.18." + number + ".2 dev " + prefix + "d");
    }

    /**
     * Skips the tests of a class if there can be no homes on this machine. They must be tagged
     * {@code homes}, by which they are run apart from those of the web client: homes change this
     * machine's addresses, whereupon browsers abort what they are loading.
     */
    static void assumePossible(TestInfo tests) {
        assertThat(tests.getTags()).as("tags of a class that uses homes").contains("homes");
        if (obstacle == null) {
            deleteLeftovers();
            obstacle = findObstacle();
        }
        assumeTrue(obstacle.isEmpty(), obstacle);
    }

    /** Deletes the homes of tests that were killed: their links have addresses that would be given again. */
    private static void deleteLeftovers() {
        ProcessResult.program(List.of("ip", "netns", "list"))
                .out()
                .lines()
                .map(line -> NAMESPACE.matcher(line.split(" ", 2)[0]))
                .filter(name -> name.matches()
                        && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty())
                .map(Matcher::group)
                .forEach(HomeNetworks::delete);
    }

    private static String findObstacle() {
        ProcessResult tried = ProcessResult.program(List.of("sh", "-c", """
                name=cdtry$$
                trap 'ip netns del $name' EXIT
                ip netns add $name &&
                  ip netns exec $name ip link add one type veth peer name other &&
                  ip netns exec $name sysctl -qw net.ipv6.conf.all.forwarding=1 net.ipv4.ip_forward=1 &&
                  ip netns exec $name nft 'table inet try { chain c { type nat hook postrouting priority 100; masquerade; }; }'
                """));
        return tried.exit() == 0
                ? ""
                : "no network namespaces with address translation here: "
                        + tried.err().strip();
    }

    private String daemon6() {
        return "fd7a:c4a7:" + hex + "::1";
    }

    private String daemon4() {
        return "198.18." + number + ".1";
    }

    private void add(String namespace) {
        run("ip netns add " + namespace);
        namespaces.add(namespace);
        in(namespace, "ip link set lo up");
        in(
                namespace,
                "sysctl -qw net.ipv6.conf.all.forwarding=1 net.ipv4.ip_forward=1 net.ipv6.conf.default.accept_dad=0");
    }

    /** Adds a home; returns the prefix that makes a command run in it. */
    List<String> add(Kind kind) {
        int home = ++homes;
        String router = prefix + "f" + home;
        String machine = prefix + "m" + home;
        add(router);
        add(machine);
        in(
                carrier,
                "ip link add h" + home + " mtu " + mtu + " type veth peer name out mtu " + mtu + " netns " + router);
        in(router, "ip link add in type veth peer name eth netns " + machine);
        boolean isPrivate = kind != Kind.IPV6 && kind != Kind.NO_UDP && kind != Kind.IPV4;
        String six = "2001:db8:" + hex + "%02x".formatted(home);
        if (kind.isV6()) {
            address(carrier, "h" + home, six + "::1/64");
            address(router, "out", six + "::2/64");
            String inner = isPrivate ? "fd00:" + home : six + ":1";
            address(router, "in", inner + "::1/64");
            address(machine, "eth", inner + "::2/64");
            up(home, router, machine);
            in(router, "ip route add default via " + six + "::1");
            in(machine, "ip route add default via " + inner + "::1");
            if (!isPrivate) {
                in(carrier, "ip route add " + inner + "::/64 via " + six + "::2");
            }
        } else {
            String base = "198.19." + number + ".";
            address(carrier, "h" + home, base + (8 * home + 1) + "/30");
            address(router, "out", base + (8 * home + 2) + "/30");
            String inner = isPrivate ? "192.168.1." : base;
            int first = isPrivate ? 1 : 8 * home + 5;
            address(router, "in", inner + first + (isPrivate ? "/24" : "/30"));
            address(machine, "eth", inner + (first + 1) + (isPrivate ? "/24" : "/30"));
            up(home, router, machine);
            in(router, "ip route add default via " + base + (8 * home + 1));
            in(machine, "ip route add default via " + inner + first);
            if (!isPrivate) {
                in(carrier, "ip route add " + base + (8 * home + 4) + "/30 via " + base + (8 * home + 2));
            }
        }
        in(router, "nft -f -", rules(kind));
        hosts(machine, kind.isV6() ? daemon6() : daemon4());
        return List.of("ip", "netns", "exec", machine);
    }

    private static String rules(Kind kind) {
        String masquerade = switch (kind) {
            case NAT66, NAT44 -> "oifname out masquerade";
            case NAT44_RANDOM -> "oifname out masquerade fully-random";
            case IPV6, IPV4, NO_UDP -> "";
        };
        return """
                table inet home {
                  chain input {
                    type filter hook input priority 0; policy drop;
                    ct state established,related accept
                    iifname != out accept
                    meta l4proto { icmp, ipv6-icmp } accept
                  }
                  chain forward {
                    type filter hook forward priority 0; policy drop;
                    %s
                    ct state established,related accept
                    iifname in accept
                  }
                  chain leave {
                    type nat hook postrouting priority 100;
                    %s
                  }
                }
                """.formatted(kind == Kind.NO_UDP ? "meta l4proto udp drop" : "", masquerade);
    }

    private void up(int home, String router, String machine) {
        in(carrier, "ip link set h" + home + " up");
        in(router, "ip link set out up");
        in(router, "ip link set in up");
        in(machine, "ip link set eth up");
    }

    private static void address(String namespace, String link, String address) {
        in(namespace, "ip addr add " + address + " dev " + link + (address.contains(":") ? " nodad" : ""));
    }

    /** Blocks all traffic between a home and the others, or unblocks it. */
    void cut(int home, boolean on) {
        in(
                prefix + "f" + home,
                "nft -f -",
                on
                        ? "table inet cut { chain forward { type filter hook forward priority -1; policy drop; }; }"
                        : "delete table inet cut");
    }

    /** Limits the traffic from a home to the others, in MiB a second; the excess is dropped. */
    void limit(int home, int mebibytes) {
        in(prefix + "f" + home, "nft -f -", """
                table inet slow {
                  chain forward {
                    type filter hook forward priority 1; policy accept;
                    iifname in limit rate over %d mbytes/second burst 256 kbytes drop
                  }
                }
                """.formatted(mebibytes));
    }

    /**
     * Replaces the address of a home's machine by another one of its network; only for
     * {@link Kind#IPV6}.
     */
    void move(int home) {
        String machine = prefix + "m" + home;
        String network = "2001:db8:" + hex + "%02x".formatted(home) + ":1::";
        address(machine, "eth", network + "3/64");
        in(machine, "ip addr del " + network + "2/64 dev eth");
    }

    private static void hosts(String namespace, String daemon) {
        Path directory = Path.of("/etc/netns", namespace);
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve("hosts"), daemon + " localhost\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void in(String namespace, String command) {
        in(namespace, command, "");
    }

    private static void in(String namespace, String command, String input) {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        all.addAll(List.of(command.split(" ")));
        ProcessResult.program(input, all).exits(0);
    }

    private static void run(String command) {
        ProcessResult.program(List.of(command.split(" "))).exits(0);
    }

    @Override
    public void close() {
        for (String namespace : namespaces) {
            delete(namespace);
        }
        ProcessResult.program(List.of("ip", "link", "del", prefix + "d"));
    }

    private static void delete(String namespace) {
        ProcessResult.program(List.of("ip", "netns", "del", namespace));
        Path hosts = Path.of("/etc/netns", namespace);
        if (Files.exists(hosts)) {
            try {
                Wire.deleteTree(hosts);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}

package chatd.doctor.check;

import chatd.admin.api.AdminCall;
import chatd.admin.api.SessionCalls;
import chatd.admin.api.SystemCalls;
import chatd.backup.machine.SystemCommand;
import chatd.certs.Pem;
import chatd.certs.ServerNames;
import chatd.doctor.finding.Finding;
import chatd.doctor.finding.Topic;
import chatd.doctor.machine.OwnAddresses;
import chatd.doctor.machine.Subject;
import chatd.doctor.machine.TlsProbe;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** Checks the ports from outside in: names, addresses, who answers there, and proxies in front. */
final class NetworkCheck implements Check {
    private static final String FIREWALL = "Let it through the firewall: operations/network.md.";

    /** Sessions that say something about where connections come from. */
    private static final int MANY = 5;

    /** The longest that a name may take to be resolved, in seconds. */
    private static final int NAME_LIMIT = 5;

    private static final int FIRST_UNPRIVILEGED = 1024;

    @Override
    public Topic topic() {
        return Topic.NETWORK_LISTENING;
    }

    @Override
    public List<Finding> look(Subject subject) throws IOException {
        List<Finding> found = new ArrayList<>();
        OwnAddresses own = OwnAddresses.read();
        if (subject.daemon().isPresent()) {
            found.addAll(reach(subject, subject.daemon().get(), own));
            found.add(proxies(subject));
        } else {
            found.addAll(free(subject));
        }
        addNames(subject, own, found);
        return found;
    }

    /** Connects to each address of this machine, as somebody from outside would. */
    private List<Finding> reach(Subject subject, SystemCalls.Stats daemon, OwnAddresses own) {
        List<Finding> found = new ArrayList<>();
        List<String> answered = new ArrayList<>();
        for (SystemCalls.Listening at : daemon.identity().listening()) {
            InetAddress address = InetAddress.ofLiteral(at.address());
            List<InetAddress> asked = address.isAnyLocalAddress() ? own.outside() : List.of(address);
            for (InetAddress each : asked.isEmpty() ? List.of(InetAddress.getLoopbackAddress()) : asked) {
                InetSocketAddress to = new InetSocketAddress(each, at.port());
                // The daemon waits for the header of a proxy that it trusts.
                boolean isProxy = subject.config().listen().proxies().stream().anyMatch(net -> net.contains(each));
                String wrong = isProxy ? "" : TlsProbe.failure(to);
                if (wrong.isEmpty()) {
                    answered.add(shown(to));
                } else {
                    found.add(topic().wrong(
                                    "Nobody can connect to " + shown(to) + ": " + wrong + ".",
                                    FIREWALL,
                                    "nft list ruleset"));
                }
            }
        }
        if (answered.isEmpty() && found.isEmpty()) {
            found.add(topic().wrong("The daemon does not listen yet.", "See what it waits for.", ""));
        } else if (!answered.isEmpty()) {
            found.addFirst(topic().ok("It answers at " + String.join(", ", answered)
                    + (own.outside().isEmpty() ? "; this machine has no address that others can reach" : "") + "."));
        }
        return found;
    }

    private static String shown(InetSocketAddress at) {
        String address = ServerNames.shortened(at.getAddress().getHostAddress().replaceFirst("%.*", ""));
        return (address.contains(":") ? "[" + address + "]" : address) + ":" + at.getPort();
    }

    /** Checks that a daemon which does not run could listen. */
    private List<Finding> free(Subject subject) throws IOException {
        List<Finding> found = new ArrayList<>();
        List<InetSocketAddress> wanted = subject.config().listen().addresses();
        for (InetSocketAddress at : wanted) {
            InetAddress address =
                    at.getAddress().isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : at.getAddress();
            if (TlsProbe.isTaken(new InetSocketAddress(address, at.getPort())) && !isHeldBySystemd()) {
                found.add(topic().wrong(
                                "The daemon does not run, and somebody else listens at " + shown(at)
                                        + holder(at.getPort()) + ".",
                                "Stop that program, or give the daemon another port (listen.addresses).",
                                "ss -Hltnp sport = :" + at.getPort()));
            }
            if (at.getPort() < FIRST_UNPRIVILEGED
                    && subject.isRunByUnit()
                    && !subject.unit().get("AmbientCapabilities").contains("cap_net_bind_service")
                    && !isHeldBySystemd()) {
                found.add(topic().wrong(
                                "The daemon has no right to listen at port " + at.getPort() + ".",
                                "Have systemd listen for it: operations/network.md, \"Port 443\".",
                                "systemctl edit chatd.socket"));
            }
        }
        return found.isEmpty()
                ? List.of(topic().ok("Nobody else listens at "
                        + wanted.stream().map(NetworkCheck::shown).collect(Collectors.joining(", ")) + "."))
                : found;
    }

    private static boolean isHeldBySystemd() throws IOException {
        return SystemCommand.run("systemctl", "is-active", "chatd.socket")
                .filter(SystemCommand.Result::isOk)
                .isPresent();
    }

    /** Returns which program listens at a port, as part of a sentence; empty if that can't be told. */
    private static String holder(int port) throws IOException {
        return SystemCommand.run("ss", "-Hltnp", "sport", "=", ":" + port)
                .filter(SystemCommand.Result::isOk)
                .map(result ->
                        result.out().replaceFirst("(?s).*users:\\(\\(\"([^\"]*)\",pid=(\\d+).*", "$1, process $2"))
                .filter(who -> who.matches("\\S+, process \\d+"))
                .map(who -> " (" + who + ")")
                .orElse("");
    }

    private static void addNames(Subject subject, OwnAddresses own, List<Finding> found) {
        List<String> names;
        try {
            names = ServerNames.of(Pem.certificates(subject.config().tls().certificate())
                            .getFirst())
                    .stream()
                    .filter(name -> name.contains(".") && !name.startsWith("*") && !name.matches("[0-9.]+"))
                    .toList();
        } catch (IOException e) {
            // Another check says so.
            return;
        }
        if (names.isEmpty()) {
            found.add(Topic.NETWORK_NAMES.advice(
                    "The certificate has no name that people could type.",
                    "Get one for the server's name: operations/certificates.md.",
                    ""));
        }
        names.forEach(name -> found.add(name(name, own)));
    }

    private static Finding name(String name, OwnAddresses own) {
        Set<InetAddress> addresses = new LinkedHashSet<>();
        try {
            addresses.addAll(List.of(inTime(() -> InetAddress.getAllByName(name))));
        } catch (ExecutionException e) {
            return Topic.NETWORK_NAMES.wrong(
                    "The name " + name + " has no address, here at least.",
                    "Enter A and AAAA records for it.",
                    "getent ahosts " + name);
        } catch (TimeoutException e) {
            return Topic.NETWORK_NAMES.unknown(
                    "The name " + name + " could not be resolved within " + NAME_LIMIT + " seconds.",
                    "Check the name server in /etc/resolv.conf.");
        }
        String shown = name + " has the addresses "
                + addresses.stream()
                        .map(address -> ServerNames.shortened(address.getHostAddress()))
                        .collect(Collectors.joining(", "));
        List<InetAddress> others =
                addresses.stream().filter(address -> !own.isOwn(address)).toList();
        if (!others.isEmpty()) {
            return Topic.NETWORK_NAMES.advice(
                    shown + ", of which this machine does not have "
                            + others.stream()
                                    .map(address -> ServerNames.shortened(address.getHostAddress()))
                                    .collect(Collectors.joining(", "))
                            + ".",
                    "That is right if a proxy or a router passes connections on; otherwise correct the records.",
                    "getent ahosts " + name);
        }
        boolean lacksIpv6 = own.hasGlobalIpv6() && addresses.stream().allMatch(each -> each.getAddress().length == 4);
        return lacksIpv6
                ? Topic.NETWORK_NAMES.advice(
                        shown + ", and none of IPv6, though this machine has one.",
                        "Enter an AAAA record for it.",
                        "getent ahosts " + name)
                : Topic.NETWORK_NAMES.ok(shown + ", which lead here.");
    }

    private static <T> T inTime(Callable<T> task) throws ExecutionException, TimeoutException {
        FutureTask<T> future = new FutureTask<>(task);
        Thread.ofVirtual().start(future);
        try {
            return future.get(NAME_LIMIT, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TimeoutException("interrupted");
        }
    }

    private static Finding proxies(Subject subject) throws IOException {
        Optional<String> refused = SystemCommand.run(
                        "journalctl", "-u", "chatd", "--since", "-1d", "-o", "cat", "--no-pager", "-g", "CHATD-703")
                .filter(SystemCommand.Result::isOk)
                .flatMap(result -> result.out().lines().reduce((first, second) -> second))
                .filter(line -> line.contains("CHATD-703"));
        if (refused.isPresent()) {
            return Topic.NETWORK_PROXIES.wrong(
                    refused.get() + ".",
                    "Have the proxy send the PROXY protocol: operations/network.md, \"Behind a proxy\".",
                    "");
        }
        if (!subject.config().listen().proxies().isEmpty()) {
            return Topic.NETWORK_PROXIES.ok("No connection of a proxy was refused within a day.");
        }
        List<String> addresses = new ArrayList<>();
        subject.link()
                .call(
                        SessionCalls.LIST,
                        AdminCall.Nothing.NOTHING,
                        part -> part.sessions().forEach(session -> addresses.add(session.address())));
        boolean isOneForAll = addresses.size() >= MANY && new LinkedHashSet<>(addresses).size() == 1;
        return isOneForAll
                ? Topic.NETWORK_PROXIES.advice(
                        "All %d sessions come from %s.".formatted(addresses.size(), addresses.getFirst()),
                        "If that is a proxy, have it send the PROXY protocol, and name it in listen.proxies:"
                                + " operations/network.md.",
                        "")
                : Topic.NETWORK_PROXIES.ok("No proxy is configured, and connections do not come from one.");
    }
}

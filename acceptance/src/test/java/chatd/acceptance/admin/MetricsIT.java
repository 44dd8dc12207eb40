package chatd.acceptance.admin;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.SpawnedDaemon;
import chatd.acceptance.kit.Wire;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What monitoring reads ({@code metrics.listen}), over HTTP as it does, and what is made of it (docs/monitoring). */
class MetricsIT {
    private static final Path PAGE = ProcessResult.ROOT.resolve("docs/operations/monitoring.md");
    private static final Path RULES = ProcessResult.ROOT.resolve("docs/monitoring");
    private static final String OPEN_METRICS = "Accept: application/openmetrics-text;version=1.0.0";

    /** Labels that a histogram and a summary have by themselves. */
    private static final Set<String> OF_FORMAT = Set.of("le", "quantile");

    @TempDir
    private Path directory;

    /** A metric as it is scraped and as the page has it. */
    private record Metric(String kind, Set<String> labels) {}

    private static String get(Path socket, String path, String... options) {
        List<String> command =
                new ArrayList<>(List.of("curl", "-sS", "--unix-socket", socket.toString(), "http://localhost" + path));
        command.addAll(List.of(options));
        return ProcessResult.program(command).exits(0).out();
    }

    /** Returns the value of a metric with labels, as the exposition has it; empty if it is not there. */
    private static String value(String exposition, String metric) {
        return Pattern.compile("(?m)^" + Pattern.quote(metric) + " (\\S+)$")
                .matcher(exposition)
                .results()
                .map(found -> found.group(1))
                .findFirst()
                .orElse("");
    }

    private static List<MatchResult> matches(String text, String pattern) {
        return Pattern.compile(pattern).matcher(text).results().toList();
    }

    /** Returns all metrics of an exposition in Prometheus' format. */
    private static Map<String, Metric> metrics(String exposition) {
        Map<String, Metric> all = new TreeMap<>();
        for (MatchResult type : matches(exposition, "(?m)^# TYPE (\\S+) (\\S+)$")) {
            Set<String> labels =
                    matches(exposition, "(?m)^" + type.group(1) + "(?:_bucket|_sum|_count)?\\{(.*)\\} \\S+$").stream()
                            .flatMap(line -> matches(line.group(1), "(\\w+)=\"[^\"]*\"").stream())
                            .map(label -> label.group(1))
                            .filter(label -> !OF_FORMAT.contains(label))
                            .collect(Collectors.toCollection(TreeSet::new));
            all.put(type.group(1), new Metric(type.group(2), labels));
        }
        return all;
    }

    /** Returns the metrics in the page's table. */
    private static Map<String, Metric> page() throws IOException {
        return matches(Files.readString(PAGE), "(?m)^\\| `((?:chatd|jvm|process)_\\w+)` \\| (\\w+) \\| ([^|]*) \\|")
                .stream()
                .collect(Collectors.toMap(
                        row -> row.group(1),
                        row -> new Metric(
                                row.group(2),
                                matches(row.group(3), "`(\\w+)`").stream()
                                        .map(label -> label.group(1))
                                        .collect(Collectors.toCollection(TreeSet::new)))));
    }

    @Test
    void everyMetricIsOnThePageAndCountsWhatItSays() throws Exception {
        Path socket = directory.resolve("metrics");
        String nobody = "[::1]:" + ProcessResult.freePort();
        try (LocalDaemon own =
                LocalDaemon.start("CHATD_METRICS_LISTEN", socket.toString(), "CHATD_AUDIT_FORWARD_TO", nobody)) {
            Chatd.Person carol = own.person();
            own.admin("", "backup", directory.resolve("one.backup").toString()).exits(0);
            try (Chat1Socket alice = own.logIn(own.alice());
                    JsonSocket there = own.logInJson(JsonCarrier.LINES, carol, "");
                    Chat1Socket stranger = own.connect()) {
                stranger.send(Wire.logIn(carol.name(), "not the password"));
                stranger.expect(Wire.WRONG_PASSWORD);
                for (int i = 0; i < 5; i++) {
                    alice.send(Wire.text("one of five", carol.name()));
                }
                alice.fence();
                await().until(() ->
                        value(get(socket, "/metrics"), "chatd_messages_total").equals("5.0"));
                // What is looked at every 15 seconds
                await().until(() -> !value(get(socket, "/metrics"), "chatd_backup_timestamp_seconds")
                        .isEmpty());
                String scraped = get(socket, "/metrics");
                assertThat(metrics(scraped)).containsExactlyInAnyOrderEntriesOf(page());
                assertThat(value(scraped, "chatd_connections{dialect=\"chat/1\",state=\"logged-in\"}"))
                        .isEqualTo("1.0");
                assertThat(value(scraped, "chatd_connections{dialect=\"chat/1\",state=\"stranger\"}"))
                        .isEqualTo("1.0");
                assertThat(value(scraped, "chatd_connections{dialect=\"chat-json/1\",state=\"logged-in\"}"))
                        .isEqualTo("1.0");
                assertThat(value(scraped, "chatd_users_online")).isEqualTo("2.0");
                assertThat(value(scraped, "chatd_logins_total{outcome=\"ok\"}")).isEqualTo("2.0");
                assertThat(value(scraped, "chatd_logins_total{outcome=\"wrong-password\"}"))
                        .isEqualTo("1.0");
                assertThat(value(scraped, "chatd_refusals_total{code=\"wrong-password\"}"))
                        .isEqualTo("1.0");
                for (String histogram : List.of("chatd_commit", "chatd_log_append", "chatd_delivery")) {
                    String count = value(scraped, histogram + "_seconds_count");
                    assertThat(Double.parseDouble(count)).as(histogram).isBetween(1.0, 100.0);
                    assertThat(value(scraped, histogram + "_seconds_bucket{le=\"+Inf\"}"))
                            .isEqualTo(count);
                }
                assertThat(get(socket, "/metrics", "-H", OPEN_METRICS))
                        .contains("# TYPE chatd_messages counter\n")
                        .endsWith("# EOF\n");
                assertThat(get(socket, "/metrics", "-H", OPEN_METRICS, "-o", "/dev/null", "-w", "%{content_type}"))
                        .startsWith("application/openmetrics-text");
                assertThat(get(socket, "/readyz")).isEqualTo("ready\n");
                assertThat(get(socket, "/healthz")).isEqualTo("alive\n");
                // Whoever runs the server knows who is there; figures do not say it.
                assertThat(scraped).doesNotContain(carol.name(), own.alice().name());
            }
        }
        assertThat(socket).doesNotExist();
    }

    /** An alert and a panel that ask for a metric that does not exist would be silent for ever. */
    @Test
    void dashboardAndAlertsAskForWhatExists() throws IOException {
        Map<String, Metric> page = page();
        assertThat(page).hasSizeGreaterThan(50);
        String alerts = Files.readString(RULES.resolve("alerts.yml"));
        for (String text : List.of(
                alerts, Files.readString(RULES.resolve("dashboard.json")).replace("\\\"", "\""))) {
            Collection<MatchResult> used = matches(
                    text, "\\b((?:chatd|jvm|process)_\\w+?)(_bucket|_sum|_count)?(?:\\{([^}]*)\\})?(?=[\\s\\[),\"]|$)");
            assertThat(used).hasSizeGreaterThan(10);
            for (MatchResult one : used) {
                String name = one.group(1);
                Metric metric = page.get(name);
                assertThat(metric).as(name).isNotNull();
                if (one.group(2) != null) {
                    assertThat(requireNonNull(metric).kind()).as(name).isIn("histogram", "summary");
                }
                if (one.group(3) != null) {
                    assertThat(matches(one.group(3), "(\\w+)(?:=|!)").stream().map(label -> label.group(1)))
                            .as(name)
                            .isSubsetOf(with(requireNonNull(metric).labels(), "instance", "job"));
                }
            }
        }
        assertThat(matches(Files.readString(RULES.resolve("alerts-test.yml")), "alertname: (\\w+)").stream()
                        .map(one -> one.group(1))
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(matches(alerts, "- alert: (\\w+)").stream()
                        .map(one -> one.group(1))
                        .toList());
    }

    private static Set<String> with(Set<String> some, String... more) {
        Set<String> all = new TreeSet<>(some);
        all.addAll(List.of(more));
        return all;
    }

    @Test
    @Tag("processes")
    void alertsFireWhenTheyShould() {
        ProcessResult.program(List.of(
                        "promtool",
                        "check",
                        "rules",
                        RULES.resolve("alerts.yml").toString()))
                .exits(0);
        assertThat(ProcessResult.program(List.of(
                                "promtool",
                                "test",
                                "rules",
                                RULES.resolve("alerts-test.yml").toString()))
                        .exits(0)
                        .out())
                .contains("SUCCESS");
    }

    @Test
    @Tag("processes")
    void aServerWithoutItsDatabaseIsAliveAndNotReady() throws Exception {
        Path socket = directory.resolve("metrics");
        try (SpawnedDaemon own = SpawnedDaemon.startWithDatabase(
                "CHATD_METRICS_LISTEN", socket.toString(), "CHATD_DATABASE_TIMEOUT", "2s")) {
            assertThat(get(socket, "/readyz")).isEqualTo("ready\n");
            own.freezeDatabase();
            try {
                await().until(() -> get(socket, "/readyz").equals("the database can't be reached\n"));
                assertThat(get(socket, "/readyz", "-o", "/dev/null", "-w", "%{http_code}"))
                        .isEqualTo("503");
                assertThat(get(socket, "/healthz", "-w", "%{http_code}")).isEqualTo("alive\n200");
                assertThat(value(get(socket, "/metrics"), "chatd_database_up")).isEqualTo("0.0");
                await().until(() -> value(get(socket, "/metrics"), "chatd_problems{topic=\"database\"}")
                        .equals("2.0"));
            } finally {
                own.thawDatabase();
            }
            await().until(() -> get(socket, "/readyz").equals("ready\n"));
            await().until(() -> value(get(socket, "/metrics"), "chatd_problems{topic=\"database\"}")
                    .equals("0.0"));
        }
    }

    /** What was named by mistake is neither replaced nor deleted; a socket that was left is. */
    @Test
    void aFileInTheSocketsPlaceIsKept() throws Exception {
        Path file = Files.writeString(directory.resolve("diary"), "dear diary");
        assertThatThrownBy(() -> LocalDaemon.start("CHATD_METRICS_LISTEN", file.toString()))
                .hasMessageContaining("can't listen on " + file + " (metrics.listen): there is a file " + file
                        + ", which is not a socket");
        assertThat(file).hasContent("dear diary");
        Path left = directory.resolve("left");
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(left))
                .close();
        assertThat(Files.exists(left)).isTrue();
        try (LocalDaemon own = LocalDaemon.start("CHATD_METRICS_LISTEN", left.toString())) {
            assertThat(get(left, "/readyz")).isEqualTo("ready\n");
            assertThat(own.listens()).isTrue();
        }
    }

    /** Whoever is on this machine may connect, and gets no further. */
    @Test
    void whoeverAsksForSomethingElseIsToldAndBounded() throws Exception {
        Path socket = directory.resolve("metrics");
        try (LocalDaemon own = LocalDaemon.start("CHATD_METRICS_LISTEN", socket.toString())) {
            assertThat(get(socket, "/", "-w", "%{http_code}"))
                    .isEqualTo("There is nothing here but /healthz, /metrics, /readyz.\n404");
            assertThat(get(socket, "/metrics", "-X", "POST", "-d", "x", "-w", "%{http_code}"))
                    .isEqualTo("Only GET and HEAD.\n405");
            assertThat(get(socket, "/readyz", "-I")).contains("200 OK", "content-length: 6");
            // Two requests over one connection, in order
            assertThat(get(socket, "/readyz", "http://localhost/healthz")).isEqualTo("ready\nalive\n");
            // Many at once, of which each is made once the one before was sent
            try (SocketChannel pipelined = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
                String pair = "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
                pipelined.write(ByteBuffer.wrap(pair.repeat(60).getBytes(StandardCharsets.UTF_8)));
                StringBuilder answers = new StringBuilder();
                ByteBuffer part = ByteBuffer.allocate(1 << 16);
                while (matches(answers.toString(), "\n(ready|alive)\n").size() < 120) {
                    assertThat(pipelined.read(part.clear())).isPositive();
                    answers.append(StandardCharsets.UTF_8.decode(part.flip()));
                }
                assertThat(matches(answers.toString(), "\n(ready|alive)\n").stream()
                                .map(each -> each.group(1))
                                .collect(Collectors.joining()))
                        .isEqualTo("readyalive".repeat(60));
            }
            List<SocketChannel> held = new ArrayList<>();
            try {
                for (int i = 0; i < 200; i++) {
                    held.add(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
                }
                // The seventeenth and all after it are closed at once.
                for (SocketChannel one : held.subList(16, held.size())) {
                    assertThat(one.read(ByteBuffer.allocate(1))).isEqualTo(-1);
                }
            } finally {
                for (SocketChannel one : held) {
                    one.close();
                }
            }
            await().until(() -> ProcessResult.program(List.of(
                                    "curl", "-sS", "--unix-socket", socket.toString(), "http://localhost/readyz"))
                            .exit()
                    == 0);
            try (SocketChannel endless = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
                endless.write(ByteBuffer.wrap("GET /".getBytes(StandardCharsets.UTF_8)));
                byte[] more = "x".repeat(4_096).getBytes(StandardCharsets.UTF_8);
                // The daemon closes it.
                assertThatThrownBy(() -> {
                            while (true) {
                                endless.write(ByteBuffer.wrap(more));
                            }
                        })
                        .isInstanceOf(IOException.class);
            }
            assertThat(get(socket, "/readyz")).isEqualTo("ready\n");
            own.logIn(own.alice()).close();
        }
    }
}

package chatd.acceptance.campaigns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.SpawnedDaemon;
import chatd.acceptance.kit.Wire;
import chatd.fixtures.Campaign;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Debian's Prometheus scrapes a daemon under load, once a second, with the alerts that chatd brings. */
@Tag("processes")
class PrometheusIT {
    /** An hour in full. */
    private static final int SCRAPES = Campaign.times(10, 3_600);

    @TempDir
    private Path directory;

    private final HttpClient http = HttpClient.newHttpClient();

    private JsonNode ask(int port, String path) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create("http://[::1]:" + port + "/api/v1/" + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JsonMapper.shared().readTree(answer.body()).path("data");
    }

    /** Returns the value of an expression with one result; 0 if it has none yet. */
    private double value(int port, String expression) throws IOException, InterruptedException {
        JsonNode result = ask(port, "query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8))
                .path("result");
        assertThat(result.size()).as("%s", result).isLessThanOrEqualTo(1);
        return result.isEmpty()
                ? 0
                : Double.parseDouble(result.path(0).path("value").path(1).asString());
    }

    private boolean answers(int port) {
        try {
            return http.send(
                                    HttpRequest.newBuilder(URI.create("http://[::1]:" + port + "/-/ready"))
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void everyScrapeUnderLoadIsAnsweredAndCountsEachMessageOnce() throws Exception {
        int metrics = ProcessResult.freePort();
        int port = ProcessResult.freePort();
        Path rules = ProcessResult.ROOT.resolve("docs/monitoring/alerts.yml");
        Path config = Files.writeString(directory.resolve("prometheus.yml"), """
                global: {scrape_interval: 1s, evaluation_interval: 1s}
                rule_files: ["%s"]
                scrape_configs:
                  - job_name: chatd
                    static_configs: [{targets: ["[::1]:%d"]}]
                """.formatted(rules, metrics));
        try (SpawnedDaemon own = SpawnedDaemon.startWithDatabase(
                "CHATD_METRICS_LISTEN", "[::1]:" + metrics, "CHATD_RATES_TEXTS", "0", "CHATD_RATES_TEXT_BYTES", "0")) {
            Process prometheus = ProcessResult.start(
                    directory.resolve("prometheus.log"),
                    List.of(
                            "prometheus",
                            "--config.file=" + config,
                            "--storage.tsdb.path=" + directory.resolve("tsdb"),
                            "--web.listen-address=[::1]:" + port));
            try {
                await().until(() -> answers(port));
                Chatd.Person carol = own.person();
                int sent = 0;
                try (Chat1Socket alice = own.logIn(own.alice());
                        Chat1Socket there = own.logIn(carol)) {
                    do {
                        alice.send(Wire.text("number " + sent, carol.name()));
                        there.expectText(alice.name(), "number " + sent);
                        sent++;
                    } while (value(port, "count_over_time(up{job=\"chatd\"}[2h])") < SCRAPES);
                }
                double all = sent;
                await().until(() -> value(port, "chatd_messages_total") == all);
                // One by one, each was a batch of its own.
                assertThat(value(port, "chatd_delivery_seconds_count")).isGreaterThanOrEqualTo(all);
                assertThat(value(port, "chatd_delivery_seconds_bucket{le=\"+Inf\"}"))
                        .isEqualTo(value(port, "chatd_delivery_seconds_count"));
                assertThat(value(port, "min_over_time(up{job=\"chatd\"}[2h])")).isEqualTo(1);
                assertThat(value(port, "max_over_time(scrape_samples_scraped{job=\"chatd\"}[2h])"))
                        .isLessThan(500);
                assertThat(ask(port, "rules")
                                .path("groups")
                                .path(0)
                                .path("rules")
                                .size())
                        .isGreaterThan(10);
                for (JsonNode alert : ask(port, "alerts").path("alerts")) {
                    assertThat(alert.path("state").asString()).as("%s", alert).isEqualTo("pending");
                }
                Campaign.report("%d scrapes while %d messages were sent; the longest took %.3f s"
                        .formatted(
                                SCRAPES,
                                sent,
                                value(port, "max_over_time(scrape_duration_seconds{job=\"chatd\"}[2h])")));
            } finally {
                prometheus.destroy();
                prometheus.onExit().join();
            }
        }
    }
}

package chatd.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tomlj.Toml;

class ConfigurationTest {
    @TempDir
    private Path directory;

    private void write(String text) throws IOException {
        Files.writeString(directory.resolve("chatd.toml"), text);
    }

    private Configuration read(Map<String, String> environment) throws ConfigException {
        return new Configuration(directory.resolve("chatd.toml"), environment);
    }

    private static Option option(Configuration configuration, String key) {
        return configuration.options().stream()
                .filter(option -> option.key().equals(key))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void everyOptionIsShownWithItsSource() throws Exception {
        write("[limits]\ntext = \"1 KiB\"\n[throttle]\nexempt = [\"::1\", \"192.0.2.0/24\"]\n");
        Configuration configuration = read(Map.of("CHATD_LIMITS_REPLAY", "7", "CHATD_THROTTLE_EXEMPT", "::1"));
        assertThat(configuration.options())
                .hasSize(Toml.parse(ConfigReader.defaults()).dottedKeySet().size());
        assertThat(option(configuration, "limits.text"))
                .isEqualTo(new Option(
                        "limits.text", "1 KiB", directory.resolve("chatd.toml") + ":2:1", Option.TakesEffect.AT_ONCE));
        assertThat(option(configuration, "limits.replay"))
                .isEqualTo(new Option(
                        "limits.replay", "7", "environment CHATD_LIMITS_REPLAY", Option.TakesEffect.AT_ONCE));
        assertThat(option(configuration, "throttle.exempt").value()).isEqualTo("::1");
        assertThat(option(configuration, "limits.file"))
                .isEqualTo(new Option("limits.file", "256 MiB", "default", Option.TakesEffect.AT_ONCE));
    }

    @Test
    void aReloadReportsWhatIsInForceAndWhatIsPending() throws Exception {
        write("[limits]\ntext = \"1 KiB\"\n");
        Configuration configuration = read(Map.of());
        write(
                "[limits]\ntext = \"2 KiB\"\nreplay = 7\nuploads = 3\njson = \"2 MiB\"\n[audit]\nfind = true\nfsync = \"never\"\n[listen]\naddresses = [\"[::1]:1\"]\n[everyone]\nwrite = \"all\"\n");
        Configuration.Reloaded reloaded = configuration.reload(fresh -> {});
        assertThat(reloaded.inForce()).containsExactlyInAnyOrder("limits.text", "limits.replay", "audit.find");
        assertThat(reloaded.forNewConnections()).containsExactly("limits.json");
        assertThat(reloaded.pending()).containsExactlyInAnyOrder("listen.addresses", "limits.uploads", "audit.fsync");
        assertThat(configuration.get().limits().text()).isEqualTo(2048);
        // A pending option is shown with its old value, and reported as pending until the change is reverted.
        assertThat(option(configuration, "limits.uploads").value()).isEqualTo("64");
        assertThat(configuration.reload(fresh -> {}).pending()).hasSize(3);
        write("[limits]\ntext = \"2 KiB\"\nreplay = 7\njson = \"2 MiB\"\n[audit]\nfind = true\n");
        assertThat(configuration.reload(fresh -> {}))
                .isEqualTo(new Configuration.Reloaded(List.of(), List.of(), List.of()));
    }

    @Test
    void anInvalidConfigurationIsNotApplied() throws Exception {
        write("[limits]\ntext = \"1 KiB\"\n");
        Configuration configuration = read(Map.of());
        write("[limits]\ntext = \"2 KiB\"\nnonsense = 1\n");
        assertThatThrownBy(configuration::check).isInstanceOf(ConfigException.class);
        assertThatThrownBy(() -> configuration.reload(fresh -> {}))
                .hasMessageContaining("chatd.toml:3:1: unknown key limits.nonsense");
        assertThat(configuration.get().limits().text()).isEqualTo(1024);
        configuration.check("[limits]\ntext = \"3 KiB\"\n", "other.toml");
        assertThatThrownBy(() -> configuration.check("[limits]\ntxt = 1\n", "other.toml"))
                .hasMessageContaining("other.toml:2:1");
        Files.delete(directory.resolve("chatd.toml"));
        assertThatThrownBy(() -> configuration.reload(fresh -> {})).hasMessageContaining("there is no such file");
    }

    @Test
    void aConfigurationThatAPartRejectsIsNotApplied() throws Exception {
        write("[limits]\ntext = \"1 KiB\"\n");
        Configuration configuration = read(Map.of());
        write("[limits]\ntext = \"2 KiB\"\n");
        assertThatThrownBy(() -> configuration.reload(fresh -> {
                    assertThat(fresh.limits().text()).isEqualTo(2048);
                    throw new ConfigException(List.of("tls.key: there is no file x"));
                }))
                .hasMessage("tls.key: there is no file x");
        assertThat(configuration.get().limits().text()).isEqualTo(1024);
    }

    @Test
    void aCertificateRequiresItsKey() throws Exception {
        write("[tls]\ncertificate = \"/a.pem\"\n");
        assertThatThrownBy(() -> read(Map.of())).hasMessageContaining("chatd.toml:2:1: tls.certificate: ");
        write("[tls]\nkey = \"/a.key\"\n");
        assertThatThrownBy(() -> read(Map.of())).hasMessageContaining("chatd.toml:2:1: tls.key: ");
        write("[tls]\ncertificate = \"/a.pem\"\nkey = \"/a.key\"\n");
        assertThat(read(Map.of()).get().tls().development()).isEmpty();
        write("[tls]\ndevelopment = \"/d\"\n");
        assertThat(read(Map.of()).get().tls())
                .isEqualTo(new Config.Tls(
                        Path.of("/d/server.pem"),
                        Path.of("/d/server.key"),
                        java.util.Optional.of(Path.of("/d")),
                        java.util.Optional.empty(),
                        false,
                        "auto"));
    }

    @Test
    void behindAProxyLoopbackIsNotExempt() throws Exception {
        write("[throttle]\nexempt = [\"0.0.0.0/0\", \"::1\"]\n");
        Config alone = read(Map.of()).get();
        Config behind = read(Map.of("CHATD_LISTEN_PROXIES", "::1")).get();
        for (String own : List.of("127.0.0.1", "::1")) {
            assertThat(alone.isExempt(InetAddress.ofLiteral(own))).isTrue();
            assertThat(behind.isExempt(InetAddress.ofLiteral(own))).isFalse();
        }
        assertThat(behind.isExempt(InetAddress.ofLiteral("192.0.2.1"))).isTrue();
        assertThat(behind.isExempt(InetAddress.ofLiteral("2001:db8::1"))).isFalse();
    }

    @Test
    void theValidPartsOfAnInvalidFileCanBeRead() throws Exception {
        write("[audit]\ndirectory = \"/somewhere\"\n[limits]\ntext = \"many\"\n[nonsense]\n");
        assertThatThrownBy(() -> read(Map.of())).isInstanceOf(ConfigException.class);
        assertThat(ConfigReader.readLeniently(directory.resolve("chatd.toml"), Map.of())
                        .audit()
                        .directory())
                .isEqualTo(Path.of("/somewhere"));
        assertThat(ConfigReader.readLeniently(directory.resolve("nowhere"), Map.of()))
                .isEqualTo(ConfigReader.read(null, Map.of()));
    }
}

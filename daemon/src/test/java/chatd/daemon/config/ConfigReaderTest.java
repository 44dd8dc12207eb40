package chatd.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import chatd.daemon.limit.KeyedRateLimit;
import chatd.daemon.net.stream.Rate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tomlj.Toml;
import org.tomlj.TomlParseResult;

class ConfigReaderTest {
    @TempDir
    private Path directory;

    private Config read(String text) throws ConfigException, IOException {
        return ConfigReader.read(Files.writeString(directory.resolve("chatd.toml"), text), Map.of());
    }

    private String errors(String text) throws IOException {
        Path file = Files.writeString(directory.resolve("chatd.toml"), text);
        ConfigException e = catchThrowableOfType(ConfigException.class, () -> ConfigReader.read(file, Map.of()));
        return String.join("\n", e.errors()).replace(directory + "/", "");
    }

    /** Some administrators who want no limit configure a huge number, which must not break connections. */
    @Test
    void theHighestRatesAreUsable() throws Exception {
        Config.Rates rates = ConfigReader.read(
                        null,
                        Map.of(
                                "CHATD_RATES_MESSAGES",
                                Integer.toString(ConfigReader.MAX_MESSAGES),
                                "CHATD_RATES_BYTES",
                                Long.toString(ConfigReader.MAX_BYTES),
                                "CHATD_RATES_ACCOUNT_BYTES",
                                Long.toString(ConfigReader.MAX_BYTES),
                                "CHATD_RATES_TEXTS",
                                "1048576",
                                "CHATD_RATES_TEXT_BYTES",
                                "1024 GiB",
                                "CHATD_RATES_REGISTERED_TEXT_BYTES",
                                "1024 GiB"))
                .rates();
        KeyedRateLimit<Long> ofAccounts = Rate.ofAccounts(rates::accountBytes);
        assertThat(new Rate(rates, ofAccounts)).isNotNull();
        assertThat(ofAccounts.chargeAlways(1L, 1)).isZero();
        for (long limit : new long[] {60 * rates.texts(), rates.textBytes(), rates.registeredTextBytes()}) {
            new KeyedRateLimit<>(() -> limit, number -> number, Duration.ofHours(1)).charge(1L, 1, "texts an hour");
        }
        assertThatThrownBy(() -> ConfigReader.read(null, Map.of("CHATD_RATES_BYTES", "1 GiB")))
                .hasMessageContaining("rates.bytes: expected 0 to 536870912 bytes");
    }

    @Test
    void theDefaultsAreThoseOfTheProtocol() throws ConfigException {
        Config.Limits limits = ConfigReader.read(null, Map.of()).limits();
        assertThat(limits.text()).isEqualTo(64 * 1024);
        assertThat(limits.file()).isEqualTo(256 * 1024 * 1024);
        assertThat(limits.recipients()).isEqualTo(1000);
        assertThat(limits.replay()).isEqualTo(1000);
        assertThat(limits.settings()).isEqualTo(1024 * 1024);
        assertThat(limits.firstPacket()).isEqualTo(Duration.ofSeconds(30));
        assertThat(limits.logIn()).isEqualTo(Duration.ofMinutes(5));
        assertThat(limits.frameProgress()).isEqualTo(1024);
        assertThat(limits.frameTime()).isEqualTo(Duration.ofMinutes(30));
        assertThat(limits.queueBytes()).isEqualTo(1024 * 1024);
        assertThat(limits.queueFrames()).isEqualTo(4096);
        assertThat(limits.linger()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void byDefaultRegistrationIsClosedAndEveryAddressIsListenedOn() throws ConfigException {
        Config config = ConfigReader.read(null, Map.of());
        assertThat(config.registration().open()).isFalse();
        assertThat(config.registration().maxAccounts()).isEqualTo(20_000);
        assertThat(config.limits().connectionsBeforeLogin()).isEqualTo(2_000);
        assertThat(config.audit().segmentSize()).isEqualTo(4 << 20);
        assertThat(config.audit().segmentMinAge()).isEqualTo(Duration.ofMinutes(1));
        assertThat(config.audit().segmentMaxSize()).isEqualTo(64 << 20);
        assertThat(config.database().timeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.listen().addresses()).hasSize(1);
        assertThat(config.listen().addresses().getFirst().getPort()).isEqualTo(7443);
        assertThat(config.listen().addresses().getFirst().getAddress().isAnyLocalAddress())
                .isTrue();
        assertThat(config.accounts().concealUsers()).isFalse();
        assertThat(config.rates()).isEqualTo(new Config.Rates(0, 0, 8 << 20, 1000, 1 << 30, 10L << 30, 60, 30, 60, 10));
    }

    @Test
    void theDefaultDocumentIsAValidConfiguration() throws Exception {
        assertThat(read(ConfigReader.defaults())).isEqualTo(ConfigReader.read(null, Map.of()));
    }

    /**
     * Every option of the default document stands below a comment, or below another option; the document and the code
     * have the same options.
     */
    @Test
    void everyOptionIsExplainedAndRead() throws Exception {
        TomlParseResult document = Toml.parse(ConfigReader.defaults());
        String[] lines = ConfigReader.defaults().split("\n", -1);
        for (String key : document.dottedKeySet()) {
            int line = Objects.requireNonNull(document.inputPositionOf(key)).line();
            assertThat(lines[line - 2]).as("above " + key).matches("(#.*|[a-z-]+ = .*)");
            String wrong = key.equals("database.host") ? "" : errors(inSection(key, "[{}]"));
            if (!wrong.isEmpty()) {
                assertThat(wrong).as(key).contains(key + ": ");
            }
        }
        int options = Config.class.getRecordComponents().length;
        int known = 0;
        for (var section : Config.class.getRecordComponents()) {
            known += options(section.getType());
        }
        assertThat(document.keySet()).hasSize(options);
        assertThat(document.dottedKeySet()).hasSize(known);
    }

    /** Returns the number of options in a section, and in those inside it. */
    private static int options(Class<?> section) {
        int all = 0;
        for (var option : section.getRecordComponents()) {
            boolean isSection = option.getType().isRecord() && option.getType().getEnclosingClass() == Config.class;
            all += isSection ? options(option.getType()) : 1;
        }
        return all;
    }

    private static String inSection(String key, String value) {
        int dot = key.lastIndexOf('.');
        return "[" + key.substring(0, dot) + "]\n" + key.substring(dot + 1) + " = " + value + "\n";
    }

    @Test
    void aSectionMayBeInsideAnother() throws Exception {
        Config.Forward forward =
                read("[audit.forward]\nto = \"[2001:db8::5]:6514\"\nmessage-size = \"2 KiB\"\n[audit]\nfind = true\n")
                        .audit()
                        .forward();
        assertThat(forward.to()).hasValueSatisfying(to -> {
            assertThat(to.getHostString()).isEqualTo("2001:db8::5");
            assertThat(to.getPort()).isEqualTo(6514);
        });
        assertThat(forward.messageSize()).isEqualTo(2048);
        assertThat(errors("[audit]\nforward = 3\n"))
                .isEqualTo("chatd.toml:2:1: audit.forward is a section: write [audit.forward]");
        assertThat(errors("[audit.forward]\ntoo = \"\"\n"))
                .isEqualTo("chatd.toml:2:1: unknown key audit.forward.too; did you mean to?");
        assertThat(errors("[audit.forwards]\nto = \"\"\n"))
                .contains("unknown key audit.forwards; did you mean forward?");
        assertThat(errors("[audit.forward]\nto = \"logs.example.org\"\n"))
                .isEqualTo("chatd.toml:2:1: audit.forward.to: expected an address with a port, as in \"[::]:7443\", not"
                        + " \"logs.example.org\"");
        assertThat(errors("[audit.forward]\nkey = \"/k\"\n")).contains("belong together");
        Map<String, String> environment = Map.of("CHATD_AUDIT_FORWARD_TO", "logs.example.org:6514");
        assertThat(ConfigReader.read(null, environment).audit().forward().to()).isPresent();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    limits.replai = 5              | chatd.toml:2:1: unknown key limits.replai; did you mean replay?
                    limits.replay = -1             | chatd.toml:2:1: limits.replay: expected a whole number
                    limits.replay = "many"         | chatd.toml:2:1: limits.replay: expected a whole number
                    limits.text = "64 KB"          | chatd.toml:2:1: limits.text: expected a size
                    limits.text = "2 GiB"          | chatd.toml:2:1: limits.text: expected 1 to 1048576 bytes
                    limits.log-in = "soon"         | chatd.toml:2:1: limits.log-in: expected a time
                    registration.mode = "ajar"     | chatd.toml:2:1: registration.mode: expected closed or open
                    registration.mode = true       | chatd.toml:2:1: registration.mode: expected a string in quotes
                    accounts.conceal-users = "yes" | chatd.toml:2:1: accounts.conceal-users: expected true or false
                    listen.addresses = ["7443"]    | chatd.toml:2:1: listen.addresses: expected an address with a port
                    listen.addresses = "x"         | chatd.toml:2:1: listen.addresses: expected a list
                    throttle.exempt = ["10.0.0.0/33"] | chatd.toml:2:1: throttle.exempt: expected a network
                    chat1.wire-zone = "Mars"       | chatd.toml:2:1: chat1.wire-zone: expected a time zone
                    metrics.listen = "[::]:9464"   | chatd.toml:2:1: metrics.listen: expected a loopback address
                    metrics.listen = "192.0.2.1:1" | chatd.toml:2:1: metrics.listen: expected a loopback address
                    metrics.listen = "metrics"     | chatd.toml:2:1: metrics.listen: expected an address with a port
                    retention.messages = "6d"      | chatd.toml:2:1: retention.messages: expected 7d to 30000d, or "forever", not "6d"
                    retention.group = "90"         | chatd.toml:2:1: retention.group: expected 7d to 30000d, or "forever", not "90"
                    lisen.addresses = []           | unknown section [lisen]; did you mean listen?
                    """)
    void errorsAreReportedWithTheirPositions(String option, String expected) throws IOException {
        String[] parts = option.split(" = ", 2);
        assertThat(errors(inSection(parts[0], parts[1]))).contains(expected);
    }

    @Test
    void brokenTomlIsReportedWithItsPosition() throws IOException {
        assertThat(errors("[limits]\ntext = 64 KiB\n")).startsWith("chatd.toml:2:");
    }

    @Test
    void commentsDoNotShiftPositionsAndStringsKeepTheirLines() throws Exception {
        assertThat(errors("# é \u2028 = [\r\n[limits] # 1\n  # text = 1\n\t#\nrecipients = 8\ntext = \"x\"\n"))
                .startsWith("chatd.toml:6:1: limits.text");
        String several = "[database]\npassword-file = \"\"\"/a\n# \n/b\"\"\"\n";
        assertThat(ConfigReader.read(Files.writeString(directory.resolve("chatd.toml"), several), Map.of())
                        .database()
                        .passwordFile())
                .hasValue(Path.of("/a\n# \n/b"));
        assertThat(ConfigReader.read(
                                Files.writeString(directory.resolve("chatd.toml"), several.replace('"', '\'')),
                                Map.of())
                        .database()
                        .passwordFile())
                .hasValue(Path.of("/a\n# \n/b"));
    }

    @Test
    void allErrorsAreReportedAtOnce() throws IOException {
        assertThat(errors("[limits]\nreplai = 1\ntext = \"x\"\n[tsl]\nkey = \"\"\n")
                        .lines())
                .hasSize(3);
    }

    @Test
    void theEnvironmentOverridesTheFile() throws Exception {
        Path file = Files.writeString(directory.resolve("chatd.toml"), "[limits]\nreplay = 7\nrecipients = 8\n");
        Config config = ConfigReader.read(
                file,
                Map.of("CHATD_LIMITS_REPLAY", "9", "CHATD_LISTEN_ADDRESSES", "[::1]:1, 127.0.0.1:2", "HOME", "/x"));
        assertThat(config.limits().replay()).isEqualTo(9);
        assertThat(config.limits().recipients()).isEqualTo(8);
        assertThat(config.listen().addresses()).hasSize(2);
    }

    @Test
    void errorsInTheEnvironmentAreReported() {
        assertThatThrownBy(() -> ConfigReader.read(null, Map.of("CHATD_LIMITS_REPLAI", "9")))
                .hasMessageContaining("CHATD_LIMITS_REPLAI")
                .hasMessageContaining("did you mean CHATD_LIMITS_REPLAY?");
        assertThatThrownBy(() -> ConfigReader.read(null, Map.of("CHATD_LIMITS_REPLAY", "x")))
                .hasMessageContaining("environment CHATD_LIMITS_REPLAY: ");
    }

    @Test
    void aMissingFileIsReported() {
        assertThatThrownBy(() -> ConfigReader.read(directory.resolve("none.toml"), Map.of()))
                .hasMessageContaining("there is no such file");
    }
}

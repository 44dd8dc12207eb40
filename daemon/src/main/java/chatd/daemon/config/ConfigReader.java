package chatd.daemon.config;

import static chatd.daemon.config.Option.TakesEffect.AT_CONNECTION;
import static chatd.daemon.config.Option.TakesEffect.AT_ONCE;
import static chatd.daemon.config.Option.TakesEffect.AT_START;

import chatd.audit.FileFailure;
import chatd.audit.write.AuditLog;
import chatd.text.Days;
import chatd.text.SafeText;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the configuration: the program's defaults, then the administrator's file, then the environment. */
public final class ConfigReader {
    private static final Pattern USER = Pattern.compile("[\\p{L}\\p{M}\\p{Nd}._-]{1,32}");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,12}) ?(B|KiB|MiB|GiB)?");
    private static final Pattern RECIPIENT = Pattern.compile("age1[02-9ac-hj-np-z]{58}");
    private static final Pattern KEPT = Pattern.compile("[1-9]\\d{0,4}[hdwmy]");
    private static final Pattern TIME = Pattern.compile("(\\d{1,9}) ?(ms|s|m|h|d)");

    /** Maximum duration: a hundred years, so that any date computed from it fits the database. */
    private static final Duration LONGEST_TIME = Duration.ofDays(36_525);

    private static final Duration LONGEST_DATABASE_TIMEOUT = Duration.ofSeconds(30);

    /** Maximum rates per second: a bucket is refilled by less than one token per nanosecond. */
    static final int MAX_MESSAGES = 1_000_000;

    static final long MAX_BYTES = 512 << 20;

    private ConfigReader() {}

    /** Returns the commented default configuration. */
    public static String defaults() {
        try (InputStream in = ConfigReader.class.getResourceAsStream("chatd.toml")) {
            if (in == null) {
                throw new IllegalStateException("the program lacks its chatd.toml");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("the program's chatd.toml can't be read", e);
        }
    }

    /**
     * Reads the configuration.
     *
     * @param file the administrator's file, or null for none
     * @param environment the environment, of which only {@code CHATD_…} variables are used
     * @throws ConfigException listing all errors
     */
    public static Config read(@Nullable Path file, Map<String, String> environment) throws ConfigException {
        return readWithSources(file, environment).config();
    }

    /**
     * Reads the configuration, replacing invalid values by their defaults, and an unreadable file by an empty one, for
     * work that does not need a valid configuration.
     *
     * @param file as for {@link #read}
     */
    public static Config readLeniently(@Nullable Path file, Map<String, String> environment) {
        String text = null;
        try {
            text = file == null ? null : Files.readString(file);
        } catch (IOException e) {
            // Fall back to the defaults.
        }
        return config(new Settings(defaults(), text, String.valueOf(file), environment));
    }

    /** A configuration and the source of each of its values. */
    record Sourced(Config config, List<Option> options) {}

    /** As {@link #read}, with the source of each value. */
    static Sourced readWithSources(@Nullable Path file, Map<String, String> environment) throws ConfigException {
        String text = null;
        if (file != null) {
            try {
                text = Files.readString(file);
            } catch (MalformedInputException e) {
                throw new ConfigException(List.of(file + ": is not UTF-8"));
            } catch (IOException e) {
                throw new ConfigException(List.of(
                        Files.exists(file)
                                ? "can't be read: " + FileFailure.describe(e, file)
                                : file + ": can't be read: there is no such file"));
            }
        }
        return read(text, String.valueOf(file), environment);
    }

    /** As {@link #read}, but from a string; {@code name} is the file name for error messages. */
    static Sourced read(@Nullable String text, String name, Map<String, String> environment) throws ConfigException {
        Settings settings = new Settings(defaults(), text, name, environment);
        Config config = config(settings);
        if (!settings.errors().isEmpty()) {
            throw new ConfigException(settings.errors());
        }
        return new Sourced(config, settings.options());
    }

    private static String user(String text) {
        if (!USER.matcher(text).matches()) {
            throw new IllegalArgumentException("expected the name of a user, not \"" + text + "\"");
        }
        return text;
    }

    private static Config.Tls tls(Settings from) {
        Optional<Path> certificate = from.value("tls.certificate", AT_CONNECTION, ConfigReader::optionalPath);
        Optional<Path> key = from.value("tls.key", AT_CONNECTION, ConfigReader::optionalPath);
        Path development = from.value("tls.development", AT_CONNECTION, ConfigReader::path);
        if (certificate.isPresent() != key.isPresent()) {
            from.addError(
                    certificate.isPresent() ? "tls.certificate" : "tls.key",
                    "tls.certificate and tls.key belong together: give both, or neither");
        }
        Optional<Path> clientCa = from.value("tls.client-ca", AT_CONNECTION, ConfigReader::optionalPath);
        boolean clientNames = from.value("tls.client-account", AT_ONCE, text -> oneOf(text, "any", "named"))
                .equals("named");
        if (clientNames && clientCa.isEmpty()) {
            from.addError("tls.client-account", "\"named\" needs certificates: set tls.client-ca");
        }
        boolean isOwn = certificate.isEmpty() && key.isEmpty();
        return new Config.Tls(
                certificate.orElse(development.resolve("server.pem")),
                key.orElse(development.resolve("server.key")),
                isOwn ? Optional.of(development) : Optional.empty(),
                clientCa,
                clientNames,
                from.value("tls.provider", AT_CONNECTION, text -> oneOf(text, "auto", "boringssl", "bouncycastle")));
    }

    private static Config.Forward forward(Settings from) {
        Optional<InetSocketAddress> to = from.value(
                "audit.forward.to",
                AT_ONCE,
                text -> text.isEmpty() ? Optional.empty() : Optional.of(unresolvedAddress(text)));
        Optional<Path> certificate = from.value("audit.forward.certificate", AT_ONCE, ConfigReader::optionalPath);
        Optional<Path> key = from.value("audit.forward.key", AT_ONCE, ConfigReader::optionalPath);
        if (certificate.isPresent() != key.isPresent()) {
            from.addError(
                    certificate.isPresent() ? "audit.forward.certificate" : "audit.forward.key",
                    "audit.forward.certificate and audit.forward.key belong together: give both, or neither");
        }
        return new Config.Forward(
                to,
                from.value("audit.forward.ca", AT_ONCE, ConfigReader::optionalPath),
                from.value("audit.forward.name", AT_ONCE, text -> text),
                certificate,
                key,
                (int) (long) from.value("audit.forward.message-size", AT_ONCE, text -> size(text, 2 << 10, 16 << 20)));
    }

    private static Config config(Settings from) {
        return new Config(
                new Config.Listen(
                        from.list("listen.addresses", AT_START, ConfigReader::socketAddress),
                        from.list("listen.udp", AT_START, ConfigReader::socketAddress),
                        from.list("listen.proxies", AT_CONNECTION, ConfigReader::network)),
                tls(from),
                new Config.Database(
                        from.value("database.socket", AT_START, ConfigReader::optionalPath),
                        from.value("database.host", AT_START, text -> text),
                        from.value("database.port", AT_START, text -> whole(text, 1, 65_535)),
                        from.value("database.tls-ca", AT_START, ConfigReader::optionalPath),
                        from.value("database.name", AT_START, ConfigReader::word),
                        from.value("database.user", AT_START, ConfigReader::word),
                        from.value("database.password-file", AT_START, ConfigReader::optionalPath),
                        from.value("database.pool", AT_START, text -> whole(text, 1, 1_000)),
                        from.value("database.timeout", AT_START, ConfigReader::databaseTimeout),
                        from.value("database.fence", AT_START, text -> oneOf(text, Config.Database.Fence.class))),
                new Config.Audit(
                        from.value("audit.directory", AT_START, ConfigReader::path),
                        from.value("audit.fsync", AT_START, text -> oneOf(text, AuditLog.Fsync.class)),
                        from.value("audit.segment-size", AT_START, text -> size(text, 4 << 10, 1L << 40)),
                        from.value("audit.segment-least-age", AT_START, ConfigReader::time),
                        from.value("audit.segment-limit", AT_START, text -> size(text, 4 << 10, 1L << 40)),
                        from.value("audit.segment-age", AT_START, ConfigReader::time),
                        from.value("audit.seal-key", AT_START, ConfigReader::path),
                        from.value("audit.seal-algorithm", AT_START, text -> oneOf(text, "Ed25519", "ML-DSA-65")),
                        from.value("audit.unknown-names", AT_START, ConfigReader::flag),
                        from.value("audit.find", AT_ONCE, ConfigReader::flag),
                        from.value("audit.names", AT_START, text -> oneOf(text, "name", "number"))
                                .equals("name"),
                        from.value("audit.direct-addresses", AT_ONCE, ConfigReader::flag),
                        from.value("audit.retention", AT_START, ConfigReader::time),
                        from.value("audit.on-failure", AT_START, text -> oneOf(text, "refuse", "continue"))
                                .equals("refuse"),
                        from.value("audit.clock-jump", AT_START, ConfigReader::time),
                        forward(from)),
                new Config.Admin(
                        from.value("admin.directory", AT_START, ConfigReader::path),
                        from.value("admin.administrators", AT_START, ConfigReader::group),
                        from.value("admin.helpers", AT_START, ConfigReader::group),
                        from.value("admin.moderators", AT_START, ConfigReader::group),
                        from.value("admin.auditors", AT_START, ConfigReader::group)),
                new Config.Registration(
                        from.value("registration.mode", AT_ONCE, text -> oneOf(text, "closed", "open"))
                                .equals("open"),
                        from.value("registration.most", AT_ONCE, text -> whole(text, 0, 1_000_000_000))),
                new Config.Accounts(
                        from.value("accounts.conceal-users", AT_ONCE, ConfigReader::flag),
                        Optional.of(from.value("accounts.one-time-password", AT_ONCE, ConfigReader::time))
                                .filter(Duration::isPositive),
                        from.list("accounts.reserved", AT_ONCE, ConfigReader::name),
                        from.value("accounts.renames", AT_ONCE, text -> whole(text, 0, 1_000)),
                        from.value("accounts.self-export", AT_ONCE, ConfigReader::flag)),
                new Config.Sessions(
                        from.value("sessions.remember", AT_ONCE, ConfigReader::time),
                        from.value("sessions.single", AT_ONCE, ConfigReader::flag)),
                new Config.Everyone(from.value("everyone.write", AT_ONCE, text -> oneOf(text, "all", "granted"))
                        .equals("all")),
                new Config.Messages(
                        from.value("messages.retract", AT_ONCE, ConfigReader::timeOrForever),
                        from.value("messages.correct", AT_ONCE, ConfigReader::timeOrForever)),
                retention(from),
                new Config.Reports(from.list("reports.notify", AT_ONCE, ConfigReader::user)),
                new Config.Groups(
                        from.value("groups.made", AT_ONCE, text -> whole(text, 0, Integer.MAX_VALUE)),
                        from.value("groups.most", AT_ONCE, text -> whole(text, 0, Integer.MAX_VALUE)),
                        from.value("groups.renames", AT_ONCE, text -> whole(text, 0, Integer.MAX_VALUE))),
                new Config.Chat1(from.value("chat1.wire-zone", AT_CONNECTION, ConfigReader::zone)),
                new Config.Http(
                        from.list("http.origins", AT_ONCE, ConfigReader::origin),
                        from.value("http.hsts", AT_CONNECTION, ConfigReader::time),
                        from.value("http.ping", AT_CONNECTION, ConfigReader::pingTime),
                        from.value("http.title", AT_START, ConfigReader::title),
                        from.value("http.logo", AT_START, ConfigReader::optionalPath)),
                new Config.Search(from.value("search.directory", AT_START, ConfigReader::path)),
                new Config.Direct(
                        from.value("direct.calls", AT_ONCE, text -> whole(text, 0, Integer.MAX_VALUE)),
                        from.value("direct.ring", AT_ONCE, ConfigReader::time)),
                new Config.Quota(
                        from.value("quota.account", AT_ONCE, text -> size(text, 0, 1L << 60)),
                        from.value("quota.server", AT_ONCE, text -> size(text, 0, 1L << 60))),
                new Config.Storage(
                        from.value("storage.reserve", AT_ONCE, text -> size(text, 0, 1L << 50)),
                        from.value("storage.texts", AT_ONCE, text -> size(text, 0, 1L << 50))),
                new Config.Backup(
                        from.value("backup.directory", AT_ONCE, ConfigReader::optionalPath),
                        from.list("backup.recipients", AT_ONCE, ConfigReader::recipient),
                        from.value("backup.keys", AT_ONCE, ConfigReader::flag),
                        from.list("backup.keep", AT_ONCE, ConfigReader::kept),
                        from.value("backup.rate", AT_ONCE, text -> size(text, 0, 1L << 40)),
                        from.value("backup.max-age", AT_ONCE, ConfigReader::time)),
                new Config.Metrics(from.value("metrics.listen", AT_START, ConfigReader::ofThisMachine)),
                limits(from),
                new Config.Rates(
                        from.value("rates.messages", AT_CONNECTION, text -> (long) whole(text, 0, MAX_MESSAGES)),
                        from.value("rates.bytes", AT_CONNECTION, text -> size(text, 0, MAX_BYTES)),
                        from.value("rates.account-bytes", AT_ONCE, text -> size(text, 0, MAX_BYTES)),
                        from.value("rates.texts", AT_ONCE, text -> (long) whole(text, 0, 1 << 20)),
                        from.value("rates.text-bytes", AT_ONCE, text -> size(text, 0, 1L << 40)),
                        from.value("rates.registered-text-bytes", AT_ONCE, text -> size(text, 0, 1L << 40)),
                        from.value("rates.changes", AT_ONCE, text -> (long) whole(text, 0, Integer.MAX_VALUE)),
                        from.value("rates.resumes", AT_ONCE, text -> (long) whole(text, 1, Integer.MAX_VALUE)),
                        from.value("rates.searches", AT_ONCE, text -> (long) whole(text, 0, Integer.MAX_VALUE)),
                        from.value("rates.mentions", AT_ONCE, text -> (long) whole(text, 0, Integer.MAX_VALUE))),
                new Config.Throttle(from.list("throttle.exempt", AT_ONCE, ConfigReader::network)),
                new Config.Hashing(
                        from.value("hashing.memory", AT_START, text -> size(text, 64 << 10, 4L << 30)),
                        from.value("hashing.iterations", AT_START, text -> whole(text, 1, 1_000)),
                        from.value("hashing.parallelism", AT_START, text -> whole(text, 1, 64)),
                        from.value("hashing.threads", AT_START, text -> whole(text, 0, 1_024)),
                        from.value("hashing.waiting", AT_START, text -> whole(text, 1, 1_000_000))));
    }

    private static Config.Retention retention(Settings from) {
        int texts = from.value("retention.messages", AT_ONCE, ConfigReader::days);
        return new Config.Retention(
                texts,
                from.value("retention.files", AT_ONCE, ConfigReader::days),
                from.value("retention.direct", AT_ONCE, text -> text.isEmpty() ? texts : days(text)),
                from.value("retention.group", AT_ONCE, text -> text.isEmpty() ? texts : days(text)),
                from.value("retention.everyone", AT_ONCE, text -> text.isEmpty() ? texts : days(text)));
    }

    /** Returns a number of days; 0 for ever. */
    private static int days(String text) {
        return Days.parse(text)
                .orElseThrow(() -> new IllegalArgumentException(
                        "expected " + Days.MIN + "d to " + Days.MAX + "d, or \"forever\", not \"" + text + "\""));
    }

    private static String recipient(String text) {
        if (!RECIPIENT.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "expected a public key of age, which begins with age1, not \"" + text + "\"");
        }
        return text;
    }

    private static String kept(String text) {
        if (!KEPT.matcher(text).matches()) {
            throw new IllegalArgumentException("expected a number of hours, days, weeks, months or years, as in"
                    + " \"7d\" or \"12m\", not \"" + text + "\"");
        }
        return text;
    }

    private static Config.Limits limits(Settings from) {
        return new Config.Limits(
                from.value("limits.text", AT_ONCE, text -> (int) size(text, 1, 1 << 20)),
                from.value("limits.file", AT_ONCE, text -> size(text, 1, 2L << 30)),
                from.value("limits.recipients", AT_ONCE, text -> whole(text, 1, 10_000)),
                from.value("limits.replay", AT_ONCE, text -> whole(text, 0, 100_000_000)),
                from.value("limits.settings", AT_CONNECTION, text -> (int) size(text, 1, 8 << 20)),
                from.value("limits.json", AT_CONNECTION, text -> (int) size(text, 64 << 10, 16 << 20)),
                from.value("limits.first-packet", AT_CONNECTION, ConfigReader::time),
                from.value("limits.log-in", AT_CONNECTION, ConfigReader::time),
                from.value("limits.frame-progress", AT_CONNECTION, text -> size(text, 1, 1 << 30)),
                from.value("limits.frame-time", AT_CONNECTION, ConfigReader::time),
                from.value("limits.queue-bytes", AT_CONNECTION, text -> size(text, 64 << 10, 1L << 30)),
                from.value("limits.queue-frames", AT_CONNECTION, text -> whole(text, 16, 1_000_000)),
                from.value("limits.connections", AT_ONCE, text -> whole(text, 1, 10_000_000)),
                from.value("limits.connections-per-address", AT_ONCE, text -> whole(text, 1, 10_000_000)),
                from.value("limits.strangers", AT_START, text -> whole(text, 1, 10_000_000)),
                from.value("limits.uploads", AT_START, text -> whole(text, 1, 10_000)),
                from.value("limits.large-frames", AT_START, text -> size(text, 1 << 20, 1L << 40)),
                from.value("limits.linger", AT_CONNECTION, ConfigReader::time));
    }

    static long size(String text, long least, long limit) {
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("expected a size, as in \"64 KiB\", not \"" + text + "\"");
        }
        String unit = matcher.group(2) == null ? "B" : matcher.group(2);
        int shift = List.of("B", "KiB", "MiB", "GiB").indexOf(unit) * 10;
        long count = Long.parseLong(matcher.group(1));
        long size = count << shift;
        if (size >> shift != count || size < least || size > limit) {
            throw new IllegalArgumentException("expected " + least + " to " + limit + " bytes, not " + text);
        }
        return size;
    }

    static Duration time(String text) {
        Matcher matcher = TIME.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("expected a time, as in \"30s\" or \"5m\", not \"" + text + "\"");
        }
        long n = Long.parseLong(matcher.group(1));
        Duration time = switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(n);
            case "s" -> Duration.ofSeconds(n);
            case "m" -> Duration.ofMinutes(n);
            case "h" -> Duration.ofHours(n);
            default -> Duration.ofDays(n);
        };
        if (time.compareTo(LONGEST_TIME) > 0) {
            throw new IllegalArgumentException("expected " + LONGEST_TIME.toDays() + "d at most, not \"" + text + "\"");
        }
        return time;
    }

    private static Optional<Duration> timeOrForever(String text) {
        return text.equals("forever") ? Optional.empty() : Optional.of(time(text));
    }

    /** Parses the database timeout; bounded, since otherwise a hung database would look like a hung daemon. */
    private static Duration databaseTimeout(String text) {
        Duration time = time(text);
        if (time.compareTo(LONGEST_DATABASE_TIMEOUT) > 0 || time.isZero()) {
            throw new IllegalArgumentException(
                    "expected 1ms to " + LONGEST_DATABASE_TIMEOUT.toSeconds() + "s, not \"" + text + "\"");
        }
        return time;
    }

    private static Duration pingTime(String text) {
        Duration time = time(text);
        if (time.compareTo(Duration.ofSeconds(1)) < 0 || time.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException("expected 1s to 1h, not \"" + text + "\"");
        }
        return time;
    }

    /** Parses a line of text that people see. */
    private static String title(String text) {
        if (text.length() > 64 || !SafeText.line(text).equals(text)) {
            throw new IllegalArgumentException("expected at most 64 characters on one line, not \"" + text + "\"");
        }
        return text.strip();
    }

    /** Parses an origin as browsers write it: scheme, host and, unless it is the scheme's own, port. */
    private static String origin(String text) {
        if (!text.matches("https?://([a-z0-9.-]+|\\[[0-9a-f:.]+])(:[0-9]{1,5})?")) {
            throw new IllegalArgumentException(
                    "expected an origin, as in \"https://chat.example.org:8443\", not \"" + text + "\"");
        }
        return text.replaceFirst("(?<=^https://[^/]{1,300}):443$|(?<=^http://[^/]{1,300}):80$", "");
    }

    static int whole(String text, int least, int limit) {
        try {
            int n = Integer.parseInt(text);
            if (n >= least && n <= limit) {
                return n;
            }
        } catch (NumberFormatException e) {
            // Reported below, with the range.
        }
        throw new IllegalArgumentException(
                "expected a whole number from " + least + " to " + limit + ", not \"" + text + "\"");
    }

    private static boolean flag(String text) {
        return oneOf(text, "true", "false").equals("true");
    }

    private static String oneOf(String text, String... choices) {
        if (!List.of(choices).contains(text)) {
            throw new IllegalArgumentException("expected " + String.join(" or ", choices) + ", not \"" + text + "\"");
        }
        return text;
    }

    private static <E extends Enum<E>> E oneOf(String text, Class<E> choices) {
        String[] names = Stream.of(choices.getEnumConstants())
                .map(one -> one.name().toLowerCase(Locale.ROOT))
                .toArray(String[]::new);
        return Enum.valueOf(choices, oneOf(text, names).toUpperCase(Locale.ROOT));
    }

    private static String word(String text) {
        if (!text.matches("[A-Za-z0-9_$-]{1,64}")) {
            throw new IllegalArgumentException("expected letters, digits, _, $ and -, not \"" + text + "\"");
        }
        return text;
    }

    private static String group(String text) {
        return text.isEmpty() ? "" : word(text);
    }

    private static String name(String text) {
        if (!text.matches("[\\p{L}\\p{Nd}][\\p{L}\\p{M}\\p{Nd}._-]*")) {
            throw new IllegalArgumentException("expected names, as in [\"admin\"], not \"" + text + "\"");
        }
        return text;
    }

    private static ZoneId zone(String text) {
        try {
            return ZoneId.of(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "expected a time zone, as in \"UTC\" or \"Europe/Zurich\", not \"" + text + "\"", e);
        }
    }

    private static Path path(String text) {
        return optionalPath(text).orElseThrow(() -> new IllegalArgumentException("expected a path"));
    }

    private static Optional<Path> optionalPath(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
    }

    private static Network network(String text) {
        try {
            return Network.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "expected a network, as in \"192.0.2.0/24\" or \"2001:db8::/32\", not \"" + text + "\"", e);
        }
    }

    /** Returns an address that only this machine reaches, or the path of a Unix socket. */
    private static Optional<SocketAddress> ofThisMachine(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        if (text.startsWith("/")) {
            return Optional.of(UnixDomainSocketAddress.of(text));
        }
        InetSocketAddress address = socketAddress(text);
        if (!address.getAddress().isLoopbackAddress()) {
            throw new IllegalArgumentException(
                    "expected a loopback address, as in \"[::1]:9464\", or the path of a socket, not \"" + text
                            + "\": a proxy with TLS can serve others");
        }
        return Optional.of(address);
    }

    /** Parses {@code [::]:7443}, {@code 192.0.2.1:7443} or {@code chat.example.org:7443}. */
    static InetSocketAddress socketAddress(String text) {
        InetSocketAddress address = unresolvedAddress(text);
        InetSocketAddress resolved = new InetSocketAddress(address.getHostString(), address.getPort());
        if (resolved.isUnresolved()) {
            throw new IllegalArgumentException(
                    "no such address: " + address.getHostString().toLowerCase(Locale.ROOT));
        }
        return resolved;
    }

    /** Parses as {@link #socketAddress} does, without asking what address a name has. */
    private static InetSocketAddress unresolvedAddress(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (host.isEmpty() || (!bracketed && host.contains(":"))) {
            throw new IllegalArgumentException(
                    "expected an address with a port, as in \"[::]:7443\", not \"" + text + "\"");
        }
        int port = whole(text.substring(colon + 1), 0, 65_535);
        return InetSocketAddress.createUnresolved(bracketed ? host.substring(1, host.length() - 1) : host, port);
    }
}

package chatd.client.net;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where to connect, and as whom if that was said: {@code alice@chat.example.org:7443}, {@code [::1]}. */
public record Address(Optional<String> user, String host, int port) {
    public static final int DEFAULT_PORT = 7443;

    private static final Pattern FORM = Pattern.compile(
            "(?:(?<user>[^@]+)@)?(?:\\[(?<v6>[0-9A-Fa-f:.]+(?:%[^\\]\\s]+)?)\\]|(?<host>[^@:\\[\\]\\s]+))(?::(?<port>\\d{1,5}))?");

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException saying what form is expected
     */
    public static Address parse(String text, int defaultPort) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("expected [USER@]HOST[:PORT] (an IPv6 address in brackets, as in"
                    + " alice@[::1]:7443), not '" + text + "'");
        }
        String v6 = matcher.group("v6");
        String port = matcher.group("port");
        int number = port == null ? defaultPort : Integer.parseInt(port);
        if (number < 1 || number > 65_535) {
            throw new IllegalArgumentException("a port is 1 to 65535, not " + number);
        }
        return new Address(Optional.ofNullable(matcher.group("user")), v6 == null ? matcher.group("host") : v6, number);
    }

    /** Host and port alone, as the list of known hosts has them. */
    public String server() {
        return (host.contains(":") ? "[" + host + "]" : host.toLowerCase(java.util.Locale.ROOT)) + ":" + port;
    }

    @Override
    public String toString() {
        return user.map(name -> name + "@").orElse("") + server();
    }
}

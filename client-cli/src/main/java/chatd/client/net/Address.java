package chatd.client.net;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server's address, with the user if one was given: {@code alice@chat.example.org:7443}, {@code [::1]}. */
public record Address(Optional<String> user, String host, int port) {
    public static final int DEFAULT_PORT = 7443;

    private static final Pattern FORM = Pattern.compile(
            "(?:(?<user>[^@]+)@)?(?:\\[(?<v6>[0-9A-Fa-f:.]+(?:%[^\\]\\s]+)?)\\]|(?<host>[^@:\\[\\]\\s]+))(?::(?<port>\\d{1,5}))?");

    /**
     * Parses an address.
     *
     * @throws IllegalArgumentException if it is malformed; the message gives the expected form
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

    /** Returns host and port alone, as in the list of known hosts. */
    public String server() {
        return (host.contains(":") ? "[" + host + "]" : host.toLowerCase(java.util.Locale.ROOT)) + ":" + port;
    }

    @Override
    public String toString() {
        return user.map(name -> name + "@").orElse("") + server();
    }
}

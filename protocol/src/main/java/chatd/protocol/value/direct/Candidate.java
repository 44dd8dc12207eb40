package chatd.protocol.value.direct;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A UDP address at which a side of a direct session may be reached; only its form is checked.
 *
 * @param address an IPv6 or IPv4 address as text, without brackets, without a zone
 * @param port 1 to 65,535
 */
public record Candidate(String address, int port) {
    private static final Pattern FORM = Pattern.compile(
            "(?:\\[(?<v6>[0-9A-Fa-f:.]{2,45})\\]|(?<v4>[0-9]{1,3}(?:\\.[0-9]{1,3}){3})):(?<port>[0-9]{1,5})");

    /** Parses the written form, {@code [2001:db8::7]:50123} or {@code 192.0.2.1:50123}; empty if it is another. */
    public static Optional<Candidate> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String v6 = matcher.group("v6");
        int port = Integer.parseInt(matcher.group("port"));
        return port < 1 || port > 65_535
                ? Optional.empty()
                : Optional.of(new Candidate(v6 == null ? matcher.group("v4") : v6, port));
    }

    @Override
    public String toString() {
        return (address.contains(":") ? "[" + address + "]" : address) + ":" + port;
    }
}

package chatd.daemon.net.http;

import chatd.daemon.model.Refusal;
import chatd.protocol.MalformedFrame;
import chatd.protocol.Utf8;
import chatd.protocol.value.Code;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** The parameters of a request, each at most once. Immutable. */
final class Query {
    private static final int MAX = 16;

    private final Map<String, List<String>> parameters;

    /** @throws Refusal {@link Code#MALFORMED} if it can't be read */
    Query(HttpRequest head) {
        try {
            // One character for each byte, so that invalid UTF-8 can still be detected.
            parameters = new QueryStringDecoder(head.uri(), StandardCharsets.ISO_8859_1, true, MAX).parameters();
        } catch (IllegalArgumentException e) {
            throw new Refusal(Code.MALFORMED, "The parameters are not URL-encoded.");
        }
    }

    String get(String name, String absent) {
        List<String> values = parameters.get(name);
        if (values == null) {
            return absent;
        }
        if (values.size() > 1) {
            throw new Refusal(Code.MALFORMED, name + " is given more than once.");
        }
        try {
            return Utf8.decode(values.getFirst().getBytes(StandardCharsets.ISO_8859_1), "parameter");
        } catch (MalformedFrame e) {
            throw new Refusal(Code.MALFORMED, name + " is not UTF-8.");
        }
    }

    String required(String name) {
        if (!parameters.containsKey(name)) {
            throw new Refusal(Code.MALFORMED, "The parameter " + name + " is missing.");
        }
        return get(name, "");
    }

    /** @param absent the default if it is missing; below 0, it is required */
    long number(String name, long absent) {
        String value = absent < 0 ? required(name) : get(name, Long.toString(absent));
        if (!value.matches("[0-9]{1,15}")) {
            throw new Refusal(Code.MALFORMED, name + " has to be a whole number that is not negative.");
        }
        return Long.parseLong(value);
    }
}

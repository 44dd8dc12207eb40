package chatd.daemon.net.http;

import chatd.protocol.json.Carrier;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionData;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionUtil;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request to become a WebSocket (RFC 6455, section 4.2). Immutable; any thread. */
final class WebSocketRequest {
    private static final String DEFLATE = "permessage-deflate";
    private static final String SERVER_FORGETS = "server_no_context_takeover";
    private static final String CLIENT_FORGETS = "client_no_context_takeover";

    private static final String CLIENT_WINDOW = "client_max_window_bits";

    private static final int KEY_BYTES = 16;

    private final HttpHeaders headers;
    private final HttpRequest request;

    WebSocketRequest(HttpRequest request) {
        this.request = request;
        this.headers = request.headers();
    }

    /** Why a request is not granted. */
    record Fault(HttpResponseStatus status, String sentence) {
        /** Returns the answer that says so; {@code hsts} is as in {@link Responses}. */
        FullHttpResponse response(HttpRequest request, Duration hsts) {
            FullHttpResponse response = Responses.text(request, hsts, status, sentence);
            if (status.equals(HttpResponseStatus.UPGRADE_REQUIRED)) {
                response.headers()
                        .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                        .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13");
            }
            return response;
        }
    }

    /**
     * Returns why the request can't be granted; null if it can.
     *
     * @param origins origins that are allowed besides the server's own
     */
    @Nullable
    Fault fault(List<String> origins) {
        if (!request.method().equals(HttpMethod.GET)
                || !request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
            return new Fault(HttpResponseStatus.BAD_REQUEST, "A WebSocket begins with an HTTP/1.1 GET request.");
        }
        if (!headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
                || !headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)) {
            return new Fault(HttpResponseStatus.UPGRADE_REQUIRED, "There is only a WebSocket here.");
        }
        if (!headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_VERSION).equals(List.of("13"))) {
            return new Fault(HttpResponseStatus.UPGRADE_REQUIRED, "The WebSocket has to be of version 13.");
        }
        if (!isKey(headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_KEY))) {
            return new Fault(HttpResponseStatus.BAD_REQUEST, "Sec-WebSocket-Key has to be 16 bytes in base64.");
        }
        if (!headers.containsValue(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, Carrier.WEB_SOCKET.protocol(), false)) {
            return new Fault(HttpResponseStatus.BAD_REQUEST, "The subprotocol has to be chat-json.");
        }
        if (!isAllowed(headers.getAll(HttpHeaderNames.ORIGIN), origins)) {
            return new Fault(
                    HttpResponseStatus.FORBIDDEN,
                    "This page may not connect here: its origin is not among http.origins of the server.");
        }
        return null;
    }

    /**
     * Returns whether this server can fulfil a parameter of an offer; it can't use a smaller window
     * of its own.
     */
    private static boolean isFulfilled(Map.Entry<String, @Nullable String> parameter) {
        String value = parameter.getValue();
        return switch (parameter.getKey()) {
            case SERVER_FORGETS, CLIENT_FORGETS -> value == null;
            case CLIENT_WINDOW -> value == null || value.matches("[89]|1[0-5]");
            default -> false;
        };
    }

    private static boolean isKey(List<String> keys) {
        try {
            return keys.size() == 1 && Base64.getDecoder().decode(keys.getFirst()).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Allows programs, which send no origin, the server's own pages, and those of the listed origins. */
    private boolean isAllowed(List<String> given, List<String> origins) {
        if (given.isEmpty()) {
            return true;
        }
        String origin = given.getFirst().toLowerCase(Locale.ROOT);
        String own = "https://" + headers.get(HttpHeaderNames.HOST, "").toLowerCase(Locale.ROOT);
        return given.size() == 1 && (origin.equals(own) || origins.contains(origin));
    }

    /** Returns the answer that grants it, after which frames follow. */
    FullHttpResponse response() {
        String compression = compression();
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
        response.headers()
                .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
                .set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, accept())
                .set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, Carrier.WEB_SOCKET.protocol());
        if (compression != null) {
            response.headers().set(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS, compression);
        }
        return response;
    }

    /** Returns the answer to the client's key. */
    private String accept() {
        String key =
                headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY) + WebSocketServerHandshaker13.WEBSOCKET_13_ACCEPT_GUID;
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-1").digest(key.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns whether both sides compress messages. */
    boolean isCompressed() {
        return compression() != null;
    }

    /** Returns the agreement on compressed messages, without context of earlier ones; null if there is none. */
    private @Nullable String compression() {
        for (String offered : headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS)) {
            for (String one : offered.split(",", -1)) {
                if (one.split(";", 2)[0].isBlank()) {
                    // Netty fails on one without a name.
                    continue;
                }
                for (WebSocketExtensionData offer : WebSocketExtensionUtil.extractExtensions(one)) {
                    if (offer.name().equals(DEFLATE)
                            && !repeatsParameter(one)
                            && offer.parameters().entrySet().stream().allMatch(WebSocketRequest::isFulfilled)) {
                        return DEFLATE + "; " + SERVER_FORGETS + "; " + CLIENT_FORGETS;
                    }
                }
            }
        }
        return null;
    }

    /**
     * Returns whether an offer has a parameter twice, of which Netty keeps only one; it has to be
     * declined (RFC 7692, 7.1).
     */
    private static boolean repeatsParameter(String offer) {
        List<String> names = Arrays.stream(offer.split(";", -1))
                .skip(1)
                .map(parameter -> parameter.split("=", 2)[0].strip())
                .toList();
        return names.stream().distinct().count() < names.size();
    }
}

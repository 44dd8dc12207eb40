package chatd.daemon.net.http;

import chatd.daemon.model.Refusal;
import chatd.protocol.command.FileCommand;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.json.Json;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** Makes responses, each with the headers that keep browsers strict (page {@code chat-json-1.md}, "HTTP"). Any thread. */
final class Responses {
    /** Nothing but our own files, no frames, no forms, no script made from text. */
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:;"
                    + " media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none';"
                    + " frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types sw";

    private static final HttpHeaders STRICT = new DefaultHttpHeaders()
            .set("Content-Security-Policy", POLICY)
            .set("X-Content-Type-Options", "nosniff")
            .set("X-Frame-Options", "DENY")
            .set("Referrer-Policy", "no-referrer")
            .set("Cross-Origin-Opener-Policy", "same-origin")
            .set("Cross-Origin-Embedder-Policy", "require-corp")
            .set("Cross-Origin-Resource-Policy", "same-origin")
            .set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");

    /** A command that gives refusals the type of messages about files. */
    private static final FileCommand OF_FILES = new FileCommand.GetFile(0, 0, false, "");

    private Responses() {}

    /**
     * Returns a response with the strict headers.
     *
     * @param hsts for how long browsers are to use only TLS here; zero for no such header
     */
    static FullHttpResponse of(HttpRequest request, Duration hsts, HttpResponseStatus status, ByteBuf body) {
        return strict(request, hsts, new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body));
    }

    /** Returns the head of a response with the strict headers, whose body follows. */
    static HttpResponse head(HttpRequest request, Duration hsts, HttpResponseStatus status) {
        return strict(request, hsts, new DefaultHttpResponse(HttpVersion.HTTP_1_1, status));
    }

    private static <R extends HttpResponse> R strict(HttpRequest request, Duration hsts, R response) {
        response.headers().set(STRICT);
        if (hsts.isPositive() && !isThisMachine(request.headers().get(HttpHeaderNames.HOST, ""))) {
            response.headers().set("Strict-Transport-Security", "max-age=" + hsts.toSeconds());
        }
        return response;
    }

    /** Returns a response with a JSON object, which is not to be cached. */
    static FullHttpResponse json(HttpRequest request, Duration hsts, HttpResponseStatus status, byte[] object) {
        FullHttpResponse response = of(request, hsts, status, Unpooled.wrappedBuffer(object));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        return response;
    }

    /** Returns a refusal (page {@code chat-json-1.md}, "Files over HTTP"). */
    static FullHttpResponse refused(HttpRequest request, Duration hsts, HttpResponseStatus status, Refusal refusal) {
        byte[] info = Json.info(SessionEvent.Refused.to(OF_FILES, refusal.code(), refusal.text(), Instant.EPOCH));
        FullHttpResponse response = json(request, hsts, status, info);
        if (status.equals(HttpResponseStatus.UNAUTHORIZED)) {
            response.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
        } else if (status.equals(HttpResponseStatus.SERVICE_UNAVAILABLE)) {
            response.headers().set(HttpHeaderNames.RETRY_AFTER, "5");
        }
        return response;
    }

    /** Returns a response with a sentence for people, which is not to be cached. */
    static FullHttpResponse text(HttpRequest request, Duration hsts, HttpResponseStatus status, String sentence) {
        FullHttpResponse response =
                of(request, hsts, status, Unpooled.copiedBuffer(sentence + "\n", StandardCharsets.UTF_8));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        return response;
    }

    /**
     * Returns whether a Host header names the browser's own machine, where HSTS would affect other
     * servers, too.
     */
    private static boolean isThisMachine(String host) {
        String name = host.replaceFirst(":\\d+$", "").toLowerCase(Locale.ROOT);
        return name.isEmpty()
                || name.equals("localhost")
                || name.endsWith(".localhost")
                || name.startsWith("127.")
                || name.equals("[::1]");
    }
}

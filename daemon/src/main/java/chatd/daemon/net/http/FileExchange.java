package chatd.daemon.net.http;

import chatd.daemon.config.Config;
import chatd.daemon.files.FilesOverHttp;
import chatd.daemon.login.Bearers;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.entry.NothingToDo;
import chatd.daemon.model.entry.Receipt;
import chatd.daemon.session.Session;
import chatd.protocol.json.Json;
import chatd.protocol.value.Audience;
import chatd.protocol.value.Code;
import chatd.protocol.value.Secret;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.cookie.Cookie;
import io.netty.handler.codec.http.cookie.ServerCookieDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One request about a file: authenticated, carried out on a virtual thread of its own, and
 * answered. If the connection breaks, only the request is lost.
 */
final class FileExchange implements Runnable {
    private static final Pattern FILE = Pattern.compile("/files/([1-9][0-9]{0,9})");

    private static final Pattern AVATAR = Pattern.compile("/files/avatars/([0-9a-f]{64})");

    /** Maximum number of cookies of our name that are looked at. */
    private static final int MAX_COOKIES = 8;

    private static final String UPLOAD_OFFSET = "Upload-Offset";

    private final HttpRequests connection;
    private final Session session;
    private final FileRequests requests;
    private final Config config;
    private final HttpRequest head;
    private final RequestBody body;
    private final int port;

    /** @param port the server's port that the request came to */
    FileExchange(
            HttpRequests connection,
            Session session,
            FileRequests requests,
            HttpRequest head,
            RequestBody body,
            int port) {
        this.connection = connection;
        this.session = session;
        this.requests = requests;
        this.config = requests.config().get();
        this.head = head;
        this.body = body;
        this.port = port;
    }

    RequestBody body() {
        return body;
    }

    HttpRequest head() {
        return head;
    }

    @Override
    public void run() {
        try {
            FullHttpResponse response = response();
            if (response != null) {
                connection.answer(response);
            }
        } catch (InterruptedException e) {
            connection.cut();
        } catch (RuntimeException | Error e) {
            // Out of memory, for example. In any case answer, or the connection would wait for ever.
            connection.answer(refused(requests.dispatcher().refusal("an HTTP request", e)));
        } finally {
            body.close();
        }
    }

    /** Returns the answer; null if it was sent already, or there is nobody to send it to. */
    private @Nullable FullHttpResponse response() throws InterruptedException {
        String path = FileRequests.path(head);
        HttpMethod method = head.method();
        boolean isReading = method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
        Matcher file = FILE.matcher(path);
        if (file.matches()) {
            return isReading ? sender().file(bearer(true), Long.parseLong(file.group(1))) : notAllowed("GET, HEAD");
        }
        Matcher avatar = AVATAR.matcher(path);
        if (avatar.matches()) {
            return isReading ? sender().avatar(bearer(true), avatar.group(1)) : notAllowed("GET, HEAD");
        }
        if (path.equals(FileRequests.EXPORT)) {
            return isReading ? sender().export(bearer(true)) : notAllowed("GET, HEAD");
        }
        if (path.equals(FileRequests.SESSION)) {
            return method.equals(HttpMethod.POST) ? cookie(bearer(false)) : notAllowed("POST");
        }
        if (!path.equals(FileRequests.FILES)) {
            return refused(new Refusal(Code.NO_SUCH_FILE, "There is nothing here."));
        }
        if (method.equals(HttpMethod.POST)) {
            return upload(bearer(false));
        }
        return method.equals(HttpMethod.HEAD) ? progress(bearer(false)) : notAllowed("POST, HEAD");
    }

    /** @throws Refusal {@link Code#NOT_LOGGED_IN} */
    private Bearers.Bearer bearer(boolean byCookie) {
        String authorization = head.headers().get(HttpHeaderNames.AUTHORIZATION, "");
        Bearers.Bearer bearer;
        if (authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
            bearer = requests.bearers()
                    .byToken(session, Secret.of(authorization.substring(7).strip()));
        } else {
            List<Secret> cookies = byCookie ? cookies() : List.of();
            if (cookies.isEmpty()) {
                throw new Refusal(Code.NOT_LOGGED_IN, "Say who you are: Authorization: Bearer TOKEN.");
            }
            bearer = requests.bearers().byCookie(session, cookies);
        }
        connection.recognised();
        return bearer;
    }

    private String cookieName() {
        return "__Secure-chat-" + port;
    }

    private List<Secret> cookies() {
        return head.headers().getAll(HttpHeaderNames.COOKIE).stream()
                .flatMap(header -> ServerCookieDecoder.STRICT.decodeAll(header).stream())
                .filter(cookie -> cookie.name().equals(cookieName()))
                .map(Cookie::value)
                .limit(MAX_COOKIES)
                .map(Secret::of)
                .toList();
    }

    private FullHttpResponse cookie(Bearers.Bearer bearer) {
        FullHttpResponse response =
                Responses.of(head, config.http().hsts(), HttpResponseStatus.NO_CONTENT, Unpooled.EMPTY_BUFFER);
        response.headers()
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .set(
                        HttpHeaderNames.SET_COOKIE,
                        cookieName() + "="
                                + requests.bearers().cookie(bearer).text().orElseThrow()
                                + "; HttpOnly; Secure; SameSite=Strict; Path=/files");
        return response;
    }

    private FullHttpResponse notAllowed(String allowed) {
        FullHttpResponse response = refused(
                HttpResponseStatus.METHOD_NOT_ALLOWED, new Refusal(Code.NOT_ALLOWED, "Allowed: " + allowed + "."));
        response.headers().set(HttpHeaderNames.ALLOW, allowed);
        return response;
    }

    private FullHttpResponse refused(Refusal refusal) {
        return refused(status(refusal.code()), refusal);
    }

    private FullHttpResponse refused(HttpResponseStatus status, Refusal refusal) {
        return Responses.refused(head, config.http().hsts(), status, refusal);
    }

    private FileSender sender() {
        return new FileSender(connection, session, requests, head);
    }

    private static HttpResponseStatus status(Code code) {
        return switch (code) {
            case NOT_LOGGED_IN -> HttpResponseStatus.UNAUTHORIZED;
            case NOT_ALLOWED, NOT_A_MEMBER, CLOSED -> HttpResponseStatus.FORBIDDEN;
            case NO_SUCH_USER, NO_SUCH_GROUP, NO_SUCH_MESSAGE, NO_SUCH_FILE -> HttpResponseStatus.NOT_FOUND;
            case TOO_LARGE -> HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE;
            case TOO_MANY, THROTTLED -> HttpResponseStatus.TOO_MANY_REQUESTS;
            case BUSY, UNLOGGED -> HttpResponseStatus.SERVICE_UNAVAILABLE;
            case NO_ROOM -> HttpResponseStatus.INSUFFICIENT_STORAGE;
            case INTERNAL, UNDECIDED -> HttpResponseStatus.INTERNAL_SERVER_ERROR;
            default -> HttpResponseStatus.BAD_REQUEST;
        };
    }

    private FullHttpResponse progress(Bearers.Bearer bearer) {
        FilesOverHttp.Progress progress = requests.files().progress(bearer, id(new Query(head).required("id")));
        Receipt sent = progress.sent();
        if (sent != null) {
            return created(sent);
        }
        FullHttpResponse response =
                Responses.of(head, config.http().hsts(), HttpResponseStatus.OK, Unpooled.EMPTY_BUFFER);
        response.headers().set(HttpHeaderNames.CACHE_CONTROL, "no-store").set(UPLOAD_OFFSET, progress.received());
        return response;
    }

    private FullHttpResponse created(Receipt receipt) {
        String what = "{\"file\":%d,\"mid\":%d}".formatted(receipt.file(), receipt.message());
        return Responses.json(
                head, config.http().hsts(), HttpResponseStatus.CREATED, what.getBytes(StandardCharsets.UTF_8));
    }

    private @Nullable FullHttpResponse upload(Bearers.Bearer bearer) throws InterruptedException {
        FilesOverHttp.Incoming incoming;
        try {
            Long offset = offset();
            FilesOverHttp.Sending sending = sending(new Query(head), announced(offset));
            incoming = requests.files().receive(bearer, sending, offset, connection::cut);
        } catch (NothingToDo e) {
            return created(e.receipt());
        }
        try {
            checkLength(incoming.missing());
            connection.proceed(head);
            byte[] some = new byte[32 << 10];
            for (int count = body.read(some); count != 0; count = body.read(some)) {
                if (count < 0) {
                    // The rest may follow over another connection.
                    connection.cut();
                    return null;
                }
                incoming.take(some, count);
            }
            return created(incoming.end());
        } catch (NothingToDo e) {
            return created(e.receipt());
        } finally {
            incoming.close();
        }
    }

    private @Nullable Long offset() {
        String offset = head.headers().get(UPLOAD_OFFSET);
        if (offset == null) {
            return null;
        }
        if (!offset.matches("[0-9]{1,15}")) {
            throw new Refusal(Code.MALFORMED, UPLOAD_OFFSET + " has to be a number of bytes.");
        }
        return Long.valueOf(offset);
    }

    /** Returns the file's size according to the length of the body; -1 if that is not given. */
    private long announced(@Nullable Long offset) {
        String length = head.headers().get(HttpHeaderNames.CONTENT_LENGTH);
        return length == null ? -1 : Long.parseLong(length) + (offset == null ? 0 : offset);
    }

    private void checkLength(long missing) {
        String length = head.headers().get(HttpHeaderNames.CONTENT_LENGTH);
        if (length != null && Long.parseLong(length) != missing) {
            throw new Refusal(
                    Code.MALFORMED,
                    "The body has %s bytes, but %d are still to come. Nothing was sent.".formatted(length, missing));
        }
    }

    /** @param size the size if the parameter is missing; -1 if the parameter is required */
    private static FilesOverHttp.Sending sending(Query query, long size) {
        String sha256 = query.get("sha256", "");
        if (!sha256.isEmpty() && !sha256.matches("[0-9a-fA-F]{64}")) {
            throw new Refusal(Code.MALFORMED, "sha256 has to be 64 hexadecimal digits.");
        }
        return new FilesOverHttp.Sending(
                audience(query.required("to")),
                query.required("name"),
                query.number("size", size),
                picture(query.get("picture", "0")),
                query.number("re", 0),
                id(query.get("id", "")),
                sha256.isEmpty() ? null : HexFormat.of().parseHex(sha256));
    }

    private static String id(String id) {
        if (id.getBytes(StandardCharsets.UTF_8).length > 64) {
            throw new Refusal(Code.MALFORMED, "id is longer than 64 bytes.");
        }
        return id;
    }

    private static boolean picture(String picture) {
        if (!picture.equals("0") && !picture.equals("1")) {
            throw new Refusal(Code.MALFORMED, "picture has to be 0 or 1.");
        }
        return picture.equals("1");
    }

    private static Audience audience(String to) {
        return to.isEmpty() ? Audience.everyone() : Audience.to(Json.user(to));
    }
}

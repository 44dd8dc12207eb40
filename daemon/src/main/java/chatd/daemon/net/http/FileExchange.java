package chatd.daemon.net.http;

import chatd.daemon.config.Config;
import chatd.daemon.files.FilesOverHttp;
import chatd.daemon.login.Bearers;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.entry.NothingToDo;
import chatd.daemon.model.entry.Receipt;
import chatd.daemon.model.message.StoredFile;
import chatd.daemon.session.Session;
import chatd.daemon.session.SessionOutput;
import chatd.protocol.command.FileCommand;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.json.Json;
import chatd.protocol.value.Audience;
import chatd.protocol.value.Code;
import chatd.protocol.value.Media;
import chatd.protocol.value.Secret;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.cookie.Cookie;
import io.netty.handler.codec.http.cookie.ServerCookieDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
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

    /** A command that gives refusals the type of messages about files. */
    private static final FileCommand OF_FILES = new FileCommand.GetFile(0, 0, false, "");

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
            return isReading ? file(bearer(true), Long.parseLong(file.group(1))) : notAllowed("GET, HEAD");
        }
        Matcher avatar = AVATAR.matcher(path);
        if (avatar.matches()) {
            return isReading ? avatar(bearer(true), avatar.group(1)) : notAllowed("GET, HEAD");
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
        byte[] info = Json.info(SessionEvent.Refused.to(OF_FILES, refusal.code(), refusal.text(), Instant.EPOCH));
        FullHttpResponse response = Responses.json(head, config.http().hsts(), status, info);
        if (status.equals(HttpResponseStatus.UNAUTHORIZED)) {
            response.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
        } else if (status.equals(HttpResponseStatus.SERVICE_UNAVAILABLE)) {
            response.headers().set(HttpHeaderNames.RETRY_AFTER, "5");
        }
        return response;
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

    /** Sends a file, or a part of it; returns the answer if that has no content. */
    private @Nullable FullHttpResponse file(Bearers.Bearer bearer, long number) throws InterruptedException {
        FilesOverHttp.Outgoing outgoing = requests.files().find(bearer, number);
        StoredFile file = outgoing.file();
        String etag = '"' + HexFormat.of().formatHex(file.digest()) + '"';
        String expected = head.headers().get(HttpHeaderNames.IF_MATCH, "*");
        if (!expected.strip().equals("*") && !expected.contains(etag)) {
            return refused(
                    HttpResponseStatus.PRECONDITION_FAILED,
                    new Refusal(Code.MALFORMED, "The file is not the one that If-Match names."));
        }
        String known = head.headers().get(HttpHeaderNames.IF_NONE_MATCH, "");
        if (known.equals("*") || known.contains(etag)) {
            FullHttpResponse unchanged =
                    Responses.of(head, config.http().hsts(), HttpResponseStatus.NOT_MODIFIED, Unpooled.EMPTY_BUFFER);
            describe(unchanged, file, etag);
            return unchanged;
        }
        boolean isHead = head.method().equals(HttpMethod.HEAD);
        Optional<ByteRange> asked = isHead ? Optional.empty() : ByteRange.of(head.headers(), file.size(), etag);
        if (asked.isPresent() && asked.get().isUnsatisfiable()) {
            FullHttpResponse response = refused(
                    HttpResponseStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
                    new Refusal(Code.MALFORMED, "The file has only %d bytes.".formatted(file.size())));
            response.headers().set(HttpHeaderNames.CONTENT_RANGE, "bytes */" + file.size());
            return response;
        }
        ByteRange part = asked.orElse(new ByteRange(0, file.size()));
        HttpResponseStatus status = asked.isPresent() ? HttpResponseStatus.PARTIAL_CONTENT : HttpResponseStatus.OK;
        if (isHead || part.size() == 0) {
            FullHttpResponse response = Responses.of(head, config.http().hsts(), status, Unpooled.EMPTY_BUFFER);
            describe(response, file, etag);
            response.headers().set(HttpHeaderNames.CONTENT_LENGTH, part.size());
            return response;
        }
        outgoing.log();
        HttpResponse response = Responses.head(head, config.http().hsts(), status);
        describe(response, file, etag);
        response.headers().set(HttpHeaderNames.CONTENT_LENGTH, part.size());
        if (asked.isPresent()) {
            response.headers()
                    .set(
                            HttpHeaderNames.CONTENT_RANGE,
                            "bytes %d-%d/%d".formatted(part.from(), part.end() - 1, file.size()));
        }
        stream(bearer, outgoing, part, response);
        return null;
    }

    /** Sends the picture of a user or a group, or returns its head. What its name is the digest of never changes. */
    private @Nullable FullHttpResponse avatar(Bearers.Bearer bearer, String sha256) throws InterruptedException {
        FilesOverHttp.ShownPicture picture =
                requests.files().avatar(bearer, HexFormat.of().parseHex(sha256));
        if (head.method().equals(HttpMethod.HEAD)) {
            FullHttpResponse response =
                    Responses.of(head, config.http().hsts(), HttpResponseStatus.OK, Unpooled.EMPTY_BUFFER);
            describe(response, picture, sha256);
            return response;
        }
        HttpResponse response = Responses.head(head, config.http().hsts(), HttpResponseStatus.OK);
        describe(response, picture, sha256);
        // Through the session's output, which bounds what readers leave unread.
        if (connection.begin(response, picture.bytes().length)) {
            try (SessionOutput.Answer answer = session.output().beginAnswer()) {
                answer.send(picture.bytes());
            }
        }
        return null;
    }

    private static void describe(HttpResponse response, FilesOverHttp.ShownPicture picture, String sha256) {
        response.headers()
                .set(HttpHeaderNames.CONTENT_LENGTH, picture.bytes().length)
                .set(HttpHeaderNames.ETAG, '"' + sha256 + '"')
                .set(HttpHeaderNames.CACHE_CONTROL, "private, max-age=31536000, immutable")
                .set(HttpHeaderNames.CONTENT_TYPE, picture.mediaType())
                .set(HttpHeaderNames.CONTENT_SECURITY_POLICY, "sandbox");
    }

    private void stream(Bearers.Bearer bearer, FilesOverHttp.Outgoing outgoing, ByteRange part, HttpResponse response)
            throws InterruptedException {
        if (!connection.begin(response, part.size())) {
            return;
        }
        try (SessionOutput.Answer answer = session.output().beginAnswer()) {
            boolean isGoing = true;
            for (long offset = part.from(); isGoing && offset < part.end(); ) {
                byte[] piece = outgoing.read(offset, part.end() - offset, answer::isBacklogLarge);
                if (!bearer.isValid()) {
                    session.abort("the token has ended");
                    return;
                }
                offset += piece.length;
                isGoing = answer.send(piece);
            }
        } catch (RuntimeException | InterruptedException e) {
            // The head has been sent, so that nothing else can be answered.
            session.abort("file transfer broken off");
            throw e;
        }
    }

    private static void describe(HttpResponse response, StoredFile file, String etag) {
        boolean isShown = !file.media().type().equals(Media.OTHER);
        response.headers()
                .set(HttpHeaderNames.ETAG, etag)
                .set(HttpHeaderNames.ACCEPT_RANGES, "bytes")
                .set(HttpHeaderNames.CACHE_CONTROL, "private, no-cache")
                .set(HttpHeaderNames.VARY, "Authorization, Cookie")
                .set(HttpHeaderNames.CONTENT_TYPE, file.media().type())
                .set(HttpHeaderNames.CONTENT_SECURITY_POLICY, "sandbox")
                .set(HttpHeaderNames.CONTENT_DISPOSITION, (isShown ? "inline" : "attachment") + fileName(file.name()));
    }

    /** Returns the parameters that name a file (RFC 6266), in ASCII and in UTF-8. */
    static String fileName(String name) {
        StringBuilder plain = new StringBuilder();
        StringBuilder encoded = new StringBuilder();
        name.codePoints()
                .forEach(c -> plain.append(c >= ' ' && c < 0x7f && c != '"' && c != '\\' && c != '%' ? (char) c : '_'));
        for (byte one : name.getBytes(StandardCharsets.UTF_8)) {
            boolean isPlain = (one >= 'a' && one <= 'z')
                    || (one >= 'A' && one <= 'Z')
                    || (one >= '0' && one <= '9')
                    || one == '.'
                    || one == '-'
                    || one == '_';
            encoded.append(isPlain ? String.valueOf((char) one) : "%%%02X".formatted(one));
        }
        return "; filename=\"" + plain + "\"; filename*=UTF-8''" + encoded;
    }
}

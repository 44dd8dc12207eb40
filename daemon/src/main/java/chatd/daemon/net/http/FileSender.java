package chatd.daemon.net.http;

import chatd.daemon.config.Config;
import chatd.daemon.export.OwnExports;
import chatd.daemon.files.FilesOverHttp;
import chatd.daemon.login.Bearers;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.message.StoredFile;
import chatd.daemon.session.Session;
import chatd.daemon.session.SessionOutput;
import chatd.protocol.value.Code;
import chatd.protocol.value.Media;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Answers one request for a file, a picture or a person's copy of their data. Its bytes go through the session's output,
 * which bounds what readers leave unread. Used by the thread of the request; blocks.
 */
final class FileSender {
    private static final byte[] NOTHING = {};

    private final HttpRequests connection;
    private final Session session;
    private final FileRequests requests;
    private final Config config;
    private final HttpRequest head;

    FileSender(HttpRequests connection, Session session, FileRequests requests, HttpRequest head) {
        this.connection = connection;
        this.session = session;
        this.requests = requests;
        this.config = requests.config().get();
        this.head = head;
    }

    private boolean isHead() {
        return head.method().equals(HttpMethod.HEAD);
    }

    private FullHttpResponse refused(HttpResponseStatus status, Refusal refusal) {
        return Responses.refused(head, config.http().hsts(), status, refusal);
    }

    /** Sends a file, or a part of it; returns the answer if that has no content. */
    @Nullable
    FullHttpResponse file(Bearers.Bearer bearer, long number) throws InterruptedException {
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
        Optional<ByteRange> asked = isHead() ? Optional.empty() : ByteRange.of(head.headers(), file.size(), etag);
        if (asked.isPresent() && asked.get().isUnsatisfiable()) {
            FullHttpResponse response = refused(
                    HttpResponseStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
                    new Refusal(Code.MALFORMED, "The file has only %d bytes.".formatted(file.size())));
            response.headers().set(HttpHeaderNames.CONTENT_RANGE, "bytes */" + file.size());
            return response;
        }
        ByteRange part = asked.orElse(new ByteRange(0, file.size()));
        HttpResponseStatus status = asked.isPresent() ? HttpResponseStatus.PARTIAL_CONTENT : HttpResponseStatus.OK;
        if (isHead() || part.size() == 0) {
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
    @Nullable
    FullHttpResponse avatar(Bearers.Bearer bearer, String sha256) throws InterruptedException {
        FilesOverHttp.ShownPicture picture =
                requests.files().avatar(bearer, HexFormat.of().parseHex(sha256));
        if (isHead()) {
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

    /**
     * Sends a copy of everything that somebody has here, or returns the head of such an answer.
     *
     * @throws Refusal as {@link OwnExports#begin}
     */
    @Nullable
    FullHttpResponse export(Bearers.Bearer bearer) throws InterruptedException {
        if (isHead()) {
            requests.exports().check(bearer);
            FullHttpResponse response =
                    Responses.of(head, config.http().hsts(), HttpResponseStatus.OK, Unpooled.EMPTY_BUFFER);
            response.headers().set(HttpHeaderNames.CACHE_CONTROL, "no-store");
            return response;
        }
        if (!head.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
            throw new Refusal(Code.MALFORMED, "How long it will be is not known before: this needs HTTP/1.1.");
        }
        try (OwnExports.Export export = requests.exports().begin(bearer, connection::cut)) {
            HttpResponse response = Responses.head(head, config.http().hsts(), HttpResponseStatus.OK);
            response.headers()
                    .set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED)
                    .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                    .set(HttpHeaderNames.CONTENT_TYPE, "application/zip")
                    .set(HttpHeaderNames.CONTENT_SECURITY_POLICY, "sandbox")
                    .set(HttpHeaderNames.CONTENT_DISPOSITION, "attachment" + fileName(export.fileName()));
            if (!connection.begin(response, HttpRequests.UNKNOWN_LENGTH)) {
                return null;
            }
            try (SessionOutput.Answer answer = session.output().beginAnswer()) {
                export.write(bearer::isValid, new AnswerStream(answer));
                // Ends the body.
                answer.send(NOTHING);
            } catch (ReaderGone e) {
                session.abort("export broken off");
            } catch (IOException e) {
                session.abort("export broken off");
                throw new UncheckedIOException(e);
            } catch (RuntimeException e) {
                // The head has been sent, so that nothing else can be answered.
                session.abort("export broken off");
                throw e;
            }
        }
        return null;
    }

    /** Writes into an answer. */
    private static final class AnswerStream extends OutputStream {
        private final SessionOutput.Answer answer;

        private AnswerStream(SessionOutput.Answer answer) {
            this.answer = answer;
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one});
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            // Nothing at all would end the body.
            if (length > 0 && !answer.send(bytes, offset, length)) {
                throw new ReaderGone();
            }
        }
    }

    /** Thrown when the connection has ended, which is nobody's fault. */
    private static final class ReaderGone extends IOException {
        private static final long serialVersionUID = 1L;

        ReaderGone() {
            super("the connection has ended");
        }
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

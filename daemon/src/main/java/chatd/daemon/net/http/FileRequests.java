package chatd.daemon.net.http;

import chatd.daemon.config.Config;
import chatd.daemon.dispatch.Dispatcher;
import chatd.daemon.export.OwnExports;
import chatd.daemon.files.FilesOverHttp;
import chatd.daemon.login.Bearers;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.function.Supplier;

/**
 * What requests about files need from the daemon (page {@code chat-json-1.md}, "Files over HTTP").
 * Any thread.
 *
 * @param dispatcher turns failures into refusals
 */
public record FileRequests(
        FilesOverHttp files, OwnExports exports, Bearers bearers, Dispatcher dispatcher, Supplier<Config> config) {
    static final String FILES = "/files";
    /** Below {@link #FILES}, so that the cookie is good for it. */
    static final String EXPORT = FILES + "/export";

    static final String SESSION = "/session";

    /** Returns whether a request is one of these, which may have a body. */
    static boolean isFileRequest(HttpRequest head) {
        String path = path(head);
        return path.equals(FILES) || path.startsWith(FILES + "/") || path.equals(SESSION);
    }

    /** Returns the path of a request's target, which may be a whole URL (RFC 9112, section 3.2.2). */
    static String path(HttpRequest head) {
        String target = head.uri();
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        if (path.regionMatches(true, 0, "https://", 0, "https://".length())) {
            int slash = path.indexOf('/', "https://".length());
            return slash < 0 ? "/" : path.substring(slash);
        }
        return path;
    }

    /** Returns whether the head names one host, and states the body's length unambiguously. */
    static boolean isUnambiguous(HttpRequest head) {
        HttpHeaders headers = head.headers();
        List<String> lengths = headers.getAll(HttpHeaderNames.CONTENT_LENGTH);
        List<String> encodings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        boolean isChunked = encodings.equals(List.of("chunked"))
                && lengths.isEmpty()
                && head.protocolVersion().equals(HttpVersion.HTTP_1_1);
        boolean hasLength = encodings.isEmpty()
                && lengths.size() <= 1
                && lengths.stream().allMatch(length -> length.matches("[0-9]{1,15}"));
        return headers.getAll(HttpHeaderNames.HOST).size() == 1 && (isChunked || hasLength);
    }
}

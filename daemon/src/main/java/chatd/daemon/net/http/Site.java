package chatd.daemon.net.http;

import chatd.audit.FileFailure;
import chatd.audit.Sha256;
import chatd.daemon.config.Config;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The files that browsers are served, held in memory, as the module {@code web} has published them: plain, and compressed
 * with Brotli and gzip. The list {@code files} names them: a file whose name contains the beginning of its own SHA-256
 * never changes under that name. Immutable; any thread.
 */
final class Site {
    private static final String INDEX = "index.html";
    private static final String PUBLISHED = "/chatd/web/site/";

    /** The encodings by file extension, the one with the smallest files first. */
    private static final Map<String, String> ENCODINGS = new TreeMap<>(Map.of("br", "br", "gz", "gzip"));

    /** A name with at least 16 hexadecimal digits of the content's hash, as in {@code page.0123456789abcdef.css}. */
    private static final Pattern HASHED = Pattern.compile(".+\\.([0-9a-f]{16,64})\\.[a-z0-9]+");

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "txt", "text/plain; charset=utf-8",
            "svg", "image/svg+xml",
            "png", "image/png",
            "jpg", "image/jpeg",
            "webp", "image/webp");

    private static final String LOGO = "http.logo";
    private static final Set<String> LOGO_TYPES = Set.of("svg", "png", "jpg", "webp");
    private static final int MAX_LOGO_BYTES = 64 << 10;

    /** What the published page has where an organisation's own name and picture go. */
    private static final String PAGE_TITLE = "<title>Chat</title>";

    private static final String PAGE_NAME = "<meta name=\"application-name\" content=\"";
    private static final Pattern PAGE_LOGO = Pattern.compile("\"/icon\\.[0-9a-f]{16}\\.svg\"");

    /**
     * The published one, for the whole process: its buffers are outside the heap, and nothing tells when the last
     * connection has sent them.
     */
    private static final Site OWN = new Site();

    /**
     * One file in one encoding.
     *
     * @param etag its SHA-256 as an entity tag; differs between the encodings of one file
     * @param encoding {@code br}, {@code gzip}, or null for the plain file
     * @param neverChanges whether it may be cached for ever under its name
     */
    private record Content(
            ByteBuf bytes,
            String type,
            String etag,
            @Nullable String encoding,
            boolean neverChanges) {}

    /** @param compressed those that are smaller than the plain file, the smallest first */
    private record File(Content plain, List<Content> compressed) {}

    private final Map<String, File> byPath = new HashMap<>();

    /** Reads the published files; throws an IllegalStateException if one does not have the hash in its name. */
    private Site() {
        for (String name : new String(read("files"), StandardCharsets.UTF_8).split("\n", -1)) {
            if (!name.isBlank()) {
                byPath.put(name.equals(INDEX) ? "/" : "/" + name, file(name, read(name)));
            }
        }
    }

    /** As the published one, with another page and a logo. */
    private Site(Site other, byte[] page, @Nullable Logo logo) {
        byPath.putAll(other.byPath);
        byPath.put("/", uncompressed(page, "html", false));
        if (logo != null) {
            byPath.put(logo.path(), uncompressed(logo.bytes(), logo.type(), true));
        }
    }

    /** @param type its extension */
    private record Logo(byte[] bytes, String type) {
        String path() {
            return "/logo." + hash(bytes).substring(0, 16) + '.' + type;
        }
    }

    /**
     * Returns the site with the organisation's title and logo, where these are configured. Blocks.
     *
     * @throws IOException if the logo can't be used; the message says why
     */
    static Site of(Config.Http config) throws IOException {
        Logo logo = config.logo().isPresent() ? logo(config.logo().get()) : null;
        if (config.title().isEmpty() && logo == null) {
            return OWN;
        }
        String page = new String(read(INDEX), StandardCharsets.UTF_8);
        if (!config.title().isEmpty()) {
            String title = escaped(config.title());
            page = page.replace(PAGE_TITLE, "<title>" + title + "</title>").replace(PAGE_NAME, PAGE_NAME + title);
        }
        if (logo != null) {
            page = PAGE_LOGO.matcher(page).replaceAll('"' + logo.path() + '"');
        }
        return new Site(OWN, page.getBytes(StandardCharsets.UTF_8), logo);
    }

    private static Logo logo(Path file) throws IOException {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        String type = name.substring(name.lastIndexOf('.') + 1).replace("jpeg", "jpg");
        if (!LOGO_TYPES.contains(type)) {
            throw new IOException(LOGO + ": " + file + " is no picture whose name ends in .svg, .png, .jpg or .webp");
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_LOGO_BYTES + 1);
        } catch (IOException e) {
            throw new IOException(LOGO + ": " + FileFailure.describe(e, file), e);
        }
        if (bytes.length > MAX_LOGO_BYTES) {
            throw new IOException(LOGO + ": " + file + " is larger than " + (MAX_LOGO_BYTES >> 10) + " KiB");
        }
        return new Logo(bytes, type);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static byte[] read(String name) {
        try (InputStream in = Objects.requireNonNull(Site.class.getResourceAsStream(PUBLISHED + name), name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static File file(String name, byte[] plain) {
        String hash = hash(plain);
        var hashed = HASHED.matcher(name);
        boolean neverChanges = hashed.matches();
        if (neverChanges && !hash.startsWith(hashed.group(1))) {
            throw new IllegalStateException(name + " has the hash " + hash);
        }
        String type = name.substring(name.lastIndexOf('.') + 1);
        List<Content> compressed = new ArrayList<>();
        ENCODINGS.forEach((end, encoding) -> {
            byte[] bytes = read(name + '.' + end);
            if (bytes.length < plain.length) {
                compressed.add(new Content(
                        shared(bytes), mediaType(type), '"' + hash + '-' + encoding + '"', encoding, neverChanges));
            }
        });
        return new File(new Content(shared(plain), mediaType(type), '"' + hash + '"', null, neverChanges), compressed);
    }

    /** A file on the heap, of one site among several. */
    private static File uncompressed(byte[] bytes, String type, boolean neverChanges) {
        ByteBuf buffer =
                Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(bytes).asReadOnly());
        return new File(new Content(buffer, mediaType(type), '"' + hash(bytes) + '"', null, neverChanges), List.of());
    }

    private static String hash(byte[] bytes) {
        return HexFormat.of().formatHex(Sha256.digest().digest(bytes));
    }

    private static String mediaType(String extension) {
        return Objects.requireNonNull(TYPES.get(extension), extension);
    }

    private static ByteBuf shared(byte[] bytes) {
        return Unpooled.unreleasableBuffer(
                Unpooled.directBuffer(bytes.length).writeBytes(bytes).asReadOnly());
    }

    /** Answers a request for a file; {@code hsts} is as in {@link Responses}. */
    FullHttpResponse answer(HttpRequest head, Duration hsts) {
        File file = byPath.get(FileRequests.path(head));
        if (file == null) {
            return Responses.text(head, hsts, HttpResponseStatus.NOT_FOUND, "There is nothing here.");
        }
        if (!head.method().equals(HttpMethod.GET) && !head.method().equals(HttpMethod.HEAD)) {
            FullHttpResponse response =
                    Responses.text(head, hsts, HttpResponseStatus.METHOD_NOT_ALLOWED, "This can only be read.");
            response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
            return response;
        }
        for (Content content : file.compressed()) {
            if (head.headers().containsValue(HttpHeaderNames.ACCEPT_ENCODING, content.encoding(), true)) {
                return answer(head, hsts, content);
            }
        }
        return answer(head, hsts, file.plain());
    }

    private static FullHttpResponse answer(HttpRequest head, Duration hsts, Content file) {
        String known = head.headers().get(HttpHeaderNames.IF_NONE_MATCH, "");
        boolean isKnown = known.equals("*") || known.contains(file.etag());
        FullHttpResponse response = isKnown
                ? Responses.of(head, hsts, HttpResponseStatus.NOT_MODIFIED, Unpooled.EMPTY_BUFFER)
                : Responses.of(head, hsts, HttpResponseStatus.OK, file.bytes().duplicate());
        response.headers()
                .set(HttpHeaderNames.ETAG, file.etag())
                .set(HttpHeaderNames.VARY, HttpHeaderNames.ACCEPT_ENCODING)
                .set(
                        HttpHeaderNames.CACHE_CONTROL,
                        file.neverChanges() ? "public, max-age=31536000, immutable" : "no-cache");
        if (!isKnown) {
            response.headers().set(HttpHeaderNames.CONTENT_TYPE, file.type());
            if (file.encoding() != null) {
                response.headers().set(HttpHeaderNames.CONTENT_ENCODING, file.encoding());
            }
        }
        return response;
    }
}

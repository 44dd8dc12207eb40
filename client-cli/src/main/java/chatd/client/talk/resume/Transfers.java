package chatd.client.talk.resume;

import chatd.client.net.ClientFailure;
import chatd.client.net.FileLink;
import chatd.client.net.Link;
import chatd.client.net.UnknownServer;
import chatd.client.talk.Download;
import chatd.client.talk.item.FileToSend;
import chatd.client.talk.request.Requests;
import chatd.protocol.value.Code;
import chatd.protocol.value.Secret;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Sends and fetches files over HTTP with the token of a session, each over a connection of its own. What is cut is gone on
 * with where it was, for as long as something gets through. Each blocks, and is given up by interrupting its thread, which
 * has to be a virtual one for that: then what it reads and writes ends, too.
 */
final class Transfers {
    private static final int PIECE = 64 << 10;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    /** After how long without a byte a transfer is given up. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Link.To server;
    private final Supplier<@Nullable Secret> token;
    private final RandomGenerator random;

    /** @param token returns the token of the session; null if it has none */
    Transfers(Link.To server, Supplier<@Nullable Secret> token, RandomGenerator random) {
        this.server = server;
        this.token = token;
        this.random = random;
    }

    /** What was sent: the message, and the file. */
    record Sent(long message, long file) {}

    private interface Attempt<T> {
        /**
         * Does it once.
         *
         * @return what it was for
         * @throws IOException if the connection was lost; it may then be tried again
         */
        T once(FileLink over) throws IOException;
    }

    /** Tells the time since something got through. */
    private static final class Moved {
        private long last = System.nanoTime();

        void now() {
            last = System.nanoTime();
        }

        boolean isLong() {
            return System.nanoTime() - last > PATIENCE.toNanos();
        }
    }

    /**
     * Sends a file.
     *
     * @param to a name, a group's number, or empty for everyone
     * @param id under which the server stores it once
     * @param progress called with the number of bytes that have arrived so far
     * @throws ClientFailure if it is refused
     */
    Sent send(String to, FileToSend file, String id, LongConsumer progress) throws IOException, InterruptedException {
        String known = "/files?id=" + encoded(id);
        String target = known + "&to=" + encoded(to) + "&name=" + encoded(file.name()) + "&size=" + file.size()
                + (file.picture() ? "&picture=1" : "");
        Moved moved = new Moved();
        boolean[] isFirst = {true};
        return persist(moved, over -> {
            long offset = isFirst[0] ? 0 : received(known);
            isFirst[0] = false;
            Map<String, String> headers = headers();
            if (offset > 0) {
                headers.put("Upload-Offset", Long.toString(offset));
            }
            FileLink.Answer answer = over.post(
                    target,
                    headers,
                    file.size() - offset,
                    out -> copy(file, offset, out, sent -> {
                        moved.now();
                        progress.accept(sent);
                    }));
            JsonNode said = said(over, answer);
            if (answer.status() != 201) {
                throw refused(said);
            }
            return new Sent(said.path("mid").asLong(), said.path("file").asLong());
        });
    }

    /** Returns how much of an upload has arrived; 0 if nothing is known of it. */
    private long received(String known) throws IOException {
        try (FileLink over = open()) {
            FileLink.Answer answer = over.ask("HEAD", known, headers());
            String offset = answer.headers().getOrDefault("upload-offset", "0");
            return answer.status() == 200 && offset.matches("[0-9]{1,15}") ? Long.parseLong(offset) : 0;
        }
    }

    private static void copy(FileToSend file, long from, OutputStream out, LongConsumer progress) throws IOException {
        try (FileChannel content = FileChannel.open(file.path(), StandardOpenOption.READ)) {
            byte[] piece = new byte[PIECE];
            for (long sent = from; sent < file.size(); ) {
                int count =
                        content.read(ByteBuffer.wrap(piece, 0, (int) Math.min(piece.length, file.size() - sent)), sent);
                if (count < 0) {
                    throw new ClientFailure(
                            ClientFailure.FAILED, "The file became shorter while it was sent. Nothing was sent.");
                }
                out.write(piece, 0, count);
                sent += count;
                progress.accept(sent);
            }
        }
    }

    /**
     * Fetches a file.
     *
     * @throws ClientFailure {@link ClientFailure#NO_SUCH} if there is none for this account
     */
    void fetch(long file, Download download) throws IOException, InterruptedException {
        Moved moved = new Moved();
        String[] etag = {""};
        persist(moved, over -> {
            Map<String, String> headers = headers();
            long from = download.received();
            if (from > 0) {
                headers.put("Range", "bytes=" + from + "-");
                headers.put("If-Range", etag[0]);
            }
            FileLink.Answer answer = over.ask("GET", "/files/" + file, headers);
            if (answer.status() != 200 && answer.status() != 206) {
                throw refused(said(over, answer));
            }
            if (answer.status() == 200) {
                etag[0] = answer.headers().getOrDefault("etag", "");
                download.begin(name(answer), answer.length());
            }
            byte[] piece = new byte[PIECE];
            for (long left = answer.length(); left > 0; ) {
                int count = over.body(piece, left);
                left -= count;
                moved.now();
                download.write(piece, count);
            }
            download.end(etag[0].replace("\"", ""));
            return true;
        });
    }

    /** Returns what the server says of a file. */
    ResumedSession.FileFacts facts(long file) throws IOException, InterruptedException {
        return persist(new Moved(), over -> {
            FileLink.Answer answer = over.ask("HEAD", "/files/" + file, headers());
            if (answer.status() != 200) {
                throw new ClientFailure(ClientFailure.NO_SUCH, "There is no file " + file + " for you.");
            }
            return new ResumedSession.FileFacts(
                    name(answer), answer.headers().getOrDefault("content-type", ""), answer.length());
        });
    }

    private static String name(FileLink.Answer answer) {
        String disposition = answer.headers().getOrDefault("content-disposition", "");
        int name = disposition.indexOf("filename*=UTF-8''");
        return name < 0
                ? "file"
                : URLDecoder.decode(disposition.substring(name + "filename*=UTF-8''".length()), StandardCharsets.UTF_8);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private Map<String, String> headers() {
        Secret its = token.get();
        if (its == null) {
            throw new ClientFailure(ClientFailure.FAILED, "The session has ended. Log in again.");
        }
        Map<String, String> headers = new HashMap<>();
        headers.put("Authorization", "Bearer " + its.text().orElseThrow());
        return headers;
    }

    private static JsonNode said(FileLink over, FileLink.Answer answer) throws IOException {
        try {
            return JsonMapper.shared().readTree(over.text(answer));
        } catch (JacksonException e) {
            throw new IOException("the server's answer can't be read", e);
        }
    }

    private static ClientFailure refused(JsonNode said) {
        Code code = Code.of(said.path("code").asString("")).orElse(Code.INTERNAL);
        return Requests.failure(code, said.path("text").asString(""));
    }

    private FileLink open() throws IOException {
        try {
            return server.files();
        } catch (UnknownServer e) {
            throw new ClientFailure(ClientFailure.NO_SERVER, "Nobody vouches for the server any more.");
        }
    }

    private <T> T persist(Moved moved, Attempt<T> attempt) throws IOException, InterruptedException {
        Duration pause = FIRST_PAUSE;
        while (true) {
            try (FileLink over = open()) {
                return attempt.once(over);
            } catch (IOException e) {
                checkWanted();
                if (moved.isLong()) {
                    throw e;
                }
            } catch (ClientFailure e) {
                checkWanted();
                boolean isPassing = e.exit() == ClientFailure.NO_SERVER || e.exit() == ClientFailure.TRY_LATER;
                if (!isPassing || moved.isLong()) {
                    throw e;
                }
            }
            Thread.sleep(pause.toMillis() / 2 + random.nextLong(pause.toMillis() / 2 + 1));
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    /** Of what was interrupted, the connection fails. */
    private static void checkWanted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }
}

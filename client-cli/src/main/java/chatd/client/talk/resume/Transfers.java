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
 * Sends and fetches files over HTTP with the token of a session, each over a connection of its own.
 * A transfer that was cut off is resumed where it stopped, for as long as data gets through. Each
 * method blocks, and is cancelled by interrupting its thread. That must be a virtual thread: only
 * then does the interrupt end blocking reads and writes.
 */
final class Transfers {
    private static final int PIECE = 64 << 10;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    /** Time without progress after which a transfer is abandoned. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Link.Connector server;
    private final Supplier<@Nullable Secret> token;
    private final RandomGenerator random;

    /** @param token returns the token of the session; null if it has none */
    Transfers(Link.Connector server, Supplier<@Nullable Secret> token, RandomGenerator random) {
        this.server = server;
        this.token = token;
        this.random = random;
    }

    /** What was sent: the message, and the file. */
    record Sent(long message, long file) {}

    private interface Attempt<T> {
        /**
         * Makes one attempt.
         *
         * @return the result of the transfer
         * @throws IOException if the connection was lost; it may then be tried again
         */
        T once(FileLink link) throws IOException;
    }

    /** Tracks how long ago data last got through. */
    private static final class ProgressClock {
        private long last = System.nanoTime();

        void record() {
            last = System.nanoTime();
        }

        boolean isStalled() {
            return System.nanoTime() - last > PATIENCE.toNanos();
        }
    }

    /**
     * Sends a file.
     *
     * @param to a name, a group's number, or empty for everyone
     * @param id by which the server deduplicates it
     * @param progress called with the number of bytes that have arrived so far
     * @throws ClientFailure if it is refused
     */
    Sent send(String to, FileToSend file, String id, LongConsumer progress) throws IOException, InterruptedException {
        String uploadPath = "/files?id=" + encoded(id);
        String target = uploadPath + "&to=" + encoded(to) + "&name=" + encoded(file.name()) + "&size=" + file.size()
                + (file.isPicture() ? "&picture=1" : "");
        ProgressClock progressClock = new ProgressClock();
        boolean[] isFirst = {true};
        return persist(progressClock, link -> {
            long offset = isFirst[0] ? 0 : received(uploadPath);
            isFirst[0] = false;
            Map<String, String> headers = headers();
            if (offset > 0) {
                headers.put("Upload-Offset", Long.toString(offset));
            }
            FileLink.Answer answer = link.post(
                    target,
                    headers,
                    file.size() - offset,
                    out -> copy(file, offset, out, sent -> {
                        progressClock.record();
                        progress.accept(sent);
                    }));
            JsonNode reply = json(link, answer);
            if (answer.status() != 201) {
                throw refused(reply);
            }
            return new Sent(reply.path("mid").asLong(), reply.path("file").asLong());
        });
    }

    /** Returns how much of an upload has arrived; 0 if nothing is known of it. */
    private long received(String uploadPath) throws IOException {
        try (FileLink link = open()) {
            FileLink.Answer answer = link.ask("HEAD", uploadPath, headers());
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
        ProgressClock progressClock = new ProgressClock();
        String[] etag = {""};
        persist(progressClock, link -> {
            Map<String, String> headers = headers();
            long from = download.received();
            if (from > 0) {
                headers.put("Range", "bytes=" + from + "-");
                headers.put("If-Range", etag[0]);
            }
            FileLink.Answer answer = link.ask("GET", "/files/" + file, headers);
            if (answer.status() != 200 && answer.status() != 206) {
                throw refused(json(link, answer));
            }
            if (answer.status() == 200) {
                etag[0] = answer.headers().getOrDefault("etag", "");
                download.begin(name(answer), answer.length());
            }
            byte[] piece = new byte[PIECE];
            for (long left = answer.length(); left > 0; ) {
                int count = link.readBody(piece, left);
                left -= count;
                progressClock.record();
                download.write(piece, count);
            }
            download.complete(etag[0].replace("\"", ""));
            return true;
        });
    }

    /**
     * Fetches a copy of everything that the account has on the server. It is made as it is sent: one that is cut off
     * can't be resumed.
     *
     * @throws ClientFailure if it is refused
     */
    void export(Download download) throws IOException {
        try (FileLink link = open()) {
            FileLink.Answer answer = link.ask("GET", "/files/export", headers());
            if (answer.status() != 200) {
                throw refused(json(link, answer));
            }
            download.begin(name(answer), 0);
            link.readChunks(download::write);
            download.complete("");
        }
    }

    /** Returns the name, type and size of a file. */
    ResumedSession.FileFacts facts(long file) throws IOException, InterruptedException {
        return persist(new ProgressClock(), link -> {
            FileLink.Answer answer = link.ask("HEAD", "/files/" + file, headers());
            if (answer.status() != 200) {
                throw new ClientFailure(ClientFailure.NO_SUCH, "There is no file " + file + " that you may fetch.");
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
        Secret secret = token.get();
        if (secret == null) {
            throw new ClientFailure(ClientFailure.FAILED, "The session has ended. Log in again.");
        }
        Map<String, String> headers = new HashMap<>();
        headers.put("Authorization", "Bearer " + secret.text().orElseThrow());
        return headers;
    }

    private static JsonNode json(FileLink link, FileLink.Answer answer) throws IOException {
        try {
            return JsonMapper.shared().readTree(link.readText(answer));
        } catch (JacksonException e) {
            throw new IOException("the server's answer can't be read", e);
        }
    }

    private static ClientFailure refused(JsonNode reply) {
        Code code = Code.of(reply.path("code").asString("")).orElse(Code.INTERNAL);
        return Requests.failure(code, reply.path("text").asString(""));
    }

    private FileLink open() throws IOException {
        try {
            return server.connectForFile();
        } catch (UnknownServer e) {
            throw new ClientFailure(ClientFailure.NO_SERVER, "The server's identity can no longer be verified.");
        }
    }

    private <T> T persist(ProgressClock progressClock, Attempt<T> attempt) throws IOException, InterruptedException {
        Duration pause = FIRST_PAUSE;
        while (true) {
            try (FileLink link = open()) {
                return attempt.once(link);
            } catch (IOException e) {
                checkInterrupted();
                if (progressClock.isStalled()) {
                    throw e;
                }
            } catch (ClientFailure e) {
                checkInterrupted();
                boolean isTransient = e.exit() == ClientFailure.NO_SERVER || e.exit() == ClientFailure.TRY_LATER;
                if (!isTransient || progressClock.isStalled()) {
                    throw e;
                }
            }
            Thread.sleep(pause.toMillis() / 2 + random.nextLong(pause.toMillis() / 2 + 1));
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    /** Throws if the thread was interrupted: then the connection fails, too. */
    private static void checkInterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }
}

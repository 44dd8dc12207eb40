package chatd.acceptance.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;

import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.WebSocketClient;
import chatd.acceptance.kit.Wire;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * Entry point for Jazzer: what a stranger sends over HTTP, to a whole daemon. The first byte
 * selects whether the rest is sent at once, or as frames of a WebSocket, with or without
 * compression. However the input is split, the answer is the same, the daemon then closes the
 * connection, and it logs no error.
 */
public final class CarrierFuzzer {
    private static final int HTTP = 1;
    private static final int COMPRESSED = 2;
    private static final int LONGEST_INPUT = 4 << 10;

    private static final Pattern ABOUT_FILES = Pattern.compile("/files|/session");
    private static final Pattern LENGTH = Pattern.compile("content-length: (\\d+)");

    private static @Nullable LocalDaemon daemon;

    private CarrierFuzzer() {}

    /** Called by Jazzer before the first input. */
    public static void fuzzerInitialize() {
        daemon = LocalDaemon.start("CHATD_REGISTRATION_MODE", "closed");
    }

    /**
     * Called by Jazzer while the process ends, and the database with it: the daemon can't stop
     * cleanly any more, and may write while its directory is deleted. Throws nothing, since Jazzer
     * would then call {@code System.exit} in a shutdown hook, where that never returns.
     */
    public static void fuzzerTearDown() {
        Path directory = requireNonNull(daemon).directory;
        for (int tries = 1; tries <= 100; tries++) {
            try {
                Wire.deleteTree(directory);
                return;
            } catch (IOException | UncheckedIOException e) {
                // Something was written, or replaced, meanwhile.
            }
        }
        System.out.println(directory + " could not be deleted");
    }

    /** Stops the daemon, after inputs that were not Jazzer's. */
    static void stop() {
        requireNonNull(daemon).close();
        daemon = null;
    }

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        if (input.length == 0 || input.length > LONGEST_INPUT) {
            return;
        }
        Answers whole = answers(input, input.length);
        Answers bytewise = answers(input, 1);
        if (!whole.isLike(bytewise)) {
            throw new AssertionError("in single bytes, it is answered by " + bytewise + ", not " + whole);
        }
        String log = requireNonNull(daemon).read("chatd.log");
        if (log.contains(" ERROR ")) {
            throw new AssertionError(log);
        }
    }

    /**
     * What the daemon sent.
     *
     * @param pongs kept apart, because their order relative to the other answers is not fixed, and
     *     a fault may come before them
     */
    private record Answers(List<String> messages, List<String> pongs) {
        boolean isLike(Answers other) {
            int both = Math.min(pongs.size(), other.pongs.size());
            return messages.equals(other.messages) && pongs.subList(0, both).equals(other.pongs.subList(0, both));
        }
    }

    /** Sends an input in steps, and returns what was answered until the daemon closed the connection. */
    private static Answers answers(byte[] input, int step) throws IOException {
        LocalDaemon chatd = requireNonNull(daemon);
        try (Socket plain = new Socket(chatd.host(), chatd.port());
                SSLSocket socket = chatd.tls().connectOver(plain, chatd.host(), "http/1.1")) {
            OutputStream out = socket.getOutputStream();
            boolean isWebSocket = (input[0] & HTTP) == 0;
            if (isWebSocket) {
                boolean compressed = (input[0] & COMPRESSED) != 0;
                out.write(Wire.utf8(WebSocketClient.request(socket)
                        + (compressed ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "")
                        + "\r\n"));
            }
            for (int at = 1; at < input.length; at += step) {
                out.write(input, at, Math.min(step, input.length - at));
            }
            // Not by close_notify: after that, nothing is answered any more.
            plain.shutdownOutput();
            String all = new String(socket.getInputStream().readAllBytes(), ISO_8859_1)
                    // A time of the same length, since a frame begins with its length.
                    .replaceAll("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z", "0000-00-00T00:00:00.000Z");
            int head = all.indexOf("\r\n\r\n") + 4;
            if (all.startsWith("HTTP/1.1 101 ")) {
                return frames(all.substring(0, head), all.substring(head));
            }
            boolean isAboutFiles =
                    ABOUT_FILES.matcher(new String(input, ISO_8859_1)).find();
            return new Answers(List.of(isAboutFiles ? firstAnswer(all) : all), List.of());
        }
    }

    /**
     * Returns the first answer, without the header that says whether the connection is kept: after
     * a request about a file, that depends on how much had arrived when it was answered.
     */
    private static String firstAnswer(String all) {
        Matcher length = LENGTH.matcher(all);
        int end = length.find() ? all.indexOf("\r\n\r\n") + 4 + Integer.parseInt(length.group(1)) : all.length();
        return all.substring(0, Math.min(all.length(), end)).replaceFirst("connection: close\r\n", "");
    }

    private static Answers frames(String head, String bytes) {
        List<String> messages = new ArrayList<>(List.of(head));
        List<String> pongs = new ArrayList<>();
        for (String rest = bytes; !rest.isEmpty(); ) {
            int length = rest.charAt(1);
            int from = 2;
            if (length == 126) {
                length = rest.charAt(2) << 8 | rest.charAt(3);
                from = 4;
            }
            String frame = rest.charAt(0) + rest.substring(from, from + length);
            switch (rest.charAt(0)) {
                case WebSocketClient.FINAL | WebSocketClient.PONG -> pongs.add(frame);
                // Sent to clients that have been silent for a while, as one may be that sends
                // single bytes on a busy machine.
                case WebSocketClient.FINAL | WebSocketClient.PING -> {}
                default -> messages.add(frame);
            }
            rest = rest.substring(from + length);
        }
        return new Answers(messages, pongs);
    }
}

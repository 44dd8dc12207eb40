package chatd.acceptance.campaigns;

import chatd.acceptance.files.HttpTestBase;
import chatd.acceptance.kit.HttpClient;
import chatd.acceptance.kit.JdkTls;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.Wire;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLSocket;

/**
 * A program that abuses a server as one account, from an address of its own, as often as the server
 * allows.
 */
final class Abuser {
    /** Number of concurrent sessions of its account, besides the one for HTTP requests. */
    static final int SESSIONS = 6;

    /** The line that it prints once it has begun. */
    static final String BEGUN = "begun";

    private static final String ADDRESS = "127.5.1.1";

    /** An action that is repeated. */
    interface Step {
        void run() throws IOException;
    }

    private final JdkTls tls;
    private final int port;
    private final String name;
    private final String password;
    private final String victim;
    private final JsonSocket own;
    private final String bearer;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /** Connections that are kept open although nothing is sent on them. */
    private final Queue<SSLSocket> held = new ConcurrentLinkedQueue<>();

    private final AtomicLong done = new AtomicLong();

    /** Counted down at the first success. */
    private final CountDownLatch begun = new CountDownLatch(1);

    private Abuser(JdkTls tls, int port, String name, String password, String victim) {
        this.tls = tls;
        this.port = port;
        this.name = name;
        this.password = password;
        this.victim = victim;
        this.own = JsonCarrier.LINES.wrap(connect("chat-json/1"));
        this.bearer = own.logIn(name, password, "own").path("token").asString();
    }

    /**
     * Abuses a server until the end of standard input. Prints when it has begun, and at the end how
     * often it succeeded.
     *
     * @param arguments the file with the CA, the port, the account's name and password, the number
     *     of the victim, such as {@code U12}, and the {@link Abuse}
     */
    static void main(String... arguments) throws IOException, InterruptedException {
        var abuser = new Abuser(
                JdkTls.trusting(Path.of(arguments[0])),
                Integer.parseInt(arguments[1]),
                arguments[2],
                arguments[3],
                arguments[4]);
        Abuse.valueOf(arguments[5]).start(abuser);
        abuser.begun.await();
        System.out.println(BEGUN);
        System.in.transferTo(OutputStream.nullOutputStream());
        System.out.println(abuser.done.get());
        System.exit(0);
    }

    String victim() {
        return victim;
    }

    /** Returns the header that authorizes its HTTP requests. */
    String bearer() {
        return "Authorization: Bearer " + bearer + "\r\n";
    }

    SSLSocket connect(String alpn) {
        return tls.connectFrom(ADDRESS, "127.0.0.1", port, alpn);
    }

    /** Connects again and again, and sends nothing. */
    void connectOnly() {
        attempt(() -> held.add(connect("chat-json/1")));
    }

    /**
     * Connects again and again, each time to send one line and read the first byte of the answer.
     */
    void askOnce(String line) {
        byte[] bytes = Wire.utf8(line + '\n');
        attempt(() -> {
            try (SSLSocket socket = connect("chat-json/1")) {
                socket.getOutputStream().write(bytes);
                socket.getInputStream().read();
            }
        });
    }

    /** Returns the message that logs in on one of its devices. */
    String logIn(int device) {
        return "{\"type\": 1, \"info\": {\"user_id\": \"%s\", \"user_pwd\": \"%s\", \"device\": \"%d\"}}"
                .formatted(name, password, device);
    }

    /** Returns a message with a text to itself. */
    String text(String text) {
        return "{\"type\": 3, \"receive\": \"%s\", \"info\": \"%s\"}".formatted(own.user(), text);
    }

    /** Sends itself a file; returns its path. */
    String file(byte[] content) throws IOException {
        HttpClient http = new HttpClient(connect("http/1.1"));
        String query = HttpTestBase.query("to", own.user(), "name", "large", "size", Integer.toString(content.length));
        return "/files/"
                + HttpTestBase.json(HttpTestBase.post(http, query, bearer(), content))
                        .path("file")
                        .asLong();
    }

    /** Opens sessions that each send these messages again and again, and discard what arrives. */
    void lines(String... messages) throws IOException {
        byte[] all = Wire.utf8(String.join("\n", messages) + '\n');
        for (int i = 0; i < SESSIONS; i++) {
            SSLSocket socket = connect("chat-json/1");
            socket.getOutputStream().write(Wire.utf8(logIn(i) + '\n'));
            repeat(() -> socket.getOutputStream().write(all));
            InputStream in = socket.getInputStream();
            byte[] some = new byte[1 << 16];
            drain(() -> in.read(some) >= 0);
        }
    }

    /** One read of an input. */
    interface Reading {
        /** Returns false at the end. */
        boolean read() throws IOException;
    }

    /** Reads until the end, in a thread of its own. */
    void drain(Reading reading) {
        threads.execute(() -> {
            try {
                while (reading.read()) {
                    // Discarded.
                }
            } catch (IOException e) {
                // Closed, by the daemon or at the end.
            }
        });
    }

    /** Does something again and again until its connection is closed, in a thread of its own. */
    void repeat(Step step) {
        threads.execute(() -> {
            while (succeeds(step)) {
                // Repeated until it fails.
            }
        });
    }

    /** Does something again and again, even after it failed, in a thread of its own. */
    private void attempt(Step step) {
        threads.execute(() -> {
            while (true) {
                succeeds(step);
            }
        });
    }

    private boolean succeeds(Step step) {
        try {
            step.run();
            done.incrementAndGet();
            begun.countDown();
            return true;
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }
}

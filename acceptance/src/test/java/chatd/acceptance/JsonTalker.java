package chatd.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A user who keeps talking in JSON while connections break and the daemon dies: what had no answer is sent again with
 * the id that it had, some of it twice anyway, and each connection but the first resumes the session. Meanwhile it marks
 * what it has read, makes and ends friendships, blocks, and changes its name. Runs on a thread of its own; read by others once it has ended.
 */
final class JsonTalker implements Runnable {
    /** How the ids begin of what is not sent again. */
    private static final String ASIDE = "aside ";

    private final Chatd chatd;
    private final IntSupplier port;
    private final Chatd.Person person;
    private final String device;
    private final JsonCarrier carrier;
    private final List<String> numbers;
    private final Random random;
    private volatile boolean stopping;
    private volatile @Nullable Throwable failure;

    /** What was sent and not answered yet, by id, in the order in which it was sent. */
    private final Map<String, String> unanswered = new LinkedHashMap<>();

    /** The numbers that the answers gave, by id. */
    private final Map<String, Long> answered = new HashMap<>();

    /** The texts by the numbers that the answers gave. */
    private final Map<Long, String> accepted = new TreeMap<>();

    /** The texts that were received, by number. */
    private final Map<Long, String> received = new TreeMap<>();

    private final List<String> sent = new ArrayList<>();
    private int repeated;
    private int resumed;
    private String token = "";

    /** The highest number seen, in messages and in first answers. */
    private long seen;

    private final AtomicInteger connections = new AtomicInteger();

    /**
     * @param port supplies the port to connect to, that of a proxy
     * @param person has the number in place of the name, which changes
     * @param numbers those of all who talk
     */
    JsonTalker(
            Chatd chatd,
            IntSupplier port,
            Chatd.Person person,
            String device,
            JsonCarrier carrier,
            List<String> numbers,
            long seed) {
        this.chatd = chatd;
        this.port = port;
        this.person = person;
        this.device = device;
        this.carrier = carrier;
        this.numbers = numbers;
        this.random = new Random(seed);
    }

    @Override
    public void run() {
        try {
            while (!stopping || !unanswered.isEmpty()) {
                try (JsonSocket socket = connect()) {
                    connections.incrementAndGet();
                    talk(socket);
                } catch (UncheckedIOException | Cut e) {
                    TimeUnit.MILLISECONDS.sleep(random.nextInt(20));
                }
            }
        } catch (InterruptedException | RuntimeException | AssertionError e) {
            failure = e;
        }
    }

    /** Thrown when the connection ended in good order, but not by us. */
    private static final class Cut extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private JsonSocket connect() {
        return carrier.on(chatd.tls()
                .connect(chatd.host(), port.getAsInt(), carrier == JsonCarrier.LINES ? "chat-json/1" : "http/1.1"));
    }

    private JsonNode next(JsonSocket socket) {
        JsonNode message = socket.nextOrEnd();
        if (message == null) {
            throw new Cut();
        }
        take(message);
        return message;
    }

    private void take(JsonNode message) {
        int type = message.path("type").asInt();
        if (isAside(message)) {
            return;
        }
        if (type == 17) {
            String id = message.path("info").path("id").asString();
            long number = message.path("info").path("mid").asLong();
            String text = unanswered.remove(id);
            if (text == null) {
                assertThat(answered.get(id))
                        .as("the first answer again: %s", message)
                        .isEqualTo(number);
                return;
            }
            answered.put(id, number);
            assertThat(accepted.put(number, text)).as("a number of its own").isNull();
            seen = Math.max(seen, number);
        } else if ((type == 3 || type == 4) && message.has("mid")) {
            long number = message.path("mid").asLong();
            assertThat(number).as("in order, and none twice: %s", message).isGreaterThan(seen);
            received.put(number, message.path("info").asString());
            seen = number;
        } else if (type == 18) {
            String code = message.path("info").path("code").asString();
            assertThat(code).as("%s", message).isIn("busy", "internal");
        }
    }

    private void talk(JsonSocket socket) {
        boolean resumes = !token.isEmpty();
        socket.send(
                resumes
                        ? "{'type': 1, 'info': {'token': '%s', 'after': %d}}".formatted(token, seen)
                        : "{'type': 1, 'info': {'user_id': '%s', 'user_pwd': '%s', 'device': '%s'}}"
                                .formatted(person.name(), person.password(), device));
        JsonNode answer = next(socket);
        while (answer.path("type").asInt() != 2) {
            answer = next(socket);
        }
        if (!answer.path("info").path("code").asString().equals("ok")) {
            // The database is away, or the log can't be written.
            assertThat(resumes && answer.path("info").path("code").asString().equals("wrong-password"))
                    .as("the token is good: %s", answer)
                    .isFalse();
            throw new Cut();
        }
        assertThat(answer.path("info").has("behind")).isFalse();
        token = answer.path("info").path("token").asString();
        resumed += resumes ? 1 : 0;
        for (Map.Entry<String, String> one : List.copyOf(unanswered.entrySet())) {
            repeated++;
            say(socket, one.getKey(), one.getValue());
        }
        while (!stopping || !unanswered.isEmpty()) {
            for (int i = stopping ? 0 : 1 + random.nextInt(20); i > 0; i--) {
                String id = Long.toHexString(random.nextLong());
                String text = person.name() + ' ' + device + ' ' + sent.size();
                sent.add(text);
                unanswered.put(id, text);
                say(socket, id, text);
            }
            if (random.nextBoolean()) {
                aside(socket);
            }
            while (!unanswered.isEmpty()) {
                JsonNode message = next(socket);
                if (message.path("type").asInt() == 18 && !isAside(message)) {
                    // Refused for now: again on another connection.
                    throw new Cut();
                }
            }
        }
    }

    /** Returns whether a message answers what is not sent again. */
    private static boolean isAside(JsonNode message) {
        return message.path("info").path("id").asString("").startsWith(ASIDE);
    }

    /** Sends something that may be refused, and whose answer may be lost. */
    private void aside(JsonSocket socket) {
        String other = numbers.get(random.nextInt(numbers.size()));
        String aside = switch (random.nextInt(8)) {
            case 0 -> "'type': 9, 'receive': '%s', 'info': 'be my friend'".formatted(other);
            case 1 -> "'type': 10, 'receive': '%s', 'info': true".formatted(other);
            case 2 -> "'type': 10, 'receive': '%s', 'info': false".formatted(other);
            case 3 -> "'type': 25, 'receive': '%s', 'info': {}".formatted(other);
            case 4 -> "'type': 35, 'info': {'read_marks': %b}".formatted(random.nextBoolean());
            case 5 -> "'type': 34, 'info': {'user_id': '%s', 'on': %b}".formatted(other, random.nextInt(4) == 0);
            case 6 -> "'type': 11, 'info': {'PU': 1, 'NewInf': '%s'}".formatted(Chatd.newName());
            default -> "'type': 21, 'info': {'with': '%s', 'mid': %d}".formatted(other, seen);
        };
        socket.send("{'id': '%s%x', %s}".formatted(ASIDE, random.nextLong(), aside));
    }

    /** Sends a text to whom it always goes, so that what is sent again is the same; now and then twice. */
    private void say(JsonSocket socket, String id, String text) {
        int to = Math.floorMod(text.hashCode(), numbers.size() + 1);
        String message = to == numbers.size()
                ? "{'type': 4, 'id': '%s', 'info': '%s'}".formatted(id, text)
                : "{'type': 3, 'receive': '%s', 'id': '%s', 'info': '%s'}".formatted(numbers.get(to), id, text);
        socket.send(message);
        if (random.nextInt(8) == 0) {
            socket.send(message);
        }
    }

    void stop() {
        stopping = true;
    }

    @Nullable
    Throwable failure() {
        return failure;
    }

    Chatd.Person person() {
        return person;
    }

    /** Returns all texts, in the order in which they were sent for the first time. */
    List<String> sent() {
        return sent;
    }

    /** Returns the texts that were acknowledged, by number. */
    Map<Long, String> accepted() {
        return accepted;
    }

    /** Returns the texts that were received on this device, by number. */
    Map<Long, String> received() {
        return received;
    }

    /** Returns how often something was sent a second time. */
    int repeated() {
        return repeated;
    }

    /** Resumes the session once more, after the end, and returns the lists of its account. */
    JsonNode lists() {
        try (JsonSocket socket = connect()) {
            socket.send("{'type': 1, 'info': {'token': '%s', 'after': %d}}".formatted(token, seen));
            return socket.expect(2).path("info");
        }
    }

    /** Returns how often the session was resumed. */
    int resumed() {
        return resumed;
    }

    int connections() {
        return connections.get();
    }
}

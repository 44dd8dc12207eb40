package chatd.acceptance.campaigns;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A user who keeps talking in JSON while connections break and the daemon dies: unanswered messages
 * are sent again with the same id, some messages are sent twice on purpose, and each connection but
 * the first resumes the session. Meanwhile it marks what it has read, makes and ends friendships,
 * blocks, changes its name, and corrects, takes back and reacts to messages. Runs on a thread of
 * its own; read by others once it has ended.
 */
public final class JsonTalker implements Runnable {
    /** Prefix of the ids of messages that are not sent again. */
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

    /** The messages to be corrected or taken back, by the id of the request that does so. */
    private final Map<String, Long> amendmentTargets = new HashMap<>();

    /** The messages that this device has taken back. */
    private final Set<Long> takenBack = new HashSet<>();

    /** The messages as this device would show them now, by number; empty if taken back. */
    private final Map<Long, String> shown = new TreeMap<>();

    /** The numbers of the versions that it would show. */
    private final Map<Long, Long> versions = new HashMap<>();

    /** The texts that were received, by number. */
    private final Map<Long, String> received = new TreeMap<>();

    private final List<String> sent = new ArrayList<>();
    private int corrected;
    private int repeated;
    private int resumed;
    private String token = "";

    /** The highest number seen, in messages and in first answers. */
    private long seen;

    private final AtomicInteger connections = new AtomicInteger();

    private final AtomicInteger exchanges = new AtomicInteger();

    /**
     * @param port supplies the port to connect to, that of a proxy
     * @param person has the number in place of the name, which changes
     * @param numbers those of all who talk, and of a group that all of them are in
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

    /** Thrown when the other side has closed the connection cleanly. */
    private static final class Cut extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private JsonSocket connect() {
        return carrier.wrap(chatd.tls()
                .connect(chatd.host(), port.getAsInt(), carrier == JsonCarrier.LINES ? "chat-json/1" : "http/1.1"));
    }

    private JsonNode next(JsonSocket socket) {
        JsonNode message = socket.nextOrEnd();
        if (message == null) {
            throw new Cut();
        }
        handle(message);
        return message;
    }

    private void handle(JsonNode message) {
        int type = message.path("type").asInt();
        if (isAside(message)) {
            return;
        }
        if (type == JsonType.DONE) {
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
            seen = Math.max(seen, number);
            Long target = amendmentTargets.remove(id);
            if (target != null) {
                amend(target, number, text);
                return;
            }
            show(number, number, text);
            assertThat(accepted.put(number, text)).as("a number of its own").isNull();
        } else if ((type == JsonType.TEXT || type == JsonType.TEXT_TO_ALL) && message.has("mid")) {
            long number = message.path("mid").asLong();
            assertThat(number).as("in order, and none twice: %s", message).isGreaterThan(seen);
            received.put(number, original(message));
            seen = number;
            if (message.has("taken_back")) {
                show(number, Long.MAX_VALUE, "");
            } else {
                long version = message.path("version").path("mid").asLong(number);
                show(number, version, message.path("info").asString());
            }
        } else if (type == JsonType.GROUP
                || type == JsonType.TAKEN_BACK
                || type == JsonType.CORRECTED
                || type == JsonType.REACTION) {
            long number = message.path("mid").asLong();
            assertThat(number).as("in order, and none twice: %s", message).isGreaterThan(seen);
            seen = number;
            if (type == JsonType.TAKEN_BACK) {
                show(message.path("info").path("mid").asLong(), Long.MAX_VALUE, "");
            } else if (type == JsonType.CORRECTED) {
                show(
                        message.path("info").path("of").asLong(),
                        number,
                        message.path("info").path("text").asString());
            }
        } else if (type == JsonType.REFUSED && abandonAmendment(message)) {
            // It was taken back on another device.
            return;
        } else if (type == JsonType.REFUSED) {
            String code = message.path("info").path("code").asString();
            assertThat(code).as("%s", message).isIn("busy", "internal");
        }
    }

    /** Returns the text that a message had first. */
    static String original(JsonNode message) {
        JsonNode corrected = message.path("corrected");
        return corrected.isEmpty()
                ? message.path("info").asString("")
                : corrected.path(corrected.size() - 1).path("text").asString();
    }

    private void show(long message, long version, String text) {
        if (versions.merge(message, version, Math::max) == version) {
            shown.put(message, text);
        }
    }

    /** Applies an accepted correction or retraction. */
    private void amend(long message, long number, String what) {
        if (what.isEmpty()) {
            takenBack.add(message);
            show(message, Long.MAX_VALUE, "");
        } else {
            corrected++;
            show(message, number, what);
        }
    }

    /** Forgets an amendment that was refused because its message was taken back or corrected ten times; returns whether there was one. */
    private boolean abandonAmendment(JsonNode message) {
        String id = message.path("info").path("id").asString();
        String code = message.path("info").path("code").asString();
        return (code.equals("no-such-message") || code.equals("too-many"))
                && amendmentTargets.remove(id) != null
                && unanswered.remove(id) != null;
    }

    private void talk(JsonSocket socket) {
        boolean resumes = !token.isEmpty();
        socket.send(
                resumes
                        ? "{'type': 1, 'info': {'token': '%s', 'after': %d}}".formatted(token, seen)
                        : "{'type': 1, 'info': {'user_id': '%s', 'user_pwd': '%s', 'device': '%s'}}"
                                .formatted(person.name(), person.password(), device));
        JsonNode answer = next(socket);
        while (answer.path("type").asInt() != JsonType.LOGGED_IN) {
            answer = next(socket);
        }
        if (!answer.path("info").path("code").asString().equals("ok")) {
            // The database is unavailable, or the log can't be written.
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
            if (random.nextInt(4) == 0 && !stopping && !accepted.isEmpty()) {
                amend(socket);
            }
            while (!unanswered.isEmpty()) {
                JsonNode message = next(socket);
                if (message.path("type").asInt() == JsonType.REFUSED && !isAside(message)) {
                    // Refused for now: retried on another connection.
                    throw new Cut();
                }
            }
            exchanges.incrementAndGet();
        }
    }

    /**
     * Corrects one of the last texts of this device, or takes it back; the request is retried like
     * a text.
     */
    private void amend(JsonSocket socket) {
        List<Long> own = accepted.keySet().stream()
                .filter(number -> !takenBack.contains(number))
                .toList();
        if (own.isEmpty()) {
            return;
        }
        String id = Long.toHexString(random.nextLong());
        amendmentTargets.put(id, own.get(Math.max(0, own.size() - 1 - random.nextInt(20))));
        String text = random.nextInt(3) == 0 ? "" : "corrected " + id;
        unanswered.put(id, text);
        say(socket, id, text);
    }

    /** Returns whether a message answers one that is not sent again. */
    private static boolean isAside(JsonNode message) {
        return message.path("info").path("id").asString("").startsWith(ASIDE);
    }

    /** Sends something that may be refused, and whose answer may be lost. */
    private void aside(JsonSocket socket) {
        List<String> users = numbers.stream().filter(one -> !isGroup(one)).toList();
        String other = users.get(random.nextInt(users.size()));
        String aside = switch (random.nextInt(11)) {
            case 0 -> "'type': 9, 'receive': '%s', 'info': 'be my friend'".formatted(other);
            case 1 -> "'type': 10, 'receive': '%s', 'info': true".formatted(other);
            case 2 -> "'type': 10, 'receive': '%s', 'info': false".formatted(other);
            case 3 -> "'type': 25, 'receive': '%s', 'info': {}".formatted(other);
            case 4 -> "'type': 35, 'info': {'read_marks': %b}".formatted(random.nextBoolean());
            case 5 -> "'type': 34, 'info': {'user_id': '%s', 'on': %b}".formatted(other, random.nextInt(4) == 0);
            case 6 -> "'type': 33, 'info': {'mid': %d, 'code': '👍', 'on': %b}".formatted(seen, random.nextBoolean());
            case 7 -> "'type': 11, 'info': {'PU': 1, 'NewInf': '%s'}".formatted(Chatd.newName());
            case 8 -> "'type': 21, 'info': {'with': '%s', 'mid': %d}".formatted(numbers.getLast(), seen);
            case 9 ->
                "'type': 23, 'info': {'op': 'rename', 'group_id': '%s', 'name': '%s'}"
                        .formatted(numbers.getLast(), Chatd.newName());
            default -> "'type': 21, 'info': {'with': '%s', 'mid': %d}".formatted(other, seen);
        };
        socket.send("{'id': '%s%x', %s}".formatted(ASIDE, random.nextLong(), aside));
    }

    /**
     * Sends a text to a receiver that is derived from it, so that a retry is identical; now and
     * then sends it twice.
     */
    private void say(JsonSocket socket, String id, String text) {
        Long target = amendmentTargets.get(id);
        if (target != null) {
            socket.send(
                    text.isEmpty()
                            ? "{'type': 31, 'id': '%s', 'info': {'mid': %d}}".formatted(id, target)
                            : "{'type': 32, 'id': '%s', 'info': {'mid': %d, 'text': '%s'}}"
                                    .formatted(id, target, text));
            return;
        }
        int to = Math.floorMod(text.hashCode(), numbers.size() + 1);
        String message = to == numbers.size()
                ? "{'type': 4, 'id': '%s', 'info': '%s'}".formatted(id, text)
                : "{'type': %d, 'receive': '%s', 'id': '%s', 'info': '%s'}"
                        .formatted(isGroup(numbers.get(to)) ? 4 : 3, numbers.get(to), id, text);
        socket.send(message);
        if (random.nextInt(8) == 0) {
            socket.send(message);
        }
    }

    private static boolean isGroup(String number) {
        return number.startsWith("G");
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

    /** Returns the messages that this device has taken back. */
    Set<Long> takenBack() {
        return takenBack;
    }

    /** Returns the messages as this device would show them, by number; empty if taken back. */
    Map<Long, String> shown() {
        return shown;
    }

    /** Returns how many corrections were acknowledged. */
    int corrected() {
        return corrected;
    }

    /** Returns how often an unanswered message was sent again on a new connection. */
    int repeated() {
        return repeated;
    }

    /** Resumes the session once more, after the end, and handles what it has missed. */
    void catchUp() {
        try (JsonSocket socket = connect()) {
            socket.send("{'type': 1, 'info': {'token': '%s', 'after': %d}}".formatted(token, seen));
            socket.send("{'type': 19, 'info': {'before': 1, 'limit': 1}}");
            for (JsonNode message = socket.next();
                    message.path("type").asInt() != JsonType.PAGE;
                    message = socket.next()) {
                handle(message);
            }
        }
    }

    /** Resumes the session once more, after the end, and returns the lists of its account. */
    JsonNode accountLists() {
        try (JsonSocket socket = connect()) {
            socket.send("{'type': 1, 'info': {'token': '%s', 'after': %d}}".formatted(token, seen));
            return socket.expect(JsonType.LOGGED_IN).path("info");
        }
    }

    /** Returns how often the session was resumed. */
    int resumed() {
        return resumed;
    }

    /** Returns how often it has connected so far; may be called on any thread. */
    int connections() {
        return connections.get();
    }

    /** Returns how many rounds so far were answered completely; may be called on any thread. */
    int exchanges() {
        return exchanges.get();
    }
}

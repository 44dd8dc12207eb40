package chatd.client.talk;

import chatd.client.net.Failure;
import chatd.client.net.JsonLink;
import chatd.protocol.Secret;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A user's own messages as the daemon's log is bound to them: with number, time and salt (page {@code audit-log.md},
 * "Proof"). On a session of its own, beside those that the user has. One thread.
 */
public final class Receipts implements Closeable {
    /** The server's bound of one page. */
    public static final int MOST = 200;

    /** The session's: another of these takes its place, nothing else. */
    private static final String DEVICE = "receipt";

    /** A server that slows guessing down answers after some seconds. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final int LOG_IN = 1;
    private static final int ANSWER = 2;
    private static final int REFUSED = 18;
    private static final int HISTORY = 19;
    private static final int PAGE = 20;

    private final JsonLink link;
    /** By number, as far as the server has told them. */
    private final Map<String, String> names = new HashMap<>();

    private Receipts(JsonLink link) {
        this.link = link;
    }

    /**
     * Logs in.
     *
     * @param link closed with this, or where it is refused
     * @throws Failure where it is refused
     */
    public static Receipts logIn(JsonLink link, String user, Secret password) throws IOException {
        Receipts receipts = new Receipts(link);
        try {
            ObjectNode message = link.message(LOG_IN);
            message.putObject("info")
                    .put("user_id", user)
                    .put("user_pwd", password.text().orElse(""))
                    .put("device", DEVICE);
            link.send(message);
            receipts.enter(receipts.answer(ANSWER, Failure.LOG_IN_REFUSED).path("info"), user);
            return receipts;
        } catch (IOException | RuntimeException e) {
            link.close();
            throw e;
        }
    }

    private void enter(JsonNode info, String user) {
        String refusal = switch (info.path("code").asString("")) {
            case "ok" -> "";
            case "wrong-password" -> "The password is wrong.";
            case "no-such-user" -> "There is no user called " + user + ".";
            case "must-change-password" ->
                "The password was given once and must be changed first. In a terminal without a command, or by"
                        + " `passwd`.";
            case "disabled" -> "The account is disabled.";
            case "throttled" -> "There were too many wrong passwords. Try again later.";
            default -> "The server refused the log in.";
        };
        if (!refusal.isEmpty()) {
            throw new Failure(Failure.LOG_IN_REFUSED, refusal);
        }
    }

    /** The last {@code count} messages, oldest first. */
    public List<JsonNode> last(int count) throws IOException {
        List<JsonNode> items = new ArrayList<>();
        boolean more = true;
        while (more && items.size() < count) {
            ObjectNode message = link.message(HISTORY);
            ObjectNode info = message.putObject("info").put("limit", Math.min(MOST, count - items.size()));
            if (!items.isEmpty()) {
                info.put("before", items.getFirst().path("mid").asLong());
            }
            JsonNode page = page(message);
            page.path("names")
                    .properties()
                    .forEach(name -> names.put(name.getKey(), name.getValue().asString("")));
            items.addAll(0, page.path("items").valueStream().toList());
            more = page.path("more").asBoolean(false) && !page.path("items").isEmpty();
        }
        return items;
    }

    /** The message with this number, where it is among the user's own. */
    public Optional<JsonNode> numbered(long number) throws IOException {
        ObjectNode message = link.message(HISTORY);
        message.putObject("info").put("limit", 1).put("after", number - 1).put("before", number + 1);
        return page(message).path("items").valueStream().findFirst();
    }

    private JsonNode page(ObjectNode message) throws IOException {
        link.send(message);
        return answer(PAGE, Failure.NO).path("info");
    }

    /** @param exit where it is refused */
    private JsonNode answer(int type, int exit) throws IOException {
        while (true) {
            JsonNode message = link.next(PATIENCE);
            if (message == null) {
                throw new IOException("The server closed the connection, or does not answer.");
            }
            int its = message.path("type").asInt(0);
            if (its == type) {
                return message;
            }
            if (its == REFUSED) {
                throw new Failure(exit, message.path("info").path("text").asString("The server refused it."));
            }
            // What is said to everyone meanwhile is not what was asked.
        }
    }

    /** A user's name where it is known, else the number. */
    public String name(String number) {
        return names.getOrDefault(number, number);
    }

    @Override
    public void close() {
        link.close();
    }
}

package chatd.acceptance.model;

import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The session of an account of a {@link GroupModel}, which may be lost and resumed; compares what
 * it is sent with what it should be. Of unsolicited messages, only those with a number are
 * compared.
 */
final class ModelSession implements AutoCloseable {
    private static final Set<Integer> ANSWERS = Set.of(JsonType.CHANGED, JsonType.DONE, JsonType.REFUSED);

    final ModelAccount account;
    private final GroupModel model;
    private final Transcript transcript;
    private final Deque<JsonNode> expected = new ArrayDeque<>();
    private final Deque<JsonNode> arrived = new ArrayDeque<>();
    private @Nullable JsonSocket socket;
    private String token = "";

    /** The newest number when the session began. */
    private final long began;

    /**
     * Messages up to this number are ignored: they were sent while the login was being answered.
     */
    private long ignoredUpTo;

    /** The highest number that it has seen. */
    private long seen;

    ModelSession(GroupModel model, ModelAccount account, Transcript transcript) {
        this.model = model;
        this.account = account;
        this.transcript = transcript;
        this.began = model.newest();
        this.ignoredUpTo = began;
    }

    boolean isOnline() {
        return socket != null;
    }

    private JsonSocket socket() {
        return java.util.Objects.requireNonNull(socket, "not online");
    }

    /** Logs in on a connection, and returns the lists. */
    JsonNode logIn(JsonSocket on) {
        socket = on;
        on.send("{'type': 1, 'info': {'user_id': '%s', 'user_pwd': '%s', 'device': 'main'}}"
                .formatted(account.number, account.password));
        return begin();
    }

    long seen() {
        return seen;
    }

    /**
     * Resumes the session on a connection, as a client that has seen everything up to a number;
     * returns the lists.
     */
    JsonNode resume(JsonSocket on, long after) {
        socket = on;
        on.send("{'type': 1, 'info': {'token': '%s', 'after': %d}}".formatted(token, after));
        JsonNode lists = begin();
        seen = after;
        ignoredUpTo = 0;
        expected.addAll(new ModelView(model, account).sentOnResume(Math.max(after, began)));
        return lists;
    }

    private JsonNode begin() {
        JsonNode lists = socket().skipTo(JsonType.LOGGED_IN).path("info");
        transcript.assertEqual(
                "the log in of " + account, null, "ok", lists.path("code").asString());
        token = lists.path("token").asString();
        return lists;
    }

    /** Loses the connection, and with it whatever was not read. */
    void disconnect() {
        if (socket != null) {
            socket.close();
        }
        socket = null;
        expected.clear();
        arrived.clear();
    }

    /** Sends a request, and returns the answer, of type 15, 17 or 18. */
    JsonNode ask(String message) {
        String id = account.freshId();
        socket().send("{%s, 'id': '%s'}".formatted(message, id));
        JsonNode answer = socket().next();
        while (!ANSWERS.contains(answer.path("type").asInt())) {
            receive(answer);
            answer = socket().next();
        }
        JsonNode info = answer.path("info");
        if (answer.path("type").asInt() != JsonType.CHANGED) {
            transcript.assertEqual(
                    "the id of " + answer, null, id, info.path("id").asString());
        }
        seen = Math.max(seen, info.path("mid").asLong(0));
        return answer;
    }

    /** Expects an entry to be sent to the session. */
    void expect(ModelEntry entry) {
        if (isOnline()) {
            expected.add(new ModelView(model, account).asSent(entry));
        }
    }

    private void receive(JsonNode message) {
        long mid = message.path("mid").asLong(0);
        if (mid <= ignoredUpTo) {
            return;
        }
        transcript.assertEqual("numbers grow for " + account + ": " + message, null, true, mid > seen);
        seen = mid;
        arrived.add(ModelView.comparable(message));
    }

    /** Compares what has arrived with what should have. */
    void compare() {
        while (!arrived.isEmpty() && !expected.isEmpty()) {
            transcript.assertEqual("what " + account + " is sent", null, expected.remove(), arrived.remove());
        }
    }

    /** Waits for all that should arrive, and checks that nothing else does. */
    void settle() {
        compare();
        while (!expected.isEmpty()) {
            try {
                receive(socket().next());
            } catch (java.io.UncheckedIOException e) {
                transcript.assertEqual("what " + account + " is sent", null, List.copyOf(expected), e);
            }
            compare();
        }
        socket().send("{'type': 19, 'info': {'before': 1, 'limit': 1}}");
        JsonNode next = socket().next();
        while (next.path("type").asInt() != JsonType.PAGE) {
            receive(next);
            next = socket().next();
        }
        transcript.assertEqualItems("what else " + account + " is sent", null, List.of(), List.copyOf(arrived));
    }

    @Override
    public void close() {
        disconnect();
    }
}

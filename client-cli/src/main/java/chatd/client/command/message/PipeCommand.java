package chatd.client.command.message;

import chatd.client.command.MessagePrinter;
import chatd.client.command.ScriptCommand;
import chatd.client.input.PlaceConverter;
import chatd.client.input.SizeLimits;
import chatd.client.net.ClientFailure;
import chatd.client.net.UnknownServer;
import chatd.client.script.CatchUpListener;
import chatd.client.script.ScriptSession;
import chatd.client.talk.ChatSession;
import chatd.client.talk.item.HistoryScope;
import chatd.client.talk.item.Item;
import chatd.client.talk.item.Outgoing;
import chatd.client.talk.item.Place;
import chatd.client.talk.request.Histories;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code pipe}. */
@Command(
        name = "pipe",
        description = {
            "Reads commands from standard input and prints events, both as one JSON object a line, in one session; for"
                    + " bots (docs/client.md, \"Bots\").",
            "Reconnects after a lost connection: nothing is lost or printed twice. Ends when its input ends."
        },
        footerHeading = ScriptCommand.EXAMPLE,
        footer = "  chat-client --password-file pw bot@localhost pipe <commands >events")
public final class PipeCommand extends ScriptCommand {
    private static final long MAX_HISTORY = 10_000;

    /** Maximum number of commands without an answer. */
    private static final int MAX_UNANSWERED = 1_000;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(4).build())
                    .build())
            .build();

    @Option(
            names = "--since",
            paramLabel = "WHEN",
            converter = PlaceConverter.class,
            description = "Begin with the messages sent since then, this account's own among them; as for tail.")
    private @Nullable Place since;

    /** Prints events, each atomically. Thread-safe. */
    private final class Events implements ScriptSession.Listener {
        private final PrintStream out = context().out();

        @GuardedBy("this")
        private int unanswered;

        @Override
        public void received(Item item) {
            print(MessagePrinter.object(item));
        }

        @Override
        public void presence(String name, boolean online) {
            print(MessagePrinter.object(online ? "online" : "offline").put("name", name));
        }

        @Override
        public void lost(String why) {
            print(MessagePrinter.object("lost").put("text", why));
        }

        @Override
        public void reconnected() {
            print(MessagePrinter.object("back"));
        }

        /** Counts a command that is about to be sent; waits while too many have no answer. */
        synchronized void countSent() throws InterruptedException {
            while (unanswered >= MAX_UNANSWERED) {
                wait();
            }
            unanswered++;
        }

        synchronized void countAnswer() {
            unanswered--;
            notifyAll();
        }

        synchronized void printAnswer(ObjectNode event) {
            countAnswer();
            print(event);
        }

        /** Waits until everything that was sent is answered. */
        synchronized void awaitAnswers() throws InterruptedException {
            while (unanswered > 0) {
                wait();
            }
        }

        synchronized void print(ObjectNode event) {
            MessagePrinter.print(out, event);
            out.flush();
            if (out.checkError()) {
                System.exit(ClientFailure.FAILED);
            }
        }
    }

    @Override
    protected boolean needsChatJson() {
        return true;
    }

    @Override
    protected void run() throws IOException, UnknownServer, InterruptedException {
        Events events = new Events();
        CatchUpListener listener = new CatchUpListener(events);
        try (ScriptSession session = session(since == null ? events : listener, true)) {
            Thread.startVirtualThread(() -> {
                try {
                    String why = session.end();
                    events.print(MessagePrinter.object("end").put("text", why));
                    System.exit(ClientFailure.NO_SERVER);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            events.print(MessagePrinter.object("ready")
                    .put("name", session.numbered().name()));
            if (since != null) {
                listener.catchUp(session.numbered().histories(), since);
            }
            BufferedReader in = context().password().lines();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (!line.isBlank()) {
                    handleLine(session, events, line);
                }
            }
            events.awaitAnswers();
        }
    }

    private void handleLine(ScriptSession session, Events events, String line) throws InterruptedException {
        String id = "";
        try {
            JsonNode command = command(line);
            id = text(command, "id");
            String commandId = id;
            session.session().retryUntilDone(() -> carryOut(session, events, command, commandId));
        } catch (IllegalArgumentException | ClientFailure e) {
            events.print(refused(id, e.getMessage()));
        }
    }

    private static JsonNode command(String line) {
        try {
            JsonNode command = MAPPER.readTree(line);
            if (command.isObject()) {
                return command;
            }
        } catch (JacksonException e) {
            throw new IllegalArgumentException("This line is not JSON.", e);
        }
        throw new IllegalArgumentException("A command must be a JSON object.");
    }

    /** Returns the text under a key; empty if there is none. */
    private static String text(JsonNode command, String key) {
        JsonNode value = command.path(key);
        if (!value.isMissingNode() && !value.isString()) {
            throw new IllegalArgumentException("\"" + key + "\" must be a string.");
        }
        return value.asString("");
    }

    /** Returns the number under a key, 0 or more. */
    private static long number(JsonNode command, String key, long otherwise) {
        JsonNode value = command.path(key);
        if (!value.isMissingNode() && !(value.canConvertToLong() && value.isIntegralNumber() && value.asLong() >= 0)) {
            throw new IllegalArgumentException("\"" + key + "\" is a number, 0 or more.");
        }
        return value.asLong(otherwise);
    }

    /** Returns an event that answers a command, with the id that the command gave. */
    private static ObjectNode answer(String type, String id) {
        ObjectNode event = MessagePrinter.object(type);
        return id.isEmpty() ? event : event.put("id", id);
    }

    private static ObjectNode refused(String id, @Nullable String why) {
        return answer("refused", id).put("text", String.valueOf(why));
    }

    private void carryOut(ScriptSession session, Events events, JsonNode command, String id)
            throws IOException, InterruptedException {
        switch (text(command, "do")) {
            case "send" -> send(session, events, command, id);
            case "history" -> {
                long count = number(command, "n", 20);
                if (count < 1 || count > MAX_HISTORY) {
                    throw new IllegalArgumentException("n is 1 to " + MAX_HISTORY + ".");
                }
                HistoryScope scope =
                        command.has("with") ? HistoryScope.of(text(command, "with")) : new HistoryScope.All();
                ObjectNode page = answer("history", id);
                ArrayNode items = page.putArray("items");
                session.history(
                        scope,
                        place(command, "since"),
                        place(command, "until"),
                        count,
                        item -> items.add(MessagePrinter.object(item)));
                events.print(page);
            }
            case "who" -> {
                ObjectNode found = answer("who", id);
                ArrayNode users = found.putArray("users");
                session.numbered()
                        .find(text(command, "text"))
                        .forEach(user -> MessagePrinter.addUser(users.addObject(), user));
                events.print(found);
            }
            case "read" -> {
                if (!command.has("with") || !command.has("mid")) {
                    throw new IllegalArgumentException("\"read\" needs \"with\" and \"mid\".");
                }
                markRead(
                        session,
                        events,
                        session.session().resolveRecipient(text(command, "with")),
                        number(command, "mid", 0),
                        id);
            }
            default -> throw new IllegalArgumentException("A command needs a key \"do\": send, history, who or read.");
        }
    }

    private static Optional<Place> place(JsonNode command, String key) {
        JsonNode value = command.path(key);
        if (!value.isMissingNode() && !value.isString() && !value.isIntegralNumber()) {
            throw new IllegalArgumentException("\"" + key + "\" is a time or the number of a message.");
        }
        return value.isMissingNode() ? Optional.empty() : Optional.of(PlaceConverter.place(value.asString()));
    }

    /** Marks messages as read without waiting: the server stores the marks in batches, once a second. */
    private static void markRead(ScriptSession session, Events events, String with, long number, String id)
            throws InterruptedException {
        Histories histories = session.numbered().histories();
        events.countSent();
        Thread.startVirtualThread(() -> {
            try {
                session.session().retryUntilDone(() -> histories.mark(with, number));
                events.countAnswer();
            } catch (ClientFailure e) {
                events.printAnswer(refused(id, e.getMessage()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Sends without waiting: the answer is an event of its own. */
    private static void send(ScriptSession session, Events events, JsonNode command, String id)
            throws IOException, InterruptedException {
        List<String> to = new ArrayList<>();
        command.path("to").forEach(name -> to.add(name.asString("")));
        if (!command.path("to").isArray()) {
            throw new IllegalArgumentException("\"to\" is a list of names; an empty one is everyone.");
        }
        String text = text(command, "text");
        SizeLimits.checkText(text);
        ChatSession.Recipients recipients = session.session().recipients(to);
        if (!recipients.unknown().isEmpty()) {
            throw new ClientFailure(
                    ClientFailure.NO_SUCH,
                    "There is no user called " + String.join(", ", recipients.unknown()) + ". Nothing was sent.");
        }
        long answered = number(command, "re", 0);
        events.countSent();
        Outgoing sent;
        try {
            sent = session.session().say(recipients.known(), text, answered, id);
        } catch (IOException | RuntimeException e) {
            events.countAnswer();
            throw e;
        }
        sent.whenAnswered(
                number -> events.printAnswer(answer("sent", id).put("mid", number)),
                why -> events.printAnswer(refused(id, why)));
    }
}

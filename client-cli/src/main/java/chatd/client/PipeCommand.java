package chatd.client;

import chatd.client.net.ClientFailure;
import chatd.client.net.UnknownServer;
import chatd.client.script.ScriptSession;
import chatd.client.script.Since;
import chatd.client.talk.Item;
import chatd.client.talk.Outgoing;
import chatd.client.talk.Place;
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
            "After a lost connection it goes on: nothing is lost, and nothing comes twice. Ends with its input."
        },
        footerHeading = Main.EXAMPLE,
        footer = "  chat-client --password-file pw bot@localhost pipe <commands >events")
final class PipeCommand extends ScriptCommand {
    private static final long MOST = 10_000;

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

    /** Prints events, each whole; any thread. */
    private final class Events implements ScriptSession.Listener {
        private final PrintStream out = main().out();

        @Override
        public void said(Item item) {
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
        public void back() {
            print(MessagePrinter.object("back"));
        }

        synchronized void print(ObjectNode event) {
            MessagePrinter.print(out, event);
            out.flush();
            if (out.checkError()) {
                System.exit(ClientFailure.NO);
            }
        }
    }

    @Override
    boolean isNumbered() {
        return true;
    }

    @Override
    void run() throws IOException, UnknownServer, InterruptedException {
        Events events = new Events();
        Since listener = new Since(events);
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
            events.print(MessagePrinter.object("ready").put("name", main().user()));
            if (since != null) {
                listener.catchUp(session.numbered().histories(), since);
            }
            BufferedReader in = main().password().lines();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (!line.isBlank()) {
                    take(session, events, line);
                }
            }
            // Everything sent is answered before the session ends.
        }
    }

    private void take(ScriptSession session, Events events, String line) throws InterruptedException {
        String id = "";
        try {
            JsonNode command = MAPPER.readTree(line);
            if (!command.isObject()) {
                throw new IllegalArgumentException("A command is a JSON object.");
            }
            id = command.path("id").asString("");
            carryOut(session, events, command, id);
        } catch (JacksonException e) {
            refused(events, id, "This line is not JSON: " + e.getOriginalMessage());
        } catch (IllegalArgumentException | ClientFailure | IOException e) {
            refused(events, id, String.valueOf(e.getMessage()));
        }
    }

    private static void refused(Events events, String id, String why) {
        ObjectNode event = MessagePrinter.object("refused");
        if (!id.isEmpty()) {
            event.put("id", id);
        }
        events.print(event.put("text", why));
    }

    private void carryOut(ScriptSession session, Events events, JsonNode command, String id)
            throws IOException, InterruptedException {
        switch (command.path("do").asString("")) {
            case "send" -> send(session, events, command, id);
            case "history" -> {
                long count = command.path("n").asLong(20);
                if (count < 1 || count > MOST) {
                    throw new IllegalArgumentException("n is 1 to " + MOST + ".");
                }
                Optional<String> with =
                        command.has("with") ? Optional.of(command.path("with").asString()) : Optional.empty();
                ObjectNode page = MessagePrinter.object("history");
                ArrayNode items = page.putArray("items");
                session.history(
                        with,
                        place(command, "since"),
                        place(command, "until"),
                        count,
                        item -> items.add(MessagePrinter.object(item)));
                events.print(page);
            }
            case "who" -> {
                ObjectNode found = MessagePrinter.object("who");
                ArrayNode users = found.putArray("users");
                session.numbered()
                        .find(command.path("text").asString(""))
                        .forEach(user -> MessagePrinter.user(users.addObject(), user));
                events.print(found);
            }
            case "read" ->
                session.numbered()
                        .histories()
                        .mark(
                                command.path("with").asString(""),
                                command.path("mid").asLong());
            default ->
                throw new IllegalArgumentException("A command has a key \"do\", which is send, history, who or read.");
        }
    }

    private static Optional<Place> place(JsonNode command, String key) {
        return command.optional(key).map(JsonNode::asString).map(PlaceConverter::place);
    }

    /** Sends without waiting: the answer is an event of its own. */
    private static void send(ScriptSession session, Events events, JsonNode command, String id)
            throws IOException, InterruptedException {
        List<String> to = new ArrayList<>();
        command.path("to").forEach(name -> to.add(name.asString("")));
        if (!command.path("to").isArray()) {
            throw new IllegalArgumentException("\"to\" is a list of names; an empty one is everyone.");
        }
        String text = command.path("text").asString("");
        SizeLimits.check(text);
        List<String> unknown = to.isEmpty() ? List.of() : session.session().unknown(to);
        if (!unknown.isEmpty()) {
            throw new ClientFailure(
                    ClientFailure.NO_SUCH,
                    "There is no user called " + String.join(", ", unknown) + ". Nothing was sent.");
        }
        Outgoing sent = session.session().say(to, text, command.path("re").asLong(0), id);
        sent.whenAnswered(
                number -> {
                    ObjectNode event = MessagePrinter.object("sent");
                    if (!id.isEmpty()) {
                        event.put("id", id);
                    }
                    events.print(event.put("mid", number));
                },
                why -> refused(events, id, why));
    }
}

package chatd.protocol.json;

import chatd.protocol.command.Command;
import chatd.protocol.command.DirectCommand;
import chatd.protocol.event.DirectEvent;
import chatd.protocol.event.Event;
import chatd.protocol.value.direct.Candidate;
import chatd.protocol.value.direct.DirectKind;
import chatd.protocol.value.direct.Endpoint;
import chatd.protocol.value.people.User;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;

/** The messages that introduce users to each other for a direct session: type 7. */
final class JsonDirect {
    private static final JsonValue<DirectKind> KIND = JsonValue.word(DirectKind.values(), DirectKind::word);

    private static final JsonValue<String> SESSION = JsonValue.hex(16);

    private static final JsonValue<String> KEY = JsonValue.hex(32);

    private static final JsonValue<List<Candidate>> CANDIDATES = JsonValue.list(
            JsonValue.of(
                    "string",
                    (value, key) -> Candidate.parse(JsonValue.TEXT.read(value, key))
                            .orElseThrow(() -> new JsonValue.InvalidMessage(
                                    key + " has to be addresses such as [2001:db8::7]:50123 or 192.0.2.1:50123.")),
                    (out, candidate) -> out.writeString(candidate.toString())),
            Endpoint.MAX_CANDIDATES);

    static final List<JsonMessage<? extends Command>> COMMANDS = List.of(
            JsonMessage.<DirectCommand.Call>row(7, DirectCommand.Call.class, row -> {
                var id = JsonMessage.id(row);
                var user = row.envelope("receive", JsonValue.USER, DirectCommand.Call::user);
                row.op("call");
                var session = row.info("session", SESSION, DirectCommand.Call::session);
                var kind = row.info("for", KIND, DirectCommand.Call::kind);
                var others = row.info(
                        "with",
                        JsonValue.list(JsonValue.USER, DirectCommand.Call.MAX_OTHERS),
                        DirectCommand.Call::others,
                        List.<User>of());
                var candidates =
                        row.info("candidates", CANDIDATES, call -> call.own().candidates());
                var key = row.info("key", KEY, call -> call.own().key());
                return in -> new DirectCommand.Call(
                        in.get(user),
                        in.get(others),
                        in.get(kind),
                        in.get(session),
                        new Endpoint(in.get(candidates), in.get(key)),
                        in.get(id));
            }),
            JsonMessage.<DirectCommand.Accept>row(7, DirectCommand.Accept.class, row -> {
                var id = JsonMessage.id(row);
                var session = session(row, "accept", DirectCommand.Accept::session);
                var candidates = row.info(
                        "candidates", CANDIDATES, accept -> accept.own().candidates());
                var key = row.info("key", KEY, accept -> accept.own().key());
                return in -> new DirectCommand.Accept(
                        in.get(session), new Endpoint(in.get(candidates), in.get(key)), in.get(id));
            }),
            JsonMessage.<DirectCommand.ChangeCandidates>row(7, DirectCommand.ChangeCandidates.class, row -> {
                var id = JsonMessage.id(row);
                var session = session(row, "candidates", DirectCommand.ChangeCandidates::session);
                var candidates = row.info("candidates", CANDIDATES, DirectCommand.ChangeCandidates::candidates);
                return in -> new DirectCommand.ChangeCandidates(in.get(session), in.get(candidates), in.get(id));
            }),
            JsonMessage.<DirectCommand.Decline>row(7, DirectCommand.Decline.class, row -> {
                var id = JsonMessage.id(row);
                var session = session(row, "decline", DirectCommand.Decline::session);
                return in -> new DirectCommand.Decline(in.get(session), in.get(id));
            }),
            JsonMessage.<DirectCommand.Cancel>row(7, DirectCommand.Cancel.class, row -> {
                var id = JsonMessage.id(row);
                var session = session(row, "cancel", DirectCommand.Cancel::session);
                return in -> new DirectCommand.Cancel(in.get(session), in.get(id));
            }),
            JsonMessage.<DirectCommand.EndDirect>row(7, DirectCommand.EndDirect.class, row -> {
                var id = JsonMessage.id(row);
                var session = session(row, "over", DirectCommand.EndDirect::session);
                var reason = row.info(
                        "reason",
                        JsonValue.text(DirectCommand.EndDirect.MAX_REASON_BYTES),
                        DirectCommand.EndDirect::reason,
                        "");
                return in -> new DirectCommand.EndDirect(in.get(session), in.get(reason), in.get(id));
            }));

    static final List<JsonMessage<? extends Event>> EVENTS = List.of(
            JsonMessage.<DirectEvent.Called>row(7, DirectEvent.Called.class, row -> {
                var user = row.envelope("send", JsonValue.NUMBERED, DirectEvent.Called::user);
                var to = row.envelope("receive", JsonValue.NUMBERED, DirectEvent.Called::to);
                var name = row.envelope("name", JsonValue.TEXT, DirectEvent.Called::name);
                var session = session(row, "call", DirectEvent.Called::session);
                var kind = row.info("for", KIND, DirectEvent.Called::kind);
                var others = row.info(
                        "with", JsonValue.list(JsonValue.NUMBERED), DirectEvent.Called::others, List.<Long>of());
                var names = row.info("names", JsonValue.NAMES, DirectEvent.Called::names, new TreeMap<>());
                return in -> new DirectEvent.Called(
                        in.get(user),
                        in.get(name),
                        in.get(to),
                        in.get(others),
                        in.get(kind),
                        in.get(session),
                        in.get(names));
            }),
            JsonMessage.<DirectEvent.Introduced>row(7, DirectEvent.Introduced.class, row -> {
                var user = row.envelope("send", JsonValue.NUMBERED, DirectEvent.Introduced::user);
                var to = row.envelope("receive", JsonValue.NUMBERED, DirectEvent.Introduced::to);
                var name = row.envelope("name", JsonValue.TEXT, DirectEvent.Introduced::name);
                var session = session(row, "accept", DirectEvent.Introduced::session);
                var candidates = row.info(
                        "candidates",
                        CANDIDATES,
                        introduced -> introduced.endpoint().candidates());
                var key =
                        row.info("key", KEY, introduced -> introduced.endpoint().key());
                var dials = row.info("dials", JsonValue.FLAG, DirectEvent.Introduced::dials);
                return in -> new DirectEvent.Introduced(
                        in.get(user),
                        in.get(name),
                        in.get(to),
                        in.get(session),
                        new Endpoint(in.get(candidates), in.get(key)),
                        in.get(dials));
            }),
            JsonMessage.<DirectEvent.CandidatesChanged>row(7, DirectEvent.CandidatesChanged.class, row -> {
                var user = row.envelope("send", JsonValue.NUMBERED, DirectEvent.CandidatesChanged::user);
                var to = row.envelope("receive", JsonValue.NUMBERED, DirectEvent.CandidatesChanged::to);
                var session = session(row, "candidates", DirectEvent.CandidatesChanged::session);
                var candidates = row.info("candidates", CANDIDATES, DirectEvent.CandidatesChanged::candidates);
                return in -> new DirectEvent.CandidatesChanged(
                        in.get(user), in.get(to), in.get(session), in.get(candidates));
            }),
            JsonMessage.<DirectEvent.Declined>row(7, DirectEvent.Declined.class, row -> {
                var user = row.envelope("send", JsonValue.NUMBERED, DirectEvent.Declined::user);
                var to = row.envelope("receive", JsonValue.NUMBERED, DirectEvent.Declined::to);
                var session = session(row, "decline", DirectEvent.Declined::session);
                var reason = row.info("reason", JsonValue.TEXT, DirectEvent.Declined::reason);
                return in -> new DirectEvent.Declined(in.get(user), in.get(to), in.get(session), in.get(reason));
            }),
            JsonMessage.<DirectEvent.Cancelled>row(7, DirectEvent.Cancelled.class, row -> {
                var user = row.envelope("send", JsonValue.NUMBERED, DirectEvent.Cancelled::user);
                var to = row.envelope("receive", JsonValue.NUMBERED, DirectEvent.Cancelled::to);
                var session = session(row, "cancel", DirectEvent.Cancelled::session);
                return in -> new DirectEvent.Cancelled(in.get(user), in.get(to), in.get(session));
            }),
            JsonMessage.<DirectEvent.Ended>row(7, DirectEvent.Ended.class, row -> {
                var user = row.envelope("send", JsonValue.NUMBERED, DirectEvent.Ended::user);
                var to = row.envelope("receive", JsonValue.NUMBERED, DirectEvent.Ended::to);
                var session = session(row, "over", DirectEvent.Ended::session);
                var reason = row.info("reason", JsonValue.TEXT, DirectEvent.Ended::reason);
                return in -> new DirectEvent.Ended(in.get(user), in.get(to), in.get(session), in.get(reason));
            }));

    private JsonDirect() {}

    /** Declares the {@code op} of a message, and the session that it is about. */
    private static <T> JsonMessage.Key<T, String> session(JsonMessage<T> row, String op, Function<T, String> session) {
        row.op(op);
        return row.info("session", SESSION, session);
    }
}

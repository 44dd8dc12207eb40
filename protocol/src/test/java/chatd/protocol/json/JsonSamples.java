package chatd.protocol.json;

import chatd.protocol.command.Command;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.command.SessionCommand;
import chatd.protocol.event.Event;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.Code;
import chatd.protocol.value.Document;
import chatd.protocol.value.Presence;
import chatd.protocol.value.Roster;
import chatd.protocol.value.Secret;
import chatd.protocol.value.User;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Values of the records in the JSON dialect, by the names of their golden files. */
public final class JsonSamples {
    private static final Instant TIME = Instant.parse("2026-11-20T06:15:00.120Z");
    private static final byte[] SALT = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private JsonSamples() {}

    public static Map<String, Command> commands() {
        Map<String, Command> samples = new LinkedHashMap<>();
        samples.put(
                "log-in",
                new SessionCommand.LogIn(new User.Numbered(1, "U1"), Secret.of("correct horse"), "laptop", "1"));
        samples.put("log-in-bare", new SessionCommand.LogIn(new User.Named("王芳"), Secret.of("correct horse"), "", ""));
        samples.put("log-out", new SessionCommand.LogOut(""));
        samples.put("history", new MessageCommand.ReadHistory("", 100, -1, 50, "7"));
        samples.put("history-after", new MessageCommand.ReadHistory(null, Long.MAX_VALUE, 12, 200, ""));
        samples.put(
                "not-yet", new SessionCommand.Malformed("9", "This server does not support type 9 yet.", false, "x"));
        samples.put(
                "no-json",
                new SessionCommand.Malformed(
                        "", "It is not JSON, is nested too deep, has too many parts, or has a key twice.", true, ""));
        return samples;
    }

    public static Map<String, Event> events() {
        Map<String, Event> samples = new LinkedHashMap<>();
        Roster roster = new Roster(
                List.of(new Presence("alice", true), new Presence("王芳", true), new Presence("carol", false)));
        samples.put("welcome", welcome(Optional.of(TIME), roster, "{\"terminal\":{\"theme\":\"dark\",\"size\":1.50}}"));
        samples.put("welcome-first", welcome(Optional.empty(), new Roster(), ""));
        samples.put(
                "log-in-refused",
                new SessionEvent.Refused(commands().get("log-in"), Code.MUST_CHANGE_PASSWORD, "", "", null));
        samples.put("text", new MessageEvent.Text("alice", TIME, "Grüße,\n你好 🙂", stored(List.of(2L))));
        samples.put("text-to-several", new MessageEvent.Text("alice", TIME, "to two", stored(List.of(2L, 3L))));
        samples.put("text-to-all", new MessageEvent.Text("alice", TIME, "to everyone", stored(null)));
        samples.put(
                "broadcast",
                new MessageEvent.Text("server", TIME, "Back at noon.", new MessageEvent.Stored(13, 0, null, SALT)));
        samples.put("notice", new SessionEvent.Notice("The server is stopping.", TIME));
        samples.put(
                "file-offer",
                new MessageEvent.FileOffer(
                        "alice",
                        TIME,
                        "plan.pdf",
                        7,
                        new MessageEvent.FileDigest(5, new byte[32]),
                        stored(List.of(2L))));
        samples.put("came-online", new UserEvent.CameOnline(2, "王芳"));
        samples.put("went-offline", new UserEvent.WentOffline(2, "王芳"));
        samples.put("renamed", new UserEvent.Renamed(2, "王芳", "王芳芳", true));
        samples.put("settings", new UserEvent.Settings(document("theme dark")));
        samples.put(
                "refused",
                new SessionEvent.Refused(commands().get("history"), Code.NOT_LOGGED_IN, "Log in first.", "7", TIME));
        samples.put(
                "refused-bare",
                new SessionEvent.Refused(
                        commands().get("no-json"), Code.MALFORMED, "It is not a JSON object.", "", TIME));
        SortedMap<Long, String> names = new TreeMap<>(Map.of(1L, "alice"));
        samples.put(
                "page",
                new MessageEvent.Page(
                        "", List.of(new MessageEvent.Text("alice", TIME, "to everyone", stored(null))), true, names));
        samples.put("page-of-nothing", new MessageEvent.Page(null, List.of(), false, new TreeMap<>()));
        return samples;
    }

    private static SessionEvent.Welcome welcome(Optional<Instant> last, Roster roster, String settings) {
        List<Long> numbers = List.of(1L, 2L, 3L).subList(0, roster.size());
        return new SessionEvent.Welcome(1, "alice", TIME, last, false, roster, numbers, document(settings));
    }

    private static MessageEvent.Stored stored(@Nullable List<Long> receivers) {
        return new MessageEvent.Stored(12, 1, receivers, SALT);
    }

    private static Document document(String text) {
        return new Document(text.getBytes(StandardCharsets.UTF_8));
    }
}

package chatd.protocol.chat1;

import chatd.protocol.command.AccountCommand;
import chatd.protocol.command.Command;
import chatd.protocol.command.FileCommand;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.command.SessionCommand;
import chatd.protocol.event.Event;
import chatd.protocol.event.FileEvent;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.Audience;
import chatd.protocol.value.Code;
import chatd.protocol.value.Content;
import chatd.protocol.value.Document;
import chatd.protocol.value.Secret;
import chatd.protocol.value.people.Roster;
import chatd.protocol.value.people.RosterEntry;
import chatd.protocol.value.people.User;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Values of every record that has a packet in {@code chat/1}, by the names of their golden files. */
final class Samples {
    private static final Instant TIME = Instant.parse("2026-11-20T06:15:00Z");
    private static final Roster ROSTER =
            new Roster(List.of(new RosterEntry("alice", true), new RosterEntry("王芳", false)));

    private static final Command LOG_IN =
            new SessionCommand.LogIn(new User.Named("alice"), Secret.of("correct horse"), null, "");
    private static final Command REGISTER = new AccountCommand.Register("王芳", Secret.of("p".repeat(32)));
    private static final Command CHANGE = new AccountCommand.ChangePassword(
            new User.Named("alice"), Secret.of("correct horse"), Secret.of("battery staple"));

    private Samples() {}

    public static Map<String, Command> commands() {
        Map<String, Command> samples = new LinkedHashMap<>();
        samples.put("log-in", LOG_IN);
        samples.put("register", REGISTER);
        samples.put("change-password", CHANGE);
        samples.put("text-to-some", new MessageCommand.SendText(Audience.of("bob", "王芳"), "Grüße, 你好 🙂"));
        samples.put("text-to-all", new MessageCommand.SendText(Audience.everyone(), "to everyone"));
        samples.put("file-to-some", new FileCommand.SendFile(Audience.of("bob"), "plan.pdf", 5));
        samples.put("file-to-all", new FileCommand.SendFile(Audience.everyone(), "计划.txt", 0));
        samples.put("fetch", new FileCommand.FetchFile(0xfedc_ba98L));
        samples.put("replay", new MessageCommand.Replay(50));
        samples.put(
                "store-settings", new AccountCommand.StoreSettings(document("{\"terminal\":{\"theme\":\"dark\"}}")));
        return samples;
    }

    static Map<String, Event> events() {
        Map<String, Event> samples = new LinkedHashMap<>();
        samples.put("logged-in", welcome(Optional.of(TIME), false, ROSTER));
        samples.put(
                "logged-in-first",
                welcome(Optional.empty(), false, new Roster(List.of(new RosterEntry("alice", true)))));
        samples.put("registered", new UserEvent.Registered(0, ""));
        samples.put("took-over", welcome(Optional.of(TIME), true, ROSTER));
        samples.put("wrong-password", refused(LOG_IN, Code.WRONG_PASSWORD));
        samples.put("no-such-user", refused(LOG_IN, Code.NO_SUCH_USER));
        samples.put("must-change-password", refused(LOG_IN, Code.MUST_CHANGE_PASSWORD));
        samples.put("name-taken", refused(REGISTER, Code.NAME_TAKEN));
        samples.put("bad-name", refused(REGISTER, Code.BAD_NAME));
        samples.put("bad-password", refused(REGISTER, Code.BAD_PASSWORD));
        samples.put("password-changed", new UserEvent.PasswordChanged());
        samples.put("wrong-old-password", refused(CHANGE, Code.WRONG_PASSWORD));
        samples.put("bad-new-password", refused(CHANGE, Code.BAD_PASSWORD));
        samples.put("came-online", new UserEvent.CameOnline(0, "王芳", false));
        samples.put("went-offline", new UserEvent.WentOffline(0, "alice"));
        samples.put("text", new MessageEvent.Text("alice", TIME, "Grüße, 你好 🙂", null));
        samples.put("file-offer", new MessageEvent.FileOffer("alice", TIME, "plan.pdf", 7, null, null));
        samples.put("file-content", new FileEvent.FileContent("alice", TIME, "plan.pdf", 7, 5));
        samples.put("clear-screen", new MessageEvent.ClearScreen());
        samples.put("settings", new UserEvent.Settings(document("theme dark")));
        samples.put("settings-never", new UserEvent.Settings(document("")));
        return samples;
    }

    private static Event welcome(Optional<Instant> last, boolean displaced, Roster roster) {
        return new SessionEvent.Welcome(0, "", null, last, displaced, roster, List.of(), null, null);
    }

    private static Event refused(Command command, Code code) {
        return new SessionEvent.Refused(command, code, "", "", null);
    }

    /** Returns an event as a client reads it: without the refused command, which the client knows itself. */
    static Event read(Event event) {
        return event instanceof SessionEvent.Refused refused
                ? new SessionEvent.Refused(null, refused.code(), refused.text(), refused.id(), null)
                : event;
    }

    /** Returns the content that is streamed after a head; the golden file of the head includes it. */
    static Content content() {
        return new Content(Unpooled.copiedBuffer("%PDF\n", StandardCharsets.US_ASCII), true);
    }

    private static Document document(String text) {
        return new Document(text.getBytes(StandardCharsets.UTF_8));
    }
}

package chatd.protocol;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A value of every record of the vocabulary, by the name of its golden file. */
final class Samples {
    private static final Instant TIME = Instant.parse("2026-11-20T06:15:00Z");
    private static final Roster ROSTER = new Roster(List.of(new Presence("alice", true), new Presence("王芳", false)));

    private Samples() {}

    static Map<String, Command> commands() {
        Map<String, Command> samples = new LinkedHashMap<>();
        samples.put("log-in", new Command.LogIn("alice", Secret.of("correct horse")));
        samples.put("register", new Command.Register("王芳", Secret.of("p".repeat(32))));
        samples.put(
                "change-password",
                new Command.ChangePassword("alice", Secret.of("correct horse"), Secret.of("battery staple")));
        samples.put("text-to-some", new Command.SendText(Audience.of("bob", "王芳"), "Grüße, 你好 🙂"));
        samples.put("text-to-all", new Command.SendText(Audience.everyone(), "to everyone"));
        samples.put("file-to-some", new Command.SendFile(Audience.of("bob"), "plan.pdf", 5));
        samples.put("file-to-all", new Command.SendFile(Audience.everyone(), "计划.txt", 0));
        samples.put("fetch", new Command.FetchFile(0xfedc_ba98L));
        samples.put("replay", new Command.Replay(50));
        samples.put("store-settings", new Command.StoreSettings(document("{\"terminal\":{\"theme\":\"dark\"}}")));
        return samples;
    }

    static Map<String, Event> events() {
        Map<String, Event> samples = new LinkedHashMap<>();
        samples.put("logged-in", new Event.LoggedIn(Optional.of(TIME), ROSTER));
        samples.put(
                "logged-in-first",
                new Event.LoggedIn(Optional.empty(), new Roster(List.of(new Presence("alice", true)))));
        samples.put("registered", new Event.Registered());
        samples.put("took-over", new Event.TookOver(Optional.of(TIME), ROSTER));
        samples.put("wrong-password", new Event.WrongPassword());
        samples.put("no-such-user", new Event.NoSuchUser());
        samples.put("must-change-password", new Event.MustChangePassword());
        samples.put("name-taken", new Event.NameTaken());
        samples.put("bad-name", new Event.BadName());
        samples.put("bad-password", new Event.BadPassword());
        samples.put("password-changed", new Event.PasswordChanged());
        samples.put("wrong-old-password", new Event.WrongOldPassword());
        samples.put("bad-new-password", new Event.BadNewPassword());
        samples.put("came-online", new Event.CameOnline("王芳"));
        samples.put("went-offline", new Event.WentOffline("alice"));
        samples.put("text", new Event.Text("alice", TIME, "Grüße, 你好 🙂"));
        samples.put("file-offer", new Event.FileOffer("alice", TIME, "plan.pdf", 7));
        samples.put("file-content", new Event.FileContent("alice", TIME, "plan.pdf", 7, 5));
        samples.put("clear-screen", new Event.ClearScreen());
        samples.put("settings", new Event.Settings(document("theme dark")));
        samples.put("settings-never", new Event.Settings(document("")));
        return samples;
    }

    /** What streams after a head; the golden file of the head has it too. */
    static Content content() {
        return new Content(Unpooled.copiedBuffer("%PDF\n", StandardCharsets.US_ASCII), true);
    }

    private static Document document(String text) {
        return new Document(text.getBytes(StandardCharsets.UTF_8));
    }
}

package chatd.protocol.json;

import chatd.protocol.command.AccountCommand;
import chatd.protocol.command.Command;
import chatd.protocol.command.DirectCommand;
import chatd.protocol.command.FileCommand;
import chatd.protocol.command.GroupCommand;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.command.SessionCommand;
import chatd.protocol.command.UserCommand;
import chatd.protocol.event.DirectEvent;
import chatd.protocol.event.Event;
import chatd.protocol.event.FileEvent;
import chatd.protocol.event.GroupEvent;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.Audience;
import chatd.protocol.value.Code;
import chatd.protocol.value.Document;
import chatd.protocol.value.Limits;
import chatd.protocol.value.Media;
import chatd.protocol.value.MessageState;
import chatd.protocol.value.References;
import chatd.protocol.value.Secret;
import chatd.protocol.value.direct.Candidate;
import chatd.protocol.value.direct.DirectKind;
import chatd.protocol.value.direct.Endpoint;
import chatd.protocol.value.group.GroupAction;
import chatd.protocol.value.group.GroupRole;
import chatd.protocol.value.people.AllowedUsers;
import chatd.protocol.value.people.Avatar;
import chatd.protocol.value.people.ConversationPreferences;
import chatd.protocol.value.people.Preferences;
import chatd.protocol.value.people.Roster;
import chatd.protocol.value.people.RosterEntry;
import chatd.protocol.value.people.Unread;
import chatd.protocol.value.people.User;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Values of the records in the JSON dialect, by the names of their golden files. */
public final class JsonSamples {
    private static final Instant TIME = Instant.parse("2026-11-20T06:15:00.120Z");
    private static final Instant LATER = Instant.parse("2026-11-20T06:17:30.000Z");
    private static final Limits LIMITS = new Limits(64 << 10, 16L << 20, 1_000, 1 << 20, 86_400L, null);
    private static final byte[] SALT = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private static final String DIRECT = "00112233445566778899aabbccddeeff";
    private static final Endpoint ENDPOINT = new Endpoint(
            List.of(new Candidate("2001:db8::7", 50_123), new Candidate("192.0.2.1", 50_123)),
            "0123456789abcdef".repeat(4));

    private static final User U2 = new User.Numbered(2, "U2");

    private JsonSamples() {}

    public static Map<String, Command> commands() {
        Map<String, Command> samples = new LinkedHashMap<>();
        samples.put(
                "log-in",
                new SessionCommand.LogIn(new User.Numbered(1, "U1"), Secret.of("correct horse"), "laptop", "1"));
        samples.put(
                "log-in-bare",
                new SessionCommand.LogIn(new User.NamedLoosely("王芳"), Secret.of("correct horse"), "", ""));
        samples.put("resume", new SessionCommand.Resume(null, Secret.of("Zm9yIHJlc3VtaW5n"), 300, "2"));
        samples.put("log-out", new SessionCommand.LogOut(""));
        samples.put("file-start", new FileCommand.StartUpload(new Audience.One(U2), "plan.pdf", 5, false, 12, "37"));
        samples.put("file-chunk", new FileCommand.UploadPiece(3, 0, "hello".getBytes(StandardCharsets.US_ASCII), ""));
        samples.put("file-end", new FileCommand.EndUpload(3, new byte[32], "38"));
        samples.put("file-get", new FileCommand.GetFile(7, 65_536, false, "39"));
        samples.put("file-again", new FileCommand.ForwardFile(new Audience.Group(7), 7, false, 0, "40"));
        samples.put(
                "picture-start", new FileCommand.StartUpload(Audience.everyone(), "sunset.jpg", 31_337, true, 0, "41"));
        samples.put(
                "file-start-short", new FileCommand.StartUpload(new Audience.One(U2), "plan.pdf", 5, false, 0, "x"));
        samples.put("file-end-short", new FileCommand.EndUpload(0, null, "x"));
        samples.put("picture-get", new FileCommand.GetFile(8, 0, true, ""));
        samples.put("picture-again", new FileCommand.ForwardFile(new Audience.One(U2), 8, true, 0, ""));
        samples.put(
                "text",
                new MessageCommand.SendText(
                        new Audience.One(new User.Numbered(2, "U2")), "Grüße,\n你好 @王芳 🙂", 12, "a4f9"));
        samples.put("group-text", new MessageCommand.SendText(new Audience.Group(7), "Lunch?", 0, "a4f9"));
        samples.put(
                "group-create",
                new GroupCommand.Create("Ops", List.of(U2, new User.NamedLoosely("王芳")), true, false, "24"));
        samples.put("group-create-bare", new GroupCommand.Create("Chess club", List.of(), false, true, ""));
        samples.put("group-add", new GroupCommand.Add(7, List.of(U2), "24"));
        samples.put("group-remove", new GroupCommand.Remove(7, U2, "24"));
        samples.put("group-leave", new GroupCommand.Leave(7, null, "24"));
        samples.put("group-leave-to", new GroupCommand.Leave(7, U2, "24"));
        samples.put("group-join", new GroupCommand.Join(7, "24"));
        samples.put("group-rename", new GroupCommand.Rename(7, "Operations", "24"));
        samples.put("group-role", new GroupCommand.GiveRole(7, U2, GroupRole.ADMIN, "24"));
        samples.put("group-set", new GroupCommand.Set(7, false, true, "on call: alice", "24"));
        samples.put("group-avatar", new GroupCommand.ChangeAvatar(7, Avatar.NONE, "25"));
        samples.put(
                "avatar", new AccountCommand.ChangeAvatar(new Avatar("hello".getBytes(StandardCharsets.UTF_8)), "39"));
        samples.put("look-up-avatars", new UserCommand.LookUpAvatars(List.of(2L, -7L), "40"));
        samples.put("group-close", new GroupCommand.Close(7, "24"));
        samples.put("group-members", new GroupCommand.ListMembers(7, 0, 200, ""));
        samples.put("group-members-after", new GroupCommand.ListMembers(7, 12, 50, ""));
        samples.put("report", new MessageCommand.Report(12, "This is not for here.", "36"));
        samples.put(
                "text-bare",
                new MessageCommand.SendText(new Audience.One(new User.NamedLoosely("王芳")), "hello", 0, ""));
        samples.put("text-to-all", new MessageCommand.SendText(Audience.everyone(), "to everyone", 0, "a4fa"));
        samples.put(
                "change-password",
                new AccountCommand.ChangePassword(
                        new User.Own(new User.NamedLoosely("")),
                        Secret.of("correct horse"),
                        Secret.of("battery staple"),
                        "8"));
        samples.put(
                "change-password-first",
                new AccountCommand.ChangePassword(
                        new User.Own(new User.NamedLoosely("alice")),
                        Secret.of("one-time"),
                        Secret.of("battery staple"),
                        ""));
        samples.put("rename", new AccountCommand.Rename("王芳芳", "11"));
        samples.put("register", new AccountCommand.Register("王芳", Secret.of("correct horse"), "9"));
        samples.put(
                "history-usual",
                new MessageCommand.ReadHistory(new User.Numbered(2, "U2"), Long.MAX_VALUE, -1, 50, ""));
        samples.put("store-settings", new AccountCommand.StoreSettings(document("{\"web\":{\"size\":1.5}}"), "10"));
        samples.put("history", new MessageCommand.ReadHistory(new User.NamedLoosely(""), 100, -1, 20, "7"));
        samples.put("history-after", new MessageCommand.ReadHistory(null, Long.MAX_VALUE, 12, 200, ""));
        samples.put(
                "find",
                new MessageCommand.SearchMessages(
                        "王芳 \"see you\"", null, null, null, null, null, Long.MAX_VALUE, 50, "28"));
        samples.put(
                "find-within",
                new MessageCommand.SearchMessages(
                        "plan",
                        new User.Group(7, "G7"),
                        new User.Numbered(2, "U2"),
                        TIME,
                        TIME.plusSeconds(60),
                        MessageCommand.Media.FILE,
                        100,
                        20,
                        ""));
        samples.put("find-users", new UserCommand.FindUsers("王", 10, "12"));
        samples.put("look-up-users", new UserCommand.LookUpUsers(List.of(1L, 2L), "13"));
        samples.put("list-sessions", new SessionCommand.ListSessions("14"));
        samples.put("end-session", new SessionCommand.EndSession("s7f3", "15"));
        samples.put("end-other-sessions", new SessionCommand.EndOtherSessions("16"));
        samples.put("take-back", new MessageCommand.TakeBack(12, "23"));
        samples.put("correct", new MessageCommand.Correct(12, "Grüße, 王芳 🙂", "24"));
        samples.put("react", new MessageCommand.React(12, "/qiang", true, "25"));
        samples.put("react-no-longer", new MessageCommand.React(12, "🦆", false, ""));
        samples.put(
                "of-no-form", new SessionCommand.Malformed("6", "Messages of type 6 have no such info.", false, "x"));
        samples.put(
                "log-in-quiet",
                new SessionCommand.LogIn(
                        new User.NamedLoosely("bot"), Secret.of("correct horse"), "cron", true, true, ""));
        samples.put(
                "log-in-by-key",
                new SessionCommand.LogInByKey(U2, Secret.of("Zm9yIHRoZSBuZXh0IHRpbWU"), "laptop", true, "3"));
        samples.put("direct-call", new DirectCommand.Call(U2, List.of(), DirectKind.FILE, DIRECT, ENDPOINT, "22"));
        samples.put(
                "direct-call-several",
                new DirectCommand.Call(
                        U2, List.of(new User.NamedLoosely("carol")), DirectKind.CHAT, DIRECT, ENDPOINT, "22"));
        samples.put("direct-accept", new DirectCommand.Accept(DIRECT, ENDPOINT, "23"));
        samples.put(
                "direct-candidates",
                new DirectCommand.ChangeCandidates(DIRECT, List.of(new Candidate("192.0.2.1", 50_124)), ""));
        samples.put("direct-decline", new DirectCommand.Decline(DIRECT, ""));
        samples.put("direct-cancel", new DirectCommand.Cancel(DIRECT, ""));
        samples.put("direct-over", new DirectCommand.EndDirect(DIRECT, "", "24"));
        samples.put("direct-over-unreachable", new DirectCommand.EndDirect(DIRECT, "unreachable", "24"));
        samples.put("ask-friend", new UserCommand.AskFriend(U2, "Shall we be friends?", "x"));
        samples.put("answer-friend", new UserCommand.AnswerFriend(new User.NamedLoosely("alice"), true, "17"));
        samples.put("remove-friend", new UserCommand.RemoveFriend(U2, ""));
        samples.put("mark-read", new MessageCommand.MarkRead(U2, 12, ""));
        samples.put("typing", new MessageCommand.Typing(U2, ""));
        samples.put("list-friends", new UserCommand.ListFriends(0, 200, ""));
        samples.put("list-friends-after", new UserCommand.ListFriends(200, 100, "18"));
        samples.put("block", new UserCommand.Block(U2, true, "19"));
        samples.put(
                "preferences",
                new AccountCommand.ChangePreferences(
                        false, true, null, AllowedUsers.NOBODY, null, AllowedUsers.FRIENDS, "20"));
        samples.put(
                "attention",
                new MessageCommand.ChangeConversationPreferences(
                        U2, ConversationPreferences.Notices.MENTIONS, true, null, ""));
        samples.put("list-conversations", new MessageCommand.ListConversations(300, 20, "21"));
        samples.put(
                "no-json",
                new SessionCommand.Malformed(
                        "", "It is not JSON, is nested too deeply, has too many parts, or repeats a key.", true, ""));
        return samples;
    }

    public static Map<String, Event> events() {
        Map<String, Event> samples = new LinkedHashMap<>();
        Roster roster = new Roster(List.of(
                new RosterEntry("alice", true),
                new RosterEntry("王芳", true),
                new RosterEntry("carol", false),
                new RosterEntry("dora", true)));
        samples.put(
                "welcome",
                welcome(Optional.of(TIME), roster, "{\"terminal\":{\"theme\":\"dark\",\"size\":1.50}}", state()));
        samples.put("welcome-first", welcome(Optional.empty(), new Roster(), "", stateOfNothing()));
        samples.put(
                "log-in-refused",
                new SessionEvent.Refused(commands().get("log-in"), Code.MUST_CHANGE_PASSWORD, "", "", null));
        samples.put("text", new MessageEvent.Text("alice", TIME, "Grüße,\n你好 🙂", stored(List.of(2L))));
        samples.put("text-to-several", new MessageEvent.Text("alice", TIME, "to two", stored(List.of(2L, 3L))));
        samples.put("text-to-all", new MessageEvent.Text("alice", TIME, "to everyone", stored(null)));
        samples.put(
                "broadcast",
                new MessageEvent.Text(
                        "server", TIME, "Back at noon.", new MessageEvent.Stored(13, 0, null, SALT, References.NONE)));
        samples.put(
                "text-that-answers",
                new MessageEvent.Text(
                        "alice",
                        TIME,
                        "yes, @王芳",
                        new MessageEvent.Stored(14, 1, List.of(2L), SALT, new References(12, List.of(2L)))));
        samples.put("text-amended", new MessageEvent.Text("alice", TIME, "at three", amended(null)));
        samples.put(
                "text-taken-back",
                new MessageEvent.Erased("alice", TIME, false, 1, LATER, new MessageEvent.Stored(12, 1, List.of(2L))));
        samples.put(
                "text-to-all-taken-back",
                new MessageEvent.Erased("alice", TIME, false, 0, LATER, new MessageEvent.Stored(12, 1, null)));
        samples.put(
                "file-taken-back",
                new MessageEvent.Erased("alice", TIME, true, 1, LATER, new MessageEvent.Stored(12, 1, List.of(2L))));
        samples.put(
                "taken-back",
                new MessageEvent.TakenBack("alice", TIME, 12, new MessageEvent.Stored(20, 1, List.of(2L))));
        samples.put(
                "taken-back-by-administrator",
                new MessageEvent.TakenBack("server", TIME, 12, new MessageEvent.Stored(21, 0, null)));
        samples.put(
                "corrected",
                new MessageEvent.Corrected(
                        "alice",
                        TIME,
                        12,
                        "Grüße, 王芳 🙂",
                        new MessageEvent.Stored(22, 1, List.of(2L), SALT, References.NONE)));
        samples.put(
                "reacted",
                new MessageEvent.Reacted("王芳", TIME, 12, "/qiang", true, new MessageEvent.Stored(23, 2, List.of(1L))));
        samples.put(
                "reacted-no-longer",
                new MessageEvent.Reacted("王芳", TIME, 12, "🦆", false, new MessageEvent.Stored(24, 2, null)));
        samples.put("notice", new SessionEvent.Notice("The server is stopping.", TIME));
        samples.put(
                "file-offer",
                new MessageEvent.FileOffer(
                        "alice",
                        TIME,
                        "plan.pdf",
                        7,
                        new MessageEvent.FileDigest(5, new byte[32], Media.NONE),
                        stored(List.of(2L))));
        samples.put(
                "picture-offer",
                new MessageEvent.FileOffer(
                        "alice",
                        TIME,
                        "sunset.jpg",
                        8,
                        new MessageEvent.FileDigest(31_337, new byte[32], new Media("image/jpeg", 640, 480, true)),
                        stored(null)));
        byte[] some = "hello".getBytes(StandardCharsets.US_ASCII);
        samples.put("file-chunk", new FileEvent.Chunk(7, 65_536, some, false));
        samples.put("file-end", new FileEvent.End(7, new byte[32], false));
        samples.put("picture-chunk", new FileEvent.Chunk(8, 0, some, true));
        samples.put("picture-end", new FileEvent.End(8, new byte[32], true));
        samples.put("came-online", new UserEvent.CameOnline(2, "王芳", false));
        samples.put("came-online-friend", new UserEvent.CameOnline(2, "王芳", true));
        samples.put("friend-asked", new UserEvent.FriendAsked(1, "alice", 2, "Shall we be friends?"));
        samples.put("friend-answered", new UserEvent.FriendAnswered(2, 1, true));
        samples.put("friend-removed", new UserEvent.FriendRemoved(2, 1));
        samples.put("read", new UserEvent.ReadUpTo(2, 2, 12));
        samples.put("typing", new UserEvent.Typing(2, 1));
        samples.put(
                "direct-called",
                new DirectEvent.Called(1, "alice", 2, List.of(), DirectKind.FILE, DIRECT, new TreeMap<>()));
        samples.put(
                "direct-called-group",
                new DirectEvent.Called(
                        1, "alice", -7, List.of(3L), DirectKind.CHAT, DIRECT, new TreeMap<>(Map.of(3L, "carol"))));
        samples.put("direct-introduced", new DirectEvent.Introduced(2, "王芳", 1, DIRECT, ENDPOINT, true));
        samples.put(
                "direct-candidates-changed",
                new DirectEvent.CandidatesChanged(2, 1, DIRECT, List.of(new Candidate("192.0.2.1", 50_124))));
        samples.put("direct-declined", new DirectEvent.Declined(2, 1, DIRECT, "unanswered"));
        samples.put("direct-cancelled", new DirectEvent.Cancelled(1, 2, DIRECT));
        samples.put("direct-ended", new DirectEvent.Ended(2, 1, DIRECT, "elsewhere"));
        samples.put("preferences-changed", new UserEvent.PreferencesChanged(PREFERENCES));
        samples.put(
                "attention-changed",
                new UserEvent.ConversationPreferencesChanged(
                        0, new ConversationPreferences(ConversationPreferences.Notices.NONE, false, true)));
        samples.put("went-offline", new UserEvent.WentOffline(2, "王芳"));
        samples.put("renamed", new UserEvent.Renamed(2, "王芳", "王芳芳", true));
        samples.put("registered", new UserEvent.Registered(4, "王芳"));
        samples.put(
                "registration-refused",
                new SessionEvent.Refused(commands().get("register"), Code.NAME_TAKEN, "It is taken.", "9", TIME));
        samples.put("password-changed", new UserEvent.PasswordChanged());
        samples.put(
                "password-changed-on-a-remembered-device",
                new UserEvent.PasswordChanged(Secret.of("Zm9yIHRoZSBuZXh0IHRpbWU")));
        samples.put(
                "password-not-changed",
                new SessionEvent.Refused(commands().get("change-password"), Code.WRONG_PASSWORD, "", "8", TIME));
        samples.put("name-changed", new UserEvent.NameChanged("王芳芳"));
        samples.put(
                "name-not-changed",
                new SessionEvent.Refused(commands().get("rename"), Code.NAME_TAKEN, "It is taken.", "11", TIME));
        samples.put("accepted", new SessionEvent.Accepted("a4f9", 12, TIME));
        samples.put("accepted-without-message", new SessionEvent.Accepted("10", 0, TIME));
        samples.put(
                "found",
                new UserEvent.Found(
                        List.of(
                                new UserEvent.FoundUser(2, "王芳", true, true, Optional.empty()),
                                new UserEvent.FoundUser(4, "王小明", false, false, Optional.of(TIME))),
                        List.of(new UserEvent.FoundGroup(7, "Chess club", 12, false)),
                        true));
        samples.put("accepted-file", new SessionEvent.Accepted("", 12, TIME, 0, 7L));
        samples.put("accepted-group", new SessionEvent.Accepted("24", 12, TIME, 7, null));
        samples.put("group-text", new MessageEvent.Text("alice", TIME, "Lunch?", stored(List.of(-7L))));
        samples.put(
                "group-members",
                new GroupEvent.Members(
                        7,
                        "Ops",
                        "on call: alice",
                        false,
                        true,
                        false,
                        90,
                        2,
                        List.of(
                                new GroupEvent.Member(1, "alice", GroupRole.OWNER, true),
                                new GroupEvent.Member(2, "王芳", GroupRole.MEMBER, false)),
                        false));
        samples.put("group-created", groupChanged(new GroupAction.Created(List.of(2L, 3L), true, false)));
        samples.put("group-added", groupChanged(new GroupAction.Added(List.of(4L))));
        samples.put("group-removed", groupChanged(new GroupAction.Removed(2)));
        samples.put("group-left", groupChanged(new GroupAction.Left(1, 0)));
        samples.put("group-left-by-its-owner", groupChanged(new GroupAction.Left(1, 2)));
        samples.put("group-joined", groupChanged(new GroupAction.Joined(1)));
        samples.put("group-renamed", groupChanged(new GroupAction.Renamed("Operations")));
        samples.put("group-role", groupChanged(new GroupAction.RoleGiven(2, GroupRole.ADMIN)));
        samples.put("group-set", groupChanged(new GroupAction.Set(false, true, "on call: alice")));
        samples.put("group-avatar-changed", groupChanged(new GroupAction.AvatarChanged(Avatar.NONE)));
        samples.put("avatars", new UserEvent.Avatars(new TreeMap<>(Map.of(2L, "0".repeat(64), -7L, ""))));
        samples.put("group-retention", groupChanged(new GroupAction.RetentionSet(90)));
        samples.put("group-retention-default", groupChanged(new GroupAction.RetentionSet(-1)));
        samples.put("group-closed", groupChanged(new GroupAction.Closed()));
        samples.put(
                "own-sessions",
                new SessionEvent.OwnSessions(List.of(
                        new SessionEvent.OwnSession(
                                "s7f3", "laptop", "chat-json", "2001:db8::7", TIME, TIME.plusSeconds(60), true, true),
                        new SessionEvent.OwnSession("s7f9", "", "chat/1", "192.0.2.7", TIME, TIME, false, false),
                        new SessionEvent.OwnSession("d00ff", "phone", "", "192.0.2.7", TIME, TIME, false, true))));
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
                        0L,
                        List.of(new MessageEvent.Text("alice", TIME, "to everyone", stored(null))),
                        true,
                        names,
                        new TreeMap<>()));
        samples.put(
                "page-of-pair",
                new MessageEvent.Page(
                        2L, List.of(), false, new TreeMap<>(Map.of(2L, "王芳")), new TreeMap<>(Map.of(1L, 12L, 2L, 9L))));
        samples.put(
                "conversations",
                new MessageEvent.Conversations(
                        List.of(
                                new MessageEvent.Conversation(
                                        2,
                                        "王芳",
                                        new MessageEvent.Text("alice", TIME, "Grüße,\n你好 🙂", stored(List.of(2L))),
                                        new Unread(3, 1, 0, 0),
                                        7,
                                        new ConversationPreferences(ConversationPreferences.Notices.ALL, true, false)),
                                new MessageEvent.Conversation(
                                        0,
                                        "",
                                        new MessageEvent.Text("alice", TIME, "to everyone", stored(null)),
                                        Unread.NOTHING,
                                        12,
                                        ConversationPreferences.DEFAULT)),
                        true,
                        new TreeMap<>(Map.of(1L, "alice", 2L, "王芳"))));
        samples.put(
                "page-found",
                new MessageEvent.Page(
                        null,
                        List.of(new MessageEvent.Text("alice", TIME, "to everyone", stored(null))),
                        false,
                        names,
                        new TreeMap<>(),
                        new MessageEvent.Found(
                                List.of(new MessageEvent.Hit(
                                        12, List.of(new MessageEvent.Place(0, 2), new MessageEvent.Place(3, 8)))),
                                12)));
        samples.put(
                "page-found-nothing",
                new MessageEvent.Page(
                        2L,
                        List.of(),
                        false,
                        new TreeMap<>(Map.of(2L, "王芳")),
                        new TreeMap<>(),
                        new MessageEvent.Found(List.of(), MessageEvent.Found.EVERYTHING)));
        samples.put("page-of-nothing", new MessageEvent.Page(null, List.of(), false, new TreeMap<>(), new TreeMap<>()));
        return samples;
    }

    private static final Preferences PREFERENCES = new Preferences(
            false, true, AllowedUsers.FRIENDS, AllowedUsers.NOBODY, AllowedUsers.EVERYONE, AllowedUsers.FRIENDS);

    private static SessionEvent.Welcome welcome(
            Optional<Instant> last, Roster roster, String settings, SessionEvent.State state) {
        List<Long> numbers = List.of(1L, 2L, 3L, 4L).subList(0, roster.size());
        return new SessionEvent.Welcome(1, "alice", TIME, last, false, roster, numbers, document(settings), state);
    }

    private static SessionEvent.State state() {
        return new SessionEvent.State(
                List.of(3L, 4L),
                List.of(new SessionEvent.Request(5, "您好")),
                List.of(6L),
                List.of(7L),
                List.of(
                        new SessionEvent.OwnGroup(7, "Ops", GroupRole.ADMIN, false),
                        new SessionEvent.OwnGroup(9, "Old", GroupRole.MEMBER, true)),
                new TreeMap<>(Map.of(
                        -7L, new Unread(2, 2, 8, 9), 0L, new Unread(100, 1, 7, 300), 3L, new Unread(1, 0, 12, 12))),
                PREFERENCES,
                new TreeMap<>(
                        Map.of(3L, new ConversationPreferences(ConversationPreferences.Notices.MENTIONS, true, false))),
                new TreeMap<>(Map.of(-7L, "Ops", 5L, "eve", 6L, "frank", 7L, "grace")),
                new SessionEvent.Server("1.2", true, 7443, LIMITS, new SessionEvent.Retention(90, 0, 365, 30)),
                Secret.of("Zm9yIHJlc3VtaW5n"),
                Secret.of("Zm9yIHRoZSBuZXh0IHRpbWU"),
                true,
                new SessionEvent.Restored(TIME, 300, 4_294_967_596L));
    }

    private static SessionEvent.State stateOfNothing() {
        return new SessionEvent.State(
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                new TreeMap<>(),
                Preferences.DEFAULT,
                new TreeMap<>(),
                new TreeMap<>(),
                new SessionEvent.Server("1.2", false, 0, Limits.DEFAULT, SessionEvent.Retention.FOREVER),
                Secret.of("Zm9yIHJlc3VtaW5n"),
                null,
                false,
                null);
    }

    private static MessageEvent.GroupChanged groupChanged(GroupAction act) {
        return new MessageEvent.GroupChanged(
                "alice", TIME, 7, "Ops", act, new MessageEvent.Stored(12, 1, List.of(-7L)));
    }

    /** A text that was corrected twice, with reactions. */
    private static MessageEvent.Stored amended(@Nullable List<Long> receivers) {
        SequencedMap<String, MessageState.Reactions> reactions = new LinkedHashMap<>();
        reactions.put("/qiang", new MessageState.Reactions(2, List.of(2L, 3L)));
        reactions.put("🦆", new MessageState.Reactions(1, List.of(2L)));
        return new MessageEvent.Stored(
                12,
                1,
                receivers,
                SALT,
                References.NONE,
                new MessageState(
                        new MessageState.Version(22, LATER),
                        List.of(
                                new MessageState.Text(15, LATER, "at two", SALT),
                                new MessageState.Text(12, TIME, "at tow", SALT)),
                        reactions));
    }

    private static MessageEvent.Stored stored(@Nullable List<Long> receivers) {
        return new MessageEvent.Stored(12, 1, receivers, SALT, References.NONE);
    }

    private static Document document(String text) {
        return new Document(text.getBytes(StandardCharsets.UTF_8));
    }
}

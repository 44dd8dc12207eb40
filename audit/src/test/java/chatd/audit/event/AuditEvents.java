package chatd.audit.event;

import chatd.audit.seal.SealPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A sample of every event, by the name of its golden file. */
public final class AuditEvents {
    private static final LoggedIdentity ALICE = LoggedIdentity.of(12, "alice");
    private static final LoggedIdentity WANG = LoggedIdentity.of(13, "王芳");
    private static final String DIGEST = "d".repeat(43);
    private static final Peer PEER = new Peer("s7f3", "chat/1", "2001:db8::7", 50123);

    private AuditEvents() {}

    public static Map<String, AuditEvent> all() {
        Map<String, AuditEvent> all = new LinkedHashMap<>();
        all.put("start", new AuditEvent.Started("1.0.0", 4711, "TLS by BoringSSL, sockets by epoll", 41, 7));
        all.put("stop", new AuditEvent.Stopped("asked to"));
        all.put(
                "reload",
                new AuditEvent.Reloaded(
                        List.of("everyone.write", "registration.mode"),
                        List.of("limits.text"),
                        List.of("listen.addresses")));
        all.put(
                "certificate",
                new AuditEvent.CertificateLoaded("CN=chat.example.org", "00ff", Instant.parse("2027-02-01T00:00:00Z")));
        all.put(
                "certificate-refused",
                new AuditEvent.CertificateRefused("/etc/chatd/tls/server.key: no private key that can be used"));
        all.put(
                "certificate-ending",
                new AuditEvent.CertificateExpiring(
                        "CN=chat.example.org", "00ff", Instant.parse("2027-02-01T00:00:00Z")));
        all.put("connection", new AuditEvent.ConnectionRefused("2001:db8::7", "too-many"));
        all.put("tls", new AuditEvent.TlsFailed(PEER, "no_application_protocol(120)"));
        all.put("login", new AccountEvent.LoggedIn(8, ALICE, PEER, false));
        all.put("login-resumed", new AccountEvent.LoggedIn(8, ALICE, PEER, true));
        all.put("login-refused", new AccountEvent.Refused("login", ALICE, PEER, "wrong-password"));
        all.put("login-unknown", new AccountEvent.Refused("login", LoggedIdentity.UNKNOWN, PEER, "no-such-user"));
        all.put("logout", new AccountEvent.LoggedOut(ALICE, PEER, "closed by the client"));
        all.put("displaced", new AccountEvent.Displaced(ALICE, PEER, "s7f4"));
        all.put("throttled", new AccountEvent.Throttled(ALICE, PEER, Duration.ofSeconds(4)));
        all.put("register", new AccountEvent.Registered(9, WANG, PEER));
        all.put("password", new AccountEvent.PasswordChanged(10, ALICE, PEER));
        all.put("settings", new AccountEvent.SettingsStored(11, ALICE, PEER, 345));
        all.put("account", new AccountEvent.AccountChanged(12, WANG, null, "reset", "root"));
        all.put("account-renamed", new AccountEvent.AccountChanged(13, WANG, "王方", "rename", "root"));
        all.put("account-avatar", new AccountEvent.AvatarChanged(30, ALICE, PEER, 12_345));
        all.put("account-renamed-by-itself", new AccountEvent.Renamed(14, WANG, "王方", PEER));
        all.put("preferences", new AccountEvent.PreferencesChanged(15, ALICE, PEER));
        all.put("friend", new AccountEvent.FriendChanged(16, ALICE, WANG, "agree", PEER));
        all.put("block", new AccountEvent.Blocked(17, ALICE, WANG, true, PEER));
        all.put("text", new AuditEvent.MessageSent(42, ALICE, PEER, null, 11, List.of(WANG, ALICE), DIGEST));
        all.put("text-everyone", new AuditEvent.MessageSent(43, ALICE, PEER, null, 11, null, DIGEST));
        all.put("file", new AuditEvent.MessageSent(44, ALICE, PEER, 3L, 16 << 20, List.of(WANG), DIGEST));
        all.put("correction", new AmendmentEvent.Corrected(45, 42, ALICE, PEER, 12, List.of(WANG, ALICE), DIGEST));
        all.put("taken-back", new AmendmentEvent.TakenBack(46, 42, ALICE, PEER));
        all.put(
                "taken-back-by-administrator",
                new AmendmentEvent.TakenBack(47, 44, new LoggedIdentity(null, "server"), null));
        all.put(
                "group-text",
                new AuditEvent.MessageSent(
                        49, ALICE, PEER, null, 6, List.of(LoggedIdentity.ofGroup(7, "Ops & more")), DIGEST));
        all.put(
                "group",
                new GroupEvent(
                        50,
                        LoggedIdentity.ofGroup(7, "Ops & more"),
                        ALICE,
                        PEER,
                        "create, history all",
                        List.of(WANG, ALICE)));
        all.put(
                "group-by-server",
                new GroupEvent(
                        51,
                        LoggedIdentity.ofGroup(7, "Ops"),
                        new LoggedIdentity(null, "server"),
                        null,
                        "close",
                        List.of()));
        all.put("report", new AccountEvent.Reported(23, 42, ALICE, PEER));
        all.put("report-closed", new AccountEvent.ReportHandled(24, 42, ALICE, "root", "closed"));
        all.put(
                "expiry",
                new AuditEvent.MessagesExpired(
                        52, 61, List.of(new AuditEvent.Numbers(1, 60), new AuditEvent.Numbers(63, 63))));
        all.put("reaction", new AmendmentEvent.Reacted(48, 43, WANG, PEER, true));
        all.put("fetch", new AuditEvent.FileFetched(WANG, PEER, 3, null));
        all.put("fetch-refused", new AuditEvent.FileFetched(WANG, PEER, 99, "no-such-file"));
        all.put("export", new AuditEvent.DataExported(WANG, PEER, Outcome.OK, null, "begun"));
        all.put("export-refused", new AuditEvent.DataExported(WANG, PEER, Outcome.REFUSED, "throttled", null));
        all.put("fetch-beyond", new AuditEvent.FileFetched(WANG, PEER, 1L << 32, "no-such-file"));
        all.put("find", new AuditEvent.Searched(WANG, PEER, 12));
        String session = "00112233445566778899aabbccddeeff";
        all.put("call", new CallEvent.Called(ALICE, PEER, List.of(WANG), "chat", session));
        all.put("call-answer", new CallEvent.Answered(WANG, PEER, List.of(ALICE), null, session, List.of()));
        all.put(
                "call-answer-with-addresses",
                new CallEvent.Answered(
                        WANG, PEER, List.of(ALICE), null, session, List.of("[2001:db8::7]:50123", "192.0.2.1:50123")));
        all.put(
                "call-unanswered",
                new CallEvent.Answered(WANG, null, List.of(ALICE), "unanswered", session, List.of()));
        all.put("call-end", new CallEvent.Ended(ALICE, List.of(WANG), "", session, Duration.ofMillis(61_200)));
        all.put("call-end-unanswered", new CallEvent.Ended(ALICE, List.of(WANG), "unanswered", session, null));
        all.put("storage", new AuditEvent.QuotaWarning(ALICE, 80));
        all.put("violation", new AuditEvent.Violation(ALICE, PEER, "0012000000017d05", "the body is over the limit"));
        all.put(
                "violation-unnamed",
                new AuditEvent.Violation(LoggedIdentity.UNKNOWN, PEER, "", "unknown type or subtype"));
        all.put(
                "admin",
                new AuditEvent.AdminCommand(
                        "root",
                        "heidi",
                        "user add",
                        List.of(Map.entry("name", "王芳"), Map.entry("password", "made")),
                        Outcome.OK,
                        null));
        all.put(
                "admin-refused",
                new AuditEvent.AdminCommand("mallory", null, "user list", List.of(), Outcome.REFUSED, "not-allowed"));
        all.put("rotation", new LogEvent.Rotated("audit-000011-20261119T061500Z.xml", 41, 7));
        all.put(
                "restore-of-backup",
                new LogEvent.Restored(
                        Instant.parse("2026-11-19T02:30:00.000001Z"),
                        "ab".repeat(32),
                        List.of(new LogEvent.Range("message", 101, 4_294_967_396L))));
        all.put(
                "restore",
                new LogEvent.DatabaseOlder(
                        List.of(new LogEvent.Range("message", 101, 150), new LogEvent.Range("account", 12, 12))));
        all.put("recovery", new LogEvent.Recovered(17, "audit.torn-1795155300000"));
        all.put("clock", new LogEvent.ClockSetBack(Duration.ofHours(1)));
        all.put("clock-ahead", new LogEvent.ClockAhead(Duration.ofDays(400)));
        all.put(
                "key",
                new LogEvent.KeyAnnounced(SealPublicKey.of(HexFormat.of()
                        .parseHex("302a300506032b6570032100"
                                + "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"))));
        all.put("database", new AuditEvent.Database(false, "Connection refused"));
        all.put(
                "log",
                new LogEvent.LogTroubled(
                        true,
                        "can be written again; could not be since 2026-11-20T06:10:00.000000Z: No space left on device"));
        all.put("retention", new LogEvent.SegmentDeleted("audit-000002-20261101T061500Z.xml", "E".repeat(43)));
        all.put("fault", new AuditEvent.Fault("1f2e3d4c", "SendText: IllegalStateException"));
        all.put("late", new AuditEvent.Late(new AuditEvent.MessageSent(45, ALICE, null, null, 5, null, DIGEST)));
        all.put("joined", new AuditEvent.Coalesced(new AuditEvent.ConnectionRefused("2001:db8::7", "too-many"), 120));
        all.put(
                "hostile",
                new AccountEvent.Refused(
                        "register",
                        new LoggedIdentity(null, "a\"<b>&'\u202Eevil\u0000\n\r\t\\\u200B\uFEFF\uD800x\u00A0\uFE0F"),
                        PEER,
                        "bad-name"));
        return all;
    }
}

package chatd.acceptance.groups;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.Wire;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Administrators' commands about groups, reports and muted users, and what is logged of them. */
class GroupAdminIT extends GroupTestBase {
    GroupAdminIT(JsonCarrier carrier, Chatd chatd) {
        super(carrier, chatd);
    }

    private String admin(String... arguments) {
        return chatd.admin("", arguments).exits(0).out();
    }

    private static String report(JsonSocket by, long mid, String why) {
        return answer(by, "'type': 36, 'info': {'mid': %d, 'text': '%s'}".formatted(mid, why))
                .path("type")
                .asString();
    }

    /** Returns the number of the report for this reason. */
    private String number(String reason) {
        Matcher line = Pattern.compile("(?m)^(\\d+) .*" + reason).matcher(admin("report", "list"));
        assertThat(line.find()).isTrue();
        return line.group(1);
    }

    @Test
    void groupsAreListedShownAndClosed() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket member = logIn(ben, "");
        String group = create(owner, "'open': true", member);
        change(owner, op("set", group, "'topic': 'Who is on call'"), member);
        assertThat(admin("group", "list")).containsPattern(group + "\\s+Ops\\s+2\\s+joined\\s+open to all");
        assertThat(admin("group", "show", group))
                .contains("Ops (" + group + ")", "Who is on call", ann.name(), ben.name(), "owner", "member");
        assertThat(admin("-o", "json", "group", "show", group))
                .containsPattern("\"members\" : 2")
                .containsPattern("\"list\" : \\[ \\{\\s*\"name\" : \"" + ann.name() + "\"");
        assertThat(admin("group", "close", group, "--yes")).contains("closed");
        for (JsonSocket told : new JsonSocket[] {owner, member}) {
            var closed = told.skipTo(JsonType.GROUP);
            assertThat(closed.path("info").path("op").asString()).isIn("set", "close");
        }
        assertThat(refusalCode(member, text(group, "hello"))).isEqualTo("closed");
        assertThat(chatd.admin("", "group", "close", group, "--yes").exits(5).err())
                .contains("closed already");
        assertThat(chatd.admin("", "group", "show", "G999999999").exits(4).err())
                .contains("There is no such group");
        assertThat(chatd.admin("", "group", "show", "Ops").exits(2).err()).contains("such as G7");
        assertThat(admin("log", "query", "--type", "group", "--last", "5")).contains("close");
        assertThat(admin("log", "query", "--type", "admin", "--last", "9")).contains("group close");
    }

    /** A class's group must not pass to a pupil because its teacher's account is deleted. */
    @Test
    void groupsWithoutAnotherOwnerGoToAnHeir() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket member = logIn(ben, "");
        JsonSocket heir = logIn(carol, "");
        String group = create(owner, "", member);
        assertThat(admin("user", "delete", ann.name(), "--dry-run"))
                .contains(
                        "of Ops (" + group + "), with 1 other",
                        "Name the next owner of these groups with --heir USER.");
        assertThat(chatd.admin("", "user", "delete", ann.name(), "--heir", ann.name(), "--yes")
                        .exits(1)
                        .err())
                .contains("can't be their own heir");
        assertThat(chatd.admin("", "user", "delete", ann.name()).exits(1).err())
                .contains("Name the next owner with --heir USER");
        assertThat(chatd.admin("", "user", "delete", ann.name(), "--heir", "nobody-at-all", "--dry-run")
                        .exits(4)
                        .err())
                .contains("There is no user called nobody-at-all");
        assertThat(chatd.admin("", "user", "delete", ann.name(), "--heir", carol.name(), "--heir-longest", "--yes")
                        .exits(1)
                        .err())
                .contains("Give either --heir or --heir-longest");
        assertThat(admin("user", "delete", ann.name(), "--heir", carol.name(), "--dry-run"))
                .contains("with 1 other", carol.name() + " will own these groups.");
        admin("user", "delete", ann.name(), "--heir", carol.name(), "--yes");
        assertThat(roles(heir, group)).containsExactlyInAnyOrder(member.user() + " member", heir.user() + " owner");
        assertThat(member.skipTo(JsonType.GROUP).path("info").path("op").asString())
                .isEqualTo("add");
        assertThat(member.skipTo(JsonType.GROUP).path("info").path("op").asString())
                .isEqualTo("role");
        assertThat(member.skipTo(JsonType.GROUP).path("info").path("op").asString())
                .isEqualTo("leave");
    }

    @Test
    void anAdministratorGivesAGroupAnotherOwner() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket member = logIn(ben, "");
        String group = create(owner, "", member);
        for (int i = 0; i < 2; i++) {
            assertThat(admin("group", "owner", group, ben.name())).contains(ben.name() + " is an owner of Ops");
        }
        admin("group", "owner", group, carol.name());
        assertThat(roles(owner, group))
                .containsExactlyInAnyOrder(
                        owner.user() + " owner",
                        member.user() + " owner",
                        logIn(carol, "").user() + " owner");
        assertThat(chatd.admin("", "group", "owner", group, "nobody-at-all")
                        .exits(4)
                        .err())
                .contains("There is no user called nobody-at-all");
        assertThat(chatd.admin("", "group", "owner", "G999999999", ben.name())
                        .exits(4)
                        .err())
                .contains("There is no such group");
        admin("group", "close", group, "--yes");
        chatd.admin("", "group", "owner", group, carol.name()).exits(5);
    }

    @Test
    void anAdministratorAddsAndRemovesMembers() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket member = logIn(ben, "");
        String group = create(owner, "", member);
        assertThat(admin("group", "add", group, ben.name(), carol.name()))
                .contains("Ops (" + group + ") has 3 members now.");
        assertThat(admin("group", "add", group, carol.name())).contains("has 3 members now.");
        assertThat(member.skipTo(JsonType.GROUP).path("info").path("by").asString())
                .isEqualTo("server");
        assertThat(admin("group", "remove", group, ben.name())).contains(ben.name() + " is no longer in Ops");
        assertThat(chatd.admin("", "group", "remove", group, ben.name())
                        .exits(1)
                        .err())
                .contains("This user is not in this group");
        assertThat(chatd.admin("", "group", "remove", group, ann.name())
                        .exits(1)
                        .err())
                .contains(ann.name() + " is the only owner of this group");
        assertThat(chatd.admin("", "group", "add", group, "nobody-at-all")
                        .exits(4)
                        .err())
                .contains("There is no user called nobody-at-all");
        assertThat(roles(owner, group)).hasSize(2).contains(owner.user() + " owner");
    }

    @Test
    void aGroupWhoseOwnersAreAllDisabledIsReported() {
        JsonSocket owner = logIn(ann, "");
        String group = create(owner, "", logIn(ben, ""));
        assertThat(admin("user", "show", ann.name())).contains("only owner   of Ops (" + group + "), with 1 other");
        assertThat(admin("user", "disable", ann.name()))
                .contains(
                        "disabled",
                        "the only owner of Ops (" + group + "), with 1 other: see `group owner " + group + " NAME`");
        assertThat(admin("group", "list"))
                .containsPattern(group + "\\s+Ops\\s+2\\s+joined\\s+by invitation, without an owner");
        admin("group", "owner", group, ben.name());
        assertThat(admin("group", "show", group)).doesNotContain("without an owner");
        admin("user", "enable", ann.name());
    }

    @Test
    void aReportedMessageIsShownAsItWasUntilTheReportIsClosed() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket member = logIn(ben, "");
        JsonSocket stranger = logIn(carol, "");
        String group = create(owner, "", member);
        String secret = Chatd.newName();
        long mid = say(owner, group, "first", member);
        change(owner, "'type': 32, 'info': {'mid': %d, 'text': '%s'}".formatted(mid, secret));
        assertThat(refusalCode(stranger, "'type': 36, 'info': {'mid': %d, 'text': 'x'}".formatted(mid)))
                .isEqualTo("no-such-message");
        String reason = Chatd.newName();
        assertThat(report(member, mid, reason)).isEqualTo("17");
        change(owner, "'type': 31, 'info': {'mid': %d}".formatted(mid));
        String number = number(reason);
        assertThat(admin("report", "show", number))
                .contains(secret, reason, ben.name(), "taken back", "Ops (" + group + ")");
        assertThat(admin("message", "show", Long.toString(mid)))
                .contains(ann.name(), "taken back", "report show " + number)
                .doesNotContain(secret);
        assertThat(admin("report", "note", number, "talked", "to", "both")).contains("Noted about report " + number);
        assertThat(admin("report", "close", number)).contains("closed");
        assertThat(admin("report", "show", number)).contains(reason, "closed").doesNotContain(secret);
        assertThat(admin("report", "note", number, "parents informed")).contains("Noted");
        assertThat(admin("report", "show", number))
                .containsPattern("(?s)note .* by .*: talked to both\\nnote .* by .*: parents informed");
        assertThat(chatd.admin("", "report", "note", number, " ").exits(1).err())
                .contains("An empty note is not kept.");
        assertThat(chatd.admin("", "report", "note", number, "x".repeat(1_001))
                        .exits(1)
                        .err())
                .contains("at most 1000 characters");
        assertThat(chatd.admin("", "report", "note", "999999999", "x").exits(4).err())
                .contains("There is no report");
        assertThat(admin("report", "list")).doesNotContain(reason);
        assertThat(admin("report", "list", "--closed")).contains(reason);
        assertThat(chatd.admin("", "report", "close", number).exits(5).err()).contains("closed already");
        assertThat(chatd.admin("", "report", "show", "999999999").exits(4).err())
                .contains("There is no report");
        assertThat(admin("log", "query", "--type", "report", "-o", "xml", "--user", ben.name()))
                .contains("of=\"" + mid + "\"", "change=\"" + number + "\"", "detail=\"closed\"", "detail=\"noted\"")
                .doesNotContain(secret, reason);
    }

    /**
     * They are told in the chat, since nobody watches a terminal all day, and without the report's
     * content.
     */
    @Test
    void configuredUsersAreToldOfReportsAtOnceAndAtLogin() {
        try (LocalDaemon own = LocalDaemon.start("CHATD_REPORTS_NOTIFY", "counsellor, bob")) {
            Chatd.Person counsellor = new Chatd.Person("counsellor", Chatd.PASSWORD);
            own.admin(Chatd.PASSWORD + "\n", "user", "add", "counsellor", "--no-change", "--password-stdin")
                    .exits(0);
            try (JsonSocket told = own.logInJson(JsonCarrier.LINES, counsellor, "");
                    JsonSocket writer = own.logInJson(JsonCarrier.LINES, own.person(), "");
                    JsonSocket reader = own.logInJson(JsonCarrier.LINES, own.person(), "")) {
                long insult = GroupTestBase.perform(
                        writer, "'type': 3, 'receive': '%s', 'info': 'you fool'".formatted(reader.user()));
                GroupTestBase.perform(
                        reader, "'type': 36, 'info': {'mid': %d, 'text': 'he insults us'}".formatted(insult));
                JsonNode notice = told.skipTo(JsonType.TEXT);
                assertThat(notice.path("send").asString()).isEqualTo("server");
                assertThat(notice.path("info").asString())
                        .contains("has reported a message: `chat-admin report list`")
                        .doesNotContain("fool", "insults");
                try (JsonSocket again = own.logInJson(JsonCarrier.LINES, counsellor, "phone");
                        JsonSocket other = own.logInJson(JsonCarrier.LINES, own.person(), "")) {
                    assertThat(again.skipTo(JsonType.TEXT).path("info").asString())
                            .startsWith("A report is open: `chat-admin");
                    other.fence();
                }
                writer.fence();
            }
            own.admin("", "user", "rename", "bob", "robert").exits(0);
            assertThat(own.admin("", "stats", "--check").exits(1).out())
                    .contains("reports.notify names bob, but no user has that name.");
        }
    }

    /** The context is shown as the reporter sees it, and no longer than the message itself. */
    @Test
    void theContextOfAReportedMessageIsShownUntilTheReportIsClosed() {
        JsonSocket owner = logIn(ann, "");
        JsonSocket member = logIn(ben, "");
        String before = Chatd.newName();
        send(owner, member.user(), "long before");
        send(owner, member.user(), before);
        send(logIn(carol, ""), member.user(), "from somebody else");
        long mid = send(owner, member.user(), "insult");
        long taken = send(owner, member.user(), "taken back later");
        send(member, owner.user(), "answer\\nof two lines");
        send(owner, member.user(), "long after");
        change(owner, "'type': 31, 'info': {'mid': %d}".formatted(taken));
        String reason = Chatd.newName();
        assertThat(report(member, mid, reason)).isEqualTo("17");
        String number = number(reason);
        assertThat(admin("report", "show", number)).doesNotContain(before);
        String shown = admin("report", "show", number, "--context", "2");
        assertThat(shown)
                .containsSubsequence(
                        ann.name() + ": long before",
                        ann.name() + ": " + before,
                        "(the reported message)",
                        ann.name() + ": (taken back)",
                        ben.name() + ": answer\n    of two lines")
                .doesNotContain("somebody else", "long after");
        assertThat(admin("-o", "json", "report", "show", number, "--context", "1"))
                .contains("\"context\" : [ {", before)
                .doesNotContain("long before");
        assertThat(chatd.admin("", "report", "show", number, "--context", "21")
                        .exits(2)
                        .err())
                .contains("--context must be 0 to 20, not 21.");
        assertThat(admin("log", "query", "--type", "admin")).contains("report=" + number + " context=2");
        admin("report", "close", number);
        assertThat(admin("report", "show", number, "--context", "2")).doesNotContain(before);
    }

    @Test
    void anAccountHasAtMostTwentyOpenReports() {
        JsonSocket writer = logIn(ann, "");
        JsonSocket reader = logIn(ben, "");
        long mid = send(writer, reader.user(), "hello");
        reader.expect(JsonType.TEXT);
        for (int i = 0; i < 20; i++) {
            assertThat(report(reader, mid, "again " + i)).isEqualTo("17");
        }
        assertThat(refusalCode(reader, "'type': 36, 'info': {'mid': %d, 'text': 'x'}".formatted(mid)))
                .isEqualTo("too-many");
    }

    @Test
    void aMutedUserReadsButWritesNothing() {
        JsonSocket talker = logIn(ann, "");
        JsonSocket other = logIn(ben, "");
        String group = create(talker, "", other);
        long mid = say(talker, group, "before", other);
        assertThat(admin("user", "mute", ann.name(), "--for", "7d")).contains("is muted", "muted until 20");
        for (String message : new String[] {
            text(group, "hello"),
            "'type': 3, 'receive': '%s', 'info': 'hello'".formatted(other.user()),
            "'type': 4, 'info': 'hello'",
            "'type': 9, 'receive': '%s', 'info': 'hello'".formatted(other.user()),
            "'type': 23, 'info': {'op': 'create', 'name': 'hello'}",
            op("rename", group, "'name': 'hello'"),
            op("set", group, "'topic': 'hello'"),
            "'type': 32, 'info': {'mid': %d, 'text': 'hello'}".formatted(mid),
            "'type': 33, 'info': {'mid': %d, 'code': '👍', 'on': true}".formatted(mid)
        }) {
            var answer = answer(talker, message);
            assertThat(answer.path("info").path("code").asString()).as(message).isEqualTo("not-allowed");
            assertThat(answer.path("info").path("text").asString()).as(message).contains("muted", "after 20");
        }
        try (Chat1Socket old = chatd.logIn(ann)) {
            old.send(Wire.file("x.txt", "hello".getBytes(StandardCharsets.UTF_8), ben.name()));
            assertThat(old.expectServerText()).contains("muted");
        }
        assertThat(newestItems(talker, group)).contains("before");
        long taken = perform(talker, "'type': 31, 'info': {'mid': %d}".formatted(mid));
        assertThat(other.expect(JsonType.TAKEN_BACK).path("mid").asLong()).isEqualTo(taken);
        assertThat(admin("user", "show", ann.name())).contains("muted");
        assertThat(admin("user", "unmute", ann.name())).contains("may write again");
        say(talker, group, "after", other);
        assertThat(admin("user", "unmute", ann.name())).contains("is not muted");
        assertThat(chatd.admin("", "user", "mute", ann.name(), "--for", "soon")
                        .exits(2)
                        .err())
                .contains("30m, 12h, 7d or 2w");
        assertThat(admin("log", "query", "--type", "account", "--user", ann.name()))
                .contains("mute", "unmute");
    }

    @Test
    void aTextToAGroupCanBeProved(@TempDir Path directory) throws Exception {
        JsonSocket owner = logIn(ann, "");
        JsonSocket member = logIn(ben, "");
        String group = create(owner, "", member);
        perform(owner, text(group, "Lunch?"));
        String message = member.expect(JsonType.TEXT_TO_ALL).toString();
        chatd.admin("", "log", "publish").exits(0);
        Path file = Files.writeString(directory.resolve("message.json"), message);
        assertThat(chatd.admin("", "log", "prove", file.toString()).exits(3).out())
                .contains("is what " + owner.user(), group);
        Path changed = Files.writeString(
                directory.resolve("changed.json"), message.replace("\"" + group + "\"", "\"G999999\""));
        chatd.admin("", "log", "prove", changed.toString()).exits(1);
        assertThat(admin("log", "query", "-o", "xml", "--type", "text", "--last", "1"))
                .contains("receivers=\"" + group + "\"", "<to group=\"" + group + "\" name=\"Ops\"/>");
    }
}

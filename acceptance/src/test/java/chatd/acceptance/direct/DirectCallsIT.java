package chatd.acceptance.direct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.AuditReader;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonTestBase;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.LocalDaemon;
import chatd.fixtures.Campaign;
import chatd.fixtures.TestClock;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** How the daemon introduces users to each other for direct sessions: type 7, on each carrier. */
class DirectCallsIT extends JsonTestBase {
    /** Unique local addresses: they are passed on as they are. */
    private static final String ANNS = "[fd00::a]:50001";

    private static final String BENS = "[fd00::b]:50002";
    private static final String ANNS_KEY = "aa".repeat(32);
    private static final String BENS_KEY = "bb".repeat(32);

    DirectCallsIT(JsonCarrier carrier, Chatd chatd) {
        super(carrier, chatd);
    }

    private static String newSession() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    private static void befriend(JsonSocket one, JsonSocket other) {
        one.send("{'type': 9, 'receive': '%s', 'info': 'hi'}".formatted(other.user()));
        other.skipTo(JsonType.FRIEND_ASKED);
        other.send("{'type': 10, 'receive': '%s', 'info': true}".formatted(one.user()));
        one.skipTo(JsonType.FRIEND_ANSWERED);
    }

    private static void call(JsonSocket from, String to, String session, String more) {
        from.send(("{'type': 7, 'receive': '%s', 'id': 'call', 'info': {'op': 'call', 'session': '%s', 'for': 'chat',"
                        + " 'candidates': ['%s'], 'key': '%s'%s}}")
                .formatted(to, session, ANNS, ANNS_KEY, more));
    }

    private static void accept(JsonSocket who, String session, String candidate, String key) {
        who.send(("{'type': 7, 'id': 'yes', 'info': {'op': 'accept', 'session': '%s', 'candidates': ['%s'],"
                        + " 'key': '%s'}}")
                .formatted(session, candidate, key));
    }

    private static void op(JsonSocket who, String op, String session) {
        who.send("{'type': 7, 'id': '%s', 'info': {'op': '%s', 'session': '%s'}}".formatted(op, op, session));
    }

    private static void expectDone(JsonSocket socket, String id) {
        assertThat(socket.expect(JsonType.DONE).path("info").path("id").asString())
                .isEqualTo(id);
    }

    /** Returns the next message of type 7, which must be this and come from this user. */
    private static JsonNode told(JsonSocket socket, String op, String from) {
        JsonNode message = socket.expect(JsonType.CALL);
        assertThat(message.path("info").path("op").asString()).as("%s", message).isEqualTo(op);
        assertThat(message.path("send").asString()).as("%s", message).isEqualTo(from);
        return message;
    }

    private static void ended(JsonSocket socket, String from, String reason) {
        JsonNode info = told(socket, "over", from).path("info");
        assertThat(info.path("reason").asString()).isEqualTo(reason);
    }

    @Test
    void noAddressIsToldBeforeTheOtherAgrees() throws Exception {
        JsonSocket one = logIn(ann, "laptop");
        JsonSocket other = logIn(ben, "laptop");
        JsonSocket phone = logIn(ben, "phone");
        befriend(one, other);
        phone.skipTo(JsonType.FRIEND_ANSWERED);
        String session = newSession();
        call(one, ben.name(), session, "");
        expectDone(one, "call");
        for (JsonSocket rings : List.of(other, phone)) {
            JsonNode call = told(rings, "call", one.user());
            assertThat(call.path("name").asString()).isEqualTo(ann.name());
            assertThat(call.path("receive").asString()).isEqualTo(other.user());
            assertThat(call.path("info").path("session").asString()).isEqualTo(session);
            assertThat(call.path("info").path("for").asString()).isEqualTo("chat");
            assertThat(call.toString()).doesNotContain(ANNS, ANNS_KEY);
        }
        accept(other, session, BENS, BENS_KEY);
        JsonNode caller = told(other, "accept", one.user());
        assertThat(caller.path("info").path("candidates").toString()).isEqualTo("[\"" + ANNS + "\"]");
        assertThat(caller.path("info").path("key").asString()).isEqualTo(ANNS_KEY);
        assertThat(caller.path("info").path("dials").asBoolean()).isFalse();
        expectDone(other, "yes");
        JsonNode called = told(one, "accept", other.user());
        assertThat(called.path("info").path("candidates").toString()).isEqualTo("[\"" + BENS + "\"]");
        assertThat(called.path("info").path("key").asString()).isEqualTo(BENS_KEY);
        assertThat(called.path("info").path("dials").asBoolean()).isTrue();
        ended(phone, other.user(), "elsewhere");
        // What follows goes between the two sessions alone.
        other.send("{'type': 7, 'info': {'op': 'candidates', 'session': '%s', 'candidates': ['[fd00::c]:50003']}}"
                .formatted(session));
        assertThat(told(one, "candidates", other.user())
                        .path("info")
                        .path("candidates")
                        .toString())
                .isEqualTo("[\"[fd00::c]:50003\"]");
        accept(phone, session, BENS, BENS_KEY);
        assertThat(phone.refusal()).isEqualTo("no-such-session");
        op(phone, "over", session);
        assertThat(phone.refusal()).isEqualTo("no-such-session");
        op(other, "over", session);
        expectDone(other, "over");
        ended(one, other.user(), "");
        op(one, "over", session);
        assertThat(one.refusal()).isEqualTo("no-such-session");
        phone.fence();
        // The log records who was in the call, and neither addresses nor keys.
        chatd.admin("", "log", "publish");
        List<String> lines = new AuditReader(chatd.auditLog())
                .all().stream()
                        .map(AuditReader.Entry::line)
                        .filter(line -> line.contains("reference=\"" + session.substring(0, 8)))
                        .toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0))
                .contains("type=\"call\"", "user=\"" + one.user(), "detail=\"for chat\"", "<to user=\"" + other.user());
        assertThat(lines.get(1))
                .contains("type=\"answer\" outcome=\"ok\"", "user=\"" + other.user(), "<to user=\"" + one.user());
        assertThat(lines.get(2)).contains("type=\"hangup\"", "user=\"" + one.user(), " s\"");
        assertThat(String.join("\n", lines)).doesNotContain("fd00", ANNS_KEY, BENS_KEY);
    }

    @Test
    void whoeverDeclinesNeitherLearnsNorRevealsAnAddress() {
        JsonSocket one = logIn(ann, "laptop");
        JsonSocket other = logIn(ben, "laptop");
        JsonSocket phone = logIn(ben, "phone");
        befriend(one, other);
        phone.skipTo(JsonType.FRIEND_ANSWERED);
        String session = newSession();
        call(one, ben.name(), session, "");
        told(other, "call", one.user());
        told(phone, "call", one.user());
        expectDone(one, "call");
        op(other, "decline", session);
        expectDone(other, "decline");
        ended(phone, other.user(), "elsewhere");
        JsonNode declined = told(one, "decline", other.user());
        assertThat(declined.path("info").path("reason").asString()).isEqualTo("declined");
        ended(one, one.user(), "declined");
        accept(other, session, BENS, BENS_KEY);
        assertThat(other.refusal()).isEqualTo("no-such-session");
        // A cancelled call no longer rings.
        String second = newSession();
        call(one, ben.name(), second, "");
        told(other, "call", one.user());
        told(phone, "call", one.user());
        expectDone(one, "call");
        op(other, "cancel", second);
        assertThat(other.refusal()).isEqualTo("no-such-session");
        op(one, "cancel", second);
        told(other, "cancel", one.user());
        told(phone, "cancel", one.user());
        expectDone(one, "cancel");
        accept(phone, second, BENS, BENS_KEY);
        assertThat(phone.refusal()).isEqualTo("no-such-session");
    }

    @Test
    void onlyPermittedCallersGetThrough() {
        JsonSocket one = logIn(ann, "laptop");
        JsonSocket other = logIn(ben, "laptop");
        call(one, ben.name(), newSession(), "");
        assertThat(one.refusal()).isEqualTo("not-allowed");
        other.send("{'type': 35, 'info': {'calls': 'everyone'}, 'id': 'p'}");
        other.skipTo(JsonType.DONE);
        String session = newSession();
        call(one, ben.name(), session, "");
        expectDone(one, "call");
        told(other, "call", one.user());
        op(one, "cancel", session);
        expectDone(one, "cancel");
        told(other, "cancel", one.user());
        befriend(one, other);
        other.send("{'type': 35, 'info': {'calls': 'nobody'}, 'id': 'p'}");
        other.skipTo(JsonType.DONE);
        call(one, ben.name(), newSession(), "");
        assertThat(one.refusal()).isEqualTo("not-allowed");
        // To a blocked caller, the call looks like one that nobody answers.
        other.send("{'type': 35, 'info': {'calls': 'everyone'}, 'id': 'p'}");
        other.skipTo(JsonType.DONE);
        other.send("{'type': 34, 'info': {'user_id': '%s', 'on': true}, 'id': 'b'}".formatted(one.user()));
        other.skipTo(JsonType.DONE);
        session = newSession();
        call(one, ben.name(), session, "");
        expectDone(one, "call");
        other.fence();
        op(one, "cancel", session);
        expectDone(one, "cancel");
        call(one, ann.name(), newSession(), "");
        assertThat(one.refusal()).isEqualTo("not-allowed");
        call(one, "nobody-at-all", newSession(), "");
        assertThat(one.refusal()).isEqualTo("no-such-user");
        one.send(
                "{'type': 7, 'receive': '%s', 'info': {'op': 'call', 'session': '12', 'for': 'chat', 'candidates': [], 'key': '%s'}}"
                        .formatted(ben.name(), ANNS_KEY));
        assertThat(one.refusal()).isEqualTo("malformed");
        one.send("{'type': 7, 'receive': '%s', 'info': {}}".formatted(ben.name()));
        assertThat(one.refusal()).isEqualTo("malformed");
    }

    @Test
    void anAbsentUserIsReportedOffline() {
        JsonSocket one = logIn(ann, "laptop");
        JsonSocket other = logIn(ben, "laptop");
        befriend(one, other);
        other.send("{'type': 5, 'info': 'logout'}");
        one.expectPresence(JsonType.OFFLINE, other.user());
        call(one, ben.name(), newSession(), "");
        JsonNode declined = told(one, "decline", other.user());
        assertThat(declined.path("info").path("reason").asString()).isEqualTo("offline");
        ended(one, one.user(), "offline");
        expectDone(one, "call");
    }

    @Test
    void ofTwoCrossingCallsThatOfTheLowerNumberWins() {
        JsonSocket lower = logIn(ann, "laptop");
        JsonSocket higher = logIn(ben, "laptop");
        befriend(lower, higher);
        String first = newSession();
        call(higher, ann.name(), first, "");
        expectDone(higher, "call");
        told(lower, "call", higher.user());
        String second = newSession();
        call(lower, ben.name(), second, "");
        told(lower, "cancel", higher.user());
        ended(higher, higher.user(), "crossed");
        told(higher, "call", lower.user());
        expectDone(lower, "call");
        call(higher, ann.name(), newSession(), "");
        assertThat(higher.refusal()).isEqualTo("not-allowed");
        accept(higher, second, BENS, BENS_KEY);
        told(higher, "accept", lower.user());
        told(lower, "accept", higher.user());
    }

    @Test
    void inAGroupEachNewParticipantIsIntroducedToTheEarlierOnes() {
        JsonSocket caller = logIn(ann, "laptop");
        JsonSocket ben1 = logIn(ben, "laptop");
        Chatd.Person third = chatd.person();
        JsonSocket carol = logIn(third, "laptop");
        for (JsonSocket one : List.of(caller, ben1, carol)) {
            one.send("{'type': 35, 'info': {'calls': 'everyone'}, 'id': 'p'}");
            one.skipTo(JsonType.DONE);
        }
        caller.send("{'type': 23, 'id': 'g', 'info': {'op': 'create', 'name': 'Ops', 'members': ['%s', '%s']}}"
                .formatted(ben.name(), third.name()));
        String group =
                caller.skipTo(JsonType.DONE).path("info").path("group_id").asString();
        ben1.skipTo(JsonType.GROUP);
        carol.skipTo(JsonType.GROUP);
        String session = newSession();
        call(caller, group, session, "");
        expectDone(caller, "call");
        JsonNode call = told(ben1, "call", caller.user());
        assertThat(call.path("receive").asString()).isEqualTo(group);
        assertThat(call.path("info").path("with").toString()).isEqualTo("[\"" + carol.user() + "\"]");
        assertThat(call.path("info").path("names").path(carol.user()).asString())
                .isEqualTo(third.name());
        told(carol, "call", caller.user());
        accept(ben1, session, BENS, BENS_KEY);
        assertThat(told(ben1, "accept", caller.user())
                        .path("info")
                        .path("dials")
                        .asBoolean())
                .isFalse();
        expectDone(ben1, "yes");
        assertThat(told(caller, "accept", ben1.user())
                        .path("info")
                        .path("dials")
                        .asBoolean())
                .isTrue();
        accept(carol, session, "[fd00::c]:50003", "cc".repeat(32));
        assertThat(told(carol, "accept", caller.user())
                        .path("info")
                        .path("dials")
                        .asBoolean())
                .isFalse();
        JsonNode bens = told(carol, "accept", ben1.user());
        assertThat(bens.path("info").path("dials").asBoolean()).isTrue();
        assertThat(bens.path("info").path("key").asString()).isEqualTo(BENS_KEY);
        JsonNode carols = told(ben1, "accept", carol.user());
        assertThat(carols.path("info").path("dials").asBoolean()).isFalse();
        told(caller, "accept", carol.user());
        expectDone(carol, "yes");
        // Leaving ends the session only for whoever leaves.
        op(caller, "over", session);
        expectDone(caller, "over");
        ended(ben1, caller.user(), "");
        ended(carol, caller.user(), "");
        ben1.send("{'type': 7, 'info': {'op': 'over', 'session': '%s', 'reason': 'unreachable'}}".formatted(session));
        ended(carol, ben1.user(), "unreachable");
        op(carol, "over", session);
        assertThat(carol.refusal()).isEqualTo("no-such-session");
    }

    @Test
    void aDirectSessionOutlivesALostConnection() {
        JsonSocket one = logIn(ann, "laptop");
        JsonSocket other = connect();
        JsonNode welcome = other.logIn(ben.name(), ben.password(), "laptop");
        befriend(one, other);
        String session = newSession();
        call(one, ben.name(), session, "");
        told(other, "call", one.user());
        accept(other, session, BENS, BENS_KEY);
        other.close();
        one.skipTo(JsonType.CALL);
        JsonSocket again = connect();
        again.send("{'type': 1, 'info': {'token': '%s', 'after': 0}}"
                .formatted(welcome.path("token").asString()));
        again.expect(JsonType.LOGGED_IN);
        again.send("{'type': 7, 'id': 'c', 'info': {'op': 'candidates', 'session': '%s', 'candidates': ['%s']}}"
                .formatted(session, BENS));
        again.skipTo(JsonType.DONE);
        assertThat(one.skipTo(JsonType.CALL).path("info").path("op").asString()).isEqualTo("candidates");
        op(one, "over", session);
        assertThat(again.skipTo(JsonType.CALL).path("info").path("op").asString())
                .isEqualTo("over");
    }

    @Test
    void addressesThatMayBelongToOthersAreNotPassedOn() {
        JsonSocket one = logIn(ann, "laptop");
        JsonSocket other = logIn(ben, "laptop");
        befriend(one, other);
        String session = newSession();
        call(one, ben.name(), session, "");
        told(other, "call", one.user());
        expectDone(one, "call");
        List<String> named = new ArrayList<>(List.of(
                "[2001:db8::9]:50001",
                "192.0.2.9:50001",
                "127.0.0.1:50001",
                "[fe80::1]:50001",
                "[ff02::1]:50001",
                "10.0.0.1:1023",
                "[::ffff:7f00:1]:50001",
                "[64:ff9b::a00:1]:50001"));
        other.send(
                "{'type': 7, 'id': 'yes', 'info': {'op': 'accept', 'session': '%s', 'candidates': [%s], 'key': '%s'}}"
                        .formatted(session, quoted(named), BENS_KEY));
        assertThat(told(one, "accept", other.user()).path("info").path("candidates"))
                .isEmpty();
        told(other, "accept", one.user());
        expectDone(other, "yes");
        // Private addresses are passed on, each once, IPv6 first.
        other.send("{'type': 7, 'info': {'op': 'candidates', 'session': '%s', 'candidates': [%s]}}"
                .formatted(
                        session, quoted(List.of("10.0.0.1:1024", "[fd00:0:0:0::b]:50002", BENS, "192.168.1.2:65535"))));
        assertThat(told(one, "candidates", other.user())
                        .path("info")
                        .path("candidates")
                        .toString())
                .isEqualTo("[\"[fd00::b]:50002\",\"10.0.0.1:1024\",\"192.168.1.2:65535\"]");
        named.add("[2001:db8::9]:50001");
        for (String wrong : List.of(quoted(named), "'nonsense'", "'1.2.3.4'", "'example.org:50001'", "7")) {
            other.send("{'type': 7, 'info': {'op': 'candidates', 'session': '%s', 'candidates': [%s]}}"
                    .formatted(session, wrong));
            assertThat(other.refusal()).isEqualTo("malformed");
        }
    }

    private static String quoted(List<String> addresses) {
        return "'" + String.join("', '", addresses) + "'";
    }

    @Test
    void theDaemonAnswersByUdpWithTheSendersAddress() throws Exception {
        JsonSocket one = connect();
        int port = one.logIn(ann.name(), ann.password(), "laptop")
                .path("server")
                .path("udp")
                .asInt();
        for (String own : List.of("::1", "127.0.0.1")) {
            InetAddress address = InetAddress.ofLiteral(own);
            try (AddressQuerySocket socket = new AddressQuerySocket(address, new InetSocketAddress(address, port))) {
                String session = newSession();
                assertThat(socket.ask(session)).isEqualTo(new InetSocketAddress(address, socket.port()));
                // Invalid questions are not answered: the next answer is to the last question.
                byte[] nonce = {1, 2, 3, 4};
                byte[] question = AddressQuerySocket.question(nonce, session);
                socket.send(java.util.Arrays.copyOf(question, 23));
                socket.send(java.util.Arrays.copyOf(question, 25));
                byte[] answer = question.clone();
                answer[0] = 2;
                socket.send(answer);
                socket.send(new byte[0]);
                assertThat(socket.ask(session).getPort()).isEqualTo(socket.port());
            }
        }
    }

    @Test
    void floodsAndNonsenseByUdpChangeNothing() {
        JsonSocket one = connect();
        int port = one.logIn(ann.name(), ann.password(), "laptop")
                .path("server")
                .path("udp")
                .asInt();
        InetAddress address = InetAddress.ofLiteral("::1");
        Random random = Campaign.random();
        try (AddressQuerySocket socket = new AddressQuerySocket(address, new InetSocketAddress(address, port))) {
            int answers = 0;
            long begin = System.nanoTime();
            for (int i = 0; i < 20_000; i++) {
                byte[] datagram = new byte[random.nextInt(64)];
                random.nextBytes(datagram);
                if (i % 2 == 0) {
                    // A question, of another session each time.
                    datagram = AddressQuerySocket.question(new byte[4], newSession());
                }
                socket.send(datagram);
                while (i % 100 == 0 && socket.receive(1).isPresent()) {
                    answers++;
                }
            }
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin) + 1;
            assertThat((long) answers)
                    .as("a network is answered 40 times at once, and 20 times a second")
                    .isBetween(1L, 40 + 20 * seconds);
            one.fence();
            // It answers again once the network has been quiet for a moment.
            await().until(() -> {
                socket.send(AddressQuerySocket.question(new byte[] {5, 5, 5, 5}, newSession()));
                return socket.receive(200).isPresent();
            });
        }
    }

    @Test
    void callsAreBounded() {
        JsonSocket one = logIn(ann, "laptop");
        JsonSocket other = logIn(ben, "laptop");
        befriend(one, other);
        List<String> sessions = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            String session = newSession();
            sessions.add(session);
            call(one, ben.name(), session, "");
            expectDone(one, "call");
        }
        call(one, ben.name(), newSession(), "");
        assertThat(one.refusal()).isEqualTo("too-many");
        call(one, ben.name(), sessions.getFirst(), "");
        assertThat(one.refusal()).isEqualTo("malformed");
        sessions.forEach(session -> {
            op(one, "cancel", session);
            expectDone(one, "cancel");
        });
        for (int i = 8; i < 20; i++) {
            String session = newSession();
            call(one, ben.name(), session, "");
            expectDone(one, "call");
            op(one, "cancel", session);
            expectDone(one, "cancel");
        }
        call(one, ben.name(), newSession(), "");
        assertThat(one.refusal()).isEqualTo("throttled");
    }

    @Test
    void aCallThatNobodyAnswersEnds() {
        try (LocalDaemon hasty = LocalDaemon.start("CHATD_DIRECT_RING", "1s")) {
            Chatd.Person caller = hasty.person();
            Chatd.Person called = hasty.person();
            try (JsonSocket one = hasty.logInJson(carrier, caller, "laptop");
                    JsonSocket other = hasty.logInJson(carrier, called, "laptop")) {
                befriend(one, other);
                String session = newSession();
                call(one, called.name(), session, "");
                expectDone(one, "call");
                told(other, "call", one.user());
                ended(other, other.user(), "unanswered");
                JsonNode declined = told(one, "decline", other.user());
                assertThat(declined.path("info").path("reason").asString()).isEqualTo("unanswered");
                ended(one, one.user(), "unanswered");
                await().untilAsserted(() -> assertThat(
                                new AuditReader(hasty.auditLog()).all().stream().map(AuditReader.Entry::line))
                        .anyMatch(line -> line.contains("type=\"answer\" outcome=\"refused\" reason=\"unanswered\"")));
            }
        }
    }

    private static int connections(Chatd daemon) {
        return JsonMapper.shared()
                .readTree(daemon.admin("", "stats", "-o", "json").exits(0).out())
                .findPath("connections")
                .asInt(-1);
    }

    /** A stranger has not logged in, and so has no account that could be in a call. */
    @Test
    void aStrangersConnectionEndsCleanlyWhileSomebodyIsCalled() {
        try (LocalDaemon daemon = LocalDaemon.start()) {
            Chatd.Person caller = daemon.person();
            Chatd.Person called = daemon.person();
            try (JsonSocket one = daemon.logInJson(carrier, caller, "laptop");
                    JsonSocket other = daemon.logInJson(carrier, called, "laptop")) {
                befriend(one, other);
                call(one, called.name(), newSession(), "");
                expectDone(one, "call");
                told(other, "call", one.user());
                int before = connections(daemon);
                assertThat(before).isEqualTo(2);
                try (JsonSocket stranger = carrier.connect(daemon)) {
                    await().until(() -> connections(daemon) == before + 1);
                    assertThat(stranger).isNotNull();
                }
                await().until(() -> connections(daemon) == before);
                assertThat(daemon.read("chatd.log")).doesNotContain("cleanup failed");
            }
        }
    }

    private static String written(Chatd daemon) throws Exception {
        return new AuditReader(daemon.auditLog())
                .all().stream().map(AuditReader.Entry::line).collect(Collectors.joining("\n"));
    }

    /**
     * Two are lost, two minutes apart: when the first is removed, the second has been checked as
     * well.
     */
    @Test
    void aParticipantDisconnectedForAQuarterOfAnHourHasLeft() throws Exception {
        TestClock clock = TestClock.running();
        try (LocalDaemon daemon = LocalDaemon.start(clock)) {
            Chatd.Person caller = daemon.person();
            try (JsonSocket one = daemon.logInJson(carrier, caller, "laptop")) {
                List<String> sessions = List.of(newSession(), newSession());
                List<String> numbers = new ArrayList<>();
                for (String session : sessions) {
                    Chatd.Person called = daemon.person();
                    try (JsonSocket other = daemon.logInJson(carrier, called, "laptop")) {
                        befriend(one, other);
                        call(one, called.name(), session, "");
                        expectDone(one, "call");
                        told(other, "call", one.user());
                        accept(other, session, BENS, BENS_KEY);
                        told(one, "accept", other.user());
                        numbers.add(other.user());
                    }
                    assertThat(one.skipTo(JsonType.OFFLINE).path("send").asString())
                            .isEqualTo(numbers.getLast());
                    // Once it is no longer counted, the daemon knows that it is lost.
                    await().until(() -> connections(daemon) == 1);
                    clock.advance(Duration.ofMinutes(2));
                }
                clock.advance(Duration.ofMinutes(11));
                assertThat(one.skipTo(JsonType.CALL).path("send").asString()).isEqualTo(numbers.getFirst());
                await().until(() -> written(daemon).contains("type=\"hangup\""));
                assertThat(written(daemon)).containsOnlyOnce("type=\"hangup\"").contains("reason=\"lost\"");
                renew(one, sessions.getFirst());
                assertThat(one.skipTo(JsonType.REFUSED).path("info").path("id").asString())
                        .isEqualTo("renew");
                renew(one, sessions.getLast());
                assertThat(one.skipTo(JsonType.DONE).path("info").path("id").asString())
                        .isEqualTo("renew");
                clock.advance(Duration.ofMinutes(2));
                ended(one, numbers.getLast(), "lost");
            }
        }
    }

    private static void renew(JsonSocket who, String session) {
        who.send("{'type': 7, 'id': 'renew', 'info': {'op': 'candidates', 'session': '%s', 'candidates': ['%s']}}"
                .formatted(session, ANNS));
    }

    @Test
    void theConfigurationDecidesOnUdpAndOnAddressesInTheLog() throws Exception {
        try (LocalDaemon daemon = LocalDaemon.start("CHATD_LISTEN_UDP", "", "CHATD_AUDIT_DIRECT_ADDRESSES", "true")) {
            Chatd.Person caller = daemon.person();
            Chatd.Person called = daemon.person();
            try (JsonSocket one = carrier.connect(daemon);
                    JsonSocket other = daemon.logInJson(carrier, called, "laptop")) {
                JsonNode server =
                        one.logIn(caller.name(), caller.password(), "laptop").path("server");
                assertThat(server.has("version")).isTrue();
                assertThat(server.has("udp")).isFalse();
                befriend(one, other);
                String session = newSession();
                call(one, called.name(), session, "");
                expectDone(one, "call");
                told(other, "call", one.user());
                accept(other, session, BENS, BENS_KEY);
                told(one, "accept", other.user());
                await().untilAsserted(() ->
                        assertThat(written(daemon)).containsPattern("type=\"answer\"[^\n]*" + Pattern.quote(BENS)));
            }
        }
        assertThat(written(chatd)).doesNotContain("fd00::");
    }
}

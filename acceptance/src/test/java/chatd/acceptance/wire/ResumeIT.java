package chatd.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonTestBase;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.LocalDaemon;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Resumes sessions with a token ({@code chat-json-1.md}, "Resuming"), on each carrier. */
class ResumeIT extends JsonTestBase {
    ResumeIT(JsonCarrier carrier, Chatd chatd) {
        super(carrier, chatd);
    }

    /** A session and its token. */
    private record Resumable(JsonSocket socket, String token) {}

    private Resumable resumable(Chatd.Person person, String device) {
        JsonSocket socket = connect();
        JsonNode info = socket.logIn(person.name(), person.password(), device);
        return new Resumable(socket, info.path("token").asString());
    }

    private static JsonNode resume(JsonSocket socket, String token, long after) {
        socket.send("{'type': 1, 'info': {'token': '%s', 'after': %d}}".formatted(token, after));
        return socket.expect(JsonType.LOGGED_IN).path("info");
    }

    private String code(String token) {
        return resume(connect(), token, 0).path("code").asString();
    }

    /** With {@code after} 0, a client that has seen nothing gets everything since its login. */
    @Test
    void messagesFromBeforeTheSessionAreNotSentAgain() {
        JsonSocket other = logIn(ben, "");
        send(other, ann.name(), "before");
        Resumable first = resumable(ann, "phone");
        other.expectPresence(JsonType.ONLINE, first.socket().user());
        first.socket().close();
        other.expectPresence(JsonType.OFFLINE, first.socket().user());
        send(other, ann.name(), "after");
        JsonSocket again = connect();
        resume(again, first.token(), 0);
        assertThat(again.expect(JsonType.TEXT).path("info").asString()).isEqualTo("after");
        again.fence();
    }

    @Test
    void missedMessagesFollowInOrder() {
        Resumable first = resumable(ann, "phone");
        JsonSocket other = logIn(ben, "");
        long seen = send(other, ann.name(), "seen");
        first.socket().skipTo(JsonType.TEXT);
        first.socket().close();
        other.expectPresence(JsonType.OFFLINE, first.socket().user());
        long one = send(other, ann.name(), "one");
        other.send("{'type': 4, 'info': 'two, to all', 'id': 'all'}");
        long two = other.skipTo(JsonType.DONE).path("info").path("mid").asLong();
        try (JsonSocket laptop = logIn(ann, "laptop")) {
            send(laptop, ben.name(), "three, from the laptop");
        }
        JsonSocket again = connect();
        JsonNode info = resume(again, first.token(), seen);
        assertThat(info.path("code").asString()).isEqualTo("ok");
        assertThat(info.path("token").asString()).isEqualTo(first.token());
        assertThat(info.path("user_name").asString()).isEqualTo(ann.name());
        assertThat(info.has("behind")).isFalse();
        assertThat(info.path("unread").path(other.user()).path("count").asInt()).isEqualTo(2);
        assertThat(again.expect(JsonType.TEXT).path("mid").asLong()).isEqualTo(one);
        assertThat(again.skipTo(JsonType.TEXT_TO_ALL).path("info").asString()).isNotEmpty();
        assertThat(again.skipTo(JsonType.TEXT).path("info").asString()).isEqualTo("three, from the laptop");
        assertThat(two).isGreaterThan(one);
        // Live messages follow.
        send(other, ann.name(), "live");
        assertThat(again.skipTo(JsonType.TEXT).path("info").asString()).isEqualTo("live");
        // The resumed session keeps its device.
        again.send("{'type': 30, 'info': {'op': 'list'}}");
        assertThat(again.skipTo(JsonType.SESSIONS)
                        .path("info")
                        .path(0)
                        .path("device")
                        .asString())
                .isEqualTo("phone");
    }

    @Test
    void theOldConnectionIsClosedSilently() {
        Resumable first = resumable(ann, "phone");
        JsonSocket other = logIn(ben, "");
        first.socket().fence();
        JsonSocket again = connect();
        assertThat(resume(again, first.token(), 0).path("code").asString()).isEqualTo("ok");
        JsonNode rest = first.socket().nextOrEnd();
        while (rest != null) {
            assertThat(rest.toString()).doesNotContain('"' + first.socket().user() + '"');
            rest = first.socket().nextOrEnd();
        }
        // Nobody was told that the user went offline and came back.
        other.send("{'type': 28, 'info': {'users': ['%s']}}"
                .formatted(first.socket().user()));
        JsonNode next = other.next();
        while (next.path("type").asInt() != JsonType.USERS) {
            assertThat(next.toString()).doesNotContain('"' + first.socket().user() + '"');
            next = other.next();
        }
        assertThat(next.path("info").path("users").path(0).path("online").booleanValue())
                .isTrue();
        // And the token can be used again.
        again.close();
        assertThat(code(first.token())).isEqualTo("ok");
    }

    @Test
    void anInvalidTokenIsRefusedLikeAWrongPassword() {
        Resumable first = resumable(ann, "phone");
        assertThat(code("x")).isEqualTo("wrong-password");
        assertThat(code("")).isEqualTo("wrong-password");
        assertThat(code(first.token() + "x")).isEqualTo("wrong-password");
        JsonSocket socket = connect();
        socket.send("{'type': 1, 'info': {'user_id': '%s', 'token': '%s', 'after': 0}}"
                .formatted(ben.name(), first.token()));
        assertThat(socket.expect(JsonType.LOGGED_IN).path("info").path("code").asString())
                .isEqualTo("wrong-password");
        socket.send("{'type': 1, 'info': {'user_id': '%s', 'token': '%s', 'after': 0}}"
                .formatted(ann.name(), first.token()));
        assertThat(socket.expect(JsonType.LOGGED_IN).path("info").path("code").asString())
                .isEqualTo("ok");
        socket.send("{'type': 1, 'info': {'token': '%s', 'after': 0}}".formatted(first.token()));
        assertThat(socket.skipTo(JsonType.REFUSED).path("info").path("code").asString())
                .isEqualTo("not-allowed");
    }

    @Test
    void logoutInvalidatesTheToken() {
        Resumable first = resumable(ann, "phone");
        first.socket().send("{'type': 5, 'info': 'logout', 'id': 'x'}");
        first.socket().skipTo(JsonType.DONE);
        assertThat(code(first.token())).isEqualTo("wrong-password");
    }

    @Test
    void displacementAndEndOthersInvalidateTheToken() {
        Resumable phone = resumable(ann, "phone");
        Resumable samePhone = resumable(ann, "phone");
        phone.socket().untilClosed();
        assertThat(code(phone.token())).isEqualTo("wrong-password");
        Resumable lost = resumable(ann, "lost");
        lost.socket().close();
        Resumable laptop = resumable(ann, "laptop");
        laptop.socket().send("{'type': 30, 'info': {'op': 'end-others'}, 'id': 'x'}");
        laptop.socket().skipTo(JsonType.DONE);
        assertThat(code(samePhone.token())).isEqualTo("wrong-password");
        assertThat(code(lost.token())).isEqualTo("wrong-password");
        laptop.socket().close();
        assertThat(code(laptop.token())).isEqualTo("ok");
    }

    /** With {@code sessions.single}. Nor can a lost session be resumed, and thereby displace the current one. */
    @Test
    void withSingleSessionsALoginEndsTheOthers() {
        try (LocalDaemon strict = LocalDaemon.start("CHATD_SESSIONS_SINGLE", "true")) {
            Chatd.Person alice = strict.alice();
            try (JsonSocket phone = carrier.connect(strict);
                    JsonSocket laptop = carrier.connect(strict);
                    Chat1Socket old = strict.logIn(alice);
                    JsonSocket late = carrier.connect(strict)) {
                String lost = phone.logIn("alice", alice.password(), "phone")
                        .path("token")
                        .asString();
                assertThat(old.untilClosed().getLast().name()).isEqualTo("alice");
                phone.close();
                laptop.logIn("alice", alice.password(), "laptop");
                assertThat(resume(late, lost, 0).path("code").asString()).isEqualTo("wrong-password");
                try (Chat1Socket _ = strict.logIn(alice)) {
                    assertThat(laptop.expect(JsonType.OFFLINE).path("send").asString())
                            .isEqualTo(laptop.user());
                    laptop.untilClosed();
                }
            }
        }
    }

    @Test
    void changingThePasswordInvalidatesTheOtherTokens() {
        Resumable phone = resumable(ann, "phone");
        Resumable laptop = resumable(ann, "laptop");
        laptop.socket()
                .send("{'type': 11, 'info': {'PU': 0, 'NewInf': 'another-good-one-8', 'OldPwd': '%s'}}"
                        .formatted(ann.password()));
        laptop.socket().skipTo(JsonType.CHANGED);
        assertThat(code(phone.token())).isEqualTo("wrong-password");
        laptop.socket().close();
        assertThat(code(laptop.token())).isEqualTo("ok");
    }

    @Test
    void resettingAndDisablingInvalidateTheToken() {
        Resumable reset = resumable(ann, "phone");
        chatd.admin("made-by-an-admin-7\n", "user", "reset", ann.name(), "--password-stdin")
                .exits(0);
        assertThat(code(reset.token())).isEqualTo("wrong-password");
        Resumable disabled = resumable(ben, "phone");
        disabled.socket().close();
        chatd.admin("", "user", "disable", ben.name()).exits(0);
        assertThat(code(disabled.token())).isEqualTo("wrong-password");
        chatd.admin("", "user", "enable", ben.name()).exits(0);
        assertThat(code(disabled.token())).isEqualTo("wrong-password");
    }

    @Test
    void aClientTooFarBehindIsToldSo() {
        Resumable first = resumable(ann, "phone");
        JsonSocket other = logIn(ben, "");
        first.socket().close();
        for (int i = 0; i < 10_000; i++) {
            other.send("{'type': 3, 'receive': '%s', 'info': 'x'}".formatted(ann.name()));
        }
        send(other, ann.name(), "last");
        JsonSocket again = connect();
        JsonNode info = resume(again, first.token(), 0);
        assertThat(info.path("behind").booleanValue()).isTrue();
        again.send("{'type': 19, 'info': {'limit': 1}}");
        assertThat(again.next().path("type").asInt()).isNotEqualTo(JsonType.TEXT);
    }

    @Test
    void resumingIsThrottledPerAccount() {
        Resumable first = resumable(ann, "phone");
        List<String> codes = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            codes.add(code(first.token()));
        }
        assertThat(codes).contains("throttled").doesNotContain("wrong-password");
        assertThat(codes.subList(0, 30)).containsOnly("ok");
    }
}

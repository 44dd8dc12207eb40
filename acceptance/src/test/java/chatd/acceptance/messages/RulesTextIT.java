package chatd.acceptance.messages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.Frame;
import chatd.acceptance.kit.SharedChatd;
import chatd.acceptance.kit.Wire;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rules 5, 6, 10 and 11 for texts: who receives one, who finds it later, and what {@code server} answers instead. */
@ExtendWith(SharedChatd.class)
class RulesTextIT {

    private final Chatd chatd;
    private Chat1Socket ann;
    private Chat1Socket ben;
    private Chat1Socket cid;

    RulesTextIT(Chatd chatd) {
        this.chatd = chatd;
        ann = chatd.newcomer();
        ben = chatd.newcomer();
        cid = chatd.newcomer();
    }

    @AfterEach
    void close() {
        Stream.of(ann, ben, cid).forEach(Chat1Socket::close);
    }

    @Test
    void textReachesItsReceiverWithSenderAndTime() {
        Instant before = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        ann.send(Wire.text("hello\n\tline two \u202e 🦉", ben.name()));
        Frame text = ben.expect(Wire.TEXT);
        assertThat(text.name()).isEqualTo(ann.name());
        assertThat(text.text()).isEqualTo("hello\n\tline two \u202e 🦉");
        Instant time = LocalDateTime.parse(text.time().replace(' ', 'T')).toInstant(ZoneOffset.UTC);
        assertThat(time).isBetween(before, Instant.now());
        ann.fenceWithNothing();
        cid.fenceWithNothing();
        assertThat(ann.replay(1).getFirst().body()).isEqualTo(text.body());
        assertThat(ben.replay(1).getFirst().body()).isEqualTo(text.body());
        assertThat(cid.history(10)).isEmpty();
    }

    /**
     * A backlog within the queue's limit in bytes never closes the connection, however late it is read. Frames queued
     * since the last write are not counted at all: {@code OutboxTest} tests that, because from outside nobody can tell
     * which frames those are.
     */
    @Test
    void aBurstOfLargeTextsDoesNotDisconnectAReader() {
        byte[][] burst = IntStream.range(0, 17)
                .mapToObj(i -> Wire.text(i + " " + "x".repeat(60_000), ben.name()))
                .toArray(byte[][]::new);
        for (int round = 0; round < 5; round++) {
            Thread sending = Thread.startVirtualThread(() -> ann.send(Wire.join(burst)));
            for (int i = 0; i < burst.length; i++) {
                assertThat(ben.expect(Wire.TEXT).text()).startsWith(i + " ");
            }
            await().until(() -> !sending.isAlive());
        }
        ann.fenceWithNothing();
    }

    @Test
    void eachNamedUserGetsATextOnceAndTheSenderOnlyIfNamed() {
        ann.send(Wire.text("twice named", ben.name(), cid.name(), ben.name()));
        ben.expectText(ann.name(), "twice named");
        cid.expectText(ann.name(), "twice named");
        ann.fenceWithNothing();
        ben.fenceWithNothing();
        ann.send(Wire.text("to me too", ann.name(), ben.name()));
        ann.expectText(ann.name(), "to me too");
        ben.expectText(ann.name(), "to me too");
        for (Chat1Socket each : List.of(ann, ben)) {
            assertThat(each.history(10)).containsExactly("twice named", "to me too");
        }
        assertThat(cid.history(10)).containsExactly("twice named");
    }

    @Test
    void offlineReceiverFindsTheTextInTheHistory() {
        ben.close();
        ann.send(Wire.text("for later", ben.name()));
        ann.fenceWithNothing();
        ben = chatd.logIn(ben.person());
        ben.fenceWithNothing();
        assertThat(ben.history(10)).containsExactly("for later");
    }

    static Stream<byte[]> waysToSayAll() {
        return Stream.of(
                Wire.textToAll("all of you"),
                Wire.text("all of you"),
                Wire.frame(Wire.TEXT_TO_SOME, Wire.to(""), Wire.utf8("all of you")));
    }

    @ParameterizedTest
    @MethodSource("waysToSayAll")
    void textToAllReachesEveryExistingUserAndNobodyLater(byte[] packet) {
        Chatd.Person absent = cid.person();
        cid.close();
        ben.expectPresence(Wire.OFFLINE, absent.name());
        ann.send(packet);
        ann.expectText(ann.name(), "all of you");
        ben.expectText(ann.name(), "all of you");
        ann.fenceWithNothing();
        assertThat(ann.history(10)).containsExactly("all of you");
        cid = chatd.logIn(absent);
        assertThat(cid.history(10)).containsExactly("all of you");
        try (Chat1Socket later = chatd.newcomer()) {
            assertThat(later.history(10)).isEmpty();
        }
    }

    @Test
    void textsOfOneSenderKeepTheirOrder() {
        List<String> texts = IntStream.range(0, 300).mapToObj(i -> "n" + i).toList();
        for (String text : texts) {
            ann.send(Wire.text(text, ben.name()));
        }
        var seen = new ArrayList<String>();
        while (seen.size() < texts.size()) {
            seen.add(ben.expect(Wire.TEXT).text());
        }
        assertThat(seen).isEqualTo(texts);
        assertThat(ben.history(1000)).isEqualTo(texts);
        assertThat(ann.history(1000)).isEqualTo(texts);
    }

    @Test
    void unknownReceiverIsReportedToTheSenderAndTheKnownOnesGetIt() {
        String unknown = Chatd.newName();
        ann.send(Wire.text("partly", ben.name(), unknown));
        assertThat(ann.expectServerText()).contains(unknown);
        ben.expectText(ann.name(), "partly");
        assertThat(ann.history(10)).containsExactly("partly");
        ann.send(Wire.text("to nobody", unknown));
        ann.expectServerText();
        assertThat(ann.history(10)).containsExactly("partly");
    }

    @Test
    void namesAreComparedByteForByte() {
        ann.send(Wire.text("shouting", ben.name().toUpperCase(Locale.ROOT)), Wire.text("x", "server"));
        ann.expectServerText();
        ann.expectServerText();
        ben.fenceWithNothing();
        assertThat(ann.history(10)).isEmpty();
    }

    @Test
    void emptyTextIsRefusedAndNotStored() {
        ann.send(Wire.text("", ben.name()), Wire.textToAll(""), Wire.text(""));
        for (int i = 0; i < 3; i++) {
            ann.expectServerText();
        }
        ann.fenceWithNothing();
        ben.fenceWithNothing();
        assertThat(ann.history(10)).isEmpty();
        assertThat(ben.history(10)).isEmpty();
    }

    @Test
    void textAtItsLimitIsDeliveredAndOneByteMoreIsRefused() {
        String full = "ü".repeat(32 * 1024);
        ann.send(Wire.text(full, ben.name()), Wire.text(full + "x", ben.name()), Wire.textToAll(full));
        ben.expectText(ann.name(), full);
        ben.expectText(ann.name(), full);
        ann.expectServerText();
        ann.expectText(ann.name(), full);
        assertThat(ann.history(10)).containsExactly(full, full);
    }

    @Test
    void receiversAtTheirLimitAreAcceptedAndOneMoreIsRefused() {
        List<String> names = new ArrayList<>(Collections.nCopies(1000, ben.name()));
        ann.send(Wire.frame(Wire.TEXT_TO_SOME, Wire.to(names), Wire.utf8("thousand")));
        ben.expectText(ann.name(), "thousand");
        names.add(cid.name());
        ann.send(Wire.frame(Wire.TEXT_TO_SOME, Wire.to(names), Wire.utf8("one more")));
        ann.expectServerText();
        ann.fenceWithNothing();
        cid.fenceWithNothing();
        assertThat(ann.history(10)).containsExactly("thousand");
    }

    @Test
    void textToAllAmongTextsToOneKeepsItsPlace() {
        ann.send(Wire.text("1", ben.name()), Wire.textToAll("2"), Wire.text("3", ben.name()));
        for (String text : List.of("1", "2", "3")) {
            ben.expectText(ann.name(), text);
        }
        assertThat(ben.history(10)).containsExactly("1", "2", "3");
    }
}

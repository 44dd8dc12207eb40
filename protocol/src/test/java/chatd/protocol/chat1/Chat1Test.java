package chatd.protocol.chat1;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.protocol.MessageReader;
import chatd.protocol.command.AccountCommand;
import chatd.protocol.command.Command;
import chatd.protocol.command.FileCommand;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.event.Event;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.json.JsonSamples;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.Audience;
import chatd.protocol.value.Code;
import chatd.protocol.value.Document;
import chatd.protocol.value.References;
import chatd.protocol.value.people.User;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How chat/1 encodes events that are not a single packet of their own. */
class Chat1Test {
    private static final Instant TIME = Instant.parse("2026-11-20T06:15:00Z");
    private static final Chat1 CHAT1 = new Chat1();

    /** Returns the events that a client reads. */
    private static List<Event> received(Event event, long viewer) {
        MessageReader<Event> reader = CHAT1.eventReader();
        List<Event> all = new ArrayList<>();
        ByteBuf in = Unpooled.buffer();
        CHAT1.frames(event, viewer, UnpooledByteBufAllocator.DEFAULT).forEach(frame -> in.writeBytes(frame.bytes()));
        for (Event each = reader.next(in, true); each != null; each = reader.next(in, true)) {
            all.add(each);
        }
        assertThat(in.isReadable()).isFalse();
        return all;
    }

    @Test
    void aWelcomeIsSentAsTheRosterAndTheSettings() {
        SessionEvent.Welcome welcome =
                (SessionEvent.Welcome) requireNonNull(JsonSamples.events().get("welcome"));
        List<Event> received = received(welcome, 1);
        assertThat(received).hasSize(2);
        assertThat(received.getFirst())
                .isInstanceOfSatisfying(
                        SessionEvent.Welcome.class,
                        in -> assertThat(in.roster()).isEqualTo(welcome.roster()));
        assertThat(received.getLast()).isEqualTo(new UserEvent.Settings(requireNonNull(welcome.settings())));
    }

    /** It stays in memory until its receiver reads it, and there may be many. */
    @Test
    void theBufferOfATextIsHardlyLargerThanTheText() {
        String text = "x".repeat(60_000);
        CHAT1.frames(new MessageEvent.Text("bob", TIME, text, null), 1, UnpooledByteBufAllocator.DEFAULT)
                .forEach(frame -> assertThat(frame.bytes().capacity()).isLessThan(70_000));
    }

    @Test
    void aRenameIsSentAsTheOldNameGoingOfflineAndTheNewNameComingOnline() {
        Event renamed = new UserEvent.Renamed(2, "bob", "robert", true);
        assertThat(received(renamed, 1))
                .containsExactly(new UserEvent.WentOffline(0, "bob"), new UserEvent.CameOnline(0, "robert", false));
        assertThat(received(renamed, 2)).containsExactly(new UserEvent.CameOnline(0, "robert", false));
        assertThat(CHAT1.viewKey(renamed, 1))
                .isEqualTo(CHAT1.viewKey(renamed, 3))
                .isNotEqualTo(CHAT1.viewKey(renamed, 2));
        assertThat(received(new UserEvent.Renamed(2, "bob", "robert", false), 1))
                .containsExactly(new UserEvent.WentOffline(0, "robert"));
    }

    @Test
    void aNewAccountIsAnnouncedAsOffline() {
        assertThat(received(new UserEvent.Joined(3, "carol"), 1))
                .containsExactly(new UserEvent.WentOffline(0, "carol"));
    }

    private static List<Event> refused(Command command, Code code) {
        return received(SessionEvent.Refused.to(command, code, "No.", TIME), 0);
    }

    private static Event text(String text) {
        return new MessageEvent.Text(User.SERVER, TIME, text, null);
    }

    private static Event coded(Code code) {
        return new SessionEvent.Refused(null, code, "", "", null);
    }

    /** Every code is sent for every command: as a packet of its own if it has one, otherwise as a text. */
    @Test
    void aRefusalWithoutAPacketIsAText() {
        for (Command command : Samples.commands().values()) {
            for (Code code : Code.values()) {
                List<Event> received = refused(command, code);
                boolean isClosed = command instanceof AccountCommand.Register && code == Code.CLOSED;
                assertThat(received).as("%s %s", command, code).hasSize(isClosed ? 2 : 1);
                if (!(received.getFirst() instanceof SessionEvent.Refused)) {
                    assertThat(received).containsExactly(text("No."));
                }
            }
        }
    }

    @Test
    void refusalsAreSentAsThePacketsOfThePage() {
        Command logIn = requireNonNull(Samples.commands().get("log-in"));
        for (Code code : Set.of(Code.WRONG_PASSWORD, Code.DISABLED, Code.LOCKED)) {
            assertThat(refused(logIn, code)).containsExactly(coded(Code.WRONG_PASSWORD));
        }
        assertThat(refused(logIn, Code.NAME_TAKEN)).containsExactly(text("No."));
        Command register = requireNonNull(Samples.commands().get("register"));
        assertThat(refused(register, Code.NO_SUCH_USER)).containsExactly(text("No."));
        assertThat(refused(register, Code.CLOSED)).containsExactly(coded(Code.BAD_NAME), text("No."));
        Command change = requireNonNull(Samples.commands().get("change-password"));
        assertThat(refused(change, Code.NO_SUCH_USER)).containsExactly(coded(Code.NO_SUCH_USER));
        assertThat(refused(change, Code.MUST_CHANGE_PASSWORD)).containsExactly(text("No."));
    }

    @Test
    void eventsOnlyForJsonHaveNoFrames() {
        assertThat(received(new UserEvent.Settings(new Document(new byte[0])), 1))
                .isEmpty();
        assertThat(received(requireNonNull(JsonSamples.events().get("page")), 1))
                .isEmpty();
    }

    /** Otherwise a text for a group would go to everyone. */
    @Test
    void aCommandForAGroupHasNoPacket() {
        Audience group = new Audience.Group(7);
        for (Command command :
                List.of(new MessageCommand.SendText(group, "hello"), new FileCommand.SendFile(group, "f", 1))) {
            assertThatThrownBy(() -> CHAT1.write(command, UnpooledByteBufAllocator.DEFAULT))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** The length of a body is a four-byte number. */
    @Test
    void theLargestFileFillsTheBody() {
        long limit = 0xffff_ffffL - 64;
        ByteBuf header = CHAT1.write(
                new FileCommand.SendFile(Audience.everyone(), "f", limit), UnpooledByteBufAllocator.DEFAULT);
        assertThat(header.getUnsignedInt(4)).isEqualTo(0xffff_ffffL);
        assertThatThrownBy(() -> CHAT1.write(
                        new FileCommand.SendFile(Audience.everyone(), "f", limit + 1),
                        UnpooledByteBufAllocator.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theNumberOfAPacketIsItsTypeAndSubtype() {
        assertThat(CHAT1.commandRows()).extracting(Packet::number).contains("0x0012/0x0001", "0x0010/0x0000");
    }

    private static MessageEvent.Stored stored(@Nullable List<Long> receivers) {
        return new MessageEvent.Stored(9, 1, receivers, new byte[16], References.NONE);
    }

    /** Rule 6. */
    @Test
    void aTextToAGroupHasTheGroupAsSenderAndNamesItsAuthor() {
        assertThat(received(new MessageEvent.Text("alice", TIME, "hello", stored(List.of(Addressee.group(7)))), 2))
                .containsExactly(new MessageEvent.Text("G7", TIME, "alice: hello", null));
        // To a user with the same number as the group, to several, and to everyone.
        for (List<Long> receivers : Arrays.asList(List.of(7L), List.of(7L, 8L), List.<Long>of(), null)) {
            assertThat(received(new MessageEvent.Text("alice", TIME, "hello", stored(receivers)), 2))
                    .containsExactly(new MessageEvent.Text("alice", TIME, "hello", null));
        }
    }
}

package chatd.protocol.chat1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.protocol.ContentEquality;
import chatd.protocol.MalformedFrame;
import chatd.protocol.MessageReader;
import chatd.protocol.command.Command;
import chatd.protocol.command.FileCommand;
import chatd.protocol.command.SessionCommand;
import chatd.protocol.event.Event;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.value.Audience;
import chatd.protocol.value.people.Roster;
import chatd.protocol.value.people.RosterEntry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrameReaderTest {
    private final MessageReader<Command> reader = new Chat1().commandReader();

    private static byte[] allCommands() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String name : Samples.commands().keySet()) {
            all.write(Hex.golden("commands", name));
        }
        return all.toByteArray();
    }

    @Test
    void oneByteAtATimeIsTheSameAsAllAtOnce() throws IOException {
        ByteBuf in = Unpooled.buffer();
        List<Command> commands = new ArrayList<>();
        StringBuilder content = new StringBuilder();
        for (byte b : allCommands()) {
            in.writeByte(b);
            for (Command next = reader.next(in, true); next != null; next = reader.next(in, true)) {
                if (next instanceof FileCommand.Piece piece) {
                    content.append(piece.content().bytes().toString(java.nio.charset.StandardCharsets.US_ASCII));
                    piece.content().bytes().release();
                } else {
                    commands.add(next);
                }
            }
        }
        assertThat(ContentEquality.areEqual(
                        commands, List.copyOf(Samples.commands().values())))
                .as("%s", commands)
                .isTrue();
        assertThat(content).hasToString("%PDF\n");
        assertThat(in.isReadable()).isFalse();
        assertThat(in.refCnt()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    0011 0000 00000000 | unknown type or subtype
                    0010 0003 00000040 | unknown type or subtype
                    0080 0000 00000000 | unknown type or subtype
                    0010 0000 0000003f | the length does not fit
                    0010 0000 00000041 | the body is over the limit
                    0010 0002 00000040 | the length does not fit
                    0012 0000 00000003 | the length does not fit
                    0012 0000 00017d05 | the body is over the limit
                    0012 0001 00010001 | the body is over the limit
                    0012 0002 00000043 | the length does not fit
                    0012 0002 01007d45 | the body is over the limit
                    0012 0003 01000041 | the body is over the limit
                    0012 0003 ffffffff | the body is over the limit
                    0012 0004 00000005 | the body is over the limit
                    0012 0005 00000000 | the length does not fit
                    0013 0000 00100001 | the body is over the limit
                    """)
    void aFrameIsValidatedFromItsHeaderAlone(String header, String why) {
        byte[] bytes = Hex.parse(header);
        assertThatThrownBy(() -> reader.next(Unpooled.wrappedBuffer(bytes), true))
                .isInstanceOfSatisfying(MalformedFrame.class, e -> {
                    assertThat(e.reason()).isEqualTo(why);
                    assertThat(e.header()).isEqualTo(bytes);
                });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    0012 0000 00017d04 | the largest text to some
                    0012 0001 00010000 | the largest text to all
                    0012 0002 01007d44 | the largest file to some
                    0012 0003 01000040 | the largest file to all
                    0013 0000 00100000 | the largest settings
                    """)
    void aBodyExactlyAtTheLimitIsAwaited(String header, String what) {
        assertThat(reader.next(Unpooled.wrappedBuffer(Hex.parse(header)), true))
                .as(what)
                .isNull();
        assertThat(reader.inFrame()).isTrue();
    }

    @Test
    void beforeLoginOnlyAccountCommandsAreAllowed() throws IOException {
        assertThat(reader.next(Unpooled.wrappedBuffer(Hex.golden("commands", "log-in")), false))
                .isInstanceOf(SessionCommand.LogIn.class);
        byte[] header = HexFormat.of().parseHex("0012000501000000");
        assertThatThrownBy(() -> reader.next(Unpooled.wrappedBuffer(header), false))
                .hasMessage("not allowed before login");
    }

    @Test
    void theContentOfAFileComesPieceByPiece() {
        ByteBuf in = Unpooled.buffer();
        in.writeBytes(Hex.parse("0012 0003 0000004a"))
                .writeBytes("f".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        in.writeZero(62);
        assertThat(reader.next(in, true)).isNull();
        in.writeZero(1);
        assertThat(reader.next(in, true)).isEqualTo(new FileCommand.SendFile(Audience.everyone(), "f", 10));
        assertThat(reader.next(in, true)).isNull();
        in.writeZero(4);
        FileCommand.Piece first = (FileCommand.Piece) reader.next(in, true);
        assertThat(first).isNotNull();
        assertThat(first.content().last()).isFalse();
        assertThat(first.content().bytes().readableBytes()).isEqualTo(4);
        in.writeZero(7);
        FileCommand.Piece last = (FileCommand.Piece) reader.next(in, true);
        assertThat(last).isNotNull();
        assertThat(last.content().last()).isTrue();
        assertThat(last.content().bytes().readableBytes()).isEqualTo(6);
        assertThat(in.readableBytes()).isEqualTo(1);
    }

    @Test
    void tooManyRecipientsOfAFileAreNotBuffered() {
        ByteBuf in = Unpooled.buffer();
        in.writeBytes(Hex.parse("0012 0002 00010000 000003e9"));
        Command command = reader.next(in, true);
        assertThat(command).isEqualTo(new FileCommand.SendFile(new Audience.TooMany(1001), "", 0x10000 - 4));
    }

    @Test
    void theMaximumNumberOfRecipientsOfAFileIsAwaited() {
        ByteBuf in = Unpooled.buffer();
        in.writeBytes(Hex.parse("0012 0002 00010000 000003e8"));
        assertThat(reader.next(in, true)).isNull();
        for (int i = 0; i < 1_000; i++) {
            Field.NAME.write(in, "user" + i);
        }
        assertThat(reader.next(in, true)).isNull();
        Field.NEW_FILE_NAME.write(in, "f");
        assertThat(reader.next(in, true)).isInstanceOfSatisfying(FileCommand.SendFile.class, file -> {
            assertThat(file.audience())
                    .isInstanceOfSatisfying(
                            Audience.Some.class,
                            some -> assertThat(some.names()).hasSize(1_000));
            assertThat(file.size()).isEqualTo(0x10000 - 4 - 1_000 * 32 - 64);
        });
    }

    @Test
    void aRosterOfTenThousandIsRead() {
        Roster roster = new Roster();
        for (int i = 0; i < 10_000; i++) {
            roster.add(new RosterEntry("user" + i, i % 2 == 0));
        }
        Event event = new SessionEvent.Welcome(
                0, "", null, java.util.Optional.empty(), false, roster, java.util.List.of(), null, null);
        ByteBuf frame = new Chat1().packet(event, io.netty.buffer.UnpooledByteBufAllocator.DEFAULT);
        assertThat(new Chat1().eventReader().next(frame, false)).isEqualTo(event);
    }
}

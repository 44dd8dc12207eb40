package chatd.protocol.chat1;

import static chatd.protocol.chat1.Field.FILE_NAME_BYTES;
import static chatd.protocol.chat1.Field.NAME_BYTES;
import static chatd.protocol.chat1.Field.TIME_BYTES;

import chatd.protocol.Gate;
import chatd.protocol.MalformedFrame;
import chatd.protocol.command.AccountCommand;
import chatd.protocol.command.Command;
import chatd.protocol.command.SessionCommand;
import chatd.protocol.event.Event;
import chatd.protocol.event.FileEvent;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.Code;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The packets that the daemon sends in {@code chat/1}. */
final class EventTable {
    static final long OFFER = NAME_BYTES + TIME_BYTES + FILE_NAME_BYTES + 4;

    private EventTable() {}

    static List<Packet<? extends Event>> rows(Field<Optional<Instant>> time) {
        Field<Instant> sent = Field.of(
                (in, length) -> {
                    return time.read(in, length).orElseThrow(() -> new MalformedFrame("a message has no send time"));
                },
                (out, at) -> time.write(out, Optional.of(at)));
        return List.of(
                welcome(0x0080_0000, false, "logged in", time),
                empty(0x0080_0000, UserEvent.Registered.class, "registered", () -> new UserEvent.Registered(0, "")),
                welcome(0x0080_0001, true, "logged in, and the session that held the account was displaced", time),
                refused(
                        0x0080_0002,
                        "login refused: wrong password",
                        EventTable::isLogIn,
                        Code.WRONG_PASSWORD,
                        Code.DISABLED,
                        Code.LOCKED),
                refused(
                        0x0080_0003,
                        "login or change refused: no such user",
                        command -> isLogIn(command) || isChange(command),
                        Code.NO_SUCH_USER),
                refused(
                        0x0080_0004,
                        "login refused: the password must be changed first",
                        EventTable::isLogIn,
                        Code.MUST_CHANGE_PASSWORD),
                refused(
                        0x0080_0005,
                        "registration refused: the name is taken",
                        EventTable::isRegister,
                        Code.NAME_TAKEN),
                refused(
                        0x0080_0006,
                        "registration refused: the name breaks the rules",
                        EventTable::isRegister,
                        Code.BAD_NAME,
                        Code.CLOSED),
                refused(
                        0x0080_0007,
                        "registration refused: the password breaks the rules",
                        EventTable::isRegister,
                        Code.BAD_PASSWORD),
                empty(0x0080_0008, UserEvent.PasswordChanged.class, "password changed", UserEvent.PasswordChanged::new),
                refused(
                        0x0080_0009,
                        "change refused: wrong old password",
                        EventTable::isChange,
                        Code.WRONG_PASSWORD,
                        Code.DISABLED,
                        Code.LOCKED),
                refused(
                        0x0080_000a,
                        "change refused: the new password breaks the rules",
                        EventTable::isChange,
                        Code.BAD_PASSWORD),
                event(
                        0x0081_0000,
                        UserEvent.CameOnline.class,
                        "a user came online",
                        "name 32",
                        NAME_BYTES,
                        NAME_BYTES,
                        Layout.of(
                                Field.NAME,
                                UserEvent.CameOnline::name,
                                name -> new UserEvent.CameOnline(0, name, false))),
                event(
                        0x0081_0001,
                        UserEvent.WentOffline.class,
                        "a user went offline; your own name = you were displaced, the connection closes",
                        "name 32",
                        NAME_BYTES,
                        NAME_BYTES,
                        Layout.of(Field.NAME, UserEvent.WentOffline::name, name -> new UserEvent.WentOffline(0, name))),
                event(
                        0x0082_0000,
                        MessageEvent.Text.class,
                        "text",
                        "sender name 32, time 19, text to the end",
                        NAME_BYTES + TIME_BYTES,
                        Packet.UNLIMITED,
                        Layout.of(
                                (in, length) -> new MessageEvent.Text(
                                        Field.NAME.read(in, length),
                                        sent.read(in, length),
                                        Field.TEXT.read(in, length),
                                        null),
                                (out, text) -> {
                                    Field.NAME.write(out, text.sender());
                                    sent.write(out, text.time());
                                    Field.TEXT.write(out, text.text());
                                })),
                event(
                        0x0082_0001,
                        MessageEvent.FileOffer.class,
                        "a file for you",
                        "sender name 32, time 19, file name 64, file id (4)",
                        OFFER,
                        OFFER,
                        Layout.of(
                                (in, length) -> new MessageEvent.FileOffer(
                                        Field.NAME.read(in, length),
                                        sent.read(in, length),
                                        Field.FILE_NAME.read(in, length),
                                        Field.NUMBER.read(in, length),
                                        null,
                                        null),
                                (out, file) -> {
                                    Field.NAME.write(out, file.sender());
                                    sent.write(out, file.time());
                                    Field.FILE_NAME.write(out, file.name());
                                    Field.NUMBER.write(out, file.file());
                                })),
                event(
                                0x0082_0002,
                                FileEvent.FileContent.class,
                                "file content",
                                "sender name 32, time 19, file name 64, file id (4), content to the end",
                                OFFER,
                                Packet.UNLIMITED,
                                Layout.<FileEvent.FileContent>of(
                                        (in, length) -> new FileEvent.FileContent(
                                                Field.NAME.read(in, length),
                                                sent.read(in, length),
                                                Field.FILE_NAME.read(in, length),
                                                Field.NUMBER.read(in, length),
                                                Field.CONTENT.read(in, length)),
                                        (out, file) -> {
                                            Field.NAME.write(out, file.sender());
                                            sent.write(out, file.time());
                                            Field.FILE_NAME.write(out, file.name());
                                            Field.NUMBER.write(out, file.file());
                                        }))
                        .streaming(FileEvent.FileContent::size, n -> OFFER),
                empty(0x0082_0003, MessageEvent.ClearScreen.class, "clear the screen", MessageEvent.ClearScreen::new),
                event(
                        0x0083_0000,
                        UserEvent.Settings.class,
                        "your settings",
                        "the settings document to the end",
                        0,
                        Packet.UNLIMITED,
                        Layout.of(Field.DOCUMENT, UserEvent.Settings::document, UserEvent.Settings::new)));
    }

    private static <T extends Event> Packet<T> event(
            int code, Class<T> type, String meaning, String body, long least, long limit, Layout<T> layout) {
        return Packet.row(code, type, meaning, body, Gate.ANYONE, least, limit, layout);
    }

    private static <T extends Event> Packet<T> empty(int code, Class<T> type, String meaning, Supplier<T> make) {
        return event(code, type, meaning, "empty", 0, 0, Layout.empty(make));
    }

    private static Packet<SessionEvent.Welcome> welcome(
            int code, boolean displaced, String meaning, Field<Optional<Instant>> time) {
        return event(
                        code,
                        SessionEvent.Welcome.class,
                        meaning,
                        "last login time 19, count n (4), n × (name 32, one ASCII byte `1` online / `0` offline)",
                        TIME_BYTES + 4,
                        Packet.UNLIMITED,
                        Layout.of(
                                time,
                                SessionEvent.Welcome::lastLogin,
                                Field.ROSTER,
                                SessionEvent.Welcome::roster,
                                (lastLogin, roster) -> new SessionEvent.Welcome(
                                        0, "", null, lastLogin, displaced, roster, List.of(), null, null)))
                .onlyFor(welcome -> welcome.displaced() == displaced);
    }

    /**
     * Declares a refusal that has a packet of its own.
     *
     * @param matches selects the refused commands; a client, which knows what it asked for, reads
     *     the refusal without it
     * @param codes the refusal codes sent as this packet; a client reads all of them as the first
     */
    private static Packet<SessionEvent.Refused> refused(
            int number, String meaning, Predicate<@Nullable Command> matches, Code... codes) {
        SessionEvent.Refused read = new SessionEvent.Refused(null, codes[0], "", "", null);
        List<Code> sent = List.of(codes);
        return empty(number, SessionEvent.Refused.class, meaning, () -> read)
                .onlyFor(refused -> matches.test(refused.command()) && sent.contains(refused.code()));
    }

    private static boolean isLogIn(@Nullable Command command) {
        return command instanceof SessionCommand.LogIn;
    }

    private static boolean isRegister(@Nullable Command command) {
        return command instanceof AccountCommand.Register;
    }

    private static boolean isChange(@Nullable Command command) {
        return command instanceof AccountCommand.ChangePassword;
    }
}

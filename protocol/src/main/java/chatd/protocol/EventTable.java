package chatd.protocol;

import static chatd.protocol.Field.FILE_NAME_BYTES;
import static chatd.protocol.Field.NAME_BYTES;
import static chatd.protocol.Field.TIME_BYTES;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** What the daemon sends in {@code chat/1}. */
final class EventTable {
    private static final long OFFER = NAME_BYTES + TIME_BYTES + FILE_NAME_BYTES + 4;

    private EventTable() {}

    static List<Packet<? extends Event>> rows(Field<Optional<Instant>> time) {
        int entry = TIME_BYTES + 4;
        String roster = "last login time 19, count n (4), n × (name 32, one ASCII byte `1` online / `0` offline)";
        Field<Instant> sent = Field.of(
                (in, length) -> {
                    return time.read(in, length).orElseThrow(() -> new MalformedFrame("a message was never sent"));
                },
                (out, at) -> time.write(out, Optional.of(at)));
        return List.of(
                event(
                        0x0080_0000,
                        Event.LoggedIn.class,
                        "logged in",
                        roster,
                        entry,
                        Packet.ANY,
                        Layout.of(
                                time,
                                Event.LoggedIn::lastLogin,
                                Field.ROSTER,
                                Event.LoggedIn::roster,
                                Event.LoggedIn::new)),
                bare(0x0080_0000, Event.Registered.class, "registered", Event.Registered::new),
                event(
                        0x0080_0001,
                        Event.TookOver.class,
                        "logged in, and the session that held the account was displaced",
                        roster,
                        entry,
                        Packet.ANY,
                        Layout.of(
                                time,
                                Event.TookOver::lastLogin,
                                Field.ROSTER,
                                Event.TookOver::roster,
                                Event.TookOver::new)),
                bare(
                        0x0080_0002,
                        Event.WrongPassword.class,
                        "log in refused: wrong password",
                        Event.WrongPassword::new),
                bare(
                        0x0080_0003,
                        Event.NoSuchUser.class,
                        "log in or change refused: no such user",
                        Event.NoSuchUser::new),
                bare(
                        0x0080_0004,
                        Event.MustChangePassword.class,
                        "log in refused: the password must be changed first",
                        Event.MustChangePassword::new),
                bare(0x0080_0005, Event.NameTaken.class, "register refused: the name is taken", Event.NameTaken::new),
                bare(
                        0x0080_0006,
                        Event.BadName.class,
                        "register refused: the name breaks the rules",
                        Event.BadName::new),
                bare(
                        0x0080_0007,
                        Event.BadPassword.class,
                        "register refused: the password breaks the rules",
                        Event.BadPassword::new),
                bare(0x0080_0008, Event.PasswordChanged.class, "password changed", Event.PasswordChanged::new),
                bare(
                        0x0080_0009,
                        Event.WrongOldPassword.class,
                        "change refused: wrong old password",
                        Event.WrongOldPassword::new),
                bare(
                        0x0080_000a,
                        Event.BadNewPassword.class,
                        "change refused: the new password breaks the rules",
                        Event.BadNewPassword::new),
                event(
                        0x0081_0000,
                        Event.CameOnline.class,
                        "a user came online",
                        "name 32",
                        NAME_BYTES,
                        NAME_BYTES,
                        Layout.of(Field.NAME, Event.CameOnline::name, name -> new Event.CameOnline(name))),
                event(
                        0x0081_0001,
                        Event.WentOffline.class,
                        "a user went offline; your own name = you were displaced, the connection closes",
                        "name 32",
                        NAME_BYTES,
                        NAME_BYTES,
                        Layout.of(Field.NAME, Event.WentOffline::name, name -> new Event.WentOffline(name))),
                event(
                        0x0082_0000,
                        Event.Text.class,
                        "text",
                        "sender name 32, time 19, text to the end",
                        NAME_BYTES + TIME_BYTES,
                        Packet.ANY,
                        Layout.of(
                                (in, length) -> new Event.Text(
                                        Field.NAME.read(in, length),
                                        sent.read(in, length),
                                        Field.TEXT.read(in, length)),
                                (out, text) -> {
                                    Field.NAME.write(out, text.sender());
                                    sent.write(out, text.time());
                                    Field.TEXT.write(out, text.text());
                                })),
                event(
                        0x0082_0001,
                        Event.FileOffer.class,
                        "a file for you",
                        "sender name 32, time 19, file name 64, file id (4)",
                        OFFER,
                        OFFER,
                        Layout.of(
                                (in, length) -> new Event.FileOffer(
                                        Field.NAME.read(in, length),
                                        sent.read(in, length),
                                        Field.FILE_NAME.read(in, length),
                                        Field.NUMBER.read(in, length)),
                                (out, file) -> {
                                    Field.NAME.write(out, file.sender());
                                    sent.write(out, file.time());
                                    Field.FILE_NAME.write(out, file.name());
                                    Field.NUMBER.write(out, file.file());
                                })),
                event(
                                0x0082_0002,
                                Event.FileContent.class,
                                "file content",
                                "sender name 32, time 19, file name 64, file id (4), content to the end",
                                OFFER,
                                Packet.ANY,
                                Layout.<Event.FileContent>of(
                                        (in, length) -> new Event.FileContent(
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
                        .streaming(Event.FileContent::size, n -> OFFER),
                bare(0x0082_0003, Event.ClearScreen.class, "clear the screen", Event.ClearScreen::new),
                event(
                        0x0083_0000,
                        Event.Settings.class,
                        "your settings",
                        "the settings document to the end",
                        0,
                        Packet.ANY,
                        Layout.of(Field.DOCUMENT, Event.Settings::document, Event.Settings::new)));
    }

    private static <T extends Event> Packet<T> event(
            int code, Class<T> type, String meaning, String body, long least, long most, Layout<T> layout) {
        return Packet.row(code, type, meaning, body, Gate.ANYONE, least, most, layout);
    }

    private static <T extends Event> Packet<T> bare(int code, Class<T> type, String meaning, Supplier<T> make) {
        return event(code, type, meaning, "empty", 0, 0, Layout.empty(make));
    }
}

package chatd.protocol.chat1;

import static chatd.protocol.chat1.Field.FILE_NAME_BYTES;
import static chatd.protocol.chat1.Field.NAME_BYTES;

import chatd.protocol.Gate;
import chatd.protocol.command.AccountCommand;
import chatd.protocol.command.Command;
import chatd.protocol.command.FileCommand;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.command.SessionCommand;
import chatd.protocol.value.Audience;
import chatd.protocol.value.Limits;
import java.util.List;

/** The packets that clients may send in {@code chat/1}. */
final class CommandTable {
    private CommandTable() {}

    static List<Packet<? extends Command>> rows(Limits limits) {
        Field<Audience> audience = Field.audience(limits.recipients());
        long names = 4 + (long) NAME_BYTES * limits.recipients();
        Layout<FileCommand.SendFile> fileToSome = Layout.of(
                (in, length) -> {
                    Audience to = audience.read(in, length);
                    if (to instanceof Audience.TooMany) {
                        return new FileCommand.SendFile(to, "", Field.CONTENT.read(in, length));
                    }
                    return new FileCommand.SendFile(
                            to, Field.NEW_FILE_NAME.read(in, length), Field.CONTENT.read(in, length));
                },
                (out, file) -> {
                    audience.write(out, file.audience());
                    Field.NEW_FILE_NAME.write(out, file.name());
                });
        return List.of(
                Packet.row(
                        0x0010_0000,
                        SessionCommand.LogIn.class,
                        "log in",
                        "name 32, password 32",
                        Gate.ANYONE,
                        64,
                        64,
                        Layout.of(
                                Field.USER,
                                SessionCommand.LogIn::user,
                                Field.PASSWORD,
                                SessionCommand.LogIn::password,
                                (user, password) -> new SessionCommand.LogIn(user, password, null, ""))),
                Packet.row(
                        0x0010_0001,
                        AccountCommand.Register.class,
                        "register",
                        "name 32, password 32",
                        Gate.ANYONE,
                        64,
                        64,
                        Layout.of(
                                Field.TYPED_NAME,
                                AccountCommand.Register::name,
                                Field.PASSWORD,
                                AccountCommand.Register::password,
                                (name, password) -> new AccountCommand.Register(name, password))),
                Packet.row(
                        0x0010_0002,
                        AccountCommand.ChangePassword.class,
                        "change password",
                        "name 32, old password 32, new password 32",
                        Gate.ANYONE,
                        96,
                        96,
                        Layout.of(
                                (in, length) -> new AccountCommand.ChangePassword(
                                        Field.USER.read(in, length),
                                        Field.PASSWORD.read(in, length),
                                        Field.PASSWORD.read(in, length)),
                                (out, change) -> {
                                    Field.USER.write(out, change.user());
                                    Field.PASSWORD.write(out, change.oldPassword());
                                    Field.PASSWORD.write(out, change.newPassword());
                                })),
                Packet.row(
                                0x0012_0000,
                                MessageCommand.SendText.class,
                                "text to some",
                                "count n (4), n names of 32, text to the end",
                                Gate.LOGGED_IN,
                                4,
                                names + limits.text(),
                                Layout.of(
                                        audience,
                                        MessageCommand.SendText::audience,
                                        Field.TEXT,
                                        MessageCommand.SendText::text,
                                        (to, text) -> new MessageCommand.SendText(to, text)))
                        .onlyFor(text -> text.audience() instanceof Audience.Some),
                Packet.row(
                                0x0012_0001,
                                MessageCommand.SendText.class,
                                "text to all",
                                "text to the end",
                                Gate.LOGGED_IN,
                                0,
                                limits.text(),
                                Layout.of(
                                        Field.TEXT,
                                        MessageCommand.SendText::text,
                                        text -> new MessageCommand.SendText(Audience.everyone(), text)))
                        .onlyFor(text -> text.audience() instanceof Audience.Everyone),
                Packet.row(
                                0x0012_0002,
                                FileCommand.SendFile.class,
                                "file to some",
                                "count n (4), n names of 32, file name 64, content to the end",
                                Gate.LOGGED_IN,
                                4 + FILE_NAME_BYTES,
                                names + FILE_NAME_BYTES + limits.file(),
                                fileToSome)
                        .onlyFor(file -> file.audience() instanceof Audience.Some)
                        .streaming(
                                FileCommand.SendFile::size,
                                n -> n > limits.recipients() ? 4 : 4 + n * NAME_BYTES + FILE_NAME_BYTES),
                Packet.row(
                                0x0012_0003,
                                FileCommand.SendFile.class,
                                "file to all",
                                "file name 64, content to the end",
                                Gate.LOGGED_IN,
                                FILE_NAME_BYTES,
                                FILE_NAME_BYTES + limits.file(),
                                Layout.of(
                                        Field.NEW_FILE_NAME,
                                        FileCommand.SendFile::name,
                                        Field.CONTENT,
                                        FileCommand.SendFile::size,
                                        (name, size) -> new FileCommand.SendFile(Audience.everyone(), name, size)))
                        .onlyFor(file -> file.audience() instanceof Audience.Everyone)
                        .streaming(FileCommand.SendFile::size, n -> FILE_NAME_BYTES),
                Packet.row(
                        0x0012_0004,
                        FileCommand.FetchFile.class,
                        "fetch a file",
                        "file id (4)",
                        Gate.LOGGED_IN,
                        4,
                        4,
                        Layout.of(Field.NUMBER, FileCommand.FetchFile::file, FileCommand.FetchFile::new)),
                Packet.row(
                        0x0012_0005,
                        MessageCommand.Replay.class,
                        "replay history",
                        "count n (4)",
                        Gate.LOGGED_IN,
                        4,
                        4,
                        Layout.of(Field.NUMBER, MessageCommand.Replay::count, MessageCommand.Replay::new)),
                Packet.row(
                        0x0013_0000,
                        AccountCommand.StoreSettings.class,
                        "store my settings",
                        "the settings document (config.json) to the end",
                        Gate.LOGGED_IN,
                        0,
                        limits.settings(),
                        Layout.of(
                                Field.DOCUMENT,
                                AccountCommand.StoreSettings::document,
                                document -> new AccountCommand.StoreSettings(document))));
    }
}

package chatd.protocol.json;

import chatd.protocol.command.Command;
import chatd.protocol.command.FileCommand;
import chatd.protocol.value.Audience;
import chatd.protocol.value.people.User;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * Files and pictures sent in pieces: the commands of types 6 and 12, which differ only in the type.
 */
final class JsonFileCommands {
    static final int FILE = 6;
    static final int PICTURE = 12;

    /** The form of an upload's start in the first draft of these messages. */
    private static final Pattern NAME_AND_SIZE = Pattern.compile("(.*)\\|([0-9]{1,15})", Pattern.DOTALL);

    static final JsonValue<byte[]> DATA = JsonValue.base64(FileCommand.UploadPiece.MAX_BYTES);

    /** The audience of a file: a user, a group, or, if it is empty, everyone. */
    private static final JsonValue<Audience> RECEIVER = JsonValue.of(
            "string",
            (value, key) -> {
                User user = JsonValue.USER.read(value, key);
                return user.typed().isEmpty() ? Audience.everyone() : Audience.to(user);
            },
            (out, audience) -> out.writeString(
                    switch (audience) {
                        case Audience.One(User user) -> user.typed();
                        case Audience.Group(long number) -> "G" + number;
                        default -> "";
                    }));

    private record NameAndSize(String name, long size) {}

    private static final JsonValue<NameAndSize> START = JsonValue.of(
            "string",
            (value, key) -> {
                Matcher form = NAME_AND_SIZE.matcher(JsonValue.TEXT.read(value, key));
                if (!form.matches()) {
                    throw new JsonValue.InvalidMessage("info has to be name|size.");
                }
                return new NameAndSize(form.group(1), Long.parseLong(form.group(2)));
            },
            (out, start) -> out.writeString(start.name() + '|' + start.size()));

    static final List<JsonMessage<? extends Command>> ROWS =
            Stream.concat(commands(FILE).stream(), commands(PICTURE).stream()).toList();

    private JsonFileCommands() {}

    private static List<JsonMessage<? extends Command>> commands(int type) {
        boolean isPicture = type == PICTURE;
        return List.of(
                JsonMessage.<FileCommand.StartUpload>row(type, FileCommand.StartUpload.class, row -> {
                            var id = JsonMessage.id(row);
                            var to = receiver(row, FileCommand.StartUpload::audience);
                            row.op("start");
                            var name = row.info("name", JsonValue.TEXT, FileCommand.StartUpload::name);
                            var size = row.info("size", JsonValue.WHOLE, FileCommand.StartUpload::size);
                            var answered = row.envelope("re", JsonValue.WHOLE, FileCommand.StartUpload::replyTo, 0L);
                            return in -> new FileCommand.StartUpload(
                                    in.get(to), in.get(name), in.get(size), isPicture, in.get(answered), in.get(id));
                        })
                        .writingOnly(start -> start.picture() == isPicture),
                JsonMessage.<FileCommand.UploadPiece>row(type, FileCommand.UploadPiece.class, row -> {
                            var id = JsonMessage.id(row);
                            row.op("chunk");
                            var upload = row.info("file", JsonValue.WHOLE, FileCommand.UploadPiece::upload);
                            var offset = row.info("offset", JsonValue.WHOLE, FileCommand.UploadPiece::offset);
                            var data = row.info("data", DATA, FileCommand.UploadPiece::bytes);
                            return in -> new FileCommand.UploadPiece(
                                    in.get(upload), in.get(offset), in.get(data), in.get(id));
                        })
                        .writingOnly(piece -> !isPicture),
                JsonMessage.<FileCommand.EndUpload>row(type, FileCommand.EndUpload.class, row -> {
                            var id = JsonMessage.id(row);
                            row.op("end");
                            var upload = row.info("file", JsonValue.WHOLE, FileCommand.EndUpload::upload);
                            var sha256 = row.infoOrNull("sha256", JsonValue.HEX, FileCommand.EndUpload::sha256);
                            return in -> new FileCommand.EndUpload(in.get(upload), in.get(sha256), in.get(id));
                        })
                        .writingOnly(end -> !isPicture),
                JsonMessage.<FileCommand.GetFile>row(type, FileCommand.GetFile.class, row -> {
                            var id = JsonMessage.id(row);
                            row.op("get");
                            var file = row.info("file", JsonValue.WHOLE, FileCommand.GetFile::file);
                            var offset = row.info("offset", JsonValue.WHOLE, FileCommand.GetFile::offset, 0L);
                            return in -> new FileCommand.GetFile(in.get(file), in.get(offset), isPicture, in.get(id));
                        })
                        .writingOnly(get -> get.picture() == isPicture),
                JsonMessage.<FileCommand.ForwardFile>row(type, FileCommand.ForwardFile.class, row -> {
                            var id = JsonMessage.id(row);
                            var to = receiver(row, FileCommand.ForwardFile::audience);
                            row.op("again");
                            var file = row.info("file", JsonValue.WHOLE, FileCommand.ForwardFile::file);
                            var answered = row.envelope("re", JsonValue.WHOLE, FileCommand.ForwardFile::replyTo, 0L);
                            return in -> new FileCommand.ForwardFile(
                                    in.get(to), in.get(file), isPicture, in.get(answered), in.get(id));
                        })
                        .writingOnly(again -> again.picture() == isPicture),
                JsonMessage.<FileCommand.StartUpload>row(type, FileCommand.StartUpload.class, row -> {
                            var id = JsonMessage.id(row);
                            var to = receiver(row, FileCommand.StartUpload::audience);
                            var start = row.wholeInfo(
                                    "`name\\|size`", START, one -> new NameAndSize(one.name(), one.size()));
                            var answered = row.envelope("re", JsonValue.WHOLE, FileCommand.StartUpload::replyTo, 0L);
                            return in -> new FileCommand.StartUpload(
                                    in.get(to),
                                    in.get(start).name(),
                                    in.get(start).size(),
                                    isPicture,
                                    in.get(answered),
                                    in.get(id));
                        })
                        .onlyFor(start -> false, message -> message.path("info").isString() && !isEnd(message)),
                JsonMessage.<FileCommand.EndUpload>row(type, FileCommand.EndUpload.class, row -> {
                            var id = JsonMessage.id(row);
                            row.wholeInfoConstant("end");
                            return in -> new FileCommand.EndUpload(0, null, in.get(id));
                        })
                        .readOnly(JsonFileCommands::isEnd));
    }

    private static boolean isEnd(JsonNode message) {
        String info = message.path("info").asString(null);
        return message.path("info").isString() && (info.isEmpty() || info.equals("end"));
    }

    private static <C extends Command> JsonMessage.Key<C, Audience> receiver(
            JsonMessage<C> row, Function<C, Audience> audience) {
        return row.envelope("receive", RECEIVER, audience, Audience.everyone());
    }
}

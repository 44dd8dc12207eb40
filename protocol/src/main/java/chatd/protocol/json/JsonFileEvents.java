package chatd.protocol.json;

import static java.util.Objects.requireNonNull;

import chatd.protocol.event.Event;
import chatd.protocol.event.FileEvent;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.value.Media;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Files and pictures offered, and files fetched in pieces: the events of types 6 and 12. */
final class JsonFileEvents {
    static final List<JsonMessage<? extends Event>> ROWS = Stream.concat(
                    events(JsonFileCommands.FILE).stream(), events(JsonFileCommands.PICTURE).stream())
            .toList();

    private JsonFileEvents() {}

    private static List<JsonMessage<? extends Event>> events(int type) {
        boolean isPicture = type == JsonFileCommands.PICTURE;
        return List.of(
                JsonMessage.<MessageEvent.FileOffer>row(type, MessageEvent.FileOffer.class, row -> {
                            StoredKeys<MessageEvent.FileOffer> kept = new StoredKeys<>(row);
                            row.op("offer");
                            var file = row.info("file", JsonValue.WHOLE, MessageEvent.FileOffer::file);
                            var name = row.info("name", JsonValue.TEXT, MessageEvent.FileOffer::name);
                            var size = row.info(
                                    "size",
                                    JsonValue.WHOLE,
                                    offer -> digest(offer).size());
                            var media = row.info(
                                    "media",
                                    JsonValue.TEXT,
                                    offer -> digest(offer).media().type());
                            var width = row.info(
                                    "width",
                                    JsonValue.WHOLE,
                                    offer -> (long) digest(offer).media().width(),
                                    0L);
                            var height = row.info(
                                    "height",
                                    JsonValue.WHOLE,
                                    offer -> (long) digest(offer).media().height(),
                                    0L);
                            var sha256 = row.info(
                                    "sha256",
                                    JsonValue.HEX,
                                    offer -> digest(offer).sha256());
                            kept.withProof();
                            return in -> new MessageEvent.FileOffer(
                                    in.get(kept.senderName()),
                                    in.get(kept.time()),
                                    in.get(name),
                                    in.get(file),
                                    new MessageEvent.FileDigest(
                                            in.get(size),
                                            in.get(sha256),
                                            new Media(
                                                    in.get(media),
                                                    Math.toIntExact(in.get(width)),
                                                    Math.toIntExact(in.get(height)),
                                                    isPicture)),
                                    kept.of(in));
                        })
                        .writingOnly(offer -> digest(offer).media().picture() == isPicture),
                JsonMessage.<FileEvent.Chunk>row(type, FileEvent.Chunk.class, row -> {
                            JsonEvents.fromServer(row);
                            row.op("chunk");
                            var file = row.info("file", JsonValue.WHOLE, FileEvent.Chunk::file);
                            var offset = row.info("offset", JsonValue.WHOLE, FileEvent.Chunk::offset);
                            var data = row.info("data", JsonFileCommands.DATA, FileEvent.Chunk::bytes);
                            return in -> new FileEvent.Chunk(in.get(file), in.get(offset), in.get(data), isPicture);
                        })
                        .writingOnly(chunk -> chunk.picture() == isPicture),
                JsonMessage.<FileEvent.End>row(type, FileEvent.End.class, row -> {
                            JsonEvents.fromServer(row);
                            row.op("end");
                            var file = row.info("file", JsonValue.WHOLE, FileEvent.End::file);
                            var sha256 = row.info("sha256", JsonValue.HEX, FileEvent.End::sha256);
                            return in -> new FileEvent.End(in.get(file), in.get(sha256), isPicture);
                        })
                        .writingOnly(end -> end.picture() == isPicture));
    }

    private static MessageEvent.FileDigest digest(MessageEvent.FileOffer offer) {
        MessageEvent.@Nullable FileDigest digest = offer.content();
        return requireNonNull(digest, "a file without its digest");
    }
}

package chatd.protocol.json;

import chatd.protocol.event.Event;
import chatd.protocol.event.MessageEvent;
import java.time.Instant;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * The daemon's messages about changes to earlier messages: types 31 to 33, and what is left of a
 * message that was taken back.
 */
final class JsonAmendments {
    /** Who took a message back, and when. */
    private record Taking(long by, Instant time) {}

    private static final JsonValue<Taking> TAKING = JsonValue.of(
            "{ by: Numbered, time: Time }",
            (value, key) -> new Taking(
                    JsonValue.NUMBERED.read(value.path("by"), key), JsonValue.TIME.read(value.path("time"), key)),
            (out, taken) -> {
                JsonValue.NUMBERED.write(out.writeStartObject().writeName("by"), taken.by());
                JsonValue.TIME.write(out.writeName("time"), taken.time());
                out.writeEndObject();
            });

    static final List<JsonMessage<? extends Event>> ROWS = List.of(
            erased(3).onlyFor(erased -> !erased.isFile() && JsonEvents.isToSome(erased), JsonAmendments::isErased),
            erased(4).onlyFor(erased -> !erased.isFile() && JsonEvents.isToAll(erased), JsonAmendments::isErased),
            erased(6).onlyFor(MessageEvent.Erased::isFile, JsonAmendments::isErased),
            JsonMessage.<MessageEvent.TakenBack>row(31, MessageEvent.TakenBack.class, row -> {
                StoredKeys<MessageEvent.TakenBack> kept = new StoredKeys<>(row);
                var of = row.info("mid", JsonValue.WHOLE, MessageEvent.TakenBack::target);
                by(row);
                kept.numbered();
                return in -> new MessageEvent.TakenBack(
                        in.get(kept.senderName()), in.get(kept.time()), in.get(of), kept.of(in));
            }),
            JsonMessage.<MessageEvent.Corrected>row(32, MessageEvent.Corrected.class, row -> {
                StoredKeys<MessageEvent.Corrected> kept = new StoredKeys<>(row);
                var of = row.info("of", JsonValue.WHOLE, MessageEvent.Corrected::target);
                var text = row.info("text", JsonValue.TEXT, MessageEvent.Corrected::text);
                kept.withProof();
                return in -> new MessageEvent.Corrected(
                        in.get(kept.senderName()), in.get(kept.time()), in.get(of), in.get(text), kept.of(in));
            }),
            JsonMessage.<MessageEvent.Reacted>row(33, MessageEvent.Reacted.class, row -> {
                StoredKeys<MessageEvent.Reacted> kept = new StoredKeys<>(row);
                var of = row.info("mid", JsonValue.WHOLE, MessageEvent.Reacted::target);
                var code = row.info("code", JsonValue.TEXT, MessageEvent.Reacted::code);
                var on = row.info("on", JsonValue.FLAG, MessageEvent.Reacted::on);
                by(row);
                kept.numbered();
                return in -> new MessageEvent.Reacted(
                        in.get(kept.senderName()),
                        in.get(kept.time()),
                        in.get(of),
                        in.get(code),
                        in.get(on),
                        kept.of(in));
            }));

    private JsonAmendments() {}

    /** Declares the key for who did it, which is also the sender. */
    private static <T extends MessageEvent.Amendment> void by(JsonMessage<T> row) {
        row.info("by", JsonValue.NUMBERED, amendment -> {
            MessageEvent.Stored stored = amendment.stored();
            return stored == null ? MessageEvent.Stored.SERVER : stored.sender();
        });
    }

    private static boolean isErased(JsonNode message) {
        return message.has("taken_back");
    }

    private static JsonMessage<MessageEvent.Erased> erased(int type) {
        return JsonMessage.row(type, MessageEvent.Erased.class, row -> {
            StoredKeys<MessageEvent.Erased> kept = new StoredKeys<>(row);
            row.nullInfo();
            kept.numbered();
            var taken = row.envelope("taken_back", TAKING, erased -> new Taking(erased.by(), erased.takenBack()));
            return in -> new MessageEvent.Erased(
                    in.get(kept.senderName()),
                    in.get(kept.time()),
                    type == 6,
                    in.get(taken).by(),
                    in.get(taken).time(),
                    kept.of(in));
        });
    }
}

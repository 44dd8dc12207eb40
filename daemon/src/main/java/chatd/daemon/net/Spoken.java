package chatd.daemon.net;

import chatd.daemon.config.Config;
import chatd.protocol.Chat1;
import chatd.protocol.Command;
import chatd.protocol.Json;
import chatd.protocol.Limits;
import chatd.protocol.MessageReader;
import io.netty.buffer.ByteBufAllocator;

/** The dialects as they are configured at a moment: a connection keeps to their limits. Any thread. */
record Spoken(Config config, Chat1Dialect chat1, JsonDialect json) {
    static Spoken as(Config config) {
        Config.Limits limits = config.limits();
        Chat1 chat1 = new Chat1(
                new Limits(limits.text(), limits.file(), limits.recipients(), limits.settings()),
                config.chat1().wireZone());
        return new Spoken(
                config,
                new Chat1Dialect(chat1, ByteBufAllocator.DEFAULT),
                new JsonDialect(new Json(limits.json()), ByteBufAllocator.DEFAULT));
    }

    MessageReader<Command> chat1Reader() {
        return chat1.codec().commandReader();
    }

    MessageReader<Command> jsonReader() {
        return json.codec().commandReader();
    }
}

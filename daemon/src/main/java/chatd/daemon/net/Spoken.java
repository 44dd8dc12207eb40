package chatd.daemon.net;

import chatd.daemon.config.Config;
import chatd.protocol.Chat1;
import chatd.protocol.Dialects;
import chatd.protocol.Json;
import chatd.protocol.Limits;

/** The dialects as they are configured at a moment: a connection keeps to their limits. Any thread. */
record Spoken(Config config, Dialects dialects) {
    static Spoken as(Config config) {
        Config.Limits limits = config.limits();
        Chat1 chat1 = new Chat1(
                new Limits(limits.text(), limits.file(), limits.recipients(), limits.settings()),
                config.chat1().wireZone());
        return new Spoken(config, new Dialects(new Json(limits.json()), chat1));
    }
}

package chatd.daemon.net.stream;

import chatd.daemon.config.Config;
import chatd.daemon.net.tls.Dialects;
import chatd.protocol.chat1.Chat1;
import chatd.protocol.value.Limits;

/** The dialects built from one configuration; a connection keeps their limits while it lasts. Any thread. */
public record ConfiguredDialects(Config config, Dialects dialects) {
    public static ConfiguredDialects of(Config config) {
        Config.Limits limits = config.limits();
        Chat1 chat1 = new Chat1(
                new Limits(
                        limits.text(),
                        Math.min(limits.file(), Limits.DEFAULT.file()),
                        limits.recipients(),
                        limits.settings()),
                config.chat1().wireZone());
        return new ConfiguredDialects(config, new Dialects(limits.json(), chat1));
    }
}

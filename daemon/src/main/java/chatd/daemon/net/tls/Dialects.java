package chatd.daemon.net.tls;

import chatd.protocol.Dialect;
import chatd.protocol.chat1.Chat1;
import chatd.protocol.json.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All dialects, by their names in ALPN. Immutable; any thread. */
public final class Dialects {
    /** Their names in ALPN, the preferred one first. */
    public static final List<String> NAMES = List.of(Json.ALPN, Chat1.ALPN);

    private final Map<String, Dialect> byName;
    private final Dialect unnamed;

    public Dialects(Json json, Chat1 chat1) {
        byName = Map.of(json.name(), json, chat1.name(), chat1);
        unnamed = chat1;
    }

    /**
     * The dialect that ALPN has chosen.
     *
     * @param name null or empty where the client has offered none: that is {@code chat/1}
     * @throws IllegalArgumentException where there is no such dialect
     */
    public Dialect named(@Nullable String name) {
        Dialect dialect = name == null || name.isEmpty() ? unnamed : byName.get(name);
        if (dialect == null) {
            throw new IllegalArgumentException("no dialect is called " + name);
        }
        return dialect;
    }
}

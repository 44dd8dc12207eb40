package chatd.daemon.net.tls;

import chatd.protocol.Dialect;
import chatd.protocol.chat1.Chat1;
import chatd.protocol.json.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All dialects, by ALPN protocol name. Immutable; any thread. */
public final class Dialects {
    /** ALPN protocol names, the preferred one first. */
    public static final List<String> NAMES = List.of(Json.ALPN, Chat1.ALPN);

    private final Map<String, Dialect> byName;
    private final Dialect unnamed;

    public Dialects(Json json, Chat1 chat1) {
        byName = Map.of(json.name(), json, chat1.name(), chat1);
        unnamed = chat1;
    }

    /**
     * Returns the dialect that ALPN selected.
     *
     * @param name the selected protocol name; null or empty if the client offered none, which means {@code chat/1}
     * @throws IllegalArgumentException if there is no such dialect
     */
    public Dialect named(@Nullable String name) {
        Dialect dialect = name == null || name.isEmpty() ? unnamed : byName.get(name);
        if (dialect == null) {
            throw new IllegalArgumentException("no dialect is called " + name);
        }
        return dialect;
    }
}

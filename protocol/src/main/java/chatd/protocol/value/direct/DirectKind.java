package chatd.protocol.value.direct;

import java.util.Locale;

/** What a direct session is for. */
public enum DirectKind {
    CHAT,
    FILE;

    /** Returns the written form, such as {@code chat}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}

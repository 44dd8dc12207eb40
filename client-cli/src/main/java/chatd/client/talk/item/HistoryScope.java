package chatd.client.talk.item;

import org.jspecify.annotations.Nullable;

/** Which part of the user's history is meant. */
public sealed interface HistoryScope {
    /** All conversations. */
    record All() implements HistoryScope {}

    /** The conversation with everyone. */
    record Everyone() implements HistoryScope {}

    /** The conversation with a user or a group. */
    record With(String recipient) implements HistoryScope {}

    /** Returns what a person or a script names: null for all conversations, {@code *} for that with everyone. */
    static HistoryScope named(@Nullable String name) {
        return name == null ? new All() : name.equals("*") ? new Everyone() : new With(name);
    }

    /** Returns the scope of one conversation; the empty recipient is everyone. */
    static HistoryScope of(String recipient) {
        return recipient.isEmpty() ? new Everyone() : new With(recipient);
    }
}

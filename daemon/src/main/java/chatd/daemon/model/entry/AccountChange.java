package chatd.daemon.model.entry;

import org.jspecify.annotations.Nullable;

/**
 * A change to an account: the record that is logged, and the effect on the tables.
 *
 * @param idempotencyKey the identifier that its client gave it; null if none
 */
public record AccountChange(
        Change change, Effect effect, @Nullable IdempotencyKey idempotencyKey) implements Entry {
    public AccountChange(Change change, Effect effect) {
        this(change, effect, null);
    }

    /** Returns the same change with the identifier that its client gave it. */
    public AccountChange with(@Nullable IdempotencyKey id) {
        return new AccountChange(change, effect, id);
    }

    @Override
    public Receipt receipt() {
        return new Receipt(0, change.time());
    }

    @Override
    public long position() {
        return change.number();
    }

    @Override
    public long bytes() {
        return 300L
                + (switch (effect) {
                    case Effect.SettingsStored stored -> 2L * stored.document().length;
                    case Effect.AvatarChanged changed -> 2L * changed.avatar().bytes().length;
                    case Effect.FriendAsked asked -> 3L * asked.text().length();
                    case Effect.MessageReported report ->
                        3L * report.reason().length()
                                + (report.text() == null
                                        ? 0
                                        : 3L * report.text().length());
                    default -> 0;
                });
    }
}

package chatd.daemon.model;

/** A change of an account: the record that is logged, and the effect on the tables. */
public record AccountChange(Change change, Effect effect) implements Entry {
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
        return 300L + (effect instanceof Effect.SettingsStored stored ? 2L * stored.document().length : 0);
    }
}

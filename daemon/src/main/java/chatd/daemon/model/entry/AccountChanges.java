package chatd.daemon.model.entry;

import java.util.List;

/** Changes of many accounts, committed all or none. */
public record AccountChanges(List<AccountChange> changes) implements Entry {
    public AccountChanges {
        changes = List.copyOf(changes);
    }

    @Override
    public Receipt receipt() {
        return changes.getLast().receipt();
    }

    @Override
    public long position() {
        return changes.getLast().position();
    }

    @Override
    public long bytes() {
        return changes.stream().mapToLong(AccountChange::bytes).sum();
    }
}

package chatd.daemon.journal;

import chatd.daemon.model.Refusal;
import chatd.daemon.store.ledger.Ledger;
import chatd.protocol.value.Code;

/**
 * The last assigned numbers: of files, of accounts, of groups, and the position, which messages and account changes share (ADR
 * 14). Used by the journal's thread only.
 */
public final class Numbers {
    private long position;
    private long file;
    private long account;
    private long group;

    /** @param logged the last position in the log */
    void raiseTo(Ledger.LastNumbers stored, long logged) {
        position = Math.max(position, Math.max(stored.position(), logged));
        file = Math.max(file, stored.file());
        account = Math.max(account, stored.account());
        group = Math.max(group, stored.group());
    }

    Numbers copy() {
        Numbers copy = new Numbers();
        copy.set(this);
        return copy;
    }

    void set(Numbers other) {
        position = other.position;
        file = other.file;
        account = other.account;
        group = other.group;
    }

    public long lastPosition() {
        return position;
    }

    /** Assigns and returns the position of the next message or account change. */
    public long nextPosition() {
        return ++position;
    }

    /** @throws Refusal if all 32-bit file numbers have been used */
    public long nextFile() {
        if (file == 0xffff_ffffL) {
            throw new Refusal(Code.TOO_MANY, "No more files can be stored: all file numbers have been used.");
        }
        return ++file;
    }

    public long nextAccount() {
        return ++account;
    }

    public long nextGroup() {
        return ++group;
    }
}

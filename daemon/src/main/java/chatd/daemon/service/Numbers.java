package chatd.daemon.service;

import chatd.daemon.store.Ledger;
import chatd.protocol.Code;

/** The numbers given last: of messages, changes, files and accounts. The journal's thread alone. */
public final class Numbers {
    private long message;
    private long change;
    private long file;
    private long account;

    void atLeast(Ledger.Numbers there, long loggedMessage, long loggedChange) {
        message = Math.max(message, Math.max(there.message(), loggedMessage));
        change = Math.max(change, Math.max(there.change(), loggedChange));
        file = Math.max(file, there.file());
        account = Math.max(account, there.account());
    }

    Numbers copy() {
        Numbers copy = new Numbers();
        copy.set(this);
        return copy;
    }

    void set(Numbers other) {
        message = other.message;
        change = other.change;
        file = other.file;
        account = other.account;
    }

    long lastMessage() {
        return message;
    }

    public long nextMessage() {
        return ++message;
    }

    long nextChange() {
        return ++change;
    }

    /** @throws Refusal when all of the 32 bits have been used */
    long nextFile() {
        if (file == 0xffff_ffffL) {
            throw new Refusal(Code.TOO_MANY, "No more files can be stored: all file numbers have been used.");
        }
        return ++file;
    }

    long nextAccount() {
        return ++account;
    }
}

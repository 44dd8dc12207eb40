package chatd.backup;

import chatd.admin.api.AdminLink;
import chatd.admin.api.LogCalls;
import chatd.daemon.config.Config;
import chatd.daemon.messages.StoredMessages;
import chatd.daemon.store.db.Database;
import chatd.daemon.store.read.Stores;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The digests of the messages and files in a database, in the form in which a daemon gives them to be compared with its
 * log. Used by one thread; blocks.
 */
public final class StoredDigests implements AdminLink.Parts<LogCalls.Stored> {
    private final Database database;
    private final StoredMessages stored;
    private final long upTo;
    private boolean isBegun;

    /**
     * @param upTo the number up to which there are messages
     * @throws IOException if the password file can't be read
     */
    StoredDigests(Config.Database access, long upTo) throws IOException {
        this.database = Database.patient(access);
        this.stored = new StoredMessages(new Stores(database));
        this.upTo = upTo;
    }

    /** Returns the next ones: first the number up to which there are any; null at the end. */
    @Override
    public LogCalls.@Nullable Stored next() {
        if (!isBegun) {
            isBegun = true;
            return new LogCalls.Stored(upTo, null, null, null);
        }
        List<LogCalls.Digested> some = stored.next(upTo).stream()
                .map(each -> new LogCalls.Digested(each.message(), each.digest(), each.takenBack()))
                .toList();
        return some.isEmpty() ? null : new LogCalls.Stored(null, some, null, null);
    }

    @Override
    public void close() {
        database.close();
    }
}

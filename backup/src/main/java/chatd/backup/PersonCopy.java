package chatd.backup;

import chatd.backup.archive.BackupFailure;
import chatd.backup.data.Snapshot;
import chatd.daemon.config.Config;
import chatd.daemon.directory.Directory;
import chatd.daemon.export.PersonExport;
import chatd.daemon.journal.StoredDirectory;
import chatd.daemon.model.account.Account;
import chatd.daemon.store.db.Database;
import chatd.daemon.store.db.DatabaseUnavailable;
import chatd.daemon.store.read.Stores;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A copy of everything that a person has on a server, for them (page {@code personal-data.md}). As a backup, it is read
 * by whoever calls it, not through the daemon, by whose admin sockets nobody can read messages. Used by one thread; blocks.
 */
public final class PersonCopy implements Closeable {
    private final Database database;
    private final Path log;
    private final Stores stores;
    private final Directory directory;
    private final Account account;

    /**
     * Looks the person up.
     *
     * @param name a name that the account has or once had, or {@code U} and its number
     * @throws BackupFailure if the database can't be read
     */
    public static @Nullable PersonCopy of(Backup.Daemon daemon, String name) throws IOException {
        Config.Database access = DatabaseAccess.of(daemon.config().database());
        // Refuses a schema that is not this program's.
        Snapshot.take(DatabaseAccess.source(access)).close();
        Database database = Database.patient(access);
        try {
            Stores stores = new Stores(database);
            Directory directory = StoredDirectory.load(stores);
            Account account = directory.findEver(name).orElse(null);
            if (account == null) {
                database.close();
                return null;
            }
            return new PersonCopy(database, daemon.config().audit().directory(), stores, directory, account);
        } catch (DatabaseUnavailable e) {
            database.close();
            throw failure(e);
        }
    }

    private PersonCopy(Database database, Path log, Stores stores, Directory directory, Account account) {
        this.database = database;
        this.log = log;
        this.stores = stores;
        this.directory = directory;
        this.account = account;
    }

    private static BackupFailure failure(DatabaseUnavailable e) {
        return new BackupFailure("the database can't be read: " + e.getMessage(), e);
    }

    /** Returns the number of the account. */
    public long number() {
        return account.number();
    }

    /** Returns the name of the account; the last one of one that was deleted. */
    public String name() {
        return account.name();
    }

    /**
     * What was written.
     *
     * @param bytes of the files, together
     * @param damaged the paths of files whose bytes are not those that were sent
     */
    public record Written(long messages, int conversations, int files, long bytes, List<String> damaged) {}

    /**
     * Writes the copy, as a ZIP file.
     *
     * @param withNote whether with what administrators have noted about the account
     * @param out is not closed
     * @throws BackupFailure if the database can't be read
     */
    public Written write(boolean withNote, Instant now, OutputStream out, Progressing progress) throws IOException {
        try {
            PersonExport.Summary summary =
                    new PersonExport(stores, directory, log, progress::show).write(account, withNote, now, out);
            return new Written(
                    summary.messages(), summary.conversations(), summary.files(), summary.bytes(), summary.damaged());
        } catch (DatabaseUnavailable e) {
            throw failure(e);
        }
    }

    @Override
    public void close() {
        database.close();
    }
}

package chatd.backup;

import chatd.backup.archive.BackupFailure;
import chatd.backup.directory.ErasedList;
import chatd.daemon.store.db.Database;
import chatd.daemon.store.db.DatabaseUnavailable;
import chatd.daemon.store.read.ErasureStore;
import java.io.IOException;
import java.nio.file.Path;

/** Who was erased on a server, for the {@link ErasedList} beside its backups. */
public final class Erased {
    private Erased() {}

    /**
     * Adds all who were erased to the list in a directory of backups. Blocks.
     *
     * @throws BackupFailure if the database can't be read
     */
    public static void record(Backup.Daemon daemon, Path directory) throws IOException {
        try (Database database =
                Database.patient(DatabaseAccess.of(daemon.config().database()))) {
            ErasedList.add(
                    directory,
                    new ErasureStore(database)
                            .all().stream()
                                    .map(erased -> new ErasedList.Person(
                                            erased.account(), erased.created(), erased.began(), erased.everywhere()))
                                    .toList());
        } catch (DatabaseUnavailable e) {
            throw new BackupFailure("the database can't be read: " + e.getMessage(), e);
        }
    }
}

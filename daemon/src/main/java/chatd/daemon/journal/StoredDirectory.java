package chatd.daemon.journal;

import chatd.daemon.directory.Directory;
import chatd.daemon.directory.GroupDirectory;
import chatd.daemon.store.read.Stores;

/** Loads the directory of all accounts and groups. */
public final class StoredDirectory {
    private StoredDirectory() {}

    /** Returns all accounts and groups as they are stored. Blocks. */
    public static Directory load(Stores stores) {
        Directory directory = new Directory(
                stores.accounts().all(),
                stores.accounts().namesEverUsed(),
                new GroupDirectory(
                        stores.groups().groups(),
                        stores.groups()::memberships,
                        stores.groups().newest()));
        stores.accounts().registered().forEach(directory::markRegistered);
        directory.avatars().recall(stores.avatars().digests());
        return directory;
    }
}

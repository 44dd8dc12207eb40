package chatd.daemon.store.read;

import chatd.daemon.store.db.Database;

/** The stores that read the database, one per subject. */
public record Stores(
        AccountStore accounts,
        ContactStore contacts,
        MessageStore messages,
        AmendmentStore amendments,
        ConversationStore conversations,
        GroupStore groups,
        ReportStore reports,
        ContentStore contents,
        StorageStore storage,
        TokenStore tokens,
        DeviceStore devices,
        SeenStore seen,
        AvatarStore avatars,
        BackupStore backups,
        RestorationStore restorations,
        PersonStore persons,
        ErasureStore erasures,
        RetentionStore retention) {
    public Stores(Database database) {
        this(database, new MessageStore(database));
    }

    private Stores(Database database, MessageStore messages) {
        this(
                new AccountStore(database),
                new ContactStore(database),
                messages,
                new AmendmentStore(database, messages),
                new ConversationStore(database),
                new GroupStore(database),
                new ReportStore(database),
                new ContentStore(database),
                new StorageStore(database),
                new TokenStore(database),
                new DeviceStore(database),
                new SeenStore(database),
                new AvatarStore(database),
                new BackupStore(database),
                new RestorationStore(database),
                new PersonStore(database),
                new ErasureStore(database),
                new RetentionStore(database));
    }
}

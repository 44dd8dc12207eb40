package chatd.daemon.store;

/** The stores that read the database, one per subject. */
public record Stores(AccountStore accounts, MessageStore messages, ContentStore contents) {
    public Stores(Database database) {
        this(new AccountStore(database), new MessageStore(database), new ContentStore(database));
    }
}

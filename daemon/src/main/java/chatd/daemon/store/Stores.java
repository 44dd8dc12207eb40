package chatd.daemon.store;

/** All that is read from the database, a store a subject. */
public record Stores(AccountStore accounts, MessageStore messages, ContentStore contents) {
    public Stores(Database database) {
        this(new AccountStore(database), new MessageStore(database), new ContentStore(database));
    }
}

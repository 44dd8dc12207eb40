package chatd.daemon.store;

/** The stores that read the database, one per subject. */
public record Stores(
        AccountStore accounts,
        ContactStore contacts,
        MessageStore messages,
        ConversationStore conversations,
        ContentStore contents,
        TokenStore tokens,
        DeviceStore devices) {
    public Stores(Database database) {
        this(
                new AccountStore(database),
                new ContactStore(database),
                new MessageStore(database),
                new ConversationStore(database),
                new ContentStore(database),
                new TokenStore(database),
                new DeviceStore(database));
    }
}

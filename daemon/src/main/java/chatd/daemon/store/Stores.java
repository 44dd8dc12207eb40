package chatd.daemon.store;

/** The stores that read the database, one per subject. */
public record Stores(
        AccountStore accounts,
        ContactStore contacts,
        MessageStore messages,
        ConversationStore conversations,
        ContentStore contents) {
    public Stores(Database database) {
        this(
                new AccountStore(database),
                new ContactStore(database),
                new MessageStore(database),
                new ConversationStore(database),
                new ContentStore(database));
    }
}

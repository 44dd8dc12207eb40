package chatd.daemon.messages;

import chatd.daemon.directory.Directory;
import chatd.daemon.session.Session;
import chatd.protocol.Dialect;
import chatd.protocol.event.MessageEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Collects the items of a page, with the names that they refer to, until it has the maximum number
 * of items or bytes. Used by one thread.
 */
public final class PageBuilder {
    private final Directory directory;
    private final Dialect dialect;
    private final long maxBytes;
    private final int maxItems;
    private final List<MessageEvent.Message> items = new ArrayList<>();
    private final SortedMap<Long, String> names = new TreeMap<>();
    private long bytes;
    private boolean isFull;

    /** @param limit the maximum number of items */
    public PageBuilder(Session session, Directory directory, int limit) {
        this.directory = directory;
        this.dialect = session.dialect();
        this.maxBytes = Pages.bytes(session);
        this.maxItems = limit;
    }

    /**
     * Adds an item; if the page is full, returns false instead. An empty page takes any item,
     * however long.
     */
    public boolean add(Items.Item item) {
        bytes += dialect.pageBytes(item.event());
        isFull = isFull || items.size() == maxItems || (bytes > maxBytes && !items.isEmpty());
        if (!isFull) {
            items.add(item.event());
            item.involved().forEach(this::addName);
        }
        return !isFull;
    }

    /** Adds the name of somebody or of a group. */
    public void addName(long number) {
        names.put(number, directory.nameOf(number));
    }

    /** Returns whether an item was left out. */
    public boolean isFull() {
        return isFull;
    }

    /** Returns the items, in the order in which they were added. */
    public List<MessageEvent.Message> items() {
        return items;
    }

    public SortedMap<Long, String> names() {
        return names;
    }
}

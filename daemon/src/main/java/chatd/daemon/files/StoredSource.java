package chatd.daemon.files;

import chatd.daemon.media.Source;
import chatd.daemon.store.read.ContentStore;

/** The bytes of a stored content, of which one chunk at a time is in memory. Used by one thread; blocks. */
final class StoredSource implements Source {
    private final ContentStore contents;
    private final long content;
    private final long size;
    private byte[] chunk = {};
    private long from;

    StoredSource(ContentStore contents, long content, long size) {
        this.contents = contents;
        this.content = content;
        this.size = size;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public int at(long position) {
        long offset = position - from;
        if (offset < 0 || offset >= chunk.length) {
            load(position);
            offset = position - from;
        }
        return chunk[(int) offset] & 0xff;
    }

    private void load(long position) {
        from = position - position % ContentStore.CHUNK;
        chunk = contents.read(content, from, ContentStore.CHUNK)
                .filter(bytes -> bytes.length > position - from)
                .orElseThrow(() -> new IllegalStateException("content " + content + " ends at " + from));
    }

    /** Copies bytes from a position on into a buffer; returns how many, at least one. */
    int copy(long position, long limit, byte[] to, int at) {
        // Loads the chunk.
        at(position);
        int begin = (int) (position - from);
        int some = (int) Math.min(limit, Math.min(chunk.length - begin, to.length - at));
        System.arraycopy(chunk, begin, to, at, some);
        return some;
    }
}

package chatd.daemon.files;

import chatd.daemon.store.read.ContentStore;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stores a content chunk by chunk, with its SHA-256. Holds one chunk at most. After a failure it can be continued from
 * {@link #written}. Used by one thread at a time; blocks.
 */
final class ContentWriter {
    private final ContentStore contents;
    private final long number;
    private final long size;
    private MessageDigest digest = ContentStore.digest();

    /** The digest of the chunks before the position. */
    private MessageDigest digestBefore = copy(digest);

    private byte[] chunk = {};
    private int filled;
    private int position;

    /** Other threads read the progress. */
    private final AtomicLong written = new AtomicLong();

    /** Whether the chunk at the position is stored, although it is not full. */
    private boolean isParked;

    ContentWriter(ContentStore contents, long size, Instant now) {
        this.contents = contents;
        this.size = size;
        this.number = contents.begin(size, now);
    }

    /** Returns the content's number. */
    long number() {
        return number;
    }

    long size() {
        return size;
    }

    /** Returns the number of bytes written so far. */
    long written() {
        return written.get();
    }

    /** Adds bytes, which must not be more than are missing. */
    void write(byte[] bytes, int from, int length) {
        prepareChunk();
        int left = length;
        while (left > 0) {
            int some = Math.min(left, chunk.length - filled);
            System.arraycopy(bytes, from + length - left, chunk, filled, some);
            digest.update(chunk, filled, some);
            filled += some;
            written.addAndGet(some);
            left -= some;
            if (filled == chunk.length) {
                store();
                position++;
                filled = 0;
                digestBefore = copy(digest);
            }
        }
    }

    private void prepareChunk() {
        if (chunk.length == 0) {
            chunk = new byte[(int) Math.min(size, ContentStore.CHUNK)];
        }
        if (isParked) {
            byte[] stored = contents.read(number, start(), ContentStore.CHUNK).orElseThrow();
            System.arraycopy(stored, 0, chunk, 0, stored.length);
            isParked = false;
        }
    }

    /** Returns where the present chunk begins. */
    private long start() {
        return (long) position * ContentStore.CHUNK;
    }

    private void store() {
        contents.store(number, position, filled == chunk.length ? chunk : Arrays.copyOf(chunk, filled));
    }

    private static MessageDigest copy(MessageDigest digest) {
        try {
            return (MessageDigest) digest.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Stores what is in memory, so that nothing is held until more is written; what can't be stored is dropped. */
    void park() {
        try {
            storeRest();
        } catch (RuntimeException e) {
            filled = 0;
            written.set(start());
            digest = copy(digestBefore);
        }
        chunk = new byte[0];
    }

    private void storeRest() {
        if (filled > 0 && !isParked) {
            store();
            isParked = true;
        }
    }

    /**
     * Stores what is left, and returns the SHA-256 of everything. Called once.
     *
     * @throws IllegalStateException if what is stored is not what was written, so that it must not
     *     be used
     */
    byte[] end() {
        storeRest();
        chunk = new byte[0];
        byte[] expected = digest.digest();
        // A message is signed with this digest. Reading everything again costs a fraction of storing it.
        if (!MessageDigest.isEqual(expected, contents.sha256(number))) {
            throw new IllegalStateException("what is stored of content " + number + " is not what was received");
        }
        return expected;
    }

    /** Deletes the content, unless a file uses it. */
    void discard() {
        contents.discard(number);
    }
}

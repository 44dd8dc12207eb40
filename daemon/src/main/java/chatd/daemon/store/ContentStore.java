package chatd.daemon.store;

import static chatd.sql.generated.Tables.CONTENT;
import static chatd.sql.generated.Tables.CONTENT_CHUNK;
import static chatd.sql.generated.Tables.FILE;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jooq.Field;
import org.jooq.impl.DSL;

/** The bytes of files, in chunks. Each method is a transaction; blocks. */
public final class ContentStore {
    /** Bytes of a chunk, but for the last. */
    public static final int CHUNK = 256 << 10;

    private final Database database;

    public ContentStore(Database database) {
        this.database = database;
    }

    /** Begins a content and returns its number. Until a message names it, it can be {@linkplain #discard discarded}. */
    public long begin(long size, Instant now) {
        return database.with(sql -> sql.insertInto(CONTENT, CONTENT.SIZE, CONTENT.CREATED)
                .values(size, now)
                .returningResult(CONTENT.NUMBER)
                .fetchSingle()
                .value1());
    }

    public void append(long content, int position, byte[] bytes) {
        database.with(
                sql -> sql.insertInto(CONTENT_CHUNK, CONTENT_CHUNK.CONTENT, CONTENT_CHUNK.POSITION, CONTENT_CHUNK.BYTES)
                        .values(content, (long) position, bytes)
                        .execute());
    }

    /**
     * What there is from an offset on: at most so many bytes, and no more than the rest of a chunk. Empty where nothing
     * is stored there.
     */
    public Optional<byte[]> read(long content, long offset, int most) {
        int begin = (int) (offset % CHUNK);
        Field<byte[]> bytes = begin == 0 && most >= CHUNK
                ? CONTENT_CHUNK.BYTES
                : DSL.function("substring", byte[].class, CONTENT_CHUNK.BYTES, DSL.val(begin + 1), DSL.val(most));
        return database.with(sql -> sql.select(bytes)
                .from(CONTENT_CHUNK)
                .where(CONTENT_CHUNK.CONTENT.eq(content), CONTENT_CHUNK.POSITION.eq(offset / CHUNK))
                .fetchOptional(bytes));
    }

    /** A new SHA-256, by which contents are told apart. */
    public static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The SHA-256 of all that is stored of a content, read through: not the one that stands beside it. */
    public byte[] sha256(long content) {
        MessageDigest sha256 = digest();
        Optional<byte[]> chunk = read(content, 0, CHUNK);
        for (long next = 1; chunk.isPresent(); next++) {
            sha256.update(chunk.get());
            if (chunk.get().length != CHUNK && read(content, next * CHUNK, 1).isPresent()) {
                // Who fetches it looks for each byte where it was put.
                sha256.update((byte) 0);
            }
            chunk = read(content, next * CHUNK, CHUNK);
        }
        return sha256.digest();
    }

    /** Forgets a content that no file has. */
    public void discard(long content) {
        database.with(sql -> sql.deleteFrom(CONTENT)
                .where(
                        CONTENT.NUMBER.eq(content),
                        DSL.notExists(DSL.selectOne().from(FILE).where(FILE.CONTENT.eq(CONTENT.NUMBER))))
                .execute());
    }

    /** Forgets what was begun and never sent. Only before the first upload of this process. */
    public void discardUnfinished() {
        List<Long> unfinished = database.with(sql -> sql.select(CONTENT.NUMBER)
                .from(CONTENT)
                .where(DSL.notExists(DSL.selectOne().from(FILE).where(FILE.CONTENT.eq(CONTENT.NUMBER))))
                .fetch(CONTENT.NUMBER));
        unfinished.forEach(this::discard);
    }
}

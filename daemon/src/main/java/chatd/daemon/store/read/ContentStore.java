package chatd.daemon.store.read;

import static chatd.sql.generated.Tables.CONTENT;
import static chatd.sql.generated.Tables.CONTENT_CHUNK;
import static chatd.sql.generated.Tables.FILE;
import static chatd.sql.generated.Tables.REPORT;

import chatd.daemon.store.db.Database;
import chatd.protocol.value.Media;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Stores the bytes of files in chunks. Each statement is a transaction of its own; methods block. */
public final class ContentStore {
    /** Size of a chunk in bytes; the last one may be smaller. */
    public static final int CHUNK = 256 << 10;

    private static final Logger LOG = LogManager.getLogger(ContentStore.class);

    private final Database database;

    /** Total size of all contents in bytes; those being uploaded count with their final size. */
    private final AtomicLong bytes = new AtomicLong();

    public ContentStore(Database database) {
        this.database = database;
    }

    /**
     * Creates empty content and returns its number. Until a message refers to it, it can be
     * {@linkplain #discard discarded}.
     */
    public long begin(long size, Instant now) {
        long number = database.with(sql -> sql.insertInto(CONTENT, CONTENT.SIZE, CONTENT.CREATED)
                .values(size, now)
                .returningResult(CONTENT.NUMBER)
                .fetchSingle()
                .value1());
        bytes.addAndGet(size);
        return number;
    }

    /**
     * Returns the total size of all contents in bytes; those being uploaded count with their final
     * size. Does not block.
     */
    public long bytes() {
        return bytes.get();
    }

    /** Records the media type and dimensions of a content. */
    public void describe(long content, Media media) {
        database.with(sql -> sql.update(CONTENT)
                .set(CONTENT.MEDIA, media.type())
                .set(CONTENT.WIDTH, media.width() == 0 ? null : (Long) (long) media.width())
                .set(CONTENT.HEIGHT, media.height() == 0 ? null : (Long) (long) media.height())
                .where(CONTENT.NUMBER.eq(content))
                .execute());
    }

    /** Returns the media type and dimensions of a content, from a row that has its columns. */
    static Media media(Record row) {
        return new Media(
                Objects.requireNonNullElse(row.get(CONTENT.MEDIA), Media.OTHER),
                pixels(row.get(CONTENT.WIDTH)),
                pixels(row.get(CONTENT.HEIGHT)),
                false);
    }

    private static int pixels(@Nullable Long number) {
        return number == null ? 0 : Math.toIntExact(number);
    }

    /**
     * Returns contents that an earlier version stored without their media type, with their sizes.
     */
    public Map<Long, Long> undescribed(int limit) {
        return database.with(sql -> sql.select(CONTENT.NUMBER, CONTENT.SIZE)
                .from(CONTENT)
                .where(CONTENT.MEDIA.isNull(), CONTENT.DIGEST.isNotNull())
                .orderBy(CONTENT.NUMBER)
                .limit(limit)
                .fetchMap(CONTENT.NUMBER, CONTENT.SIZE));
    }

    /** Stores a chunk, replacing any stored at its position before. */
    public void store(long content, int position, byte[] bytes) {
        database.with(
                sql -> sql.insertInto(CONTENT_CHUNK, CONTENT_CHUNK.CONTENT, CONTENT_CHUNK.POSITION, CONTENT_CHUNK.BYTES)
                        .values(content, (long) position, bytes)
                        .onDuplicateKeyUpdate()
                        .set(CONTENT_CHUNK.BYTES, DSL.excluded(CONTENT_CHUNK.BYTES))
                        .execute());
    }

    /**
     * Returns the bytes from an offset on: at most {@code maxBytes}, and not beyond the end of the chunk. Empty if that
     * chunk is not stored.
     */
    public Optional<byte[]> read(long content, long offset, int maxBytes) {
        int begin = (int) (offset % CHUNK);
        Field<byte[]> bytes = begin == 0 && maxBytes >= CHUNK
                ? CONTENT_CHUNK.BYTES
                : DSL.function("substring", byte[].class, CONTENT_CHUNK.BYTES, DSL.val(begin + 1), DSL.val(maxBytes));
        return database.with(sql -> sql.select(bytes)
                .from(CONTENT_CHUNK)
                .where(CONTENT_CHUNK.CONTENT.eq(content), CONTENT_CHUNK.POSITION.eq(offset / CHUNK))
                .fetchOptional(bytes));
    }

    /** Returns a new SHA-256, the digest that identifies contents. */
    public static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Computes the SHA-256 of a content from all its stored bytes, ignoring the recorded one. */
    public byte[] sha256(long content) {
        MessageDigest sha256 = digest();
        Optional<byte[]> chunk = read(content, 0, CHUNK);
        for (long next = 1; chunk.isPresent(); next++) {
            sha256.update(chunk.get());
            if (chunk.get().length != CHUNK && read(content, next * CHUNK, 1).isPresent()) {
                // Readers locate each byte by its offset, so a short chunk before another is damage: make the digest
                // differ.
                sha256.update((byte) 0);
            }
            chunk = read(content, next * CHUNK, CHUNK);
        }
        return sha256.digest();
    }

    /**
     * Deletes a content, unless a file or an open report uses it. A failure is only logged: the
     * next start discards contents that nothing uses.
     */
    public void discard(long content) {
        try {
            delete(content);
        } catch (RuntimeException e) {
            LOG.warn("CHATD-305 content {}, which nothing uses any more, was not removed: {}", content, e.getMessage());
        }
    }

    private void delete(long content) {
        long freed = database.with(sql -> sql.deleteFrom(CONTENT)
                .where(CONTENT.NUMBER.eq(content), isUnused())
                .returningResult(CONTENT.SIZE)
                .fetchOptional(CONTENT.SIZE)
                .orElse(0L));
        bytes.addAndGet(-freed);
    }

    static Condition isUnused() {
        return DSL.notExists(DSL.selectOne().from(FILE).where(FILE.CONTENT.eq(CONTENT.NUMBER)))
                .andNotExists(DSL.selectOne().from(REPORT).where(REPORT.CONTENT.eq(CONTENT.NUMBER)));
    }

    /**
     * Deletes contents that were begun and never sent, and adds up the sizes of the others. Called
     * before the first upload.
     */
    public void discardUnfinished() {
        bytes.set(database.with(sql -> Objects.requireNonNullElse(
                sql.select(DSL.sum(CONTENT.SIZE)).from(CONTENT).fetchSingle(0, Long.class), 0L)));
        List<Long> unfinished = database.with(sql ->
                sql.select(CONTENT.NUMBER).from(CONTENT).where(isUnused()).fetch(CONTENT.NUMBER));
        unfinished.forEach(this::delete);
    }
}

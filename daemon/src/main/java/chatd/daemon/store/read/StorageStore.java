package chatd.daemon.store.read;

import static chatd.sql.generated.Tables.ACCOUNT;
import static chatd.sql.generated.Tables.ACCOUNT_STORAGE;
import static chatd.sql.generated.Tables.CONTENT;
import static chatd.sql.generated.Tables.CONTENT_CHUNK;
import static chatd.sql.generated.Tables.FILE;
import static chatd.sql.generated.Tables.MESSAGE;
import static chatd.sql.generated.Tables.REPORT;

import chatd.daemon.model.account.Account;
import chatd.daemon.store.db.Database;
import chatd.daemon.store.ledger.StorageRows;
import chatd.protocol.value.Media;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record2;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Reports storage usage: what each account stores, as {@link StorageRows} has counted it, and, for
 * administrators, in total. Blocks.
 */
public final class StorageStore {
    /** Number of contents whose chunks are counted by one statement. */
    private static final int BATCH = 1_000;

    private final Database database;
    private volatile @Nullable String directory;

    public StorageStore(Database database) {
        this.database = database;
    }

    /** A number of files or contents, and their total size. */
    public record Stored(long files, long bytes) {
        public static final Stored NOTHING = new Stored(0, 0);

        private static Stored of(Record2<Integer, ? extends Number> row) {
            Number bytes = row.value2();
            return new Stored(row.value1(), bytes == null ? 0 : bytes.longValue());
        }
    }

    /** Returns what an account has sent and not taken back. */
    public Stored of(long account) {
        return database.with(sql -> sql.selectFrom(ACCOUNT_STORAGE)
                .where(ACCOUNT_STORAGE.ACCOUNT.eq(account))
                .fetchOptional(row -> new Stored(row.getFiles(), row.getBytes()))
                .orElse(Stored.NOTHING));
    }

    /** What an account stores. */
    public record AccountUsage(long account, Stored stored) {}

    /** Returns the accounts that store most. */
    public List<AccountUsage> largestAccounts(int limit) {
        return database.with(sql -> sql.selectFrom(ACCOUNT_STORAGE)
                .where(ACCOUNT_STORAGE.FILES.gt(0L), ACCOUNT_STORAGE.ACCOUNT.gt(0L))
                .orderBy(ACCOUNT_STORAGE.BYTES.desc(), ACCOUNT_STORAGE.ACCOUNT)
                .limit(limit)
                .fetch(row -> new AccountUsage(row.getAccount(), new Stored(row.getFiles(), row.getBytes()))));
    }

    /**
     * Returns how many accounts have used at least this percentage of their quota.
     *
     * @param quota in bytes, for accounts that have none of their own
     * @param percent of the quota
     */
    public int countNear(long quota, int percent) {
        Field<Long> found = DSL.coalesce(ACCOUNT.QUOTA, DSL.inline(quota));
        return database.with(sql -> sql.fetchCount(sql.selectOne()
                .from(ACCOUNT_STORAGE)
                .join(ACCOUNT)
                .on(ACCOUNT.NUMBER.eq(ACCOUNT_STORAGE.ACCOUNT))
                .where(
                        ACCOUNT.STATE.ne(Account.State.DELETED.code),
                        ACCOUNT_STORAGE.BYTES.ge(found.div(100).mul(percent)))));
    }

    /** Contents of one media type. */
    public record Kind(String media, Stored contents) {}

    public List<Kind> kinds() {
        Field<String> media = DSL.coalesce(CONTENT.MEDIA, DSL.inline(Media.OTHER));
        return database.with(sql -> sql.select(media, DSL.count(), DSL.sum(CONTENT.SIZE))
                .from(CONTENT)
                .where(CONTENT.DIGEST.isNotNull())
                .groupBy(media)
                .orderBy(DSL.sum(CONTENT.SIZE).desc())
                .fetch(row -> new Kind(
                        row.value1(), new Stored(row.value2(), row.value3().longValue()))));
    }

    /** A file, without its name. */
    public record LargeFile(long number, long bytes, String media, long sender, Instant time) {}

    /** Returns the largest files; those with the same content are listed separately. */
    public List<LargeFile> largestFiles(int limit) {
        return database.with(sql -> sql.select(FILE.NUMBER, FILE.SIZE, CONTENT.MEDIA, MESSAGE.SENDER, MESSAGE.TIME)
                .from(FILE)
                .join(CONTENT)
                .on(CONTENT.NUMBER.eq(FILE.CONTENT))
                .join(MESSAGE)
                .on(MESSAGE.NUMBER.eq(FILE.MESSAGE))
                .orderBy(FILE.SIZE.desc(), FILE.NUMBER)
                .limit(limit)
                .fetch(row -> new LargeFile(
                        row.value1(),
                        row.value2(),
                        Objects.requireNonNullElse(row.value3(), Media.OTHER),
                        row.value4(),
                        row.value5())));
    }

    private Stored sum(Condition which) {
        return database.with(sql -> Stored.of(sql.select(DSL.count(), DSL.sum(CONTENT.SIZE))
                .from(CONTENT)
                .where(which)
                .fetchSingle()));
    }

    /** Returns contents that nothing refers to, including those being uploaded. */
    public Stored unused() {
        return sum(ContentStore.isUnused());
    }

    /** Returns contents that are kept only for open reports. */
    public Stored ofReports() {
        return sum(DSL.exists(DSL.selectOne().from(REPORT).where(REPORT.CONTENT.eq(CONTENT.NUMBER)))
                .andNotExists(DSL.selectOne().from(FILE).where(FILE.CONTENT.eq(CONTENT.NUMBER))));
    }

    /** Returns the files that deleted accounts have sent. */
    public Stored ofDeleted() {
        return database.with(sql -> sql.select(DSL.sum(ACCOUNT_STORAGE.FILES), DSL.sum(ACCOUNT_STORAGE.BYTES))
                .from(ACCOUNT_STORAGE)
                .join(ACCOUNT)
                .on(ACCOUNT.NUMBER.eq(ACCOUNT_STORAGE.ACCOUNT))
                .where(ACCOUNT.STATE.eq(Account.State.DELETED.code))
                .fetchSingle(row -> row.value1() == null
                        ? Stored.NOTHING
                        : new Stored(row.value1().longValue(), row.value2().longValue())));
    }

    /** The number of files, without those taken back, and the number of contents. */
    public record Counts(long files, long contents) {}

    public Counts counts() {
        return database.with(
                sql -> new Counts(sql.fetchCount(FILE, FILE.CONTENT.isNotNull()), sql.fetchCount(CONTENT)));
    }

    /** Returns the numbers of contents that nothing refers to. */
    public List<Long> unusedContents(int limit) {
        return database.with(sql -> sql.select(CONTENT.NUMBER)
                .from(CONTENT)
                .where(ContentStore.isUnused())
                .orderBy(CONTENT.NUMBER)
                .limit(limit)
                .fetch(CONTENT.NUMBER));
    }

    /**
     * A content that is missing, in whole or in part.
     *
     * @param file the number of a file that has it; null if none does
     * @param missing describes what is missing
     */
    public record IncompleteContent(long content, @Nullable Long file, String missing) {}

    /**
     * Returns contents that something refers to and that are incomplete: a chunk is missing or has
     * the wrong length. Reads the lengths of all chunks; none of their bytes.
     */
    public List<IncompleteContent> broken(int limit) {
        List<IncompleteContent> broken = new ArrayList<>();
        long last = 0;
        boolean isMore = true;
        while (isMore && broken.size() < limit) {
            long after = last;
            Field<Long> chunks = DSL.count(CONTENT_CHUNK.POSITION).cast(Long.class);
            Field<Long> bytes = DSL.coalesce(
                            DSL.sum(DSL.function("length", Long.class, CONTENT_CHUNK.BYTES)), DSL.inline(0))
                    .cast(Long.class);
            Field<Long> highest = DSL.coalesce(DSL.max(CONTENT_CHUNK.POSITION), DSL.inline(-1L));
            var rows = database.with(sql -> sql.select(CONTENT.NUMBER, CONTENT.SIZE, chunks, bytes, highest)
                    .from(CONTENT)
                    .leftJoin(CONTENT_CHUNK)
                    .on(CONTENT_CHUNK.CONTENT.eq(CONTENT.NUMBER))
                    .where(CONTENT.NUMBER.gt(after), DSL.not(ContentStore.isUnused()))
                    .groupBy(CONTENT.NUMBER, CONTENT.SIZE)
                    .orderBy(CONTENT.NUMBER)
                    .limit(BATCH)
                    .fetch());
            for (var row : rows) {
                last = row.value1();
                boolean isWhole = row.value2().equals(row.value4()) && row.value5() == row.value3() - 1;
                if (!isWhole && broken.size() < limit) {
                    broken.add(new IncompleteContent(
                            last, fileOf(last), "%d of %d bytes are stored".formatted(row.value4(), row.value2())));
                }
            }
            isMore = rows.size() == BATCH;
        }
        return broken;
    }

    private @Nullable Long fileOf(long content) {
        return database.with(sql -> sql.select(DSL.min(FILE.NUMBER))
                .from(FILE)
                .where(FILE.CONTENT.eq(content))
                .fetchSingle()
                .value1());
    }

    /** Returns the time by the database's clock. */
    public Instant time() {
        return Objects.requireNonNull(
                        database.with(sql -> sql.select(DSL.field("utc_timestamp(6)", LocalDateTime.class))
                                .fetchSingle()
                                .value1()))
                .toInstant(ZoneOffset.UTC);
    }

    /** Returns the directory of the database's files, on its machine. */
    public String directory() {
        String known = directory;
        if (known == null) {
            known = Objects.requireNonNull(database.with(sql -> sql.select(DSL.field("@@datadir", String.class))
                    .fetchSingle()
                    .value1()));
            directory = known;
        }
        return known;
    }
}

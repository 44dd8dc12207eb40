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
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    /** Contents listed by one statement. */
    private static final int BATCH = 1_000;

    /** Bytes whose lengths one statement adds up, if there is more than one content: the server reads them all. */
    private static final long BYTES = 64 << 20;

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
     * Returns contents that something refers to and that are incomplete: a chunk is missing or has the wrong length. The
     * server reads all chunks for that, {@value #BYTES} bytes per statement, however much there is.
     */
    public List<IncompleteContent> broken(int limit) {
        List<IncompleteContent> broken = new ArrayList<>();
        long last = 0;
        List<Content> page = contentsAfter(last);
        while (!page.isEmpty() && broken.size() < limit) {
            for (int from = 0; from < page.size() && broken.size() < limit; ) {
                int to = from + 1;
                long bytes = page.get(from).size();
                while (to < page.size() && bytes + page.get(to).size() <= BYTES) {
                    bytes += page.get(to++).size();
                }
                addBroken(page.subList(from, to), limit, broken);
                from = to;
            }
            last = page.getLast().number();
            page = contentsAfter(last);
        }
        return broken;
    }

    /** A content, and the size that it should have. */
    private record Content(long number, long size) {}

    /** Returns the next contents that something refers to, by number. */
    private List<Content> contentsAfter(long number) {
        return database.with(sql -> sql.select(CONTENT.NUMBER, CONTENT.SIZE)
                .from(CONTENT)
                .where(CONTENT.NUMBER.gt(number), DSL.not(ContentStore.isUnused()))
                .orderBy(CONTENT.NUMBER)
                .limit(BATCH)
                .fetch(row -> new Content(row.value1(), row.value2())));
    }

    /** What is stored of a content: how many chunks, of how many bytes, and the position of the last one. */
    private record Chunks(long count, long bytes, long highest) {
        static final Chunks NONE = new Chunks(0, 0, -1);
    }

    private void addBroken(List<Content> some, int limit, List<IncompleteContent> broken) {
        Map<Long, Chunks> stored = database.with(sql -> sql.select(
                        CONTENT_CHUNK.CONTENT,
                        DSL.count(),
                        DSL.sum(DSL.function("length", Long.class, CONTENT_CHUNK.BYTES)),
                        DSL.max(CONTENT_CHUNK.POSITION))
                .from(CONTENT_CHUNK)
                .where(CONTENT_CHUNK.CONTENT.in(
                        some.stream().map(Content::number).toList()))
                .groupBy(CONTENT_CHUNK.CONTENT)
                .fetchMap(
                        row -> row.value1(),
                        row -> new Chunks(row.value2(), row.value3().longValue(), row.value4())));
        for (Content content : some) {
            Chunks chunks = stored.getOrDefault(content.number(), Chunks.NONE);
            boolean isWhole = chunks.bytes() == content.size() && chunks.highest() == chunks.count() - 1;
            if (!isWhole && broken.size() < limit) {
                broken.add(new IncompleteContent(
                        content.number(),
                        fileOf(content.number()),
                        "%d of %d bytes are stored".formatted(chunks.bytes(), content.size())));
            }
        }
    }

    private @Nullable Long fileOf(long content) {
        return database.with(sql -> sql.select(DSL.min(FILE.NUMBER))
                .from(FILE)
                .where(FILE.CONTENT.eq(content))
                .fetchSingle()
                .value1());
    }

    /** The time by the database's clock, and by this machine's before and after it was asked. */
    public record ClockReading(Instant before, Instant there, Instant after) {
        /** How far a clock may be off another one, or behind the log, before that is a problem. */
        public static final Duration TOLERANCE = Duration.ofSeconds(10);

        public boolean isOff() {
            return there.isBefore(before.minus(TOLERANCE)) || there.isAfter(after.plus(TOLERANCE));
        }
    }

    /** Reads the database's clock. */
    public ClockReading readClock(Clock here) {
        Instant before = here.instant();
        Instant there = time();
        return new ClockReading(before, there, here.instant());
    }

    private Instant time() {
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

package chatd.daemon.search;

import chatd.daemon.model.entry.Expiry;
import com.ibm.icu.util.VersionInfo;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.DocValuesSkipper;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.QueryTimeout;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.search.FieldDoc;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TopFieldCollectorManager;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.Version;

/**
 * The index on disk: the {@link IndexEntry} entries of all messages, the newest first, and the number
 * up to which they go. It holds words of all messages, and so only the daemon's user may access its
 * directory. Written by one thread, searched by any.
 */
final class Index implements Closeable {
    /** Fields. */
    static final String NUMBER = "mid";

    static final String TIME = "time";
    static final String TEXT = "text";
    static final String TAG = "tag";

    /**
     * The format of the index, and what split its texts into words: an index with another one is
     * rebuilt.
     */
    private static final String FORMAT = "4, Lucene %s, ICU %s".formatted(Version.LATEST, VersionInfo.ICU_VERSION);

    private static final String FORMAT_KEY = "form";
    private static final String POSITION_KEY = "position";
    private static final String PURGED_KEY = "purged";

    /** Maximum megabytes of a merged segment, so that no merge takes long. */
    private static final double MAX_SEGMENT_MEGABYTES = 64;

    /** Megabytes that are written to disk at once. */
    private static final double BUFFER_MEGABYTES = 8;

    /**
     * Maximum number of words of one entry, counted in each of its scopes, if it has more than two:
     * beyond it, each word is indexed once, in {@link IndexEntry.Scope#MANY}. 64 KiB of Chinese have
     * 44,000.
     */
    static final int MAX_WORDS = 65_536;

    /**
     * More than a query needs for a phrase of 64 words and somebody who was in 500 groups 8 times
     * each; with more former groups, a search is refused.
     */
    private static final int MAX_CLAUSES = 100_000;

    private static final long REFRESH_INTERVAL = TimeUnit.SECONDS.toNanos(1);

    private static final Sort NEWEST_FIRST = new Sort(new SortField(NUMBER, SortField.Type.LONG, true));

    private final FSDirectory directory;
    private final IndexWriter writer;
    private final Fields document = new Fields();
    private final SearcherManager searchers;
    private volatile long position;
    private volatile long searchableUpTo;
    private long committed;
    private Instant purged;
    private volatile long refreshed = System.nanoTime() - REFRESH_INTERVAL;

    /**
     * The fields, reused from entry to entry, since new ones for each cost as much as the entry.
     */
    private static final class Fields {
        private static final FieldType WORDS = words();

        private final Field number = NumericDocValuesField.indexedField(NUMBER, 0);
        private final Field point = new LongPoint(NUMBER, 0);
        private final Field time = NumericDocValuesField.indexedField(TIME, 0);
        private final ScopedWords words = new ScopedWords();
        private final Field text = new Field(TEXT, words, WORDS);
        private final List<Field> tags = new ArrayList<>();

        private static FieldType words() {
            FieldType words = new FieldType();
            words.setIndexOptions(IndexOptions.DOCS_AND_FREQS_AND_POSITIONS);
            words.setTokenized(true);
            words.setOmitNorms(true);
            words.freeze();
            return words;
        }

        /** Returns the fields of an entry, until the next call. */
        List<Field> of(IndexEntry entry) {
            number.setLongValue(entry.message());
            point.setLongValue(entry.message());
            time.setLongValue(entry.time().toEpochMilli());
            List<Words.Word> found = Words.of(entry.text());
            List<String> tagged = new ArrayList<>(entry.tags());
            if (entry.scopes().size() > 2
                    && (long) found.size() * entry.scopes().size() > MAX_WORDS) {
                words.set(found, List.of(IndexEntry.Scope.MANY));
                entry.scopes().forEach(scope -> tagged.add(IndexEntry.Tags.in(scope)));
            } else {
                words.set(found, entry.scopes());
            }
            while (tags.size() < tagged.size()) {
                tags.add(new StringField(TAG, "", Field.Store.NO));
            }
            List<Field> all = new ArrayList<>(List.of(number, point, time, text));
            for (int i = 0; i < tagged.size(); i++) {
                tags.get(i).setStringValue(tagged.get(i));
                all.add(tags.get(i));
            }
            return all;
        }
    }

    private Index(FSDirectory directory, IndexWriter writer, Instant now) throws IOException {
        this.directory = directory;
        this.writer = writer;
        this.searchers = new SearcherManager(writer, null);
        Map<String, String> data = data(writer);
        this.position = Long.parseLong(data.getOrDefault(POSITION_KEY, "0"));
        this.purged = Instant.parse(data.getOrDefault(PURGED_KEY, now.toString()));
        this.committed = position;
        this.searchableUpTo = position;
    }

    /** Returns what was committed with the index; nothing if it is new. */
    private static Map<String, String> data(IndexWriter writer) {
        Map<String, String> data = new HashMap<>();
        Iterable<Map.Entry<String, String>> committedData = writer.getLiveCommitData();
        if (committedData != null) {
            committedData.forEach(entry -> data.put(entry.getKey(), entry.getValue()));
        }
        return data;
    }

    /**
     * Opens the index in a directory, which is created if need be.
     *
     * @throws IOException if it can't be read, is damaged or of another format; call
     *     {@link #delete} then
     */
    static Index open(Path path, Instant now) throws IOException {
        IndexSearcher.setMaxClauseCount(MAX_CLAUSES);
        Files.createDirectories(
                path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        FSDirectory directory = FSDirectory.open(path);
        try {
            IndexWriterConfig config = new IndexWriterConfig()
                    .setIndexSort(NEWEST_FIRST)
                    .setLeafSorter(Comparator.comparingLong(Index::highest).reversed())
                    .setMergePolicy(mergePolicy())
                    // On the writer's thread, so that what it costs is counted.
                    .setMergeScheduler(new SerialMergeScheduler())
                    .setRAMBufferSizeMB(BUFFER_MEGABYTES)
                    .setCommitOnClose(false);
            IndexWriter writer = new IndexWriter(directory, config);
            try {
                check(writer);
                return new Index(directory, writer, now);
            } catch (IOException | RuntimeException e) {
                writer.rollback();
                throw e;
            }
        } catch (IllegalArgumentException e) {
            // Lucene throws this if the index has another sort order, or other fields.
            directory.close();
            throw new IOException("the index has another format", e);
        } catch (IOException | RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    private static TieredMergePolicy mergePolicy() {
        TieredMergePolicy policy = new TieredMergePolicy();
        policy.setMaxMergedSegmentMB(MAX_SEGMENT_MEGABYTES);
        policy.setForceMergeDeletesPctAllowed(0);
        return policy;
    }

    private static long highest(LeafReader reader) {
        try {
            DocValuesSkipper numbers = reader.getDocValuesSkipper(NUMBER);
            return numbers == null ? 0 : numbers.maxValue();
        } catch (IOException e) {
            return 0;
        }
    }

    /** Reads all of it, and compares the checksums. */
    private static void check(IndexWriter writer) throws IOException {
        String format = data(writer).getOrDefault(FORMAT_KEY, FORMAT);
        if (!format.equals(FORMAT)) {
            throw new IOException("the index has another format: " + format);
        }
        try (DirectoryReader reader = DirectoryReader.open(writer)) {
            for (LeafReaderContext leaf : reader.leaves()) {
                leaf.reader().checkIntegrity();
            }
        }
    }

    /** Deletes the files of an index that is not open. */
    static void delete(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            try (Stream<Path> files = Files.list(path)) {
                for (Path file : files.toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    /** Returns the number up to which messages, and what was done about them, are indexed. */
    long position() {
        return position;
    }

    /** Returns the number up to which messages can be found. */
    long searchableUpTo() {
        return searchableUpTo;
    }

    int messages() {
        return writer.getDocStats().numDocs;
    }

    long bytes() throws IOException {
        long bytes = 0;
        for (String file : directory.listAll()) {
            try {
                bytes += directory.fileLength(file);
            } catch (NoSuchFileException e) {
                // It was merged with others meanwhile.
            }
        }
        return bytes;
    }

    /** Adds entries; after {@link #remove} of their messages, if these were there before. */
    void add(List<IndexEntry> entries) throws IOException {
        for (IndexEntry entry : entries) {
            writer.addDocument(document.of(entry));
        }
    }

    /** Removes messages; their words stay in the files until {@link #purge}. */
    void remove(List<Long> messages) throws IOException {
        if (!messages.isEmpty()) {
            writer.deleteDocuments(LongPoint.newSetQuery(NUMBER, messages));
        }
    }

    /** Removes all messages with numbers in these ranges, as {@link #remove}. */
    void removeRanges(List<Expiry.Range> ranges) throws IOException {
        if (!ranges.isEmpty()) {
            writer.deleteDocuments(ranges.stream()
                    .map(range -> LongPoint.newRangeQuery(NUMBER, range.from(), range.to()))
                    .toArray(Query[]::new));
        }
    }

    /** Records that everything up to a number is indexed. */
    void setPosition(long number) {
        position = number;
    }

    /** Writes to disk what was added, with the position, so that after a crash the rest is added again. */
    void commit() throws IOException {
        if (position != committed) {
            force();
        }
    }

    private void force() throws IOException {
        long number = position;
        writer.setLiveCommitData(
                Map.of(FORMAT_KEY, FORMAT, POSITION_KEY, Long.toString(number), PURGED_KEY, purged.toString())
                        .entrySet());
        writer.commit();
        committed = number;
    }

    /** Returns how much has been added since the last commit, in numbers. */
    long uncommitted() {
        return position - committed;
    }

    /** Returns whether words of removed messages may have been in the files for longer than a time. */
    boolean isPurgeDue(Instant now, Duration limit) {
        if (!writer.hasDeletions()) {
            purged = now;
        }
        return purged.plus(limit).isBefore(now);
    }

    /** Rewrites the files that have words of removed messages. */
    void purge(Instant now) throws IOException {
        writer.forceMergeDeletes(true);
        purged = now;
        force();
        refresh();
        writer.deleteUnusedFiles();
    }

    /** Removes everything. */
    void clear(Instant now) throws IOException {
        writer.deleteAll();
        position = 0;
        purged = now;
        force();
        refresh();
        writer.deleteUnusedFiles();
    }

    private void refresh() throws IOException {
        long number = position;
        searchers.maybeRefreshBlocking();
        searchableUpTo = number;
        refreshed = System.nanoTime();
    }

    /** Makes searches find what was added since, at most once a second. Any thread. */
    void refreshIfDue() throws IOException {
        if (searchableUpTo != position && System.nanoTime() - refreshed > REFRESH_INTERVAL) {
            refresh();
        }
    }

    /**
     * Returns the numbers of the newest {@code limit} messages that match; a corrected one perhaps
     * several times.
     *
     * @param timeout says whether to give up; asked while it searches
     */
    List<Long> search(Query query, int limit, QueryTimeout timeout) throws IOException, TimeoutException {
        IndexSearcher shared = searchers.acquire();
        try {
            IndexSearcher searcher = new IndexSearcher(shared.getIndexReader());
            searcher.setTimeout(timeout);
            List<Long> numbers = new ArrayList<>();
            for (ScoreDoc hit :
                    searcher.search(query, new TopFieldCollectorManager(NEWEST_FIRST, limit, null, limit)).scoreDocs) {
                numbers.add((Long) ((FieldDoc) hit).fields[0]);
            }
            if (searcher.timedOut()) {
                throw new TimeoutException();
            }
            return numbers;
        } finally {
            searchers.release(shared);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            commit();
        } finally {
            searchers.close();
            writer.rollback();
            directory.close();
        }
    }
}

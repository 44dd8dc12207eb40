package chatd.daemon.trail;

import chatd.audit.FileFailure;
import chatd.audit.LogFiles;
import chatd.audit.write.NameTable;
import chatd.daemon.directory.Directory;
import chatd.daemon.limit.Sweeper;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Keeps the table of names beside a log whose lines have only numbers, about a second behind the directory. Thread-safe;
 * blocks.
 */
public final class ShownNames implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(ShownNames.class);

    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final Directory directory;
    private final LogFiles log;
    private final Sweeper sweeper = new Sweeper("names beside the log", INTERVAL, this::sweep);

    /** The directory's count of changes when the table was written; -1 if it was not. */
    @GuardedBy("this")
    private long written = -1;

    @GuardedBy("this")
    private String failure = "";

    private final boolean isWanted;

    /** @param isWanted whether there is to be a table; otherwise one that is there is deleted */
    public ShownNames(Directory directory, LogFiles log, boolean isWanted) {
        this.directory = directory;
        this.log = log;
        this.isWanted = isWanted;
    }

    /** Writes the table, or deletes it, and keeps it from then on. */
    public void start() {
        if (isWanted) {
            write();
            sweeper.start();
        } else {
            var _ = attempt(() -> NameTable.delete(log));
        }
    }

    /** Writes the table, if there is to be one and a name has changed; one that fails is tried again a second later. */
    public synchronized void write() {
        long changes = directory.nameChanges();
        if (isWanted && changes != written && attempt(() -> NameTable.write(log, names()))) {
            written = changes;
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    /** Does something with the table's files; returns whether it succeeded. The same failure is told once. */
    private synchronized boolean attempt(Work work) {
        try {
            work.run();
            failure = "";
            return true;
        } catch (IOException e) {
            String why = FileFailure.describe(e);
            if (!why.equals(failure)) {
                LOG.warn("CHATD-412 the names beside the log can't be written: {}", why);
            }
            failure = why;
            return false;
        }
    }

    private SortedMap<String, String> names() {
        SortedMap<String, String> names = new TreeMap<>();
        directory.allNames().forEach((number, name) -> {
            String key = "U" + number;
            // Who was erased has none.
            if (!name.equals(key)) {
                names.put(key, name);
            }
        });
        directory.groups().all().forEach(group -> names.put("G" + group.number(), group.name()));
        return names;
    }

    private boolean sweep() {
        write();
        return true;
    }

    @Override
    public void close() {
        sweeper.close();
    }
}

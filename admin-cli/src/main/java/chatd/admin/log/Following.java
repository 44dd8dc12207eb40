package chatd.admin.log;

import chatd.admin.api.AdminLink;
import chatd.admin.api.CallFailure;
import chatd.admin.api.LogCalls;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Program;
import chatd.admin.terminal.Progress;
import chatd.audit.FileFailure;
import chatd.audit.form.Segment;
import chatd.audit.form.SegmentReader;
import chatd.audit.read.CollectedLines;
import chatd.audit.read.VerifiedCopy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Feeds a copy of a log, and publishes it about once a second. One thread reads; the copy may be closed by any, so that it is
 * a whole document however the program ends.
 */
final class Following implements AutoCloseable {
    private static final int POLL_MILLIS = 200;
    private static final int LONGEST_RETRY_SECONDS = 30;

    /** A large segment is published less often: each time, all of it is written. */
    private static final long PUBLISHED_BYTES_PER_SECOND = 8 << 20;

    private final VerifiedCopy copy;
    private final boolean once;
    private final Progress progress = new Progress();
    private final Thread publisher =
            Thread.ofPlatform().name("publisher").daemon().unstarted(this::publishRegularly);
    private boolean isEnded;
    private long published = System.nanoTime();

    /** @param once whether to end with what there is now */
    Following(VerifiedCopy copy, boolean once) {
        this.copy = copy;
        this.once = once;
    }

    /** Begins to publish. */
    void start() {
        publisher.start();
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    }

    /** Returns how far a copy is, as a sentence without its full stop. */
    static String state(VerifiedCopy copy) {
        return "copied up to seq " + copy.lastSeq() + ", "
                + (copy.lastAuthenticSeq() > 0
                        ? "genuine up to the seal " + copy.lastAuthenticSeq()
                        : "consistent in itself, not authenticated");
    }

    private synchronized void add(byte[] line) throws IOException, VerifiedCopy.Wrong {
        if (!isEnded) {
            copy.add(line);
            progress.show(state(copy));
        }
    }

    @Override
    public synchronized void close() {
        if (!isEnded) {
            isEnded = true;
            publisher.interrupt();
            progress.close();
            try {
                copy.close();
            } catch (IOException e) {
                Program.printError(FileFailure.describe(e));
            }
        }
    }

    private void publishRegularly() {
        try {
            while (true) {
                TimeUnit.SECONDS.sleep(1);
                publish();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            Program.printError(FileFailure.describe(e));
            System.exit(Exit.FAILED);
        }
    }

    private synchronized void publish() throws IOException {
        if (isEnded) {
            return;
        }
        copy.flush();
        long due = TimeUnit.SECONDS.toNanos(1 + copy.openBytes() / PUBLISHED_BYTES_PER_SECOND);
        if (System.nanoTime() - published >= due) {
            copy.publish();
            published = System.nanoTime();
        }
    }

    /**
     * Reads from a daemon, again and again if it goes away.
     *
     * @param from the seq with whose segment a new copy begins
     */
    void read(AdminLink daemon, long from) throws IOException, InterruptedException, VerifiedCopy.Wrong {
        boolean isReported = false;
        for (int pause = 1; ; pause = Math.min(2 * pause, LONGEST_RETRY_SECONDS)) {
            long before = copy.lastSeq();
            try {
                readOnce(daemon, from);
            } catch (CallFailure e) {
                if (once || !e.code().equals(CallFailure.NO_DAEMON)) {
                    throw e;
                }
                if (!isReported || copy.lastSeq() > before) {
                    progress.close();
                    Program.printError(e.getMessage() + " Trying again until it is there.");
                }
                isReported = true;
            }
            if (once) {
                return;
            }
            pause = copy.lastSeq() > before ? 1 : pause;
            TimeUnit.SECONDS.sleep(pause);
        }
    }

    private void readOnce(AdminLink daemon, long from) throws IOException, VerifiedCopy.Wrong {
        long begin = copy.lastSeq() > 0 ? copy.lastSeq() : from;
        try (AdminLink.Answer<LogCalls.FollowPart, ?> answer =
                daemon.ask(LogCalls.FOLLOW, new LogCalls.Follow(begin, !once))) {
            for (LogCalls.FollowPart part = answer.next(); part != null; part = answer.next()) {
                Long end = part.end();
                if (end != null) {
                    copy.checkEnd(end);
                }
                for (String line : part.lines()) {
                    add(line.getBytes(StandardCharsets.UTF_8));
                }
            }
        }
    }

    /** Reads what a collector wrote, to its end. */
    void read(InputStream written) throws IOException, VerifiedCopy.Wrong {
        SegmentReader lines = new SegmentReader(written, Segment.LONGEST_LINE);
        CollectedLines collected = new CollectedLines();
        for (byte[] line = lines.next(); line != null; line = lines.next()) {
            addCollected(collected, line);
        }
    }

    /** Reads what a collector writes to a file. */
    void read(Path file) throws IOException, InterruptedException, VerifiedCopy.Wrong {
        CollectedLines collected = new CollectedLines();
        try (CollectedFile lines = new CollectedFile(file)) {
            while (true) {
                for (byte[] line = lines.next(); line != null; line = lines.next()) {
                    addCollected(collected, line);
                }
                if (once) {
                    return;
                }
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            }
        }
    }

    private void addCollected(CollectedLines collected, byte[] line) throws IOException, VerifiedCopy.Wrong {
        byte[] found = collected.add(line);
        if (found != null) {
            add(found);
        }
    }
}

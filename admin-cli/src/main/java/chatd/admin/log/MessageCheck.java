package chatd.admin.log;

import chatd.admin.api.AdminLink;
import chatd.admin.api.LogCalls;
import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.audit.form.VerificationListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Compares the stored messages and the changes to them with the logged ones, in both directions, while the log is read.
 * Both arrive in order of message number, so that neither needs to be held in memory.
 */
final class MessageCheck implements VerificationListener, AutoCloseable {
    /** The first event of a segment, with the number of the last message in the segments before it. */
    private static final Pattern ROTATION = Pattern.compile(
            "<event seq=\"\\d+\" time=\"[^\"]+\" type=\"rotation\" outcome=\"ok\" message=\"(\\d{1,18})\"");

    private static final Pattern RESTORE = Pattern.compile("<event seq=\"(\\d+)\" [^>]* type=\"restore\" ");
    private static final Pattern LOST =
            Pattern.compile("<lost kind=\"message\" from=\"(\\d{1,18})\" to=\"(\\d{1,18})\"/>");

    /** Maximum number of ranges of missing messages kept for comparison with later events; others are only counted. */
    private static final int MAX_RANGES = 100_000;

    /** Maximum number of messages kept that were taken back later in the log; others are only counted. */
    private static final int MAX_TAKEN = 1_000_000;

    /** Maximum number of discrepancies reported one by one. */
    private static final int MAX_REPORTED = 20;

    /** A range of consecutive messages that are logged but not stored; {@code seq} is the event of the first. */
    private record Missing(long seq, long from, long to) {}

    /**
     * What the daemon says was taken back.
     *
     * @param isWhole whether the message itself is no longer stored, rather than only changes to it
     * @param isMixed whether the daemon names the same event for another message, too
     */
    private record Taken(long message, boolean isWhole, boolean isMixed) {
        Taken and(Taken other) {
            return new Taken(message, isWhole || other.isWhole, isMixed || other.isMixed || message != other.message);
        }
    }

    private final AdminLink.Parts<LogCalls.Stored> answer;
    private final long upTo;
    private final Deque<LogCalls.Digested> stored = new ArrayDeque<>();
    private boolean isFirst = true;
    private long last;
    private long compared;
    private long undigested;
    private long olderThanLog;

    /** Messages that are no longer stored, by the number of the event that took them back, according to the daemon. */
    private final Map<Long, Taken> taken = new HashMap<>();

    private final ExpiredMessages expired;
    private long deleted;

    /** What was deleted after its time since this check began. */
    private final List<LogCalls.Numbers> deletedSince = new ArrayList<>();

    private long takenBack;
    private long uncompared;

    /** The highest number of a message that is older than the remaining log. */
    private long deletedUpTo;

    private final Deque<Missing> missing = new ArrayDeque<>();

    /** Changes to messages that are logged but not stored; the time of the message may have been over since. */
    private final List<SentLine> missingChanges = new ArrayList<>();

    private final List<String> restored = new ArrayList<>();
    private long lost;
    private long wrong;
    private final List<String> problems = new ArrayList<>();

    /** Compares with these messages, in the order of {@link LogCalls.Stored}; closes them with itself. */
    MessageCheck(AdminLink.Parts<LogCalls.Stored> messages) {
        answer = messages;
        LogCalls.Stored first = answer.next();
        upTo = first == null || first.upTo() == null ? 0 : first.upTo();
        expired = new ExpiredMessages(upTo);
    }

    /** Reads which messages are not stored any more because their time was over. Called before the log is verified. */
    void readExpired(Path log) throws IOException {
        expired.read(log);
    }

    @Override
    public void line(String line) {
        if (isFirst) {
            isFirst = false;
            Matcher rotation = ROTATION.matcher(line);
            if (rotation.lookingAt()) {
                skip(Long.parseLong(rotation.group(1)));
            } else if (!line.startsWith("<event seq=\"1\"")) {
                throw new CommandFailure(Exit.USAGE, "Messages can't be compared with an excerpt: name the whole log.");
            }
        }
        Matcher restore = RESTORE.matcher(line);
        if (restore.lookingAt()) {
            markLost(restore.group(1), line);
        }
        // Also what was logged since the log was looked through for it.
        expired.newIn(line).forEach(this::markDeleted);
        SentLine sent = SentLine.parse(line);
        if (sent != null) {
            checkLogged(sent);
        }
    }

    /** Skips the messages up to a number: they are older than the remaining log and can't be compared. */
    private void skip(long number) {
        last = number;
        deletedUpTo = number;
        for (LogCalls.Digested next = peek(); next != null && next.message() <= number; next = peek()) {
            stored.poll();
            olderThanLog++;
        }
    }

    private void checkLogged(SentLine event) {
        long number = event.message();
        boolean isErased = !event.isRetraction() || isErased(event);
        if (number > upTo) {
            return;
        }
        if (number <= last) {
            report("message %d (seq %d) is logged after message %d: one of them was logged twice"
                    .formatted(number, event.seq(), last));
            return;
        }
        last = number;
        reportUnlogged(number - 1);
        LogCalls.Digested next = peek();
        if (next == null || next.message() > number) {
            if (event.isOfMessage() && expired.isGone(event.subject())) {
                deleted += event.about() == 0 ? 1 : 0;
            } else {
                addMissing(event);
            }
            return;
        }
        stored.poll();
        if (event.isOfMessage() && expired.isNotStored(event.subject())) {
            report("message %d was deleted after its time, according to the log, but is still stored"
                    .formatted(event.subject()));
        }
        if (next.takenBack() != null) {
            expectRetraction(event, next.takenBack());
        } else if (event.digest() == null) {
            undigested++;
        } else if (!event.digest().equals(next.digest())) {
            report("message %d is not stored as it was logged (seq %d)".formatted(number, event.seq()));
        } else if (isErased) {
            compared++;
        } else {
            report("message %d was taken back (seq %d), but is still stored".formatted(event.about(), event.seq()));
        }
    }

    /** Records what the daemon says: that a message is no longer stored, because the event {@code by} took it back. */
    private void expectRetraction(SentLine event, long by) {
        if (by <= event.message()) {
            report("message %d (seq %d) is not stored, and was not taken back".formatted(event.message(), event.seq()));
        } else if (taken.size() == MAX_TAKEN && !taken.containsKey(by)) {
            uncompared++;
        } else {
            taken.merge(by, new Taken(event.subject(), event.about() == 0, false), Taken::and);
        }
    }

    /** Returns whether what the event took back is no longer stored, according to the daemon. */
    private boolean isErased(SentLine event) {
        Taken reported = taken.remove(event.message());
        if (reported == null) {
            return event.about() <= deletedUpTo || uncompared > 0;
        }
        takenBack++;
        if (reported.isMixed() || reported.message() != event.about()) {
            report("some of what is missing was not taken back by message %d (seq %d)"
                    .formatted(event.message(), event.seq()));
        }
        return reported.isWhole() || event.about() <= deletedUpTo || uncompared > 0;
    }

    private void addMissing(SentLine event) {
        long seq = event.seq();
        long number = event.message();
        if (event.about() != 0 && missingChanges.size() < MAX_RANGES) {
            missingChanges.add(event);
            return;
        }
        Missing before = missing.peekLast();
        if (before != null && before.to() == number - 1) {
            missing.removeLast();
            missing.add(new Missing(before.seq(), before.from(), number));
        } else if (missing.size() < MAX_RANGES) {
            missing.add(new Missing(seq, number, number));
        } else {
            wrong++;
        }
    }

    /** Counts as lost, no longer as missing, the messages that the log says were lost with the database. */
    private void markLost(String seq, String line) {
        Matcher range = LOST.matcher(line);
        if (!range.find()) {
            return;
        }
        long from = Long.parseLong(range.group(1));
        long to = Long.parseLong(range.group(2));
        long found = removeMissing(from, to);
        lost += found;
        if (found > 0) {
            restored.add("%s logged before seq %s, where an older database replaced the current one, were lost"
                    .formatted(Format.count(found, "message"), seq));
        }
    }

    /** Counts messages that were deleted after their time as missing no longer. */
    private void markDeleted(LogCalls.Numbers range) {
        expired.add(range);
        deleted += removeMissing(range.from(), range.to());
    }

    /** Counts numbers as missing no longer; returns how many of them were. */
    private long removeMissing(long from, long to) {
        Deque<Missing> others = new ArrayDeque<>();
        long found = 0;
        for (Missing some : missing) {
            long first = Math.max(from, some.from());
            long last = Math.min(to, some.to());
            found += Math.max(0, last - first + 1);
            if (first > last) {
                others.add(some);
                continue;
            }
            if (some.from() < first) {
                others.add(new Missing(some.seq(), some.from(), first - 1));
            }
            if (some.to() > last) {
                others.add(new Missing(some.seq(), last + 1, some.to()));
            }
        }
        missing.clear();
        missing.addAll(others);
        int changes = missingChanges.size();
        missingChanges.removeIf(change -> change.message() >= from && change.message() <= to);
        return found + changes - missingChanges.size();
    }

    private void reportUnlogged(long upTo) {
        for (LogCalls.Digested next = peek(); next != null && next.message() <= upTo; next = peek()) {
            stored.poll();
            report("message %d is stored, but not logged".formatted(next.message()));
        }
    }

    private void report(String what) {
        if (++wrong <= MAX_REPORTED) {
            problems.add(what);
        }
    }

    private LogCalls.@Nullable Digested peek() {
        while (stored.isEmpty()) {
            LogCalls.Stored some = answer.next();
            if (some == null) {
                stored.add(new LogCalls.Digested(Long.MAX_VALUE, "", null));
                break;
            }
            if (some.beyond() != null) {
                report("message %d is stored, but not logged".formatted(some.beyond()));
            }
            if (some.messages() != null) {
                stored.addAll(some.messages());
            }
            if (some.expired() != null) {
                deletedSince.addAll(some.expired());
            }
        }
        return stored.peek();
    }

    /** Ends the comparison when all of the log has been read; returns what is wrong, in words. */
    List<String> end() {
        reportUnlogged(upTo);
        deletedSince.forEach(this::markDeleted);
        missingChanges.removeIf(change -> expired.isGone(change.about()));
        missingChanges.forEach(change -> missing.add(new Missing(change.seq(), change.message(), change.message())));
        for (Missing some : missing) {
            report(
                    some.from() == some.to()
                            ? "message %d is logged (seq %d), but not stored".formatted(some.from(), some.seq())
                            : "messages %d to %d are logged (from seq %d on), but not stored"
                                    .formatted(some.from(), some.to(), some.seq()));
            wrong += some.to() - some.from();
        }
        taken.forEach((by, found) -> {
            if (by <= upTo) {
                report("message %d is not stored, and was not taken back by message %d".formatted(found.message(), by));
            }
        });
        List<String> all = new ArrayList<>(problems);
        if (wrong > MAX_REPORTED) {
            all.add("in all, %d messages differ between the database and the log".formatted(wrong));
        }
        return all;
    }

    /** Returns notes on messages that are known to be lost or could not be compared. */
    List<String> notes() {
        List<String> notes = new ArrayList<>(restored);
        if (deleted > 0) {
            notes.add(Format.count(deleted, "message") + " deleted after their time, as logged");
        }
        if (takenBack > 0) {
            notes.add(Format.count(takenBack, "message") + " taken back or erased, as logged");
        }
        if (!taken.isEmpty()) {
            notes.add(Format.count(taken.size(), "message") + " taken back since this check began: run it again");
        }
        if (uncompared > 0) {
            notes.add("%s taken back can't be compared: the limit is %d"
                    .formatted(Format.count(uncompared, "message"), MAX_TAKEN));
        }
        if (undigested > 0) {
            notes.add(Format.count(undigested, "message") + " logged by a version without digests can't be compared");
        }
        if (olderThanLog > 0) {
            notes.add(Format.count(olderThanLog, "message") + " older than the remaining log can't be compared");
        }
        return notes;
    }

    /** Returns how many messages, according to the log, were lost when an older database replaced the current one. */
    long lost() {
        return lost;
    }

    /** Returns how many messages are stored as they were logged. */
    long compared() {
        return compared;
    }

    @Override
    public void close() {
        answer.close();
    }
}

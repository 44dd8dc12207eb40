package chatd.client.talk.replay;

import chatd.client.net.PrivateFiles;
import chatd.client.talk.item.Item;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The items last shown of an account's history, kept across restarts, so that no part of a replay is shown twice.
 *
 * <p>{@code chat/1} has no message numbers, so a replay is aligned with the items shown by their longest common
 * subsequence. Items from others and the account's own are aligned separately, because an item sent from here is shown
 * once the server has confirmed it, a little before or after items that arrive at that time. Used by one thread at a
 * time.
 */
public final class SeenItems {
    /**
     * Maximum number of marks kept; a replay that does not reach back to the latest of them was
     * truncated.
     */
    private static final int MAX_MARKS = 500;

    private static final int NONE = Integer.MAX_VALUE;

    private final @Nullable Path file;
    private final List<Mark> marks = new ArrayList<>();

    /** @param file null to keep nothing */
    public SeenItems(@Nullable Path file) {
        this.file = file;
        if (file != null && Files.exists(file)) {
            try {
                for (String line : Files.readAllLines(file)) {
                    Mark mark = Mark.parse(line);
                    if (mark != null) {
                        marks.add(mark);
                    }
                }
            } catch (IOException e) {
                // As at a first start: the last items are shown.
                marks.clear();
            }
            forgetOldest();
        }
    }

    /** Returns whether nothing was ever shown but texts of the server itself. */
    boolean isEmpty() {
        return marks.stream().allMatch(mark -> mark.who() == Mark.Who.SERVER);
    }

    private long latest() {
        return marks.stream()
                .filter(Mark::isExact)
                .mapToLong(Mark::second)
                .max()
                .orElse(0);
    }

    /** Records an item that has been shown. */
    void add(Item item) {
        Mark mark = Mark.of(item, latest());
        marks.add(mark);
        forgetOldest();
        if (file != null) {
            try {
                PrivateFiles.append(file, mark.line() + "\n");
            } catch (IOException e) {
                // The next start shows some of it again, which harms nobody.
            }
        }
    }

    private void forgetOldest() {
        if (marks.size() > MAX_MARKS) {
            marks.subList(0, marks.size() - MAX_MARKS).clear();
        }
    }

    /**
     * The items of a replay that were not shown yet.
     *
     * @param items in the replay's order
     * @param reachesBack whether the replay reaches back to what was shown; else more may be missing before it
     */
    record Unseen(List<Item> items, boolean reachesBack) {}

    /** Aligns a replay with the items shown, and adopts the server's times from it. */
    Unseen unseen(List<Item> replay) {
        forgetOldest();
        List<Mark> replayed = replay.stream().map(item -> Mark.of(item, 0)).toList();
        BitSet seen = new BitSet(replayed.size());
        Alignment others = align(false, replayed, seen);
        boolean hasOthers = marks.stream().anyMatch(mark -> mark.who() == Mark.Who.OTHER);
        boolean reachesBack = others.length() > 0;
        if (reachesBack || !hasOthers) {
            Alignment mine = align(true, replayed, seen);
            reachesBack |= mine.length() > 0;
            // Items older than the oldest mark were shown long ago.
            int oldest = Math.min(others.first(), mine.first());
            seen.set(0, oldest == NONE ? 0 : oldest);
        }
        List<Item> unseen = new ArrayList<>();
        for (int i = seen.nextClearBit(0); i < replay.size(); i = seen.nextClearBit(i + 1)) {
            unseen.add(replay.get(i));
        }
        save();
        return new Unseen(unseen, reachesBack);
    }

    /**
     * @param first the index in the replay of the first common item; {@link #NONE} if there is none
     */
    private record Alignment(int length, int first) {}

    /**
     * Finds the longest common subsequence of the items shown and the replay, preferring the one
     * that ends earliest in the replay, and marks everything up to its end as seen.
     */
    private Alignment align(boolean mine, List<Mark> replayed, BitSet seen) {
        int[] ours = indexes(marks, mine);
        int[] theirs = indexes(replayed, mine);
        short[][] length = new short[ours.length + 1][theirs.length + 1];
        for (int i = 1; i <= ours.length; i++) {
            for (int j = 1; j <= theirs.length; j++) {
                length[i][j] = marks.get(ours[i - 1]).matches(replayed.get(theirs[j - 1]))
                        ? (short) (length[i - 1][j - 1] + 1)
                        : (short) Math.max(length[i - 1][j], length[i][j - 1]);
            }
        }
        int longest = length[ours.length][theirs.length];
        int end = theirs.length;
        while (end > 0 && length[ours.length][end - 1] == longest) {
            end--;
        }
        int first = NONE;
        for (int i = ours.length, j = end; i > 0 && j > 0 && length[i][j] > 0; ) {
            if (length[i - 1][j] == length[i][j]) {
                i--;
            } else if (length[i][j - 1] == length[i][j]) {
                j--;
            } else {
                i--;
                j--;
                first = theirs[j];
                marks.set(ours[i], replayed.get(theirs[j]));
            }
        }
        for (int j = 0; j < end; j++) {
            seen.set(theirs[j]);
        }
        return new Alignment(longest, first);
    }

    private static int[] indexes(List<Mark> marks, boolean mine) {
        int[] indexes = new int[marks.size()];
        int n = 0;
        for (int i = 0; i < marks.size(); i++) {
            if (marks.get(i).isMine() == mine) {
                indexes[n++] = i;
            }
        }
        return java.util.Arrays.copyOf(indexes, n);
    }

    private void save() {
        if (file != null) {
            try {
                PrivateFiles.replace(
                        file,
                        marks.stream()
                                .map(mark -> mark.line() + "\n")
                                .collect(Collectors.joining())
                                .getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // As in add: the next start shows some of it again.
            }
        }
    }
}

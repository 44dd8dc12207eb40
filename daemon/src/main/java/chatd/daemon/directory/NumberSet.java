package chatd.daemon.directory;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.RandomAccess;

/** An immutable set of numbers, eight bytes each, as a list in ascending order. */
public final class NumberSet extends AbstractList<Long> implements RandomAccess {
    public static final NumberSet EMPTY = new NumberSet(new long[0]);

    private final long[] ascending;

    private NumberSet(long[] ascending) {
        this.ascending = ascending;
    }

    public boolean has(long number) {
        return Arrays.binarySearch(ascending, number) >= 0;
    }

    /** Returns the set with a number added; this set, if it has it. */
    NumberSet with(long number) {
        int place = Arrays.binarySearch(ascending, number);
        if (place >= 0) {
            return this;
        }
        int at = -place - 1;
        long[] more = Arrays.copyOf(ascending, ascending.length + 1);
        System.arraycopy(ascending, at, more, at + 1, ascending.length - at);
        more[at] = number;
        return new NumberSet(more);
    }

    /** Returns the set without a number; this set, if it does not have it. */
    NumberSet without(long number) {
        int place = Arrays.binarySearch(ascending, number);
        if (place < 0) {
            return this;
        }
        long[] fewer = Arrays.copyOf(ascending, ascending.length - 1);
        System.arraycopy(ascending, place + 1, fewer, place, fewer.length - place);
        return new NumberSet(fewer);
    }

    /** Returns at most {@code limit} numbers above {@code after}, ascending. */
    public NumberSet above(long after, int limit) {
        int place = Arrays.binarySearch(ascending, after);
        int from = place >= 0 ? place + 1 : -place - 1;
        return new NumberSet(Arrays.copyOfRange(ascending, from, Math.min(ascending.length, from + limit)));
    }

    @Override
    public Long get(int index) {
        return ascending[index];
    }

    @Override
    public int size() {
        return ascending.length;
    }
}

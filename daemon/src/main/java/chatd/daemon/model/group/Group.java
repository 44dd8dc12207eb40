package chatd.daemon.model.group;

import chatd.text.Days;

/**
 * A group, without its members.
 *
 * @param number never reused
 * @param name not unique
 * @param wholeHistory whether new members see earlier messages
 * @param open whether anybody may find and join it
 * @param retention days for which its messages are kept; 0 for ever; {@link #AS_CONFIGURED}
 */
public record Group(
        long number, String name, String topic, boolean wholeHistory, boolean open, boolean closed, int retention) {
    /** The value of {@code retention} for as long as those of other groups. */
    public static final int AS_CONFIGURED = Days.AS_OTHERS;

    /** Returns what stands for the name of a group that had nobody but people who were erased. */
    public static String erasedName(long number) {
        return "G" + number;
    }

    public Group withName(String other) {
        return new Group(number, other, topic, wholeHistory, open, closed, retention);
    }

    public Group withTopic(String other) {
        return new Group(number, name, other, wholeHistory, open, closed, retention);
    }

    public Group withWholeHistory(boolean shown) {
        return new Group(number, name, topic, shown, open, closed, retention);
    }

    public Group withOpen(boolean isOpen) {
        return new Group(number, name, topic, wholeHistory, isOpen, closed, retention);
    }

    public Group asClosed() {
        return new Group(number, name, topic, wholeHistory, open, true, retention);
    }

    public Group withRetention(int days) {
        return new Group(number, name, topic, wholeHistory, open, closed, days);
    }
}

package chatd.daemon.model.group;

/**
 * A group, without its members.
 *
 * @param number never reused
 * @param name not unique
 * @param wholeHistory whether new members see earlier messages
 * @param open whether anybody may find and join it
 */
public record Group(long number, String name, String topic, boolean wholeHistory, boolean open, boolean closed) {
    public Group withName(String other) {
        return new Group(number, other, topic, wholeHistory, open, closed);
    }

    public Group withTopic(String other) {
        return new Group(number, name, other, wholeHistory, open, closed);
    }

    public Group withWholeHistory(boolean shown) {
        return new Group(number, name, topic, shown, open, closed);
    }

    public Group withOpen(boolean isOpen) {
        return new Group(number, name, topic, wholeHistory, isOpen, closed);
    }

    public Group asClosed() {
        return new Group(number, name, topic, wholeHistory, open, true);
    }
}

package chatd.protocol.value;

import java.util.List;

/**
 * What a message refers to.
 *
 * @param answered the number of the message that it answers; 0 for none
 * @param mentioned the numbers of the users whom it mentions, each once, as resolved when it was sent
 */
public record References(long answered, List<Long> mentioned) {
    public static final References NONE = new References(0, List.of());

    public References {
        mentioned = List.copyOf(mentioned);
    }

    /** Returns the same, without mentions of some users. */
    public References withoutMentioned(List<Long> users) {
        return users.isEmpty()
                ? this
                : new References(
                        answered,
                        mentioned.stream().filter(user -> !users.contains(user)).toList());
    }
}

package chatd.protocol.value;

import java.util.List;
import java.util.function.Predicate;

/**
 * What a message refers to.
 *
 * @param replyTo the number of the message that it answers; 0 for none
 * @param mentioned the numbers of the users whom it mentions, each once, as resolved when it was
 *     sent; or that of the group that it was sent to, as an {@link Addressee}, if it mentions
 *     everybody in it
 */
public record References(long replyTo, List<Long> mentioned) {
    public static final References NONE = new References(0, List.of());

    public References {
        mentioned = List.copyOf(mentioned);
    }

    /**
     * Returns a copy with only those mentions that satisfy a condition, which is tested once for
     * each.
     */
    public References withMentioned(Predicate<Long> which) {
        List<Long> kept = mentioned.stream().filter(which).toList();
        return kept.size() == mentioned.size() ? this : new References(replyTo, kept);
    }
}

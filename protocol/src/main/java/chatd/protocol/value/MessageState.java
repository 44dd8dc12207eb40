package chatd.protocol.value;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * The changes to a message since it was sent, as far as one of its readers may know them.
 *
 * @param shown the correction whose text is the current one; null if it was never corrected
 * @param earlier the earlier texts, the newest first; the last one is the original
 * @param reactions by the code of an emoticon, or an emoji, in the order in which they were first
 *     used
 */
public record MessageState(@Nullable Version shown, List<Text> earlier, SequencedMap<String, Reactions> reactions) {
    /** The state of a message that has not changed. */
    public static final MessageState UNCHANGED = new MessageState(null, List.of(), new LinkedHashMap<>());

    public MessageState {
        earlier = List.copyOf(earlier);
        reactions = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(reactions));
    }

    /** A correction by its number and time. */
    public record Version(long number, Instant time) {}

    /** A text that was replaced. */
    public record Text(long number, Instant time, String text, byte[] salt) {}

    /**
     * The users who have reacted with the same code.
     *
     * @param count how many users there are
     * @param users their numbers, in the order in which they reacted; at most {@value #MAX_USERS}
     */
    public record Reactions(int count, List<Long> users) {
        public static final int MAX_USERS = 100;

        public Reactions {
            users = List.copyOf(users);
        }

        /** Returns a copy with the users of {@code others} appended; the count stays the same. */
        public Reactions withUsersOf(Reactions others) {
            List<Long> all = new ArrayList<>(users);
            all.addAll(others.users);
            return new Reactions(count, all);
        }
    }
}

package chatd.protocol.value;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * What has become of a message since it was sent, as one of its readers may know it.
 *
 * @param shown the correction whose text it has now; null if it was never corrected
 * @param earlier the texts that it had before, the newest first; the last one is the text that was sent
 * @param reactions by the code of an emoticon, or an emoji, in the order in which they came up
 */
public record Amended(@Nullable Version shown, List<Text> earlier, SequencedMap<String, Reactions> reactions) {
    /** What a message is that nothing was done about. */
    public static final Amended UNCHANGED = new Amended(null, List.of(), new LinkedHashMap<>());

    public Amended {
        earlier = List.copyOf(earlier);
        reactions = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(reactions));
    }

    /** A correction by its number and time. */
    public record Version(long number, Instant time) {}

    /** A text that was replaced. */
    public record Text(long number, Instant time, String text, byte[] salt) {}

    /**
     * Those who have reacted in one way.
     *
     * @param count how many they are
     * @param users their numbers, in the order in which they reacted; at most {@value #MOST}
     */
    public record Reactions(int count, List<Long> users) {
        public static final int MOST = 100;

        public Reactions {
            users = List.copyOf(users);
        }

        /** Returns the same with the users of others behind these; the count stays. */
        public Reactions and(Reactions others) {
            List<Long> all = new ArrayList<>(users);
            all.addAll(others.users);
            return new Reactions(count, all);
        }
    }
}

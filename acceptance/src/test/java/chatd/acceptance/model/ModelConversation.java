package chatd.acceptance.model;

import java.util.List;
import java.util.stream.Stream;

/** A conversation of a {@link GroupModel}. */
public sealed interface ModelConversation {
    /** The messages to everyone. */
    record Everyone() implements ModelConversation {
        @Override
        public String toString() {
            return "everyone";
        }
    }

    /**
     * Two accounts, the one with the smaller number first; the same account twice for its notes to
     * itself.
     */
    record Pair(ModelAccount low, ModelAccount high) implements ModelConversation {
        static Pair of(ModelAccount one, ModelAccount other) {
            List<ModelAccount> sorted = Stream.of(one, other)
                    .sorted(java.util.Comparator.comparingLong(ModelAccount::id))
                    .toList();
            return new Pair(sorted.getFirst(), sorted.getLast());
        }

        boolean has(ModelAccount account) {
            return low == account || high == account;
        }

        ModelAccount other(ModelAccount account) {
            return low == account ? high : low;
        }

        @Override
        public String toString() {
            return low.number + "-" + high.number;
        }
    }

    /** The members of a group. */
    record Members(ModelGroup group) implements ModelConversation {
        @Override
        public String toString() {
            return group.number;
        }
    }

    /**
     * Returns the value of {@code with} by which an account that takes part in it names the
     * conversation.
     */
    default String with(ModelAccount reader) {
        return switch (this) {
            case Everyone _ -> "";
            case Pair pair -> pair.other(reader).number;
            case Members members -> members.group().number;
        };
    }

    /** Returns the present name that goes with {@link #with}. */
    default String name(ModelAccount reader) {
        return switch (this) {
            case Everyone _ -> "";
            case Pair pair -> pair.other(reader).name;
            case Members members -> members.group().name;
        };
    }
}

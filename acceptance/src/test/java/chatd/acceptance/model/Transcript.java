package chatd.acceptance.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What was played against a daemon, in order, so that a difference from the model can be understood. */
public final class Transcript {
    /** How many operations a failure shows. */
    private static final int SHOWN = 30;

    private record Line(String about, String what) {}

    private final long seed;
    private final List<Line> lines = new ArrayList<>();
    private int operation;

    public Transcript(long seed) {
        this.seed = seed;
    }

    /** Begins the next operation. */
    void next() {
        operation++;
    }

    public int operation() {
        return operation;
    }

    /** Records what was done, and in which conversation; null if it is about all of them. */
    void add(@Nullable ModelConversation about, String what) {
        lines.add(new Line(key(about), operation + ": " + what));
    }

    private static String key(@Nullable ModelConversation about) {
        return about == null ? "" : about.toString();
    }

    /** Fails if two values differ, with the last operations on the conversation; null if it is about all. */
    void assertEqual(
            String what, @Nullable ModelConversation about, @Nullable Object expected, @Nullable Object actual) {
        if (!Objects.equals(expected, actual)) {
            throw new AssertionError("seed %d, operation %d: %s%nexpected: %s%nactual:   %s%n%s"
                    .formatted(seed, operation, what, expected, actual, last(about)));
        }
    }

    /** Describes where the play stands, for a failure other than a difference. */
    public String explain() {
        return "seed %d, operation %d%n%s".formatted(seed, operation, last(null));
    }

    /** Fails if two lists differ, as {@link #assertEqual} does; shows the first difference. */
    void assertEqualItems(String what, @Nullable ModelConversation about, List<?> expected, List<?> actual) {
        for (int i = 0; i < Math.max(expected.size(), actual.size()); i++) {
            assertEqual(
                    "%s, item %d of %d (actually %d)".formatted(what, i, expected.size(), actual.size()),
                    about,
                    i < expected.size() ? expected.get(i) : null,
                    i < actual.size() ? actual.get(i) : null);
        }
    }

    private String last(@Nullable ModelConversation about) {
        List<String> shown = lines.stream()
                .filter(line ->
                        about == null || line.about().isEmpty() || line.about().equals(key(about)))
                .map(Line::what)
                .toList();
        return shown.subList(Math.max(0, shown.size() - SHOWN), shown.size()).stream()
                .collect(Collectors.joining("\n  ", "the last operations on " + key(about) + ":\n  ", "\n"));
    }
}

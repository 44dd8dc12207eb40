package chatd.daemon.directory;

import java.util.List;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds names by the beginning of any of their parts, whatever the case, width, accents and normal
 * form (page {@code chat-json-1.md}, type 28). Parts begin after a character that is neither a
 * letter nor a digit, where letters and digits meet, at a capital after a small letter, and at each
 * letter of scripts that put no spaces between words. At most 32 entries for a user's name, and 64
 * for a group's. Thread-safe.
 */
final class NameIndex {
    private static final Pattern BEGINNING = Pattern.compile("(?<![\\p{L}\\p{M}\\p{Nd}])[\\p{L}\\p{Nd}]"
            + "|(?<=\\p{Nd})\\p{L}|(?<=[\\p{L}\\p{M}])\\p{Nd}|(?<=\\p{Ll})\\p{Lu}"
            + "|[\\p{IsHan}\\p{IsHiragana}\\p{IsKatakana}\\p{IsHangul}\\p{IsBopomofo}\\p{IsThai}\\p{IsLao}"
            + "\\p{IsKhmer}\\p{IsMyanmar}&&\\p{L}]");

    private final ConcurrentSkipListSet<Part> parts = new ConcurrentSkipListSet<>();

    /**
     * A name from the beginning of one of its parts on; the first parts of all names sort before
     * all others.
     */
    private record Part(boolean isLater, String text, long number) implements Comparable<Part> {
        @Override
        public int compareTo(Part other) {
            int places = Boolean.compare(isLater, other.isLater);
            int texts = places != 0 ? places : text.compareTo(other.text);
            return texts != 0 ? texts : Long.compare(number, other.number);
        }
    }

    void add(String name, long number) {
        partsOf(name, number).forEach(parts::add);
    }

    void remove(String name, long number) {
        partsOf(name, number).forEach(parts::remove);
    }

    /** Returns the numbers of the names that begin with this text, then of those that have it in a later part. */
    Stream<Long> find(String typed) {
        String text = Names.searched(typed);
        return Stream.of(false, true)
                .flatMap(isLater -> startingWith(isLater, text))
                .distinct();
    }

    private Stream<Long> startingWith(boolean isLater, String text) {
        return parts.tailSet(new Part(isLater, text, Long.MIN_VALUE)).stream()
                .takeWhile(part -> part.isLater() == isLater && part.text().startsWith(text))
                .map(Part::number);
    }

    private static Stream<Part> partsOf(String name, long number) {
        List<Integer> later = BEGINNING
                .matcher(name)
                .results()
                .map(part -> part.start())
                .filter(start -> start > 0)
                .toList();
        return Stream.concat(Stream.of(0), later.stream())
                .map(start -> new Part(start > 0, Names.searched(name.substring(start)), number));
    }
}

package chatd.text;

import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Finds whole words, such as the name of a class in the note on a pupil. */
public final class WholeWords {
    private WholeWords() {}

    /**
     * Returns a predicate for texts that contain these as whole words, in any case: {@code 4b} is
     * not in {@code 14b}.
     */
    public static Predicate<String> of(String words) {
        return Pattern.compile(
                        "(?<![\\p{L}\\p{M}\\p{Nd}])" + Pattern.quote(words) + "(?![\\p{L}\\p{M}\\p{Nd}])",
                        Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE)
                .asPredicate();
    }
}

package chatd.text;

import java.text.Normalizer;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Mentions in texts, as people write them (page {@code chat-json-1.md}, "Mentions"): an {@code @}
 * and the longest name that somebody has, with neither a letter nor a digit before the {@code @} or
 * after the name; letters of scripts that put no spaces between words may stand next to both. The
 * web client has the same rule in {@code text.ts}.
 */
public final class Mention {
    /** Maximum number of users whom one text mentions. */
    private static final int MAX = 50;

    /**
     * Maximum number of @ signs that are examined, so that a text of nothing but {@code @} costs
     * little.
     */
    private static final int MAX_SIGNS = 500;

    /** How many signs of a text are examined in less than half a millisecond. */
    private static final int FEW = 3;

    /**
     * Maximum number of names that are looked up for one text: where nothing separates the words,
     * each length is tried.
     */
    private static final int LOOKUPS = 1_000;

    /** Letters of scripts that put no spaces between words, and of Korean, whose endings follow a name. */
    static final String UNSPACED = "\\p{IsHan}\\p{IsHiragana}\\p{IsKatakana}\\p{IsHangul}\\p{IsBopomofo}"
            + "\\p{IsThai}\\p{IsLao}\\p{IsKhmer}\\p{IsMyanmar}ー";

    private static final String SIGNS = "[@＠]";

    /**
     * An @ sign that does not follow a letter or digit (and its marks). The look-behind comes after the
     * sign: in front of it, it would run at every character, which costs ten times as much.
     */
    private static final String ANY_SIGN = SIGNS + "(?<![\\p{L}\\p{Nd}&&[^" + UNSPACED + "]]\\p{M}{0,3}" + SIGNS + ")";

    private static final String WORD_CHARACTER = "[\\p{L}\\p{M}\\p{Nd}&&[^" + UNSPACED + "]]";
    private static final Pattern SIGN = Pattern.compile(ANY_SIGN);

    /** The characters of a name as typed, which may have more than a name's 32 bytes. */
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{M}\\p{Nd}._-]{1,40}");

    private static final Pattern IS_PART = Pattern.compile(WORD_CHARACTER);
    private static final Pattern IS_MARK = Pattern.compile("\\p{M}");
    private static final Pattern IS_UNSPACED = Pattern.compile("[" + UNSPACED + "]");

    /**
     * A mention of all members of a group, in the languages of the clients; {@code @all-hands} may
     * be somebody's name.
     */
    private static final Pattern ALL = Pattern.compile(
            ANY_SIGN + "(?:all(?!" + WORD_CHARACTER + "|[._-]+[\\p{L}\\p{Nd}])|所有人(?!\\p{M}))",
            Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);

    private Mention() {}

    /**
     * Returns the users whom a text mentions, in the order in which it does, each once; at most 50,
     * in the first 500 places with an {@code @}. Looks up at most about 1,000 names.
     *
     * @param lookUp returns the user with a name, as typed; empty if there is none
     */
    public static <T> Set<T> in(String text, Function<String, Optional<T>> lookUp) {
        Set<T> mentioned = new LinkedHashSet<>();
        Matcher sign = SIGN.matcher(text);
        int lookups = 0;
        for (int places = 0;
                places < MAX_SIGNS && mentioned.size() < MAX && lookups < LOOKUPS && sign.find();
                places++) {
            Optional<T> found = Optional.empty();
            Matcher name = NAME.matcher(text).region(sign.end(), text.length());
            int longest = name.lookingAt() ? name.end() : sign.end();
            for (int end = longest; end > sign.end() && found.isEmpty(); end--) {
                if (mayEnd(text, end)) {
                    lookups++;
                    found = lookUp.apply(text.substring(sign.end(), end));
                }
            }
            found.ifPresent(mentioned::add);
        }
        return mentioned;
    }

    /** Returns whether a name may end at an offset: neither within a letter nor within a word. */
    private static boolean mayEnd(String text, int end) {
        if (end == text.length()) {
            return true;
        }
        if (Character.isLowSurrogate(text.charAt(end))) {
            return false;
        }
        String next = Character.toString(text.codePointAt(end));
        return !(isUnspaced(text.codePointBefore(end)) ? IS_MARK : IS_PART)
                .matcher(next)
                .matches();
    }

    private static boolean isUnspaced(int letter) {
        return IS_UNSPACED.matcher(Character.toString(letter)).matches();
    }

    /** Returns whether a text may have so many mentions that finding them takes milliseconds. */
    public static boolean mayBeSlow(String text) {
        Matcher sign = SIGN.matcher(text);
        int places = 0;
        while (places <= FEW && sign.find()) {
            places++;
        }
        return places > FEW;
    }

    /** Returns whether a text mentions all members of the group that it is for. */
    public static boolean mentionsAll(String text) {
        return ALL.matcher(text).find();
    }

    /**
     * Returns a regular expression, to be used case-insensitively, that finds the mentions of a
     * name in its normal forms.
     */
    public static String patternOf(String name) {
        String forms = Stream.of(Normalizer.Form.NFC, Normalizer.Form.NFD)
                .map(form -> Pattern.quote(Normalizer.normalize(name, form)))
                .distinct()
                .collect(Collectors.joining("|"));
        String after = isUnspaced(name.codePointBefore(name.length())) ? "\\p{M}" : WORD_CHARACTER;
        return ANY_SIGN + "(?:" + forms + ")(?!" + after + ")";
    }
}

package chatd.acceptance.search;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Random texts in two scripts, and the queries that find them by definition, from a plain look at
 * each character: words of letters and digits, folded, and Chinese characters, each a word of its
 * own.
 */
final class SearchedText {
    private static final List<String> WORDS = List.of(
            "lunch",
            "Lunchtime",
            "LUN",
            "café",
            "cafe\u0301",
            "CAFÉS",
            "naïve",
            "ｎａｉｖｅ",
            "Straße",
            "STRASSEN",
            "ёлка",
            "Елка",
            "Ελλάδα",
            "ελλαδα",
            "room",
            "rooms",
            "42",
            "421",
            "x",
            "xylophone",
            "plan",
            "plané",
            "Ångström",
            "angstrom",
            "ﬁsh",
            "fish");

    private static final String HAN = "你好吗我们明天下午开会会开𠀀𠀁𠀂漢字";
    private static final List<String> SEPARATORS = List.of(" ", " ", " ", ", ", "，", "。 ", " - ", "! ");

    private final Random random;

    SearchedText(Random random) {
        this.random = random;
    }

    /** A word, or a Chinese character. */
    record Token(String folded, boolean isHan, boolean isAdjacent) {}

    /** A query as it is typed, and its parts, all of which a text must have. */
    record Query(String typed, List<Part> parts) {
        boolean isIn(List<Token> text) {
            return parts.stream().allMatch(part -> part.isIn(text));
        }
    }

    /**
     * A part of a query.
     *
     * @param isPrefix whether a word with this beginning is enough
     */
    record Part(List<Token> tokens, boolean isPrefix) {
        boolean isIn(List<Token> text) {
            if (isPrefix) {
                return text.stream()
                        .anyMatch(token -> !token.isHan()
                                && token.folded().startsWith(tokens.getFirst().folded()));
            }
            return IntStream.rangeClosed(0, text.size() - tokens.size())
                    .anyMatch(from -> IntStream.range(0, tokens.size()).allMatch(i -> {
                        Token wanted = tokens.get(i);
                        Token actual = text.get(from + i);
                        return actual.folded().equals(wanted.folded())
                                && (i == 0 || !wanted.isAdjacent() || actual.isAdjacent());
                    }));
        }
    }

    private <T> T one(List<T> some) {
        return some.get(random.nextInt(some.size()));
    }

    private String han(int count) {
        int[] all = HAN.codePoints().toArray();
        StringBuilder some = new StringBuilder();
        for (int i = 0; i < count; i++) {
            some.appendCodePoint(all[random.nextInt(all.length)]);
        }
        return some.toString();
    }

    /** Makes a text. */
    String next() {
        StringBuilder text = new StringBuilder();
        for (int i = 1 + random.nextInt(5); i > 0; i--) {
            text.append(random.nextBoolean() ? one(WORDS) : han(1 + random.nextInt(6)));
            text.append(i > 1 ? one(SEPARATORS) : "");
        }
        return text.toString();
    }

    /** Makes a query, which some texts match. */
    Query query() {
        List<Part> parts = new ArrayList<>();
        StringBuilder typed = new StringBuilder();
        for (int i = 1 + random.nextInt(2); i > 0; i--) {
            switch (random.nextInt(4)) {
                case 0 -> {
                    String word = one(WORDS);
                    int length = word.offsetByCodePoints(0, 1 + random.nextInt(word.codePointCount(0, word.length())));
                    String beginning = word.substring(0, length);
                    typed.append(beginning);
                    parts.add(new Part(tokens(beginning), true));
                }
                case 1 -> {
                    String some = han(1 + random.nextInt(random.nextBoolean() ? 2 : 5));
                    typed.append(some);
                    parts.add(new Part(tokens(some), false));
                }
                case 2 -> {
                    // Without a space between them.
                    String word = one(WORDS);
                    String some = han(1 + random.nextInt(2));
                    typed.append(word).append(some);
                    parts.add(new Part(tokens(word), true));
                    parts.add(new Part(tokens(some), false));
                }
                default -> {
                    String phrase = one(WORDS) + one(SEPARATORS) + (random.nextBoolean() ? han(2) : one(WORDS));
                    typed.append('"').append(phrase).append('"');
                    parts.add(new Part(tokens(phrase), false));
                }
            }
            typed.append(' ');
        }
        return new Query(typed.toString().strip(), parts);
    }

    private static boolean isHan(int c) {
        return Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN;
    }

    static List<Token> tokens(String text) {
        IntPredicate isWordCharacter =
                c -> !isHan(c) && (Character.isLetterOrDigit(c) || Character.getType(c) == Character.NON_SPACING_MARK);
        List<Token> tokens = new ArrayList<>();
        int[] all = text.codePoints().toArray();
        for (int i = 0; i < all.length; i++) {
            if (isHan(all[i])) {
                tokens.add(new Token(Character.toString(all[i]), true, i > 0 && isHan(all[i - 1])));
            } else if (isWordCharacter.test(all[i])) {
                int begin = i;
                while (i + 1 < all.length && isWordCharacter.test(all[i + 1])) {
                    i++;
                }
                tokens.add(new Token(folded(new String(all, begin, i + 1 - begin)), false, false));
            }
        }
        return tokens;
    }

    private static String folded(String word) {
        String lower = Normalizer.normalize(word, Normalizer.Form.NFKC)
                .toLowerCase(Locale.ROOT)
                .replace("ß", "ss")
                .replace('ς', 'σ');
        return Normalizer.normalize(lower, Normalizer.Form.NFD).replaceAll("\\p{M}", "");
    }
}

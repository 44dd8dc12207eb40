package chatd.daemon.search;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.cjk.CJKBigramFilter;
import org.apache.lucene.analysis.icu.ICUFoldingFilter;
import org.apache.lucene.analysis.icu.segmentation.DefaultICUTokenizerConfig;
import org.apache.lucene.analysis.icu.segmentation.ICUTokenizer;
import org.apache.lucene.analysis.miscellaneous.LengthFilter;
import org.apache.lucene.analysis.miscellaneous.TruncateTokenFilter;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.OffsetAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;
import org.apache.lucene.analysis.tokenattributes.TypeAttribute;

/**
 * Splits texts into words, folded so that case, accents and width do not matter (page
 * {@code chat-json-1.md}, "Search"). A Chinese, Japanese or Korean character is a word, and so is
 * each pair of them in a row. The parts of a joined word, such as an address or a file's name, are
 * found as well. Any thread.
 */
final class Words {
    /** Length in code points beyond which a word is cut off. */
    private static final int LONGEST = 64;

    /**
     * Commas, colons and semicolons that Unicode takes for parts of words and numbers. Where they are written, they stand
     * between words without a space.
     */
    private static final String SEPARATORS = "，：；︐︓︔﹐﹔﹕";

    /** What joins the parts of a word: an address, a version, a file's name, an article with its noun. */
    private static final String JOINERS = "._:'’";

    /** Maximum number of parts of one word that are found, so that a text of nothing else has few words. */
    private static final int MAX_PARTS = 8;

    /** The names of programming languages that end with signs. */
    private static final Pattern SIGNS = Pattern.compile(
            "(?<=[A-Za-z])\\+\\+(?![\\p{L}\\p{N}+])|(?<=(?<![\\p{L}\\p{N}])[A-Za-z])#(?![\\p{L}\\p{N}#])");

    /** Letters that nobody uses, which stand for the signs. */
    private static final char PLUS = '\ua7f7';

    private static final char SHARP = '\ua7fa';

    private static final Analyzer ANALYZER = new Analyzer() {
        @Override
        protected Reader initReader(String field, Reader text) {
            return new Separated(text);
        }

        @Override
        protected TokenStreamComponents createComponents(String field) {
            // No dictionary for Chinese and Japanese: characters and pairs find everything.
            ICUTokenizer words = new ICUTokenizer(new DefaultICUTokenizerConfig(false, true));
            TokenStream folded = TruncateTokenFilter.truncateAfterCodePoints(new ICUFoldingFilter(words), LONGEST);
            // Folding may leave nothing of a word that consists of marks.
            TokenStream whole = new LengthFilter(folded, 1, 2 * LONGEST);
            return new TokenStreamComponents(words, new CJKBigramFilter(whole, 0xff, true));
        }
    };

    private Words() {}

    /** A text with spaces in the place of {@link #SEPARATORS}. */
    private static final class Separated extends CharFilter {
        Separated(Reader text) {
            super(text);
        }

        @Override
        public int read(char[] into, int from, int limit) throws IOException {
            int count = input.read(into, from, limit);
            for (int i = from; i < from + count; i++) {
                // All of them come after the scripts of most texts.
                if (into[i] >= '\ufe10' && SEPARATORS.indexOf(into[i]) >= 0) {
                    into[i] = ' ';
                }
            }
            return count;
        }

        @Override
        protected int correct(int offset) {
            return offset;
        }
    }

    /** The kinds of words. */
    enum Kind {
        /** A word of a script that separates words. */
        WORD,
        /** A single Chinese, Japanese or Korean character. */
        CHARACTER,
        /** Two of them in a row, at the position of the first. */
        PAIR,
        /** A part of a joined word, or all that follows a joiner, at the position of the word. */
        PART
    }

    /**
     * A word of a text.
     *
     * @param position counts the words, except pairs and parts
     * @param start in the text, in UTF-16 units
     * @param end exclusive
     */
    record Word(String text, Kind kind, int position, int start, int end) {}

    /** Returns a text with letters for the signs that are parts of words; of the same length. */
    private static String lettered(String text) {
        return text.indexOf('+') < 0 && text.indexOf('#') < 0
                ? text
                : SIGNS.matcher(text)
                        .replaceAll(sign -> sign.group().replace('+', PLUS).replace('#', SHARP));
    }

    /** Adds the parts of a word, if it is joined. */
    private static void addParts(List<Word> all, Word word, String text) {
        List<Integer> ours = joiners(word.text());
        if (ours.isEmpty()) {
            return;
        }
        List<Integer> found = joiners(text.substring(word.start(), word.end()));
        // Folding may have changed the joiners, or the word was cut off: then it is not known where
        // in the text a part is.
        boolean isKnown = ours.size() == found.size();
        for (int i = 0; i <= ours.size() && i < MAX_PARTS; i++) {
            int from = i == 0 ? 0 : ours.get(i - 1) + 1;
            int start = isKnown ? word.start() + (i == 0 ? 0 : found.get(i - 1) + 1) : word.start();
            if (i < ours.size() && ours.get(i) > from) {
                int end = isKnown ? word.start() + found.get(i) : word.end();
                all.add(new Word(word.text().substring(from, ours.get(i)), Kind.PART, word.position(), start, end));
            }
            if (i > 0 && from < word.text().length()) {
                all.add(new Word(word.text().substring(from), Kind.PART, word.position(), start, word.end()));
            }
        }
    }

    /** Returns where in a word its joiners are. */
    private static List<Integer> joiners(String word) {
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < word.length(); i++) {
            if (JOINERS.indexOf(word.charAt(i)) >= 0) {
                all.add(i);
            }
        }
        return all;
    }

    /** Returns the words of a text, by position. */
    static List<Word> of(String text) {
        List<Word> all = new ArrayList<>();
        try (TokenStream tokens = ANALYZER.tokenStream("", lettered(text))) {
            CharTermAttribute word = tokens.addAttribute(CharTermAttribute.class);
            TypeAttribute type = tokens.addAttribute(TypeAttribute.class);
            OffsetAttribute offset = tokens.addAttribute(OffsetAttribute.class);
            PositionIncrementAttribute increment = tokens.addAttribute(PositionIncrementAttribute.class);
            tokens.reset();
            int position = -1;
            while (tokens.incrementToken()) {
                position += increment.getPositionIncrement();
                Kind kind = switch (type.type()) {
                    case CJKBigramFilter.SINGLE_TYPE -> Kind.CHARACTER;
                    case CJKBigramFilter.DOUBLE_TYPE -> Kind.PAIR;
                    default -> Kind.WORD;
                };
                Word one = new Word(word.toString(), kind, position, offset.startOffset(), offset.endOffset());
                all.add(one);
                if (kind == Kind.WORD) {
                    addParts(all, one, text);
                }
            }
            tokens.end();
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

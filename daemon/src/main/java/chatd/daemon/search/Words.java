package chatd.daemon.search;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
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
 * Splits texts into words, folded so that case, accents and width do not matter (page {@code chat-json-1.md}, "Search").
 * A Chinese, Japanese or Korean character is a word, and so is each pair of them in a row. Any thread.
 */
final class Words {
    /** Length in code points beyond which a word is cut off. */
    private static final int LONGEST = 64;

    /**
     * Commas, colons and semicolons that Unicode takes for parts of words and numbers. Where they are written, they stand
     * between words without a space.
     */
    private static final String SEPARATORS = "，：；︐︓︔﹐﹔﹕";

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
            // Nothing may be left of a word that consists of marks.
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
        public int read(char[] into, int from, int most) throws IOException {
            int count = input.read(into, from, most);
            for (int i = from; i < from + count; i++) {
                // All of them are behind the scripts of most texts.
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

    /** What the types of tokens say. */
    enum Kind {
        /** A word of a script that separates words. */
        WORD,
        /** A single Chinese, Japanese or Korean character. */
        CHARACTER,
        /** Two of them in a row, at the position of the first. */
        PAIR
    }

    /**
     * A word of a text.
     *
     * @param position counts the words, but for pairs
     * @param start in the text, in UTF-16 units
     * @param end exclusive
     */
    record Word(String text, Kind kind, int position, int start, int end) {}

    /** Returns the words of a text, by position. */
    static List<Word> of(String text) {
        List<Word> all = new ArrayList<>();
        try (TokenStream tokens = ANALYZER.tokenStream("", text)) {
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
                all.add(new Word(word.toString(), kind, position, offset.startOffset(), offset.endOffset()));
            }
            tokens.end();
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

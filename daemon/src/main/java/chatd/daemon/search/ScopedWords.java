package chatd.daemon.search;

import java.util.List;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;

/**
 * The words of a text, once for each scope ({@link IndexEntry.Scope}), which is the prefix of each. No
 * phrase spans two scopes, since all its words are of one. Used by one thread, for one text after
 * another.
 */
final class ScopedWords extends TokenStream {
    private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
    private final PositionIncrementAttribute increment = addAttribute(PositionIncrementAttribute.class);

    private List<Words.Word> words = List.of();
    private List<String> scopes = List.of();
    private int scope;
    private int next;
    private int position;

    /** Sets what is read after the next {@link #reset}. */
    void set(List<Words.Word> words, List<String> scopes) {
        this.words = words;
        this.scopes = scopes;
    }

    @Override
    public void reset() {
        scope = 0;
        next = 0;
        position = -1;
    }

    @Override
    public boolean incrementToken() {
        if (next == words.size()) {
            scope++;
            next = 0;
            position = -1;
        }
        if (scope >= scopes.size() || words.isEmpty()) {
            return false;
        }
        clearAttributes();
        Words.Word word = words.get(next++);
        term.append(IndexEntry.Scope.word(scopes.get(scope), word.text()));
        increment.setPositionIncrement(word.position() - position);
        position = word.position();
        return true;
    }
}

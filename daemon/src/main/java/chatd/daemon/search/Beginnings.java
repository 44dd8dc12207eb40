package chatd.daemon.search;

import java.io.IOException;
import java.util.List;
import org.apache.lucene.index.FilteredTermsEnum;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.MultiTermQuery;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.util.AttributeSource;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.StringHelper;
import org.jspecify.annotations.Nullable;

/**
 * Matches what has a word with one of several beginnings. Lucene's own query for one beginning has an automaton of its own,
 * some kilobytes: here all are looked up in one pass over the words, in their order. Immutable.
 */
final class Beginnings extends MultiTermQuery {
    private final List<BytesRef> beginnings;

    /** @param beginnings in order; none begins another */
    Beginnings(String field, List<BytesRef> beginnings) {
        super(field, CONSTANT_SCORE_BLENDED_REWRITE);
        this.beginnings = beginnings;
    }

    /** The words of a field with one of the beginnings. */
    private final class Found extends FilteredTermsEnum {
        /** How many beginnings are up to the last word. */
        private int reached;

        Found(TermsEnum all) {
            super(all);
        }

        @Override
        protected @Nullable BytesRef nextSeekTerm(@Nullable BytesRef word) {
            return reached < beginnings.size() ? beginnings.get(reached) : null;
        }

        @Override
        protected AcceptStatus accept(BytesRef word) {
            while (reached < beginnings.size() && beginnings.get(reached).compareTo(word) <= 0) {
                reached++;
            }
            // No other one but the last can be its beginning.
            return reached > 0 && StringHelper.startsWith(word, beginnings.get(reached - 1))
                    ? AcceptStatus.YES
                    : AcceptStatus.NO_AND_SEEK;
        }
    }

    @Override
    protected TermsEnum getTermsEnum(Terms terms, AttributeSource attributes) throws IOException {
        return new Found(terms.iterator());
    }

    @Override
    public long getTermsCount() {
        return -1;
    }

    @Override
    public void visit(QueryVisitor visitor) {
        if (visitor.acceptField(field)) {
            visitor.visitLeaf(this);
        }
    }

    @Override
    public String toString(String of) {
        return field + ":" + beginnings;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return super.equals(other) && other instanceof Beginnings its && beginnings.equals(its.beginnings);
    }

    @Override
    public int hashCode() {
        return 31 * super.hashCode() + beginnings.hashCode();
    }
}

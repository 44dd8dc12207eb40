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
 * Matches entries that have a word with one of several prefixes. Lucene's own query for a prefix
 * builds an automaton of some kilobytes for each: here all are looked up in one pass over the
 * words, in order. Immutable.
 */
final class PrefixesQuery extends MultiTermQuery {
    private final List<BytesRef> prefixes;

    /** @param prefixes in order; none is a prefix of another */
    PrefixesQuery(String field, List<BytesRef> prefixes) {
        super(field, CONSTANT_SCORE_BLENDED_REWRITE);
        this.prefixes = prefixes;
    }

    /** The words of a field that have one of the prefixes. */
    private final class MatchingTerms extends FilteredTermsEnum {
        /** How many prefixes are at or before the last word. */
        private int reached;

        MatchingTerms(TermsEnum all) {
            super(all);
        }

        @Override
        protected @Nullable BytesRef nextSeekTerm(@Nullable BytesRef word) {
            return reached < prefixes.size() ? prefixes.get(reached) : null;
        }

        @Override
        protected AcceptStatus accept(BytesRef word) {
            while (reached < prefixes.size() && prefixes.get(reached).compareTo(word) <= 0) {
                reached++;
            }
            // Only the last of these can be its prefix.
            return reached > 0 && StringHelper.startsWith(word, prefixes.get(reached - 1))
                    ? AcceptStatus.YES
                    : AcceptStatus.NO_AND_SEEK;
        }
    }

    @Override
    protected TermsEnum getTermsEnum(Terms terms, AttributeSource attributes) throws IOException {
        return new MatchingTerms(terms.iterator());
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
        return field + ":" + prefixes;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return super.equals(other) && other instanceof PrefixesQuery query && prefixes.equals(query.prefixes);
    }

    @Override
    public int hashCode() {
        return 31 * super.hashCode() + prefixes.hashCode();
    }
}

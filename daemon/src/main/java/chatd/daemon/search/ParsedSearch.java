package chatd.daemon.search;

import chatd.daemon.model.Refusal;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.value.Code;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.util.BytesRef;

/**
 * A parsed search: words, each of which has to occur, and phrases. Queries the index with them, and
 * finds them again in the text of each hit, to tell their places. Immutable.
 */
final class ParsedSearch {
    /** Maximum number of words. */
    private static final int MAX = 32;

    /** Maximum number of words and of characters in a row, all phrases together: each costs a walk through the texts. */
    private static final int MAX_STEPS = 64;

    /** Maximum number of places that are returned for one text. */
    private static final int MAX_PLACES = 100;

    private static final Pattern SPACE = Pattern.compile("(?U)\\s+");

    private final Set<Part> parts;

    /** Something that has to be in the text. */
    private sealed interface Part {}

    /** A prefix of a word. */
    private record Prefix(String word) implements Part {}

    /** Words that follow one another, in which a pair stands for its two characters. */
    private record Phrase(List<Step> steps) implements Part {}

    /** @param offset the position, relative to that of the first word */
    private record Step(String word, int offset) {
        /** Returns this step of a phrase that begins with a word. */
        Step after(Words.Word word) {
            return new Step(this.word, word.position() + offset);
        }
    }

    private ParsedSearch(Set<Part> parts) {
        this.parts = parts;
    }

    /**
     * Parses what was typed: what is between quotes is a phrase; the last quote may be missing.
     *
     * @throws Refusal {@link Code#MALFORMED} if there is no word in it, or more than
     *     {@value #MAX}, or there are more than {@value #MAX_STEPS} words in phrases and
     *     characters in a row
     */
    static ParsedSearch of(String typed) {
        Set<Part> parts = new LinkedHashSet<>();
        String[] pieces = typed.split("\"", -1);
        for (int i = 0; i < pieces.length; i++) {
            if (i % 2 == 1) {
                List<Step> steps = units(Words.of(pieces[i])).stream()
                        .flatMap(unit -> unit.steps().stream())
                        .toList();
                if (!steps.isEmpty()) {
                    parts.add(phrase(steps));
                }
            } else {
                // Characters with a space between them are not in a row.
                for (String piece : SPACE.split(pieces[i], -1)) {
                    units(Words.of(piece))
                            .forEach(unit -> parts.add(
                                    unit.isWord()
                                            ? new Prefix(unit.steps().getFirst().word())
                                            : phrase(unit.steps())));
                }
            }
        }
        if (parts.isEmpty()) {
            throw new Refusal(Code.MALFORMED, "There is no word to search for.");
        }
        if (parts.size() > MAX) {
            throw new Refusal(Code.MALFORMED, "At most %d words can be searched for at once.".formatted(MAX));
        }
        int steps = 0;
        for (Part part : parts) {
            steps += part instanceof Phrase(List<Step> all) ? all.size() : 1;
        }
        if (steps > MAX_STEPS) {
            throw new Refusal(
                    Code.MALFORMED,
                    "This is too long to be searched for: at most %d words, or characters in a row, are taken."
                            .formatted(MAX_STEPS));
        }
        return new ParsedSearch(parts);
    }

    /** A word, or characters in a row. */
    private record Unit(boolean isWord, List<Step> steps) {}

    private static List<Unit> units(List<Words.Word> words) {
        List<Unit> units = new ArrayList<>();
        List<Step> row = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            Words.Word word = words.get(i);
            switch (word.kind()) {
                // A text that has the whole word has its parts.
                case PART -> {}
                case WORD -> units.add(new Unit(true, List.of(new Step(word.text(), word.position()))));
                case PAIR -> row.add(new Step(word.text(), word.position()));
                case CHARACTER -> {
                    boolean isLast = i + 1 == words.size() || words.get(i + 1).kind() != Words.Kind.PAIR;
                    if (isLast && row.isEmpty()) {
                        row.add(new Step(word.text(), word.position()));
                    }
                    if (isLast) {
                        units.add(new Unit(false, List.copyOf(row)));
                        row.clear();
                    }
                }
            }
        }
        return units;
    }

    private static Phrase phrase(List<Step> steps) {
        int first = steps.getFirst().offset();
        return new Phrase(steps.stream()
                .map(step -> new Step(step.word(), step.offset() - first))
                .toList());
    }

    /**
     * Returns the query for texts in any of several scopes ({@link IndexEntry.Scope}) that have all parts. A text has all of
     * its words in each of its scopes, so that each part is looked for in all scopes at once.
     */
    Query toQuery(List<String> scopes) {
        BooleanQuery.Builder all = new BooleanQuery.Builder();
        parts.forEach(part -> all.add(query(scopes, part), BooleanClause.Occur.FILTER));
        return all.build();
    }

    private static Query query(List<String> scopes, Part part) {
        return switch (part) {
            case Prefix(String word) -> new PrefixesQuery(Index.TEXT, terms(scopes, word));
            case Phrase(List<Step> steps)
            when steps.size() == 1 ->
                new TermInSetQuery(Index.TEXT, terms(scopes, steps.getFirst().word()));
            case Phrase(List<Step> steps) -> {
                BooleanQuery.Builder any = new BooleanQuery.Builder();
                for (String scope : scopes) {
                    PhraseQuery.Builder phrase = new PhraseQuery.Builder();
                    steps.forEach(step ->
                            phrase.add(new Term(Index.TEXT, IndexEntry.Scope.word(scope, step.word())), step.offset()));
                    any.add(phrase.build(), BooleanClause.Occur.SHOULD);
                }
                yield any.build();
            }
        };
    }

    /** Returns a word as it is indexed in each of the scopes, in order. */
    private static List<BytesRef> terms(List<String> scopes, String word) {
        return scopes.stream()
                .map(scope -> new BytesRef(IndexEntry.Scope.word(scope, word)))
                .sorted()
                .toList();
    }

    /**
     * Returns where a text has the parts, in order and not overlapping; empty if it does not have
     * all of them. Returns at most {@value #MAX_PLACES} places.
     */
    List<MessageEvent.Place> places(String text) {
        List<Words.Word> words = Words.of(text);
        Map<Step, Words.Word> byStep = new HashMap<>();
        words.forEach(word -> byStep.put(new Step(word.text(), word.position()), word));
        List<MessageEvent.Place> all = new ArrayList<>();
        for (Part part : parts) {
            List<MessageEvent.Place> found = places(part, words, byStep);
            if (found.isEmpty()) {
                return List.of();
            }
            all.addAll(found);
        }
        return merged(all);
    }

    private static List<MessageEvent.Place> places(Part part, List<Words.Word> words, Map<Step, Words.Word> byStep) {
        return switch (part) {
            case Prefix(String prefix) ->
                words.stream()
                        .filter(word -> word.text().startsWith(prefix))
                        .map(word -> place(word, word))
                        .toList();
            case Phrase(List<Step> steps) ->
                words.stream()
                        .filter(word -> word.text().equals(steps.getFirst().word()))
                        .filter(word -> steps.stream().allMatch(step -> byStep.containsKey(step.after(word))))
                        .map(word -> place(
                                word,
                                Objects.requireNonNull(
                                        byStep.get(steps.getLast().after(word)))))
                        .toList();
        };
    }

    private static MessageEvent.Place place(Words.Word first, Words.Word last) {
        return new MessageEvent.Place(first.start(), last.end() - first.start());
    }

    private static List<MessageEvent.Place> merged(List<MessageEvent.Place> places) {
        List<MessageEvent.Place> merged = new ArrayList<>();
        places.sort(Comparator.comparingInt(MessageEvent.Place::start));
        for (MessageEvent.Place place : places) {
            MessageEvent.Place before = merged.isEmpty() ? null : merged.getLast();
            if (before == null || place.start() >= before.start() + before.length()) {
                merged.add(place);
            } else {
                int end = Math.max(before.start() + before.length(), place.start() + place.length());
                merged.set(merged.size() - 1, new MessageEvent.Place(before.start(), end - before.start()));
            }
        }
        return merged.size() > MAX_PLACES ? List.copyOf(merged.subList(0, MAX_PLACES)) : merged;
    }
}

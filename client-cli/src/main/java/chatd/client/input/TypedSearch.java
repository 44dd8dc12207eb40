package chatd.client.input;

import chatd.client.talk.item.HistoryScope;
import chatd.client.talk.item.Place;
import chatd.client.talk.request.Histories;
import chatd.client.talk.resume.ResumedSession;
import chatd.protocol.command.MessageCommand;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is typed after {@code /find}: words, phrases in quotes, and filters such as {@code from:bob}. In quotes, a
 * filter is a word like any other.
 */
public final class TypedSearch {
    /** The filters, each with an example. */
    private static final Map<String, String> EXAMPLES = Map.of(
            "with",
            "with:bob",
            "from",
            "from:bob",
            "since",
            "since:yesterday",
            "until",
            "until:14:05",
            "media",
            "media:file");

    private static final Pattern PART =
            Pattern.compile("(" + String.join("|", EXAMPLES.keySet()) + "):(?:\"([^\"]*)\"?|(\\S*))|\"[^\"]*\"?|\\S+");

    private TypedSearch() {}

    /**
     * Parses what is typed. Blocks if the server has to be asked whom a name means.
     *
     * @throws IllegalArgumentException if a filter is malformed; the message says why
     */
    public static Histories.SearchQuery parse(ResumedSession session, String typed)
            throws IOException, InterruptedException {
        StringBuilder words = new StringBuilder();
        Map<String, String> filters = new HashMap<>();
        PART.matcher(typed).results().forEach(part -> {
            if (part.group(1) == null) {
                words.append(words.isEmpty() ? "" : " ").append(part.group());
            } else {
                filters.put(part.group(1), part.group(2) == null ? part.group(3) : part.group(2));
            }
        });
        filters.forEach((filter, value) -> {
            if (value.isEmpty()) {
                throw new IllegalArgumentException(
                        "Nothing follows " + filter + ":; give a value, as in " + EXAMPLES.get(filter) + ".");
            }
        });
        String with = filters.get("with");
        return new Histories.SearchQuery(
                words.toString(),
                session.resolve(HistoryScope.named(with)),
                Optional.ofNullable(filters.get("from")),
                Optional.ofNullable(filters.get("since")).map(TypedSearch::time),
                Optional.ofNullable(filters.get("until")).map(TypedSearch::time),
                media(filters.get("media")));
    }

    private static Instant time(String text) {
        if (PlaceConverter.place(text) instanceof Place.Time(Instant time)) {
            return time;
        }
        throw new IllegalArgumentException("since: and until: take a time, such as yesterday or 2026-11-20.");
    }

    /** Returns the kind that a word names; null for null. */
    public static MessageCommand.@Nullable Media media(@Nullable String word) {
        if (word == null) {
            return null;
        }
        for (MessageCommand.Media one : MessageCommand.Media.values()) {
            if (one.word().equals(word.toLowerCase(Locale.ROOT))) {
                return one;
            }
        }
        throw new IllegalArgumentException("media: takes text or file, not " + word + ".");
    }
}

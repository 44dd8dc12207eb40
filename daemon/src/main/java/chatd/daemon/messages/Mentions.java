package chatd.daemon.messages;

import chatd.daemon.directory.Directory;
import chatd.daemon.model.Account;
import chatd.protocol.value.Roster;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.regex.Pattern;

/**
 * Finds whom a text mentions (page {@code chat-json-1.md}, "Mentions"): the longest name of a receiver behind an
 * {@code @}, with neither a letter nor a digit before the {@code @} or behind the name. Any thread.
 */
final class Mentions {
    /** Maximum number of users whom one text mentions. */
    private static final int MOST = 50;

    private static final Pattern ALL = Pattern.compile("(?<![\\p{L}\\p{Nd}])@all(?![\\p{L}\\p{Nd}])");

    /** Maximum number of places that are looked at, so that a text of nothing but {@code @} costs little. */
    private static final int PLACES = 500;

    private final Directory directory;

    Mentions(Directory directory) {
        this.directory = directory;
    }

    /**
     * Returns the accounts that a text mentions, in the order in which it does, each once.
     *
     * @param isReceiver whether an account gets the text
     */
    List<Long> in(String text, LongPredicate isReceiver) {
        Set<Long> mentioned = new LinkedHashSet<>();
        int places = 0;
        for (int at = text.indexOf('@'); at >= 0 && mentioned.size() < MOST; at = text.indexOf('@', at + 1)) {
            if (at > 0 && Character.isLetterOrDigit(text.codePointBefore(at))) {
                continue;
            }
            if (++places > PLACES) {
                break;
            }
            longest(text, at + 1, isReceiver).ifPresent(account -> mentioned.add(account.number()));
        }
        return new ArrayList<>(mentioned);
    }

    /** Returns whether a text has {@code @all} in it. */
    static boolean isOfAll(String text) {
        return ALL.matcher(text).find();
    }

    private Optional<Account> longest(String text, int start, LongPredicate isReceiver) {
        for (int end = Math.min(text.length(), start + Roster.NAME_BYTES); end > start; end--) {
            if (end < text.length() && Character.isLetterOrDigit(text.codePointAt(end))) {
                continue;
            }
            Optional<Account> account =
                    directory.named(text.substring(start, end)).filter(its -> isReceiver.test(its.number()));
            if (account.isPresent()) {
                return account;
            }
        }
        return Optional.empty();
    }
}

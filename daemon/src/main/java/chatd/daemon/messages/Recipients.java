package chatd.daemon.messages;

import chatd.audit.event.Escape;
import chatd.daemon.directory.Directory;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.entry.Message;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.Audience;
import chatd.protocol.value.Code;
import chatd.protocol.value.people.User;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The recipients of a message, resolved from names (rules 5, 6 and 11 of {@code chat-1.md}).
 *
 * @param numbers accounts, or one group as an {@link Addressee}; null for everyone
 * @param unknown names that no account has
 */
public record Recipients(@Nullable List<Long> numbers, Set<String> unknown) {
    /** The name of a group in {@code chat/1}; no account's name has this form. */
    private static final Pattern GROUP = Pattern.compile("G([1-9]\\d{0,8})");

    /** Maximum number of names that an answer lists. */
    static final int LISTED = 10;

    /**
     * Resolves an audience.
     *
     * @throws Refusal {@link Code#TOO_MANY}, or {@link Code#NO_SUCH_USER} if none of the names is known
     */
    static Recipients of(Audience audience, Directory directory, int limit) {
        return switch (audience) {
            case Audience.Everyone everyone -> new Recipients(null, Set.of());
            case Audience.TooMany many ->
                throw new Refusal(
                        Code.TOO_MANY,
                        "%d recipients are too many; the limit is %d at once. Nothing was sent."
                                .formatted(many.count(), limit));
            case Audience.One one -> one(one.user(), directory);
            case Audience.Group group -> group(group.number());
            case Audience.Some some -> {
                Matcher group = GROUP.matcher(some.names().getFirst());
                yield group.matches() && new HashSet<>(some.names()).size() == 1
                        ? group(Long.parseLong(group.group(1)))
                        : some(some.names(), directory);
            }
        };
    }

    private static Recipients group(long number) {
        return new Recipients(List.of(Addressee.group(number)), Set.of());
    }

    /** Returns the number of the group that is the recipient; 0 if none is. */
    long group() {
        return Message.group(numbers);
    }

    private static Recipients one(User user, Directory directory) {
        Account account = directory
                .user(user)
                .orElseThrow(() -> new Refusal(
                        Code.NO_SUCH_USER,
                        "There is no user called " + Escape.quoted(user.typed()) + ". Nothing was sent."));
        return new Recipients(List.of(account.number()), Set.of());
    }

    private static Recipients some(List<String> names, Directory directory) {
        Map<Long, Account> known = new LinkedHashMap<>();
        Set<String> unknown = new LinkedHashSet<>();
        for (String name : names) {
            directory
                    .named(name)
                    .ifPresentOrElse(account -> known.put(account.number(), account), () -> unknown.add(name));
        }
        Recipients recipients = new Recipients(new ArrayList<>(known.keySet()), unknown);
        if (known.isEmpty()) {
            throw new Refusal(Code.NO_SUCH_USER, recipients.complaint() + " Nothing was sent.");
        }
        return recipients;
    }

    /** Returns the text that tells the sender which names are unknown. */
    String complaint() {
        String listed = String.join(
                ", ", unknown.stream().limit(LISTED).map(Escape::quoted).toList());
        String rest = unknown.size() > LISTED ? " and %d more".formatted(unknown.size() - LISTED) : "";
        return "There is no user called " + listed + rest + ".";
    }

    /** Returns the approximate memory they take while pending, in bytes. */
    long bytes() {
        return numbers == null ? 0 : 64L * numbers.size();
    }
}

package chatd.admin.moderation;

import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Input;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers of messages as they are typed: {@code 1041}, {@code 1041-1050}, or {@code -} for those on standard input. */
final class MessageNumbers {
    /** Maximum number of messages per command: each is looked up, and removed by a call of its own. */
    static final int MAX = 1_000;

    private static final Pattern NUMBERS = Pattern.compile("(\\d{1,18})(?:-(\\d{1,18}))?");

    private MessageNumbers() {}

    /**
     * Returns the numbers that were typed, in ascending order, each with whether it was typed alone, not only in a
     * range.
     *
     * @throws CommandFailure if something is not a number or a range, or there are more than {@value #MAX}
     */
    static SequencedMap<Long, Boolean> of(List<String> typed) {
        List<String> words = new ArrayList<>();
        for (String word : typed) {
            if (word.equals("-")) {
                Pattern.compile("[\\s,]+")
                        .splitAsStream(Input.text())
                        .filter(one -> !one.isEmpty())
                        .forEach(words::add);
            } else {
                words.add(word);
            }
        }
        SequencedMap<Long, Boolean> numbers = new TreeMap<>();
        for (String word : words) {
            Matcher matcher = NUMBERS.matcher(word);
            if (!matcher.matches()) {
                throw new CommandFailure(
                        Exit.USAGE, "'" + word + "' is neither a message's number nor a range such as 1041-1050.");
            }
            long first = Long.parseLong(matcher.group(1));
            long last = matcher.group(2) == null ? first : Long.parseLong(matcher.group(2));
            if (last < first) {
                throw new CommandFailure(Exit.USAGE, "The range " + word + " ends before it begins.");
            }
            if (last - first >= MAX) {
                throw tooMany();
            }
            for (long number = first; number <= last; number++) {
                numbers.merge(number, matcher.group(2) == null, Boolean::logicalOr);
            }
            if (numbers.size() > MAX) {
                throw tooMany();
            }
        }
        if (numbers.isEmpty()) {
            throw new CommandFailure(Exit.USAGE, "There are no numbers of messages on standard input.");
        }
        return numbers;
    }

    private static CommandFailure tooMany() {
        return new CommandFailure(Exit.USAGE, "At most " + MAX + " messages at once. Nothing was done.");
    }
}

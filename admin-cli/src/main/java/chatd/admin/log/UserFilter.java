package chatd.admin.log;

import java.util.Map;
import java.util.regex.Pattern;

/**
 * Selects the events of or to one account, given by {@code U} and number, or by name: the current one, or one in the
 * log. Confined to one thread.
 */
final class UserFilter {
    private static final Pattern NUMBER = Pattern.compile("U\\d+");

    private final String asked;
    private final boolean isNumber;
    private final Map<String, String> names;

    /** @param names the current names by {@code U} and number; none without a daemon */
    UserFilter(String asked, Map<String, String> names) {
        this.asked = asked;
        this.isNumber = NUMBER.matcher(asked).matches();
        this.names = names;
    }

    /** Returns whether current names are known at all. */
    boolean knowsNames() {
        return !names.isEmpty();
    }

    /** Returns whether an account has this number, or has this name now. */
    boolean isKnown() {
        return isNumber ? names.containsKey(asked) : names.containsValue(asked);
    }

    /** Returns whether an event, as it stands in the document, is of or to the account. */
    boolean involves(String line) {
        EventLine event = EventLine.parse(line);
        return isAsked(event.attributes())
                || event.children().stream()
                        .anyMatch(child -> child.kind().equals("to") && isAsked(child.attributes()));
    }

    /** Returns whether an event is of the account. */
    boolean isBy(String line) {
        return isAsked(EventLine.parse(line).attributes());
    }

    private boolean isAsked(Map<String, String> who) {
        String number = who.getOrDefault("user", "");
        return isNumber
                ? number.equals(asked)
                : asked.equals(who.get("name")) || asked.equals(who.get("was")) || asked.equals(names.get(number));
    }
}

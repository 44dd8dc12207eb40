package chatd.admin.system;

import java.util.Iterator;
import java.util.List;

/** Completion candidates for account names: a placeholder for a call that lists them when they are needed. */
public final class AccountNames implements Iterable<String> {
    private static final String MARK = "@accounts@";

    /** Replaces the placeholder with a call that lists the names; they have no blanks, so its output is a word list. */
    static String askedIn(String script) {
        return script.replace("\"" + MARK + "\"", "$(\"${COMP_WORDS[0]}\" user list --names 2>/dev/null)");
    }

    @Override
    public Iterator<String> iterator() {
        return List.of(MARK).iterator();
    }
}

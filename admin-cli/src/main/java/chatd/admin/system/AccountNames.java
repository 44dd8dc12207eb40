package chatd.admin.system;

import java.util.Iterator;
import java.util.List;

/** In the script for completion: the names of the accounts, asked for when they are needed. */
public final class AccountNames implements Iterable<String> {
    private static final String MARK = "@accounts@";

    /** The script with the asking in it: a name has no blanks, so the answer is a list of words. */
    static String askedIn(String script) {
        return script.replace("\"" + MARK + "\"", "$(\"${COMP_WORDS[0]}\" user list --names 2>/dev/null)");
    }

    @Override
    public Iterator<String> iterator() {
        return List.of(MARK).iterator();
    }
}

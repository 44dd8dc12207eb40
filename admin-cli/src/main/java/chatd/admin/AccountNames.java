package chatd.admin;

import java.util.Iterator;
import java.util.List;

/** In the script for completion: the names of the accounts, asked for when they are needed. */
final class AccountNames implements Iterable<String> {
    static final String ASK = "$(chat-admin user list --names 2>/dev/null)";

    @Override
    public Iterator<String> iterator() {
        return List.of(ASK).iterator();
    }
}

package chatd.admin.terminal;

import chatd.admin.api.CallFailure;
import java.util.Collection;
import java.util.function.Consumer;

/** Performs an action for each of several names; the failure of one does not stop the others. */
public final class Attempts {
    private Attempts() {}

    /**
     * Performs an action for each name; prints why one failed, with the name if there are several.
     *
     * @param attempt throws {@link CallFailure}
     * @return the exit code of the last one that failed, if any did
     */
    public static int each(Collection<String> all, Consumer<String> attempt) {
        int exit = Exit.OK;
        for (String one : all) {
            try {
                attempt.accept(one);
            } catch (CallFailure e) {
                exit = Exit.of(e.code());
                Program.printError((all.size() > 1 ? one + ": " : "") + e.getMessage());
            }
        }
        return exit;
    }
}

package chatd.admin.terminal;

import chatd.admin.api.NotDone;
import java.util.Collection;
import java.util.function.Consumer;

/** Does something for each of several: one that fails does not keep the others from it. */
public final class Attempts {
    private Attempts() {}

    /**
     * Prints why something could not be done, with what it was attempted for if there are several.
     *
     * @param attempt throws {@link NotDone}
     * @return the exit code of the last one that failed, if any did
     */
    public static int each(Collection<String> all, Consumer<String> attempt) {
        int exit = Exit.OK;
        for (String one : all) {
            try {
                attempt.accept(one);
            } catch (NotDone e) {
                exit = Exit.of(e.code());
                Program.printError((all.size() > 1 ? one + ": " : "") + e.getMessage());
            }
        }
        return exit;
    }
}

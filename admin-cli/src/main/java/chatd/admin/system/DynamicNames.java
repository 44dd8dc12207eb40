package chatd.admin.system;

import java.util.Iterator;
import java.util.List;

/** Completion candidates that the daemon knows: a placeholder for a call that lists them when they are needed. */
abstract sealed class DynamicNames implements Iterable<String> permits AccountNames, OptionNames {
    private final String mark;
    private final String command;

    /**
     * @param mark stands for the names in the generated script
     * @param command prints them, one per line
     */
    DynamicNames(String mark, String command) {
        this.mark = mark;
        this.command = command;
    }

    /** Replaces the placeholder with the call; the names have no blanks, so its output is a word list. */
    String replacePlaceholder(String script) {
        return script.replace("\"" + mark + "\"", "$(\"${COMP_WORDS[0]}\" " + command + " 2>/dev/null)");
    }

    @Override
    public Iterator<String> iterator() {
        return List.of(mark).iterator();
    }
}

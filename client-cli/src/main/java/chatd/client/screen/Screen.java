package chatd.client.screen;

import java.io.Console;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.jline.utils.AttributedString;

/** The user's display and keyboard; holds none of the client's state. */
public interface Screen extends AutoCloseable {
    /**
     * Shows texts above the line being typed. May be called from any thread.
     *
     * @param indent columns by which the lines of a text after its first are indented, so that none of them can pass
     *     for another text
     */
    void show(List<AttributedString> texts, int indent);

    /** Alerts the user by bell, desktop notification or both. May be called from any thread. */
    void ring(boolean bell, boolean desktop, String title, String text);

    /** Reads a line that starts with a given text, which may be empty; returns empty at the end of input. */
    Optional<String> read(String prompt, String typed);

    /**
     * Marks the prompt, including one that is being shown, for example while there is no connection; empty for no mark.
     */
    void mark(String mark);

    /**
     * Changes the prompt of a line that is being read, if one is.
     *
     * @return whether something was typed in it already
     */
    boolean changePrompt(String prompt);

    /**
     * Shows lines directly above the prompt, replacing those shown before; an empty list removes them. May be called
     * from any thread.
     *
     * @return whether that is possible here
     */
    boolean showAbovePrompt(List<String> lines);

    /** Sets what is called while something is being typed. */
    void onTyping(Runnable typing);

    /** Sets the text that ↑ brings into an empty line, ahead of what was typed earlier; an empty text for none. */
    void onUp(Supplier<String> text);

    /** Reads a line without echo; returns empty if none can be read, or the user gives up. */
    Optional<String> readSecret(String prompt);

    /** Asks a yes-or-no question; returns false if nobody can be asked. */
    boolean confirm(String question);

    /** Returns whether an answer to a yes-or-no question is yes. */
    static boolean isYes(String answer) {
        String bare = answer.strip().toLowerCase(Locale.ROOT);
        return bare.equals("y") || bare.equals("yes");
    }

    /** Returns whether a user can be asked. */
    boolean isInteractive();

    /** Sets whether typed lines are kept for the next start. */
    void keepHistory(boolean keep);

    /** Sets what Ctrl-C does while nothing can be typed. It may run on any thread. */
    void onInterrupt(Runnable interrupted);

    /**
     * Begins to show the progress of an operation: above the prompt, or, while nothing is read, in its place. May be
     * called from any thread.
     *
     * @param hint how to cancel it, such as {@code Ctrl-C stops}; empty for none
     */
    Progress progress(String title, String hint);

    /** The progress of an operation, shown until it is closed. Each is used by one thread at a time. */
    interface Progress extends AutoCloseable {
        /** @param size the total, in bytes */
        void updateBytes(long bytes, long size);

        /** @param all the total number */
        void updateCount(long done, long all);

        /** Sets the title. */
        void title(String title);

        /** Returns the title. */
        String title();

        @Override
        void close();
    }

    @Override
    void close();

    /** Returns whether this process talks to a terminal. */
    static boolean isTerminal() {
        return Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    }
}

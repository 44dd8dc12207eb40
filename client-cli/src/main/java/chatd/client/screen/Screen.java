package chatd.client.screen;

import java.util.List;
import java.util.Optional;
import org.jline.utils.AttributedString;

/** Where a person reads and types. What the client knows is elsewhere; this only shows. */
public interface Screen extends AutoCloseable {
    /**
     * Shows something above what is being typed. Any thread.
     *
     * @param indent columns by which all lines of a text after its first are set in, so that none of them can be taken
     *     for another text
     */
    void show(List<AttributedString> texts, int indent);

    /** Rings, by whatever is wanted. Any thread. */
    void ring(boolean bell, boolean desktop, String title, String text);

    /** What was typed; empty at the end of input. */
    Optional<String> read(String prompt);

    /** Something that must not be seen; empty where none can be read, or the person gives up. */
    Optional<String> readSecret(String prompt);

    /** Asks; no is also the answer of nobody. */
    boolean confirm(String question);

    /** Whether a person can be asked. */
    boolean isAsking();

    /** Whether lines that are typed are kept for the next start. */
    void keepHistory(boolean keep);

    /** What Ctrl-C does while nothing can be typed. Any thread runs it. */
    void onInterrupt(Runnable interrupted);

    /** Does something long, whose progress is shown. */
    void during(String title, Work work) throws java.io.IOException, InterruptedException;

    interface Work {
        void run(Progress progress) throws java.io.IOException, InterruptedException;
    }

    interface Progress {
        /** @param size of all, in bytes */
        void at(long bytes, long size);
    }

    @Override
    void close();
}

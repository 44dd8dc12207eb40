package chatd.client.screen;

import chatd.text.SafeText;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jline.utils.AttributedString;

/**
 * A progress line, {@code plan.pdf  [#######·············]  36 %  5.8 of 16.0 MiB  1.2 MiB/s, 0:09 left  /cancel 1},
 * redrawn at most five times a second. In a narrow terminal the bar is shorter, and what helps least is left out: a line
 * that wraps can't be erased.
 */
final class ProgressBar implements Screen.Progress {
    private static final long REDRAW_INTERVAL_NANOS = 200_000_000;
    private static final int CELLS = 20;
    private static final int MIN_CELLS = 5;
    private final String hint;
    private final IntSupplier columns;
    private final Runnable changed;
    private final Consumer<ProgressBar> closed;
    private String title;

    /** What is shown; empty until something is known. */
    private volatile String line = "";

    private long due = System.nanoTime();

    /** When the first bytes came, and how many had come before. */
    private long began;

    private long initialBytes = -1;

    /**
     * @param hint how to stop it; may be empty
     * @param columns returns how wide the line may be
     * @param changed called when the line has changed
     * @param closed called when it is closed
     */
    ProgressBar(String title, String hint, IntSupplier columns, Runnable changed, Consumer<ProgressBar> closed) {
        this.title = title;
        this.hint = hint.isEmpty() ? "" : "  " + hint;
        this.columns = columns;
        this.changed = changed;
        this.closed = closed;
    }

    /** Returns what is shown; empty until something is known. Any thread. */
    String line() {
        return line;
    }

    @Override
    public String title() {
        return title;
    }

    @Override
    public void title(String text) {
        title = text;
        initialBytes = -1;
    }

    @Override
    public void close() {
        closed.accept(this);
    }

    /** Returns how fast it goes, and how long the rest takes; nothing during the first second. */
    private String pace(long bytes, long size, long now) {
        double seconds = (now - began) / 1e9;
        double perSecond = (bytes - initialBytes) / seconds;
        if (seconds < 1 || perSecond < 1) {
            return "";
        }
        long left = (long) Math.ceil((size - bytes) / perSecond);
        return "  %.1f MiB/s, %d:%02d left".formatted(perSecond / 1048576, left / 60, left % 60);
    }

    /** @param numbers how much is done, of how much */
    private String line(double part, String numbers) {
        int width = Math.max(0, columns.getAsInt());
        AttributedString name = new AttributedString(SafeText.line(title))
                .columnSubSequence(0, Math.max(0, Math.min(width / 3, width - numbers.length())));
        int room = width - name.columnLength() - numbers.length();
        int cells = Math.min(CELLS, room - hint.length() - "  []".length());
        String bar = "";
        if (cells >= MIN_CELLS) {
            int full = (int) (cells * part);
            bar = "  [" + "#".repeat(full) + "·".repeat(cells - full) + "]";
        }
        String line = name + bar + numbers + (room >= hint.length() ? hint : "");
        return new AttributedString(line).columnSubSequence(0, width).toString();
    }

    @Override
    public void updateBytes(long bytes, long size) {
        long now = System.nanoTime();
        if (initialBytes < 0) {
            initialBytes = bytes;
            began = now;
        }
        show(
                bytes,
                size,
                () -> " %3d %%  %.1f of %.1f MiB%s"
                        .formatted(
                                size == 0 ? 100 : 100 * bytes / size,
                                bytes / 1048576.0,
                                size / 1048576.0,
                                pace(bytes, size, now)));
    }

    @Override
    public void updateCount(long done, long all) {
        show(done, all, () -> "  %,d of %,d".formatted(done, all));
    }

    private void show(long done, long all, Supplier<String> numbers) {
        long now = System.nanoTime();
        if (now - due < 0 && done < all) {
            return;
        }
        due = now + REDRAW_INTERVAL_NANOS;
        line = line(all == 0 ? 1 : (double) done / all, numbers.get());
        changed.run();
    }
}

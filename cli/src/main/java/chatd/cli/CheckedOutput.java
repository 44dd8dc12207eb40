package chatd.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The standard output of a program that must not claim success if its output was lost: remembers the first write that
 * failed, which a {@link PrintStream} does not report. Thread-safe as the stream that it writes to.
 */
public final class CheckedOutput extends FilterOutputStream {
    private volatile @Nullable IOException failure;

    private CheckedOutput(OutputStream out) {
        super(out);
    }

    /** Replaces {@link System#out} by a checked stream in UTF-8, which flushes at each line. */
    public static CheckedOutput install() {
        CheckedOutput checked = new CheckedOutput(new FileOutputStream(FileDescriptor.out));
        System.setOut(new PrintStream(checked, true, StandardCharsets.UTF_8));
        return checked;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            if (failure == null) {
                failure = e;
            }
            throw e;
        }
    }

    /**
     * Returns why output was lost; null if none was. A reader that has gone, as in {@code history | head -1}, wants no
     * more of it: that is no loss.
     */
    public @Nullable String loss() {
        System.out.flush();
        IOException first = failure;
        return first == null || "Broken pipe".equals(first.getMessage()) ? null : String.valueOf(first.getMessage());
    }
}

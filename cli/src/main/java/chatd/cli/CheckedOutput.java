package chatd.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The standard output of a program that must not claim success if its output was lost: remembers the first write that
 * failed, which a {@link PrintStream} does not report. As thread-safe as the stream that it writes to.
 */
public final class CheckedOutput extends FilterOutputStream {
    private volatile @Nullable IOException failure;

    private CheckedOutput(OutputStream out) {
        super(out);
    }

    /**
     * Runs a program with {@link System#out} replaced by a checked stream in UTF-8, which flushes at each line.
     *
     * @param name of the program, for the message on standard error if output was lost
     * @param run returns the program's exit code
     * @param failure the exit code if only the output failed
     * @return the exit code, which is not 0 if output was lost
     */
    public static int run(String name, IntSupplier run, int failure) {
        CheckedOutput checked = new CheckedOutput(new FileOutputStream(FileDescriptor.out));
        System.setOut(new PrintStream(checked, true, StandardCharsets.UTF_8));
        int exit = run.getAsInt();
        System.out.flush();
        String loss = checked.loss();
        if (loss == null) {
            return exit;
        }
        System.err.println(name + ": Standard output can't be written: " + loss + ".");
        return exit == 0 ? failure : exit;
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
     * Returns why output was lost; null if none was. A broken pipe is no loss: a reader that has gone, as in {@code
     * history | head -1}, wants no more.
     */
    private @Nullable String loss() {
        IOException first = failure;
        return first == null || "Broken pipe".equals(first.getMessage()) ? null : String.valueOf(first.getMessage());
    }
}

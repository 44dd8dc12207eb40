package chatd.client.screen;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jline.utils.AttributedString;

/** A screen over pipes: output goes to standard output, input comes from standard input, and nobody is asked. */
public final class PlainScreen implements Screen {
    private static final Progress NO_PROGRESS = new Progress() {
        @Override
        public void updateBytes(long bytes, long size) {}

        @Override
        public void updateCount(long done, long all) {}

        @Override
        public void title(String title) {}

        @Override
        public String title() {
            return "";
        }

        @Override
        public void close() {}
    };

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

    @Override
    public void show(List<AttributedString> texts, int indent) {
        String margin = " ".repeat(indent);
        texts.forEach(text -> out.println(text.toString().replace("\n", "\n" + margin)));
    }

    @Override
    public void ring(boolean bell, boolean desktop, String title, String text) {
        // Nobody hears it.
    }

    @Override
    public Optional<String> read(String prompt, String typed) {
        try {
            return Optional.ofNullable(in.readLine());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public void mark(String mark) {
        // There is no prompt.
    }

    @Override
    public boolean changePrompt(String prompt) {
        return false;
    }

    @Override
    public boolean showAbovePrompt(List<String> lines) {
        return false;
    }

    @Override
    public void onTyping(Runnable typing) {
        // Nobody types.
    }

    @Override
    public void onUp(Supplier<String> text) {
        // Nobody types.
    }

    @Override
    public Optional<String> readSecret(String prompt) {
        return Optional.empty();
    }

    @Override
    public boolean confirm(String question) {
        return false;
    }

    @Override
    public boolean isInteractive() {
        return false;
    }

    @Override
    public void keepHistory(boolean keep) {
        // There is none.
    }

    @Override
    public void onInterrupt(Runnable interrupted) {
        // There is no keyboard.
    }

    @Override
    public Progress progress(String title, String hint) {
        return NO_PROGRESS;
    }

    @Override
    public void close() {
        out.flush();
    }
}

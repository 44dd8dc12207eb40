package chatd.client.screen;

import chatd.text.SafeText;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedString;
import org.jspecify.annotations.Nullable;

/**
 * A terminal that understands no control sequences ({@code TERM=dumb}): output only ever appends lines, and after each
 * arrival the prompt is written again, with what was typed. Backspace, Ctrl-C, Ctrl-D and Ctrl-U work; there are
 * neither arrows nor completion.
 */
public final class DumbScreen implements Screen {
    private static final int CTRL_C = 3;
    private static final int CTRL_D = 4;
    private static final int BACKSPACE = 8;
    private static final int CTRL_U = 21;
    private static final int ESCAPE = 27;
    private static final int DELETE = 127;

    private final Terminal terminal;
    private final Attributes attributes;

    /** Whether to echo what is typed; an editor in which this runs may echo it itself. */
    private final boolean echoes;

    private volatile Runnable typing = () -> {};

    /** Guards what is written, and what was typed. */
    private final Object writing = new Object();

    /** The prompt of the line that is being read; null while none is. */
    @GuardedBy("writing")
    private @Nullable String shownPrompt;

    @GuardedBy("writing")
    private final StringBuilder typed = new StringBuilder();

    /** Whether what is typed is hidden. */
    @GuardedBy("writing")
    private boolean isSecret;

    @GuardedBy("writing")
    private String mark = "";

    /** Opens the terminal of this process in raw mode. */
    public DumbScreen() throws IOException {
        terminal = TerminalBuilder.builder()
                .system(true)
                .name("chat-client")
                // None of this type's capabilities are used; with a dumb one, JLine would not read single keys.
                .type("ansi")
                .nativeSignals(true)
                .encoding(StandardCharsets.UTF_8)
                .graphemeCluster(false)
                .build();
        echoes = terminal.getAttributes().getLocalFlag(Attributes.LocalFlag.ECHO);
        attributes = terminal.enterRawMode();
    }

    private void write(String text) {
        terminal.writer().print(text);
        terminal.flush();
    }

    @Override
    public void show(List<AttributedString> texts, int indent) {
        int columns = terminal.getColumns() > 0 ? terminal.getColumns() : 80;
        StringBuilder all = new StringBuilder();
        texts.forEach(text -> Wrapping.lines(text, columns, indent)
                .forEach(line -> all.append(line).append("\r\n")));
        synchronized (writing) {
            write((shownPrompt == null ? "" : "\r\n") + all + line());
        }
    }

    /** Returns the line that is being read, as far as it was typed. */
    @GuardedBy("writing")
    private String line() {
        return shownPrompt == null ? "" : mark + shownPrompt + (isSecret ? "" : typed);
    }

    @Override
    public void ring(boolean bell, boolean desktop, String title, String text) {
        synchronized (writing) {
            write("\007");
        }
    }

    @Override
    public Optional<String> read(String prompt, String left) {
        return read(prompt, left, false);
    }

    private Optional<String> read(String prompt, String left, boolean secret) {
        signals(false);
        synchronized (writing) {
            shownPrompt = prompt;
            isSecret = secret;
            typed.setLength(0);
            typed.append(left);
            write(line());
        }
        try {
            while (true) {
                int c = terminal.reader().read();
                boolean isTyping;
                synchronized (writing) {
                    if (c == '\r' || c == '\n') {
                        write("\r\n");
                        return Optional.of(typed.toString());
                    }
                    if (c < 0 || (c == CTRL_D && typed.isEmpty())) {
                        write("\r\n");
                        return Optional.empty();
                    }
                    if (c == CTRL_C && secret) {
                        write("\r\n");
                        return Optional.empty();
                    }
                    handleKey(c);
                    isTyping = c >= ' ' && !secret && !typed.isEmpty() && typed.charAt(0) != '/';
                }
                if (isTyping) {
                    typing.run();
                }
            }
        } catch (IOException e) {
            return Optional.empty();
        } finally {
            synchronized (writing) {
                shownPrompt = null;
            }
            signals(true);
        }
    }

    /** Applies a typed key to the line. */
    @GuardedBy("writing")
    private void handleKey(int c) throws IOException {
        switch (c) {
            case CTRL_C, CTRL_U -> {
                typed.setLength(0);
                write("\r\n" + line());
            }
            case BACKSPACE, DELETE -> {
                int last = Clusters.lastLength(typed.toString());
                if (last > 0) {
                    typed.setLength(typed.offsetByCodePoints(typed.length(), -last));
                    // Only the terminal knows how wide it was, so the line is written again.
                    write("\r\n" + line());
                }
            }
            case ESCAPE -> {
                // A key that means nothing here.
                while (terminal.reader().ready()) {
                    terminal.reader().read();
                }
            }
            default -> {
                if (c >= ' ') {
                    typed.append((char) c);
                    if (echoes && !isSecret) {
                        write(String.valueOf((char) c));
                    }
                }
            }
        }
    }

    /** Sets whether Ctrl-C arrives as a signal, as it must while nothing reads it as a key. */
    private void signals(boolean enabled) {
        Attributes now = terminal.getAttributes();
        now.setLocalFlag(Attributes.LocalFlag.ISIG, enabled);
        terminal.setAttributes(now);
    }

    @Override
    public void mark(String text) {
        // Shown with the next prompt: a mark that changes each second would fill the screen.
        synchronized (writing) {
            mark = text.isEmpty() ? "" : "[" + text + "] ";
        }
    }

    @Override
    public boolean changePrompt(String prompt) {
        synchronized (writing) {
            if (shownPrompt == null) {
                return false;
            }
            shownPrompt = prompt;
            write("\r\n" + line());
            return !typed.isEmpty();
        }
    }

    @Override
    public boolean showAbovePrompt(List<String> lines) {
        return false;
    }

    @Override
    public void onTyping(Runnable runnable) {
        typing = runnable;
    }

    @Override
    public void onUp(Supplier<String> text) {
        // There are no arrows.
    }

    @Override
    public Optional<String> readSecret(String prompt) {
        return read(prompt, "", true);
    }

    @Override
    public boolean confirm(String question) {
        return read(question + " [y/N] ", "", false).filter(Screen::isYes).isPresent();
    }

    @Override
    public boolean isInteractive() {
        return true;
    }

    @Override
    public void keepHistory(boolean keep) {
        // There is none.
    }

    @Override
    public void onInterrupt(Runnable interrupted) {
        terminal.handle(Terminal.Signal.INT, signal -> interrupted.run());
    }

    /** Reports each completed quarter. */
    @Override
    public Progress progress(String title, String hint) {
        return new Progress() {
            private String what = title;
            private long quarters;

            @Override
            public void updateBytes(long bytes, long size) {
                updateCount(bytes, size);
            }

            @Override
            public void updateCount(long done, long all) {
                long now = all == 0 ? 4 : 4 * done / all;
                if (now > quarters && now < 4) {
                    show(List.of(new AttributedString(SafeText.line(what) + " " + 25 * now + " %  " + hint)), 2);
                }
                quarters = now;
            }

            @Override
            public void title(String text) {
                what = text;
                quarters = 0;
            }

            @Override
            public String title() {
                return what;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void close() {
        try {
            terminal.setAttributes(attributes);
            terminal.close();
        } catch (IOException e) {
            // The program ends.
        }
    }
}

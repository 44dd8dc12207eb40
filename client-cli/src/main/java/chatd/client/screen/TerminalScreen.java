package chatd.client.screen;

import chatd.client.net.PrivateFiles;
import chatd.text.SafeText;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jline.keymap.KeyMap;
import org.jline.reader.Binding;
import org.jline.reader.EndOfFileException;
import org.jline.reader.Highlighter;
import org.jline.reader.LineReader;
import org.jline.reader.Reference;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.LineReaderImpl;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedString;
import org.jline.utils.InfoCmp.Capability;
import org.jspecify.annotations.Nullable;

/** A terminal, driven by JLine line by line; arriving messages are printed above the line being typed. */
public final class TerminalScreen implements Screen {
    private static final int LINES_KEPT = 1_000;

    /** Maximum number of progress lines above the prompt. */
    private static final int MAX_BARS = 3;

    /** Lines never kept in the history, since a secret might be typed into them by mistake. */
    private static final String NEVER_KEPT = "/pa*:/PA*:/Pa*:/pA*:/p *:/P *:/reg*";

    private final Terminal terminal;
    private final Attributes attributes;
    private final PromptReader reader;
    private final Path history;
    private boolean isKept;

    /** What the terminal is set to between prompts. */
    private volatile @Nullable Attributes raw;

    /** Guards the progress lines and the output held back; held while they are printed. */
    private final Object outputLock = new Object();

    /** The progress line shown in place of a prompt; null for none. Guarded by {@code outputLock}. */
    @GuardedBy("outputLock")
    private @Nullable String progress;

    /** The operations in progress. Guarded by {@code outputLock}. */
    @GuardedBy("outputLock")
    private final List<ProgressBar> bars = new ArrayList<>();

    /**
     * Output held back while another program has the terminal, to be shown afterwards; null otherwise. Guarded by
     * {@code outputLock}.
     */
    @GuardedBy("outputLock")
    private @Nullable List<AttributedString> held;

    /** The prompt of a line that is being read, without its mark; null while none is. */
    private volatile @Nullable String shownPrompt;

    private volatile String mark = "";

    /** The columns of the terminal when the prompt was shown last. */
    private volatile int shownColumns;

    /** Whether a line is being read, including an answer to a question. */
    private volatile boolean isReading;

    /** The lines shown directly above the prompt, below the progress lines. */
    private volatile List<String> above = List.of();

    private volatile Runnable typing = () -> {};
    private volatile Supplier<String> up = () -> "";

    /** What ↑ has just brought into an empty line; empty for nothing. Used only by the thread that reads. */
    private String brought = "";

    /**
     * @param history the file in which typed lines are kept, mode 0600
     * @param completer parses and completes what is typed
     */
    public TerminalScreen(Path history, LineCompleter completer) throws IOException {
        this.history = history;
        terminal = TerminalBuilder.builder()
                .system(true)
                .name("chat-client")
                .nativeSignals(true)
                // As in the protocol; a locale that lacks characters would lose them silently.
                .encoding(StandardCharsets.UTF_8)
                // Whether it supports clusters is asked below (Clusters.of), which keeps what is typed meanwhile.
                .graphemeCluster(false)
                .build();
        reader = new PromptReader(terminal);
        reader.setParser(completer);
        reader.setCompleter(completer);
        reader.setHighlighter(new TypingHighlighter());
        reader.option(LineReader.Option.DISABLE_EVENT_EXPANSION, true);
        reader.option(LineReader.Option.HISTORY_IGNORE_DUPS, true);
        // A text is shown once it is stored, so the typed line is erased rather than shown twice.
        reader.option(LineReader.Option.ERASE_LINE_ON_FINISH, true);
        reader.option(LineReader.Option.AUTO_MENU_LIST, false);
        reader.setVariable(LineReader.HISTORY_IGNORE, NEVER_KEPT);
        reader.setVariable(LineReader.HISTORY_SIZE, LINES_KEPT);
        reader.setVariable(LineReader.HISTORY_FILE_SIZE, LINES_KEPT);
        reader.setVariable(LineReader.SECONDARY_PROMPT_PATTERN, "%P  ");
        reader.setVariable(LineReader.BELL_STYLE, "none");
        // Raw mode between prompts too: input is not echoed, but waits for the next prompt.
        attributes = terminal.enterRawMode();
        // Ctrl-\\ would have the JVM print all its threads.
        Attributes own = terminal.getAttributes();
        own.setControlChar(Attributes.ControlChar.VQUIT, 0);
        terminal.setAttributes(own);
        raw = own;
        if (!Terminal.TYPE_DUMB.equals(terminal.getType())) {
            StringBuilder typed = new StringBuilder();
            reader.setClusters(Clusters.of(terminal, typed), typed.toString());
        }
        KeyMap<Binding> keys = Objects.requireNonNull(reader.getKeyMaps().get(LineReader.MAIN));
        keys.bind(new Reference("chat-up"), KeyMap.key(terminal, Capability.key_up));
        reader.getWidgets().put("chat-up", this::up);
        reader.bindPlainArrows();
        // Alt-Enter begins a new line in the same text.
        keys.bind(new Reference("chat-newline"), KeyMap.alt('\r'));
        reader.getWidgets().put("chat-newline", () -> {
            reader.getBuffer().write('\n');
            return true;
        });
        keys.bind(new Reference("chat-suspend"), KeyMap.ctrl('Z'));
        reader.getWidgets().put("chat-suspend", this::suspend);
        // JLine's own would open an editor that is not included.
        reader.getWidgets().put(LineReader.EDIT_AND_EXECUTE_COMMAND, this::edit);
        reader.unbindUnknown();
        terminal.handle(Terminal.Signal.CONT, signal -> resumed());
    }

    /**
     * Takes the terminal back from the shell when the program is continued while no line is read; otherwise JLine does
     * so itself.
     */
    private void resumed() {
        Attributes own = raw;
        if (shownPrompt == null && own != null) {
            terminal.setAttributes(own);
            setBracketedPaste(true);
        }
    }

    /** Opens the line in the editor of {@code VISUAL} or {@code EDITOR}; the result stays in the line. */
    private boolean edit() {
        String editor = Stream.of("VISUAL", "EDITOR")
                .map(System::getenv)
                .filter(name -> name != null && !name.isBlank())
                .findFirst()
                .orElse("vi");
        return lend(() -> {
            Path file = Files.createTempFile("chat-client", ".txt");
            try {
                Files.writeString(file, reader.getBuffer().toString());
                // It may have several words, as in "code --wait".
                int exit = new ProcessBuilder("sh", "-c", editor + " \"$1\"", "sh", file.toString())
                        .inheritIO()
                        .start()
                        .waitFor();
                if (exit != 0) {
                    throw new IOException("the editor " + editor + " ended with " + exit);
                }
                reader.getBuffer().clear();
                reader.getBuffer().write(Files.readString(file).stripTrailing());
            } finally {
                Files.deleteIfExists(file);
            }
        });
    }

    private interface Borrower {
        void run() throws IOException, InterruptedException;
    }

    /**
     * Gives the terminal to another program while that runs; what arrives meanwhile is shown afterwards. A failure is
     * reported, and leaves the line as it is.
     */
    private boolean lend(Borrower work) {
        Attributes own = terminal.getAttributes();
        setBracketedPaste(false);
        synchronized (outputLock) {
            held = new ArrayList<>();
        }
        terminal.setAttributes(attributes);
        List<AttributedString> output = new ArrayList<>();
        try {
            work.run();
        } catch (IOException e) {
            output.add(new AttributedString("* Nothing was done: " + e.getMessage() + "."));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        terminal.setAttributes(own);
        setBracketedPaste(true);
        synchronized (outputLock) {
            output.addAll(Objects.requireNonNullElse(held, List.of()));
            held = null;
        }
        boolean isShown = reader.redrawLine() && reader.redisplay();
        output.forEach(reader::printAbove);
        return isShown;
    }

    /** Shows what is typed unchanged, and notices that something is being typed. */
    private final class TypingHighlighter implements Highlighter {
        private int length;

        @Override
        public AttributedString highlight(LineReader from, String buffer) {
            if (buffer.length() > length && shownPrompt != null && !buffer.startsWith("/")) {
                typing.run();
            }
            length = buffer.length();
            return new AttributedString(buffer);
        }
    }

    /** Brings the text of {@link #onUp} into an empty line; pressed again, ↑ brings what was typed before, as usual. */
    private boolean up() {
        String line = reader.getBuffer().toString();
        String text = line.isEmpty() && shownPrompt != null ? up.get() : "";
        if (text.isEmpty()) {
            if (line.equals(brought)) {
                reader.getBuffer().clear();
            }
            reader.callWidget(LineReader.UP_LINE_OR_SEARCH);
        } else {
            reader.getBuffer().write(text);
        }
        brought = text;
        return true;
    }

    /** Stops the program as Ctrl-Z does in a shell, until it is continued; the terminal is the shell's meanwhile. */
    private boolean suspend() {
        // Signals the whole process group, with the processes that started this one: a JVM can't send itself a signal.
        return lend(() ->
                new ProcessBuilder("kill", "-TSTP", "0").inheritIO().start().waitFor());
    }

    @Override
    public void keepHistory(boolean keep) {
        if (keep == isKept) {
            return;
        }
        isKept = keep;
        try {
            if (keep) {
                PrivateFiles.create(history);
                reader.setVariable(LineReader.HISTORY_FILE, history);
                reader.getHistory().attach(reader);
                reader.getHistory().read(history, false);
            } else {
                reader.setVariable(LineReader.HISTORY_FILE, null);
            }
        } catch (IOException e) {
            reader.setVariable(LineReader.HISTORY_FILE, null);
        }
    }

    @Override
    public void show(List<AttributedString> texts, int indent) {
        int columns = terminal.getColumns() > 0 ? terminal.getColumns() : 80;
        List<AttributedString> lines = new ArrayList<>();
        texts.forEach(text -> lines.addAll(Wrapping.lines(text, columns, indent)));
        AttributedString block = AttributedString.join(AttributedString.NEWLINE, lines);
        synchronized (outputLock) {
            if (held != null) {
                held.add(block);
                return;
            }
            if (progress != null) {
                eraseLine();
                block.println(terminal);
                terminal.writer().print(progress);
                terminal.flush();
                return;
            }
        }
        // Without the lock: JLine takes its own, under which its widgets run, and they take this one.
        reader.printAbove(block);
    }

    private void eraseLine() {
        terminal.writer().print('\r');
        if (!terminal.puts(Capability.clr_eol)) {
            terminal.writer().print("\n");
        }
    }

    @Override
    public void ring(boolean bell, boolean desktop, String title, String text) {
        if (bell) {
            terminal.writer().print('\007');
        }
        if (desktop) {
            terminal.writer().print("\033]777;notify;" + plain(title) + ";" + plain(text) + "\033\\");
        }
        terminal.flush();
    }

    /** Makes text safe for a control sequence whose fields are separated by semicolons. */
    private static String plain(String text) {
        String line = SafeText.line(text).replace(';', ',');
        return line.length() > 200 ? line.substring(0, line.offsetByCodePoints(0, 100)) + "…" : line;
    }

    @Override
    public Optional<String> read(String prompt, String typed) {
        String left = typed;
        while (true) {
            try {
                synchronized (outputLock) {
                    shownPrompt = prompt;
                }
                return Optional.of(readLine(above() + mark + prompt, null, left));
            } catch (UserInterruptException e) {
                left = "";
                if (e.getPartialLine().isEmpty()) {
                    show(List.of(new AttributedString("* Ctrl-D or /quit leaves")), 2);
                }
            } catch (EndOfFileException e) {
                return Optional.empty();
            } finally {
                shownPrompt = null;
            }
        }
    }

    @Override
    public void mark(String text) {
        mark = text.isEmpty() ? "" : "[" + text + "] ";
        showPrompt();
    }

    @Override
    public boolean showAbovePrompt(List<String> lines) {
        above = List.copyOf(lines);
        showPrompt();
        return true;
    }

    /** Returns what is shown directly above the prompt, each line with its end. */
    private String above() {
        int columns = Math.max(1, terminal.getColumns() - 1);
        List<String> all = new ArrayList<>();
        synchronized (outputLock) {
            bars.stream()
                    .limit(MAX_BARS)
                    .map(ProgressBar::line)
                    .filter(line -> !line.isEmpty())
                    .forEach(all::add);
            if (bars.size() > MAX_BARS) {
                all.add("and %d more: /files".formatted(bars.size() - MAX_BARS));
            }
        }
        all.addAll(above);
        return all.stream()
                .map(line -> cut(new AttributedString(line), columns) + "\n")
                .collect(Collectors.joining());
    }

    private static String cut(AttributedString line, int columns) {
        return line.columnLength() <= columns ? line.toString() : line.columnSubSequence(0, columns - 1) + "…";
    }

    private void showPrompt() {
        String prompt = shownPrompt;
        if (prompt != null) {
            showPrompt(prompt);
        }
    }

    @Override
    public boolean changePrompt(String prompt) {
        if (shownPrompt == null) {
            return false;
        }
        shownPrompt = prompt;
        showPrompt(prompt);
        return reader.getBuffer().length() > 0;
    }

    private void showPrompt(String prompt) {
        synchronized (outputLock) {
            if (held != null) {
                return;
            }
        }
        String lines = above();
        reader.setPrompt(pattern(lines + mark + prompt));
        int columns = terminal.getColumns();
        boolean isRewrapped = columns != shownColumns && !lines.isEmpty();
        shownColumns = columns;
        try {
            if (isRewrapped) {
                // A resized terminal has rewrapped the lines, and JLine does not know where: redraw below them.
                terminal.writer().print("\r\n\033[J");
                reader.callWidget(LineReader.REDRAW_LINE);
            }
            reader.callWidget(LineReader.REDISPLAY);
        } catch (IllegalStateException e) {
            // Nothing is being read at this moment; the next line has this prompt.
        }
    }

    @Override
    public void onTyping(Runnable runnable) {
        typing = runnable;
    }

    @Override
    public void onUp(Supplier<String> text) {
        up = text;
    }

    @Override
    public Optional<String> readSecret(String prompt) {
        return ask(prompt, '\0');
    }

    private Optional<String> ask(String prompt, @Nullable Character mask) {
        // Neither kept in the history nor completed.
        reader.setVariable(LineReader.DISABLE_HISTORY, true);
        reader.setVariable(LineReader.DISABLE_COMPLETION, true);
        try {
            return Optional.of(readLine(prompt, mask, ""));
        } catch (EndOfFileException | UserInterruptException e) {
            return Optional.empty();
        } finally {
            reader.setVariable(LineReader.DISABLE_HISTORY, false);
            reader.setVariable(LineReader.DISABLE_COMPLETION, false);
        }
    }

    /** Escapes a prompt, which JLine reads as a pattern. */
    private static String pattern(String prompt) {
        return prompt.replace("%", "%%");
    }

    private String readLine(String prompt, @Nullable Character mask, String typed) {
        synchronized (outputLock) {
            isReading = true;
            if (progress != null) {
                progress = null;
                eraseLine();
                terminal.flush();
            }
        }
        shownColumns = terminal.getColumns();
        try {
            return reader.readLine(pattern(prompt), mask, typed);
        } finally {
            isReading = false;
            // Keeps bracketed paste on, so that a paste between prompts is also one text.
            setBracketedPaste(true);
        }
    }

    private void setBracketedPaste(boolean isOn) {
        if (!Terminal.TYPE_DUMB.equals(terminal.getType())) {
            terminal.writer().print(isOn ? LineReaderImpl.BRACKETED_PASTE_ON : LineReaderImpl.BRACKETED_PASTE_OFF);
            terminal.flush();
        }
    }

    @Override
    public boolean confirm(String question) {
        return ask(question + " [y/N] ", null).filter(Screen::isYes).isPresent();
    }

    @Override
    public boolean isInteractive() {
        return true;
    }

    @Override
    public void onInterrupt(Runnable interrupted) {
        // Between prompts nothing reads the keys, so Ctrl-C must come as a signal.
        Attributes signalling = terminal.getAttributes();
        signalling.setLocalFlag(Attributes.LocalFlag.ISIG, true);
        terminal.setAttributes(signalling);
        raw = signalling;
        terminal.handle(Terminal.Signal.INT, signal -> interrupted.run());
    }

    @Override
    public Progress progress(String title, String hint) {
        ProgressBar bar =
                new ProgressBar(title, hint, () -> terminal.getColumns() - 1, this::showProgress, this::remove);
        synchronized (outputLock) {
            bars.add(bar);
        }
        return bar;
    }

    private void remove(ProgressBar bar) {
        synchronized (outputLock) {
            bars.remove(bar);
        }
        showProgress();
    }

    /**
     * Shows the progress lines above the prompt, or the newest operation's in place of a prompt, but not during a
     * question.
     */
    private void showProgress() {
        String prompt = shownPrompt;
        if (prompt != null) {
            showPrompt(prompt);
            return;
        }
        synchronized (outputLock) {
            String line = bars.isEmpty() ? "" : bars.getLast().line();
            if (shownPrompt == null && !isReading && held == null && (progress != null || !line.isEmpty())) {
                progress = line.isEmpty() ? null : line;
                eraseLine();
                terminal.writer().print(line);
                terminal.flush();
            }
        }
    }

    @Override
    public void close() {
        try {
            if (isKept) {
                reader.getHistory().save();
            }
            setBracketedPaste(false);
            terminal.setAttributes(attributes);
            terminal.close();
        } catch (IOException e) {
            // The program ends.
        }
    }
}

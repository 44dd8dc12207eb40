package chatd.acceptance.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A program in a terminal, emulated by tmux: typed into, read, resized. Used by one test thread. */
public final class Terminal implements AutoCloseable {

    private static final AtomicInteger NUMBER = new AtomicInteger();
    private final String name = "chatd" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();
    private final Path directory;

    /** The texts and the patterns of lines that were waited for. */
    private final List<String> awaited = new ArrayList<>();

    private final List<String> awaitedLines = new ArrayList<>();

    /** The name of the user logged in here; empty if nobody is. */
    private String user = "";

    private int fences;

    /** Starts a command in a terminal of 80 columns and 24 rows. {@code environment} is {@code KEY=VALUE …}. */
    public Terminal(List<String> environment, List<String> command) {
        try {
            directory = Files.createTempDirectory("tm");
            Files.writeString(directory.resolve("conf"), """
                    set -g default-terminal screen-256color
                    set -g history-limit 50000
                    set -g remain-on-exit on
                    set -g status off
                    set -s escape-time 0
                    """);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var line = new ArrayList<>(List.of("env"));
        line.addAll(environment);
        line.addAll(command);
        // Starts a little later, so that pipe-pane captures everything it writes.
        String shell = "sleep 0.2; " + line.stream().map(Terminal::quoted).collect(Collectors.joining(" "))
                + "; echo $? >" + exit() + ".part; mv " + exit() + ".part " + exit();
        run("new-session", "-d", "-s", "it", "-x", "80", "-y", "24", "-c", ProcessResult.ROOT.toString(), shell)
                .exits(0);
        run("pipe-pane", "cat >>" + quoted(directory.resolve("raw").toString())).exits(0);
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }

    private ProcessResult run(String... arguments) {
        var command = new ArrayList<>(List.of(
                "tmux", "-u", "-L", name, "-f", directory.resolve("conf").toString()));
        command.addAll(List.of(arguments));
        return ProcessResult.program(command);
    }

    /** Types as a person does; {@code \n} does not act as Enter. */
    public Terminal type(String text) {
        run("send-keys", "-l", "--", text).exits(0);
        return this;
    }

    /** Presses keys by their names in tmux: {@code Enter}, {@code Tab}, {@code BSpace}, {@code Up}, {@code C-c}. */
    public Terminal press(String... keys) {
        for (String key : keys) {
            run("send-keys", key).exits(0);
        }
        return this;
    }

    /** Types a line and Enter. */
    public Terminal enter(String line) {
        return type(line).press("Enter");
    }

    /** Returns the numbers that follow {@code mark} in the texts that a client shows, in the order of the screen. */
    public List<Integer> numbers(String mark) {
        return Pattern.compile("^\\d\\d:\\d\\d .*: " + mark + "(\\d+)$", Pattern.MULTILINE)
                .matcher(all())
                .results()
                .map(found -> Integer.parseInt(found.group(1)))
                .toList();
    }

    /** Pastes as a terminal does, in brackets if the program has asked for bracketed paste. */
    public void paste(String text) throws IOException {
        Path file = Files.writeString(directory.resolve("paste"), text);
        run("load-buffer", file.toString()).exits(0);
        run("paste-buffer", "-p", "-d").exits(0);
    }

    public void resize(int columns, int rows) {
        run("resize-window", "-x", Integer.toString(columns), "-y", Integer.toString(rows))
                .exits(0);
        String tty = run("display-message", "-p", "#{pane_tty}").out().strip();
        await().until(() -> ProcessResult.program(List.of("stty", "-F", tty, "size"))
                .out()
                .strip()
                .equals(rows + " " + columns));
    }

    /** Returns the text on the screen. */
    public String screen() {
        return run("capture-pane", "-p").out();
    }

    /** Returns the text on the screen and in the scrollback above it. */
    public String all() {
        return run("capture-pane", "-p", "-S", "-").out();
    }

    /** Returns the same as {@link #all}, with its colours. */
    public String coloured() {
        return run("capture-pane", "-p", "-e", "-S", "-").out();
    }

    /** Returns everything the program has written, control sequences included. */
    public String raw() {
        try {
            return Files.readString(directory.resolve("raw"), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the last line that is not blank, usually the prompt. */
    public String lastLine() {
        List<String> lines = screen().lines().filter(line -> !line.isBlank()).toList();
        return lines.isEmpty() ? "" : lines.getLast();
    }

    /**
     * Waits for texts, one after the other, however they are broken into lines. A text that was
     * waited for before, by itself or within a longer one, must appear one more time: an earlier
     * question does not show that it is asked again.
     */
    public Terminal shows(String... texts) {
        for (String text : texts) {
            String joined = joined(text);
            int before = (int) awaited.stream().filter(s -> s.contains(joined)).count();
            shows(Pattern.compile(Pattern.quote(joined)), before + 1, this::all, Terminal::joined);
            awaited.add(joined);
        }
        return this;
    }

    /** Waits for a line; if it was waited for before, for one more occurrence. */
    public Terminal showsLine(String pattern) {
        int before = Collections.frequency(awaitedLines, pattern);
        shows(Pattern.compile(pattern, Pattern.MULTILINE), before + 1, this::all, all -> all);
        awaitedLines.add(pattern);
        return this;
    }

    /**
     * Waits until this is on the screen; for text that is overwritten, such as a bar or the input
     * line.
     */
    public Terminal hasOnScreen(String text) {
        shows(Pattern.compile(Pattern.quote(joined(text))), 1, this::screen, Terminal::joined);
        return this;
    }

    private static void shows(Pattern pattern, int times, Supplier<String> screen, UnaryOperator<String> form) {
        await().pollInterval(Duration.ofMillis(50)).untilAsserted(() -> {
            String now = screen.get();
            assertThat(pattern.matcher(form.apply(now)).results().count())
                    .as(() -> "Times that “%s” is shown; the end of what is:%n%s".formatted(pattern, lastLines(now)))
                    .isGreaterThanOrEqualTo(times);
        });
    }

    /** Returns the last lines, few enough for a failure report. */
    private static String lastLines(String screen) {
        List<String> lines = screen.lines().filter(line -> !line.isBlank()).toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 12), lines.size()));
    }

    /** Waits until the last line ends with this prompt. */
    public Terminal prompts(String prompt) {
        await().pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> assertThat(lastLine().stripTrailing()).endsWith(prompt));
        return this;
    }

    /** Records who has logged in here. */
    public Terminal loggedInAs(String name) {
        user = name;
        return this;
    }

    /**
     * Waits until everything that the server has sent by now is shown: a text to oneself arrives
     * after all of it.
     *
     * @throws IllegalStateException if nobody has logged in here
     */
    private void fence() {
        if (user.isEmpty()) {
            throw new IllegalStateException("Nobody has logged in here: nothing tells when everything is shown.");
        }
        String mark = "fence " + ++fences + " of " + name;
        enter("/msg " + user + " " + mark).showsLine(": " + Pattern.quote(mark) + "$");
    }

    /**
     * Checks that texts are not shown and never were, however they are broken into lines, once
     * everything in flight has arrived.
     */
    public Terminal neverShows(String... texts) {
        settle();
        assertThat(joined(all())).doesNotContain(texts);
        return this;
    }

    /**
     * Checks that the program has not written something, control sequences included, once
     * everything in flight has arrived.
     */
    public Terminal neverWrites(String... sequences) {
        settle();
        assertThat(raw()).doesNotContain(sequences);
        return this;
    }

    /**
     * Waits until everything in flight has arrived; a program that has ended writes nothing more.
     */
    private void settle() {
        if (!Files.exists(exit())) {
            fence();
        }
    }

    /**
     * Waits for a prompt, and checks that the texts are not above it: whatever is reported is
     * written before the prompt.
     */
    public Terminal promptsWithout(String prompt, String... texts) {
        prompts(prompt);
        assertThat(joined(all())).doesNotContain(texts);
        return this;
    }

    /** Waits until something is no longer on the screen. */
    public Terminal hasNoLonger(String text) {
        await().pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> assertThat(joined(screen())).doesNotContain(joined(text)));
        return this;
    }

    private static String joined(String text) {
        return text.replaceAll("\\s+", " ");
    }

    /** Waits for the program to end and returns its exit code. */
    public int awaitEnd() {
        await().until(() -> Files.exists(exit()));
        try {
            return Integer.parseInt(Files.readString(exit()).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path exit() {
        return directory.resolve("exit");
    }

    @Override
    public void close() {
        run("kill-server");
        try {
            Wire.deleteTree(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package chatd.acceptance.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The commands of a page, each with the output that the page shows: the {@code console} blocks,
 * where a command follows {@code $}, then its output, then {@code [exit N]} if that is not 0.
 * Numbers may differ, a word ending in … is an omission, and the line on events not sealed yet
 * depends on the minute. The number of a message or of a report in a command is replaced by the one
 * that was printed in its place.
 */
public final class Page {
    private static final Pattern EXIT = Pattern.compile("\\[exit (\\d+)]");

    /**
     * Marks the line on unsealed events, which is missing just after the minute's seal, and is
     * worded differently for a single event.
     */
    private static final String UNSEALED_MARK = "not sealed yet";

    private static final Pattern UNSEALED = Pattern.compile(
            "the last (event is|\\d+ events are) not sealed yet; the last seal was made at [\\dT:.-]+Z");

    /** A command of the page. */
    public record Step(String command, List<String> output, int exit) {}

    /**
     * Matches a {@code chat-admin} command, other than {@code cert}, for which a shell would only
     * remove the quotes.
     */
    private static final Pattern PLAIN = Pattern.compile("chat-admin( (?!cert )([\\w@:,.-]+|\"[\\w :.,-]*\"))*");

    private static final Pattern FILE = Pattern.compile("\\.(csv|toml|pem|key|xml|zip)\\b|/");
    private static final Pattern WORD = Pattern.compile("[^ \"]+|\"[^\"]*\"");

    private static final Pattern TIME_PREFIX = Pattern.compile("\\d[-:.]$");
    private static final Pattern NUMBER = Pattern.compile("\\d+");
    private static final Pattern NUMBERED = Pattern.compile("(?<=(message|report) (show|remove|close|note) )\\d+");

    private final Shell shell;

    /** The numbers that were printed, by the numbers that the page has in their places. */
    private final Map<String, String> printed = new HashMap<>();

    private final List<Step> steps;

    /** Runs a command; standard error is part of its output. */
    public interface Shell {
        ProcessResult run(String command) throws IOException, InterruptedException;
    }

    /**
     * @param name of the page, in {@code docs}
     * @param shell runs the commands
     */
    public Page(String name, Shell shell) throws IOException {
        this.shell = shell;
        this.steps = steps(Files.readString(ProcessResult.ROOT.resolve("docs").resolve(name)));
    }

    /**
     * @param directory where the commands are run
     * @param chatd the daemon to which chat-admin and chat-client connect
     */
    public Page(String name, Path directory, Chatd chatd) throws IOException {
        this(name, new InDirectory(directory, chatd, chatd.programs(directory.resolve("bin"))));
    }

    public List<Step> steps() {
        return steps;
    }

    private static List<Step> steps(String page) {
        List<Step> steps = new ArrayList<>();
        Matcher blocks = Pattern.compile("```console\n(.*?)```", Pattern.DOTALL).matcher(page);
        while (blocks.find()) {
            for (String part : blocks.group(1).split("(?m)^\\$ ", -1)) {
                if (part.isEmpty()) {
                    continue;
                }
                List<String> lines = new ArrayList<>(part.lines().toList());
                String command = lines.removeFirst();
                int exit = 0;
                Matcher last = EXIT.matcher(lines.isEmpty() ? "" : lines.getLast());
                if (last.matches()) {
                    exit = Integer.parseInt(last.group(1));
                    lines.removeLast();
                }
                steps.add(new Step(command, lines, exit));
            }
        }
        return steps;
    }

    /** Runs a step, which must print what the page says. */
    public void run(Step step) throws IOException, InterruptedException {
        String command = NUMBERED.matcher(step.command())
                .replaceAll(number -> printed.getOrDefault(number.group(), number.group()));
        ProcessResult run = shell.run(command);
        String output = run.out() + run.err();
        assertThat(run.exit()).as("%s\n%s", step.command(), output).isEqualTo(step.exit());
        List<String> lines = output.lines().toList();
        List<String> prints = output.contains(UNSEALED_MARK)
                ? step.output()
                : step.output().stream()
                        .filter(line -> !line.contains(UNSEALED_MARK))
                        .toList();
        assertThat(lines).as("%s\n%s", step.command(), output).hasSameSizeAs(prints);
        for (int i = 0; i < lines.size(); i++) {
            Matcher line = pattern(prints.get(i)).matcher(lines.get(i));
            assertThat(line.matches())
                    .as("%s\n%s\nThe page has: %s", command, output, prints.get(i))
                    .isTrue();
            List<MatchResult> numbers = NUMBER.matcher(prints.get(i)).results().toList();
            if (numbers.size() == line.groupCount()) {
                for (int j = 0; j < numbers.size(); j++) {
                    if (!isPartOfTime(prints.get(i), numbers.get(j))) {
                        printed.put(numbers.get(j).group(), line.group(j + 1));
                    }
                }
            }
        }
    }

    /** Returns whether a number in a line is part of a date or time. */
    private static boolean isPartOfTime(String line, MatchResult number) {
        return TIME_PREFIX.matcher(line.substring(0, number.start())).find()
                || (number.end() < line.length() && "-:".indexOf(line.charAt(number.end())) >= 0);
    }

    /** Returns a pattern for the line, in which numbers and ids may differ and omissions match anything. */
    private static Pattern pattern(String line) {
        if (line.contains(UNSEALED_MARK)) {
            return UNSEALED;
        }
        if (line.matches("[0-9a-f]{16}")) {
            return Pattern.compile("[0-9a-f]{16}");
        }
        StringBuilder regex = new StringBuilder();
        Matcher parts = Pattern.compile("[\\w+/-]*…|\\.\\d+Z|\\d+|segments?|events?|\\D")
                .matcher(line);
        while (parts.find()) {
            String part = parts.group();
            if (part.endsWith("…")) {
                regex.append(".*");
            } else if (part.startsWith(".") && part.length() > 1) {
                // Fractions of a second that are zero are not written.
                regex.append("(?:\\.\\d+)?Z");
            } else if (Character.isDigit(part.charAt(0))) {
                regex.append("(\\d+)");
            } else if (part.startsWith("segment") || part.startsWith("event")) {
                regex.append(part, 0, part.startsWith("s") ? 7 : 5).append("s?");
            } else {
                regex.append(Pattern.quote(part));
            }
        }
        return Pattern.compile(regex.toString());
    }

    /**
     * A directory of this machine; a plain command of chat-admin is run in this process.
     *
     * @param programs the directory of the chat-admin and chat-client that connect to the daemon
     */
    private record InDirectory(Path directory, Chatd chatd, Path programs) implements Shell {
        @Override
        public ProcessResult run(String command) throws IOException, InterruptedException {
            return isPlain(command) ? inThisProcess(command) : inTheShell(command);
        }

        private boolean isPlain(String command) {
            return PLAIN.matcher(command).matches()
                    && !FILE.matcher(command).find()
                    && words(command).noneMatch(word -> Files.exists(directory.resolve(word)));
        }

        private ProcessResult inThisProcess(String command) {
            return chatd.admin("", words(command).toArray(String[]::new));
        }

        /** Splits a command into its words, without the program. */
        private static Stream<String> words(String command) {
            return WORD.matcher(command)
                    .results()
                    .skip(1)
                    .map(word -> word.group().replace("\"", ""));
        }

        private ProcessResult inTheShell(String command) throws IOException, InterruptedException {
            ProcessBuilder builder = new ProcessBuilder("sh", "-c", command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true);
            builder.environment().merge("PATH", programs + ":", (path, bin) -> bin + path);
            // With it, the output would also name the user behind root.
            builder.environment().remove("SUDO_USER");
            Process process = builder.start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new ProcessResult(process.waitFor(), output, "");
        }
    }
}

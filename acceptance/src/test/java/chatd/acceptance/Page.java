package chatd.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The commands of a page, each with what the page says that it prints: the {@code console} blocks, where a command
 * follows {@code $}, its output and {@code [exit N]} where that is not 0. Numbers may differ, what ends in … is left
 * out, and what is not sealed yet is a matter of the minute.
 */
final class Page {
    private static final Pattern EXIT = Pattern.compile("\\[exit (\\d+)]");

    /** A line that is not said when the seal of the minute has just come, and says otherwise when one event follows it. */
    private static final String OF_THE_MINUTE = "not sealed yet";

    private static final Pattern UNSEALED =
            Pattern.compile("the last (event is|\\d+ events are) not sealed yet; the last seal is of [\\dT:.-]+Z");

    /** A command of the page. */
    record Step(String command, List<String> prints, int exit) {}

    private final Path directory;
    private final List<Step> steps;

    /** @param directory where the commands are run; {@code bin} in it is first in their path */
    Page(Path file, Path directory) throws IOException {
        this.directory = directory;
        this.steps = steps(Files.readString(file));
        Files.createDirectories(directory.resolve("bin"));
    }

    List<Step> steps() {
        return steps;
    }

    /** Makes a program that runs {@code ./chat COMMAND} with this environment. */
    void program(String name, String command, String... environment) throws IOException {
        Path program = directory.resolve("bin").resolve(name);
        Files.writeString(
                program,
                "#!/bin/sh\nexec env '%s' '%s' %s \"$@\"\n"
                        .formatted(String.join("' '", environment), Run.ROOT.resolve("chat"), command));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
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
    void run(Step step) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", step.command())
                .directory(directory.toFile())
                .redirectErrorStream(true);
        builder.environment().merge("PATH", directory.resolve("bin") + ":", (path, bin) -> bin + path);
        // Who is behind root would be said, too.
        builder.environment().remove("SUDO_USER");
        Process process = builder.start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s\n%s", step.command(), said).isEqualTo(step.exit());
        List<String> lines = said.lines().toList();
        List<String> prints = said.contains(OF_THE_MINUTE)
                ? step.prints()
                : step.prints().stream()
                        .filter(line -> !line.contains(OF_THE_MINUTE))
                        .toList();
        assertThat(lines).as("%s\n%s", step.command(), said).hasSameSizeAs(prints);
        for (int i = 0; i < lines.size(); i++) {
            assertThat(lines.get(i)).as("%s\n%s", step.command(), said).matches(pattern(prints.get(i)));
        }
    }

    /** The line as it stands there, but for numbers, ids, and what is left out. */
    private static Pattern pattern(String line) {
        if (line.contains(OF_THE_MINUTE)) {
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
                regex.append("(\\.\\d+)?Z");
            } else if (Character.isDigit(part.charAt(0))) {
                regex.append("\\d+");
            } else if (part.startsWith("segment") || part.startsWith("event")) {
                regex.append(part, 0, part.startsWith("s") ? 7 : 5).append("s?");
            } else {
                regex.append(Pattern.quote(part));
            }
        }
        return Pattern.compile(regex.toString());
    }
}

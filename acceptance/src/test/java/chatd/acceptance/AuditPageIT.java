package chatd.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The auditor's page: each command as it stands there, with what it says there that it prints. */
class AuditPageIT {
    private static final Pattern EXIT = Pattern.compile("\\[exit (\\d+)]");

    /** A command of the page. */
    private record Step(String command, List<String> prints, int exit) {}

    @TempDir
    private Path directory;

    @Test
    void everyCommandPrintsWhatThePageSays() throws Exception {
        try (Demo demo = Demo.start()) {
            prepare(demo);
            List<Step> steps = steps(Files.readString(Run.ROOT.resolve("docs/audit.md")));
            assertThat(steps).hasSizeGreaterThan(12);
            for (Step step : steps) {
                run(demo, step);
            }
        }
    }

    private void prepare(Demo demo) throws Exception {
        try (Chat1Socket one = demo.newcomer();
                Chat1Socket two = demo.newcomer()) {
            one.send(Wire.text("to one", two.name()));
            one.send(Wire.textToAll("to all"));
            one.send(Wire.file("a.txt", Wire.utf8("content"), two.name()));
            one.fence();
        }
        try (Chat1Socket wrong = demo.connect()) {
            wrong.send(Wire.logIn("alice", "not-the-password"));
            assertThat(wrong.next().code()).isEqualTo(Wire.WRONG_PASSWORD);
        }
        demo.admin("", "log", "rotate").exits(0);
        for (int i = 0; i < 3; i++) {
            demo.admin("", "user", "list").exits(0);
        }
        Files.writeString(
                directory.resolve("seal.pem"),
                demo.admin("", "log", "key").exits(0).out());
        Files.writeString(
                directory.resolve("anchors"),
                demo.admin("", "log", "anchor").exits(0).out());
        Files.writeString(directory.resolve("message.json"), ProofIT.receipt(demo, 1, "\"to one\""));
        Files.copy(Run.ROOT.resolve("docs/verify.py"), directory.resolve("verify.py"));
        Path log = Files.createDirectory(directory.resolve("log"));
        // One that ends with its seal, as the page's does: the command that asks for an anchor is logged after it.
        await().until(() -> {
            demo.admin("", "log", "anchor").exits(0);
            copy(demo.auditLog(), log);
            List<String> lines = Files.readAllLines(log.resolve("audit.xml"));
            return lines.get(lines.size() - 2).startsWith("<seal ");
        });
        Path program = Files.createDirectory(directory.resolve("bin")).resolve("chat-admin");
        Files.writeString(
                program,
                "#!/bin/sh\nexec '%s' admin --socket '%s' \"$@\"\n"
                        .formatted(Run.ROOT.resolve("chat"), demo.fact("CHAT_ADMIN_SOCKET")));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var all = Files.list(from)) {
            for (Path file :
                    all.filter(file -> file.toString().endsWith(".xml")).toList()) {
                Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
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

    private void run(Demo demo, Step step) throws Exception {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", step.command())
                .directory(directory.toFile())
                .redirectErrorStream(true);
        builder.environment().merge("PATH", directory.resolve("bin") + ":", (path, bin) -> bin + path);
        Process process = builder.start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as("%s\n%s\n%s", step.command(), said, demo.output())
                .isEqualTo(step.exit());
        List<String> lines = said.lines().toList();
        assertThat(lines).as(step.command()).hasSameSizeAs(step.prints());
        for (int i = 0; i < lines.size(); i++) {
            assertThat(lines.get(i))
                    .as(step.command())
                    .matches(pattern(step.prints().get(i)));
        }
    }

    /** The line as it stands there, but for numbers, ids, and what is left out. */
    private static Pattern pattern(String line) {
        if (line.matches("[0-9a-f]{16}")) {
            return Pattern.compile("[0-9a-f]{16}");
        }
        StringBuilder regex = new StringBuilder();
        Matcher parts = Pattern.compile("\\d+|\\S*…|segments?|events?|\\D").matcher(line);
        while (parts.find()) {
            String part = parts.group();
            if (part.endsWith("…")) {
                regex.append(".*");
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

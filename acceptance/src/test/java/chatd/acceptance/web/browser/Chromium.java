package chatd.acceptance.web.browser;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts Chromium without a window, and without network requests of its own. */
public final class Chromium {
    private Chromium() {}

    /**
     * Opens a page. The port of its developer tools is in the file {@code DevToolsActivePort} of
     * the profile.
     *
     * @param profile a directory that need not exist
     * @param options further ones on the command line
     */
    public static Process open(Path profile, String page, String... options) throws IOException {
        List<String> all = new ArrayList<>(List.of(options));
        all.add("--remote-debugging-port=0");
        return start(profile, page, all);
    }

    /** Takes a screenshot of a page, and exits. */
    public static Process takeScreenshot(Path profile, String page, Path picture, int width, int height)
            throws IOException {
        return start(
                profile,
                page,
                List.of("--window-size=%d,%d".formatted(width, height), "--screenshot=" + picture.toAbsolutePath()));
    }

    /**
     * Ends Chromium and the processes that it has started, which also write to the profile until
     * they end. Blocks.
     */
    public static void end(Process chromium) throws InterruptedException {
        List<ProcessHandle> others = chromium.descendants().toList();
        chromium.destroyForcibly().waitFor();
        others.forEach(ProcessHandle::destroyForcibly);
        others.forEach(one -> one.onExit().join());
    }

    private static Process start(Path profile, String page, List<String> options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "/usr/bin/chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
                "--ignore-certificate-errors",
                "--user-data-dir=" + profile));
        command.addAll(options);
        command.add(page);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}

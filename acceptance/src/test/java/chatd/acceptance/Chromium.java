package chatd.acceptance;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts Chromium without a window, with nothing of its own to ask of the network. */
final class Chromium {
    private Chromium() {}

    /**
     * Opens a page. The port of its developer tools is in the file {@code DevToolsActivePort} of the profile.
     *
     * @param profile a directory that need not exist
     * @param options further ones of the command line
     */
    static Process open(Path profile, String page, String... options) throws IOException {
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
                "--user-data-dir=" + profile,
                "--remote-debugging-port=0"));
        command.addAll(List.of(options));
        command.add(page);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}

package chatd.daemon;

import chatd.audit.FileFailure;
import chatd.daemon.config.Config;
import chatd.daemon.disk.DiskSpace;
import chatd.daemon.health.Reloader;
import chatd.daemon.net.LocalPages;
import chatd.daemon.net.http.Http;
import chatd.daemon.net.tls.Certificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Checks what a start needs besides a valid configuration: the files and directories that it names. */
final class StartCheck {
    private StartCheck() {}

    /**
     * Returns the problems that would keep a daemon from starting, being connected to, or
     * searching, and the warnings; each is a sentence that begins with the option. Judges by the
     * permissions of this process. Changes nothing; blocks.
     */
    static Reloader.Checked check(Config config, Instant now) {
        List<String> problems = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        try {
            String advice = Certificates.check(config.tls(), now);
            if (!advice.isEmpty()) {
                warnings.add("tls.certificate: " + advice);
            }
        } catch (IOException e) {
            problems.add(FileFailure.describe(e));
        }
        checkFiles(config, problems);
        checkDirectory("search.directory", config.search().directory(), problems);
        // Without these, nothing is forwarded; all else goes on.
        Config.Forward forward = config.audit().forward();
        forward.ca().ifPresent(file -> checkFile("audit.forward.ca", file, warnings));
        forward.certificate().ifPresent(file -> checkFile("audit.forward.certificate", file, warnings));
        forward.key().ifPresent(file -> checkFile("audit.forward.key", file, warnings));
        return new Reloader.Checked(problems, warnings);
    }

    /**
     * Returns the problems of {@link #check} that would keep a daemon from starting: not an expired
     * certificate, or one that only concerns searching. Changes nothing; blocks.
     */
    static List<String> obstacles(Config config) {
        List<String> problems = new ArrayList<>();
        try {
            Certificates.checkUsable(config.tls());
        } catch (IOException e) {
            problems.add(FileFailure.describe(e));
        }
        checkFiles(config, problems);
        return problems;
    }

    private static void checkFiles(Config config, List<String> problems) {
        try {
            Http.check(config.http());
        } catch (IOException e) {
            problems.add(FileFailure.describe(e));
        }
        config.metrics().listen().ifPresent(at -> {
            try {
                LocalPages.check(at);
            } catch (IOException e) {
                problems.add("metrics.listen: " + e.getMessage());
            }
        });
        checkDirectory("audit.directory", config.audit().directory(), problems);
        checkDirectory("admin.directory", config.admin().directory(), problems);
        config.database().tlsCa().ifPresent(file -> checkFile("database.tls-ca", file, problems));
        config.database().passwordFile().ifPresent(file -> checkFile("database.password-file", file, problems));
    }

    private static void checkFile(String option, Path file, List<String> problems) {
        if (!Files.exists(file)) {
            problems.add(option + ": there is no file " + file);
        } else if (!Files.isReadable(file)) {
            problems.add(option + ": " + file + " can't be read by " + System.getProperty("user.name")
                    + ", the daemon's user");
        }
    }

    /** Checks a directory that the daemon writes to, and creates if it is not there. */
    private static void checkDirectory(String option, Path directory, List<String> problems) {
        Path existing = DiskSpace.existing(directory);
        if (!Files.isDirectory(existing)) {
            problems.add(option + ": " + existing + " is not a directory");
        } else if (!Files.isWritable(existing)) {
            problems.add(option + ": " + System.getProperty("user.name") + ", the daemon's user, may not write to "
                    + existing);
        }
    }
}

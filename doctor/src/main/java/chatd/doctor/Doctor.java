package chatd.doctor;

import chatd.admin.api.AdminLink;
import chatd.admin.api.CallFailure;
import chatd.daemon.store.db.DatabaseUnavailable;
import chatd.doctor.check.Check;
import chatd.doctor.check.Checks;
import chatd.doctor.finding.Finding;
import chatd.doctor.machine.Subject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Examines a machine and its daemon, whether that runs or not; changes nothing. It looks by itself rather than asking the
 * daemon, which is silent when this is needed most.
 */
public final class Doctor {
    /** The longest that all checks, which are made at once, may take, in seconds. */
    private static final int LIMIT = 20;

    private Doctor() {}

    /**
     * Examines. Blocks, for seconds.
     *
     * @param config the configuration file of a daemon that is not running; null for the usual one, if it exists
     * @throws IOException if not even systemd answers
     */
    public static List<Finding> examine(AdminLink link, @Nullable Path config) throws IOException {
        try (Subject subject = Subject.find(link, config, Instant.now())) {
            List<Check> checks = Checks.all();
            List<FutureTask<List<Finding>>> tasks = checks.stream()
                    .map(check -> new FutureTask<>(() -> check.look(subject)))
                    .toList();
            tasks.forEach(task -> Thread.ofPlatform().daemon().start(task));
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT);
            List<Finding> all = new ArrayList<>();
            for (int i = 0; i < checks.size(); i++) {
                all.addAll(result(checks.get(i), tasks.get(i), end));
            }
            return all;
        }
    }

    private static List<Finding> result(Check check, FutureTask<List<Finding>> task, long end) {
        try {
            return task.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return List.of(check.topic()
                    .unknown(
                            "It took longer than " + LIMIT + " seconds.",
                            "Try again; if it is so again, the disk or the database hangs."));
        } catch (ExecutionException e) {
            Throwable why = e.getCause();
            String said = String.valueOf(why == null ? null : why.getMessage());
            boolean isExpected =
                    why instanceof IOException || why instanceof CallFailure || why instanceof DatabaseUnavailable;
            String found = isExpected ? said.substring(0, 1).toUpperCase(Locale.ROOT) + said.substring(1) : "" + why;
            return List.of(check.topic().unknown(found.replaceFirst("\\.?$", "."), "Run it as root."));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of(check.topic().unknown("It was interrupted.", "Try again."));
        }
    }
}

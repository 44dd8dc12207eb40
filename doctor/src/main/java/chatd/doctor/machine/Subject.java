package chatd.doctor.machine;

import chatd.admin.api.AdminLink;
import chatd.admin.api.CallFailure;
import chatd.admin.api.SystemCalls;
import chatd.backup.DatabaseAccess;
import chatd.backup.machine.ConfigurationSource;
import chatd.backup.machine.ServiceUnit;
import chatd.daemon.config.Config;
import chatd.daemon.config.ConfigException;
import chatd.daemon.config.ConfigReader;
import chatd.daemon.config.Configuration;
import chatd.daemon.config.Option;
import chatd.daemon.store.db.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What is examined: a daemon, running or not, and its machine.
 *
 * @param link to the daemon
 * @param daemon what the running one says of itself; empty if none answers
 * @param silence why none answers
 * @param file the configuration file; null if there is none
 * @param config as far as it is valid
 * @param errors of the configuration
 * @param options as in the file now; empty if it is not valid
 * @param inForce those of the running daemon; empty if none answers
 * @param unit the daemon's, which may not exist
 * @param database empty if it can't be reached
 * @param databaseFailure why it can't be; empty if it can
 * @param now the time of the examination
 */
public record Subject(
        AdminLink link,
        Optional<SystemCalls.Stats> daemon,
        Silence silence,
        @Nullable Path file,
        Config config,
        List<String> errors,
        List<Option> options,
        List<SystemCalls.Option> inForce,
        ServiceUnit unit,
        Optional<Database> database,
        String databaseFailure,
        Instant now)
        implements AutoCloseable {
    /** The longest that the daemon may take to say how it is, in seconds. */
    private static final int LIMIT = 5;

    /**
     * Why no daemon answers.
     *
     * @param text in words; empty if one answers
     */
    public record Silence(Kind kind, String text) {
        public enum Kind {
            ANSWERS,
            NOT_RUNNING,
            NOT_ALLOWED,
            HANGS
        }
    }

    /** What a running daemon says. */
    private record Answer(SystemCalls.Stats stats, SystemCalls.Options options) {}

    /**
     * Finds the daemon: the running one, or the configuration of one that is not running. Blocks.
     *
     * @param config the configuration file of one that is not running; null for the usual one, if it exists
     * @throws IOException if systemd does not answer, or the environment can't be read
     */
    public static Subject find(AdminLink link, @Nullable Path config, Instant now) throws IOException {
        ServiceUnit unit = ServiceUnit.read(ConfigurationSource.UNIT);
        FutureTask<Answer> asked =
                new FutureTask<>(() -> new Answer(link.call(SystemCalls.STATS), link.call(SystemCalls.CONFIG)));
        Thread.ofPlatform().daemon().start(asked);
        try {
            Answer answer = asked.get(LIMIT, TimeUnit.SECONDS);
            return of(
                    link,
                    Optional.of(answer),
                    new Silence(Silence.Kind.ANSWERS, ""),
                    ConfigurationSource.ofRunning(answer.options()),
                    unit,
                    now);
        } catch (ExecutionException e) {
            return of(link, Optional.empty(), silence(e.getCause()), ConfigurationSource.ofStopped(config), unit, now);
        } catch (TimeoutException e) {
            Silence hangs = new Silence(Silence.Kind.HANGS, "no answer within " + LIMIT + " seconds");
            return of(link, Optional.empty(), hangs, ConfigurationSource.ofStopped(config), unit, now);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static Silence silence(@Nullable Throwable why) {
        String text = why == null ? "" : String.valueOf(why.getMessage());
        return why instanceof CallFailure failure && failure.code().equals(CallFailure.NO_DAEMON)
                ? new Silence(Silence.Kind.NOT_RUNNING, text)
                : new Silence(Silence.Kind.NOT_ALLOWED, text);
    }

    private static Subject of(
            AdminLink link,
            Optional<Answer> answer,
            Silence silence,
            ConfigurationSource source,
            ServiceUnit unit,
            Instant now) {
        List<String> errors = List.of();
        List<Option> options = List.of();
        Config config;
        try {
            Configuration valid = new Configuration(source.file(), source.environment());
            config = valid.get();
            options = valid.options();
        } catch (ConfigException e) {
            errors = e.errors();
            config = ConfigReader.readLeniently(source.file(), source.environment());
        }
        Optional<Database> database = Optional.empty();
        String failure = "";
        try {
            database = Optional.of(new Database(DatabaseAccess.of(config.database())));
        } catch (IOException e) {
            failure = String.valueOf(e.getMessage());
        }
        return new Subject(
                link,
                answer.map(Answer::stats),
                silence,
                source.file(),
                config,
                errors,
                options,
                answer.map(running -> running.options().options()).orElse(List.of()),
                unit,
                database,
                failure,
                now);
    }

    /** Returns whether the unit is what the answering daemon is run by, or would be. */
    public boolean isRunByUnit() {
        return unit.isLoaded()
                && daemon.map(running -> unit.get("MainPID")
                                .equals(Long.toString(running.identity().pid())))
                        .orElse(true);
    }

    /**
     * Returns the daemon's user: that of its process, of its unit, or of its log's directory; of this process if there is
     * none of these.
     */
    public String user() {
        try {
            if (daemon.isPresent()) {
                return Files.getOwner(Path.of("/proc/" + daemon.get().identity().pid()))
                        .getName();
            }
            String ofUnit = unit.get("User");
            if (unit.isLoaded() && !ofUnit.isEmpty()) {
                return ofUnit;
            }
            Path log = config.audit().directory();
            if (Files.exists(log)) {
                return Files.getOwner(log).getName();
            }
        } catch (IOException e) {
            // It has just ended.
        }
        return me();
    }

    /** Returns the user who runs this program. */
    public static String me() {
        return System.getProperty("user.name", "");
    }

    /**
     * Returns whether a file or directory can't be looked at by whoever runs this program: it may be there or not, or must
     * not be read.
     */
    public static boolean isHidden(Path file) {
        return Files.exists(file) ? !Files.isReadable(file) : !Files.notExists(file);
    }

    @Override
    public void close() {
        database.ifPresent(Database::close);
    }
}

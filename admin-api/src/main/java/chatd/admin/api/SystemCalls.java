package chatd.admin.api;

import chatd.admin.api.AdminCall.Nothing;
import chatd.certs.ChainFacts;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is asked of the daemon itself: how it fares, its configuration, its certificate. */
public final class SystemCalls {
    public static final AdminCall<Nothing, Nothing, Stats> STATS =
            new AdminCall<>("stats", Nothing.class, Nothing.class, Stats.class);
    public static final AdminCall<Watch, Stats, Nothing> WATCH =
            new AdminCall<>("stats watch", Watch.class, Stats.class, Nothing.class);
    public static final AdminCall<Nothing, Nothing, Options> CONFIG =
            new AdminCall<>("config show", Nothing.class, Nothing.class, Options.class);
    public static final AdminCall<Draft, Nothing, Judged> CHECK =
            new AdminCall<>("config check", Draft.class, Nothing.class, Judged.class);
    public static final AdminCall<Nothing, Nothing, Reloaded> RELOAD =
            new AdminCall<>("config reload", Nothing.class, Nothing.class, Reloaded.class);
    public static final AdminCall<Nothing, Nothing, ChainFacts> CERTIFICATE =
            new AdminCall<>("cert show", Nothing.class, Nothing.class, ChainFacts.class);

    private SystemCalls() {}

    /** @param seconds between two; 2 where it is null */
    public record Watch(@Nullable Integer seconds) {}

    public record Stats(
            @JsonUnwrapped Identity identity,
            @JsonUnwrapped People people,
            @JsonUnwrapped Rates rates,
            @JsonUnwrapped Load load,
            @JsonUnwrapped Parts parts) {}

    public record Identity(String version, long pid, String java, String started, List<Listening> listening) {}

    public record Listening(String address, int port) {}

    /** @param who the names of those who are online, at most a hundred */
    public record People(int accounts, long disabled, long locked, int online, List<String> who, int connections) {}

    /**
     * Counts, and how many a second in the last minute.
     *
     * @param messages since the start
     * @param events of the log since it was begun
     */
    public record Rates(long messages, double messagesPerSecond, long events, double eventsPerSecond) {}

    /** What waits, and bytes. */
    public record Load(int journalWaiting, int hashesWaiting, long unsentBytes, long heapUsed, long heapMost) {}

    /**
     * @param database {@code there} or {@code away}
     * @param log how it fares, in words
     * @param auditLog its directory
     */
    public record Parts(
            String database,
            String log,
            String auditLog,
            long segmentBytes,
            String certificateEnd,
            long certificateDays) {}

    /** @param file the configuration's; empty where there is none */
    public record Options(String file, List<Option> options) {}

    /**
     * As it is set.
     *
     * @param source {@code default}, {@code environment NAME}, or the file with line and column
     */
    public record Option(String key, String value, String source) {}

    /** A configuration to be judged; without {@code content}, the daemon's own. */
    public record Draft(@Nullable String file, @Nullable String content) {}

    /** @param errors none where it is right */
    public record Judged(String file, List<String> errors) {}

    /**
     * What has another value than before: the options, by their keys, and the certificate.
     *
     * @param inForce from now on
     * @param forNewConnections from now on, for connections that are made
     * @param waiting for a restart
     * @param certificate the one that is shown from now on; empty where it is the one before
     */
    public record Reloaded(
            List<String> inForce, List<String> forNewConnections, List<String> waiting, String certificate) {}
}

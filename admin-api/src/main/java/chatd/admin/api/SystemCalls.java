package chatd.admin.api;

import chatd.admin.api.AdminCall.Nothing;
import chatd.certs.ChainFacts;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Calls about the daemon itself: its state, its configuration, its certificate. */
public final class SystemCalls {
    public static final AdminCall<Nothing, Nothing, Stats> STATS =
            new AdminCall<>("stats", Nothing.class, Nothing.class, Stats.class);
    public static final AdminCall<Watch, Stats, Nothing> WATCH =
            new AdminCall<>("stats watch", Watch.class, Stats.class, Nothing.class);
    public static final AdminCall<Nothing, Nothing, Options> CONFIG =
            new AdminCall<>("config show", Nothing.class, Nothing.class, Options.class);
    public static final AdminCall<Draft, Nothing, CheckResult> CHECK =
            new AdminCall<>("config check", Draft.class, Nothing.class, CheckResult.class);
    public static final AdminCall<Edit, Nothing, Edited> SET =
            new AdminCall<>("config set", Edit.class, Nothing.class, Edited.class);
    public static final AdminCall<Nothing, Nothing, Reloaded> RELOAD =
            new AdminCall<>("config reload", Nothing.class, Nothing.class, Reloaded.class);
    public static final AdminCall<Nothing, Nothing, ChainFacts> CERTIFICATE =
            new AdminCall<>("cert show", Nothing.class, Nothing.class, ChainFacts.class);

    /** The certificate needs attention from this many days before it expires; the daemon first warns then, too. */
    public static final int RENEWAL_DAYS = 21;

    /** The state of a daemon that has not reached its database yet. */
    public static final String STARTING = "starting";

    private SystemCalls() {}

    /** @param seconds the interval between two reports; 2 if null */
    public record Watch(@Nullable Integer seconds) {}

    /** @param problems what needs somebody's attention; empty if all is well */
    public record Stats(
            @JsonUnwrapped Identity identity,
            @JsonUnwrapped People people,
            @JsonUnwrapped Rates rates,
            @JsonUnwrapped Load load,
            @JsonUnwrapped Parts parts,
            List<Problem> problems) {}

    /** What a problem is about. */
    public enum Topic {
        LOG(false),
        /** Of the log to another machine. */
        FORWARDING(true),
        CLOCK(true),
        CLOCK_JUMP(false),
        CERTIFICATE(true),
        NEXT_START(true),
        MEMORY(false),
        DATABASE(true),
        /** Of room on the disks, and of the quota for files. */
        DISK(false),
        BACKUP(true),
        SEARCH(false),
        CONNECTIONS(false),
        CONFIGURATION(false),
        REPORTS(false),
        SERVICE(true);

        private final boolean isLookedAtByDoctor;

        Topic(boolean isLookedAtByDoctor) {
            this.isLookedAtByDoctor = isLookedAtByDoctor;
        }

        /** Returns its name in lower case, with hyphens, such as {@code next-start}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** Returns whether {@code chat-admin doctor} finds it by itself, whether the daemon runs or not. */
        public boolean isLookedAtByDoctor() {
            return isLookedAtByDoctor;
        }
    }

    /**
     * What needs somebody's attention.
     *
     * @param critical whether people are kept from something right now
     * @param text a sentence
     */
    public record Problem(Topic topic, boolean critical, String text) {
        /** Returns a problem that people do not notice yet. */
        public static Problem warning(Topic topic, String text) {
            return new Problem(topic, false, text);
        }

        /** Returns a problem that keeps people from something right now. */
        public static Problem critical(Topic topic, String text) {
            return new Problem(topic, true, text);
        }
    }

    /**
     * @param started when the process was started
     * @param state {@code serving}, or {@link #STARTING} until the database has been reached; the counts of people,
     *     messages and load are zero until then
     * @param tls which implementation of TLS is used
     * @param transport what serves the sockets: {@code epoll} or {@code NIO}
     */
    public record Identity(
            String version,
            long pid,
            String java,
            String started,
            String state,
            String tls,
            String transport,
            List<Listening> listening) {}

    public record Listening(String address, int port) {}

    /** @param who the names of online users, at most a hundred */
    public record People(int accounts, long disabled, long locked, int online, List<String> who, int connections) {}

    /**
     * Counts, and rates per second over the last minute.
     *
     * @param messages since the daemon started
     * @param events events and seals in the log since it was begun
     */
    public record Rates(long messages, double messagesPerSecond, long events, double eventsPerSecond) {}

    /** Queue lengths, and sizes in bytes. */
    public record Load(int journalWaiting, int hashesWaiting, long unsentBytes, long heapUsed, long heapMost) {}

    /**
     * @param database {@code there} or {@code away}
     * @param log the state of the log, in words
     * @param auditLog the directory of the log
     * @param forwarding how far the log was sent to another machine, in words; empty if it is sent to none
     * @param search the state of the index of messages, in words
     * @param storage what the files take, in words
     */
    public record Parts(
            String database,
            String log,
            String auditLog,
            long segmentBytes,
            String forwarding,
            String search,
            String storage,
            String certificateEnd,
            long certificateDays) {}

    /** @param file the configuration file; empty if there is none */
    public record Options(String file, List<Option> options) {}

    /**
     * An option with its current value.
     *
     * @param source {@code default}, {@code environment NAME}, or the file with line and column
     * @param change when a change of it takes effect after a reload: {@code at once}, {@code for new connections} or
     *     {@code at the next start}
     */
    public record Option(String key, String value, String source, String change) {}

    /** A configuration to validate; without {@code content}, the daemon's own. */
    public record Draft(@Nullable String file, @Nullable String content) {}

    /**
     * @param errors empty if the configuration is valid
     * @param warnings what should be improved
     */
    public record CheckResult(String file, List<String> errors, List<String> warnings) {}

    /**
     * What is to be changed in the configuration file.
     *
     * @param content the present content of the file
     * @param options by key; a list is separated by commas, and null is the default
     */
    public record Edit(
            String file,
            @Nullable String content,
            @JsonSetter(contentNulls = Nulls.SET) Map<String, @Nullable String> options) {}

    /**
     * @param content the new content, which is valid
     * @param warnings what should be improved
     */
    public record Edited(String content, List<String> warnings) {}

    /**
     * What a reload changed: options, by key, and the certificate.
     *
     * @param inForce options in force from now on
     * @param forNewConnections options in force from now on for new connections
     * @param waiting options that wait for a restart
     * @param certificate the certificate presented from now on; empty if unchanged
     */
    public record Reloaded(
            List<String> inForce, List<String> forNewConnections, List<String> waiting, String certificate) {}
}

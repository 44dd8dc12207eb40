package chatd.audit.event;

import static chatd.audit.event.Attribute.*;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The events of the audit log, one record each (page {@code audit-log.md}, "What is in it"). None has a component for
 * a password, a token or a message's text.
 */
public sealed interface AuditEvent
        permits AccountEvent,
                CallEvent,
                AmendmentEvent,
                GroupEvent,
                LogEvent,
                AuditEvent.Started,
                AuditEvent.Stopped,
                AuditEvent.Reloaded,
                AuditEvent.CertificateLoaded,
                AuditEvent.CertificateRefused,
                AuditEvent.CertificateExpiring,
                AuditEvent.ConnectionRefused,
                AuditEvent.TlsFailed,
                AuditEvent.MessageSent,
                AuditEvent.MessagesExpired,
                AuditEvent.FileFetched,
                AuditEvent.DataExported,
                AuditEvent.QuotaWarning,
                AuditEvent.Searched,
                AuditEvent.Violation,
                AuditEvent.AdminCommand,
                AuditEvent.Database,
                AuditEvent.Fault,
                AuditEvent.Annotated {
    /** Returns the value of {@code type}. */
    String type();

    default Outcome outcome() {
        return Outcome.OK;
    }

    void describe(Fields to);

    /** Returns the number of the stored message that this event is about, if any. */
    default OptionalLong message() {
        return OptionalLong.empty();
    }

    /** Returns the number of the account change that this event is about, if any. */
    default OptionalLong change() {
        return OptionalLong.empty();
    }

    /**
     * The daemon started. {@code message} and {@code change} are the last numbers in the log before this event.
     *
     * @param transport which implementations of TLS and of sockets it uses, in words
     */
    record Started(String version, long pid, String transport, long lastMessage, long lastChange)
            implements AuditEvent {
        @Override
        public String type() {
            return "start";
        }

        @Override
        public void describe(Fields to) {
            to.put(MESSAGE, lastMessage)
                    .put(CHANGE, lastChange)
                    .put(VERSION, version)
                    .put(PID, pid)
                    .put(DETAIL, transport);
        }
    }

    record Stopped(String why) implements AuditEvent {
        @Override
        public String type() {
            return "stop";
        }

        @Override
        public void describe(Fields to) {
            to.put(DETAIL, why);
        }
    }

    /**
     * The configuration was reloaded.
     *
     * @param inForce the options whose new value applies from now on
     * @param forNewConnections those whose new value applies to new connections
     * @param waiting those whose new value applies after the next start
     */
    record Reloaded(List<String> inForce, List<String> forNewConnections, List<String> waiting) implements AuditEvent {
        @Override
        public String type() {
            return "reload";
        }

        @Override
        public void describe(Fields to) {
            to.put(
                    DETAIL,
                    "in force: " + listed(inForce) + "; for new connections: " + listed(forNewConnections)
                            + "; at the next start: " + listed(waiting));
        }

        private static String listed(List<String> options) {
            return options.isEmpty() ? "none" : String.join(" ", options);
        }
    }

    /** @param fingerprint SHA-256 of the certificate, hexadecimal */
    record CertificateLoaded(String subject, String fingerprint, Instant ends) implements AuditEvent {
        @Override
        public String type() {
            return "certificate";
        }

        @Override
        public void describe(Fields to) {
            to.put(DETAIL, subject + ", ends " + ends).put(REFERENCE, fingerprint);
        }
    }

    /** A new certificate can't be used; the previous one stays in use. */
    record CertificateRefused(String why) implements AuditEvent {
        @Override
        public String type() {
            return "certificate";
        }

        @Override
        public Outcome outcome() {
            return Outcome.REFUSED;
        }

        @Override
        public void describe(Fields to) {
            to.put(DETAIL, why);
        }
    }

    /** The certificate expires soon, or has expired. */
    record CertificateExpiring(String subject, String fingerprint, Instant ends) implements AuditEvent {
        @Override
        public String type() {
            return "certificate";
        }

        @Override
        public Outcome outcome() {
            return Outcome.FAILED;
        }

        @Override
        public void describe(Fields to) {
            to.put(DETAIL, subject + ", to be renewed: ends " + ends).put(REFERENCE, fingerprint);
        }
    }

    /** @param reason {@code too-many}, {@code malformed} or {@code timeout} */
    record ConnectionRefused(String address, String reason) implements AuditEvent {
        @Override
        public String type() {
            return "connection";
        }

        @Override
        public Outcome outcome() {
            return Outcome.REFUSED;
        }

        @Override
        public void describe(Fields to) {
            to.put(REASON, reason).put(ADDRESS, address);
        }
    }

    record TlsFailed(Peer peer, String what) implements AuditEvent {
        @Override
        public String type() {
            return "tls";
        }

        @Override
        public Outcome outcome() {
            return Outcome.FAILED;
        }

        @Override
        public void describe(Fields to) {
            to.put(SESSION, peer.session())
                    .put(ADDRESS, peer.address())
                    .put(PORT, peer.port())
                    .put(DETAIL, what);
        }
    }

    /**
     * A text or a file was stored. Includes neither the text nor the file's name.
     *
     * @param file the file's number; null for a text
     * @param size in bytes; of a text in UTF-8
     * @param receivers null if it went to everyone
     * @param digest as {@code SaltedDigest} computes it
     */
    record MessageSent(
            long number,
            LoggedIdentity who,
            @Nullable Peer peer,
            @Nullable Long file,
            long size,
            @Nullable List<LoggedIdentity> receivers,
            String digest)
            implements AuditEvent {
        @Override
        public String type() {
            return file == null ? "text" : "file";
        }

        @Override
        public OptionalLong message() {
            return OptionalLong.of(number);
        }

        @Override
        public void describe(Fields to) {
            to.who(who)
                    .sessionAndAddress(peer)
                    .put(FILE, file)
                    .put(SIZE, size)
                    .receivers(receivers)
                    .put(DIGEST, digest)
                    .to(receivers == null ? List.of() : receivers);
        }
    }

    /** The numbers {@code from} to {@code to}, both included. */
    record Numbers(long from, long to) {}

    /**
     * Messages were deleted, because they were kept for as long as they are to be kept.
     *
     * @param number its number, from the same sequence as those of the messages
     * @param count how many
     * @param ranges their numbers; what was done about them is deleted, too
     */
    record MessagesExpired(long number, int count, List<Numbers> ranges) implements AuditEvent {
        @Override
        public String type() {
            return "expiry";
        }

        @Override
        public OptionalLong message() {
            return OptionalLong.of(number);
        }

        @Override
        public void describe(Fields to) {
            to.put(DETAIL, count == 1 ? "1 message" : count + " messages").expired(ranges);
        }
    }

    /**
     * A file was fetched, or asked for.
     *
     * @param file as asked for; one over {@value #MAX_FILE_NUMBER} is left out
     * @param reason why the file was refused; null if it was sent
     */
    record FileFetched(
            LoggedIdentity who,
            Peer peer,
            long file,
            @Nullable String reason) implements AuditEvent {
        private static final long MAX_FILE_NUMBER = (1L << 32) - 1;

        @Override
        public String type() {
            return "fetch";
        }

        @Override
        public Outcome outcome() {
            return reason == null ? Outcome.OK : Outcome.REFUSED;
        }

        @Override
        public void describe(Fields to) {
            // Clients may ask for numbers that no file can have: the schema has no room for these.
            to.put(REASON, reason)
                    .who(who)
                    .sessionAndAddress(peer)
                    .put(FILE, file <= MAX_FILE_NUMBER ? (Long) file : null);
        }
    }

    /**
     * Somebody asked for a copy of everything that they have here, or such a copy has ended.
     *
     * @param outcome {@code OK} when it begins and when it is complete
     * @param reason why it was refused or broke off; null if it did not
     * @param what begun, or what it contains
     */
    record DataExported(
            LoggedIdentity who,
            Peer peer,
            Outcome outcome,
            @Nullable String reason,
            @Nullable String what) implements AuditEvent {
        @Override
        public String type() {
            return "export";
        }

        @Override
        public void describe(Fields to) {
            to.put(REASON, reason).who(who).sessionAndAddress(peer).put(DETAIL, what);
        }
    }

    /**
     * The files take this percentage of a quota.
     *
     * @param who the account that has the quota; {@link LoggedIdentity#UNKNOWN} if it is the server's
     */
    record QuotaWarning(LoggedIdentity who, int percent) implements AuditEvent {
        @Override
        public String type() {
            return "storage";
        }

        @Override
        public void describe(Fields to) {
            to.who(who).put(DETAIL, percent + " % of the quota");
        }
    }

    /**
     * A user searched; {@code hits} is the number of messages on the page. Logged only where the configuration says so.
     */
    record Searched(LoggedIdentity who, Peer peer, int hits) implements AuditEvent {
        @Override
        public String type() {
            return "find";
        }

        @Override
        public void describe(Fields to) {
            to.who(who).sessionAndAddress(peer).put(DETAIL, hits == 1 ? "1 hit" : hits + " hits");
        }
    }

    /** @param header the frame's header, hexadecimal; empty if there was none */
    record Violation(LoggedIdentity who, Peer peer, String header, String what) implements AuditEvent {
        @Override
        public String type() {
            return "violation";
        }

        @Override
        public Outcome outcome() {
            return Outcome.REFUSED;
        }

        @Override
        public void describe(Fields to) {
            to.put(REASON, "malformed")
                    .who(who)
                    .peer(peer)
                    .put(HEADER, header.isEmpty() ? null : header)
                    .put(DETAIL, what);
        }
    }

    /**
     * An administrator's command, with the Unix user who gave it.
     *
     * @param by the Unix user, according to the kernel
     * @param claimed the user claimed to be behind root
     * @param arguments the arguments, except secret ones
     * @param reason why the command was not carried out; null if it was
     */
    record AdminCommand(
            String by,
            @Nullable String claimed,
            String command,
            List<Map.Entry<String, String>> arguments,
            Outcome outcome,
            @Nullable String reason)
            implements AuditEvent {
        @Override
        public String type() {
            return "admin";
        }

        @Override
        public void describe(Fields to) {
            to.put(REASON, reason)
                    .put(BY, by)
                    .put(CLAIMED, claimed)
                    .put(COMMAND, command)
                    .arguments(arguments);
        }
    }

    /** The database went away, or came back. */
    record Database(boolean reachable, String what) implements AuditEvent {
        @Override
        public String type() {
            return "database";
        }

        @Override
        public Outcome outcome() {
            return reachable ? Outcome.OK : Outcome.FAILED;
        }

        @Override
        public void describe(Fields to) {
            to.put(DETAIL, what);
        }
    }

    /** An internal fault; the service log has more under the same reference. */
    record Fault(String reference, String what) implements AuditEvent {
        @Override
        public String type() {
            return "fault";
        }

        @Override
        public Outcome outcome() {
            return Outcome.FAILED;
        }

        @Override
        public void describe(Fields to) {
            to.put(REASON, "internal").put(DETAIL, what).put(REFERENCE, reference);
        }
    }

    /** An event with a remark added to it. */
    sealed interface Annotated extends AuditEvent {
        AuditEvent event();

        @Override
        default String type() {
            return event().type();
        }

        @Override
        default Outcome outcome() {
            return event().outcome();
        }

        @Override
        default OptionalLong message() {
            return event().message();
        }

        @Override
        default OptionalLong change() {
            return event().change();
        }
    }

    /**
     * The last of several coalesced events; {@code count} is their number, without the first, which was logged at once.
     */
    record Coalesced(AuditEvent event, int count) implements Annotated {
        @Override
        public void describe(Fields to) {
            event.describe(to.put(COUNT, count));
        }
    }

    /** An event that was not logged in time, because the daemon ended or the log could not be written. */
    record Late(AuditEvent event) implements Annotated {
        @Override
        public void describe(Fields to) {
            event.describe(to.put(RECOVERED, true));
        }
    }
}

package chatd.audit.event;

import static chatd.audit.event.Attribute.DETAIL;
import static chatd.audit.event.Attribute.REASON;
import static chatd.audit.event.Attribute.REFERENCE;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Events about direct sessions: who took part, not what was said. {@code session} is the number that the caller chose;
 * the log has its first 8 digits, which link the events of one call.
 */
public sealed interface CallEvent extends AuditEvent {
    int DIGITS = 8;

    String session();

    /** @param kind {@code chat} or {@code file} */
    record Called(LoggedIdentity who, @Nullable Peer peer, List<LoggedIdentity> called, String kind, String session)
            implements CallEvent {
        @Override
        public String type() {
            return "call";
        }

        @Override
        public void describe(Fields to) {
            to.who(who).sessionAndAddress(peer).receivers(called).put(DETAIL, "for " + kind);
            to.put(REFERENCE, reference(this)).to(called);
        }
    }

    /**
     * A user answered a call, or failed to.
     *
     * @param peer null if the user did nothing
     * @param caller the caller, as a list of one
     * @param reason why it was not accepted; null if it was
     * @param addresses at which it may be reached; empty if they are not to be logged
     */
    record Answered(
            LoggedIdentity who,
            @Nullable Peer peer,
            List<LoggedIdentity> caller,
            @Nullable String reason,
            String session,
            List<String> addresses)
            implements CallEvent {
        @Override
        public String type() {
            return "answer";
        }

        @Override
        public Outcome outcome() {
            return reason == null ? Outcome.OK : Outcome.REFUSED;
        }

        @Override
        public void describe(Fields to) {
            to.put(REASON, reason)
                    .who(who)
                    .sessionAndAddress(peer)
                    .put(DETAIL, addresses.isEmpty() ? null : String.join(" ", addresses));
            to.put(REFERENCE, reference(this)).to(caller);
        }
    }

    /**
     * A direct session ended.
     *
     * @param caller the user who made the call
     * @param reason in a word
     * @param duration since the first user accepted; null if nobody did
     */
    record Ended(
            LoggedIdentity caller,
            List<LoggedIdentity> called,
            String reason,
            String session,
            @Nullable Duration duration)
            implements CallEvent {
        @Override
        public String type() {
            return "hangup";
        }

        @Override
        public void describe(Fields to) {
            to.put(REASON, reason.isEmpty() ? null : reason)
                    .who(caller)
                    .put(DETAIL, duration == null ? null : duration.toSeconds() + " s");
            to.put(REFERENCE, reference(this)).to(called);
        }
    }

    private static String reference(CallEvent event) {
        return event.session().substring(0, DIGITS);
    }
}

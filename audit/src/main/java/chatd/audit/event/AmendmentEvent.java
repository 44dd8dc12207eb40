package chatd.audit.event;

import static chatd.audit.event.Attribute.DETAIL;
import static chatd.audit.event.Attribute.DIGEST;
import static chatd.audit.event.Attribute.OF;
import static chatd.audit.event.Attribute.SIZE;

import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Events about changes to stored messages. Each has a number of its own, and refers to the message by its number. */
public sealed interface AmendmentEvent extends AuditEvent {
    long number();

    /** Returns the number of the message that it is about. */
    long of();

    /** Returns who did it; the server, if an administrator did. */
    LoggedIdentity who();

    @Nullable
    Peer peer();

    @Override
    default OptionalLong message() {
        return OptionalLong.of(number());
    }

    /** A message was taken back: neither its text or file nor its salts are stored any more. */
    record TakenBack(
            long number,
            long of,
            LoggedIdentity who,
            @Nullable Peer peer) implements AmendmentEvent {
        @Override
        public String type() {
            return "retraction";
        }

        @Override
        public void describe(Fields to) {
            to.put(OF, of).who(who).sessionAndAddress(peer);
        }
    }

    /**
     * A text was corrected.
     *
     * @param size of the new text, in bytes of UTF-8
     * @param receivers those of the message; null if it went to everyone
     * @param digest as {@code SaltedDigest.ofCorrection} computes it
     */
    record Corrected(
            long number,
            long of,
            LoggedIdentity who,
            @Nullable Peer peer,
            long size,
            @Nullable List<LoggedIdentity> receivers,
            String digest)
            implements AmendmentEvent {
        @Override
        public String type() {
            return "correction";
        }

        @Override
        public void describe(Fields to) {
            to.put(OF, of)
                    .who(who)
                    .sessionAndAddress(peer)
                    .put(SIZE, size)
                    .receivers(receivers)
                    .put(DIGEST, digest)
                    .to(receivers == null ? List.of() : receivers);
        }
    }

    /** A user added or removed a reaction to a message; which one is not logged. */
    record Reacted(
            long number,
            long of,
            LoggedIdentity who,
            @Nullable Peer peer,
            boolean on) implements AmendmentEvent {
        @Override
        public String type() {
            return "reaction";
        }

        @Override
        public void describe(Fields to) {
            to.put(OF, of).who(who).sessionAndAddress(peer).put(DETAIL, on ? "on" : "off");
        }
    }
}

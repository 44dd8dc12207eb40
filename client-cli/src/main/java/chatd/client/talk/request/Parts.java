package chatd.client.talk.request;

import chatd.client.net.ClientFailure;
import chatd.client.talk.item.Outgoing;
import chatd.protocol.command.MessageCommand;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An outgoing text, as one message for each receiver, each with an identifier under which the
 * server stores it once. Guarded by the lock of the {@link Outbox}.
 */
final class Parts {
    final Outgoing outgoing;

    /** The messages without an answer, by their identifiers, in the order in which they are sent. */
    final Map<String, Part> unanswered = new LinkedHashMap<>();

    /** The receivers of messages that are stored and not shown yet. */
    final List<String> unshown = new ArrayList<>();

    final List<String> refused = new ArrayList<>();
    private String why = "";
    private int exit = ClientFailure.FAILED;

    /** The numbers of the messages that are stored. */
    final List<Long> numbers = new ArrayList<>();

    private @Nullable Instant time;

    /** @param to the receiver; empty for everyone */
    record Part(String to, MessageCommand.SendText command) {}

    Parts(Outgoing mine) {
        this.outgoing = mine;
    }

    /** @param isShown whether the message was shown when it arrived from the server */
    void accepted(String id, long number, Instant at, boolean isShown) {
        Part part = unanswered.remove(id);
        if (part != null) {
            if (!isShown) {
                unshown.add(part.to());
            }
            numbers.add(number);
            time = at;
        }
    }

    void refused(String id, ClientFailure reason) {
        Part part = unanswered.remove(id);
        if (part != null) {
            refused.add(part.to());
            why = reason.text();
            exit = reason.exit();
        }
    }

    /** Returns the number of the message that was stored last; 0 for none. */
    long number() {
        return numbers.isEmpty() ? 0 : numbers.getLast();
    }

    @Nullable
    Instant time() {
        return time;
    }

    /** Returns a script's exit code for the last refusal. */
    int exit() {
        return exit;
    }

    /** Returns the reason of the last refusal. */
    String why() {
        return why;
    }
}

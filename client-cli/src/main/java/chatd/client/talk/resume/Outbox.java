package chatd.client.talk.resume;

import chatd.client.talk.Connection;
import chatd.client.talk.Item;
import chatd.client.talk.Outgoing;
import chatd.client.talk.View;
import chatd.protocol.command.Command;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.value.Audience;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The texts sent from here that have no answer yet, each message of them under an identifier by which the server stores it
 * once: after a loss they are sent again. Guarded by the session's lock on sending; its view is called without it.
 */
final class Outbox {
    private final Object sending;
    private final Requests.Line line;
    private final View view;

    /** By the identifier of each message, in the order in which they were sent. */
    private final Map<String, Parts> unanswered = new LinkedHashMap<>();

    /** Own messages that came while some had no answer: they are shown already when their answer comes. */
    private final Set<Long> arrived = new HashSet<>();

    /** Whether what was sent before the loss has to be sent again first. */
    private boolean isBehind;

    Outbox(Object sending, Requests.Line line, View view) {
        this.sending = sending;
        this.line = line;
        this.view = view;
    }

    /** Prepares for a new connection; called with the lock held. */
    void enter() {
        isBehind = !unanswered.isEmpty();
    }

    /** Returns what has no answer yet. */
    List<Outgoing> open() {
        synchronized (sending) {
            return unanswered.values().stream()
                    .distinct()
                    .map(parts -> parts.mine)
                    .toList();
        }
    }

    /** Records that a message of the user's own was shown as it came from the server. */
    void shown(long number) {
        synchronized (sending) {
            if (!unanswered.isEmpty()) {
                arrived.add(number);
            }
        }
    }

    /** Sends everything without an answer again. Not for the reading thread, since it may block. */
    void sendAgain() throws IOException {
        synchronized (sending) {
            Connection now = line.now();
            for (Map.Entry<String, Parts> one : unanswered.entrySet()) {
                Parts.Part part = one.getValue().unanswered.get(one.getKey());
                if (part != null) {
                    now.link().send(List.of(part.command()));
                }
            }
            isBehind = false;
        }
    }

    /**
     * Sends a text to each of its receivers; see {@link chatd.client.talk.ChatSession#say}.
     *
     * @param given the identifier; empty for a new one
     */
    void say(Outgoing mine, String given) throws IOException {
        List<String> to = mine.to();
        String text = mine.item().text();
        long answered = mine.item().answered();
        Parts parts = new Parts(mine);
        synchronized (sending) {
            Connection now = line.now();
            for (String receiver : to.isEmpty() ? List.of("") : to) {
                // To several, each is a message of its own.
                String id = given.isEmpty() ? Requests.id() : to.size() <= 1 ? given : given + " " + receiver;
                Audience audience = to.isEmpty() ? Audience.everyone() : new Audience.One(Requests.user(receiver));
                Parts.Part part = new Parts.Part(receiver, new MessageCommand.SendText(audience, text, answered, id));
                parts.unanswered.put(id, part);
                unanswered.put(id, parts);
            }
            if (!isBehind) {
                try {
                    now.link()
                            .send(parts.unanswered.values().stream()
                                    .map(part -> (Command) part.command())
                                    .toList());
                } catch (IllegalArgumentException e) {
                    parts.unanswered.keySet().forEach(unanswered::remove);
                    throw e;
                } catch (IOException e) {
                    // It is sent again by the next connection.
                }
            }
        }
    }

    void accepted(SessionEvent.Accepted accepted) {
        Parts parts;
        synchronized (sending) {
            parts = unanswered.remove(accepted.id());
            if (parts != null) {
                parts.accepted(accepted.id(), accepted.message(), accepted.time(), arrived.remove(accepted.message()));
            }
        }
        done(parts);
    }

    void refused(SessionEvent.Refused refused) {
        Parts parts;
        synchronized (sending) {
            parts = unanswered.remove(refused.id());
            if (parts != null) {
                parts.refused(refused.id(), refused.text());
            }
        }
        done(parts);
    }

    /** Shows an outgoing text once each of its messages is answered. */
    private void done(@Nullable Parts parts) {
        if (parts == null || !parts.unanswered.isEmpty()) {
            return;
        }
        synchronized (sending) {
            if (unanswered.isEmpty()) {
                arrived.clear();
            }
        }
        Item item = parts.mine.item();
        boolean isToAll = parts.mine.to().isEmpty();
        if (!parts.unshown.isEmpty()) {
            view.sent(item.stored(parts.number(), Objects.requireNonNull(parts.time()))
                    .sentTo(isToAll ? List.of() : parts.unshown));
        }
        if (!parts.refused.isEmpty()) {
            view.notSent(isToAll ? item : item.sentTo(parts.refused), parts.why());
        }
        if (parts.time() == null) {
            parts.mine.refused(parts.why());
        } else {
            parts.mine.stored(parts.number());
        }
    }
}

package chatd.client.talk.request;

import chatd.client.talk.Connection;
import chatd.client.talk.View;
import chatd.client.talk.item.Item;
import chatd.client.talk.item.Outgoing;
import chatd.protocol.command.Command;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.value.Audience;
import chatd.protocol.value.people.User;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The texts sent from here that have no answer yet. After a connection is lost they are sent again;
 * each message has an identifier by which the server deduplicates it. Messages are sent in order,
 * under the session's sending lock; the state has a lock of its own, so that the thread that reads
 * answers never waits for one that is blocked in sending. Thread-safe.
 */
public final class Outbox {
    /** Maximum number of texts to several receivers whose numbers are remembered. */
    private static final int MAX_REMEMBERED = 50;

    private final Object sendLock;
    private final Requests.ConnectionSource source;
    private final View view;
    private final Function<String, User> users;

    /** By the identifier of each message, in the order in which they were sent. */
    @GuardedBy("this")
    private final Map<String, Parts> unanswered = new LinkedHashMap<>();

    /**
     * Own messages that arrived while some had no answer: they have been shown when their answer
     * arrives.
     */
    @GuardedBy("this")
    private final Set<Long> arrived = new HashSet<>();

    /**
     * The numbers of all messages of a text recently sent to several receivers, by the number of
     * the last one.
     */
    @GuardedBy("this")
    private final Map<Long, List<Long>> partNumbers = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, List<Long>> eldest) {
            return size() > MAX_REMEMBERED;
        }
    };

    /** Whether the texts sent before the connection was lost must be sent again first. */
    @GuardedBy("sendLock")
    private boolean mustResend;

    /** @param users resolves a name to a user or a group */
    public Outbox(Object sending, Requests.ConnectionSource source, View view, Function<String, User> users) {
        this.users = users;
        this.sendLock = sending;
        this.source = source;
        this.view = view;
    }

    /** Prepares for a new connection. */
    public void enter() {
        synchronized (sendLock) {
            mustResend = !unconfirmed().isEmpty();
        }
    }

    /** Returns the texts that have no answer yet. */
    public synchronized List<Outgoing> unconfirmed() {
        return unanswered.values().stream()
                .distinct()
                .map(parts -> parts.outgoing)
                .toList();
    }

    /** Records that a message of the user's own was shown when it arrived from the server. */
    public synchronized void shown(long number) {
        if (!unanswered.isEmpty()) {
            arrived.add(number);
        }
    }

    /**
     * Returns the numbers of all messages as which a text was sent, given the number of the last
     * one.
     */
    synchronized List<Long> parts(long number) {
        return partNumbers.getOrDefault(number, List.of(number));
    }

    private synchronized List<Command> commands() {
        return unanswered.entrySet().stream()
                .map(one -> one.getValue().unanswered.get(one.getKey()))
                .filter(Objects::nonNull)
                .map(part -> (Command) part.command())
                .toList();
    }

    /** Sends everything without an answer again. Not for the reading thread, since it may block. */
    public void sendAgain() throws IOException {
        synchronized (sendLock) {
            Connection current = source.current();
            for (Command command : commands()) {
                current.link().send(List.of(command));
            }
            mustResend = false;
        }
    }

    /**
     * Sends a text to each of its receivers; see {@link chatd.client.talk.ChatSession#say}.
     *
     * @param given the identifier; empty for a new one
     */
    public void say(Outgoing mine, String given) throws IOException {
        synchronized (sendLock) {
            Connection current = source.current();
            Parts parts = add(mine, given);
            if (mustResend) {
                return;
            }
            try {
                current.link()
                        .send(parts.unanswered.values().stream()
                                .map(part -> (Command) part.command())
                                .toList());
            } catch (IllegalArgumentException e) {
                remove(parts);
                throw e;
            } catch (IOException e) {
                // It is sent again by the next connection.
            }
        }
    }

    private synchronized Parts add(Outgoing mine, String given) {
        List<String> to = mine.to();
        Parts parts = new Parts(mine);
        for (String receiver : to.isEmpty() ? List.of("") : to) {
            // With several receivers, each gets a message of its own.
            String id = Requests.id(given, to, receiver);
            if (unanswered.containsKey(id)) {
                throw new IllegalArgumentException("What was sent before with the id " + given + " has no answer yet.");
            }
            Audience audience = to.isEmpty() ? Audience.everyone() : Audience.to(users.apply(receiver));
            Item item = mine.item();
            parts.unanswered.put(
                    id,
                    new Parts.Part(receiver, new MessageCommand.SendText(audience, item.text(), item.answered(), id)));
        }
        parts.unanswered.keySet().forEach(id -> unanswered.put(id, parts));
        return parts;
    }

    private synchronized void remove(Parts parts) {
        parts.unanswered.keySet().forEach(unanswered::remove);
    }

    public void accepted(SessionEvent.Accepted accepted) {
        Parts parts;
        synchronized (this) {
            parts = unanswered.remove(accepted.id());
            if (parts != null) {
                parts.accepted(accepted.id(), accepted.message(), accepted.time(), arrived.remove(accepted.message()));
            }
        }
        done(parts);
    }

    public void refused(SessionEvent.Refused refused) {
        Parts parts;
        synchronized (this) {
            parts = unanswered.remove(refused.id());
            if (parts != null) {
                parts.refused(refused.id(), Requests.failure(refused));
            }
        }
        done(parts);
    }

    /** Shows an outgoing text once each of its messages is answered. */
    private void done(@Nullable Parts parts) {
        if (parts == null || !parts.unanswered.isEmpty()) {
            return;
        }
        synchronized (this) {
            if (unanswered.isEmpty()) {
                arrived.clear();
            }
            if (parts.numbers.size() > 1) {
                partNumbers.put(parts.number(), List.copyOf(parts.numbers));
            }
        }
        Item item = parts.outgoing.item();
        boolean isToAll = parts.outgoing.to().isEmpty();
        if (!parts.unshown.isEmpty()) {
            view.sent(item.stored(parts.number(), Objects.requireNonNull(parts.time()))
                    .sentTo(isToAll ? List.of() : parts.unshown));
        }
        if (!parts.refused.isEmpty()) {
            view.notSent(isToAll ? item : item.sentTo(parts.refused), parts.why());
        }
        if (parts.time() == null) {
            parts.outgoing.refused(parts.exit(), parts.why());
        } else {
            parts.outgoing.stored(parts.number());
        }
    }
}

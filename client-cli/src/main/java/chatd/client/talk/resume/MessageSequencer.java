package chatd.client.talk.resume;

import chatd.client.net.ClientFailure;
import chatd.client.talk.request.People;
import chatd.client.talk.request.Requests;
import chatd.protocol.command.UserCommand;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.event.UserEvent;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;

/**
 * Shows messages in the order in which they arrive. A group change refers to users by number; while
 * the server is asked for their names, it and all later messages wait.
 */
final class MessageSequencer {
    /**
     * Maximum number of users that one request may ask for (page {@code chat-json-1.md}, type 28).
     */
    private static final int MAX_ASKED = 200;

    /** If more messages wait than this, they are shown with numbers instead of names. */
    private static final int MAX_WAITING = 1_000;

    private final Requests requests;
    private final People people;
    private final Consumer<MessageEvent.Message> display;

    @GuardedBy("this")
    private final Queue<MessageEvent.Message> waiting = new ArrayDeque<>();

    @GuardedBy("this")
    private boolean isAsking;

    /**
     * @param display shows a message, with this object's lock held; on the reading thread or another
     */
    MessageSequencer(Requests requests, People people, Consumer<MessageEvent.Message> display) {
        this.requests = requests;
        this.people = people;
        this.display = display;
    }

    /** Shows a message, at once or later. On the reading thread; does not block. */
    synchronized void show(MessageEvent.Message message) {
        List<Long> unnamed = unnamed(message);
        if (!isAsking && unnamed.isEmpty()) {
            display.accept(message);
            return;
        }
        waiting.add(message);
        if (!isAsking) {
            ask(unnamed);
        } else if (waiting.size() > MAX_WAITING) {
            waiting.forEach(display);
            waiting.clear();
        }
    }

    private List<Long> unnamed(MessageEvent.Message message) {
        return message instanceof MessageEvent.GroupChanged changed
                ? changed.act().users().stream()
                        .filter(user -> !people.hasName(user))
                        .toList()
                : List.of();
    }

    @GuardedBy("this")
    private void ask(List<Long> users) {
        isAsking = true;
        // The reading thread must not wait for an answer that it alone reads.
        Thread.startVirtualThread(() -> {
            try {
                for (int from = 0; from < users.size(); from += MAX_ASKED) {
                    List<Long> some = users.subList(from, Math.min(users.size(), from + MAX_ASKED));
                    people.learn(requests.request(id -> new UserCommand.LookUpUsers(some, id), UserEvent.Found.class)
                            .users());
                }
            } catch (IOException | ClientFailure e) {
                // They are shown with their numbers.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            answered();
        });
    }

    private synchronized void answered() {
        isAsking = false;
        boolean namesWereAsked = true;
        while (!waiting.isEmpty() && !isAsking) {
            List<Long> unnamed = namesWereAsked ? List.of() : unnamed(waiting.element());
            namesWereAsked = false;
            if (unnamed.isEmpty()) {
                display.accept(waiting.remove());
            } else {
                ask(unnamed);
            }
        }
    }
}

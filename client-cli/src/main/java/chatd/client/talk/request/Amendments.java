package chatd.client.talk.request;

import chatd.protocol.command.MessageCommand;
import chatd.protocol.event.SessionEvent;
import java.io.IOException;

/** What is done about messages: taken back, corrected, reacted to, reported. Any thread; blocks. */
public final class Amendments {
    private final Requests requests;
    private final Outbox outbox;

    public Amendments(Requests requests, Outbox outbox) {
        this.requests = requests;
        this.outbox = outbox;
    }

    /**
     * Takes a message back; a text sent to several from here, all of them. Blocks until it is stored.
     *
     * @return the number of that
     */
    public long takeBack(long message) throws IOException, InterruptedException {
        return amend(message, (part, id) -> new MessageCommand.TakeBack(part, id));
    }

    /** Gives a text another text; otherwise like {@link #takeBack}. */
    public long correct(long message, String text) throws IOException, InterruptedException {
        return amend(message, (part, id) -> new MessageCommand.Correct(part, text, id));
    }

    /**
     * Reacts to a message, or no longer. Blocks until it is stored.
     *
     * @param code an emoticon's code, or an emoji
     * @return the number of that; 0 if it was so already
     */
    public long react(long message, String code, boolean on) throws IOException, InterruptedException {
        return amend(message, (part, id) -> new MessageCommand.React(part, code, on, id));
    }

    private interface Amending {
        MessageCommand of(long message, String id);
    }

    private long amend(long message, Amending amending) throws IOException, InterruptedException {
        long last = 0;
        for (long part : outbox.parts(message)) {
            last = requests.request(id -> amending.of(part, id), SessionEvent.Accepted.class)
                    .message();
        }
        return last;
    }

    /** Tells the administrators of a message. Blocks. */
    public void report(long message, String why) throws IOException, InterruptedException {
        requests.command(id -> new MessageCommand.Report(message, why, id));
    }
}

package chatd.client.talk.request;

import chatd.protocol.command.MessageCommand;
import chatd.protocol.event.SessionEvent;
import java.io.IOException;

/** Actions on messages: take back, correct, react, report. Any thread; blocks. */
public final class Amendments {
    private final Requests requests;
    private final Outbox outbox;

    public Amendments(Requests requests, Outbox outbox) {
        this.requests = requests;
        this.outbox = outbox;
    }

    /**
     * Takes a message back; of a text sent from here to several receivers, every copy. Blocks until
     * it is stored.
     *
     * @return the number of the message about it
     */
    public long takeBack(long message) throws IOException, InterruptedException {
        return amend(message, (part, id) -> new MessageCommand.TakeBack(part, id));
    }

    /** Corrects a text; otherwise like {@link #takeBack}. */
    public long correct(long message, String text) throws IOException, InterruptedException {
        return amend(message, (part, id) -> new MessageCommand.Correct(part, text, id));
    }

    /**
     * Adds or removes a reaction to a message. Blocks until it is stored.
     *
     * @param code an emoticon's code, or an emoji
     * @return the number of the message about it; 0 if nothing changed
     */
    public long react(long message, String code, boolean on) throws IOException, InterruptedException {
        return amend(message, (part, id) -> new MessageCommand.React(part, code, on, id));
    }

    private interface CommandFactory {
        MessageCommand create(long message, String id);
    }

    private long amend(long message, CommandFactory factory) throws IOException, InterruptedException {
        long last = 0;
        for (long part : outbox.parts(message)) {
            last = requests.request(id -> factory.create(part, id), SessionEvent.Accepted.class)
                    .message();
        }
        return last;
    }

    /** Reports a message to the administrators. Blocks. */
    public void report(long message, String why) throws IOException, InterruptedException {
        requests.command(id -> new MessageCommand.Report(message, why, id));
    }
}

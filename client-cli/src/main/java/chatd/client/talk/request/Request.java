package chatd.client.talk.request;

import chatd.client.talk.exchange.Exchange;
import chatd.protocol.event.Event;
import chatd.protocol.event.SessionEvent;
import org.jspecify.annotations.Nullable;

/**
 * A request that needs no fence: the server answers it with an event of its own kind, an acceptance
 * that repeats the request's identifier, or a refusal.
 */
public final class Request extends Exchange {
    private final String what;
    private final String id;
    private final Class<? extends Event> kind;
    private @Nullable Event answer;
    private SessionEvent.@Nullable Refused refusal;

    /**
     * @param what the request, in words
     * @param id the identifier of the request
     * @param kind the kind of event that answers it; {@link SessionEvent.Accepted} if it has none of its own
     */
    Request(String what, String id, Class<? extends Event> kind) {
        this.what = what;
        this.id = id;
        this.kind = kind;
    }

    @Override
    protected boolean take(Event event) {
        boolean isAnswer = switch (event) {
            case SessionEvent.Accepted accepted -> accepted.id().equals(id);
            case SessionEvent.Refused refused -> isRefusalOfThis(refused);
            default -> kind.isInstance(event);
        };
        if (isAnswer) {
            if (event instanceof SessionEvent.Refused refused) {
                refusal = refused;
            } else {
                answer = event;
            }
            complete();
        }
        return isAnswer;
    }

    /**
     * Returns whether this request was refused; one whose answer has its own kind may be refused
     * without an identifier.
     */
    private boolean isRefusalOfThis(SessionEvent.Refused refused) {
        return refused.id().equals(id) || (refused.id().isEmpty() && kind != SessionEvent.Accepted.class);
    }

    @Override
    protected String description() {
        return what;
    }

    @Override
    protected boolean isFenced() {
        return false;
    }

    /** Returns the answer; null if the request was refused. */
    public @Nullable Event answer() {
        return answer;
    }

    /** Returns the refusal; null if there was none. */
    public SessionEvent.@Nullable Refused refusal() {
        return refusal;
    }
}

package chatd.daemon.session;

import chatd.protocol.Event;
import io.netty.buffer.ByteBuf;
import java.util.HashMap;
import java.util.Map;

/** One event on its way to many sessions: encoded once for each dialect. One thread; to be closed. */
public final class Delivery implements AutoCloseable {
    private final Event event;
    private final boolean toAll;
    private final Map<Dialect, ByteBuf> frames = new HashMap<>(2);

    /** @param toAll whether everyone online is given it, so that it takes its memory once */
    public Delivery(Event event, boolean toAll) {
        this.event = event;
        this.toAll = toAll;
    }

    boolean isToAll() {
        return toAll;
    }

    /** The frame for a dialect, of which the caller has one reference. */
    ByteBuf frame(Dialect dialect) {
        return frames.computeIfAbsent(dialect, d -> d.encode(event)).retainedDuplicate();
    }

    @Override
    public void close() {
        frames.values().forEach(ByteBuf::release);
    }
}

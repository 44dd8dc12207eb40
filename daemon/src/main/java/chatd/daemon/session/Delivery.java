package chatd.daemon.session;

import chatd.protocol.Dialect;
import chatd.protocol.event.Event;
import io.netty.buffer.ByteBufAllocator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An event being delivered to many sessions; encoded once per distinct view of it. One thread; must be closed. */
public final class Delivery implements AutoCloseable {
    private final Event event;
    private final boolean toAll;
    private final Map<View, List<Dialect.Frame>> encoded = new HashMap<>(2);

    /** The last view encoded: most often the next one is the same. */
    private @Nullable View last;

    private List<Dialect.Frame> lastFrames = List.of();

    /** Key of viewers who receive identical frames. */
    private record View(Dialect dialect, long view) {}

    /** @param toAll whether it goes to everyone online, so that its frames are shared and use their memory once */
    public Delivery(Event event, boolean toAll) {
        this.event = event;
        this.toAll = toAll;
    }

    boolean isToAll() {
        return toAll;
    }

    /** Returns the frames for a viewer; the delivery keeps ownership of their bytes. */
    List<Dialect.Frame> frames(Dialect dialect, long viewer) {
        long view = dialect.viewKey(event, viewer);
        View before = last;
        if (before == null || before.view() != view || !before.dialect().equals(dialect)) {
            View found = new View(dialect, view);
            lastFrames = encoded.computeIfAbsent(found, _ -> dialect.frames(event, viewer, ByteBufAllocator.DEFAULT));
            last = found;
        }
        return lastFrames;
    }

    @Override
    public void close() {
        encoded.values().forEach(frames -> frames.forEach(frame -> frame.bytes().release()));
    }
}

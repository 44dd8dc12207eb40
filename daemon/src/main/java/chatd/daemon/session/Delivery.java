package chatd.daemon.session;

import chatd.protocol.Dialect;
import chatd.protocol.event.Event;
import io.netty.buffer.ByteBufAllocator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One event on its way to many sessions: encoded once for all who see it alike. One thread; to be closed. */
public final class Delivery implements AutoCloseable {
    private final Event event;
    private final boolean toAll;
    private final Map<View, List<Dialect.Frame>> encoded = new HashMap<>(2);

    /** The one before, which is most often the one again. */
    private @Nullable View last;

    private List<Dialect.Frame> lastFrames = List.of();

    /** Those who see it alike. */
    private record View(Dialect dialect, long view) {}

    /** @param toAll whether everyone online is given it, so that it takes its memory once */
    public Delivery(Event event, boolean toAll) {
        this.event = event;
        this.toAll = toAll;
    }

    boolean isToAll() {
        return toAll;
    }

    /** The frames for a viewer; their bytes stay this delivery's. */
    List<Dialect.Frame> frames(Dialect dialect, long viewer) {
        long view = dialect.view(event, viewer);
        View before = last;
        if (before == null || before.view() != view || !before.dialect().equals(dialect)) {
            View its = new View(dialect, view);
            lastFrames = encoded.computeIfAbsent(its, same -> dialect.frames(event, viewer, ByteBufAllocator.DEFAULT));
            last = its;
        }
        return lastFrames;
    }

    @Override
    public void close() {
        encoded.values().forEach(frames -> frames.forEach(frame -> frame.bytes().release()));
    }
}

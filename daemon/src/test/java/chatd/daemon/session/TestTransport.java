package chatd.daemon.session;

import chatd.fixtures.TestTimeout;
import chatd.protocol.Dialect;
import chatd.protocol.MessageReader;
import chatd.protocol.chat1.Chat1;
import chatd.protocol.event.Event;
import chatd.protocol.event.FileEvent;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.json.Carrier;
import chatd.protocol.json.Json;
import chatd.protocol.value.Content;
import chatd.protocol.value.people.RosterEntry;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A session's carrier without a network: reads the session's frames as soon as it may, and decodes each event into a
 * short text, such as {@code +bob} for coming online and {@code -bob} for going offline.
 */
public final class TestTransport implements Transport {
    private static final Chat1 CHAT1 = new Chat1();
    private static final Json JSON = new Json(Carrier.LINES, 1 << 20);
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final AtomicInteger IDS = new AtomicInteger();

    private final Session session;
    private final MessageReader<Event> frames = CHAT1.eventReader();
    private final Deque<String> received = new ArrayDeque<>();
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();
    private String token = "";
    private boolean paused;
    private boolean closed;

    private TestTransport(Dialect dialect, Backlog backlog) {
        int id = IDS.incrementAndGet();
        session = new Session(
                "s" + id,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), id),
                "127.0.0.1",
                dialect,
                this,
                64 << 10,
                1_000,
                backlog);
    }

    public static TestTransport chat1() {
        return chat1(new Backlog(1 << 30));
    }

    static TestTransport chat1(Backlog backlog) {
        return new TestTransport(CHAT1, backlog);
    }

    public static TestTransport json() {
        return new TestTransport(JSON, new Backlog(1 << 30));
    }

    public Session session() {
        return session;
    }

    /** Ends the session on purpose, as logging out does. */
    public void endOnPurpose() {
        session.endOnPurpose();
    }

    @Override
    public synchronized void flush() {
        if (paused) {
            session.output().blocked(0);
            return;
        }
        for (ByteBuf frame = session.output().nextFrame();
                frame != null;
                frame = session.output().nextFrame()) {
            take(frame);
        }
        session.output().unblocked();
        notifyAll();
    }

    @Override
    public synchronized void finish() {
        flush();
    }

    @Override
    public synchronized void abort() {
        closed = true;
        notifyAll();
    }

    /** Stops reading, like a peer that does not read. */
    public synchronized void pause() {
        paused = true;
    }

    /** Resumes reading, beginning with the frames queued meanwhile. */
    public synchronized void resume() {
        paused = false;
        flush();
    }

    /** Returns whether the connection is closed: aborted, or ended with all its output read. */
    public synchronized boolean isClosed() {
        return closed || (session.hasEnded() && session.output().isAllSent());
    }

    /** Returns the events received since the last call. */
    public synchronized List<String> received() {
        List<String> all = new ArrayList<>(received);
        received.clear();
        return all;
    }

    /** Waits for the next event; fails if none comes within {@link TestTimeout#LONG}, or the connection is closed. */
    public synchronized String next() throws InterruptedException {
        long end = System.nanoTime() + TestTimeout.LONG.toNanos();
        while (received.isEmpty()) {
            long left = end - System.nanoTime();
            if (left <= 0 || isClosed()) {
                throw new AssertionError("nothing came");
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return received.removeFirst();
    }

    /** Returns the token of the login in JSON; empty if there was none. */
    public synchronized String token() {
        return token;
    }

    /** Returns the content of the last file received. */
    public synchronized byte[] content() {
        return content.toByteArray();
    }

    private void take(ByteBuf frame) {
        try {
            if (session.dialect().equals(JSON)) {
                JsonNode message = MAPPER.readTree(frame.toString(StandardCharsets.UTF_8));
                received.add(text(message));
                token = message.path("info").path("token").asString(token);
                return;
            }
            for (Event event = frames.next(frame, true); event != null; event = frames.next(frame, true)) {
                String text = text(event);
                if (text != null) {
                    received.add(text);
                }
            }
        } finally {
            frame.release();
        }
    }

    private @Nullable String text(Event event) {
        return switch (event) {
            case SessionEvent.Welcome in ->
                (in.displaced() ? "took over " : "in ") + in.lastLogin().isPresent() + " " + list(in.roster());
            case SessionEvent.Refused refused -> refused.code().word();
            case UserEvent.Settings settings ->
                "settings " + utf8(settings.document().bytes());
            case UserEvent.CameOnline came -> "+" + came.name();
            case UserEvent.WentOffline gone -> "-" + gone.name();
            case MessageEvent.Text text -> text.sender() + ": " + text.text();
            case MessageEvent.FileOffer offer -> offer.sender() + " offers " + offer.name() + " as " + offer.file();
            case FileEvent.FileContent file -> {
                content.reset();
                yield file.sender() + "'s " + file.name() + " of " + file.size();
            }
            case FileEvent.Piece piece -> piece(piece.content());
            case MessageEvent.ClearScreen _ -> "clear";
            default -> event.getClass().getSimpleName();
        };
    }

    private @Nullable String piece(Content piece) {
        byte[] bytes = new byte[piece.bytes().readableBytes()];
        piece.bytes().readBytes(bytes).release();
        content.writeBytes(bytes);
        return piece.last() ? "all of it" : null;
    }

    private static String list(List<RosterEntry> roster) {
        return roster.stream()
                .map(presence -> presence.name() + (presence.online() ? "+" : "-"))
                .toList()
                .toString();
    }

    private static String utf8(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String text(JsonNode message) {
        JsonNode info = message.path("info");
        String from = message.path("send").asString();
        String to = message.path("receive").asString();
        return switch (message.path("type").asInt()) {
            case 2 ->
                info.path("code").asString() + " "
                        + info.path("strangers")
                                .valueStream()
                                .map(user -> user.path("user_name").asString())
                                .toList();
            case 3, 4 -> from + (message.has("mid") ? " to " + to : "") + ": " + info.asString();
            case 5 -> "-" + from;
            case 6 -> from + " offers " + info.path("name").asString();
            case 8 -> "+" + info.path("user_name").asString();
            case 16 ->
                info.path("user_id").asString() + " is "
                        + info.path("user_name").asString();
            case 17 -> info.path("id").asString() + " is " + (info.has("mid") ? "a message" : "done");
            case 18 -> info.path("code").asString() + " " + info.path("text").asString();
            case 20 ->
                info.path("items").valueStream().map(TestTransport::text).toList() + " "
                        + (info.path("more").asBoolean() ? "more " : "") + info.path("names");
            case 26 -> "settings " + info;
            default -> message.toString();
        };
    }
}

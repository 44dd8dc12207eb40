package chatd.acceptance;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * One {@code chat/1} connection, read by hand. Every wait ends after 20 s with a failure. One thread may send while
 * another reads. What was waited for may be preceded by presence of users that other tests left behind, nothing else.
 */
final class Chat1Socket implements AutoCloseable {

    private final SSLSocket socket;
    private Chatd.@Nullable Person person;
    private byte[] begun = {};

    Chat1Socket(SSLSocket socket) {
        this.socket = socket;
    }

    String name() {
        return requireNonNull(person, "not logged in").name();
    }

    Chatd.Person person() {
        return requireNonNull(person, "not logged in");
    }

    Chat1Socket send(byte[]... frames) {
        try {
            socket.getOutputStream().write(Wire.join(frames));
            socket.getOutputStream().flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Says that nothing more will be sent, and goes on reading. */
    void endOutput() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until a frame other than presence of anyone has begun to arrive, and leaves it unread. */
    void awaitFrame() {
        try {
            InputStream in = socket.getInputStream();
            begun = in.readNBytes(8);
            while (Frame.isPresence(ByteBuffer.wrap(begun).getInt())) {
                in.skipNBytes(ByteBuffer.wrap(begun).getInt(4));
                begun = in.readNBytes(8);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next frame; null at a clean end, with close_notify. */
    @Nullable
    Frame nextOrEnd() {
        try {
            InputStream in = socket.getInputStream();
            byte[] header = begun.length > 0 ? begun : in.readNBytes(8);
            begun = new byte[0];
            if (header.length == 0) {
                return null;
            }
            var fields = ByteBuffer.wrap(header);
            int code = fields.getInt();
            byte[] body = in.readNBytes(fields.getInt());
            if (header.length < 8 || body.length < fields.getInt(4)) {
                throw new EOFException("in the middle of a frame");
            }
            return new Frame(code, body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Frame next() {
        Frame frame = nextOrEnd();
        if (frame == null) {
            throw new UncheckedIOException(new EOFException("closed by the daemon"));
        }
        return frame;
    }

    /** The next frame but for presence of anyone; it must be of this code. */
    Frame expect(int code) {
        Frame frame = next();
        while (frame.isPresence()) {
            frame = next();
        }
        assertThat(frame.code()).as("code of %s", frame).isEqualTo(code);
        return frame;
    }

    /** The next frame but for others' presence; it must be of this code and about {@code name}. */
    void expectPresence(int code, String name) {
        Frame frame = next();
        while (frame.isPresence() && !frame.name().equals(name)) {
            frame = next();
        }
        assertThat(frame.code()).as("code of %s", frame).isEqualTo(code);
    }

    void expectText(String from, String text) {
        Frame frame = expect(Wire.TEXT);
        assertThat(frame.text()).isEqualTo(text);
        assertThat(frame.name()).isEqualTo(from);
    }

    /** As {@link #expectText}, after whatever presence comes before. */
    void awaitText(String from, String text) {
        Frame frame = next();
        while (frame.isPresence()) {
            frame = next();
        }
        assertThat(frame.text()).as("text of %s", frame).isEqualTo(text);
        assertThat(frame.name()).isEqualTo(from);
    }

    /** The next frame must be a text from {@code server}; what it says. */
    String expectServerText() {
        Frame frame = expect(Wire.TEXT);
        assertThat(frame.name()).as("sender of %s", frame).isEqualTo("server");
        assertThat(frame.text()).isNotBlank();
        return frame.text();
    }

    /** Waits until all sent before took effect (rule 8); what came meanwhile, others' presence with it. */
    List<Frame> fence() {
        send(Wire.replay(0));
        var before = new ArrayList<Frame>();
        for (Frame frame = next(); frame.code() != Wire.CLEAR; frame = next()) {
            before.add(frame);
        }
        return before;
    }

    /** All sent before took effect, and nothing was said to this connection but presence. */
    void fenceWithNothing() {
        assertThat(fence()).allMatch(Frame::isPresence);
    }

    /** The last {@code count} items of the own history, oldest first. */
    List<Frame> replay(int count) {
        send(Wire.replay(count));
        expect(Wire.CLEAR);
        send(Wire.replay(0));
        var items = new ArrayList<Frame>();
        for (Frame frame = next(); frame.code() != Wire.CLEAR; frame = next()) {
            if (!frame.isPresence()) {
                items.add(frame);
            }
        }
        return items;
    }

    /** What the last items say, texts as they are and files by their name. */
    List<String> history(int count) {
        return replay(count).stream()
                .map(f -> f.code() == Wire.TEXT ? f.text() : f.fileName())
                .toList();
    }

    /** Logs in; the answer, after the settings were read too. */
    Frame logIn(Chatd.Person as) {
        send(Wire.logIn(as.name(), as.password()));
        Frame answer = next();
        assertThat(answer.code()).as("answer %s", answer).isIn(Wire.LOGGED_IN, Wire.LOGGED_IN_DISPLACING);
        assertThat(next().code()).isEqualTo(Wire.SETTINGS);
        person = as;
        return answer;
    }

    /** Nothing more comes but presence, then close_notify. */
    void expectClosed() {
        assertThat(untilClosed()).allMatch(Frame::isPresence);
    }

    /** Everything up to close_notify. */
    List<Frame> untilClosed() {
        var frames = new ArrayList<Frame>();
        for (Frame frame = nextOrEnd(); frame != null; frame = nextOrEnd()) {
            frames.add(frame);
        }
        return frames;
    }

    /** Everything up to the end, clean or not. */
    List<Frame> untilBroken() {
        var frames = new ArrayList<Frame>();
        try {
            for (Frame frame = nextOrEnd(); frame != null; frame = nextOrEnd()) {
                frames.add(frame);
            }
        } catch (UncheckedIOException e) {
            assertThat(e.getCause()).isInstanceOfAny(SocketException.class, SSLException.class, EOFException.class);
        }
        return frames;
    }

    Chat1Socket timeout(Duration timeout) {
        try {
            socket.setSoTimeout((int) timeout.toMillis());
            return this;
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException _) {
            // the daemon closed it first
        }
    }
}

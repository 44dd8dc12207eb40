package chatd.acceptance.kit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import chatd.fixtures.TestTimeout;
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
 * One {@code chat/1} connection, read by hand. Every read fails after {@link TestTimeout#LONG}. One thread may send
 * while another reads. An expected frame may be preceded by presence of users that other tests left behind, nothing
 * else.
 */
public final class Chat1Socket implements AutoCloseable {

    private final SSLSocket socket;
    private Chatd.@Nullable Person person;
    private byte[] pendingHeader = {};

    public Chat1Socket(SSLSocket socket) {
        this.socket = socket;
    }

    public String name() {
        return requireNonNull(person, "not logged in").name();
    }

    public Chatd.Person person() {
        return requireNonNull(person, "not logged in");
    }

    public Chat1Socket send(byte[]... frames) {
        try {
            socket.getOutputStream().write(Wire.join(frames));
            socket.getOutputStream().flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Closes the sending half of the connection; the other half can still be read. */
    public void endOutput() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until a frame other than presence has begun to arrive, and leaves it unread. */
    public void awaitFrame() {
        try {
            InputStream in = socket.getInputStream();
            pendingHeader = in.readNBytes(8);
            while (Frame.isPresence(ByteBuffer.wrap(pendingHeader).getInt())) {
                in.skipNBytes(ByteBuffer.wrap(pendingHeader).getInt(4));
                pendingHeader = in.readNBytes(8);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the next frame, or null at a clean end (close_notify). */
    public @Nullable Frame nextOrEnd() {
        try {
            InputStream in = socket.getInputStream();
            byte[] header = pendingHeader.length > 0 ? pendingHeader : in.readNBytes(8);
            pendingHeader = new byte[0];
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

    public Frame next() {
        Frame frame = nextOrEnd();
        if (frame == null) {
            throw new UncheckedIOException(new EOFException("closed by the daemon"));
        }
        return frame;
    }

    /** Returns the next frame other than presence; it must have this code. */
    public Frame expect(int code) {
        Frame frame = next();
        while (frame.isPresence()) {
            frame = next();
        }
        assertThat(frame.code()).as("code of %s", frame).isEqualTo(code);
        return frame;
    }

    /** Reads the next frame, skipping others' presence; it must have this code and be about {@code name}. */
    public void expectPresence(int code, String name) {
        Frame frame = next();
        while (frame.isPresence() && !frame.name().equals(name)) {
            frame = next();
        }
        assertThat(frame.code()).as("code of %s", frame).isEqualTo(code);
    }

    public void expectText(String from, String text) {
        Frame frame = expect(Wire.TEXT);
        assertThat(frame.text()).isEqualTo(text);
        assertThat(frame.name()).isEqualTo(from);
    }

    /** As {@link #expectText}, but does not check that the frame is a text. */
    public void awaitText(String from, String text) {
        Frame frame = next();
        while (frame.isPresence()) {
            frame = next();
        }
        assertThat(frame.text()).as("text of %s", frame).isEqualTo(text);
        assertThat(frame.name()).isEqualTo(from);
    }

    /** Returns the text of the next frame, which must be a text from {@code server}. */
    public String expectServerText() {
        Frame frame = expect(Wire.TEXT);
        assertThat(frame.name()).as("sender of %s", frame).isEqualTo("server");
        assertThat(frame.text()).isNotBlank();
        return frame.text();
    }

    /**
     * Waits until everything sent before has taken effect (rule 8); returns what arrived meanwhile, presence included.
     */
    public List<Frame> fence() {
        send(Wire.replay(0));
        var before = new ArrayList<Frame>();
        for (Frame frame = next(); frame.code() != Wire.CLEAR; frame = next()) {
            before.add(frame);
        }
        return before;
    }

    /** Waits until everything sent before has taken effect, and checks that nothing but presence arrived meanwhile. */
    public void fenceWithNothing() {
        assertThat(fence()).allMatch(Frame::isPresence);
    }

    /** Returns the last {@code count} items of the user's own history, oldest first. */
    public List<Frame> replay(int count) {
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

    /** Returns the last items of the history, texts as they are and files by name. */
    public List<String> history(int count) {
        return replay(count).stream()
                .map(f -> f.code() == Wire.TEXT ? f.text() : f.fileName())
                .toList();
    }

    /** Logs in, reads the settings too, and returns the answer. */
    public Frame logIn(Chatd.Person as) {
        send(Wire.logIn(as.name(), as.password()));
        Frame answer = next();
        assertThat(answer.code()).as("answer %s", answer).isIn(Wire.LOGGED_IN, Wire.LOGGED_IN_DISPLACING);
        assertThat(next().code()).isEqualTo(Wire.SETTINGS);
        person = as;
        return answer;
    }

    /** Checks that nothing but presence arrives before close_notify. */
    public void expectClosed() {
        assertThat(untilClosed()).allMatch(Frame::isPresence);
    }

    /** Returns every frame up to close_notify. */
    public List<Frame> untilClosed() {
        var frames = new ArrayList<Frame>();
        for (Frame frame = nextOrEnd(); frame != null; frame = nextOrEnd()) {
            frames.add(frame);
        }
        return frames;
    }

    /** Returns every frame up to the end, clean or not. */
    public List<Frame> untilBroken() {
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

    public Chat1Socket timeout(Duration timeout) {
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

package chatd.protocol.json;

import chatd.protocol.MalformedFrame;
import chatd.protocol.MessageReader;
import io.netty.buffer.ByteBuf;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Messages that are a line each (page {@code json.md}, "Carriers"). */
final class LineReader<M> implements MessageReader<M> {
    /** What who has not logged in has to say is short. */
    static final int BEFORE_LOG_IN = 16 << 10;

    /** What is longer than this is taken for as long as may be. */
    private static final int LARGE = 128 << 10;

    private final int most;
    private final Function<byte[], @Nullable M> parser;

    /** Bytes of the line that has begun; none of them ends it. */
    private int begun;

    /**
     * @param most bytes of a line, its end not counted
     * @param parser returns null for a message that is to be passed over
     */
    LineReader(int most, Function<byte[], @Nullable M> parser) {
        this.most = most;
        this.parser = parser;
    }

    @Override
    public boolean inFrame() {
        return begun > 0;
    }

    @Override
    public long size() {
        return 0;
    }

    @Override
    public long awaited() {
        return begun > LARGE ? most : 0;
    }

    @Override
    public @Nullable M next(ByteBuf in, boolean loggedIn) {
        for (byte[] line = line(in, loggedIn); line != null; line = line(in, loggedIn)) {
            M message = parser.apply(line);
            if (message != null) {
                return message;
            }
        }
        return null;
    }

    private byte @Nullable [] line(ByteBuf in, boolean loggedIn) {
        int start = in.readerIndex();
        int end = in.indexOf(start + begun, in.writerIndex(), (byte) '\n');
        int length = end < 0 ? in.readableBytes() : end - start;
        if (length > (loggedIn ? most : Math.min(most, BEFORE_LOG_IN))) {
            throw new MalformedFrame("a message over the limit");
        }
        if (end < 0) {
            begun = length;
            return null;
        }
        begun = 0;
        byte[] line = new byte[length];
        in.readBytes(line).skipBytes(1);
        return line;
    }
}

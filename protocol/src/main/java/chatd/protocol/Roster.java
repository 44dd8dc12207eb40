package chatd.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Objects;
import java.util.RandomAccess;

/**
 * Who there is, and who of them is online, kept as {@code chat/1} sends it: a log in among many thousands is answered
 * with a copy of these bytes. It can be changed, so an event that has it is to be written at once. One thread.
 */
public final class Roster extends AbstractList<Presence> implements RandomAccess {
    private static final int LINE_BYTES = Field.NAME_BYTES + 1;

    private byte[] lines = new byte[0];
    private int size;

    public Roster() {}

    public Roster(Collection<Presence> presences) {
        addAll(presences);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Presence get(int place) {
        return Field.PRESENCE.read(line(Objects.checkIndex(place, size)), LINE_BYTES);
    }

    /** As {@code get(place).online()}, at once. */
    boolean isOnline(int place) {
        return lines[Objects.checkIndex(place, size) * LINE_BYTES + Field.NAME_BYTES] == '1';
    }

    @Override
    public Presence set(int place, Presence presence) {
        Presence before = get(place);
        Field.PRESENCE.write(line(place).clear(), presence);
        return before;
    }

    @Override
    public void add(int place, Presence presence) {
        Objects.checkIndex(place, size + 1);
        ByteBuf line = Unpooled.buffer(LINE_BYTES);
        Field.PRESENCE.write(line, presence);
        modCount++;
        if (lines.length == size * LINE_BYTES) {
            lines = Arrays.copyOf(lines, Math.max(16, size + size / 2) * LINE_BYTES);
        }
        System.arraycopy(lines, place * LINE_BYTES, lines, (place + 1) * LINE_BYTES, (size - place) * LINE_BYTES);
        line.readBytes(lines, place * LINE_BYTES, LINE_BYTES);
        size++;
    }

    @Override
    public Presence remove(int place) {
        Presence before = get(place);
        modCount++;
        size--;
        System.arraycopy(lines, (place + 1) * LINE_BYTES, lines, place * LINE_BYTES, (size - place) * LINE_BYTES);
        return before;
    }

    private ByteBuf line(int place) {
        return Unpooled.wrappedBuffer(lines, place * LINE_BYTES, LINE_BYTES);
    }

    void write(ByteBuf out) {
        out.writeBytes(lines, 0, size * LINE_BYTES);
    }
}

package chatd.protocol.value.people;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Objects;
import java.util.RandomAccess;

/**
 * All users and whether each is online, stored in the form in which {@code chat/1} sends it (33 bytes a user): a login
 * among thousands is answered with one copy of these bytes. Mutable, so an event that holds one must be encoded at
 * once. Not thread-safe.
 */
public final class Roster extends AbstractList<RosterEntry> implements RandomAccess {
    /** Bytes of a name, padded. */
    public static final int NAME_BYTES = 32;

    private static final int LINE_BYTES = NAME_BYTES + 1;

    private byte[] lines = new byte[0];
    private int size;

    public Roster() {}

    public Roster(Collection<RosterEntry> presences) {
        addAll(presences);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public RosterEntry get(int index) {
        int start = Objects.checkIndex(index, size) * LINE_BYTES;
        int end = start;
        while (end < start + NAME_BYTES && lines[end] != 0) {
            end++;
        }
        return new RosterEntry(new String(lines, start, end - start, StandardCharsets.UTF_8), isOnline(index));
    }

    /** Returns {@code get(index).online()} without decoding the name. */
    public boolean isOnline(int index) {
        return lines[Objects.checkIndex(index, size) * LINE_BYTES + NAME_BYTES] == '1';
    }

    @Override
    public RosterEntry set(int index, RosterEntry presence) {
        RosterEntry before = get(index);
        System.arraycopy(line(presence), 0, lines, index * LINE_BYTES, LINE_BYTES);
        return before;
    }

    /** @throws IllegalArgumentException if the name is longer than 32 bytes */
    @Override
    public void add(int index, RosterEntry presence) {
        Objects.checkIndex(index, size + 1);
        byte[] line = line(presence);
        modCount++;
        if (lines.length == size * LINE_BYTES) {
            lines = Arrays.copyOf(lines, Math.max(16, size + size / 2) * LINE_BYTES);
        }
        System.arraycopy(lines, index * LINE_BYTES, lines, (index + 1) * LINE_BYTES, (size - index) * LINE_BYTES);
        System.arraycopy(line, 0, lines, index * LINE_BYTES, LINE_BYTES);
        size++;
    }

    @Override
    public RosterEntry remove(int index) {
        RosterEntry before = get(index);
        modCount++;
        size--;
        System.arraycopy(lines, (index + 1) * LINE_BYTES, lines, index * LINE_BYTES, (size - index) * LINE_BYTES);
        return before;
    }

    private static byte[] line(RosterEntry presence) {
        byte[] name = presence.name().getBytes(StandardCharsets.UTF_8);
        if (name.length > NAME_BYTES) {
            throw new IllegalArgumentException("a name of " + name.length + " bytes, at most " + NAME_BYTES);
        }
        byte[] line = Arrays.copyOf(name, LINE_BYTES);
        line[NAME_BYTES] = (byte) (presence.online() ? '1' : '0');
        return line;
    }

    /** Appends all users as {@code chat/1} sends them, without their count. */
    public void write(ByteBuf out) {
        out.writeBytes(lines, 0, size * LINE_BYTES);
    }
}

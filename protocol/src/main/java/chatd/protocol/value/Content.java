package chatd.protocol.value;

import io.netty.buffer.ByteBuf;

/**
 * A piece of a file in transit. The receiver releases {@code bytes}.
 *
 * @param last whether this is the last piece; an empty file is one empty last piece
 */
public record Content(ByteBuf bytes, boolean last) {}

package chatd.protocol.value;

import io.netty.buffer.ByteBuf;

/**
 * Some bytes of a file on their way. Whoever takes it releases {@code bytes}.
 *
 * @param last whether these are the last; an empty file is one empty, last piece
 */
public record Content(ByteBuf bytes, boolean last) {}

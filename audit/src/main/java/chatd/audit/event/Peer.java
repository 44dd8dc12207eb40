package chatd.audit.event;

/**
 * The other end of a connection.
 *
 * @param session the daemon's name for the connection, {@code s} and hexadecimal digits
 * @param dialect what it speaks, {@code chat/1}
 * @param address IPv6 or IPv4, without brackets
 */
public record Peer(String session, String dialect, String address, int port) {}

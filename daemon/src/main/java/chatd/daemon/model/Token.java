package chatd.daemon.model;

import java.nio.ByteBuffer;

/**
 * What is stored of a token, with which a session goes on after its connection was lost.
 *
 * @param hash SHA-256 of the token
 * @param device the label of its session's device
 * @param quiet whether its session does not make its user online
 */
public record Token(ByteBuffer hash, long account, String device, boolean quiet) {}

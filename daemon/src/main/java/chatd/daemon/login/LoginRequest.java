package chatd.daemon.login;

import chatd.protocol.command.SessionCommand;
import org.jspecify.annotations.Nullable;

/**
 * A login or the resumption of a session, as its client asked for it.
 *
 * @param device as in {@link SessionCommand.LogIn}
 * @param token null if its dialect has none
 * @param remembered the remembered device with the key for its next login; null if the device is not remembered, or if
 *     a session is resumed, whose client has that key already
 * @param after the number of the last message that it was sent before; -1 if it does not resume
 */
record LoginRequest(
        @Nullable String device,
        boolean quiet,
        Tokens.@Nullable IssuedToken token,
        Devices.@Nullable IssuedKey remembered,
        long after) {
    boolean isResumed() {
        return after >= 0;
    }
}

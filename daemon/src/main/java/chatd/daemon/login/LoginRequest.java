package chatd.daemon.login;

import chatd.protocol.command.SessionCommand;
import org.jspecify.annotations.Nullable;

/**
 * A login or the resumption of a session, as its client asked for it.
 *
 * @param device as in {@link SessionCommand.LogIn}
 * @param token null if its dialect has none
 * @param remembered its device with the next key; null if it is not remembered, or has it already
 * @param after the number of the last message that it was sent before; -1 if it does not resume
 */
record LoginRequest(
        @Nullable String device,
        boolean quiet,
        Tokens.@Nullable Made token,
        Devices.@Nullable Made remembered,
        long after) {
    boolean isResumed() {
        return after >= 0;
    }
}
